"""Grid, declared."""

from collections.abc import Mapping

from services.grid.api.routes import ROUTES
from services.grid.api.terminal_tokens import PREFIX, TerminalDesk
from services.grid.consumer import SUBSCRIPTIONS
from services.grid.settings import GridSettings
from services.grid.store import Equipment, GridWork, UnitCopies, WordSeals
from services.grid.timers import TIMERS
from shared.files.media import MOST_BYTES
from shared.files.objects import open_objects
from shared.http.body import ROOM_FOR_MULTIPART
from shared.http.callers import Recogniser
from shared.sealing.live import LiveRing
from shared.service import Flat, Service
from shared.store.unit_copies import CopiedDirectory


def equip(settings: GridSettings) -> Equipment:
    """The ring for what grid workers tell, and where photos lie; a missing ring stops it at its start."""
    return Equipment(WordSeals(LiveRing(settings.incidents_ring)), open_objects(settings.objects))


def recognises(flat: Flat) -> Mapping[str, Recogniser]:
    """Terminals, by their access tokens."""
    return {PREFIX: TerminalDesk(flat.store, flat.clock).recognise}


SERVICE = Service(
    name="grid",
    port=8103,
    settings=GridSettings,
    work=GridWork,
    reads_city=CopiedDirectory(UnitCopies),
    routes=(ROUTES,),
    hears=SUBSCRIPTIONS,
    ticks=TIMERS,
    equip=equip,
    upload_limit=MOST_BYTES + ROOM_FOR_MULTIPART,
    upload_paths=("/v1/terminal/photos",),
    recognises=recognises,
)

"""Grid, declared."""

from collections.abc import Mapping

from services.grid.api.routes import ROUTES
from services.grid.api.terminal_tokens import PREFIX, TerminalDesk
from services.grid.consumer import SUBSCRIPTIONS
from services.grid.settings import GridSettings
from services.grid.store import GridWork, IncidentSeals, UnitCopies
from services.grid.timers import TIMERS
from shared.http.callers import Recogniser
from shared.sealing.live import LiveRing
from shared.service import Flat, Service
from shared.store.unit_copies import CopiedDirectory


def equip(settings: GridSettings) -> IncidentSeals:
    """The ring for what grid workers tell; a missing one stops the service at its start."""
    return IncidentSeals(LiveRing(settings.incidents_ring))


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
    recognises=recognises,
)

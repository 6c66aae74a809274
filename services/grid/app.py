"""Grid, declared."""

from services.grid.api.routes import ROUTES
from services.grid.consumer import SUBSCRIPTIONS
from services.grid.settings import GridSettings
from services.grid.store import GridWork, IncidentSeals, UnitCopies
from services.grid.timers import TIMERS
from shared.sealing.live import LiveRing
from shared.service import Service
from shared.store.unit_copies import CopiedDirectory


def equip(settings: GridSettings) -> IncidentSeals:
    """The ring for what grid workers tell; a missing one stops the service at its start."""
    return IncidentSeals(LiveRing(settings.incidents_ring))


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
)

"""Grid, declared."""

from services.grid.api.routes import ROUTES
from services.grid.consumer import SUBSCRIPTIONS
from services.grid.settings import GridSettings
from services.grid.store import GridWork
from services.grid.timers import TIMERS
from shared.service import Service

SERVICE = Service(
    name="grid",
    port=8103,
    settings=GridSettings,
    work=GridWork,
    routes=(ROUTES,),
    hears=SUBSCRIPTIONS,
    ticks=TIMERS,
)

"""The one file that knows all of scoring."""

from services.scoring.api.routes import ROUTES
from services.scoring.consumer import SUBSCRIPTIONS
from services.scoring.settings import ScoringSettings
from services.scoring.store import ScoringWork, UnitCopies
from services.scoring.timers import TIMERS
from shared.service import Service
from shared.store.unit_copies import CopiedDirectory

SERVICE = Service(
    name="scoring",
    port=8105,
    settings=ScoringSettings,
    routes=(ROUTES,),
    hears=SUBSCRIPTIONS,
    ticks=TIMERS,
    work=ScoringWork,
    reads_city=CopiedDirectory(UnitCopies),
)

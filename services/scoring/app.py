"""Scoring, declared."""

from services.scoring.api.routes import ROUTES
from services.scoring.consumer import SUBSCRIPTIONS
from services.scoring.settings import ScoringSettings
from services.scoring.store import Directory, Equipment, ScoringWork
from services.scoring.timers import TIMERS
from shared.service import Service


def equip(_settings: ScoringSettings) -> Equipment:
    """What was kept of closed months is read as it is asked for."""
    return Equipment()


SERVICE = Service(
    name="scoring",
    port=8105,
    settings=ScoringSettings,
    routes=(ROUTES,),
    hears=SUBSCRIPTIONS,
    ticks=TIMERS,
    work=ScoringWork,
    reads_city=Directory(),
    equip=equip,
)

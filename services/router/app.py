"""Router, declared."""

from services.router.api.routes import ROUTES
from services.router.consumer import SUBSCRIPTIONS
from services.router.settings import RouterSettings
from services.router.store import RouterWork
from services.router.timers import TIMERS
from shared.sealing.live import LiveRing
from shared.service import Service


def equip(settings: RouterSettings) -> LiveRing:
    """The ring that opens the citizen's words."""
    return LiveRing(settings.words_ring)


SERVICE = Service(
    name="router",
    port=8102,
    settings=RouterSettings,
    work=RouterWork,
    routes=(ROUTES,),
    hears=SUBSCRIPTIONS,
    ticks=TIMERS,
    equip=equip,
)

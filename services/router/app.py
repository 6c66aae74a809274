"""Router, declared."""

from services.router.api.routes import ROUTES
from services.router.consumer import SUBSCRIPTIONS
from services.router.settings import RouterSettings
from services.router.store import Equipment, RouterCity, RouterWork
from services.router.store.model_shelf import ModelShelf
from services.router.timers import TIMERS
from shared.http.vault import vault_at
from shared.sealing.live import LiveRing
from shared.service import Service


def equip(settings: RouterSettings) -> Equipment:
    """The ring that opens the citizen's words, the model that reads them, the way to intake's vault."""
    vault = vault_at(
        settings.intake_url,
        settings.service_key,
        service="router",
        purpose="handling",
        issuer=settings.token_issuer,
        audience=settings.token_audience,
    )
    return Equipment(LiveRing(settings.words_ring), ModelShelf(settings.model), vault)


SERVICE = Service(
    name="router",
    port=8102,
    settings=RouterSettings,
    work=RouterWork,
    reads_city=RouterCity(),
    routes=(ROUTES,),
    places=True,
    hears=SUBSCRIPTIONS,
    ticks=TIMERS,
    equip=equip,
)

"""Survey, declared."""

from services.survey.api.routes import ROUTES
from services.survey.consumer import SUBSCRIPTIONS
from services.survey.domain.links import Links
from services.survey.gateways import contact_gateway
from services.survey.ports import Equipment
from services.survey.settings import SurveySettings
from services.survey.store import SurveyWork
from services.survey.timers import TIMERS
from shared.service import Service


def equip(settings: SurveySettings) -> Equipment:
    """The way to intake's vault, and the secret of the citizens' links."""
    contacts = contact_gateway(
        settings.intake_url,
        settings.service_key,
        issuer=settings.token_issuer,
        audience=settings.token_audience,
    )
    return Equipment(contacts, Links(settings.link_key.read_bytes(), settings.public_url))


SERVICE = Service(
    name="survey",
    port=8104,
    settings=SurveySettings,
    work=SurveyWork,
    routes=(ROUTES,),
    hears=SUBSCRIPTIONS,
    ticks=TIMERS,
    equip=equip,
)

"""Survey, declared."""

from services.survey.api.pages import LINK_PAGES, show_problem
from services.survey.api.routes import PAGES, ROUTES
from services.survey.consumer import SUBSCRIPTIONS
from services.survey.domain.links import Links
from services.survey.domain.signatures import Signatures
from services.survey.gateways import EmbeddedMessenger, http_messenger
from services.survey.settings import SurveySettings, secret_in
from services.survey.store import Equipment, SurveyWork
from services.survey.timers import TIMERS
from shared.http.vault import vault_at
from shared.sealing.passes import CasePasses
from shared.service import Service


def equip(settings: SurveySettings) -> Equipment:
    """The ways to intake's vault and the message gateway; the secrets of links, passes and webhooks."""
    contacts = vault_at(
        settings.intake_url,
        settings.service_key,
        service="survey",
        purpose="callback",
        issuer=settings.token_issuer,
        audience=settings.token_audience,
    )
    signatures = Signatures(secret_in(settings.gateway_key))
    gateway = settings.message_gateway_url
    return Equipment(
        contacts,
        Links(secret_in(settings.link_key), settings.public_url),
        http_messenger(gateway, signatures) if gateway else EmbeddedMessenger(),
        signatures,
        CasePasses(secret_in(settings.case_pass_key)),
    )


SERVICE = Service(
    name="survey",
    port=8104,
    settings=SurveySettings,
    work=SurveyWork,
    routes=(ROUTES, PAGES),
    hears=SUBSCRIPTIONS,
    ticks=TIMERS,
    equip=equip,
    dialects={LINK_PAGES: show_problem},
)

"""Intake, declared."""

from collections.abc import Callable, Mapping

from services.intake.api.cases import QUICK
from services.intake.api.open311.errors import write_errors
from services.intake.api.open311.routes import BASE as OPEN311_BASE
from services.intake.api.open311.routes import POSTS as OPEN311_POSTS
from services.intake.api.open311.routes import ROUTES as OPEN311
from services.intake.api.routes import ROUTES
from services.intake.api.sentences import catalogue
from services.intake.consumer import SUBSCRIPTIONS
from services.intake.domain.file_links import FileLinks
from services.intake.settings import IntakeSettings
from services.intake.store import (
    ApiKeyShelf,
    Equipment,
    IntakeWork,
    UnitCopies,
    links_secret,
    open_objects,
    open_vault,
)
from services.intake.timers import TIMERS
from shared.files.media import MOST_BYTES
from shared.http.api_keys import PREFIX, ApiKeyDesk
from shared.http.body import ROOM_FOR_MULTIPART
from shared.http.callers import Caller, Recogniser, Role
from shared.kernel.words import Language
from shared.sealing.passes import CasePasses
from shared.service import Flat, Service
from shared.store.unit_copies import CopiedDirectory


def equip(settings: IntakeSettings) -> Equipment:
    """The vault with its keys; a missing key, or a sentence nobody wrote, stops the service at its start."""
    for language in Language:
        catalogue(language)
    vault = open_vault(
        contacts=settings.vault_ring,
        words=settings.words_ring,
        incidents=settings.incidents_ring,
        index_key=settings.vault_index_key,
    )
    links = FileLinks(links_secret(settings.vault_index_key))
    passes = CasePasses(settings.case_pass_key.read_bytes())
    return Equipment(vault, settings.tracking_prefix, open_objects(settings.objects), links, passes)


def recognises(flat: Flat) -> Mapping[str, Recogniser]:
    """Client apps, by their API keys."""
    return {PREFIX: ApiKeyDesk(ApiKeyShelf(flat.store), flat.clock).recognise}


def rates(settings: IntakeSettings) -> Callable[[Caller], int | None]:
    """Who comes from outside is counted; the city's own staff and services are not."""

    def of(caller: Caller) -> int | None:
        if caller.kind == "follower":
            return settings.follow_rate_limit_per_minute
        if caller.kind == "visitor":
            return settings.open311_rate_limit_per_minute
        if caller.kind == "client":
            return settings.rate_limit_per_minute if caller.rate is None else caller.rate
        return settings.rate_limit_per_minute if caller.roles == {Role.CITIZEN} else None

    return of


SERVICE = Service(
    name="intake",
    port=8101,
    settings=IntakeSettings,
    work=IntakeWork,
    reads_city=CopiedDirectory(UnitCopies),
    routes=(ROUTES, OPEN311),
    places=True,
    hears=SUBSCRIPTIONS,
    ticks=TIMERS,
    equip=equip,
    upload_limit=MOST_BYTES + ROOM_FOR_MULTIPART,
    upload_paths=("/v1/attachments", *OPEN311_POSTS),
    recognises=recognises,
    quick=(QUICK,),
    rates=rates,
    dialects={OPEN311_BASE: write_errors},
)

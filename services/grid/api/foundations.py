"""五有: the list, what one community has and who said so, and how far the communities of a place are."""

from collections.abc import Awaitable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from services.grid.api.desk import Change, Equipped, OpenWork, OwnUnit, Reader, sight_of
from services.grid.api.foundation_views import FoundationsOut, ListOut, OverviewOut, ReachOut, TickIn
from services.grid.domain import foundations as d
from services.grid.domain.errors import FilterRefused
from services.grid.domain.policy import foundations as policy
from services.grid.handlers import foundations as handlers
from services.grid.store import GridWork
from services.grid.store import foundations as queries
from shared.city.city import City
from shared.city.foundations import FoundationList
from shared.city.units import Units
from shared.http.auth import Known
from shared.http.etag import IfMatch, tag
from shared.http.idempotency import OnceOnly
from shared.http.knock import InCity, Now, Reading
from shared.http.wire import Text
from shared.kernel.ids import UnitCode

ROUTES = APIRouter()
Community = Annotated[Text, Path(max_length=40, description="The community's code.")]
Item = Annotated[Text, Path(max_length=40, description="The item's code in the list in force.")]


async def _listed(city: InCity, now: Now) -> FoundationList:
    return city.foundations.in_force(city.day(now))


InForce = Annotated[FoundationList, Depends(_listed)]


async def _change(
    unit: Community, by: OwnUnit, seen: IfMatch, once: OnceOnly, open_work: OpenWork, in_force: InForce
) -> Change[UnitCode, d.Foundations]:
    key = UnitCode(unit)

    def load(work: GridWork) -> Awaitable[d.Foundations]:
        return work.foundations.of(key)

    def view(shown: d.Foundations, units: Units) -> FoundationsOut:
        return FoundationsOut.of(shown, in_force, units)

    return Change(key, by, seen, once, open_work, load, policy.require_sight, view)


Changing = Annotated[Change[UnitCode, d.Foundations], Depends(_change)]


@ROUTES.get("/foundation-lists")
async def foundation_lists(_: Reader, city: InCity, in_force: InForce) -> list[ListOut]:
    """五有: every version of the list, the oldest first."""
    return [ListOut.of(listed, in_force) for listed in city.foundations.versions]


@ROUTES.get("/foundations")
async def foundations_overview(
    connection: Reading,
    reader: Reader,
    city: InCity,
    in_force: InForce,
    unit: Annotated[Text | None, Query(max_length=40, description="The asker's or one below it.")] = None,
) -> OverviewOut:
    """How far the communities of a unit are, and of each unit directly below it."""
    asked = _asked(unit, sight_of(reader), city)
    below = policy.communities_below(asked, city.units)
    everyone = policy.communities_of(asked, below, city.units)
    said = await queries.said(connection, everyone)
    items = [item.code for item in in_force.items]
    whole = ReachOut.of(policy.reach(asked, everyone, said, items), city.units)
    parts = [policy.reach(code, communities, said, items) for code, communities in below.items()]
    return OverviewOut(
        **whole.model_dump(),
        list_version=in_force.version,
        below=[ReachOut.of(part, city.units) for part in parts],
    )


@ROUTES.get("/foundations/{unit}")
async def community_foundations(
    unit: Community,
    connection: Reading,
    reader: Reader,
    city: InCity,
    in_force: InForce,
    equipped: Equipped,
    response: Response,
) -> FoundationsOut:
    """What one community has, who said so, and what shows it."""
    code = UnitCode(unit)
    found = await queries.foundations(connection, code)
    policy.require_sight(found, sight_of(reader) or code, city.units)
    tag(response, found.version)
    return FoundationsOut.of(found, in_force, city.units, equipped.seals.open_words)


@ROUTES.post("/foundations/{unit}/{item}", response_model=FoundationsOut)
async def tick_foundation(item: Item, body: TickIn, caller: Known, change: Changing) -> Response:
    """勾选: the community has it, or has it not; the newest word counts."""
    person = caller.subject if caller else ""
    command = d.TickItem(change.key, change.by, person, item, body.has, body.words)
    return await change.make(lambda work: handlers.tick(work, command))


def _asked(unit: str | None, sight: UnitCode | None, city: City) -> UnitCode:
    """The unit the overview is of. Raises `FilterRefused` for one the asker does not oversee."""
    asked = UnitCode(unit) if unit else sight
    if asked is None:
        return next(UnitCode(each.code) for each in city.units.acting() if each.parent_code is None)
    if not city.units.knows(asked) or (sight is not None and not city.units.is_within(asked, sight)):
        raise FilterRefused(asked)
    return asked

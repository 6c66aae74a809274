"""What the desk does with a running order: extend, shelve and take up again, urge, supervise; and what is
supervised from its dispatch on.
"""

from datetime import datetime, timedelta

from services.router.domain import commands as do
from services.router.domain import errors
from services.router.domain.model import Bell, Case, Note, Shelf, WorkOrder
from services.router.domain.policy.bells import decided
from services.router.domain.policy.handling import named, said
from services.router.domain.policy.orders import lead_of, order_for, with_order
from services.router.domain.policy.sending import Sending, reminder, send
from shared.city.city import City
from shared.events import router as say
from shared.events.fact import Fact
from shared.kernel.changed import replace
from shared.kernel.decision import Decision
from shared.kernel.words import HandlingMode, Tier
from shared.lifecycle.case import CASE_LIFE

DEADLINES = frozenset({Bell.DUE_SOON, Bell.RESOLVE, Bell.CO_RESOLVE})
LONGEST_SHELF = timedelta(days=730)
"""挂账 is looked at again within two years (ours)."""


def extend(case: Case, cmd: do.Extend, city: City, *, at: datetime) -> Decision[Case]:
    """延期: once in a case's whole life, by at most the original limit again."""
    order = lead_of("extend", order_for(case, cmd, city.units))
    CASE_LIFE.fire("extend", case.state)
    rules = city.policy.extension
    if case.extensions >= rules.max_times:
        raise errors.ExtensionsUsed(rules.max_times)
    _require_within(case, order, cmd.until, city, at=at)
    note = Note(at, cmd.by.name, "extend", said(cmd.reason, "reason"))
    longer = with_deadline(case, cmd.until, city, at=at)
    after = replace(
        longer, extensions=case.extensions + 1, approved_until=cmd.until, notes=(*case.notes, note)
    )
    return decided(after, say.CaseExtended(**named(case, order), resolve_by=cmd.until))


def shelve(case: Case, cmd: do.Shelve, city: City, *, at: datetime) -> Decision[Case]:
    """挂账: approved, until a day to look again. The deadline stands: shelving explains, and excuses not."""
    order = lead_of("shelve", order_for(case, cmd, city.units))
    state = CASE_LIFE.fire("shelve", case.state)
    if not at < cmd.review_at <= at + LONGEST_SHELF:
        raise errors.BadReview(at + LONGEST_SHELF)
    note = Note(at, cmd.by.name, "shelve", said(cmd.reason, "reason"))
    shelf = Shelf(cmd.reason, cmd.by.name, at, cmd.review_at)
    shelved = replace(case, state=state, shelf=shelf, notes=(*case.notes, note))
    return decided(shelved, say.CaseShelved(**named(case, order), review_at=cmd.review_at))


def unshelve(case: Case, cmd: do.Unshelve, city: City, *, at: datetime) -> Decision[Case]:
    """Taken up again before its day."""
    order = lead_of("unshelve", order_for(case, cmd, city.units))
    note = Note(at, cmd.by.name, "unshelve", "")
    return take_up(replace(case, notes=(*case.notes, note)), order)


def take_up(case: Case, order: WorkOrder) -> Decision[Case]:
    """Back in the unit's hand, by a clerk or because the day has come."""
    state = CASE_LIFE.fire("unshelve", case.state)
    return decided(replace(case, state=state, shelf=None), say.CaseUnshelved(**named(case, order)))


def urge(case: Case, cmd: do.Urge, city: City, *, at: datetime) -> Decision[Case]:
    """催办 by the desk."""
    order = lead_of("urge", order_for(case, cmd, city.units))
    CASE_LIFE.fire("urge", case.state)
    note = Note(at, cmd.by.name, "urge", cmd.note)
    urged = replace(order, urged=order.urged + 1, notes=(*order.notes, note))
    return decided(with_order(case, urged), say.CaseUrged(**named(case, order)))


def supervise(case: Case, cmd: do.Supervise, city: City, *, at: datetime) -> Decision[Case]:
    """督办: from now on somebody higher looks on, and it is 难题专办."""
    order = lead_of("supervise", order_for(case, cmd, city.units))
    CASE_LIFE.fire("supervise", case.state)
    if case.supervised:
        raise errors.AlreadySupervised
    note = Note(at, cmd.by.name, "supervise", said(cmd.reason, "reason"))
    watched = replace(case, supervised=True, mode=HandlingMode.DEDICATED, notes=(*case.notes, note))
    return decided(watched, say.CaseSupervised(**named(case, order)))


def send_watched(
    case: Case, to: Sending, ids: do.OrderIds, city: City, *, at: datetime
) -> tuple[Case, tuple[Fact, ...]]:
    """派单, and 督办 with it where it is the redo after the last ordinary one."""
    is_last = case.redo > city.policy.redo.max_redo and not case.supervised
    sent, dispatched = send(replace(case, supervised=case.supervised or is_last), to, ids, city, at=at)
    if not is_last or sent.lead is None:
        return sent, (dispatched,)
    return sent, (dispatched, say.CaseSupervised(**named(sent, sent.lead)))


def _require_within(case: Case, order: WorkOrder, until: datetime, city: City, *, at: datetime) -> None:
    limit = city.policy.feedback.of(case.tier or Tier.GENERAL)
    original = case.resolve_by or order.resolve_by
    latest = city.calendar.deadline(original, limit.times(city.policy.extension.at_most_original_times))
    if not max(original, at) < until <= latest:
        raise errors.BadExtension(max(original, at), latest)


def with_deadline(case: Case, until: datetime, city: City, *, at: datetime) -> Case:
    """One deadline for lead and co-units. One that lies ahead is a new clock, told once though the old one
    was; one that is over already is told unless the old one was.
    """
    lies_ahead = until > at
    lead = replace(case.lead, resolve_by=until) if case.lead else None
    co_orders = tuple(
        replace(each, resolve_by=until, rung=_silenced(each.rung, lies_ahead)) if each.is_open else each
        for each in case.co_orders
    )
    return replace(
        case,
        lead=lead,
        co_orders=co_orders,
        resolve_by=until,
        remind_at=reminder(until, case.tier or Tier.GENERAL, city),
        rung=_silenced(case.rung, lies_ahead),
    )


def _silenced(rung: tuple[Bell, ...], lies_ahead: bool) -> tuple[Bell, ...]:
    return tuple(each for each in rung if not (lies_ahead and each in DEADLINES))

"""月结: when a period may be closed, and what is said when it is."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from services.scoring.domain.commands import AskClose
from services.scoring.domain.errors import (
    EarlierPeriodOpen,
    LedgerBehind,
    LedgerUnknown,
    NothingCounts,
    PeriodNotSettled,
)
from services.scoring.domain.lifecycle import MONTH_LIFE, MonthState
from services.scoring.domain.month import Frozen, JudgedBy, Month
from services.scoring.domain.periods import Periods
from shared.city.policy import Policy
from shared.events import scoring as say
from shared.kernel.decision import Decision


@dataclass(frozen=True, slots=True)
class Closable:
    """What closing asks of the ledger."""

    earlier: str | None
    """The oldest earlier period that something counts in and nobody closed."""
    counts: bool
    """Whether anything counts in the period itself."""


def ask(
    month: Month | None, cmd: AskClose, closable: Closable, policy: Policy, *, at: datetime
) -> Decision[Month]:
    """Ask for the close.

    Raises `MoveNotAllowed`, `PeriodNotSettled`, `EarlierPeriodOpen`, `NothingCounts`, `LedgerBehind`,
    `LedgerUnknown`.
    """
    periods = Periods.of_policy(policy)
    state = MONTH_LIFE.fire("ask", month.state if month else MonthState.OPEN)
    if at < (settled := periods.settled(cmd.period)):
        raise PeriodNotSettled(cmd.period, settled)
    if closable.earlier is not None:
        raise EarlierPeriodOpen(cmd.period, closable.earlier)
    if not closable.counts:
        raise NothingCounts(cmd.period)
    if not cmd.insists:
        _require_heard(cmd, settled)
    rules = JudgedBy.of_policy(policy, cmd.period, periods.label(at))
    asked = Month(cmd.period, state, cmd.by, at, policy.version, rules=rules)
    return Decision(asked, (say.MonthCloseAsked(period=cmd.period, insisted=cmd.insists),))


def _require_heard(cmd: AskClose, settled: datetime) -> None:
    if cmd.unheard is None:
        raise LedgerUnknown(cmd.period)
    # Something always lies on the bus: what was said since the period settled does not concern it.
    if cmd.unheard.since is not None and cmd.unheard.since < settled:
        raise LedgerBehind(cmd.period, cmd.unheard.records, cmd.unheard.since)


def close(
    month: Month,
    frozen: Frozen,
    divisions: str,
    published: Iterable[say.RatesPublished],
    periods: Periods,
    *,
    at: datetime,
) -> Decision[Month]:
    """Close it with what was frozen, to be read by these divisions."""
    state = MONTH_LIFE.fire("close", month.state)
    after = replace(month, state=state, closed_at=at, frozen=frozen, divisions=divisions, traces_late=True)
    period = periods.named(month.period)
    closed = say.MonthClosed(
        period=month.period,
        starts=period.starts,
        ends=period.ends,
        settled=periods.settled(month.period),
        policy_version=month.policy_version,
        lines=frozen.lines,
        cases=frozen.cases,
        exclusions=frozen.exclusions,
        sha256=frozen.sha256,
    )
    return Decision(after, (closed, *published))

"""Ledger, exclusions and months: load, decide, keep. Of the notes, what changed nothing is not written."""

from services.scoring.domain import commands as do
from services.scoring.domain.commands import Note, NoteBlown, NoteWhistle
from services.scoring.domain.divisions import Divisions
from services.scoring.domain.errors import AskedAlready, CountsNotThen
from services.scoring.domain.exclusion import Exclusion
from services.scoring.domain.model import Entry
from services.scoring.domain.month import Month
from services.scoring.domain.periods import Periods
from services.scoring.domain.policy import closing, exclusions, ledger, publishing, whistles
from services.scoring.ports import ScoringWork
from shared.kernel.decision import Decision


async def take_note(work: ScoringWork, said: Note) -> None:
    """Fold a note about a case into its entry; the first one opens it."""
    before = await work.entries.find(said.case_id) or Entry(said.case_id)
    opened = await work.books.opened(said.stamp)
    after = ledger.fold(before, said, opened)
    if after is not before:
        work.books.count(said.case_id, said.stamp, opened)
        await work.entries.keep(Decision(after))


async def note_blown(work: ScoringWork, said: NoteBlown) -> None:
    """Open a whistle; blown twice, it stays as it is."""
    if await work.whistles.find(said.whistle_id) is None:
        opened = await work.books.opened(said.stamp)
        work.books.count(said.whistle_id, said.stamp, opened)
        await work.whistles.keep(Decision(whistles.blow(said, opened)))


async def note_whistle(work: ScoringWork, said: NoteWhistle) -> None:
    """Fold a note about a whistle into it."""
    before = await work.whistles.get(said.whistle_id)
    opened = await work.books.opened(said.stamp)
    after = whistles.fold(before, said, opened)
    if after is not before:
        work.books.count(said.whistle_id, said.stamp, opened)
        await work.whistles.keep(Decision(after))


async def ask_exclusion(work: ScoringWork, cmd: do.AskExclusion) -> Exclusion:
    """剔除 asked for. Raises `PeriodClosed`, `CountsNotThen`, `AskedAlready`."""
    await work.books.require_open(cmd.period)
    if not await work.entries.counts_in(cmd.case_id, cmd.period):
        raise CountsNotThen(cmd.case_id, cmd.period)
    known = await work.exclusions.about(cmd.case_id, cmd.period)
    if known is not None:
        raise AskedAlready(known)
    return await work.exclusions.keep(exclusions.ask(cmd, at=work.now))


async def review_exclusion(work: ScoringWork, cmd: do.Review) -> Exclusion:
    """One reviewer's word. Raises `PeriodClosed`."""
    exclusion = await work.exclusions.get(cmd.exclusion_id)
    await work.books.require_open(exclusion.period)
    return await work.exclusions.keep(exclusions.review(exclusion, cmd, at=work.now))


async def appeal(work: ScoringWork, cmd: do.Appeal) -> Exclusion:
    """申诉. Raises `PeriodClosed`."""
    exclusion = await work.exclusions.get(cmd.exclusion_id)
    await work.books.require_open(exclusion.period)
    return await work.exclusions.keep(exclusions.appeal(exclusion, cmd, work.city.units, at=work.now))


async def decide_appeal(work: ScoringWork, cmd: do.Review) -> Exclusion:
    """The last word on an appeal. Raises `PeriodClosed`."""
    exclusion = await work.exclusions.get(cmd.exclusion_id)
    await work.books.require_open(exclusion.period)
    return await work.exclusions.keep(exclusions.decide_appeal(exclusion, cmd, at=work.now))


async def ask_close(work: ScoringWork, cmd: do.AskClose) -> Month:
    """月结 asked for: from the commit on nothing is written into the period any more."""
    await work.books.shut()
    month = await work.months.find(cmd.period)
    closable = await work.months.closable(cmd.period)
    return await work.months.keep(closing.ask(month, cmd, closable, work.city.policy, at=work.now))


async def close_month(work: ScoringWork) -> int:
    """Freeze the oldest period whose close was asked for; answers how many that were."""
    month = await work.months.closing()
    if month is None:
        return 0
    frozen = await work.months.freeze(month.period)
    divisions = await work.months.keep_divisions(Divisions.of_city(work.city))
    periods = Periods.of_policy(work.city.policy)
    before = await work.months.sums(periods.before(month.period))
    published = publishing.publish(
        month, await work.months.sums(month.period), before, city=month.judged(work.city)
    )
    await work.months.keep(closing.close(month, frozen, divisions, published, periods, at=work.now))
    return 1

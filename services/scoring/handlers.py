"""Taking notes: load, fold, keep. What changed nothing is not written."""

from services.scoring.domain.commands import Note, NoteBlown, NoteWhistle
from services.scoring.domain.model import Entry
from services.scoring.domain.policy import ledger, whistles
from services.scoring.ports import ScoringWork
from shared.city.unit_copies import UnitCopy
from shared.kernel.decision import Decision


async def take_note(work: ScoringWork, said: Note) -> None:
    """Fold a note about a case into its entry; the first one opens it."""
    before = await work.entries.find(said.case_id) or Entry(said.case_id)
    after = ledger.fold(before, said)
    if after is not before:
        await work.entries.keep(Decision(after))


async def note_blown(work: ScoringWork, said: NoteBlown) -> None:
    """Open a whistle; blown twice, it stays as it is."""
    if await work.whistles.find(said.whistle_id) is None:
        await work.whistles.keep(Decision(whistles.blow(said)))


async def note_whistle(work: ScoringWork, said: NoteWhistle) -> None:
    """Fold a note about a whistle into it."""
    before = await work.whistles.get(said.whistle_id)
    after = whistles.fold(before, said)
    if after is not before:
        await work.whistles.keep(Decision(after))


async def learn_unit(work: ScoringWork, told: UnitCopy) -> None:
    """Know a unit as router tells it now."""
    await work.unit_copies.learn(told)

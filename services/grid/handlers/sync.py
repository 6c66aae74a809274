"""同步: a terminal's batch, item by item in its order, in one knock.

Handlers decide before they keep anything: what is refused leaves nothing behind, and the others stand.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from services.grid.domain import commands as do
from services.grid.domain import deliberation_commands
from services.grid.domain.deliberation import Deliberation
from services.grid.domain.incident import Incident
from services.grid.domain.model import Whistle
from services.grid.domain.policy import deliberation as table
from services.grid.domain.policy import incidents, parties, syncing, tasks, terminals
from services.grid.domain.policy.syncing import KEPT_FOR, LYING_LONGER, TOLD_FOR, Roll
from services.grid.domain.rounds import RecordInspection, RecordTrack, RecordVisit
from services.grid.domain.syncing import Answered, Command, Item, Outcome, Receipt, Subject
from services.grid.domain.task import ReportTask, Task
from services.grid.domain.terminal import Terminal
from services.grid.domain.terminal_errors import ItemIdTaken
from services.grid.handlers.deliberation import report_task as report_deliberated_task
from services.grid.handlers.incidents import escalate_incident, handle_incident, report_incident
from services.grid.handlers.rounds import record_inspection, record_track, record_visit
from services.grid.handlers.tasks import report_task
from services.grid.handlers.whistles import report_in
from services.grid.ports import GridWork
from shared.kernel.decision import Decision
from shared.kernel.errors import Conflict, Refusal, Stale
from shared.kernel.ids import TerminalId, UnitCode

FORGOTTEN_AT_ONCE = 5_000
WriteDown = Callable[[Refusal], Mapping[str, Any]]
"""How a refusal is told to a terminal, and kept."""


async def open_terminal(work: GridWork, terminal_id: TerminalId) -> Terminal:
    """The terminal, for one batch at a time. Raises `TerminalRevoked`."""
    terminal = await work.terminals.get(terminal_id)
    terminals.require_good(terminal)
    return await work.terminals.keep(Decision(terminals.see(terminal, at=work.now)))


async def sync(
    work: GridWork, terminal: Terminal, items: Sequence[Item], *, unreadable: int, write_down: WriteDown
) -> list[Answered]:
    """What became of each item. `unreadable`: how many more there were that have not even a number."""
    known = dict(await work.receipts.of([item.item_id for item in items]))
    await _load(work, terminal.unit, [item for item in items if _looks_up(known.get(item.item_id))])
    roll, answers = Roll(terminal.last_sequence, unreadable), list[Answered]()
    for item in syncing.in_order(items):
        receipt = known.get(item.item_id)
        if receipt is not None:
            answers.append(await _recalled(work, item, receipt, terminal, write_down))
            roll = roll.past(item)
            continue
        try:
            roll = roll.turn(item)
        except Refusal as refusal:
            answers.append(Answered(item, Outcome.REFUSED, problem=write_down(refusal)))
            continue
        answers.append(await _answered(work, item, write_down))
        known[item.item_id] = syncing.settle(item, answers[-1], terminal, at=work.now)
        work.receipts.keep(known[item.item_id])
    await work.terminals.keep(Decision(terminals.count(terminal, roll.last)))
    return syncing.back_in_place(answers)


async def forget_receipts(work: GridWork) -> int:
    """Drop what was answered more than thirty days ago; how many."""
    return await work.receipts.forget(work.now - KEPT_FOR, FORGOTTEN_AT_ONCE)


async def forget_changes(work: GridWork) -> int:
    """Drop what terminals were told of things that have been over for long; how many."""
    return await work.changes.forget(work.now - TOLD_FOR - LYING_LONGER, FORGOTTEN_AT_ONCE)


def _looks_up(receipt: Receipt | None) -> bool:
    """Whether an item is looked into: it is new, or its conflict is shown as it stands now."""
    return receipt is None or receipt.outcome is Outcome.CONFLICT


async def _load(work: GridWork, unit: UnitCode, items: Sequence[Item]) -> None:
    """Everything the batch names in a few statements; after that the handlers find it at hand."""
    commands = [item.command for item in items]
    told = (do.ReportIncident, do.HandleIncident, do.EscalateIncident)
    await work.incidents.reserve([cmd.incident_id for cmd in commands if isinstance(cmd, told)])
    await work.whistles.preload([cmd.whistle_id for cmd in commands if isinstance(cmd, do.ReportIn)])
    named = [photo for cmd in commands for photo in getattr(cmd, "photos", ())]
    await work.photos.known(unit, named)
    await work.tasks.preload([cmd.task_id for cmd in commands if isinstance(cmd, ReportTask)])
    carried_out = [cmd for cmd in commands if isinstance(cmd, deliberation_commands.ReportTask)]
    await work.deliberations.preload([cmd.deliberation_id for cmd in carried_out])
    await work.visits.preload([cmd.visit_id for cmd in commands if isinstance(cmd, RecordVisit)])
    looked = [cmd.inspection_id for cmd in commands if isinstance(cmd, RecordInspection)]
    await work.inspections.preload(looked)


async def _recalled(
    work: GridWork, item: Item, receipt: Receipt, terminal: Terminal, write_down: WriteDown
) -> Answered:
    """What it was answered before. Of a conflict, how things stand now: the worker decides on that."""
    try:
        answered = syncing.recall(item, receipt, terminal.worker)
    except ItemIdTaken as refusal:
        return Answered(item, Outcome.REFUSED, problem=write_down(refusal))
    if answered.first is not Outcome.CONFLICT or item.command is None:
        return answered
    return replace(answered, current=await _subject(work, item.command))


async def _answered(work: GridWork, item: Item, write_down: WriteDown) -> Answered:
    if item.command is None:
        return Answered(item, Outcome.REFUSED, problem=item.problem)
    before = await _subject(work, item.command)
    try:
        syncing.require_sound(item, at=work.now)
        if before is not None:
            syncing.require_base(item, before.version)
        version = await _apply(work, item.command)
    except (Conflict, Stale) as refusal:
        return Answered(item, Outcome.CONFLICT, problem=write_down(refusal), current=before)
    except Refusal as refusal:
        return Answered(item, Outcome.REFUSED, problem=write_down(refusal))
    return Answered(item, Outcome.ACCEPTED, subject_version=version)


async def _subject(work: GridWork, command: Command) -> Subject | None:
    """What the command changes, if its worker may see it."""
    units = work.city.units
    match command:
        case do.HandleIncident() | do.EscalateIncident():
            incident: Incident | None = await work.incidents.find(command.incident_id)
            return incident if incident and incidents.may_see(incident, command.by, units) else None
        case do.ReportIn():
            whistle: Whistle | None = await work.whistles.find(command.whistle_id)
            return whistle if whistle and parties.may_see(whistle, command.by, units) else None
        case ReportTask():
            task: Task | None = await work.tasks.find(command.task_id)
            return task if task and tasks.may_see(task, command.by.unit, units) else None
        case deliberation_commands.ReportTask():
            found: Deliberation | None = await work.deliberations.find(command.deliberation_id)
            return found if found and table.may_see(found, command.by, units) else None
        case _:
            return None


async def _apply(work: GridWork, command: Command) -> int | None:
    """Do it; the version of what it made or changed, if others may change it too."""
    match command:
        case do.ReportIncident():
            return (await report_incident(work, command)).version
        case do.HandleIncident():
            return (await handle_incident(work, command)).version
        case do.EscalateIncident():
            return (await escalate_incident(work, command)).version
        case do.ReportIn():
            return (await report_in(work, command)).version
        case ReportTask():
            return (await report_task(work, command)).version
        case deliberation_commands.ReportTask():
            return (await report_deliberated_task(work, command)).version
        case RecordVisit():
            await record_visit(work, command)
        case RecordInspection():
            await record_inspection(work, command)
        case RecordTrack():
            await record_track(work, command)
    return None

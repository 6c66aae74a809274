"""Two terminals offline and online in any interleaving: retries, late copies, lost answers, lost commits.

Each action is found once and in order, and each device learns what became of what it did.
"""

from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.grid import handlers
from services.grid.domain import commands as do
from services.grid.domain import deliberation_commands
from services.grid.domain.deliberation import Deliberation
from services.grid.domain.lifecycle import DeliberationState
from services.grid.domain.model import Site
from services.grid.domain.rounds import Doer
from services.grid.domain.syncing import Answered, Command, Item, Outcome
from services.grid.domain.task import ReportTask, Task
from services.grid.domain.terminal import Terminal, TerminalState
from shared.kernel.errors import Refusal
from shared.kernel.ids import CategoryCode, IncidentId, ItemId, TaskId, TerminalId
from tests.kit import deliberations
from tests.kit.deliberations import DELIBERATION_ID
from tests.kit.grid_memory import MemoryWork
from tests.kit.whistles import BLOWN_AT, GUANYINSI_COMMUNITY, SITE

DEVICES = (0, 1)
TASK_ID = TaskId(UUID("01950000-0000-7000-8000-0000000000f0"))
DECIDED = (1, 2)
devices = st.sampled_from(DEVICES)


def a_terminal(number: int) -> Terminal:
    return Terminal(
        terminal_id=TerminalId(UUID(int=number + 1)),
        worker=f"worker-{number}",
        unit=GUANYINSI_COMMUNITY,
        name="机",
        made_at=BLOWN_AT,
        made_by="clerk",
        code_sha256=b"",
        code_until=BLOWN_AT,
        state=TerminalState.ENROLLED,
    )


def a_task() -> Task:
    day_after = BLOWN_AT + timedelta(days=1)
    return Task(
        TASK_ID, GUANYINSI_COMMUNITY, GUANYINSI_COMMUNITY, None, None, "核对楼道堆物", BLOWN_AT, day_after
    )


def a_decided_matter() -> Deliberation:
    """Two tasks of one table that the devices' unit answers for."""
    tasks = tuple(deliberations.a_task(number, owner=GUANYINSI_COMMUNITY) for number in DECIDED)
    return deliberations.adopted(DeliberationState.UNDER_WAY, tasks=tasks)


def an_item(number: int, sequence: int, command: Command) -> Item:
    mark = str(command).encode()
    return Item(0, ItemId(_v7(number)), sequence, type(command).__name__, BLOWN_AT, mark, command)


def at_once(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run what never waits: the memory is at hand, and a loop for each step would take most of the time."""
    try:
        coroutine.send(None)
    except StopIteration as ended:
        return ended.value
    raise AssertionError("it waited")


def _v7(number: int) -> UUID:
    return UUID(f"01950000-0000-7000-8000-{number:012x}")


class OfflineTerminals(RuleBasedStateMachine):
    """The devices' side was written without looking at the rules of the desk."""

    @initialize()
    def enrol(self) -> None:
        self.memory = MemoryWork.with_terminals(*map(a_terminal, DEVICES), at=BLOWN_AT)
        self.memory.tasks.rows[TASK_ID] = a_task()
        self.memory.deliberations.rows[DELIBERATION_ID] = a_decided_matter()
        self.did: dict[int, list[Item]] = {device: [] for device in DEVICES}
        self.answered: dict[int, dict[ItemId, Outcome]] = {device: {} for device in DEVICES}
        self.under_way: list[tuple[int, list[Item]]] = []
        self.made = 0

    def _do(self, device: int, command_of: Any) -> None:
        self.made += 1
        sequence = len(self.did[device]) + 1
        self.did[device].append(an_item(self.made, sequence, command_of(_v7(self.made))))

    @rule(device=devices)
    def reports(self, device: int) -> None:
        worker = f"worker-{device}"
        self._do(
            device,
            lambda key: do.ReportIncident(
                incident_id=IncidentId(key),
                by=GUANYINSI_COMMUNITY,
                worker=worker,
                category=CategoryCode("street_lamp"),
                text="路灯",
                address=None,
                site=Site(spot=SITE),
                recorded_at=BLOWN_AT,
            ),
        )

    @precondition(lambda self: self._reported())
    @rule(device=devices, pick=st.integers(0, 5), escalates=st.booleans())
    def ends_one(self, device: int, pick: int, escalates: bool) -> None:
        known = self._reported()
        incident_id = known[pick % len(known)]
        if escalates:
            self._do(device, lambda _: do.EscalateIncident(incident_id, GUANYINSI_COMMUNITY))
        else:
            self._do(device, lambda _: do.HandleIncident(incident_id, GUANYINSI_COMMUNITY, "已加固"))

    @rule(device=devices)
    def reports_the_task(self, device: int) -> None:
        """One task waits for both: whoever's report comes first has done it."""
        doer = Doer(f"worker-{device}", GUANYINSI_COMMUNITY, BLOWN_AT)
        self._do(device, lambda _: ReportTask(TASK_ID, doer, True, "已清理"))

    @rule(device=devices, task=st.sampled_from(DECIDED))
    def carries_out(self, device: int, task: int) -> None:
        """Two tasks of one deliberation wait for both: each is done by whoever's report comes first."""
        doer = Doer(f"worker-{device}", GUANYINSI_COMMUNITY, BLOWN_AT)
        told = DELIBERATION_ID, GUANYINSI_COMMUNITY, task, "已装好", doer
        self._do(device, lambda _: deliberation_commands.ReportTask(*told))

    def _reported(self) -> list[IncidentId]:
        items = (item for done in self.did.values() for item in done)
        return [item.command.incident_id for item in items if isinstance(item.command, do.ReportIncident)]

    def _carried_out(self) -> set[int]:
        """The tasks of the matter that were reported, as far as grid has heard of it."""
        rows = self.memory.terminals.rows
        heard = {device: rows[a_terminal(device).terminal_id].last_sequence for device in DEVICES}
        items = (item for device, done in self.did.items() for item in done[: heard[device]])
        reports = (item.command for item in items)
        return {one.task for one in reports if isinstance(one, deliberation_commands.ReportTask)}

    @precondition(lambda self: any(self.did.values()))
    @rule(device=devices, start=st.integers(0, 8), many=st.integers(1, 6))
    def sends(self, device: int, start: int, many: int) -> None:
        """From what has no answer yet, or from anywhere before: two windows of one device do not agree."""
        batch = self.did[device][start : start + many]
        if batch:
            self.under_way.append((device, batch))

    @precondition(lambda self: self.under_way)
    @rule(
        pick=st.integers(0, 9),
        heard=st.booleans(),
        commits=st.booleans(),
        again=st.booleans(),
        data=st.data(),
    )
    def arrives(self, pick: int, heard: bool, commits: bool, again: bool, data: st.DataObject) -> None:
        place = pick % len(self.under_way)
        device, batch = self.under_way[place] if again else self.under_way.pop(place)
        shuffled = data.draw(st.permutations(batch))
        answers = self._sync(device, shuffled, commits=commits)
        if commits and heard:
            self._hears(device, answers)

    @rule(hours=st.sampled_from([1, 24, 24 * 40]))
    def time_passes(self, hours: int) -> None:
        """Answers are forgotten after thirty days; the numbers alone keep things single from then on."""
        self.memory.now = min(self.memory.now + timedelta(hours=hours), BLOWN_AT + timedelta(days=85))
        work = self.memory.opened()
        at_once(handlers.forget_receipts(work))
        self.memory = work

    def _sync(self, device: int, batch: list[Item], *, commits: bool) -> list[Answered]:
        work = self.memory.opened()
        numbered = [replace(item, index=index) for index, item in enumerate(batch)]

        async def batch_of() -> list[Answered]:
            terminal = await handlers.open_terminal(work, a_terminal(device).terminal_id)
            return await handlers.sync(work, terminal, numbered, unreadable=0, write_down=_named)

        answers: list[Answered] = at_once(batch_of())
        if commits:
            self.memory = work
        assert [answered.item.index for answered in answers] == list(range(len(batch)))
        return answers

    def _hears(self, device: int, answers: list[Answered]) -> None:
        for answered in answers:
            reason = (answered.problem or {}).get("reason")
            if reason in ("sequence_gap", "sequence_passed"):
                continue  # Not answered for good: sent again later, or forgotten long since.
            outcome = answered.first or answered.outcome
            known = self.answered[device].setdefault(answered.item.item_id, outcome)
            assert known is outcome, "what became of an item does not change"

    @invariant()
    def each_action_once_and_in_order(self) -> None:
        for incident_id in self._reported():
            told = [what for key, what in self.memory.incidents.said if key == incident_id]
            assert told in ([], ["incident.reported"], *ENDS)

    @invariant()
    def the_task_is_done_once(self) -> None:
        assert [what for _, what in self.memory.tasks.said] in ([], ["task.reported"])

    @invariant()
    def what_residents_decided_on_is_done_once(self) -> None:
        tasks = self.memory.deliberations.rows[DELIBERATION_ID].tasks
        done = {task.number for task in tasks if task.done_at is not None}
        assert done == self._carried_out()
        assert len(self.memory.deliberations.said) == len(done)

    @invariant()
    def what_counts_is_what_was_done_first(self) -> None:
        for device in DEVICES:
            last = self.memory.terminals.rows[a_terminal(device).terminal_id].last_sequence
            reports = [i for i in self.did[device] if isinstance(i.command, do.ReportIncident)]
            for item in reports:
                assert (IncidentId(item.item_id) in self.memory.incidents.rows) == (item.sequence <= last)

    def teardown(self) -> None:
        """In the end everybody is online: every device sends all it did, twice."""
        if not hasattr(self, "memory"):
            return
        for device in (*DEVICES, *DEVICES):
            self._hears(device, self._sync(device, self.did[device], commits=True))
        before = list(self.memory.incidents.said)
        for device in DEVICES:
            self._sync(device, self.did[device], commits=True)
            last = self.memory.terminals.rows[a_terminal(device).terminal_id].last_sequence
            assert last == len(self.did[device])
        assert self.memory.incidents.said == before
        asked = any(isinstance(one.command, ReportTask) for done in self.did.values() for one in done)
        assert bool(self.memory.tasks.said) == asked
        self.what_residents_decided_on_is_done_once()
        assert len({key for key, _ in before}) == len(self._reported())


ENDS = (["incident.reported", "incident.handled"], ["incident.reported", "incident.escalated"])


def _named(refusal: Refusal) -> dict[str, object]:
    return {"reason": refusal.reason}


OfflineTerminals.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestOfflineTerminals = OfflineTerminals.TestCase

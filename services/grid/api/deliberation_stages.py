"""议筹办评: what follows once a matter is raised, each stage a resource below it."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from services.grid.api import deliberation_schemas as said
from services.grid.api.deliberation import Changing, Reporting
from services.grid.api.deliberation_views import DeliberationOut
from services.grid.domain import deliberation_commands as do
from services.grid.handlers import deliberation as handlers
from shared.kernel.ids import CaseId

ROUTES = APIRouter(prefix="/deliberations/{deliberation_id}")
Number = Annotated[int, Path(ge=1, le=10_000)]


@ROUTES.post("/cases", response_model=DeliberationOut)
async def link_cases(body: said.CasesIn, change: Changing) -> Response:
    """Further cases about the same matter: their citizens are told from now on."""
    command = do.LinkCases(change.key, change.by, tuple(CaseId(case_id) for case_id in body.case_ids))
    return await change.make(lambda work: handlers.link_cases(work, command))


@ROUTES.post("/options", response_model=DeliberationOut)
async def propose_option(body: said.OptionIn, change: Changing) -> Response:
    """方案: one more on the table."""
    command = do.Propose(change.key, change.by, body.words)
    return await change.make(lambda work: handlers.propose(work, command))


@ROUTES.post("/options/{number}/drop", response_model=DeliberationOut)
async def drop_option(number: Number, body: said.DropIn, change: Changing) -> Response:
    """Residents objected: it is off the table."""
    command = do.DropOption(change.key, change.by, number, body.objections, body.reason)
    return await change.make(lambda work: handlers.drop_option(work, command))


@ROUTES.post("/pilots", response_model=DeliberationOut)
async def begin_pilots(body: said.PilotIn, change: Changing) -> Response:
    """试点: two or more options are tried out before the vote."""
    command = do.Pilot(change.key, change.by, tuple(body.options))
    return await change.make(lambda work: handlers.pilot(work, command))


@ROUTES.post("/meetings", response_model=DeliberationOut)
async def hold_meeting(body: said.MeetingIn, change: Changing) -> Response:
    """议: a meeting of the five sides, its minutes, and its placard vote where there was one."""
    command = body.to_command(change.key, change.by)
    return await change.make(lambda work: handlers.meet(work, command))


@ROUTES.post("/commitments", response_model=DeliberationOut)
async def give_commitment(body: said.CommitmentIn, change: Changing) -> Response:
    """五方承诺: one side gives its word."""
    command = do.Commit(change.key, change.by, body.side, body.words)
    return await change.make(lambda work: handlers.commit(work, command))


@ROUTES.post("/pledges", response_model=DeliberationOut)
async def give_pledge(body: said.PledgeIn, change: Changing) -> Response:
    """筹: money, work or things."""
    command = body.to_command(change.key, change.by)
    return await change.make(lambda work: handlers.pledge(work, command))


@ROUTES.post("/begin", response_model=DeliberationOut)
async def begin_work(body: said.WorkIn, change: Changing) -> Response:
    """办: the first tasks, with owners and days."""
    command = do.Begin(change.key, change.by, tuple(task.to_task() for task in body.tasks))
    return await change.make(lambda work: handlers.begin(work, command))


@ROUTES.post("/tasks", response_model=DeliberationOut)
async def add_task(body: said.DeliberationTaskIn, change: Changing) -> Response:
    """One task more."""
    command = do.AddTask(change.key, change.by, body.to_task())
    return await change.make(lambda work: handlers.add_task(work, command))


@ROUTES.post("/tasks/{number}/report", response_model=DeliberationOut)
async def report_deliberated_task(
    number: Number, body: said.DeliberationReportIn, change: Reporting
) -> Response:
    """A task is done: by the unit that answers for it or its grid worker, or at the table."""
    command = do.ReportTask(change.key, change.by, number, body.evidence)
    return await change.make(lambda work: handlers.report_task(work, command))


@ROUTES.post("/evaluate", response_model=DeliberationOut)
async def evaluate_outcome(body: said.RatingIn, change: Changing) -> Response:
    """评: what residents say of it, when every task is done."""
    command = do.Evaluate(change.key, change.by, body.to_rating())
    return await change.make(lambda work: handlers.evaluate(work, command))


@ROUTES.post("/abandon", response_model=DeliberationOut)
async def abandon_deliberation(body: said.AbandonIn, change: Changing) -> Response:
    """It leads nowhere; why is kept."""
    command = do.Abandon(change.key, change.by, body.reason)
    return await change.make(lambda work: handlers.abandon(work, command))

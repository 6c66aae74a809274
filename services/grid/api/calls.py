"""报到: what a department does about its call, and the score it gets for it."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from services.grid import handlers
from services.grid.api.desk import SettingsOf
from services.grid.api.schemas import ActIn, ScoreIn, SpotIn, WhistleOut
from services.grid.api.whistles import Changing
from services.grid.domain import commands as do
from shared.http.wire import Text
from shared.kernel.ids import UnitCode

ROUTES = APIRouter(prefix="/whistles/{whistle_id}/departments/{unit}")

Department = Annotated[Text, Path(max_length=40, description="The department's code.")]


@ROUTES.post("/sign", response_model=WhistleOut)
async def sign_whistle(unit: Department, change: Changing) -> Response:
    """签收: the department has it in hand."""
    command = do.Sign(change.key, change.by, UnitCode(unit))
    return await change.make(lambda work: handlers.sign(work, command))


@ROUTES.post("/contact", response_model=WhistleOut)
async def contact_blower(unit: Department, change: Changing) -> Response:
    """The department spoke with the blower. May be left out in an emergency."""
    command = do.Contact(change.key, change.by, UnitCode(unit))
    return await change.make(lambda work: handlers.contact(work, command))


@ROUTES.post("/report-in", response_model=WhistleOut)
async def report_in(unit: Department, body: SpotIn, change: Changing, settings: SettingsOf) -> Response:
    """报到: the department stands on the site; in an emergency also without signing and contact."""
    command = do.ReportIn(change.key, change.by, UnitCode(unit), body.to_spot(), settings.on_site_radius_m)
    return await change.make(lambda work: handlers.report_in(work, command))


@ROUTES.post("/act", response_model=WhistleOut)
async def act_on_whistle(unit: Department, change: Changing, body: ActIn | None = None) -> Response:
    """The department did its part."""
    command = do.Act(change.key, change.by, UnitCode(unit), body.note if body else None)
    return await change.make(lambda work: handlers.act(work, command))


@ROUTES.post("/score", response_model=WhistleOut)
async def score_department(unit: Department, body: ScoreIn, change: Changing) -> Response:
    """The blower scores a department when it acted, or was late."""
    command = do.Score(change.key, change.by, UnitCode(unit), body.score)
    return await change.make(lambda work: handlers.score(work, command))

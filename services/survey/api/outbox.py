"""发件页: what was handed over, on a page that asks for an operator's token.

No script, no cookie. The token travels in the body of a form and never in an address; the links on the
page are citizens' own, and shown only where they went nowhere else.
"""

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from services.survey.api.doors import Equipped
from services.survey.api.html import joined, page
from services.survey.api.messages import MessageOut
from services.survey.api.pages import form_pairs
from services.survey.store import queries
from shared.http.auth import Auth
from shared.http.callers import Role
from shared.http.knock import InCity, OpenReading
from shared.kernel.errors import Unauthenticated

ROUTES = APIRouter()
SHOWN = 50
TITLE = "发件页 · Messages"
ASK = Markup("""<main>
<h1>{title}</h1>
{error}
<form method="post" action="">
<p><label class="label" for="token">运维令牌 · Operator's token</label></p>
<p><input id="token" name="token" type="password" autocomplete="off" required{invalid}></p>
<p><button type="submit">查看 · Show</button></p>
</form>
</main>""")
WRONG = Markup('<p class="error" id="token-error" role="alert">不是运维令牌 · Not an operator\'s token</p>')
DESCRIBED = Markup(' aria-invalid="true" aria-describedby="token-error"')
LIST = Markup("""<main>
<h1>{title}</h1>
<div class="wide" role="group" aria-label="{title}" tabindex="0">
<table>
<thead><tr><th scope="col">时间 · Sent</th><th scope="col">方式 · Kind</th><th scope="col">状态 · State</th>\
<th scope="col">内容 · Text</th><th scope="col">链接 · Link</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</div>
</main>""")
ROW = Markup(
    '<tr><td>{at}</td><td>{kind}</td><td>{state}</td><td class="text">{text}</td><td>{callback}</td></tr>'
)
OPENED = Markup('<a href="{url}">{callback}</a>')


@ROUTES.get("/messages")
async def ask_token() -> Response:
    """Who is asking?"""
    return page(TITLE, ASK.format(title=TITLE, error="", invalid=""), language="zh")


@ROUTES.post("/messages")
async def show_messages(
    request: Request, connection: OpenReading, equipped: Equipped, city: InCity
) -> Response:
    """The newest messages, for an operator."""
    if not await _is_operator(request):
        body = ASK.format(title=TITLE, error=WRONG, invalid=DESCRIBED)
        return page(TITLE, body, language="zh", status=401)
    rows = await queries.messages(connection, after=None, limit=SHOWN)
    zone = city.policy.zone
    shown = [_row(MessageOut.of(row, city.questionnaire, equipped), zone) for row in rows]
    return page(TITLE, LIST.format(title=TITLE, rows=joined(shown)), language="zh")


async def _is_operator(request: Request) -> bool:
    auth: Auth = request.app.state.auth
    token = dict(await form_pairs(request)).get("token", "").strip()
    try:
        return (await auth.recognise(token)).may(Role.OPS)
    except Unauthenticated:
        return False


def _row(one: MessageOut, zone: ZoneInfo) -> Markup:
    return ROW.format(
        at=f"{one.sent_at.astimezone(zone):%Y-%m-%d %H:%M:%S %z}",
        kind=one.kind,
        state=one.state,
        text=one.text or "—",
        callback=OPENED.format(url=one.url, callback=one.callback_id) if one.url else str(one.callback_id),
    )

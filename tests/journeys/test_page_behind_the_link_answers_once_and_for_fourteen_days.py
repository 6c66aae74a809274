"""resolved → "not solved" on the page → reopened → resolved → (fourteen days) → closed unreached."""

from datetime import timedelta

from tests.kit.browser import Browser
from tests.kit.people import Receipt, eventually
from tests.kit.replica import rings
from tests.kit.stage import Stage, instant
from tests.kit.suite import Suite


async def _link(stage: Stage, held: Receipt, *, after: str | None = None) -> str:
    """The link that was sent for the case; `after`: another one than that."""
    callback = await stage.callback(held)
    stage.suite.clock.until(instant(callback["due_at"]))
    stage.suite.clock.until_citizens_may_be_called()
    sent = await eventually(
        lambda: stage.operator.link_of(held.case_id),
        until=lambda url: url not in (None, after),
        what="a link",
    )
    assert sent is not None
    return sent


async def test_page_behind_the_link_answers_once_and_for_fourteen_days(flats: Suite) -> None:
    stage, phone = Stage.on(flats), Browser(flats.town.clients["survey"])
    held = await stage.reported()
    await stage.resolved(held)
    first = await _link(stage, held)
    page = await phone.opens(first)
    assert (page.status, page.needs_a_script) == (200, False)
    missing = await phone.sends(page, contacted="yes", solved="no")
    assert missing.status == 422
    note = flats.history.marked("只清了一半")
    # What was chosen before is still chosen on the page that asks for the rest.
    thanks = await phone.sends(missing, satisfied="not", reasons="half_done", note=note)
    assert (thanks.status, thanks.heading) == (201, "谢谢您的评价")
    again = [
        await phone.opens(first),
        await phone.sends(page, contacted="yes", solved="yes", satisfied="not"),
    ]
    assert [one.status for one in again] == [410, 410]
    await stage.state(held, "dispatched")
    await stage.told(held, "callback_completed", "reopened")
    await stage.resolved(held)
    second = await _link(stage, held, after=first)
    assert [(await phone.opens(url)).status for url in (first, second)] == [410, 200]
    asked = await phone.opens(second)
    flats.clock.until(instant((await stage.app.opens_link(second))["valid_until"]) - timedelta(minutes=2))
    assert (await phone.opens(second)).status == 200
    flats.clock.passes(minutes=3)
    late = [
        await phone.opens(second),
        await phone.sends(asked, contacted="yes", solved="yes", satisfied="satisfied"),
    ]
    assert [(one.status, one.heading) for one in late] == [(410, again[0].heading)] * 2
    await rings(flats, "survey", "end_expired")
    await stage.state(held, "closed")
    await stage.told(held, "callback_unanswered", "closed_unreached")
    ledger = await stage.ledger(held, "closed")
    answers = [
        one["answer"] and (one["answer"]["channel"], one["answer"]["solved"]) for one in ledger["results"]
    ]
    assert answers == [("link", "no"), None]

"""消息与签名: tries with back-off, never at night, one key; signatures and passes nobody can make up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.survey.api.messages import MessageOut
from services.survey.domain.errors import ForgedWebhook, StaleWebhook
from services.survey.domain.links import Links
from services.survey.domain.messages import BACK_OFF, Message, MessageState, Outcome, after, dropped
from services.survey.domain.signatures import TOLERANCE, Signatures
from services.survey.gateways import EmbeddedMessenger, http_messenger
from services.survey.handlers.sending import text_of
from services.survey.store import Equipment
from services.survey.store.queries import MessageRow
from shared.city.questionnaire import LINK
from shared.kernel.ids import CaseId
from shared.kernel.words import CallbackChannel, Language
from shared.sealing.passes import GOOD_FOR, CasePasses, PassOver, UnknownPass
from tests.kit.callbacks import CASE, FIRST, NOON
from tests.kit.city import beijing

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
QUEUED = Message(FIRST, CASE, CallbackChannel.LINK, MessageState.QUEUED, NOON)
SIGNED = Signatures(b"the gateway's and survey's secret")
PASSES = CasePasses(b"intake's and survey's secret, 32.")


def test_a_message_that_was_taken_is_sent_under_the_gateways_name() -> None:
    sent = after(QUEUED, Outcome.ACCEPTED, beijing(), reference="m-1", at=NOON)
    assert (sent.state, sent.sent_at, sent.reference, sent.tries) == (MessageState.SENT, NOON, "m-1", 1)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", [CallbackChannel.LINK, CallbackChannel.IVR])
def test_a_citizen_is_written_and_spoken_to_in_the_language_that_was_stated(
    language: Language, kind: CallbackChannel
) -> None:
    asked, links = beijing().questionnaire, Links(b"the secret of the citizens' links", "http://survey")
    text = text_of(replace(QUEUED, kind=kind, language=language), asked, links)
    written = asked.sms.of(language.tongue).replace(LINK, links.url(FIRST))
    assert text == (written if kind is CallbackChannel.LINK else asked.spoken(language.tongue))
    assert ("Your request" in text or "your request" in text) is (language is Language.ENGLISH)


def test_a_message_the_gateway_will_not_have_is_not_tried_again() -> None:
    assert after(QUEUED, Outcome.REFUSED, beijing(), at=NOON).state is MessageState.FAILED


def test_a_busy_gateway_is_left_alone_longer_each_time_and_then_for_good() -> None:
    message, now, waits = QUEUED, NOON, []
    while message.state is MessageState.QUEUED:
        message = after(message, Outcome.BUSY, beijing(), at=now)
        waits.append(message.next_at - now)
        now = message.next_at
    # 12:00 and 1 + 5 + 30 + 120 minutes is before 20:00; six hours later is night.
    assert waits[:4] == list(BACK_OFF[:4])
    assert (message.state, message.tries) == (MessageState.FAILED, len(BACK_OFF) + 1)


def test_a_try_that_falls_into_the_night_waits_for_the_morning() -> None:
    evening = NOON.replace(hour=19, minute=59, second=30)
    later = after(QUEUED, Outcome.BUSY, beijing(), at=evening)
    assert later.next_at == NOON.replace(day=21, hour=9)


def test_the_key_is_made_of_what_the_message_is_and_changes_with_nothing() -> None:
    tried = after(QUEUED, Outcome.BUSY, beijing(), at=NOON)
    assert QUEUED.key == tried.key == dropped(QUEUED).key == f"{FIRST}:link"


def test_what_was_signed_is_known_again() -> None:
    SIGNED.require(SIGNED.write(b'{"a":1}', at=AT), b'{"a":1}', at=AT + TOLERANCE)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "v1=" + "0" * 64,
        f"t={int(AT.timestamp())},v1=" + "0" * 64,
        Signatures(b"somebody else's secret, as long").write(b"{}", at=AT),
        SIGNED.write(b"{ }", at=AT),
        SIGNED.write(b"{}", at=AT) + ",v1=" + "0" * 64,
        SIGNED.write(b"{}", at=AT).replace(f"t={int(AT.timestamp())}", f"t={int(AT.timestamp()) + 1}"),
    ],
)
def test_what_was_not_signed_so_is_forged(header: str | None) -> None:
    with pytest.raises(ForgedWebhook):
        SIGNED.require(header, b"{}", at=AT)


@pytest.mark.parametrize("off", [TOLERANCE + timedelta(seconds=1), -TOLERANCE - timedelta(seconds=1)])
def test_a_good_signature_of_another_hour_is_stale(off: timedelta) -> None:
    with pytest.raises(StaleWebhook):
        SIGNED.require(SIGNED.write(b"{}", at=AT), b"{}", at=AT + off)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_one_bodys_signature_is_no_others(one: bytes, other: bytes) -> None:
    header = SIGNED.write(one, at=AT)
    if one == other:
        SIGNED.require(header, other, at=AT)
    else:
        with pytest.raises(ForgedWebhook):
            SIGNED.require(header, other, at=AT)


@given(st.uuids())
def test_a_pass_opens_its_case_for_an_hour(one: UUID) -> None:
    made = PASSES.make(CaseId(one), at=AT)
    assert PASSES.read(made, at=AT + GOOD_FOR - timedelta(seconds=1)) == one
    with pytest.raises(PassOver):
        PASSES.read(made, at=AT + GOOD_FOR)


@given(st.text(max_size=120))
def test_a_made_up_pass_opens_nothing(text: str) -> None:
    with pytest.raises(UnknownPass):
        PASSES.read(text, at=AT)
    other = CasePasses(b"another secret of thirty-two byte").make(CASE, at=AT)
    with pytest.raises(UnknownPass):
        PASSES.read(other, at=AT)


@pytest.mark.parametrize(("url", "is_shown"), [(None, True), ("http://gateway", False)])
def test_a_link_that_went_to_its_citizen_is_shown_to_no_operator(url: str | None, is_shown: bool) -> None:
    messenger = http_messenger(url, SIGNED) if url else EmbeddedMessenger()
    links = Links(b"the secret of the citizens' links", "http://survey")
    equipped = SimpleNamespace(messenger=messenger, links=links)
    row = MessageRow(FIRST, CASE, CallbackChannel.LINK, MessageState.SENT, AT, None)
    seen = MessageOut.of(row, beijing().questionnaire, cast(Equipment, equipped))
    assert (seen.state, seen.url) == (MessageState.SENT, links.url(FIRST) if is_shown else None)
    assert (links.token(FIRST) in seen.model_dump_json()) is is_shown

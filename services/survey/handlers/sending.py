"""Messages: queued when a round falls due, handed to the provider, and what the provider says of them."""

import asyncio
from datetime import timedelta

from services.survey.domain.links import Links
from services.survey.domain.messages import EventKind, Message, MessageState, Outcome, after, dropped
from services.survey.domain.policy import answering
from services.survey.ports import Handed, Outgoing, SurveyWork
from shared.city.questionnaire import LINK, Questionnaire
from shared.kernel.errors import Unavailable
from shared.kernel.ids import CallbackId, CaseId
from shared.kernel.words import CallbackChannel

LINKS_AT_ONCE = 200
MESSAGES_AT_ONCE = 20
"""Few: they are all under way at once, and what came of them is written when the slowest is back."""
EVENTS_KEPT = timedelta(days=30)
"""Longer than a gateway says the same thing again."""


async def send_due_links(work: SurveyWork) -> int:
    """Queue what is sent for every round that is due and was sent nothing, in decent hours; how many."""
    rules = work.city.policy.callback
    if work.city.calendar.in_quiet_hours(work.now, rules.hours.window):
        return 0
    due = await work.surveys.without_link(work.now, LINKS_AT_ONCE)
    owed = [callback_id for case_id, callback_id in due if await _send_link(work, case_id, callback_id)]
    await work.messages.queue(owed, rules.messages, at=work.now)
    return len(due)


async def _send_link(work: SurveyWork, case_id: CaseId, callback_id: CallbackId) -> bool:
    """False when the citizen answered while we waited for the case."""
    survey = await work.surveys.get(case_id)
    if not answering.owes_link(survey, callback_id):
        return False
    await work.surveys.keep(answering.send_link(survey, callback_id, work.city, at=work.now))
    return True


async def hand_over_messages(work: SurveyWork) -> int:
    """Give queued messages to the provider, in decent hours; how many were moved.

    Whoever is killed between the provider's taking a message and our commit leaves it queued: it is handed
    over again under the same key, and the provider sends it once.
    """
    if work.city.calendar.in_quiet_hours(work.now, work.city.policy.callback.hours.window):
        return 0
    due = await work.messages.due(work.now, MESSAGES_AT_ONCE)
    await work.messages.keep(await asyncio.gather(*(_handed_over(work, *one) for one in due)))
    return len(due)


async def _handed_over(work: SurveyWork, message: Message, is_waited_for: bool) -> Message:
    if not is_waited_for:
        return dropped(message)
    handed = await _ask_provider(work, message)
    return after(message, handed.outcome, work.city, reference=handed.reference, at=work.now)


async def _ask_provider(work: SurveyWork, message: Message) -> Handed:
    equipment = work.equipment
    phone: str | None = None
    if equipment.messenger.needs_phone:
        try:
            phone = (await equipment.contacts.contact_of(message.case_id)).phone
        except Unavailable:
            return Handed(Outcome.BUSY)
        if phone is None:
            return Handed(Outcome.REFUSED)
    text = text_of(message, work.city.questionnaire, equipment.links)
    outgoing = Outgoing(message.key, message.kind, text, message.callback_id, message.language, phone)
    return await equipment.messenger.hand_over(outgoing)


def text_of(message: Message, asked: Questionnaire, links: Links) -> str:
    """What the citizen reads, or hears, in his language. The link is made now and kept nowhere."""
    tongue = message.language.tongue
    if message.kind is CallbackChannel.IVR:
        return asked.spoken(tongue)
    return asked.sms.of(tongue).replace(LINK, links.url(message.callback_id))


async def note_delivery(
    work: SurveyWork, event_id: str, callback_id: CallbackId, kind: str, state: MessageState
) -> bool:
    """What the gateway says of a message; False when this very event was taken before, or of another."""
    if not await work.webhooks.is_first(EventKind.DELIVERIES, event_id, at=work.now):
        return False
    return await work.messages.note_delivery(callback_id, kind, state, at=work.now)


async def forget_webhooks(work: SurveyWork) -> int:
    """Drop the names of events that nobody says again; how many."""
    return await work.webhooks.forget(work.now - EVENTS_KEPT)

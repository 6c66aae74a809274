"""resolved → (forged: nothing) → rung in vain → keys pressed → closed, told by a provider that signs."""

from datetime import timedelta

from tests.kit.stage import Stage
from tests.kit.suite import Suite
from tests.kit.voice import VoiceProvider


async def test_keys_pressed_answer_only_when_the_provider_signed(flats: Suite) -> None:
    stage = Stage.on(flats)
    held = await stage.reported()
    await stage.resolved(held)
    callback_id = (await stage.callback(held))["callback_id"]
    untouched, said = await stage.caller.callback(callback_id), await flats.said(held.case_id, "survey")
    stranger, provider = VoiceProvider.of(flats, secret=bytes(32)), VoiceProvider.of(flats)
    assert await stranger.tells(callback_id, "133", event="forged") == (401, "forged_webhook")
    kept = await provider.tells(callback_id, "133", event="kept", ago=timedelta(minutes=6))
    assert kept == (401, "stale_webhook")
    assert await stage.caller.callback(callback_id) == untouched
    assert await flats.said(held.case_id, "survey") == said == ["callback.scheduled"]
    assert await provider.tells(callback_id, None, event="rang") == (200, "taken")
    await stage.told(held, "callback_missed")
    assert await provider.tells(callback_id, "112", event="pressed") == (200, "taken")
    assert await provider.tells(callback_id, "112", event="pressed") == (200, "ignored")
    await stage.state(held, "closed")
    page = await stage.ledger(held, "closed")
    answers = [(one["answer"]["channel"], one["answer"]["satisfied"]) for one in page["results"]]
    assert answers == [("ivr", "basically")]
    told = await stage.told(held, "callback_completed", "closed")
    assert told.count("callback_completed") == 1

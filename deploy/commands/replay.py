"""`jiesu replay`: send a service's facts to the bus again, after the bus has lost what it had."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.commands.options import State, state_folder

if TYPE_CHECKING:
    from deploy.local.state import StateFolder

Since = Annotated[
    str, typer.Option("--since", help="An instant (2026-11-22T08:00+08:00) or an age: 30m, 12h, 7d.")
]
Until = Annotated[str | None, typer.Option("--until", help="The same; default: now.")]
Topic = Annotated[str | None, typer.Option("--topic", help="Only facts of this topic.")]
Forgotten = Annotated[
    bool,
    typer.Option("--forgotten", help="Also what services forgot that they heard: it takes effect again."),
]
Names = Annotated[list[str] | None, typer.Argument(help="Services; default: all.")]

REMEMBERED = timedelta(days=34)
"""A day less than services remember what they heard: as long as a replay and its hearing may take."""
AGES = {"m": "minutes", "h": "hours", "d": "days"}


def command(
    since: Since,
    names: Names = None,
    until: Until = None,
    topic: Topic = None,
    forgotten: Forgotten = False,
    state: State = None,
) -> None:
    """Send facts again from the event log. Consumers know what they have heard."""
    import asyncio

    from deploy.commands.standing import service_called
    from deploy.commands.topics import require_known
    from deploy.local.suite import NAMES

    # All of it first: what was sent again before a mistake is found would be sent.
    for name in names or ():
        service_called(name)
    for written in filter(None, (since, until)):
        instant(written, now=datetime.now(UTC))
    now = datetime.now(UTC)
    if not forgotten and instant(since, now=now) < now - REMEMBERED:
        raise typer.BadParameter(
            f"services remember for {REMEMBERED.days} days what they heard, and what is older would take "
            "effect again; where every service's database is as new as the broker, say --forgotten",
            param_hint="--since",
        )
    if topic is not None:
        require_known(topic, param_hint="--topic")
    for name in names or NAMES:
        sent = asyncio.run(_replay(name, since, until, topic, state_folder(state)))
        typer.echo(f"{name}: {sent} facts sent again")


async def _replay(name: str, since: str, until: str | None, topic: str | None, state: "StateFolder") -> int:
    from deploy.commands.standing import require_own, standing
    from shared.bus.replay import replay

    async with standing(name, state) as flat:
        await require_own(flat)
        now = flat.clock.now()
        ended = instant(until, now=now) if until else None
        return await replay(flat.store, flat.bus, instant(since, now=now), ended, topic)


def instant(written: str, *, now: datetime) -> datetime:
    """The instant an option names. Raises `typer.BadParameter`."""
    number, unit = written[:-1], written[-1:]
    try:
        if number.isdecimal() and unit in AGES:
            return now - timedelta(**{AGES[unit]: int(number)})
        at = datetime.fromisoformat(written)
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{written!r} is neither an instant nor an age such as 12h") from None
    if at.tzinfo is None:
        raise typer.BadParameter(f"{written!r} names no time zone; write {written}+08:00")
    return at

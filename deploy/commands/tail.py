"""`jiesu tail`: read facts off a topic as they come, for people and for pipes."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.commands.options import State, state_folder
from deploy.commands.replay import instant
from deploy.commands.topics import require_known

if TYPE_CHECKING:
    from deploy.local.state import StateFolder
    from shared.bus.port import Record

Topic = Annotated[str, typer.Argument(help="The topic.")]
Since = Annotated[str | None, typer.Option("--since", help="An instant or an age: 30m, 12h, 7d.")]
Type = Annotated[str | None, typer.Option("--type", help="Only types that begin so: jiesu.callback.")]
Key = Annotated[str | None, typer.Option("--key", help="Only facts with this key, such as a case id.")]
Follow = Annotated[bool, typer.Option("--follow/--no-follow", "-f", help="Wait for what comes next.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def command(
    topic: Topic = "jiesu.case",
    since: Since = "1h",
    type_: Type = None,
    key: Key = None,
    follow: Follow = True,
    as_json: AsJson = False,
    state: State = None,
) -> None:
    """Show a topic's facts; Ctrl-C ends it."""
    import asyncio
    import contextlib

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_tail(topic, since, (type_, key), follow, as_json, state_folder(state)))


async def _tail(
    topic: str,
    since: str | None,
    picked: tuple[str | None, str | None],
    follow: bool,
    as_json: bool,
    state: "StateFolder",
) -> None:
    from deploy.commands.standing import standing

    require_known(topic)
    if since:
        instant(since, now=datetime.now(UTC))
    async with standing("router", state) as flat:
        start = instant(since, now=flat.clock.now()) if since else None
        async for record in flat.bus.read(topic, since=start, follow=follow):
            headers = {name: value.decode(errors="replace") for name, value in record.headers}
            if _is_picked(headers, picked):
                typer.echo(_line(record, headers, as_json))


def _is_picked(headers: dict[str, str], picked: tuple[str | None, str | None]) -> bool:
    kind, key = picked
    starts = headers.get("ce_type", "").startswith(kind or "")
    return starts and (key is None or headers.get("ce_partitionkey") == key)


def _line(record: "Record", headers: dict[str, str], as_json: bool) -> str:
    value = (record.value or b"null").decode(errors="replace")
    if as_json:
        place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        return json.dumps({**place, "headers": headers, "value": value}, ensure_ascii=False)
    when, kind = headers.get("ce_time", "")[:19], headers.get("ce_type", "?")
    return f"{when}  {headers.get('ce_partitionkey', '?')}  {kind:<36} {value}"

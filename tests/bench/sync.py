"""A terminal's whole day at once: 500 items of every kind in one batch, each counted once and told.

Counted from the first byte sent to the answer read. Each round is another terminal's day; then the same days
come again, as they do when answers were lost.
"""

import statistics
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from shared.kernel.ids import new_id
from tests.bench.cpu import since, spent
from tests.bench.figures import Figure
from tests.bench.house import House, house
from tests.bench.options import bounded, ending_well, parser, say, show

COMMUNITY = "110115009006"
ITEMS = 500
TICKED = {"neighbours": "none", "property": "none", "wages": "none", "family": "none"}


def day(items: int) -> list[dict[str, Any]]:
    """Of ten items six are visits, one is an inspection, one a track of 60 points, two are incidents."""
    return [_item(number) for number in range(1, items + 1)]


def _item(number: int) -> dict[str, Any]:
    recorded_at = datetime.now(UTC) - timedelta(minutes=ITEMS - number)
    head = {"id": str(new_id()), "sequence": number, "recorded_at": recorded_at.isoformat()}
    match number % 10:
        case 0 | 1:
            place = {"lng": 116.339, "lat": 39.718}
            told = {"category": "street_lamp", "text": f"路灯不亮 {number}", "place": place}
            return {**head, "kind": "incident", **told}
        case 2:
            return {**head, "kind": "inspection", "plan": "weekly", "form_version": 1, "answers": TICKED}
        case 3:
            points = [[116.33 + (at * at % 17) / 5_000, 39.70 + at / 2_000, at * 30] for at in range(60)]
            return {**head, "kind": "track", "points": points}
        case _:
            return {**head, "kind": "visit", "visited": "household", "minutes": 10}


def run_sync(home: House, *, items: int, rounds: int) -> dict[str, Any]:
    """On a running grid."""
    first, again = [], []
    before = spent(home)
    with httpx.Client(base_url=f"http://127.0.0.1:{home.port('grid')}", timeout=60) as client:
        for number in range(-1, rounds):
            token, batch = _enrolled(home, client, number), day(items)
            once, twice = _sent(client, token, batch, "accepted"), _sent(client, token, batch, "duplicate")
            if number >= 0:
                first.append(once)
                again.append(twice)
    batches = 2 * (rounds + 1)
    result: dict[str, Any] = {
        "cpu": {name: taken / batches for name, taken in since(before, home).items()},
        "items": items,
        "rounds": rounds,
        "first": statistics.median(first),
        "worst": max(first),
        "again": statistics.median(again),
    }
    say(f"{items} items: {1e3 * result['first']:.0f} ms, again {1e3 * result['again']:.0f} ms")
    return result


def _enrolled(home: House, client: httpx.Client, number: int) -> str:
    wish = {"worker": f"worker-{number}", "unit": COMMUNITY, "name": f"terminal {number}"}
    made = client.post("/v1/terminals", json=wish, headers=home.signed_in("ops"))
    tokens = client.post("/v1/terminal/enrol", json={"code": made.raise_for_status().json()["code"]})
    return str(tokens.raise_for_status().json()["access_token"])


def _sent(client: httpx.Client, token: str, batch: list[dict[str, Any]], expected: str) -> float:
    headers = {"authorization": f"Bearer {token}"}
    began = time.perf_counter()
    answer = client.post("/v1/terminal/sync", json={"items": batch}, headers=headers)
    taken = time.perf_counter() - began
    if answer.status_code != 200:
        raise SystemExit(f"{answer.status_code}: {answer.text[:300]}")
    found = {one["outcome"] for one in answer.json()["outcomes"]}
    if found != {expected}:
        raise SystemExit(f"expected {expected}, got {found}")
    return taken


def figures(result: dict[str, Any]) -> list[Figure]:
    told = f"{1e3 * result['first']:.0f} ms (worst of {result['rounds']}: {1e3 * result['worst']:.0f} ms)"
    return [
        Figure(f"terminal sync of {result['items']} items", told, "< 1 s", result["first"] < 1),
        Figure(f"the same {result['items']} items again", f"{1e3 * result['again']:.0f} ms"),
        Figure("a batch's CPU, first and again averaged", _told(result["cpu"])),
    ]


def _told(cpu: dict[str, float]) -> str:
    return ", ".join(f"{name} {1e3 * taken:.0f} ms" for name, taken in cpu.items() if taken >= 0.001)


def main() -> None:
    options = parser("sync", __doc__)
    options.add_argument("--items", type=bounded(ITEMS), default=ITEMS)
    options.add_argument("--rounds", type=bounded(100), default=9)
    asked = options.parse_args()
    with house(asked.bus) as home, home.services("grid"):
        result = run_sync(home, items=asked.items, rounds=asked.rounds)
    show(result, figures(result), as_json=asked.json)


if __name__ == "__main__":
    ending_well(main)

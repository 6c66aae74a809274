"""What a person reads when everything stands: the bus and why, where to knock, and a token to knock with."""

from collections.abc import Mapping

from deploy.local.bus_choice import BusChoice

_RULE = "─" * 78


def banner(
    bus: BusChoice, bootstrap: str | None, urls: Mapping[str, str], doorplates: Mapping[str, str], token: str
) -> str:
    """The banner, ready to print."""
    name = f"Apache Kafka at {bootstrap}" if bus.kind == "kafka" else "the embedded bus (tables in Postgres)"
    lines = [_RULE, f"  Jiesu 接诉 runs.   Bus: {name} — {bus.reason}", ""]
    lines += [f"  {name:<8} {url:<24} {doorplates.get(name, '')}" for name, url in urls.items()]
    lines += ["", f"  A dispatcher's token for today:\n  {token}", ""]
    lines += ["  Stop with Ctrl-C (or jiesu stop); look with jiesu status.", _RULE]
    return "\n".join(lines)

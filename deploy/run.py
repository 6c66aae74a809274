"""`python -m deploy.run`: chosen services as children in the foreground, told everything by the environment.

For containers and Kubernetes: no state folder, no database of its own, signals passed on, the exit code of
the first that fails.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType

from deploy.local.suite import BASE_PORT, NAMES, SUITE, Member, ports

_GRACE = 25.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; the exit code to leave with."""
    parser = argparse.ArgumentParser(
        prog="deploy.run", description="Run services of Jiesu in the foreground."
    )
    parser.add_argument(
        "--target",
        default=os.environ.get("JIESU_TARGET") or "all",
        help="all, or names separated by commas (default: $JIESU_TARGET, else all)",
    )
    parser.add_argument("--list", action="store_true", help="print the services and their ports")
    asked = parser.parse_args(arguments)
    if asked.list:
        print("\n".join(f"{name} {port}" for name, port in ports().items()))
        return 0
    try:
        members = chosen(asked.target)
        refuse_wrong(members, os.environ)
    except ToldWrong as refusal:
        parser.error(str(refusal))
    if len(members) == 1:
        # A container's one service is its first process: signals and exit codes need nobody between.
        os.execve(
            sys.executable,
            [sys.executable, "-m", members[0].module],
            environment_of(members[0], os.environ, 1),
        )
    return run_together(members, os.environ)


class ToldWrong(Exception):
    """The environment or an option says what cannot be."""


class UnknownService(ToldWrong):
    """The target names a service the suite does not have."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no service called {name!r}; there are {', '.join(NAMES)}")


def chosen(target: str) -> list[Member]:
    """The services a target names."""
    if target == "all":
        return list(SUITE)
    known = {member.name: member for member in SUITE}
    names = [name.strip() for name in target.split(",") if name.strip()]
    for name in names or [target]:
        if name not in known:
            raise UnknownService(name)
    return [known[name] for name in names]


def refuse_wrong(members: Sequence[Member], environment: Mapping[str, str]) -> None:
    """Ask before anything is started. Raises `ToldWrong`, whose one line names each variable."""
    found: dict[str, str] = {}
    for member in members:
        found |= member.wrong(environment_of(member, environment, len(members)))
    if found:
        raise ToldWrong("; ".join(found.values()))


def first_port(environment: Mapping[str, str]) -> int:
    """The first of the ports of several services. Raises `ToldWrong`."""
    return port_in(environment, "JIESU_BASE_PORT", highest=65_536 - len(SUITE)) or BASE_PORT


def port_in(environment: Mapping[str, str], name: str, *, highest: int = 65_535) -> int:
    """The port a variable names, 0 when it names none. Raises `ToldWrong`."""
    written = environment.get(name) or "0"
    if not written.isdecimal() or int(written) > highest:
        raise ToldWrong(f"{name} is refused: write a number from 1 to {highest}")
    return int(written)


def environment_of(member: Member, environment: Mapping[str, str], together: int) -> dict[str, str]:
    """What the service is told: its own address of the database, its own port.

    `JIESU_DATABASE_URL_ROUTER` stands before `JIESU_DATABASE_URL`: each service has a login role of its own.
    """
    told = dict(environment)
    own = environment.get(f"JIESU_DATABASE_URL_{member.name.upper()}")
    if own:
        told["JIESU_DATABASE_URL"] = own
    if together > 1:
        # One JIESU_PORT cannot serve five.
        told["JIESU_PORT"] = str(ports(base_port=first_port(environment))[member.name])
    return told


def run_together(
    members: Sequence[Member],
    environment: Mapping[str, str],
    *,
    command: Callable[[Member], Sequence[str]] = lambda member: (sys.executable, "-m", member.module),
) -> int:
    """Run them until one ends or a signal comes; the others are then stopped too."""
    asked: list[int] = []

    def ask(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    children = [
        subprocess.Popen(
            list(command(member)),
            env=environment_of(member, environment, len(members)),
            start_new_session=True,
        )
        for member in members
    ]
    try:
        while not asked and all(child.poll() is None for child in children):
            time.sleep(0.1)
        first = next((child.returncode for child in children if child.returncode is not None), 0)
    finally:
        _stop_all(children)
        for number, handler in before.items():
            signal.signal(number, handler)
    if asked:
        return max((child.returncode for child in children if child.returncode > 0), default=0)
    # A service that ends unasked is a failure, even when it says 0.
    return first if first > 0 else 1


def _stop_all(children: Sequence["subprocess.Popen[bytes]"]) -> None:
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + _GRACE
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


if __name__ == "__main__":
    sys.exit(main())

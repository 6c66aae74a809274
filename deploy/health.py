"""`python -m deploy.health`: are the services of this container ready? The exit code says it.

Written for an image without curl; asks those that `deploy.run` started there.
"""

import os
import sys
from collections.abc import Mapping

from deploy.local.ready import answers_ready
from deploy.local.suite import ports
from deploy.run import ToldWrong, chosen, environment_of, port_in

_PATIENCE = 3.0


def asked_ports(environment: Mapping[str, str]) -> dict[str, int]:
    """Where each service of this container answers. Raises `ToldWrong`."""
    members = chosen(environment.get("JIESU_TARGET") or "all")
    told = {member.name: environment_of(member, environment, len(members)) for member in members}
    return {name: port_in(each, "JIESU_PORT") or ports()[name] for name, each in told.items()}


def main() -> int:
    """0 when all are ready; the others are named. 2 when it cannot be known whom to ask."""
    try:
        asked = asked_ports(os.environ)
    except ToldWrong as refusal:
        print(refusal, file=sys.stderr)
        return 2
    waiting = [name for name, port in asked.items() if not answers_ready(port, timeout=_PATIENCE)]
    if waiting:
        print(f"not ready: {', '.join(waiting)}", file=sys.stderr)
    return 1 if waiting else 0


if __name__ == "__main__":
    sys.exit(main())

"""Ports on 127.0.0.1: which are free, and who has the one that is not."""

import random
import socket
from collections.abc import Collection

import psutil

from deploy.local.refusals import PortTaken
from deploy.local.waiting import wait_until

# From here on the kernel gives ports to clients: a restarting broker can lose its own to one of them.
EPHEMERAL_FROM = 32768
_LOWEST = 20000
# A row is chosen long before its servers listen: no single port, which a database or a broker takes
# meanwhile, may fall into it.
_ROWS_FROM = 26000
_TRIES = 500


def is_free(port: int) -> bool:
    """Whether a server may listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As a server would: a port in TIME_WAIT is free, a listened one is not.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port(*, remembered: int | None = None, avoid: Collection[int] = ()) -> int:
    """The remembered port if it is still free, else any free one below the rows."""
    if remembered is not None and remembered not in avoid and is_free(remembered):
        return remembered
    dice = random.SystemRandom()
    for _ in range(_TRIES):
        port = dice.randrange(_LOWEST, _ROWS_FROM)
        if port not in avoid and is_free(port):
            return port
    raise OSError(f"no free port between {_LOWEST} and {_ROWS_FROM} in {_TRIES} tries")


def free_row(length: int) -> int:
    """The first of so many free ports in a row, below the ephemeral range."""
    dice = random.SystemRandom()
    for _ in range(_TRIES):
        first = dice.randrange(_ROWS_FROM, EPHEMERAL_FROM - length)
        if all(is_free(first + step) for step in range(length)):
            return first
    raise OSError(f"no {length} free ports in a row between {_ROWS_FROM} and {EPHEMERAL_FROM}")


def same_port(name: str, port: int) -> int:
    """The port again that clients were already told; refuses when a stranger took it meanwhile."""
    if not wait_until(lambda: is_free(port), within=3.0):
        raise PortTaken(name, port, owner_of(port))
    return port


def listens(pid: int, port: int) -> bool:
    """Whether this very process has the port: an answer on it may be a stranger's."""
    try:
        taken = psutil.Process(pid).net_connections(kind="tcp4")
    except psutil.Error:
        return False
    return any(one.status == psutil.CONN_LISTEN and one.laddr[1:] == (port,) for one in taken)


def owner_of(port: int) -> str:
    """Who listens there, as far as this user may know."""
    try:
        for connection in psutil.net_connections(kind="tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr[1] == port:
                return _describe(connection.pid)
    except psutil.AccessDenied:
        pass
    return "a process we may not look at"


def _describe(pid: int | None) -> str:
    if pid is None:
        return "a process we may not look at"
    try:
        process = psutil.Process(pid)
        return f"process {pid} ({' '.join(process.cmdline())[:120] or process.name()})"
    except psutil.Error:
        return f"process {pid}"

"""One question to a Kafka broker in its own tongue: who is there? Enough to know that it serves."""

import contextlib
import socket
import struct

_METADATA, _VERSION, _CORRELATION = 3, 1, 7
_CLIENT = b"jiesu-probe"


def serves(host: str, port: int, *, timeout: float = 1.0) -> bool:
    """Whether a broker answers and counts itself in: a fenced or half-started one names nobody."""
    with contextlib.suppress(OSError, struct.error), socket.create_connection((host, port), timeout) as line:
        line.settimeout(timeout)
        line.sendall(_question())
        answer = _read(line, struct.unpack(">i", _read(line, 4))[0])
        correlation, brokers = struct.unpack(">ii", answer[:8])
        return bool(correlation == _CORRELATION and brokers >= 1)
    return False


def answers(bootstrap: str) -> bool:
    """Whether any broker of a bootstrap list serves."""
    for address in bootstrap.split(","):
        host, _, port = address.strip().rpartition(":")
        if host and port.isdigit() and serves(host, int(port)):
            return True
    return False


def _question() -> bytes:
    head = struct.pack(">hhih", _METADATA, _VERSION, _CORRELATION, len(_CLIENT)) + _CLIENT
    body = head + struct.pack(">i", 0)  # about no topic: the brokers are what we ask for
    return struct.pack(">i", len(body)) + body


def _read(line: socket.socket, size: int) -> bytes:
    parts = b""
    while len(parts) < size:
        part = line.recv(size - len(parts))
        if not part:
            raise ConnectionResetError("the broker hung up")
        parts += part
    return parts

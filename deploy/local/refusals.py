"""Why a local run cannot go on, by name; every message is a sentence the person at the keyboard can act on.

LocalRefused
├── AlreadyRunning      another `jiesu run` holds this state folder
├── PortTaken           a port we must have belongs to somebody else
├── NotReady            something we started did not answer in time, or ended
├── KafkaUnavailable    no Java, no Maven, or the fetch failed
├── PostgresUnavailable no binaries, or no place an unprivileged user can reach
├── StateUnusable       the state folder cannot be read or written
└── Interrupted         a person asked to stop while we were starting
"""


class LocalRefused(Exception):
    """A local run cannot go on."""


class AlreadyRunning(LocalRefused):
    """Another run holds this state folder."""

    def __init__(self, folder: str, pid: int | None) -> None:
        holder = f"process {pid}" if pid else "another process"
        super().__init__(f"Jiesu is already running here ({holder} holds {folder}); stop it with: jiesu stop")
        self.pid = pid


class PortTaken(LocalRefused):
    """A port we must have belongs to somebody else."""

    def __init__(self, name: str, port: int, owner: str) -> None:
        super().__init__(
            f"port {port}, wanted for {name}, is taken by {owner}; "
            f"stop that, or choose other ports: jiesu run --base-port {port + 1000}"
        )
        self.name, self.port, self.owner = name, port, owner


class NotReady(LocalRefused):
    """Something we started did not answer in time, or ended."""

    def __init__(self, name: str, why: str, log_tail: str = "") -> None:
        tail = f"\n{log_tail}" if log_tail else ""
        super().__init__(f"{name} did not become ready: {why}{tail}")
        self.name = name


class KafkaUnavailable(LocalRefused):
    """Kafka cannot be had on this machine."""


class PostgresUnavailable(LocalRefused):
    """Postgres cannot be had on this machine."""


class StateUnusable(LocalRefused):
    """The state folder cannot be read or written."""


class Interrupted(LocalRefused):
    """A person asked to stop while we were starting."""

    def __init__(self) -> None:
        super().__init__("asked to stop while starting")

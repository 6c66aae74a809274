"""Settings every service has, read from `JIESU_…` when asked for, never at import."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class WrongSetting(Exception):
    """A service was told something it cannot begin with. The message names it, and never says its value."""


def _database(url: SecretStr) -> SecretStr:
    parts = urlsplit(url.get_secret_value())
    if parts.scheme not in ("postgresql", "postgres") or not parts.hostname:
        raise ValueError("write postgresql://role:password@host:port/database")
    return url


def _web(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("write a whole address, http://… or https://…")
    return address.rstrip("/")


def _brokers(addresses: str) -> str:
    for address in addresses.split(","):
        host, _, port = address.strip().rpartition(":")
        if not host or not port.isdecimal():
            raise ValueError("write host:port, and a comma between two of them")
    return addresses


def _issuers(source: str) -> str:
    if "://" in source and not source.startswith("https://"):
        raise ValueError("write a file's path, or an https address")
    return source


WebAddress = Annotated[str, AfterValidator(_web)]
"""Where something is reached; paths are put behind it."""
NoneIfEmpty = BeforeValidator(lambda text: text or None)
"""Compose hands a variable that nobody set on as an empty one."""


class ServiceSettings(BaseSettings):
    """Defaults that run beside a local Postgres; a service adds its own below this."""

    model_config = SettingsConfigDict(env_prefix="JIESU_", extra="ignore")

    database_url: Annotated[SecretStr, AfterValidator(_database)] = SecretStr(
        "postgresql://jiesu@127.0.0.1:5432/jiesu"
    )
    """The service's own login role; the schema has the service's name."""
    database_pool: int = Field(10, ge=2)
    """Connections for requests and consumers; relay and embedded bus hold their own beside them. A month is
    closed by two at once.
    """
    bus: Literal["kafka", "embedded"] = "kafka"
    kafka_bootstrap_servers: Annotated[str, AfterValidator(_brokers)] = "127.0.0.1:9092"
    host: str = "127.0.0.1"
    port: int = Field(0, ge=0, le=65_535)
    """0 = the port of the service's declaration."""
    city: Path = Path("deploy/seed/beijing")
    """The city's folder: units, categories, responsibility list, policy."""
    jwks: Annotated[str, AfterValidator(_issuers)] = ".state/keys/jwks.json"
    """Where token issuers' public keys are: a file or an https URL."""
    token_issuer: str = "jiesu-local"
    token_audience: str = "jiesu"
    keys: Path = Path(".state/keys")
    """Folder of the keys this service has been given; a service is given no other's."""
    intake_url: WebAddress = "http://127.0.0.1:8101"
    """Where whoever may learn of a contact asks for it; only router and survey do."""
    clock_file: Path | None = None
    """A file with an offset in seconds; lets hours pass in a demonstration. Never set in a city."""
    replica: str = "1"
    """Names this process among its like; consumers keep their partitions over a restart."""
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)] = "INFO"

    @classmethod
    def told(cls, **said: Any) -> Self:
        """The settings, out of the environment and what is `said` beside it. Raises `WrongSetting`."""
        try:
            return cls(**said)
        except ValidationError as error:
            raise WrongSetting("; ".join(wrong(error).values())) from None

    @property
    def words_ring(self) -> Path:
        """Key ring that seals the citizen's words on the bus; only intake and router are given it."""
        return self.keys / "words.json"

    @property
    def incidents_ring(self) -> Path:
        """Key ring of what grid workers tell; only grid and intake are given it."""
        return self.keys / "incidents.json"

    @property
    def cursor_key(self) -> Path:
        """Signs paging cursors."""
        return self.keys / "cursor.key"

    @property
    def idempotency_key(self) -> Path:
        """What requests are known again under; never turned, or what was answered would be forgotten."""
        return self.keys / "idempotency.key"


def wrong(error: ValidationError) -> dict[str, str]:
    """What is wrong with each variable, in words."""
    found = {
        f"JIESU_{each['loc'][0]}".upper(): each["msg"].removeprefix("Value error, ")
        for each in error.errors()
    }
    return {name: f"{name} is refused: {why}" for name, why in found.items()}

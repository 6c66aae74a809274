"""Settings every service has, read from `JIESU_…` when asked for, never at import."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Defaults that run beside a local Postgres; a service adds its own below this."""

    model_config = SettingsConfigDict(env_prefix="JIESU_", extra="ignore")

    database_url: SecretStr = SecretStr("postgresql://jiesu@127.0.0.1:5432/jiesu")
    """The service's own login role; the schema has the service's name."""
    database_pool: int = Field(10, ge=2)
    """Connections for requests and consumers; relay and embedded bus hold their own beside them. A month is
    closed by two at once.
    """
    bus: Literal["kafka", "embedded"] = "kafka"
    kafka_bootstrap_servers: str = "127.0.0.1:9092"
    host: str = "127.0.0.1"
    port: int = 0
    """0 = the port of the service's declaration."""
    city: Path = Path("deploy/seed/beijing")
    """The city's folder: units, categories, responsibility list, policy."""
    jwks: str = ".state/keys/jwks.json"
    """Where token issuers' public keys are: a file or an https URL."""
    token_issuer: str = "jiesu-local"
    token_audience: str = "jiesu"
    keys: Path = Path(".state/keys")
    """Folder of the keys this service has been given; a service is given no other's."""
    intake_url: str = "http://127.0.0.1:8101"
    """Where whoever may learn of a contact asks for it; only router and survey do."""
    clock_file: Path | None = None
    """A file with an offset in seconds; lets hours pass in a demonstration. Never set in a city."""
    replica: str = "1"
    """Names this process among its like; consumers keep their partitions over a restart."""
    log_level: str = "INFO"

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

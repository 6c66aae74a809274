"""A service's schema as a value. Apart from `migrate`, so that a running service does not carry alembic."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import MetaData


@dataclass(frozen=True, slots=True)
class Schema:
    """What alembic needs to know of a service."""

    name: str
    metadata: MetaData
    migrations: Path

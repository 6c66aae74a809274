"""Alembic's door: one environment for all five schemas; the service hands in connection and metadata."""

import re
from typing import Any

from alembic import context

MONTH = re.compile(r"_\d{4}_\d{2}$")


def _ours(_: Any, name: str | None, kind: str, *__: Any) -> bool:
    """Months are made by the service itself, not by migrations."""
    return not (kind == "table" and name is not None and MONTH.search(name))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["metadata"],
    include_object=_ours,
    compare_server_default=False,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()

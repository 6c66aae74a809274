"""Indexes for tables that are in use: built beside what is written, not in its way."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op


def add_index(name: str, table: str, columns: Sequence[str | sa.TextClause], **options: Any) -> None:
    """For a migration that does nothing else, or nothing that may not be done twice: it can end half-way.

    Building waits for every transaction that began before, however long, and holds up nobody. What a broken
    attempt left behind is no index, though it has the name; it is taken away first.
    """
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)
        op.create_index(name, table, columns, postgresql_concurrently=True, **options)
        op.execute("RESET lock_timeout")

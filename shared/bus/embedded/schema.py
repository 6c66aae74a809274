"""The schema `bus`: what the embedded engine keeps, and the little that a service's role may do with it."""

from collections.abc import Sequence
from typing import Any

TABLES = """
CREATE SCHEMA IF NOT EXISTS bus;
CREATE TABLE IF NOT EXISTS bus.log (
    topic text NOT NULL,
    partition int NOT NULL,
    next bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS bus.record (
    topic text NOT NULL,
    partition int NOT NULL,
    "offset" bigint NOT NULL,
    at timestamptz NOT NULL,
    key bytea,
    value bytea,
    header_names text[] NOT NULL,
    header_values bytea[] NOT NULL,
    PRIMARY KEY (topic, partition, "offset")
);
CREATE TABLE IF NOT EXISTS bus.member (
    "group" text NOT NULL,
    instance text NOT NULL,
    incarnation uuid NOT NULL,
    topics text[] NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY ("group", instance)
) WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS bus.claim (
    "group" text NOT NULL,
    topic text NOT NULL,
    partition int NOT NULL,
    owner uuid,
    "offset" bigint,
    PRIMARY KEY ("group", topic, partition)
) WITH (fillfactor = 50);
"""

RIGHTS = """
GRANT USAGE ON SCHEMA bus TO {role};
GRANT SELECT, UPDATE (next) ON bus.log TO {role};
GRANT SELECT, INSERT ON bus.record TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON bus.member TO {role};
GRANT SELECT, INSERT, UPDATE ON bus.claim TO {role};
"""

OWN_GROUP = """
ALTER TABLE bus.member ENABLE ROW LEVEL SECURITY;
ALTER TABLE bus.claim ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own_group ON bus.member;
DROP POLICY IF EXISTS own_group ON bus.claim;
CREATE POLICY own_group ON bus.member USING ("group" = current_user OR "group" LIKE current_user || '.%');
CREATE POLICY own_group ON bus.claim USING ("group" = current_user OR "group" LIKE current_user || '.%');
"""


async def prepare(connection: Any, roles: Sequence[str] = ()) -> None:
    """Create what is missing, as an administrator. A role named like its group may move that group only."""
    async with connection.transaction():
        # Two runs of the job at the same moment: CREATE … IF NOT EXISTS alone is not safe against itself.
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('jiesu bus schema'))")
        await connection.execute(TABLES)
        await connection.execute(OWN_GROUP)
        for role in roles:
            quoted = '"' + role.replace('"', '""') + '"'
            await connection.execute(RIGHTS.format(role=quoted))

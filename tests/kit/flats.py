"""Databases with the services' roles and schemas in them, as a deployment has them."""

import asyncio
from collections.abc import Iterable

from sqlalchemy.engine import make_url

from deploy.commands.migrate import migrate_all

SERVICES = ("intake", "router", "grid", "survey", "scoring")
PASSWORD = "a-password-of-the-tests"


def dsn_of(admin_dsn: str, service: str) -> str:
    """The database as a service's own login role."""
    url = make_url(admin_dsn).set(username=service, password=PASSWORD)
    return url.render_as_string(hide_password=False)


async def furnish(admin_dsn: str, services: Iterable[str]) -> None:
    """Roles, schemas and newest tables of these services."""
    # Alembic's environment is synchronous code that starts its own loop.
    await asyncio.to_thread(lambda: asyncio.run(migrate_all(admin_dsn, dict.fromkeys(services, PASSWORD))))

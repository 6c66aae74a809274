"""What a local run needs of intake before the first request: one client's API key."""

from services.intake.store.api_keys import has_key, issue
from services.intake.store.repository import IntakeWork

LOCAL_CLIENT = "local"
SCOPES = frozenset({"cases:write"})


async def local_api_key(work: IntakeWork) -> str | None:
    """A key for the local client, or None when it has one already: its text was shown then."""
    if await has_key(work, LOCAL_CLIENT):
        return None
    return await issue(work, LOCAL_CLIENT, SCOPES, expires_at=None)

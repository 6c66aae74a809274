"""接入密钥: given to client apps and taken back; both are written down with who did it."""

from services.intake.domain import api_keys
from services.intake.domain.api_keys import ClientKey, IssueKey, RevokeKey
from services.intake.domain.errors import NoSuchApiKey
from services.intake.ports import IntakeWork


async def issue_key(work: IntakeWork, cmd: IssueKey) -> ClientKey:
    """Give a client a key. Raises `TwoKeysActive`."""
    key = api_keys.issue(cmd, await work.api_keys.of(cmd.name), at=work.now)
    await work.api_keys.keep(key, cmd.secret_sha256)
    return key


async def revoke_key(work: IntakeWork, cmd: RevokeKey) -> None:
    """Take a key back; one that was taken back stays as it is. Raises `NoSuchApiKey`."""
    if not await work.api_keys.revoke(cmd.id, by=cmd.by, at=work.now):
        raise NoSuchApiKey

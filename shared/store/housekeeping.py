"""What every schema's tables need from time to time: months ahead for the log, old rows out of the inbox."""

from shared.store import driver, partitions
from shared.store.work import Work

PRUNE = """
DELETE FROM inbox WHERE (consumer, event_id) IN (
    SELECT consumer, event_id FROM inbox WHERE received_at < now() - interval '35 days' LIMIT 5000
)
"""
"""Longer than any consumer may lag. What is delivered again after that takes effect again: so the broker must
keep a group's offsets for as long as it keeps the facts, or its facts for less than these days.
"""


async def make_months(work: Work) -> int:
    """The partitions of the log, and of what else lies in months, for those to come."""
    await partitions.ensure_now(work.connection, partitions.by_month(work.METADATA))
    return 0


async def prune_inbox(work: Work) -> int:
    """Forget what was heard long ago; answers how many rows went, so that the ticker comes back for more."""
    return await driver.execute(work.connection, PRUNE)

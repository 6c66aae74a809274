"""The same consumers hear the whole topic again, into an empty database; the tables must be the same."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import asyncpg
from sqlalchemy.engine import make_url

from deploy.commands.migrate import migrate_all, role_dsn
from shared.bus.dead_letter_copies import Copies
from shared.bus.settling import Settler
from shared.bus.subscriptions import Subscriptions
from shared.events.topics import TOPICS
from shared.service import flat_of
from tests.kit.city import beijing
from tests.kit.evidence import Evidence
from tests.kit.suite import Suite, declared, settings_of

AT_ONCE = 500
DERIVED = {
    "intake": {
        "cases": "case_id, status, status_at, unit, merged_into, promised_at, router_sequence",
        # Lines intake wrote itself, when somebody knocked, follow from no fact.
        "timeline": "event_id, case_id, at, code, unit, until, detail",
    },
    "grid": {"case_leads": "case_id, unit, assigned_to, place, standing, heard"},
    "scoring": {
        **dict.fromkeys(("entries", "whistles", "department_lines"), "*"),
        # For whom a joined case's answer counts is written down when its month closes, not when it is heard.
        "score_lines": "case_id, measure, because, number, joined_into, at, period, late_from, numerator, "
        "denominator, undecided_until, proactive, is_lead, redo, cases, "
        "CASE WHEN joined_into IS NULL THEN unit END AS unit",
    },
}
_OWN_LINES = (
    "registered",
    "supplemented",
    "urge_asked",
    "withdrawal_asked",
    "join_asked",
    "access_code_given",
)
_COPY = """
SELECT case_id, tracking_number, access_hash, channel, kind, category, sealed_words, has_phone, confidential,
       anonymous, proactive, linked_case_id, incident_id, registered_at, registered_at AS status_at
FROM intake.cases
"""


async def differences(evidence: Evidence) -> Sequence[str]:
    """Rows that the fold has and the suite has not, and the other way round."""
    suite = evidence.suite
    name = f"fold_{uuid4().hex[:12]}"
    await _execute(suite.admin_dsn, f"CREATE DATABASE {name}")
    folded = make_url(suite.admin_dsn).set(database=name).render_as_string(hide_password=False)
    try:
        # The roles are the cluster's: they keep the passwords the running services know.
        passwords = {service: suite.passwords[service] for service in DERIVED}
        await asyncio.to_thread(lambda: asyncio.run(migrate_all(folded, passwords)))
        await _copy_reports(suite.admin_dsn, folded)
        for service in DERIVED:
            await _hear_all(service, folded, evidence)
        return [line for service in DERIVED for line in await _compare(service, suite.admin_dsn, folded)]
    finally:
        await _execute(suite.admin_dsn, f"DROP DATABASE {name} WITH (FORCE)")


async def _hear_all(service: str, folded: str, evidence: Evidence) -> None:
    suite: Suite = evidence.suite
    settings = settings_of(
        service, role_dsn(folded, service, suite.passwords[service]), suite.keys, suite.issuer
    )
    flat = flat_of(declared(service), settings, clock=suite.clock, city=beijing(), bus=suite.bus)
    copies = Copies(suite.bus.producer(), service=service, group=service)
    settler = Settler(flat.store, Subscriptions(flat.service.hears), service, copies)
    records = [record for record in evidence.records() if record.topic in {topic.name for topic in TOPICS}]
    try:
        for start in range(0, len(records), AT_ONCE):
            await settler.settle(records[start : start + AT_ONCE])
    finally:
        await copies.close()
        if hasattr(flat.equipment, "aclose"):
            await flat.equipment.aclose()
        await flat.store.engine.dispose()


async def _copy_reports(admin_dsn: str, folded: str) -> None:
    """Ids are made by chance and reports follow from no fact: both are there as on their first day."""
    source, target = await asyncpg.connect(admin_dsn), await asyncpg.connect(folded)
    try:
        rows = await source.fetch(_COPY)
        if rows:
            columns = [*rows[0].keys(), "status", "router_sequence", "version"]
            await target.copy_records_to_table(
                "cases",
                schema_name="intake",
                columns=columns,
                records=[(*row.values(), "registered", 0, 0) for row in rows],
            )
    finally:
        await source.close()
        await target.close()


async def _compare(service: str, admin_dsn: str, folded: str) -> list[str]:
    found = []
    for table, columns in DERIVED[service].items():
        where = f"WHERE code <> ALL(ARRAY{list(_OWN_LINES)!r})" if table == "timeline" else ""
        question = f"SELECT {columns} FROM {service}.{table} {where}"
        stored, again = await _rows(admin_dsn, question), await _rows(folded, question)
        found += [f"{service}.{table}: only stored: {row}" for row in (stored - again)]
        found += [f"{service}.{table}: only folded: {row}" for row in (again - stored)]
    return found


async def _rows(dsn: str, question: str) -> Counter[str]:
    connection: Any = await asyncpg.connect(dsn)
    try:
        return Counter(repr(dict(row)) for row in await connection.fetch(question))
    finally:
        await connection.close()


async def _execute(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()

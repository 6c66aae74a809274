"""Router's tables: cases, their work orders as a queue, units, areas and lists as published."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.store.tables import service_metadata

METADATA = service_metadata()


def _when(name: str, *, nullable: bool = True) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _json(name: str) -> Column[object]:
    return Column(name, JSONB, nullable=False)


def _flag(name: str) -> Column[object]:
    return Column(name, Boolean, nullable=False)


def _text(name: str, *, nullable: bool = True) -> Column[object]:
    return Column(name, Text, nullable=nullable)


CASES = Table(
    "cases",
    METADATA,
    Column("case_id", Uuid, primary_key=True),
    _text("state", nullable=False),
    _text("kind", nullable=False),
    _text("channel", nullable=False),
    _when("registered_at", nullable=False),
    _text("sealed_words", nullable=False),
    _when("dispatch_by", nullable=False),
    _text("tracking_number"),
    _flag("has_phone"),
    _flag("confidential"),
    _flag("anonymous"),
    _flag("proactive"),
    Column("linked_case_id", Uuid),
    _json("supplements"),
    _json("suggestions"),
    _json("candidates"),
    _text("category"),
    _text("tier"),
    Column("confidence", Double, nullable=False),
    Column("correction", JSONB),
    _text("place"),
    _text("mode"),
    Column("handling", JSONB),
    _text("clause"),
    _text("list_version"),
    _text("policy_version"),
    _json("lead"),
    _json("co_orders"),
    _json("earlier"),
    _when("started_at"),
    _when("clock_from"),
    _when("resolve_by"),
    _when("remind_at"),
    Column("extensions", Integer, nullable=False),
    _when("approved_until"),
    _json("returning"),
    _json("returned_by"),
    _json("rulings"),
    _flag("backstopped"),
    _json("shelf"),
    Column("redo", Integer, nullable=False),
    _flag("supervised"),
    Column("callback_id", Uuid),
    Column("callback_round", Integer, nullable=False),
    _json("callbacks"),
    _json("rung"),
    _when("bell_at"),
    _json("notes"),
    _text("answer"),
    _text("decline_reason"),
    Column("merged_into", Uuid),
    Column("let_go_by", Uuid),
    _when("closed_at"),
    Column("version", BigInteger, nullable=False),
    Index(None, "state", "case_id"),
)
Index(
    "ix_cases_tracking_number",
    CASES.c.tracking_number,
    postgresql_where=CASES.c.tracking_number.is_not(None),
)
Index("ix_cases_linked_case_id", CASES.c.linked_case_id, postgresql_where=CASES.c.linked_case_id.is_not(None))
Index("ix_cases_merged_into", CASES.c.merged_into, postgresql_where=CASES.c.merged_into.is_not(None))
Index(
    "ix_cases_let_go_by",
    CASES.c.let_go_by,
    CASES.c.case_id,
    postgresql_where=CASES.c.let_go_by.is_not(None),
)
Index("ix_cases_bell_at", CASES.c.bell_at, CASES.c.case_id, postgresql_where=CASES.c.bell_at.is_not(None))

WORK_ORDERS = Table(
    "work_orders",
    METADATA,
    Column("order_id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False, index=True),
    _text("unit", nullable=False),
    _text("assigned_to"),
    _text("role", nullable=False),
    _text("state", nullable=False),
    _text("case_state", nullable=False),
    _text("category"),
    _text("tier"),
    _text("place"),
    _text("mode"),
    Column("redo", Integer, nullable=False),
    _flag("supervised"),
    _flag("proactive"),
    _when("dispatched_at", nullable=False),
    _when("sign_by", nullable=False),
    _when("resolve_by", nullable=False),
    _when("remind_at"),
    _when("signed_at"),
    _when("resolved_at"),
    Column("urged", Integer, nullable=False),
    Index(None, "unit", "state", "resolve_by", "order_id"),
    Index(None, "assigned_to", "resolve_by", "order_id"),
    Index(None, "resolve_by", "order_id"),
    Index(None, "dispatched_at", "unit"),
)
"""A projection of the orders inside `cases`, for queues and for finding an order's case."""
OPEN_ONES = "state IN ('sent', 'signed')"
Index(
    "ix_work_orders_open",
    WORK_ORDERS.c.state,
    WORK_ORDERS.c.resolve_by,
    WORK_ORDERS.c.order_id,
    postgresql_where=text(OPEN_ONES),
)

WORD_OPENINGS = Table(
    "word_openings",
    METADATA,
    Column("opening_id", Uuid, primary_key=True),
    _text("purpose", nullable=False),
    _text("by", nullable=False),
    Column("cases", Integer, nullable=False),
    _when("opened_at", nullable=False),
)
"""When the words of many cases were opened at once: for what, by whom, how many."""

HOTSPOTS = Table(
    "hotspots",
    METADATA,
    Column("hotspot_id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False),
    _text("unit", nullable=False),
    _text("category", nullable=False),
    _when("taken_up_at", nullable=False),
    Column("version", BigInteger, nullable=False),
)
"""未诉先办: the hot spots that became work, each once."""

UNITS = Table(
    "units",
    METADATA,
    Column("code", Text, primary_key=True),
    _text("name", nullable=False),
    _text("level", nullable=False),
    _text("parent_code"),
    _flag("closed"),
    _json("aliases"),
    _json("grids"),
    Column("version", BigInteger, nullable=False),
)

AREAS = Table(
    "areas",
    METADATA,
    Column("code", Text, primary_key=True),
    _text("name", nullable=False),
    _text("unit_code", nullable=False),
    Column("outline", LargeBinary, nullable=False),
)

DIRECTORY_VERSIONS = Table(
    "directory_versions",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    _when("imported_at", nullable=False),
    _text("imported_by", nullable=False),
    _text("source", nullable=False),
    _text("sha256", nullable=False),
    Column("units", Integer, nullable=False),
    _json("changes"),
    Column("version", BigInteger, nullable=False),
)

RESPONSIBILITY_LISTS = Table(
    "responsibility_lists",
    METADATA,
    Column("list_version", Text, primary_key=True),
    Column("effective_from", Date, nullable=False),
    Column("effective_until", Date),
    Column("items", Integer, nullable=False),
    _text("sha256", nullable=False),
    _text("document", nullable=False),
    _text("source", nullable=False),
    _when("published_at", nullable=False),
    _text("published_by", nullable=False),
    Column("version", BigInteger, nullable=False),
)

READINGS = Table(
    "readings",
    METADATA,
    Column("reading_id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False, index=True),
    Column("order_id", Uuid, nullable=False),
    _text("unit", nullable=False),
    _text("by", nullable=False),
    _when("at", nullable=False),
    Index("ix_readings_at_reading_id", "at", "reading_id"),
    # A unit that reads little would be looked for through everybody's.
    Index("ix_readings_unit_at_reading_id", "unit", "at", "reading_id"),
)
"""Append-only: which unit's clerk was shown which contact. Intake's own audit knows router alone."""

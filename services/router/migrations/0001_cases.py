"""Cases with their work orders, the queue beside them, units as published."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.store import shelf

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    shelf.first_tables()
    op.create_table(
        "cases",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_words", sa.Text(), nullable=False),
        sa.Column("dispatch_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("has_phone", sa.Boolean(), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("proactive", sa.Boolean(), nullable=False),
        sa.Column("linked_case_id", sa.Uuid(), nullable=True),
        sa.Column("supplements", JSONB(), nullable=False),
        sa.Column("suggestions", JSONB(), nullable=False),
        sa.Column("candidates", JSONB(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("tier", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("mode", sa.Text(), nullable=True),
        sa.Column("clause", sa.Text(), nullable=True),
        sa.Column("list_version", sa.Text(), nullable=True),
        sa.Column("policy_version", sa.Text(), nullable=True),
        sa.Column("lead", JSONB(), nullable=False),
        sa.Column("co_orders", JSONB(), nullable=False),
        sa.Column("earlier", JSONB(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolve_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("returning", JSONB(), nullable=False),
        sa.Column("returned_by", JSONB(), nullable=False),
        sa.Column("rulings", JSONB(), nullable=False),
        sa.Column("backstopped", sa.Boolean(), nullable=False),
        sa.Column("shelf", JSONB(), nullable=False),
        sa.Column("redo", sa.Integer(), nullable=False),
        sa.Column("supervised", sa.Boolean(), nullable=False),
        sa.Column("callback_id", sa.Uuid(), nullable=True),
        sa.Column("callback_round", sa.Integer(), nullable=False),
        sa.Column("callbacks", JSONB(), nullable=False),
        sa.Column("rung", JSONB(), nullable=False),
        sa.Column("bell_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notes", JSONB(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("decline_reason", sa.Text(), nullable=True),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_cases")),
    )
    op.create_index(
        "ix_cases_bell_at",
        "cases",
        ["bell_at", "case_id"],
        unique=False,
        postgresql_where=sa.text("bell_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_cases_state_case_id"), "cases", ["state", "case_id"], unique=False)
    op.create_table(
        "units",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_units")),
    )
    op.create_table(
        "work_orders",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("assigned_to", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("case_state", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("tier", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("redo", sa.Integer(), nullable=False),
        sa.Column("supervised", sa.Boolean(), nullable=False),
        sa.Column("proactive", sa.Boolean(), nullable=False),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sign_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolve_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("urged", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_work_orders")),
    )
    op.create_index(
        op.f("ix_work_orders_assigned_to_resolve_by_order_id"),
        "work_orders",
        ["assigned_to", "resolve_by", "order_id"],
        unique=False,
    )
    op.create_index(op.f("ix_work_orders_case_id"), "work_orders", ["case_id"], unique=False)
    op.create_index(
        op.f("ix_work_orders_resolve_by_order_id"), "work_orders", ["resolve_by", "order_id"], unique=False
    )
    op.create_index(
        op.f("ix_work_orders_unit_state_resolve_by_order_id"),
        "work_orders",
        ["unit", "state", "resolve_by", "order_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_work_orders_unit_state_resolve_by_order_id"), table_name="work_orders")
    op.drop_index(op.f("ix_work_orders_resolve_by_order_id"), table_name="work_orders")
    op.drop_index(op.f("ix_work_orders_case_id"), table_name="work_orders")
    op.drop_index(op.f("ix_work_orders_assigned_to_resolve_by_order_id"), table_name="work_orders")
    op.drop_table("work_orders")
    op.drop_table("units")
    op.drop_index(op.f("ix_cases_state_case_id"), table_name="cases")
    op.drop_index("ix_cases_bell_at", table_name="cases", postgresql_where=sa.text("bell_at IS NOT NULL"))
    op.drop_table("cases")
    shelf.drop_first_tables()

"""Months that close, exclusions, and lines that may be late or adjust what is settled."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Of a case that was folded before, what is known is who leads it now.
LEADS = """
UPDATE entries SET leads = jsonb_build_array(jsonb_build_object(
    'since', to_char(coalesce(registered_at, now()) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'unit', lead, 'into', merged_into))
WHERE lead IS NOT NULL OR merged_into IS NOT NULL
"""


def upgrade() -> None:
    _decided()
    _entries()
    _score_lines()
    _department_lines()


def _decided() -> None:
    op.create_table(
        "exclusions",
        sa.Column("exclusion_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("asked", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reviews", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("appeal", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("appeal_evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("appeal_verdict", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("exclusion_id", name=op.f("pk_exclusions")),
        sa.UniqueConstraint("case_id", "period", name=op.f("uq_exclusions_case_id_period")),
    )
    op.create_index(
        op.f("ix_exclusions_period_state_exclusion_id"),
        "exclusions",
        ["period", "state", "exclusion_id"],
        unique=False,
    )
    op.create_table(
        "late_facts",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("missed", sa.Text(), nullable=False),
        sa.Column("opened", sa.Text(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_late_facts")),
    )
    op.create_index(op.f("ix_late_facts_missed"), "late_facts", ["missed"], unique=False)
    op.create_table(
        "month_sums",
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("proactive", sa.Boolean(), nullable=False),
        sa.Column("excluded", sa.Boolean(), nullable=False),
        sa.Column("numerator", sa.Numeric(), nullable=False),
        sa.Column("denominator", sa.BigInteger(), nullable=False),
        sa.Column("undecided", sa.BigInteger(), nullable=False),
        sa.Column("cases", sa.BigInteger(), nullable=False),
        sa.Column("late", sa.BigInteger(), nullable=False),
        sa.Column("adjustments", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(
            "period", "unit", "measure", "proactive", "excluded", name=op.f("pk_month_sums")
        ),
    )
    op.create_table(
        "months",
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frozen", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_months")),
    )


def _entries() -> None:
    empty = sa.text("'[]'::jsonb")
    op.add_column("entries", sa.Column("leads", postgresql.JSONB(), nullable=False, server_default=empty))
    op.alter_column("entries", "leads", server_default=None)
    op.execute(LEADS)
    for table in ("entries", "whistles"):
        op.add_column(table, sa.Column("opened", sa.Text(), nullable=False, server_default=""))
        op.alter_column(table, "opened", server_default=None)


def _score_lines() -> None:
    op.add_column("score_lines", sa.Column("number", sa.SmallInteger(), nullable=False, server_default="0"))
    op.alter_column("score_lines", "number", server_default=None)
    op.add_column("score_lines", sa.Column("late_from", sa.Text(), nullable=True))
    op.drop_constraint("pk_score_lines", "score_lines")
    op.create_primary_key("pk_score_lines", "score_lines", ["case_id", "measure", "because", "number"])
    op.create_index("ix_score_lines_joined", "score_lines", ["period"], postgresql_where="unit IS NULL")
    op.create_index(
        "ix_score_lines_late_from", "score_lines", ["late_from"], postgresql_where="late_from IS NOT NULL"
    )


def _department_lines() -> None:
    # A projection of another shape: whistles that are folded again write it anew.
    op.drop_table("department_lines")
    op.create_table(
        "department_lines",
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("blown_by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("late_from", sa.Text(), nullable=True),
        sa.Column("numerator", sa.Numeric(), nullable=False),
        sa.Column("denominator", sa.SmallInteger(), nullable=False),
        sa.Column("undecided_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("whistle_id", "unit", "measure", "number", name="pk_department_lines"),
    )
    op.create_index(
        "ix_department_lines_period_unit_measure_at_whistle_id",
        "department_lines",
        ["period", "unit", "measure", "at", "whistle_id"],
    )


def downgrade() -> None:
    op.drop_table("department_lines")
    op.create_table(
        "department_lines",
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("blown_by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("signed_in_time", sa.Boolean(), nullable=True),
        sa.Column("reported_in_time", sa.Boolean(), nullable=True),
        sa.Column("score", sa.SmallInteger(), nullable=True),
        sa.PrimaryKeyConstraint("whistle_id", "unit", name="pk_department_lines"),
    )
    op.create_index(
        "ix_department_lines_period_unit_at_whistle_id",
        "department_lines",
        ["period", "unit", "at", "whistle_id"],
    )
    op.drop_index("ix_score_lines_late_from", table_name="score_lines")
    op.drop_index("ix_score_lines_joined", table_name="score_lines")
    op.execute("DELETE FROM score_lines WHERE number > 0")
    op.drop_constraint("pk_score_lines", "score_lines")
    op.create_primary_key("pk_score_lines", "score_lines", ["case_id", "measure", "because"])
    op.drop_column("score_lines", "late_from")
    op.drop_column("score_lines", "number")
    op.drop_column("whistles", "opened")
    op.drop_column("entries", "opened")
    op.drop_column("entries", "leads")
    for table in ("months", "month_sums", "late_facts", "exclusions"):
        op.drop_table(table)

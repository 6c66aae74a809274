"""Visits, dispute inspections and tracks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visits",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        *(_text(name) for name in ("worker", "unit", "place", "kind")),
        sa.Column("minutes", sa.Integer(), nullable=False),
        *(_at(name) for name in ("recorded_at", "happened_at", "received_at")),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_visits")),
    )
    op.create_index(op.f("ix_visits_unit_happened_at"), "visits", ["unit", "happened_at"])
    op.create_index(op.f("ix_visits_place_happened_at"), "visits", ["place", "happened_at"])
    op.create_table(
        "inspections",
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        *(_text(name) for name in ("worker", "unit", "place", "plan")),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("round", sa.Text(), nullable=True),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        *(_at(name) for name in ("recorded_at", "happened_at", "received_at")),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("inspection_id", name=op.f("pk_inspections")),
    )
    op.create_index(op.f("ix_inspections_plan_round_place"), "inspections", ["plan", "round", "place"])
    op.create_table(
        "tracks",
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("track_id", sa.Uuid(), nullable=False),
        *(_text(name) for name in ("worker", "unit")),
        sa.Column("metres", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("points", sa.LargeBinary(), nullable=False),
        *(_at(name) for name in ("recorded_at", "happened_at")),
        sa.PrimaryKeyConstraint("received_at", "track_id", name=op.f("pk_tracks")),
        postgresql_partition_by="RANGE (received_at)",
    )
    op.create_index(op.f("ix_tracks_unit_happened_at"), "tracks", ["unit", "happened_at"])


def downgrade() -> None:
    for table in ("tracks", "inspections", "visits"):
        op.drop_table(table)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _at(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)

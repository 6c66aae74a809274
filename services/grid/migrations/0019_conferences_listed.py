"""Conferences are listed by whoever sat at the table or called it, and by what router made of them."""

import sqlalchemy as sa
from alembic import op

from shared.store.indexes import add_index

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SEATED = sa.text("jsonb_path_query_array(parties, '$[*].\"unit\"'::jsonpath)")


def upgrade() -> None:
    add_index("ix_conferences_seated", "conferences", [SEATED], postgresql_using="gin")
    add_index("ix_conferences_called_by_conference_id", "conferences", ["called_by", "conference_id"])
    add_index("ix_divisions_outcome_conference_id", "divisions", ["outcome", "conference_id"])


def downgrade() -> None:
    op.drop_index("ix_divisions_outcome_conference_id", table_name="divisions")
    op.drop_index("ix_conferences_called_by_conference_id", table_name="conferences")
    op.drop_index("ix_conferences_seated", table_name="conferences")

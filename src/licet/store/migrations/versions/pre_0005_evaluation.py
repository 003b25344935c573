"""Evaluation: runs of systems, comparisons, judges, labels, and what other tools say."""

from alembic import op
from sqlalchemy import Table

from licet.store import (
    comparison_tables,
    evaluation_tables,
    labelling_tables,
    outside_evidence_tables,
    run_tables,
    spending_tables,
)
from licet.store.tables import metadata

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES: tuple[Table, ...] = (
    *evaluation_tables.TABLES,
    *outside_evidence_tables.TABLES,
    *comparison_tables.TABLES,
    *run_tables.TABLES,
    *spending_tables.TABLES,
    *labelling_tables.TABLES,
)
"""The tables that this step adds; those of the steps before stay as they are, so that the code of the release before runs on."""


LIVE = "CREATE INDEX IF NOT EXISTS case_live ON case_item (use_case_id, number) WHERE part = 'live' AND batch_id IS NULL"
"""As in `tables.case`: an installation of an earlier release has none yet."""


def upgrade() -> None:
    """Creates the tables, and the index."""
    metadata.create_all(op.get_bind(), tables=list(TABLES))
    op.execute(LIVE)


def downgrade() -> None:
    """Drops the tables."""
    metadata.drop_all(op.get_bind(), tables=list(TABLES))

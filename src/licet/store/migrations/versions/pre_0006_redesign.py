"""Redesign: event logs, redesigns, baselines and workflows."""

from alembic import op
from sqlalchemy import Table

from licet.store import baseline_tables, event_log_tables, grade_tables, redesign_tables, simulation_tables, workflow_tables
from licet.store.tables import metadata

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES: tuple[Table, ...] = (
    *grade_tables.TABLES,
    *event_log_tables.TABLES,
    *simulation_tables.TABLES,
    *redesign_tables.TABLES,
    *baseline_tables.TABLES,
    *workflow_tables.TABLES,
)
"""The tables that this step adds; those of the steps before stay as they are, so that the code of the release before runs on."""


def upgrade() -> None:
    """Creates the tables."""
    metadata.create_all(op.get_bind(), tables=list(TABLES))


def downgrade() -> None:
    """Drops the tables."""
    metadata.drop_all(op.get_bind(), tables=list(TABLES))

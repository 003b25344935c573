"""Redesign: event logs, redesigns, baselines and workflows; and what shows at once that people's answers were simulated."""

from alembic import op
from sqlalchemy import Index, Table

from licet.store import (
    baseline_tables,
    event_log_tables,
    grade_tables,
    redesign_tables,
    simulation_tables,
    template_tables,
    workflow_tables,
)
from licet.store.tables import decision, metadata, review

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
    *template_tables.TABLES,
)
"""The tables that this step adds; those of the steps before stay as they are, so that the code of the release before runs on."""


def _added() -> list[Index]:
    """Indexes of tables that were there before."""
    there = (*decision.indexes, *review.indexes)
    return sorted((one for one in there if str(one.name).endswith("_simulated")), key=lambda one: str(one.name))


def upgrade() -> None:
    """Creates the tables, and the indexes where an earlier step made their tables without."""
    metadata.create_all(op.get_bind(), tables=list(TABLES))
    for index in _added():
        index.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    """Drops the indexes and the tables."""
    for index in _added():
        index.drop(op.get_bind(), checkfirst=True)
    metadata.drop_all(op.get_bind(), tables=list(TABLES))

"""Judgment: desk, second looks, known answers, qualifications, watches of slices, incidents, people's own settings."""

from alembic import op
from sqlalchemy import text

from licet.store import (
    affirmation_tables,
    desk_tables,
    incident_tables,
    known_tables,
    person_tables,
    qualification_tables,
    second_tables,
    watch_tables,
)
from licet.store.tables import metadata

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OPEN = text("done_at IS NULL")
TABLES = (
    *desk_tables.TABLES,
    *second_tables.TABLES,
    *known_tables.TABLES,
    *qualification_tables.TABLES,
    *watch_tables.TABLES,
    *incident_tables.TABLES,
    *person_tables.TABLES,
    *affirmation_tables.TABLES,
)
"""The tables that this step adds; those of the steps before stay as they are, so that the code of the release before runs on."""


def upgrade() -> None:
    """Creates the tables, and an index by which tasks are found that did not come to the desk as they were made."""
    metadata.create_all(op.get_bind(), tables=list(TABLES))
    op.create_index("task_open", "task", ["created_at"], sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    """Drops the tables."""
    op.drop_index("task_open", "task")
    metadata.drop_all(op.get_bind(), tables=list(TABLES))

"""Judgment: desk, second looks, known answers, qualifications, watches of slices, incidents, people's own settings."""

from alembic import op

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


SEALED = "CREATE INDEX IF NOT EXISTS case_item_sealed ON case_item (sealed_set_id, digest) WHERE sealed_set_id IS NOT NULL"
CAME = "CREATE INDEX IF NOT EXISTS routing_came ON routing (use_case_id, at) WHERE route = 'to_person'"
"""As in `tables.case` and `tables.routing`: an installation of an earlier release has none yet."""


def upgrade() -> None:
    """Creates the tables, and the indexes."""
    metadata.create_all(op.get_bind(), tables=list(TABLES))
    op.execute(SEALED)
    op.execute(CAME)


def downgrade() -> None:
    """Drops the tables."""
    metadata.drop_all(op.get_bind(), tables=list(TABLES))

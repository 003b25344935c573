"""Governance: credentials and sessions, rules, risk answers, approvals, exposure of mandates, witnesses of checkpoints."""

from alembic import op

from licet.store import approval_tables, exposure_tables, gate_tables, identity_tables, risk_tables, rule_tables, witness_tables
from licet.store.tables import metadata

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = (
    *identity_tables.TABLES,
    *rule_tables.TABLES,
    *risk_tables.TABLES,
    *approval_tables.TABLES,
    *exposure_tables.TABLES,
    *gate_tables.TABLES,
    *witness_tables.TABLES,
)
"""The tables that this step adds; those of 0001 and 0002 stay as they are, so that the code of the release before runs on."""


def upgrade() -> None:
    """Creates the tables."""
    metadata.create_all(op.get_bind(), tables=list(TABLES))


def downgrade() -> None:
    """Drops the tables."""
    metadata.drop_all(op.get_bind(), tables=list(TABLES))

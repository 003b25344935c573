"""The first schema: use cases, history, looks, mandates, cases, audits and the ledger."""

from alembic import op

from licet.store.tables import metadata

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Creates every table."""
    metadata.create_all(op.get_bind())


def downgrade() -> None:
    """Drops every table."""
    metadata.drop_all(op.get_bind())

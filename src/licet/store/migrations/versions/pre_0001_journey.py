"""The first schema: use cases, history, looks, mandates, cases, audits and the ledger."""

from alembic import op

from licet.store.tables import metadata

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "installation", "counter", "person", "use_case", "involved", "sealed_set", "import_batch", "case_item", "case_key", "sealed_digest",
    "artifact", "system", "proposal", "standard", "look", "adjudication", "approval", "mandate", "routing", "decision", "task", "review",
    "audit", "watch", "incident", "outbox", "ledger_pending", "ledger_entry", "checkpoint", "ledger_head",
)  # fmt: skip
"""The tables of this schema. A later step adds tables, or columns to these, and never changes what this one made."""


def upgrade() -> None:
    """Creates the tables."""
    metadata.create_all(op.get_bind(), tables=[metadata.tables[name] for name in TABLES])


def downgrade() -> None:
    """Drops the tables."""
    metadata.drop_all(op.get_bind(), tables=[metadata.tables[name] for name in TABLES])

"""Cases at volume: the queue, effects, corrections, stops, tokens of the API, teams and workers."""

from alembic import op

from licet.store.work_tables import metadata

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("work", "effect", "correction", "stop", "api_token", "request", "team", "duty", "worker", "tally")
"""The tables that this step adds; those of 0001 stay as they are, so that the code of the release before runs on."""

FENCE = (
    "ALTER TABLE use_case ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY one_team ON use_case USING (coalesce(current_setting('licet.team', true), '') = '' OR "
    "current_setting('licet.team', true) = coalesce((SELECT t.name FROM team t WHERE t.use_case_id = use_case.id), 'main'))",
)
"""PostgreSQL's own fence between teams, behind ours: it holds for every role but the tables' owner."""

TALLIES = (
    "SELECT use_case_id, 'routed', COALESCE(reason, ''), COUNT(*) FROM routing GROUP BY use_case_id, reason",
    "SELECT use_case_id, 'decided', CASE WHEN \"by\" LIKE 'mandate:%' THEN 'ai' ELSE 'person' END AS who, COUNT(*) "
    "FROM decision GROUP BY use_case_id, who",
    "SELECT use_case_id, 'tasks', kind, COUNT(*) FROM task WHERE kind = 'decision' AND done_at IS NULL GROUP BY use_case_id, kind",
)
"""What came of cases before there were tallies."""


def upgrade() -> None:
    """Creates the tables, puts cases that were accepted and not routed into the queue, and counts what came of the others."""
    metadata.create_all(op.get_bind(), tables=[metadata.tables[name] for name in TABLES])
    for statement in FENCE if op.get_bind().dialect.name == "postgresql" else ():
        op.execute(statement)
    op.execute(
        "INSERT INTO work (case_number, use_case_id, ready_at, attempts) "
        "SELECT c.number, c.use_case_id, c.received_at, 0 FROM case_item c "
        "WHERE c.part = 'live' AND NOT EXISTS (SELECT 1 FROM routing r WHERE r.case_number = c.number)"
    )
    for counted in TALLIES:
        op.execute(f"INSERT INTO tally (use_case_id, what, word, value) {counted}")


def downgrade() -> None:
    """Drops the tables."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP POLICY one_team ON use_case")
        op.execute("ALTER TABLE use_case DISABLE ROW LEVEL SECURITY")
    metadata.drop_all(op.get_bind(), tables=[metadata.tables[name] for name in TABLES])

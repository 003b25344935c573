"""What lasts of the rules an organisation gives itself: versions of policy and gates, and who approved each. Only the store reads this."""

from sqlalchemy import Column, Integer, String, Table, Text

from licet.store.moments import Moment
from licet.store.tables import metadata

__all__ = ["TABLES", "rule_version"]

rule_version = Table(
    "rule_version",
    metadata,
    Column("kind", String(10), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("state", String(10), nullable=False),  # proposed, in force, replaced, withdrawn
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", Moment, nullable=False),
    Column("approved_by", Text),
    Column("in_force_at", Moment),
)

TABLES: tuple[Table, ...] = (rule_version,)
"""The tables of this file, in the order in which they are created."""

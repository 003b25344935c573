"""What lasts of stages: each move by a person, with the reason they gave. Only the store reads this."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from licet.store.moments import Moment
from licet.store.tables import metadata

__all__ = ["TABLES", "stage_move"]

stage_move = Table(
    "stage_move",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False, index=True),
    Column("was", String(12), nullable=False),
    Column("became", String(12), nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("why", Text, nullable=False),
)

TABLES: tuple[Table, ...] = (stage_move,)
"""The tables of this file, in the order in which they are created."""

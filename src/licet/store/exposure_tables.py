"""What lasts of a mandate beyond its terms: how far it is exposed, what was narrowed, and drills of the stop. Only the store reads this."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from licet.store.moments import Moment
from licet.store.tables import metadata

__all__ = ["TABLES"]

team_stop = Table(
    "team_stop",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("team", String(60), nullable=False, index=True),
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("lifted_by", Text),
    Column("lifted_at", Moment),
)

drill = Table(
    "drill",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False, index=True),
    Column("stop_id", Integer, nullable=False, unique=True),
    Column("by", Text, nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("took_ms", Integer),
    Column("result", String(12)),
)

narrowing = Table(
    "narrowing",
    metadata,
    Column("mandate_id", ForeignKey("mandate.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("limits", Text, nullable=False),
    Column("changed", Text, nullable=False),
    Column("certified", Boolean, nullable=False),
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

exposure = Table(
    "exposure",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("mandate_id", ForeignKey("mandate.id"), nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

unexposed = Table(
    "unexposed",
    metadata,
    Column("case_number", ForeignKey("case_item.number"), primary_key=True, autoincrement=False),
    Column("mandate_id", ForeignKey("mandate.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("agreed", Boolean),
    Index("unexposed_step", "mandate_id", "number", "case_number"),
)

TABLES: tuple[Table, ...] = (team_stop, drill, narrowing, exposure, unexposed)
"""The tables of this file, in the order in which they are created."""

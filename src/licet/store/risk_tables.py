"""What lasts of risk: the answers to the questionnaire, version by version. Only the store reads this."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text

from licet.store.moments import Moment
from licet.store.tables import metadata

__all__ = ["TABLES", "risk_answers"]

risk_answers = Table(
    "risk_answers",
    metadata,
    Column("use_case_id", ForeignKey("use_case.id"), primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("questionnaire", String(20), nullable=False),
    Column("answers", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("tier", String(12), nullable=False),
    Column("by", Text, nullable=False),
    Column("by_risk", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
)

TABLES: tuple[Table, ...] = (risk_answers,)
"""The tables of this file, in the order in which they are created."""

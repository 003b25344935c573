"""What lasts of affirmations: who outside the team said that risk answers are right. Only the store reads this."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from licet.store.moments import Moment
from licet.store.tables import metadata

risk_affirmation = Table(
    "risk_affirmation",
    metadata,
    Column("use_case_id", ForeignKey("use_case.id"), primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("by", String(40), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)
"""One row for a person and a version of the answers: the database takes no second one."""

TABLES: tuple[Table, ...] = (risk_affirmation,)

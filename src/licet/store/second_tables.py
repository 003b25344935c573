"""What lasts of more than one pair of eyes: second looks, disputes of audits, and who asked for a case. Only the store reads this."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, LargeBinary, String, Table

from licet.store.moments import Moment
from licet.store.tables import metadata

second_look = Table(
    "second_look",
    metadata,
    Column("case_number", ForeignKey("case_item.number"), primary_key=True, autoincrement=False),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False),
    Column("cause", String(12), nullable=False),
    Column("probability", Float, nullable=False),
    Column("standard", String(64), nullable=False),
    Column("first", String(40), nullable=False),
    Column("first_says", LargeBinary, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("second", String(40)),
    Column("second_says", LargeBinary),
    Column("agreed", Boolean),
    Column("adjudicator", String(40)),
    Column("first_right", Boolean),
    Column("second_right", Boolean),
    Column("ended_at", Moment),
    Index("second_look_people", "use_case_id", "first", "second"),
)
"""A case that two people answer: why, with which probability, by which standard, what came of it. Answers are under the case's key."""

dispute = Table(
    "dispute",
    metadata,
    Column("case_number", ForeignKey("case_item.number"), primary_key=True, autoincrement=False),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False, index=True),
    Column("auditor", String(40), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("adjudicator", String(40)),
    Column("upheld", Boolean),
    Column("ended_at", Moment),
)
"""An audit whose answer differs from AI's. `upheld`: whether the second person, blind, says too that AI is wrong."""

requester = Table(
    "requester",
    metadata,
    Column("case_number", ForeignKey("case_item.number"), primary_key=True, autoincrement=False),
    Column("email", LargeBinary, nullable=False),
)
"""Who asked for a case, under the case's key, so that it is erased with the case."""

TABLES: tuple[Table, ...] = (second_look, dispute, requester)

"""What lasts of practice and qualification: rules, and what people said on past cases. Only the store reads this."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from licet.store.moments import Moment
from licet.store.tables import metadata

qualification_rule = Table(
    "qualification_rule",
    metadata,
    Column("use_case_id", ForeignKey("use_case.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("cases", Integer, nullable=False),
    Column("agreement", Float, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("lasts_days", Integer, nullable=False),
    Column("work", Text, nullable=False),
    Column("set_by", String(40), nullable=False),
    Column("set_at", Moment, nullable=False),
)
"""Every version of a use case's rule; the newest holds."""

practice = Table(
    "practice",
    metadata,
    Column("token", String(40), primary_key=True),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False),
    Column("case_number", ForeignKey("case_item.number"), nullable=False, index=True),
    Column("person_id", String(40), nullable=False),
    Column("basis", String(12), nullable=False),
    Column("truth", LargeBinary, nullable=False),
    Column("drawn_at", Moment, nullable=False),
    Column("said", LargeBinary),
    Column("first_right", Boolean),
    Column("answered_at", Moment),
    UniqueConstraint("use_case_id", "person_id", "case_number"),
    Index("practice_answered", "use_case_id", "person_id", "answered_at"),
)
"""A past case that somebody practises on. Answers are under the case's key. It is in no queue and decides nothing."""

TABLES: tuple[Table, ...] = (qualification_rule, practice)

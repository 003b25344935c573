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
    Column("round", String(40)),
    Column("place", Integer),
    Column("why", String(12)),
    Column("chance", Float),
    Column("advice", LargeBinary),
    Column("advice_right", Boolean),
    Column("final", LargeBinary),
    Column("final_right", Boolean),
    Column("settled_at", Moment),
    Index("practice_of_round", "round", "place"),
    UniqueConstraint("use_case_id", "person_id", "case_number"),
    Index("practice_answered", "use_case_id", "person_id", "answered_at"),
)
"""A past case that somebody practises on, alone or in a round. Answers and advice are under the case's key. It decides nothing.

`why` and `chance` say of a case in a round what it was drawn for, and by which keyed number; `final` is what was kept or changed to.
"""

practice_round = Table(
    "practice_round",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False),
    Column("person_id", String(40), nullable=False),
    Column("cases", Integer, nullable=False),
    Column("guided", Boolean, nullable=False),
    Column("fingerprint", String(64)),
    Column("begun_at", Moment, nullable=False),
    Index("practice_round_of", "use_case_id", "person_id", "begun_at"),
)
"""A round with AI's advice; its cases were all drawn when it began. `fingerprint`: of the system that advises; null: none does."""

TABLES: tuple[Table, ...] = (qualification_rule, practice, practice_round)

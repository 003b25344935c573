"""What lasts of known answers: cases planted among those that wait, and what reviewers said on them. Only the store reads this."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint, text

from licet.store.moments import Moment
from licet.store.tables import metadata

known_rule = Table(
    "known_rule",
    metadata,
    Column("use_case_id", ForeignKey("use_case.id"), primary_key=True),
    Column("share", Float, nullable=False),
    Column("errors", Float, nullable=False),
    Column("set_by", String(40), nullable=False),
    Column("set_at", Moment, nullable=False),
)

planted = Table(
    "planted",
    metadata,
    Column("token", String(40), primary_key=True),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False),
    Column("case_number", ForeignKey("case_item.number"), nullable=False, index=True),
    Column("person_id", String(40), nullable=False),
    Column("basis", String(12), nullable=False),
    Column("probability", Float, nullable=False),
    Column("truth", LargeBinary, nullable=False),
    Column("advice", LargeBinary),
    Column("confidence", Float),
    Column("advice_right", Boolean),
    Column("planted_at", Moment, nullable=False),
    Column("skipped_at", Moment),
    Column("said", LargeBinary),
    Column("first_right", Boolean),
    Column("final_right", Boolean),
    Column("advised", Boolean),
    Column("seconds", Integer),
    Column("answered_at", Moment),
    Column("contested_at", Moment),
    Column("contest", LargeBinary),
    Column("settled_by", String(40)),
    Column("settled_at", Moment),
    Column("upheld", Boolean),
    Column("settled_why", LargeBinary),
    UniqueConstraint("use_case_id", "person_id", "case_number"),
    Index("planted_answered", "use_case_id", "answered_at"),
)
Index(
    "planted_contested",
    planted.c.use_case_id,
    planted.c.contested_at,
    sqlite_where=text("contested_at IS NOT NULL"),
    postgresql_where=text("contested_at IS NOT NULL"),
)
"""A case with a known answer, for one person. Answers are under the case's key. `upheld`: whether the contest was right; `skipped_at`:
when they put it back with a reason, from when on the next may be planted."""

known_retired = Table(
    "known_retired",
    metadata,
    Column("case_number", ForeignKey("case_item.number"), primary_key=True, autoincrement=False),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False),
    Column("retired_at", Moment, nullable=False),
)
"""A case whose known answer was contested with success: it is planted no more, and counts for nobody."""

figures_seen = Table(
    "figures_seen",
    metadata,
    Column("use_case_id", ForeignKey("use_case.id"), primary_key=True),
    Column("person_id", String(40), primary_key=True),
    Column("seen_at", Moment, nullable=False),
)
"""When somebody last looked at their own figures; others see none newer, until a week has passed."""

TABLES: tuple[Table, ...] = (known_rule, planted, known_retired, figures_seen)

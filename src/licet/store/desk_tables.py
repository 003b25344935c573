"""What lasts of the reviewers' desk: whose each task is until when, answers held, skips, absences. Only the store reads this."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint, text

from licet.store.moments import Moment
from licet.store.tables import metadata

desk_item = Table(
    "desk_item",
    metadata,
    Column("token", String(40), primary_key=True),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False),
    Column("case_number", ForeignKey("case_item.number"), nullable=False, index=True),
    Column("lane", String(80), nullable=False),
    Column("home", String(80), nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("since", Moment, nullable=False),
    Column("waits_from", Moment, nullable=False),
    Column("lease", String(40)),
    Column("leased_by", String(40)),
    Column("leased_until", Moment),
    Column("ahead", Boolean, nullable=False),
    Column("handed_at", Moment),
    Column("back_at", Moment),
    Column("escalated_at", Moment),
    Index("desk_item_order", "use_case_id", "lane", "due_at", "token"),
)
"""A task that waits. `lane` says for whom: empty for anybody, `skill:`, `to:` a person, or one of those nobody is given.
`waits_from`: from when on it is counted and given to somebody."""


def _few(name: str, *columns: str, where: str) -> None:
    """An index on the few rows that fulfil a condition: so that those are found by it whatever the database thinks of all others."""
    Index(name, *(desk_item.c[one] for one in columns), sqlite_where=text(where), postgresql_where=text(where))


_few("desk_item_hands", "leased_by", "leased_until", where="leased_by IS NOT NULL")
_few("desk_item_back", "back_at", where="back_at IS NOT NULL")
_few("desk_item_due", "use_case_id", "due_at", where="escalated_at IS NULL")
_few("desk_item_told", "use_case_id", "escalated_at", where="escalated_at IS NOT NULL")

held_answer = Table(
    "held_answer",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("person_id", String(40), nullable=False),
    Column("identity", String(20), nullable=False),
    Column("policy", String(64), nullable=False),
    Column("key", String(80), nullable=False),
    Column("token", String(40), nullable=False, index=True),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False),
    Column("case_number", ForeignKey("case_item.number"), nullable=False, index=True),
    Column("lane", String(80), nullable=False),
    Column("state", String(10), nullable=False),
    Column("first", LargeBinary, nullable=False),
    Column("final", LargeBinary),
    Column("revealed", LargeBinary),
    Column("confidence", Float),
    Column("note", LargeBinary),
    Column("guideline", String(12)),
    Column("handed_at", Moment),
    Column("given_at", Moment, nullable=False),
    Column("effect_at", Moment, nullable=False),
    Column("ended_at", Moment),
    UniqueConstraint("person_id", "key"),
    Index("held_answer_due", "state", "effect_at"),
    Index("held_answer_load", "use_case_id", "given_at"),
    Index("held_answer_mine", "person_id", "given_at"),
)

desk_skip = Table(
    "desk_skip",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token", String(40), nullable=False),
    Column("person_id", String(40), nullable=False),
    Column("reason", LargeBinary, nullable=False),
    Column("cannot_tell", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Index("desk_skip_token", "token", "person_id"),
)

desk_remark = Table(
    "desk_remark",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_number", ForeignKey("case_item.number"), nullable=False, index=True),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False),
    Column("by", String(40), nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
)

desk_question = Table(
    "desk_question",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token", String(40), nullable=False, index=True),
    Column("case_number", ForeignKey("case_item.number"), nullable=False, index=True),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False),
    Column("question", LargeBinary, nullable=False),
    Column("asked_by", String(40), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("answer", LargeBinary),
    Column("answered_by", Text),
    Column("ended_at", Moment),
)

desk_absence = Table(
    "desk_absence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", String(40), nullable=False, index=True),
    Column("deputy", String(40), index=True),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("made_by", String(40), nullable=False),
    Column("made_at", Moment, nullable=False),
)

desk_skill = Table(
    "desk_skill",
    metadata,
    Column("use_case_id", ForeignKey("use_case.id"), primary_key=True, autoincrement=False),
    Column("person_id", String(40), primary_key=True),
    Column("skill", String(40), primary_key=True),
    Column("made_by", String(40), nullable=False),
    Column("made_at", Moment, nullable=False),
)

TABLES: tuple[Table, ...] = (desk_item, held_answer, desk_skip, desk_remark, desk_question, desk_absence, desk_skill)

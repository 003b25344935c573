"""What lasts of comparisons: the plan, which cases differ, what people answered, and the verdict. Only the store reads this."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from licet.store.moments import Moment
from licet.store.tables import metadata

comparison = Table(
    "comparison",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("old", String(64), nullable=False),
    Column("new", String(64), nullable=False),
    Column("standard", String(64), nullable=False),
    Column("source", String(12), nullable=False),
    Column("margin", Float, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("share", Float, nullable=False),
    Column("came_before", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("asked_at", Moment),
    Column("judged_at", Moment),
    Column("found", Text),
    UniqueConstraint("use_case_id", "number", name="comparison_number"),
)
"""Two versions on the same cases; `found` is JSON, once every case that differs was answered."""

comparison_case = Table(
    "comparison_case",
    metadata,
    Column("case_number", ForeignKey("case_item.number"), primary_key=True, autoincrement=False),
    Column("comparison_id", ForeignKey("comparison.id"), nullable=False, index=True),
    Column("token", String(40), nullable=False, unique=True),
    Column("differs", Boolean),
    Column("answer", LargeBinary),
    Column("by", Text),
    Column("at", Moment),
)
"""A case of a comparison, and of no other: whoever made a later version may have seen what people said of it."""

TABLES: tuple[Table, ...] = (comparison, comparison_case)

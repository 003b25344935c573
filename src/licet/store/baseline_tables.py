"""What lasts of baselines, and of what a use case was worth since. Only the store reads this."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from licet.store.moments import Moment
from licet.store.signatures import two_signatures
from licet.store.tables import metadata

baseline = Table(
    "baseline",
    metadata,
    Column("use_case_id", ForeignKey("use_case.id"), primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("slug", String(60), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("body", Text, nullable=False),
    *two_signatures(),
)
"""Each version as it was locked; the newest counts."""

value_statement = Table(
    "value_statement",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False, index=True),
    Column("baseline", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
"""What was measured of a use case's value at a moment, as JSON; the newest is shown."""

TABLES: tuple[Table, ...] = (baseline, value_statement)

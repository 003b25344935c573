"""What lasts of other tools' results: their numbers and where they come from, and no case of theirs. Only the store reads this."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from licet.store.moments import Moment
from licet.store.tables import metadata

outside_evidence = Table(
    "outside_evidence",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False),
    Column("file_digest", String(64), nullable=False),
    Column("imported_at", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("format", String(40), nullable=False),
    Column("tool", Text, nullable=False),
    Column("version", Text),
    Column("made_at", Moment),
    Column("system", Text),
    Column("planned", Integer),
    Column("finished", Boolean),
    Column("cases", Integer, nullable=False),
    Column("matched", Integer, nullable=False),
    Column("covers", ForeignKey("sealed_set.id")),
    Column("judged", Boolean),
    Column("tallies", Text, nullable=False),
    Column("findings", Text, nullable=False),
    UniqueConstraint("use_case_id", "file_digest", name="outside_evidence_file"),
)
"""One file of another tool, counted row by row when it was taken in; `tallies` and `findings` are JSON."""

TABLES: tuple[Table, ...] = (outside_evidence,)

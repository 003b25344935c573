"""What lasts beside the ledger: hashes of subtrees, what makes entries findable, and witnesses. Only the store reads this."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from licet.store.moments import Moment
from licet.store.tables import metadata

__all__ = ["TABLES", "cosignature", "far_witness", "ledger_mark", "ledger_tile", "witness"]

ledger_tile = Table(
    "ledger_tile",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
)

ledger_mark = Table(
    "ledger_mark",
    metadata,
    Column("index", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False, index=True),
    Column("what", String(40), nullable=False),
    Column("by", Text, nullable=False),
    Column("use_case", String(60)),
    Column("case_number", Integer),
    Index("ledger_mark_what", "what", "index"),
    Index("ledger_mark_by", "by", "index"),
    Index("ledger_mark_use_case", "use_case", "index"),
    Index("ledger_mark_case", "case_number", "use_case", "index"),
)

witness = Table(
    "witness",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("vkey", Text, nullable=False, unique=True),
    Column("added_by", Text, nullable=False),
    Column("added_at", Moment, nullable=False),
)

cosignature = Table(
    "cosignature",
    metadata,
    Column("size", Integer, primary_key=True, autoincrement=False),
    Column("witness_id", ForeignKey("witness.id"), primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
    Column("signed_at", Moment, nullable=False),
    Column("taken_at", Moment, nullable=False),
)

far_witness = Table(
    "far_witness",
    metadata,
    Column("address", String(64), primary_key=True),
    Column("size", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("told_at", Moment),
    Column("failed", Integer, nullable=False),
    Column("last_error", Text),
)

TABLES: tuple[Table, ...] = (ledger_tile, ledger_mark, witness, cosignature, far_witness)
"""The tables of this file, in the order in which they are created."""

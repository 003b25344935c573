"""What lasts of event logs: where each came from and how much is in it, and, encrypted, what it says. Only the store reads this."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from licet.store.moments import Moment
from licet.store.tables import metadata

event_log = Table(
    "event_log",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False),
    Column("imported_at", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("form", String(20), nullable=False),
    Column("file_digest", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("events", Integer, nullable=False),
    Column("cases", Integer, nullable=False),
    Column("activities", Integer, nullable=False),
    Column("resources", Integer, nullable=False),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("findings", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("event_log_digest", "use_case_id", "digest"),
)
"""One imported log; `findings` is JSON, `body` the packed columns with the names of the activities, encrypted."""

event_log_key = Table(
    "event_log_key",
    metadata,
    Column("log_id", ForeignKey("event_log.id"), primary_key=True),
    Column("salt", LargeBinary(32), nullable=False),
)
"""What the key of a log is made of; without the row nobody can read the log."""

TABLES: tuple[Table, ...] = (event_log, event_log_key)

"""What lasts of workflows: their versions, where each item stands, and the steps it was at. Only the store reads this."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from licet.store.moments import Moment
from licet.store.tables import metadata

version = Table(
    "workflow_version",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("source", Text, nullable=False),
    Column("registered_at", Moment, nullable=False),
    Column("by", Text, nullable=False),
    UniqueConstraint("use_case_id", "number", name="workflow_version_number"),
    UniqueConstraint("use_case_id", "digest", name="workflow_version_digest"),
)
"""The steps of a use case as they were registered; `source` is JSON."""

item = Table(
    "workflow_item",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False),
    Column("version_id", ForeignKey("workflow_version.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("state", String(8), nullable=False),
    Column("step", String(40), nullable=False),
    Column("reason", String(40)),
    Column("case_number", ForeignKey("case_item.number")),
    Column("since", Moment, nullable=False),
    Column("resume_at", Moment),
    Column("due_at", Moment),
    Column("whole_due_at", Moment),
    Column("late", Boolean, nullable=False),
    Column("late_whole", Boolean, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("salt", LargeBinary),
    Column("body", LargeBinary),
    UniqueConstraint("use_case_id", "name", name="workflow_item_name"),
    Index("workflow_item_state", "state", "since"),
    Index("workflow_item_here", "use_case_id", "state"),
)
"""One item; `body` is under a key of its own from `salt`, and both are deleted when it ends."""

visit = Table(
    "workflow_visit",
    metadata,
    Column("item_id", ForeignKey("workflow_item.id"), primary_key=True),
    Column("step", String(40), primary_key=True),
    Column("place", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("case_number", ForeignKey("case_item.number")),
)
"""A step that an item was at: once, which the key holds; `place` counts from 1."""

TABLES: tuple[Table, ...] = (version, item, visit)

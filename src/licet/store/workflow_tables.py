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
    Column("name", Text),
    Column("parent_id", ForeignKey("workflow_item.id"), index=True),
    Column("branch", String(40)),
    Column("round", Integer, nullable=False),
    Column("state", String(8), nullable=False),
    Column("step", String(40), nullable=False),
    Column("reason", String(40)),
    Column("detail", Text),
    Column("case_number", ForeignKey("case_item.number")),
    Column("since", Moment, nullable=False),
    Column("resume_at", Moment),
    Column("due_at", Moment),
    Column("whole_due_at", Moment),
    Column("looked_at", Moment),
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
"""One item, or one branch of it, which has a `parent_id` and no name; `body` is under a key of its own from `salt`, deleted with it.

`round` counts from 1, and on with every way back. `looked_at`: when it was last looked whether anybody is left who may decide its step.
"""

visit = Table(
    "workflow_visit",
    metadata,
    Column("item_id", ForeignKey("workflow_item.id"), primary_key=True),
    Column("step", String(40), primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("sent_back", Boolean, nullable=False),
    Column("case_number", ForeignKey("case_item.number")),
)
"""A step that an item was at, in any of its branches: once in a round, which the key holds; `place` counts from 1.

`sent_back`: whether the step sent it back.
"""

apart = Table(
    "workflow_apart",
    metadata,
    Column("case_number", ForeignKey("case_item.number"), primary_key=True, autoincrement=False),
    Column("other", ForeignKey("case_item.number"), primary_key=True, autoincrement=False),
)
"""Two cases of one item that nobody may answer both of; each pair is there in both orders, so that one look-up finds it."""

TABLES: tuple[Table, ...] = (version, item, visit, apart)

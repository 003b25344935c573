"""What lasts of incidents beyond their opening: actions, causes, what was learned, and cases looked at again. Only the store reads this."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, String, Table, Text

from licet.store.moments import Moment
from licet.store.tables import metadata

incident_finding = Table(
    "incident_finding",
    metadata,
    Column("incident_id", ForeignKey("incident.id"), primary_key=True, autoincrement=False),
    Column("finding", String(10), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("says", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

incident_action = Table(
    "incident_action",
    metadata,
    Column("incident_id", ForeignKey("incident.id"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("says", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("until", Moment, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("ended_by", Text),
    Column("ended_at", Moment),
    Column("dropped", Text),
)

incident_end = Table(
    "incident_end",
    metadata,
    Column("incident_id", ForeignKey("incident.id"), primary_key=True, autoincrement=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("left_out", Integer),
    Column("why", Text),
)
"""That an incident is closed; `left_out` cases that may be wrong were looked at by nobody, and `why` that was enough; null: none."""

recheck = Table(
    "recheck",
    metadata,
    Column("case_number", ForeignKey("case_item.number"), primary_key=True, autoincrement=False),
    Column("incident_id", ForeignKey("incident.id"), nullable=False, index=True),
    Column("chance", Float, nullable=False),
    Column("since", Moment, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("changed", Boolean),
    Column("answered_at", Moment),
)
"""A case that AI decided alone and that people look at again; once, whatever incident asks. `since`: from when on they were looked for."""

TABLES: tuple[Table, ...] = (incident_finding, incident_action, incident_end, recheck)

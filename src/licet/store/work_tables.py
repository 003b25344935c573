"""What lasts of cases at volume: the queue, effects, corrections, stops, tokens, teams and workers. Only the store reads this."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from licet.store.moments import Moment
from licet.store.tables import metadata

__all__ = ["api_token", "correction", "duty", "effect", "metadata", "request", "stop", "tally", "team", "work", "worker"]

work = Table(
    "work",
    metadata,
    Column("case_number", ForeignKey("case_item.number"), primary_key=True, autoincrement=False),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False),
    Column("ready_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("system", Text),
    Column("posted", LargeBinary),
    Column("claim", String(40), index=True),
    Column("claimed_by", Text),
    Column("leased_until", Moment),
    Index("work_ready", "use_case_id", "ready_at"),
)

effect = Table(
    "effect",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_number", ForeignKey("case_item.number"), nullable=False),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("key", String(40), nullable=False, unique=True),
    Column("way", String(10), nullable=False),
    Column("alone", Boolean, nullable=False),
    Column("state", String(10), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("ready_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("claim", String(40)),
    Column("leased_until", Moment),
    Column("last_error", Text),
    Column("ended_at", Moment),
    UniqueConstraint("case_number", "number"),
    Index("effect_ready", "state", "ready_at"),
    Index("effect_lane", "use_case_id", "state", "alone", "ready_at", "id"),
)

correction = Table(
    "correction",
    metadata,
    Column("case_number", ForeignKey("decision.case_number"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False, index=True),
    Column("answer", LargeBinary, nullable=False),
    Column("why", LargeBinary, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

stop = Table(
    "stop",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("use_case_id", ForeignKey("use_case.id"), index=True),
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("lifted_by", Text),
    Column("lifted_at", Moment),
)

api_token = Table(
    "api_token",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", Text, nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("scopes", Text, nullable=False),
    Column("use_case_id", ForeignKey("use_case.id")),
    Column("team", String(60), nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
)

request = Table(
    "request",
    metadata,
    Column("token_id", ForeignKey("api_token.id"), primary_key=True),
    Column("key", String(80), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("cases", Text, nullable=False),
    Column("at", Moment, nullable=False, index=True),
)

team = Table(
    "team",
    metadata,
    Column("use_case_id", ForeignKey("use_case.id"), primary_key=True, autoincrement=False),
    Column("name", String(60), nullable=False, index=True),
)

duty = Table(
    "duty",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", Moment, nullable=False),
)

worker = Table(
    "worker",
    metadata,
    Column("name", String(120), primary_key=True),
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("version", Text, nullable=False),
)

tally = Table(
    "tally",
    metadata,
    Column("use_case_id", ForeignKey("use_case.id"), primary_key=True, autoincrement=False),
    Column("what", String(10), primary_key=True),
    Column("word", String(40), primary_key=True),
    Column("value", Integer, nullable=False),
)

"""What lasts of approvals: what was asked for, what it covers, what people said, and change envelopes. Only the store reads this."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from licet.store.moments import Moment
from licet.store.tables import metadata

__all__ = ["TABLES", "approval_question", "approval_request", "approval_yes", "envelope", "envelope_use", "fast_lane"]

approval_request = Table(
    "approval_request",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String(40), nullable=False, unique=True),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False),
    Column("slug", String(60), nullable=False),
    Column("subject", String(10), nullable=False),
    Column("names", String(40), nullable=False),
    Column("covered", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("people", Integer, nullable=False),
    Column("of_risk", Integer, nullable=False),
    Column("tier", String(12)),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("escalated_at", Moment),
    Column("state", String(10), nullable=False),  # open, passed, void, declined, withdrawn, expired, used
    Column("state_at", Moment, nullable=False),
    Column("ended_by", Text),
    Column("why", Text),
    Index("approval_request_live", "use_case_id", "subject", "number"),
    Index("approval_request_state", "state"),
)

approval_yes = Table(
    "approval_yes",
    metadata,
    Column("request_id", ForeignKey("approval_request.id"), primary_key=True),
    Column("by", String(80), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("of_risk", Boolean, nullable=False),
    Column("identity", String(20), nullable=False),
    Column("fast_lane", ForeignKey("fast_lane.id")),
    UniqueConstraint("request_id", "number"),
)

approval_question = Table(
    "approval_question",
    metadata,
    Column("request_id", ForeignKey("approval_request.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("says", Text, nullable=False),
    Column("answered_by", Text),
    Column("answered_at", Moment),
    Column("answer", Text),
)

fast_lane = Table(
    "fast_lane",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("budget", Text, nullable=False),
    Column("policy", String(64), nullable=False),
    Column("gates", String(64), nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("closed_by", Text),
)

envelope = Table(
    "envelope",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("bounds", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("closed_by", Text),
    UniqueConstraint("use_case_id", "number"),
)

envelope_use = Table(
    "envelope_use",
    metadata,
    Column("mandate_id", ForeignKey("mandate.id"), primary_key=True),
    Column("envelope_id", ForeignKey("envelope.id"), nullable=False),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False),
    Column("replaces", ForeignKey("mandate.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("window_ends", Moment, nullable=False),
    Column("covered", Text, nullable=False),
    Column("state", String(10), nullable=False),  # waiting, granted, vetoed, void
    Column("ended_at", Moment),
    Column("ended_by", Text),
    Column("why", Text),
    Index("envelope_use_waiting", "state", "window_ends"),
)

TABLES: tuple[Table, ...] = (fast_lane, approval_request, approval_yes, approval_question, envelope, envelope_use)
"""The tables of this file, in the order in which they are created."""

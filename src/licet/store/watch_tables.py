"""What lasts of watches of slices, of agreements that are checked again, and of audit rates. Only the store reads this."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from licet.store.moments import Moment
from licet.store.tables import metadata

slice_watch = Table(
    "slice_watch",
    metadata,
    Column("mandate_id", ForeignKey("mandate.id"), primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("name", String(80), primary_key=True),
    Column("state", Text, nullable=False),
    Column("tripped_at", Moment),
)
"""The watch over one named slice, beside the one over all cases in `watch`."""

audit_day = Table(
    "audit_day",
    metadata,
    Column("mandate_id", ForeignKey("mandate.id"), primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("rate", Float, nullable=False),
    Column("planned", Integer, nullable=False),
    Column("weight", Float, nullable=False),
)
"""A day's audit rate, planned before its first case; `weight` counts the cases decided alone on it, each as often as it is drawn."""

audit_chance = Table(
    "audit_chance",
    metadata,
    Column("case_number", ForeignKey("case_item.number"), primary_key=True, autoincrement=False),
    Column("rate", Float, nullable=False),
    Column("day", Integer, nullable=False),
    Column("planned", Integer, nullable=False),
    Column("stratum", String(80), nullable=False),
    Column("slices", Text, nullable=False),
)
"""Beside a row of `audit`: the rate of its day, and which stratum and slices the case is in."""

agreement_check = Table(
    "agreement_check",
    metadata,
    Column("case_number", ForeignKey("case_item.number"), primary_key=True, autoincrement=False),
    Column("mandate_id", ForeignKey("mandate.id"), nullable=False),
    Column("round", Integer, nullable=False),
    Column("probability", Float, nullable=False),
    Column("drawn_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("agreed", Boolean),
    Column("answered_at", Moment),
    Index("agreement_check_mandate", "mandate_id", "round"),
)
"""An audit that agreed with AI and that a second person checks."""

delegation_hold = Table(
    "delegation_hold",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("mandate_id", ForeignKey("mandate.id"), nullable=False),
    Column("round", Integer, nullable=False),
    Column("late", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("released_at", Moment),
    Index("delegation_hold_open", "mandate_id", "released_at"),
)
"""While one is open nothing is decided alone under the mandate: too many audits are late."""

late_notice = Table(
    "late_notice",
    metadata,
    Column("case_number", ForeignKey("case_item.number"), primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
)
"""An audit about which owner and senior reviewers were told that it is late."""

announcement = Table(
    "announcement",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("why", Text),
    Column("done_at", Moment),
    Index("announcement_waiting", "done_at", "next_at"),
)
"""What an owner must hear at once, told to every address of `LICET_NOTIFY_URLS` too."""

announced = Table(
    "announced",
    metadata,
    Column("announcement_id", ForeignKey("announcement.id"), primary_key=True),
    Column("address", String(64), primary_key=True),
    Column("at", Moment, nullable=False),
)
"""Which address took which announcement; `address` is a digest, since addresses hold secrets."""

TABLES: tuple[Table, ...] = (
    slice_watch, audit_day, audit_chance, agreement_check, delegation_hold, late_notice, announcement, announced,
)  # fmt: skip

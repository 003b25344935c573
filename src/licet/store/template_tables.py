"""What lasts of templates: each version as published, withdrawals, who began from it, what was offered back. Only the store reads this."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from licet.store.moments import Moment
from licet.store.tables import metadata

template_version = Table(
    "template_version",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False, index=True),
    Column("says", Text, nullable=False),
    Column("use_case_id", ForeignKey("use_case.id")),
    Column("use_case", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("elsewhere", Boolean, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("offer_id", String(40)),
    Column("listing", Text, nullable=False),
    Column("files", LargeBinary, nullable=False),
)
"""A version, never changed. `use_case` and `team` are the names that everybody sees; `use_case_id` is who may publish the next, and null
where it was brought from elsewhere. `listing` is JSON; `files` is compressed."""

template_use = Table(
    "template_use",
    metadata,
    Column("use_case_id", ForeignKey("use_case.id"), primary_key=True, autoincrement=False),
    Column("name", String(60), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("team", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
"""From which version a use case began."""

template_offer = Table(
    "template_offer",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False),
    Column("use_case", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("base", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("why", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("listing", Text, nullable=False),
    Column("files", LargeBinary, nullable=False),
    Column("version", Integer),
    Column("reason", Text),
    Column("answered_by", Text),
    Column("answered_at", Moment),
    Index("template_offer_name", "name", "at"),
)
"""What a team offered; `version` once it was accepted, `reason` once it was declined."""

template_withdrawal = Table(
    "template_withdrawal",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False, index=True),
    Column("published_at", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
"""A version that was taken back, for good; the version itself stays as it is."""

TABLES: tuple[Table, ...] = (template_version, template_use, template_offer, template_withdrawal)

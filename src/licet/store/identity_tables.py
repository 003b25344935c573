"""What lasts of identity: credentials, set-up links, sessions, and roles given for a team or a use case. Only the store reads this."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from licet.store.moments import Moment
from licet.store.tables import metadata

__all__ = ["TABLES", "account", "recovery_code", "session", "set_up_link", "sign_in_tally"]

account = Table(
    "account",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("password", Text),
    Column("factor", LargeBinary),
    Column("factor_salt", LargeBinary),
    Column("factor_step", Integer, nullable=False),
    Column("set_up_at", Moment),
    Column("disabled_at", Moment),
    Column("break_glass", Boolean, nullable=False),
    Column("ends_at", Moment),
)

set_up_link = Table(
    "set_up_link",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("made_by", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("ended_at", Moment),
    Column("factor", LargeBinary, nullable=False),
    Column("factor_salt", LargeBinary, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("opened_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("confirmed_at", Moment),
    Column("ends_at", Moment, nullable=False),
    Column("ended_at", Moment),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("used_at", Moment),
)

sign_in_tally = Table(
    "sign_in_tally",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("succeeded_at", Moment),
)

TABLES: tuple[Table, ...] = (account, set_up_link, session, recovery_code, sign_in_tally)
"""The tables of this file, in the order in which they are created."""

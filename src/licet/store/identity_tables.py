"""What lasts of identity: credentials, set-up links, sessions, and roles given for a team or a use case. Only the store reads this."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from licet.store.moments import Moment
from licet.store.tables import metadata

__all__ = [
    "TABLES",
    "account",
    "outside_identity",
    "outside_sign_in",
    "recovery_code",
    "role_assignment",
    "session",
    "set_up_link",
    "sign_in_tally",
]

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

role_assignment = Table(
    "role_assignment",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("role", String(40), nullable=False),
    Column("team", String(80)),
    Column("use_case_id", ForeignKey("use_case.id")),
    Column("source", String(20), nullable=False),
    Column("given_at", Moment, nullable=False),
    Index("role_assignment_of", "person_id", "use_case_id"),
)
"""Roles for a team or a use case. One without either is of the installation and stands in `person.roles` too; the row says its source."""

outside_identity = Table(
    "outside_identity",
    metadata,
    Column("issuer", String(500), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("linked_at", Moment, nullable=False),
)

outside_sign_in = Table(
    "outside_sign_in",
    metadata,
    Column("state_digest", String(64), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)
"""Sign-ins that went to an identity provider and have not come back; found by the digest of their state, and used up by coming back."""

TABLES: tuple[Table, ...] = (
    account,
    set_up_link,
    session,
    recovery_code,
    sign_in_tally,
    role_assignment,
    outside_identity,
    outside_sign_in,
)
"""The tables of this file, in the order in which they are created."""

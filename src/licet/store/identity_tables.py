"""What lasts of identity: credentials, set-up links, sessions, and roles given for a team or a use case. Only the store reads this."""

from sqlalchemy import Table

__all__ = ["TABLES"]

TABLES: tuple[Table, ...] = ()
"""The tables of this file, in the order in which they are created."""

"""What lasts of witnesses: who co-signed which checkpoint. Only the store reads this."""

from sqlalchemy import Table

__all__ = ["TABLES"]

TABLES: tuple[Table, ...] = ()
"""The tables of this file, in the order in which they are created."""

"""What lasts of approvals: what was asked for, what it covers, what people said, and change envelopes. Only the store reads this."""

from sqlalchemy import Table

__all__ = ["TABLES"]

TABLES: tuple[Table, ...] = ()
"""The tables of this file, in the order in which they are created."""

"""What lasts of the rules an organisation gives itself: versions of policy and gates, and who approved each. Only the store reads this."""

from sqlalchemy import Table

__all__ = ["TABLES"]

TABLES: tuple[Table, ...] = ()
"""The tables of this file, in the order in which they are created."""

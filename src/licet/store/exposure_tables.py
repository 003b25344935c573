"""What lasts of a mandate beyond its terms: how far it is exposed, what was narrowed, and drills of the stop. Only the store reads this."""

from sqlalchemy import Table

__all__ = ["TABLES"]

TABLES: tuple[Table, ...] = ()
"""The tables of this file, in the order in which they are created."""

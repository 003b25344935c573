"""What lasts of watches of slices, of agreements that are checked again, and of audit rates. Only the store reads this."""

from sqlalchemy import Table

TABLES: tuple[Table, ...] = ()

"""What lasts of watches beside the mandate's own: of slices, of agreements that are checked again, and of how often is audited. Only the store reads this."""

from sqlalchemy import Table

TABLES: tuple[Table, ...] = ()

"""What people set for themselves: keys, time zone, light or dark. Only the store reads this."""

from sqlalchemy import Table

TABLES: tuple[Table, ...] = ()

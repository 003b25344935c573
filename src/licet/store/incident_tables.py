"""What lasts of incidents beyond their opening: actions, causes, what was learned, and cases looked at again. Only the store reads this."""

from sqlalchemy import Table

TABLES: tuple[Table, ...] = ()

"""What lasts of known answers: cases planted among those that wait, and what reviewers said on them. Only the store reads this."""

from sqlalchemy import Table

TABLES: tuple[Table, ...] = ()

"""What lasts of more than one pair of eyes: second reviews, adjudications of live cases, and flags. Only the store reads this."""

from sqlalchemy import Table

TABLES: tuple[Table, ...] = ()

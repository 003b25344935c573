"""What lasts of practice and qualification: rounds, rules, and what people have shown. Only the store reads this."""

from sqlalchemy import Table

TABLES: tuple[Table, ...] = ()

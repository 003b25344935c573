"""What lasts of the reviewers' desk: who works on which task until when, answers held before they take effect, skips, absences. Only the store reads this."""

from sqlalchemy import Table

TABLES: tuple[Table, ...] = ()

"""What lasts of grades that a use case's own grader gave. Only the store reads this."""

from sqlalchemy import Column, ForeignKey, LargeBinary, String, Table, Text

from licet.store.tables import metadata

grade = Table(
    "grade",
    metadata,
    Column("case_number", ForeignKey("case_item.number"), primary_key=True, autoincrement=False),
    Column("fingerprint", String(64), primary_key=True),
    Column("grader", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
"""The loss of a system's answer to a case by a grader's version, and against which right answer, encrypted with the case's key."""

TABLES = (grade,)

"""What people set for themselves, such as their keys. Only the store reads this."""

from sqlalchemy import Column, ForeignKey, String, Table, Text

from licet.store.tables import metadata

preference = Table(
    "preference",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)
"""One value, as JSON, for a person and a name. Nothing that matters to anybody else is here, so the ledger knows nothing of it."""

TABLES: tuple[Table, ...] = (preference,)

"""What lasts of money that systems spent. Only the store reads this."""

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table

from licet.store.tables import metadata

spending = Table(
    "spending",
    metadata,
    Column("use_case_id", ForeignKey("use_case.id"), primary_key=True),
    Column("period", String(10), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("millionths", BigInteger, nullable=False),
)
"""What a use case spent on asking its system in a day, a month or ever, in millionths of the currency's minor unit; what is asked for
and not answered yet is in it."""

TABLES = (spending,)

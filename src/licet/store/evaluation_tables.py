"""What lasts of answers that are wrong in part. Only the store reads this."""

from sqlalchemy import Column, Float, ForeignKey, Table

from licet.store.tables import metadata

audit_loss = Table(
    "audit_loss",
    metadata,
    Column("case_number", ForeignKey("case_item.number"), primary_key=True, autoincrement=False),
    Column("loss", Float, nullable=False),
)
"""How wrong AI was by an audit, in (0, 1); an audit that disagrees and has none here counts 1."""

TABLES = (audit_loss,)

"""What lasts of labelling with a pilot: which sealed cases were drawn for it, and the region fixed by it. Only the store reads this."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, String, Table, Text

from licet.store.moments import Moment
from licet.store.tables import metadata

labelling = Table(
    "labelling",
    metadata,
    Column("sealed_set_id", ForeignKey("sealed_set.id"), primary_key=True, autoincrement=False),
    Column("pilot_set_id", ForeignKey("sealed_set.id"), nullable=False, unique=True),
    Column("begun_by", Text, nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("scope", String(64)),
    Column("threshold", Float),
    Column("inner_threshold", Float),
    Column("cases", Integer),
    Column("inner_cases", Integer),
    Column("sealed_cases", Integer),
    Column("predicted", Float),
    Column("cap", Integer),
)
"""One per sealed set; the target is empty until the pilot is answered, and never changes after."""

labelling_case = Table(
    "labelling_case",
    metadata,
    Column("case_number", ForeignKey("case_item.number"), primary_key=True, autoincrement=False),
    Column("sealed_set_id", ForeignKey("labelling.sealed_set_id"), nullable=False, index=True),
    Column("pilot", Boolean, nullable=False),
    Column("place", Integer, nullable=False),
    Column("token", String(60), nullable=False, unique=True),
)
"""The cases to be labelled, in the order in which chance drew them: the pilot's, and later those inside the target region."""

TABLES: tuple[Table, ...] = (labelling, labelling_case)

"""What lasts of simulations: the figures that came out of a log, and what they stand on. Only the store reads this."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from licet.store.moments import Moment
from licet.store.tables import metadata

simulation = Table(
    "simulation",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("log_id", ForeignKey("event_log.id"), nullable=False),
    Column("log_digest", String(64), nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("replications", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("simulation_made", "use_case_id", "made_at"),
)
"""One simulation of the process as it is; `body` is JSON with sums over cases, no case and no person, encrypted and erased with its log."""

TABLES: tuple[Table, ...] = (simulation,)

"""What lasts of simulated redesigns: what was simulated, on what it stood, and what came out. Only the store reads this."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from licet.store.moments import Moment
from licet.store.tables import metadata

redesign_simulation = Table(
    "redesign_simulation",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("log_id", ForeignKey("event_log.id"), nullable=False),
    Column("log_digest", String(64), nullable=False),
    Column("system", String(64)),
    Column("standard", String(64)),
    Column("measured", Boolean, nullable=False),
    Column("replications", Integer, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("result", LargeBinary, nullable=False),
    Index("redesign_simulation_newest", "use_case_id", "at"),
)
"""One simulation of a redesign; `result` is JSON, encrypted and erased with its log.

`system` and `standard` are null where nothing was measured.
"""

redesign_play = Table(
    "redesign_play",
    metadata,
    Column("use_case_id", ForeignKey("use_case.id"), primary_key=True),
    Column("id", String(40), nullable=False),
    Column("by", Text, nullable=False),
    Column("log_id", ForeignKey("event_log.id"), nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("expected", BigInteger, nullable=False),
    Column("played", BigInteger, nullable=False),
    Column("simulation", String(40)),
    Column("said", LargeBinary, nullable=False),
)
"""The simulation that was begun last on the page, of each use case: how far it is, and what came of it.

`said` is JSON, encrypted and erased with its log: the redesign, and why nothing came of it. `simulation` is null where nothing did.
"""

TABLES: tuple[Table, ...] = (redesign_simulation, redesign_play)

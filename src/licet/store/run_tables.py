"""What lasts of runs: a system asked about many cases, chunk by chunk, and what repeated answers showed. Only the store reads this."""

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from licet.store.moments import Moment
from licet.store.tables import metadata

evaluation_run = Table(
    "evaluation_run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("cases", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("spent", BigInteger, nullable=False),
    Column("currency", String(3)),
    Column("budget", BigInteger),
    Column("spread", Boolean, nullable=False),
    Column("by", Text, nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("stopped", Text),
    Index("evaluation_run_of", "use_case_id", "began_at"),
    Index("evaluation_run_open", "ended_at"),
)
"""A system that is asked about cases it has not spoken on; `done` of `cases` are kept. `stopped`: why it rests; null: it does not.

`spent` and `budget` are millionths of a minor unit of `currency`, which is null until something cost anything.
"""

evaluation_chunk = Table(
    "evaluation_chunk",
    metadata,
    Column("run_id", ForeignKey("evaluation_run.id"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("cases", Text, nullable=False),
    Column("again", Boolean, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("claim", String(40)),
    Column("holder", Text),
    Column("leased_until", Moment),
)
"""Cases of a run that are still to be asked about, by number; whoever asks holds a lease. What is kept has no row any more."""

flakiness = Table(
    "flakiness",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("standard", String(64), nullable=False),
    Column("cases", Integer, nullable=False),
    Column("unanswered", Integer, nullable=False),
    Column("answers_differ", Integer, nullable=False),
    Column("confidences_differ", Integer, nullable=False),
    Column("largest_move", Float, nullable=False),
    Column("labels", Integer, nullable=False),
    Column("runs", Integer, nullable=False),
    Column("flips", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("flakiness_of", "use_case_id", "fingerprint", "at"),
)
"""What asking a system twice about the same unsealed cases showed, and in how many simulated repetitions the verdict changed."""

TABLES: tuple[Table, ...] = (evaluation_run, evaluation_chunk, flakiness)

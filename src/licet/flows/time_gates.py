"""Timing gates: how long each gate took with builder, owner and risk, and who has had the ball longest, from the ledger's own entries."""

from dataclasses import dataclass
from datetime import datetime

from licet.core.gate_history import WORDS, gate_times
from licet.core.gate_rules import STAGES, GateRules
from licet.core.turns import GateTime, Medians, longest_waits, medians
from licet.core.use_case import UseCase
from licet.flows.office import Office
from licet.flows.rules_in_force import gate_rules_in_force
from licet.store import ledger, marks, use_cases
from licet.store.book import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class GateTimes:
    """The time to yes.

    Attributes:
        at: when it was asked.
        gates: each use case on its way through each gate.
        medians: for each stage, over the use cases that entered it.
        waits: who has the ball now, the longest wait first.
    """

    at: datetime
    gates: tuple[GateTime, ...]
    medians: tuple[Medians, ...]
    waits: tuple[GateTime, ...]


def time_gates(office: Office, *, name: str | None) -> GateTimes:
    """How long gates take: of one use case, or with None of all that are there."""
    with office.book.read() as tx:
        now = office.clock.now()
        rules = gate_rules_in_force(office, tx)
        asked = use_cases.every(tx) if name is None else [use_cases.require(tx, name)]
        gates = tuple(one for use_case in asked for one in _times(tx, use_case, rules, now))
    return GateTimes(at=now, gates=gates, medians=tuple(medians(to, gates) for to in STAGES), waits=longest_waits(gates, now))


def _times(tx: Tx, use_case: UseCase, rules: GateRules, now: datetime) -> tuple[GateTime, ...]:
    """The gates of a use case, also of the time in which it had another name."""
    numbers = marks.every(tx, marks.Wanted(spans=marks.spans_of(tx, [use_case.slug]), words=WORDS, no_case=True))
    return gate_times([row.event for row in ledger.entries_at(tx, numbers)], rules, now)

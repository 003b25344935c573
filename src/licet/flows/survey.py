"""Surveying: every use case somebody can see, how far it is, what it is stuck on, who has the ball, and what AI decides there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from licet.core.gate import Requirement
from licet.core.gate_history import WORDS, gate_times
from licet.core.gate_rules import GateRules
from licet.core.ids import PersonId
from licet.core.ledger import read_event
from licet.core.mandate import ActiveMandate, Mandate, SuspendedMandate, expire
from licet.core.moving import WAY
from licet.core.people import Act, Person, Role
from licet.core.refusal import Refused
from licet.core.requirements import requirements_for
from licet.core.risk import Tier
from licet.core.turns import GateTime, Medians, medians
from licet.core.use_case import Stage, UseCase
from licet.flows.hold_gate import evidence_of
from licet.flows.office import Office, allowed
from licet.flows.rules_in_force import gate_rules_in_force
from licet.stats.watch import meter
from licet.store import decisions, ledger, mandates, marks, people, stops, tallies, use_cases
from licet.store.book import Tx
from licet.store.tallies import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a use case stands.

    Attributes:
        use_case: which.
        tier: of its risk answers; None before any.
        to: the stage it may enter next; None where there is none.
        requirements: what that stage's gate asks for.
        here_since: when it came to its stage.
        mandate: the one that governs, or was proposed last; None where there is none.
        near: how near its watch is to the trip line, in [0, 1]; None where none runs.
        tally: who decided its cases so far.
        stopped: whether a stop holds for it.
        times: how long its gates took so far, and with whom.
        simulated: whether people's answers on its cases were simulated, by a file's own answers or a demo.
    """

    use_case: UseCase
    tier: Tier | None
    to: Stage | None
    requirements: tuple[Requirement, ...]
    here_since: datetime
    mandate: Mandate | None
    near: float | None
    tally: Tally
    stopped: bool
    times: tuple[GateTime, ...]
    simulated: bool

    @property
    def blocker(self) -> Requirement | None:
        """The first requirement that is not met: what it is stuck on."""
        return next((line for line in self.requirements if not line.met), None)

    @property
    def ball(self) -> Role | None:
        """Who has to act; None where nothing is missing."""
        return None if self.blocker is None else self.blocker.ball

    def waits(self, now: datetime) -> timedelta:
        """How long it has waited for whoever has the ball."""
        return timedelta(0) if self.blocker is None else now - self.blocker.since


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """All use cases that are in use, when that was, who the people in it are, and how long gates to *delegated* take."""

    at: datetime
    standings: tuple[Standing, ...]
    names: Mapping[PersonId, str]
    to_yes: Medians


def survey(office: Office, by: Person) -> Survey:
    """Looks over every use case that somebody may look at; retired ones are left out."""
    with office.book.read() as tx:
        now, rules, counted = office.clock.now(), gate_rules_in_force(office, tx), tallies.every(tx)
        there = [one for one in use_cases.every(tx) if one.stage is not Stage.RETIRED and _may_look(office, tx, by, one)]
        times, made_up = _passed_so_far(tx, there, rules), decisions.with_simulated_people(tx)
        known = {
            one.id: Known(rules=rules, tally=counted.get(one.id, Tally()), times=times[one.slug], simulated=one.id in made_up)
            for one in there
        }
        standings = tuple(stand(office, tx, one, known[one.id], now) for one in there)
        names = {person.id: person.name for person, _ in people.everyone(tx)}
    return Survey(at=now, standings=standings, names=names, to_yes=medians(Stage.DELEGATED, [t for one in standings for t in one.times]))


def _may_look(office: Office, tx: Tx, by: Person, use_case: UseCase) -> bool:
    return not isinstance(allowed(office, tx, by, Act.LOOK, use_case), Refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a use case before it is looked at: the rules, its tally, how long its gates took, if its people are simulated."""

    rules: GateRules
    tally: Tally
    times: tuple[GateTime, ...]
    simulated: bool


def stand(office: Office, tx: Tx, use_case: UseCase, known: Known, now: datetime) -> Standing:
    """How one use case stands, in this transaction."""
    evidence = evidence_of(office, tx, use_case, now=now)
    to = next_stage(use_case.stage)
    mandate = mandate_of(tx, use_case, now)
    return Standing(
        use_case=use_case,
        tier=evidence.tier,
        to=to,
        requirements=() if to is None else requirements_for(to, evidence, known.rules),
        here_since=_here_since(use_case, known.times),
        mandate=mandate,
        near=meter(mandates.watch_of(tx, mandate)) if isinstance(mandate, ActiveMandate) else None,
        tally=known.tally,
        stopped=stops.pressed(tx, use_case.id) is not None,
        times=known.times,
        simulated=known.simulated,
    )


def next_stage(stage: Stage) -> Stage | None:
    """The stage after this one; None after the last, and for a retired use case."""
    return dict(pairwise(WAY)).get(stage)


def mandate_of(tx: Tx, use_case: UseCase, now: datetime) -> Mandate | None:
    """The mandate that governs, or the newest; expired where its time is over."""
    found = mandates.in_force(tx, use_case) or mandates.newest(tx, use_case)
    return (expire(found, now=now) or found) if isinstance(found, ActiveMandate | SuspendedMandate) else found


def times_of(tx: Tx, use_case: UseCase, rules: GateRules, now: datetime) -> tuple[GateTime, ...]:
    """How long the gates of a use case took, from the ledger's own entries."""
    mine = marks.spans_of(tx, [use_case.slug])
    numbers = [n for n, name in marks.of_words(tx, WORDS) if any(_within(span, n, name) for span in mine)]
    return gate_times([row.event for row in ledger.entries_at(tx, numbers)], rules, now)


@dataclass(frozen=True, slots=True)
class _Held:
    """Gate rules, the same where their digest is."""

    digest: str
    rules: GateRules = field(compare=False)


def _passed_so_far(tx: Tx, there: list[UseCase], rules: GateRules) -> dict[str, tuple[GateTime, ...]]:
    """The gate times of all use cases as of the newest entry of each: what was passed, and how long it took, changes no more."""
    found, spans = marks.of_words(tx, WORDS), marks.spans_of_each(tx, [one.slug for one in there])
    numbers = {slug: [n for n, name in found if any(_within(span, n, name) for span in mine)] for slug, mine in spans.items()}
    bodies = {row.index: row.body for row in ledger.entries_at(tx, sorted(n for mine in numbers.values() for n in mine))}
    held = _Held(rules.digest, rules)
    return {slug: _replayed(tuple(bodies[n] for n in mine), held) for slug, mine in numbers.items()}


def _within(span: marks.Span, index: int, name: str | None) -> bool:
    return span.name == name and span.first <= index and (span.end is None or index < span.end)


@lru_cache(maxsize=256)
def _replayed(bodies: tuple[bytes, ...], held: _Held) -> tuple[GateTime, ...]:
    """The same entries under the same rules take the same time: replayed once, however often somebody looks."""
    events = [read_event(body) for body in bodies]
    return gate_times(events, held.rules, events[-1].at) if events else ()


def _here_since(use_case: UseCase, times: tuple[GateTime, ...]) -> datetime:
    """When a use case came to its stage: when the gate was passed, or for the first stage when it was created."""
    return next((time.passed for time in times if time.to is use_case.stage and time.passed is not None), use_case.created_at)

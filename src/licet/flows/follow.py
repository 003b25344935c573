"""Following: a program asks where its cases, the mandate and the watch stand. Nothing is written by asking.

What a system proposed, how sure it was, and whether a case was drawn for an audit is not among what can be asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from licet.core.answer import Answer
from licet.core.audit import outcome_loss
from licet.core.case import CaseState
from licet.core.ids import MandateId
from licet.core.mandate import ActiveMandate, Mandate, SuspendedMandate, expire
from licet.core.narrowing import Narrowing
from licet.core.refusal import Refused
from licet.core.system import Proposal
from licet.core.use_case import UseCase
from licet.flows.audit import error_interval
from licet.flows.office import Office
from licet.stats import watch as watching
from licet.store import audits, live, mandates, narrowings, remarks, systems, use_cases
from licet.store.book import Tx
from licet.store.live import Corrected, Effected, LiveCase
from licet.store.payloads import salts_of


def use_case_named(office: Office, *, name: str) -> UseCase | Refused:
    """The use case of a name."""
    with office.book.read() as tx:
        found = use_cases.find(tx, name)
    return found or Refused(code="not_there", why="There is no such use case.", remedy="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A case with all that happened to it. `answer` is the one that counts now: the first, or the newest correction's.

    `question` is what a reviewer asks whoever sent it; None: nothing.
    """

    case: LiveCase
    answer: Answer | None
    question: str | None = None
    corrections: Sequence[Corrected] = ()
    effects: Sequence[Effected] = ()


def follow_case(office: Office, use_case: UseCase, *, name: str) -> Followed | Refused:
    """Where a case stands, by its outside name or its number."""
    with office.book.read() as tx:
        found = live.find(tx, use_case, name)
        if found is None:
            return Refused(code="not_there", why=f"{use_case.slug!r} has no case {name!r}.", remedy="Give its id or its number.")
        return _followed(tx, use_case, found)


def follow_new(office: Office, use_case: UseCase, *, number: int) -> Followed | Refused:
    """Where a case stands that came in a moment ago: nothing but its route and its decision can have happened to it."""
    with office.book.read() as tx:
        found = live.numbered(tx, use_case, number)
    if found is None:
        return Refused(code="not_there", why=f"{use_case.slug!r} has no case {number}.", remedy="")
    return Followed(case=found, answer=None if found.decided is None else found.decided.answer)


def _followed(tx: Tx, use_case: UseCase, found: LiveCase) -> Followed:
    if found.decided is None:
        return Followed(case=found, answer=None, question=_question(tx, found))
    corrected = live.corrections(tx, use_case, found.number)
    answer = corrected[-1].answer if corrected else found.decided.answer
    return Followed(case=found, answer=answer, corrections=corrected, effects=live.effects(tx, found.number))


def _question(tx: Tx, found: LiveCase) -> str | None:
    salt = salts_of(tx, [found.number]).get(found.number)
    asked = None if salt is None else remarks.open_question(tx, found.number, salt)
    return None if asked is None else asked.question


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A case, with what the system said that decided it alone: None where a person decides or decided, or the decision was corrected."""

    followed: Followed
    proposal: Proposal | None


def follow_standing(office: Office, use_case: UseCase, *, number: int) -> Standing | Refused:
    """Where the case of a number stands, whatever others are called, and what its answer stands on, both as of one moment."""
    with office.book.read() as tx:
        found = live.numbered(tx, use_case, number)
        if found is None:
            return Refused(code="not_there", why=f"{use_case.slug!r} has no case {number}.", remedy="Give its number.")
        fingerprint = live.stands_alone(tx, found.number)
        said = {} if fingerprint is None else systems.proposals_for(tx, use_case, fingerprint, [found.number])
        proposed = said.get(found.number)
        return Standing(followed=_followed(tx, use_case, found), proposal=proposed if isinstance(proposed, Proposal) else None)


def list_cases(office: Office, use_case: UseCase, state: CaseState | None, *, after: int, limit: int) -> list[Followed]:
    """A page of a use case's cases in the order of their numbers, beginning after one; without what happened to each."""
    with office.book.read() as tx:
        page = live.page(tx, use_case, state, after=after, limit=limit)
        counts = live.newest_corrections(tx, use_case, [one.number for one in page if one.decided is not None])
    return [Followed(case=one, answer=counts.get(one.number, None if one.decided is None else one.decided.answer)) for one in page]


def routed_by_now(office: Office, numbers: Sequence[int]) -> frozenset[int]:
    """Which of these cases are routed."""
    with office.book.read() as tx:
        return live.routed_among(tx, numbers)


def mandate_now(office: Office, use_case: UseCase) -> Mandate | Refused:
    """The mandate that governs cases, or the one proposed while none was granted yet; one whose time is over is expired."""
    with office.book.read() as tx:
        now = office.clock.now()
        found = mandates.in_force(tx, use_case) or mandates.newest(tx, use_case)
    if found is None:
        return Refused(code="no_mandate", why=f"{use_case.slug!r} has no mandate.", remedy="")
    return _aged(found, now)


def narrowings_of(office: Office, mandate: MandateId) -> list[Narrowing]:
    """What was taken back of a mandate while it ran, oldest first."""
    with office.book.read() as tx:
        return narrowings.every(tx, mandate)


def _aged(mandate: Mandate, now: datetime) -> Mandate:
    if not isinstance(mandate, ActiveMandate | SuspendedMandate):
        return mandate
    return expire(mandate, now=now) or mandate


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchNow:
    """The watch of the mandate's present round. How many cases were drawn is not in it: one more would tell of the last one.

    Attributes:
        counted: audits that were answered, or were not in time; `errors` of them speak against the promise.
        low, high: interval of the error among cases decided alone, valid at any time, assuming it does not change; in [0, 1]. After a
            narrowing of the scope it rests on the audits since then.
        meter: share of the way to the trip line, in [0, 1].
    """

    mandate: ActiveMandate | SuspendedMandate
    counted: int
    errors: int
    low: float
    high: float
    meter: float
    tripped: bool


def watch_now(office: Office, use_case: UseCase) -> WatchNow | Refused:
    """Where the watch stands; refused where no mandate is active or suspended."""
    with office.book.read() as tx:
        found = mandates.in_force(tx, use_case)
        mandate = None if found is None else _aged(found, office.clock.now())
        if not isinstance(mandate, ActiveMandate | SuspendedMandate):
            return Refused(code="mandate_not_active", why=f"{use_case.slug!r} has no mandate that is active or suspended.", remedy="")
        active = mandate.active if isinstance(mandate, SuspendedMandate) else mandate
        fed = [row for row in audits.every(tx, active.id) if row.drawn.round == active.round and row.fed]
        watch = mandates.watch_of(tx, active)
    errors = sum(outcome_loss(row.outcome) > 0.0 for row in fed if row.outcome is not None)
    low, high = error_interval(active, fed)
    return WatchNow(
        mandate=mandate,
        counted=len(fed),
        errors=errors,
        low=low,
        high=high,
        meter=watching.meter(watch),
        tripped=watch.has_tripped,
    )

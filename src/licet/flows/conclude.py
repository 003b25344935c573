"""Concluding: what one person's answer leads to, whatever kind of question it answers; `review.give` writes it down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from licet.core.answer import Answer, answer_to_json
from licet.core.canonical import Json
from licet.core.ids import Digest, PersonId
from licet.core.ledger import Event
from licet.core.review import Review, ReviewKind
from licet.core.use_case import UseCase
from licet.flows.decide import RULES
from licet.flows.due import placed
from licet.flows.office import Office, entry
from licet.store import decisions
from licet.store.book import Tx
from licet.store.payloads import commit_to


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Who answers, and by which policies they may: the digest of those that said yes; None of simulated people, whom nobody asks."""

    by: PersonId
    policy: Digest | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """Where answers are concluded: the office, the caller's transaction, whose cases they are, the moment, and what permitted them."""

    office: Office
    tx: Tx
    use_case: UseCase
    now: datetime
    policy: Digest | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An answer as it came: the task it answers, what was said, and the key material of the case."""

    task: decisions.Task
    review: Review
    salt: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """What an answer leads to.

    Attributes:
        event: what the ledger says of it.
        decided: the decision, where the answer makes one.
        asked: what somebody else is asked next, where they are.
    """

    event: Event
    decided: decisions.Decided | None = None
    asked: decisions.Task | None = None


Conclude = Callable[[Sitting, Heard], Concluded]
"""Concludes an answer. One for each kind of review, in a file of its own."""


def facts_of(sitting: Sitting, one: Heard, what: str, said: Answer) -> dict[str, Json]:
    """What the ledger says of an answer that has led to something: which case, the policies, and a commitment under the name `what`."""
    return {"case_number": one.review.case, **permitted_by(sitting), **committed(sitting, one, what, said)}


def permitted_by(sitting: Sitting) -> dict[str, Json]:
    """The policies that permitted the answers; nothing where nobody was asked."""
    return {} if sitting.policy is None else {"policy": sitting.policy}


def committed(sitting: Sitting, one: Heard, what: str, said: Answer) -> dict[str, Json]:
    """A commitment to an answer."""
    facts: dict[str, Json] = {"commitment": commit_to(sitting.tx, one.salt, what, {"answer": answer_to_json(said)})}
    return facts | {"people": "simulated"} if one.review.simulated else facts


def said(word: str, sitting: Sitting, one: Heard, facts: Mapping[str, Json]) -> Event:
    """A ledger entry about an answer."""
    return entry(word, by=one.review.by, now=sitting.now, use_case=sitting.use_case, **facts)


def waits(sitting: Sitting, one: Heard, what: str, said_first: Answer) -> Event:
    """That an answer came which leads to nothing yet.

    The entry names the task and not the case: which cases others answered before is nobody's to know who answers next.
    """
    return said("review.answered", sitting, one, {"task": one.task.token, **committed(sitting, one, what, said_first)})


def decided_by(sitting: Sitting, one: Heard, versions: Mapping[str, Json] | None = None) -> decisions.Decided:
    """The decision that an answer makes; `versions`: what it stands on beside the rules and the policies."""
    by = one.review
    stood_on: dict[str, Json] = {"rules": RULES, **permitted_by(sitting), **(versions or {})}
    return decisions.Decided(case=by.case, answer=by.counts, by=by.by, simulated=by.simulated, versions=stood_on)


def ask_another(sitting: Sitting, one: Heard, kind: ReviewKind) -> decisions.Task:
    """The same case once more, to somebody else; due and asked for as any other case of the use case that is like it."""
    task = decisions.Task(token=sitting.office.draw.token("t_"), case=one.review.case, kind=kind)
    return placed(sitting.office, sitting.tx, sitting.use_case, [task], sitting.now)[0]

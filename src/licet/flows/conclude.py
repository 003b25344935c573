"""Concluding: what one person's answer leads to, whatever kind of question it answers; `review.give` writes it down."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from licet.core.answer import answer_to_json
from licet.core.canonical import Json
from licet.core.ledger import Event
from licet.core.review import Review
from licet.core.use_case import UseCase
from licet.flows.decide import RULES
from licet.flows.office import Office, entry
from licet.store import decisions
from licet.store.book import Tx
from licet.store.payloads import commit_to


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """Where answers are concluded: the office, the caller's transaction, whose cases they are, and the moment."""

    office: Office
    tx: Tx
    use_case: UseCase
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """What an answer leads to.

    Attributes:
        event: what the ledger says of it.
        decided: the decision, where the answer makes one.
        asked: who is asked next, where somebody is.
    """

    event: Event
    decided: decisions.Decided | None = None
    asked: list[decisions.Task] = field(default_factory=list)


Conclude = Callable[[Sitting, Review, bytes], Concluded]
"""Concludes an answer, with the key material of its case. One for each kind of review, in a file of its own."""


DECIDING = "answer"
"""The name under which an answer is committed to that decides its case: the last one a person gave, where they gave a second."""


def facts_of(sitting: Sitting, one: Review, salt: bytes, what: str) -> dict[str, Json]:
    """What the ledger says of any answer: which case, and a commitment to it under the name `what`; to the last one where it decides."""
    answer = one.counts if what == DECIDING else one.answer
    committed = commit_to(sitting.tx, salt, what, {"answer": answer_to_json(answer)})
    facts: dict[str, Json] = {"case_number": one.case, "commitment": committed}
    if one.simulated:
        facts["people"] = "simulated"
    return facts


def said(word: str, sitting: Sitting, one: Review, facts: dict[str, Json]) -> Event:
    """A ledger entry about an answer."""
    return entry(word, by=one.by, now=sitting.now, use_case=sitting.use_case, **facts)


def decided_by(one: Review) -> decisions.Decided:
    """The decision that an answer makes by itself."""
    return decisions.Decided(case=one.case, answer=one.counts, by=one.by, simulated=one.simulated, versions={"rules": RULES})

"""What several tests of the journeys start from."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from licet.core.answer import Answer, Choice
from licet.core.case import CaseBody
from licet.core.gate import ClosedGate
from licet.core.history import PastCase
from licet.core.ledger import Event
from licet.core.refusal import Refused
from licet.core.sealed import SealedSet
from licet.store import looks, use_cases
from licet.testing import World, truth_of

MAILS = "mails"


def code(found: object) -> str:
    """The code of what must be a refusal, or of the requirements a closed gate misses."""
    if isinstance(found, ClosedGate):
        return " ".join(requirement.code for requirement in found.missing)
    assert isinstance(found, Refused), found
    return found.code


def of_word(world: World, word: str) -> list[Event]:
    """The ledger's entries of a word."""
    return [event for event in world.events() if event.what == word]


def renamed(cases: Sequence[PastCase], name: str) -> list[PastCase]:
    """The same cases under other outside names."""
    return [replace(one, external_id=f"{name}-{k}") for k, one in enumerate(cases)]


def sealed_set(world: World, name: str = MAILS) -> SealedSet:
    """The newest sealed set."""
    with world.office.book.read() as tx:
        found = looks.current_set(tx, use_cases.require(tx, name))
    assert found is not None
    return found


def always_wrong(body: CaseBody) -> Answer:
    """What a person answers who is never right."""
    return Choice(value="no" if truth_of(body) == Choice(value="yes") else "yes")


def only(texts: set[str], says: Callable[[CaseBody], Answer] = truth_of) -> Callable[[CaseBody], Answer | None]:
    """A person who answers only these cases."""
    return lambda body: says(body) if str(body.content) in texts else None

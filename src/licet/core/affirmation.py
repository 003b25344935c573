"""An affirmation: somebody outside a use case's team says that its risk answers are right, by a yes bound to exactly those answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from licet.core.ids import Digest, PersonId
from licet.core.refusal import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Affirmation:
    """A person's yes to risk answers.

    Attributes:
        version: of the answers; whatever is answered after it is another, and is not affirmed by this, even where it says the same.
        digest: of the answers.
        by: risk, or an owner of another use case.
    """

    version: int
    digest: Digest
    by: PersonId
    at: datetime


def affirm(asked: Digest, made: Affirmation, before: Sequence[Affirmation]) -> Affirmation | Refused:
    """Takes a yes to the answers as they stand.

    Args:
        asked: the digest that the person read.
        made: the yes as it would be, to the answers as they stand now.
        before: the affirmations of the same version.
    """
    if asked != made.digest:
        why = f"{asked!r} is not what is answered now ({made.digest!r})."
        return Refused(code="digest_mismatch", why=why, remedy="Read `licet risk show` and affirm the digest it prints.")
    if any(one.by == made.by for one in before):
        return Refused(code="already_done", why="You affirmed exactly these answers before.", remedy="")
    return made


def seen_from_outside(answered_by: PersonId, given: Sequence[Affirmation], outside: frozenset[PersonId], *, by_risk: bool) -> bool:
    """Whether anybody outside the team stands behind the answers as they are: risk that gave them, or somebody who affirmed them.

    Args:
        answered_by: who answered last.
        given: the affirmations of this version.
        outside: who may approve here now; a hand in the use case, a lost role or a disabled account takes a yes back.
        by_risk: whether the answers were given as risk.
    """
    return (by_risk and answered_by in outside) or any(one.by in outside for one in given)

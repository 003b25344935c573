"""Taking back: a narrowing is written down, whether a person asked for it or a watch tripped."""

from dataclasses import dataclass
from datetime import datetime

from licet.core.canonical import Json
from licet.core.ids import PersonId
from licet.core.mandate import ActiveMandate
from licet.core.narrowing import Narrowing, changes, is_certified
from licet.core.use_case import UseCase
from licet.flows.office import entry
from licet.store import looks, narrowings
from licet.store.book import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """The mandate as it is now, and what was taken back."""

    mandate: ActiveMandate
    narrowing: Narrowing


def take_back(  # noqa: PLR0913 - one act, all its circumstances
    tx: Tx, use_case: UseCase, was: ActiveMandate, made: ActiveMandate, *, by: PersonId, why: str, now: datetime
) -> Narrowed:
    """Writes what a mandate was narrowed to, in the caller's transaction.

    Raises:
        ValueError: when it was narrowed to nothing in particular.
    """
    if made.limits is None:
        message = f"Mandate {made.id!r} was narrowed to nothing in particular."
        raise ValueError(message)
    look = looks.by_id(tx, made.terms.look).look
    narrowing = Narrowing(
        mandate=made.id,
        number=made.limits.narrowing,
        changed=changes(was, made),
        certified=is_certified(made.terms.scope, made.scope, look.thresholds, look.grids),
        by=by,
        at=now,
        why=why,
    )
    narrowings.add(tx, made, made.limits, narrowing)
    facts: dict[str, Json] = {"mandate": made.id, "number": narrowing.number, "changed": narrowing.changed}
    facts["certified"] = narrowing.certified
    tx.record(entry("mandate.narrowed", by=by, now=now, use_case=use_case, **facts))
    return Narrowed(mandate=made, narrowing=narrowing)

"""Keeping somebody blind: the way of an item says what AI answered, and is kept from whoever may yet be asked about one of its cases."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

from licet.core.ids import CaseNumber
from licet.core.people import Act, Actor, Person, Role
from licet.core.workflow import Decide, ItemId, StepName
from licet.flows.office import Office, allowed_person
from licet.flows.walk import Stood
from licet.store import seconds, use_cases, ways
from licet.store.book import Tx
from licet.store.workflows import HELD

KEPT = "kept"
"""In the place of where an item stands, for whom that is not told. A held one is said to be held: somebody must send it on."""


def as_told(office: Office, tx: Tx, by: Actor, items: Sequence[Stood]) -> list[Stood]:
    """Items as somebody may see them: of those that are kept from them, neither step nor way, nor since when they stand there."""
    kept = _kept_from(office, tx, by, items)
    return [_kept(one) if one.item.id in kept else one for one in items]


def _kept(one: Stood) -> Stood:
    known = one.item
    state = HELD if HELD in {known.state, *(part.state for part in one.branches)} else KEPT
    late = known.late or known.late_whole
    where = replace(
        known,
        state=state,
        step=StepName(""),
        reason=known.reason if state == HELD else None,
        detail=None,
        case=None,
        since=known.started_at,
        late=False,
        late_whole=late,
        round=1,
    )
    return Stood(item=replace(where, due_at=None, resume_at=None), version=one.version, visits=(), branches=())


def _kept_from(office: Office, tx: Tx, by: Actor, items: Sequence[Stood]) -> frozenset[ItemId]:
    """Items of which AI decided a step alone, and whose way is not for this reader: a reviewer who may yet be asked about one of its cases.

    The operator and programs are nobody who could be asked; they are told nothing while a person may be.
    """
    alone = ways.decided_alone(tx, _cases(items))
    telling = [one for one in items if not alone.isdisjoint(_cases([one]))]
    if not isinstance(by, Person):
        asked = ways.undecided(tx, _cases(telling))
        return frozenset(one.item.id for one in telling if not asked.isdisjoint(_cases([one])))
    answered = seconds.answered_by(tx, _cases(telling), by.id)
    reviews = cache(lambda name: _reviews(office, tx, by, name))
    return frozenset(one.item.id for one in telling if _may_be_asked(one, answered, reviews))


def _cases(items: Sequence[Stood]) -> list[CaseNumber]:
    return [visit.case for one in items for visit in one.visits if visit.case is not None]


def _may_be_asked(one: Stood, answered: frozenset[CaseNumber], reviews: Callable[[str], bool]) -> bool:
    """Whether a step of an item's version is decided where this person reviews, and they have not answered the item's case there."""
    theirs = {visit.step for visit in one.visits} - {visit.step for visit in one.visits if visit.case not in answered}
    decided = {name: step.use_case for name, step in one.version.workflow.steps.items() if isinstance(step, Decide)}
    return any(reviews(use_case) for name, use_case in decided.items() if name not in theirs)


def _reviews(office: Office, tx: Tx, by: Person, name: str) -> bool:
    """Whether cases of a use case may come to somebody: by their role there, and as the policies have it."""
    use_case = use_cases.find(tx, name)
    person = None if use_case is None else allowed_person(office, tx, by, Act.REVIEW, use_case)
    return isinstance(person, Person) and person.has(Role.REVIEWER, Role.SENIOR_REVIEWER)

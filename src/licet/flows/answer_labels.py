"""Answering labels: whoever may is given, one by one and blind, the cases on which a verdict or a comparison waits for people.

Nobody is told which of the two a case is for, what any system says of it, or how sure one is. Two people who answer at the same time
begin at different cases of the same few, so that hardly any is answered twice; of two answers on one case the first counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from licet.core.answer import Answer
from licet.core.ids import CaseNumber, PersonId
from licet.core.people import Act, Actor, Person
from licet.core.qualification import Work
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.flows.desk import desk_rules, form_of
from licet.flows.label import being_labelled, next_labels, take_in_labels
from licet.flows.label_differences import take_in_differences
from licet.flows.office import Office, allowed_person, working
from licet.flows.qualify import entitled, may_label
from licet.flows.shown_case import CaseShown, case_shown
from licet.store import comparisons, labelling, use_cases
from licet.store.book import Tx

TOGETHER = 20
"""So many cases are answered before the next ones, in an order of each person's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """A case that waits for a label.

    Attributes:
        token: names it, and says nothing.
        place: in the order in which it is to be answered, counted from the first that waits.
    """

    case: CaseNumber
    token: str
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ToLabel:
    """A use case in which labels wait for somebody; `waiting`: how many they may be given from now on, until more are asked for."""

    use_case: UseCase
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelAsked:
    """One case to label, and how many wait for this person, this one included."""

    use_case: UseCase
    shown: CaseShown
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoLabels:
    """No case of a use case waits for a label that this person may give."""

    use_case: UseCase


NOT_WAITING = Refused(
    code="not_waiting",
    why="The case waits for no label any more: somebody else's answer came first, or it was erased.",
    remedy="Nothing of yours was taken; take the next case.",
)


def see_labels(office: Office, by: Person) -> tuple[ToLabel, ...]:
    """Where labels wait for somebody; quick where none wait anywhere."""
    with office.book.read() as tx:
        there = labelling.begun_in(tx) | comparisons.open_in(tx)
        where = [one for one in use_cases.every(tx) if one.id in there] if there else []
        waits = [ToLabel(use_case=one, waiting=waiting_for_them(office, tx, by, one)) for one in where]
        return tuple(one for one in waits if one.waiting)


def waiting_for_them(office: Office, tx: Tx, by: Actor, use_case: UseCase) -> int:
    """How many cases of a use case wait for somebody's label; 0 where they may give none."""
    found = _theirs(office, tx, by, use_case)
    return 0 if isinstance(found, Refused) else len(found)


def labels_waiting(office: Office, by: Person) -> int:
    """How many cases wait for somebody's label."""
    return sum(one.waiting for one in see_labels(office, by))


def waiting_in(tx: Tx, use_case: UseCase) -> int:
    """How many cases of a use case wait for anybody's label; quick where none do."""
    sealed = being_labelled(tx, use_case) if use_case.id in labelling.begun_in(tx) else None
    drawn = [] if sealed is None or isinstance(sealed, Refused) else next_labels(tx, sealed)
    return len(drawn) + len(comparisons.to_answer(tx, use_case, None))


def next_label(office: Office, by: Actor, *, name: str, after: str = "") -> LabelAsked | NoLabels | Refused:
    """Gives somebody the next case to label.

    Args:
        office: the office.
        by: who asks; a person.
        name: of the use case.
        after: the case that they pass over for now; it comes back after all others.
    """
    with office.book.read() as tx:
        there = _at_work(office, tx, by, name)
        if isinstance(there, Refused):
            return there
        use_case, waits = there
        shown = (_shown(office, tx, use_case, one) for one in _turned(waits, after))
        first = next((one for one in shown if one is not None), None)
        return NoLabels(use_case=use_case) if first is None else LabelAsked(use_case=use_case, shown=first, waiting=len(waits))


def label_asked(office: Office, by: Actor, *, name: str, token: str) -> LabelAsked | Refused:
    """One case that waits for somebody's label, by its name."""
    with office.book.read() as tx:
        there = _at_work(office, tx, by, name)
        if isinstance(there, Refused):
            return there
        use_case, waits = there
        shown = (_shown(office, tx, use_case, one) for one in waits if one.token == token)
        found = next((one for one in shown if one is not None), None)
        return NOT_WAITING if found is None else LabelAsked(use_case=use_case, shown=found, waiting=len(waits))


def answer_label(office: Office, by: Actor, *, name: str, token: str, answer: Answer) -> Refused | None:
    """Takes somebody's label; a case that has one keeps it, and whoever came late is told.

    With the last answer of a comparison its verdict is given, as when a worksheet is taken in.
    """
    asked = label_asked(office, by, name=name, token=token)
    if isinstance(asked, Refused):
        return asked
    wrong = desk_rules(office, asked.use_case).takes(asked.use_case.answer_kind, answer)
    if wrong is not None:
        return wrong
    taken = take_in_labels(office, by, name=name, answers={token: answer})
    if not isinstance(taken, Refused):
        return None if taken else NOT_WAITING
    compared = take_in_differences(office, by, name=name, answers={token: answer})
    return compared if isinstance(compared, Refused) else None


def _at_work(office: Office, tx: Tx, by: Actor, name: str) -> tuple[UseCase, list[Waits]] | Refused:
    use_case = working(tx, name)
    if isinstance(use_case, Refused):
        return use_case
    found = _theirs(office, tx, by, use_case)
    return found if isinstance(found, Refused) else (use_case, found)


def _theirs(office: Office, tx: Tx, by: Actor, use_case: UseCase) -> list[Waits] | Refused:
    """What waits for somebody in their own order, whichever of both it is for; `Refused` where they may answer neither."""
    ways = (_labels(office, tx, by, use_case), _differences(office, tx, by, use_case))
    found = [way for way in ways if not isinstance(way, Refused)]
    refused = [way for way in ways if isinstance(way, Refused)]
    return _in_order(by.id, [one for way in found for one in way]) if found else refused[0]


def _labels(office: Office, tx: Tx, by: Actor, use_case: UseCase) -> list[Waits] | Refused:
    person = may_label(office, tx, by, use_case)
    if isinstance(person, Refused):
        return person
    sealed = being_labelled(tx, use_case)
    drawn = [] if isinstance(sealed, Refused) else next_labels(tx, sealed)
    return [Waits(case=one.case, token=one.token, place=one.place - drawn[0].place // TOGETHER * TOGETHER) for one in drawn]


def _differences(office: Office, tx: Tx, by: Actor, use_case: UseCase) -> list[Waits] | Refused:
    person = allowed_person(office, tx, by, Act.ADJUDICATE, use_case)
    refused = person if isinstance(person, Refused) else entitled(tx, use_case, person, office.clock.now(), work=Work.ADJUDICATE)
    if refused is not None or isinstance(person, Refused):
        return refused or []
    found = comparisons.to_answer(tx, use_case, person.id)
    return [Waits(case=case, token=token, place=place) for place, (case, token) in enumerate(found)]


def _in_order(person: PersonId, waits: Sequence[Waits]) -> list[Waits]:
    """The order in which one person is given what waits: another one for each of them, and no sign of which case is for what.

    A few stay together: labels count up to the first that waits in the order in which they were drawn, so none is left for last.
    """
    return sorted(waits, key=lambda one: (one.place // TOGETHER, sha256(f"{person} {one.token}".encode()).digest()))


def _turned(waits: Sequence[Waits], after: str) -> list[Waits]:
    """What waits, from behind a case on; that case is the last."""
    place = next((at for at, one in enumerate(waits, start=1) if one.token == after), 0)
    return [*waits[place:], *waits[:place]]


def _shown(office: Office, tx: Tx, use_case: UseCase, one: Waits) -> CaseShown | None:
    return case_shown(tx, one.token, one.case, form_of(office, tx, use_case), desk_rules(office, use_case).guideline)

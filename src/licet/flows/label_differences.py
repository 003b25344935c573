"""Labelling differences: people answer the cases on which two versions differ, and see neither version's answer."""

from collections.abc import Mapping
from datetime import datetime

from licet.core.answer import Answer
from licet.core.canonical import Json
from licet.core.comparison import AnyComparison, Labelling
from licet.core.people import Act, Actor, Person
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.flows.adjudicate import Line
from licet.flows.compare import none_planned
from licet.flows.judge_comparison import judge_if_answered
from licet.flows.office import Office, entry
from licet.flows.qualify import qualified_at_work_on
from licet.store import cases, comparisons
from licet.store.book import Tx


def hand_out_differences(office: Office, by: Actor, *, name: str) -> list[Line] | Refused:
    """Makes a person's worksheet: each case that waits and that they did not answer elsewhere, in an order that says nothing.

    Returns:
        Its lines, without anything that a version said; empty where nothing waits for this person.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        ready = _ready(office, tx, by, name, now)
        if isinstance(ready, Refused):
            return ready
        use_case, person, there = ready
        lines = [line for one in _theirs(tx, use_case, person, there) if (line := _line(tx, one)) is not None]
        facts: dict[str, Json] = {"comparison": there.planned.id, "cases": len(lines)}
        tx.record(entry("comparison.exported", by=person.id, now=now, use_case=use_case, **facts))
        return lines


def take_in_differences(office: Office, by: Actor, *, name: str, answers: Mapping[str, Answer]) -> AnyComparison | Refused:
    """Takes a person's answers; with the last one the comparison is judged, and before it nothing is.

    Args:
        office: the office.
        by: who answers: nobody who built, made, fed or evaluated what is compared.
        name: of the use case.
        answers: by the worksheet's names; a case that has an answer keeps it, an erased one takes none, an unknown name is refused.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        ready = _ready(office, tx, by, name, now)
        if isinstance(ready, Refused):
            return ready
        use_case, person, there = ready
        theirs = {one.token: one for one in _theirs(tx, use_case, person, there)}
        refused = _unknown(tx, use_case, there, answers, theirs)
        if refused is not None:
            return refused
        new = {token: answer for token, answer in answers.items() if token in theirs}
        for token, answer in new.items():
            comparisons.label(tx, theirs[token], answer, by=person.id, at=now)
        facts: dict[str, Json] = {"comparison": there.planned.id, "cases": len(new)}
        tx.record(entry("comparison.labelled", by=person.id, now=now, use_case=use_case, **facts))
        return judge_if_answered(office, tx, use_case, by=person.id, now=now) or none_planned(name)


def _ready(office: Office, tx: Tx, by: Actor, name: str, now: datetime) -> tuple[UseCase, Person, Labelling] | Refused:
    at_work = qualified_at_work_on(office, tx, by, Act.ADJUDICATE, name=name, now=now)
    if isinstance(at_work, Refused):
        return at_work
    use_case, person = at_work
    newest = comparisons.newest(tx, use_case)
    if isinstance(newest, Labelling):
        return use_case, person, newest
    why = f"No comparison of {name!r} waits for answers."
    return Refused(code="no_comparison", why=why, remedy="See `licet compare show`; plan and ask first.")


def _theirs(tx: Tx, use_case: UseCase, person: Person, there: Labelling) -> list[comparisons.Difference]:
    """What waits for a person: on a case they answered elsewhere they may have seen what a system said."""
    waits = [one for one in comparisons.differences(tx, use_case, there.planned.id) if one.answer is None and one.salt is not None]
    known = comparisons.answered_before(tx, person.id, [one.case for one in waits])
    return [one for one in waits if one.case not in known]


def _unknown(
    tx: Tx, use_case: UseCase, there: Labelling, answers: Mapping[str, Answer], theirs: Mapping[str, comparisons.Difference]
) -> Refused | None:
    """An answer for no case of the comparison, or for one that this person may not answer; None where there is none."""
    sheet = {one.token: one for one in comparisons.differences(tx, use_case, there.planned.id)}
    unknown = sorted(set(answers) - set(sheet))
    if unknown:
        why = f"{unknown[0]!r} is no case of comparison {there.planned.id}."
        return Refused(code="not_on_worksheet", why=why, remedy="Write the worksheet again: `licet compare sheet`.")
    barred = sum(1 for token in answers if token not in theirs and sheet[token].answer is None and sheet[token].salt is not None)
    if barred == 0:
        return None
    why = f"You answered {barred} of these cases before, elsewhere, and may have seen what a system said."
    return Refused(code="reviewer_excluded", why=why, remedy="Let somebody else answer them.")


def _line(tx: Tx, one: comparisons.Difference) -> Line | None:
    stored = cases.by_number(tx, one.case)
    body = None if stored is None else cases.body_of(tx, stored)
    return None if body is None else Line(token=one.token, body=body)

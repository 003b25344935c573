"""Cases kept apart: two steps of one item that nobody may answer both of, and who has answered one of them."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import bindparam, select, union

from licet.core.ids import CaseNumber, PersonId
from licet.store.book import Tx
from licet.store.desk_tables import held_answer
from licet.store.held import WAITING
from licet.store.tables import review
from licet.store.work_tables import correction
from licet.store.workflow_tables import apart

AT_ONCE = 500

_A, _R, _C, _H = apart.c, review.c, correction.c, held_answer.c
_CASES = _A.case_number.in_(bindparam("cases", expanding=True))
_WHO = union(
    select(_A.case_number, _R.by.label("by")).select_from(apart.join(review, _R.case_number == _A.other)).where(_CASES),
    select(_A.case_number, _C.by).select_from(apart.join(correction, _C.case_number == _A.other)).where(_CASES),
    select(_A.case_number, _H.person_id)
    .select_from(apart.join(held_answer, _H.case_number == _A.other))
    .where(_CASES, _H.state.in_(WAITING)),
)
"""Who answered the other case: in effect, in the place of what was decided, or without effect yet."""
_OTHERS = select(_A.case_number, _A.other).where(_CASES)


def keep(tx: Tx, case: CaseNumber, others: Iterable[CaseNumber]) -> None:
    """Keeps a case apart from others of its item."""
    pairs = [pair for other in sorted(set(others) - {case}) for pair in ((case, other), (other, case))]
    tx.insert_many(apart, ("case_number", "other"), pairs)


def who_answered(tx: Tx, numbers: Sequence[CaseNumber]) -> Mapping[CaseNumber, frozenset[PersonId]]:
    """Who answered a case from which one of these is kept apart, by the one that they may therefore not answer."""
    found: dict[CaseNumber, frozenset[PersonId]] = {}
    for start in range(0, len(numbers), AT_ONCE):
        for row in tx.run(_WHO, {"cases": list(numbers[start : start + AT_ONCE])}):
            number = CaseNumber(row.case_number)
            found[number] = found.get(number, frozenset()) | {PersonId(row.by)}
    return found


def answered_by(tx: Tx, numbers: Sequence[CaseNumber], person: PersonId) -> frozenset[CaseNumber]:
    """Which of these cases somebody may not answer, because they answered one from which it is kept apart."""
    return frozenset(number for number, who in who_answered(tx, numbers).items() if person in who)


def others(tx: Tx, numbers: Sequence[CaseNumber]) -> Mapping[CaseNumber, frozenset[CaseNumber]]:
    """From which cases each of these is kept apart; those that are from none are left out."""
    found: dict[CaseNumber, frozenset[CaseNumber]] = {}
    for start in range(0, len(numbers), AT_ONCE):
        for row in tx.run(_OTHERS, {"cases": list(numbers[start : start + AT_ONCE])}):
            number = CaseNumber(row.case_number)
            found[number] = found.get(number, frozenset()) | {CaseNumber(row.other)}
    return found


def one_of_each(tx: Tx, numbers: Iterable[CaseNumber]) -> frozenset[CaseNumber]:
    """Of cases that somebody would answer at one time, those that have to be left out: none stay of which two are kept apart."""
    wanted = sorted(set(numbers))
    known, kept = others(tx, wanted), set[CaseNumber]()
    for number in wanted:
        if not known.get(number, frozenset()) & kept:
            kept.add(number)
    return frozenset(wanted) - kept


def answered(tx: Tx, numbers: Sequence[CaseNumber], person: PersonId) -> frozenset[CaseNumber]:
    """Which of these cases somebody answered, or corrected."""
    asked = {"cases": list(numbers), "person": person}
    return frozenset(CaseNumber(one) for one in tx.run(_MINE, asked).scalars())


_MINE = union(
    select(_R.case_number).where(_R.by == bindparam("person"), _R.case_number.in_(bindparam("cases", expanding=True))),
    select(_C.case_number).where(_C.by == bindparam("person"), _C.case_number.in_(bindparam("cases", expanding=True))),
)

"""Ways of items: which cases AI decided alone on an item's way through its workflow, as far as that tells what is asked blind elsewhere."""

from collections.abc import Sequence

from sqlalchemy import BindParameter, Select, bindparam, or_, select

from licet.core.ids import BY_MANDATE, CaseNumber, PersonId
from licet.core.use_case import UseCase
from licet.store import tables
from licet.store.book import Tx
from licet.store.workflow_tables import item, visit

AT_ONCE = 500

_D, _U = tables.decision.c, tables.use_case.c
_HERE, _THERE, _OTHER = visit.alias("here"), visit.alias("there"), tables.decision.alias("other")
_BOTH = _HERE.join(_THERE, _THERE.c.item_id == _HERE.c.item_id)
_CASES: BindParameter[int] = bindparam("cases", expanding=True)
_ALONE = select(_D.case_number).where(_D.case_number.in_(_CASES), _D.by.startswith(BY_MANDATE))
_DECIDED = select(_D.case_number).where(_D.case_number.in_(_CASES))
_AWAITED = (
    select(_HERE.c.case_number)
    .select_from(
        _BOTH.join(tables.decision, _D.case_number == _HERE.c.case_number).outerjoin(_OTHER, _OTHER.c.case_number == _THERE.c.case_number)
    )
    .where(_D.use_case_id == bindparam("use_case"), _D.by.startswith(BY_MANDATE))
    .where(_THERE.c.case_number.is_not(None), _OTHER.c.case_number.is_(None))
)
_SHOWN = (
    select(_HERE.c.case_number)
    .select_from(
        _BOTH.join(item, item.c.id == _HERE.c.item_id)
        .join(tables.use_case, _U.id == item.c.use_case_id)
        .join(tables.decision, _D.case_number == _THERE.c.case_number)
    )
    .where(_HERE.c.case_number.in_(_CASES), _D.by.startswith(BY_MANDATE), or_(_U.owner.is_(None), _U.owner == bindparam("person")))
)


def decided_alone(tx: Tx, numbers: Sequence[CaseNumber]) -> frozenset[CaseNumber]:
    """Which of these cases AI decided alone."""
    return _in_parts(tx, _ALONE, numbers)


def undecided(tx: Tx, numbers: Sequence[CaseNumber]) -> frozenset[CaseNumber]:
    """Which of these cases have no decision yet: a person may be asked about them, or will be."""
    return frozenset(numbers) - _in_parts(tx, _DECIDED, numbers)


def _in_parts(tx: Tx, wanted: Select[tuple[int]], numbers: Sequence[CaseNumber]) -> frozenset[CaseNumber]:
    parts = (list(numbers[start : start + AT_ONCE]) for start in range(0, len(numbers), AT_ONCE))
    return frozenset(CaseNumber(one) for part in parts for one in tx.run(wanted, {"cases": part}).scalars())


def asked_elsewhere(tx: Tx, use_case: UseCase) -> frozenset[CaseNumber]:
    """Cases that AI decided alone in a use case, while another step of the same item is not decided yet."""
    return frozenset(CaseNumber(one) for one in tx.run(_AWAITED, {"use_case": use_case.id}).scalars())


def shown_to_owner(tx: Tx, numbers: Sequence[CaseNumber], person: PersonId) -> frozenset[CaseNumber]:
    """Which of these cases are of items that an owner is shown, and of which AI decided a step alone."""
    return frozenset(CaseNumber(one) for one in tx.run(_SHOWN, {"cases": list(numbers), "person": person}).scalars())

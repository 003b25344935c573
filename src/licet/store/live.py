"""Live cases as programs follow them: where each stands, in pages by number; never what a system proposed for one that waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from licet.core.answer import Answer, AnswerKind
from licet.core.case import CaseState, Part
from licet.core.ids import BY_MANDATE, CaseNumber, Fingerprint
from licet.core.use_case import UseCase
from licet.store import tables, work_tables
from licet.store.book import Record, Tx
from licet.store.cases import DIGITS
from licet.store.decisions import ALONE, TO_PERSON
from licet.store.payloads import read_answer


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutedSo:
    """How a case was routed, and when. `mandate` names the one it was decided under; None where a person decides."""

    route: str
    reason: str | None
    mandate: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedSo:
    """The answer a case got first; `answer` is None where the case was erased."""

    answer: Answer | None
    by: str
    simulated: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCase:
    """A case that came in, and how far it is."""

    number: CaseNumber
    name: str | None
    erased: bool
    received_at: datetime
    routed: RoutedSo | None
    decided: DecidedSo | None

    @property
    def state(self) -> CaseState:
        """Where it stands."""
        if self.decided is not None:
            return CaseState.DECIDED
        return CaseState.QUEUED if self.routed is None else CaseState.WAITING


def _live(part: ColumnElement[str]) -> Select[*tuple[Any, ...]]:
    c, k, r, d = tables.case, tables.case_key, tables.routing, tables.decision
    return (
        select(
            c.c.number, c.c.external_id, c.c.received_at, k.c.salt, r.c.route, r.c.reason, r.c.mandate_id, r.c.at.label("routed_at"),
            d.c.answer, d.c.by, d.c.simulated, d.c.at.label("decided_at"),
        )
        .select_from(c)
        .outerjoin(k, k.c.case_number == c.c.number)
        .outerjoin(r, r.c.case_number == c.c.number)
        .outerjoin(d, d.c.case_number == c.c.number)
        .where(c.c.use_case_id == bindparam("use_case"), part == Part.LIVE.value, c.c.batch_id.is_(None))
    )  # fmt: skip


# Built once: putting a statement together takes longer than running it.
_LIVE = _live(tables.case.c.part)
_ANY_INDEX_BUT_PARTS = _live(func.coalesce(tables.case.c.part, ""))
"""Says the part so that the index on it is not taken: SQLite would read all live cases by it to find one name."""
_NAMED = _ANY_INDEX_BUT_PARTS.where(tables.case.c.external_id == bindparam("name")).order_by(tables.case.c.number).limit(1)
_NUMBERED = _LIVE.where(tables.case.c.number == bindparam("number"))
_PAGE = _LIVE.where(tables.case.c.number > bindparam("after")).order_by(tables.case.c.number)


def page(tx: Tx, use_case: UseCase, state: CaseState | None, *, after: int, limit: int) -> list[LiveCase]:
    """Cases of a use case in the order of their numbers.

    Args:
        tx: the transaction.
        use_case: whose cases.
        state: which of them; None: all.
        after: the number after which the page begins.
        limit: how many cases at most.
    """
    rows = tx.conn.execute(_in_state(_PAGE, state).limit(limit), {"use_case": use_case.id, "after": after})
    return [_case(tx, use_case.answer_kind, row) for row in rows]


def find(tx: Tx, use_case: UseCase, name: str) -> LiveCase | None:
    """The case with this outside name; where none has it, the one of this number; None where there is neither."""
    row = tx.conn.execute(_NAMED, {"use_case": use_case.id, "name": name}).one_or_none()
    if row is not None:
        return _case(tx, use_case.answer_kind, row)
    return numbered(tx, use_case, int(name)) if name.isascii() and name.isdigit() and len(name) <= DIGITS else None


def numbered(tx: Tx, use_case: UseCase, number: int) -> LiveCase | None:
    """The case of this number."""
    row = tx.conn.execute(_NUMBERED, {"use_case": use_case.id, "number": number}).one_or_none()
    return None if row is None else _case(tx, use_case.answer_kind, row)


def routed_among(tx: Tx, numbers: Sequence[int]) -> frozenset[int]:
    """Which of these cases are routed by now."""
    r = tables.routing.c.case_number
    return frozenset(tx.conn.execute(select(r).where(r.in_(numbers))).scalars())


def _in_state(wanted: Select[*tuple[Any, ...]], state: CaseState | None) -> Select[*tuple[Any, ...]]:
    r, d = tables.routing.c, tables.decision.c
    match state:
        case None:
            return wanted
        case CaseState.QUEUED:
            return wanted.where(r.case_number.is_(None))
        case CaseState.WAITING:
            return wanted.where(r.route == TO_PERSON, d.case_number.is_(None))
        case CaseState.DECIDED:
            return wanted.where(d.case_number.is_not(None))
        case CaseState.ALONE:
            return wanted.where(r.route == ALONE)
        case CaseState.TO_PERSON:
            return wanted.where(r.route == TO_PERSON)


def _case(tx: Tx, kind: AnswerKind, row: Record) -> LiveCase:
    r = row._mapping
    routed = None if r["route"] is None else RoutedSo(route=r["route"], reason=r["reason"], mandate=r["mandate_id"], at=r["routed_at"])
    decided = None
    if r["answer"] is not None:
        answer = None if r["salt"] is None else read_answer(tx, r["salt"], r["answer"], kind)[0]
        decided = DecidedSo(answer=answer, by=r["by"], simulated=r["simulated"], at=r["decided_at"])
    return LiveCase(
        number=CaseNumber(r["number"]),
        name=r["external_id"],
        erased=r["salt"] is None,
        received_at=r["received_at"],
        routed=routed,
        decided=decided,
    )


# --- what happened to one ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A correction of a decision; the newest counts."""

    answer: Answer | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Effected:
    """An effect of a decision: how it leaves, and how far it is."""

    number: int
    way: str
    state: str
    at: datetime


def corrections(tx: Tx, use_case: UseCase, number: CaseNumber) -> list[Corrected]:
    """The corrections of a case's decision, oldest first."""
    c, k = work_tables.correction.c, tables.case_key
    rows = tx.run(
        select(c.answer, c.by, c.at, k.c.salt)
        .outerjoin(k, k.c.case_number == c.case_number)
        .where(c.case_number == number)
        .order_by(c.number)
    )
    return [
        Corrected(answer=None if r.salt is None else read_answer(tx, r.salt, r.answer, use_case.answer_kind)[0], by=r.by, at=r.at)
        for r in rows
    ]


def newest_corrections(tx: Tx, use_case: UseCase, numbers: Sequence[CaseNumber]) -> dict[CaseNumber, Answer | None]:
    """The answers that count in the place of decisions, by case; of those cases only that were corrected. None where one is erased."""
    c, k = work_tables.correction.c, tables.case_key
    wanted = select(c.case_number, c.answer, k.c.salt).outerjoin(k, k.c.case_number == c.case_number).where(c.case_number.in_(numbers))
    rows = {CaseNumber(r.case_number): r for r in tx.run(wanted.order_by(c.case_number, c.number))}
    kind = use_case.answer_kind
    return {number: None if r.salt is None else read_answer(tx, r.salt, r.answer, kind)[0] for number, r in rows.items()}


def stands_alone(tx: Tx, number: CaseNumber) -> Fingerprint | None:
    """The fingerprint of the system that decided a case alone, where its decision still counts.

    None where a person decides or decided, and where the decision was corrected.
    """
    r, d, c = tables.routing.c, tables.decision.c, work_tables.correction.c
    corrected = select(c.number).where(c.case_number == r.case_number).exists()
    alone = (r.case_number == number, r.route == ALONE, d.by.startswith(BY_MANDATE, autoescape=True), ~corrected)
    found = tx.conn.execute(select(r.fingerprint).join(tables.decision, d.case_number == r.case_number).where(*alone)).scalar_one_or_none()
    return None if found is None else Fingerprint(found)


def effects(tx: Tx, number: CaseNumber) -> list[Effected]:
    """The effects of a case's decision and of its corrections, in order."""
    e = work_tables.effect.c
    rows = tx.run(select(e.number, e.way, e.state, e.made_at, e.ended_at).where(e.case_number == number).order_by(e.number))
    return [Effected(number=r.number, way=r.way, state=r.state, at=r.ended_at or r.made_at) for r in rows]

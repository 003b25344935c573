"""Comparisons' rows: what was planned, which cases differ, what people answered of them, and the verdict."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, insert, select, update

from licet.core.answer import Answer
from licet.core.canonical import canonical_bytes
from licet.core.case import Part
from licet.core.change import ChangeRule
from licet.core.comparison import (
    AnyComparison,
    ComparisonId,
    Found,
    Judged,
    Labelling,
    Plan,
    Planned,
    Source,
    found_from_json,
    found_to_json,
)
from licet.core.ids import CaseNumber, Digest, Fingerprint, PersonId
from licet.core.use_case import UseCase
from licet.store import tables
from licet.store.book import Record, Tx
from licet.store.cases import DONE
from licet.store.comparison_tables import comparison, comparison_case
from licet.store.payloads import read_answer, write_answer

_C, _K = comparison.c, comparison_case.c
_CASE, _KEY, _BATCH, _SAID = tables.case.c, tables.case_key.c, tables.import_batch.c, tables.proposal.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which cases two versions may be compared on: none that the new one spoke about.

    Attributes:
        old_spoke: whether only cases on which the old one spoke, because it cannot be asked any more.
        most: how many at most.
    """

    source: Source
    old: Fingerprint
    new: Fingerprint
    old_spoke: bool
    most: int


def choose(tx: Tx, use_case: UseCase, wanted: Wanted) -> tuple[CaseNumber, ...]:
    """The newest cases that fit, in the order of their numbers; neither erased ones nor any of an earlier comparison."""
    there = tables.case.join(tables.case_key, _KEY.case_number == _CASE.number)
    fits: list[ColumnElement[bool]] = [_CASE.use_case_id == use_case.id, _CASE.part == _PARTS[wanted.source]]
    if wanted.source is Source.UNLABELLED:
        there = there.join(tables.import_batch, _BATCH.id == _CASE.batch_id)
        fits += [_BATCH.state == DONE, _CASE.labelled.is_(False)]
    fits += [_CASE.number.not_in(_spoken_by(wanted.new)), _CASE.number.not_in(select(_K.case_number))]
    if wanted.old_spoke:
        fits.append(_CASE.number.in_(_spoken_by(wanted.old)))
    newest = select(_CASE.number).select_from(there).where(*fits).order_by(_CASE.number.desc()).limit(wanted.most)
    return tuple(sorted(CaseNumber(number) for number in tx.conn.execute(newest).scalars()))


_PARTS = {Source.LIVE: Part.LIVE.value, Source.UNLABELLED: Part.BUILD.value}


def _spoken_by(fingerprint: Fingerprint) -> Select[tuple[int]]:
    return select(_SAID.case_number).where(_SAID.fingerprint == fingerprint)


def came_before(tx: Tx, use_case: UseCase, new: Fingerprint, numbers: Sequence[CaseNumber]) -> int:
    """How many of these cases were here before a system was registered; all, where it was not registered yet."""
    s = tables.system.c
    since = tx.conn.execute(select(s.registered_at).where(s.use_case_id == use_case.id, s.fingerprint == new)).scalar_one_or_none()
    if since is None:
        return len(numbers)
    found = 0
    for chunk in _chunks(numbers):
        fresh = select(func.count()).select_from(tables.case).where(_CASE.number.in_(chunk), _CASE.received_at < since)
        found += int(tx.conn.execute(fresh).scalar_one())
    return found


def _chunks(numbers: Sequence[CaseNumber]) -> Iterable[Sequence[CaseNumber]]:
    return (numbers[start : start + 500] for start in range(0, len(numbers), 500))


def add(tx: Tx, use_case: UseCase, planned: Planned, tokens: Sequence[str]) -> None:
    """Writes a plan, with a name for each of its cases that tells nothing."""
    plan = planned.plan
    last = tx.conn.execute(select(func.max(_C.number)).where(_C.use_case_id == use_case.id)).scalar_one_or_none()
    tx.run(
        insert(comparison).values(
            id=planned.id, use_case_id=use_case.id, number=1 + int(last or 0), old=plan.old, new=plan.new, standard=plan.standard,
            source=plan.source.value, margin=plan.rule.margin, confidence=plan.rule.confidence, attempt=plan.attempt, share=plan.share,
            came_before=plan.came_before, by=planned.by, at=planned.at,
        )
    )  # fmt: skip
    rows = [(number, planned.id, token) for number, token in zip(plan.cases, tokens, strict=True)]
    tx.insert_many(comparison_case, ("case_number", "comparison_id", "token"), rows)


def asked(tx: Tx, made: ComparisonId, differs: Mapping[CaseNumber, bool], *, at: datetime) -> None:
    """Writes on which cases the versions differ."""
    tx.run(update(comparison).where(_C.id == made).values(asked_at=at))
    mine = _K.comparison_id == made
    tx.run(update(comparison_case).where(mine).values(differs=False))
    for chunk in _chunks([number for number, here in differs.items() if here]):
        tx.run(update(comparison_case).where(mine, _K.case_number.in_(chunk)).values(differs=True))


def judged(tx: Tx, made: ComparisonId, found: Found, *, at: datetime) -> None:
    """Writes the verdict."""
    text = canonical_bytes(found_to_json(found)).decode()
    tx.run(update(comparison).where(_C.id == made, _C.judged_at.is_(None)).values(judged_at=at, found=text))


# --- reading -------------------------------------------------------------------------------------------------------------


def every(tx: Tx, use_case: UseCase) -> list[AnyComparison]:
    """All comparisons of a use case, the newest first."""
    rows = tx.run(select(comparison).where(_C.use_case_id == use_case.id).order_by(_C.number.desc())).all()
    return [_comparison(tx, row) for row in rows]


def newest(tx: Tx, use_case: UseCase) -> AnyComparison | None:
    """The newest comparison; None where there is none."""
    row = tx.run(select(comparison).where(_C.use_case_id == use_case.id).order_by(_C.number.desc()).limit(1)).one_or_none()
    return None if row is None else _comparison(tx, row)


def attempts(tx: Tx, use_case: UseCase, *, old: Fingerprint, new: Fingerprint, standard: Digest) -> int:
    """How often these two were to be compared under a standard."""
    mine = (_C.use_case_id == use_case.id, _C.old == old, _C.new == new, _C.standard == standard)
    return int(tx.conn.execute(select(func.count()).select_from(comparison).where(*mine)).scalar_one())


def is_met(tx: Tx, use_case: UseCase, *, old: Fingerprint, new: Fingerprint, standard: Digest) -> bool:
    """Whether a comparison of these two under a standard showed that the new one is not worse by the margin."""
    mine = (_C.use_case_id == use_case.id, _C.old == old, _C.new == new, _C.standard == standard, _C.found.is_not(None))
    found = tx.conn.execute(select(_C.found).where(*mine)).scalars().all()
    return any(found_from_json(json.loads(one)).word == "met" for one in found if one is not None)


def touches(tx: Tx, batch: int) -> bool:
    """Whether a case of an import is part of a comparison."""
    wanted = select(_K.case_number).join(tables.case, _CASE.number == _K.case_number).where(_CASE.batch_id == batch)
    return tx.run(wanted.limit(1)).first() is not None


def _comparison(tx: Tx, row: Record) -> AnyComparison:
    r = row._mapping
    planned = _planned(tx, row)
    if r["asked_at"] is None:
        return planned
    differing = tx.conn.execute(select(func.count()).select_from(comparison_case).where(*_differ(planned.id))).scalar_one()
    if r["judged_at"] is None:
        return Labelling(planned=planned, asked_at=r["asked_at"], differing=int(differing), open=_open(tx, planned.id))
    found = found_from_json(json.loads(r["found"]))
    return Judged(planned=planned, asked_at=r["asked_at"], differing=int(differing), found=found, at=r["judged_at"])


def _planned(tx: Tx, row: Record) -> Planned:
    r = row._mapping
    numbers = tx.conn.execute(select(_K.case_number).where(_K.comparison_id == r["id"]).order_by(_K.case_number)).scalars()
    plan = Plan(
        old=Fingerprint(r["old"]),
        new=Fingerprint(r["new"]),
        standard=Digest(r["standard"]),
        source=Source(r["source"]),
        rule=ChangeRule(margin=r["margin"], confidence=r["confidence"]),
        cases=tuple(map(CaseNumber, numbers)),
        attempt=r["attempt"],
        share=r["share"],
        came_before=r["came_before"],
    )
    return Planned(id=ComparisonId(r["id"]), plan=plan, by=PersonId(r["by"]), at=r["at"])


def _differ(made: ComparisonId) -> tuple[ColumnElement[bool], ...]:
    return (_K.comparison_id == made, _K.differs.is_(True))


def _open(tx: Tx, made: ComparisonId) -> int:
    waits = select(func.count()).select_from(comparison_case.join(tables.case_key, _KEY.case_number == _K.case_number))
    return int(tx.conn.execute(waits.where(*_differ(made), _K.answer.is_(None))).scalar_one())


# --- what people answer --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A case on which two versions differ. `salt` is None where it was erased, `answer` where nobody answered or it was erased."""

    case: CaseNumber
    token: str
    salt: bytes | None
    answer: Answer | None
    by: PersonId | None


def differences(tx: Tx, use_case: UseCase, made: ComparisonId) -> list[Difference]:
    """The cases on which the versions of a comparison differ, in an order that says nothing."""
    rows = tx.run(
        select(comparison_case, _KEY.salt)
        .outerjoin(tables.case_key, _KEY.case_number == _K.case_number)
        .where(*_differ(made))
        .order_by(_K.token)
    )
    return [_difference(tx, use_case, row) for row in rows.all()]


def _difference(tx: Tx, use_case: UseCase, row: Record) -> Difference:
    r = row._mapping
    answer = None if r["answer"] is None or r["salt"] is None else read_answer(tx, r["salt"], r["answer"], use_case.answer_kind)[0]
    by = None if r["by"] is None else PersonId(r["by"])
    return Difference(case=CaseNumber(r["case_number"]), token=r["token"], salt=r["salt"], answer=answer, by=by)


def label(tx: Tx, one: Difference, answer: Answer, *, by: PersonId, at: datetime) -> None:
    """Writes what somebody answered on a case; an erased one takes no answer, and an answer that is there stays."""
    if one.salt is None:
        return
    mine = (_K.case_number == one.case, _K.answer.is_(None))
    tx.run(update(comparison_case).where(*mine).values(answer=write_answer(tx, one.salt, answer), by=by, at=at))


def to_answer(tx: Tx, use_case: UseCase, person: PersonId | None) -> list[tuple[CaseNumber, str]]:
    """The cases of the newest comparison that wait for somebody's answer, each with its name; None: for anybody's.

    A case that they answered elsewhere waits for somebody else.

    Returns:
        What waits, in an order that says nothing; empty where the newest comparison was not asked yet, or is judged.
    """
    row = tx.run(select(_C.id, _C.asked_at, _C.judged_at).where(_C.use_case_id == use_case.id).order_by(_C.number.desc()).limit(1)).first()
    if row is None or row.asked_at is None or row.judged_at is not None:
        return []
    there = comparison_case.join(tables.case_key, _KEY.case_number == _K.case_number)
    waits = select(_K.case_number, _K.token).select_from(there).where(*_differ(row.id), _K.answer.is_(None)).order_by(_K.token)
    found = [(CaseNumber(number), str(token)) for number, token in tx.run(waits)]
    known = frozenset() if person is None else answered_before(tx, person, [number for number, _ in found])
    return [(number, token) for number, token in found if number not in known]


def open_in(tx: Tx) -> frozenset[int]:
    """The use cases in which a comparison waits for answers, or did before another one was planned."""
    return frozenset(tx.conn.execute(select(_C.use_case_id).where(_C.asked_at.is_not(None), _C.judged_at.is_(None)).distinct()).scalars())


def answered_before(tx: Tx, person: PersonId, numbers: Sequence[CaseNumber]) -> frozenset[CaseNumber]:
    """The cases that somebody answered before, elsewhere, after which they may have seen what a system said."""
    r, d = tables.review.c, tables.decision.c
    found: set[CaseNumber] = set()
    for chunk in _chunks(numbers):
        reviewed = select(r.case_number).where(r.case_number.in_(chunk), r.by == person)
        decided = select(d.case_number).where(d.case_number.in_(chunk), d.by == person)
        found.update(map(CaseNumber, tx.conn.execute(reviewed.union(decided)).scalars()))
    return frozenset(found)

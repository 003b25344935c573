"""Decisions' rows: how each case was routed, who is asked, what people answered, and the answer that counts."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, insert, or_, select, update

from licet.core.answer import Answer
from licet.core.canonical import Json
from licet.core.desk import DUE_WITHIN
from licet.core.ids import BY_MANDATE, CaseNumber, Fingerprint, MandateId
from licet.core.mandate import ActiveMandate
from licet.core.review import TO_DECIDE, Review, ReviewKind
from licet.core.use_case import UseCase
from licet.store import desks, tables, tallies
from licet.store.book import Record, Tx
from licet.store.engines import on_postgresql
from licet.store.mandates import revealed
from licet.store.moments import moment_text
from licet.store.payloads import read_answer, write_answer

ALONE = "alone"
TO_PERSON = "to_person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """How a case was routed. `reason` is a code where it went to a person."""

    case: CaseNumber
    fingerprint: Fingerprint
    route: str
    reason: str | None
    mandate: MandateId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The answer that counts, with what it stood on."""

    case: CaseNumber
    answer: Answer
    by: str
    simulated: bool
    versions: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Somebody is asked for a blind answer. `token` names it outside, so that its case's number tells nothing.

    Attributes:
        due_at: when it is due at the desk; None: as soon as is usual. The same for every kind, so that it tells none.
        skill: what it asks for; None: anybody who may review.
        waits_from: from when on the desk counts it and gives it to somebody; None: at once.
    """

    token: str
    case: CaseNumber
    kind: ReviewKind
    due_at: datetime | None = None
    skill: str | None = None
    waits_from: datetime | None = None


def route(tx: Tx, use_case: UseCase, routed: Sequence[Routed], *, at: datetime) -> None:
    """Writes how cases were routed."""
    moment = moment_text(at)
    rows = [(r.case, use_case.id, r.fingerprint, r.route, r.reason, r.mandate, moment) for r in routed]
    tx.insert_many(tables.routing, ("case_number", "use_case_id", "fingerprint", "route", "reason", "mandate_id", "at"), rows)


def decide(tx: Tx, use_case: UseCase, decided: Sequence[tuple[Decided, bytes]], *, at: datetime) -> None:
    """Writes answers that count; a case that has one already is refused by the database.

    Args:
        tx: the transaction.
        use_case: whose cases they are.
        decided: each decision with the key material of its case.
        at: when.
    """
    moment = moment_text(at)
    rows = [
        (d.case, use_case.id, write_answer(tx, salt, d.answer), d.by, d.simulated, json.dumps(dict(d.versions), sort_keys=True), moment)
        for d, salt in decided
    ]
    tx.insert_many(tables.decision, ("case_number", "use_case_id", "answer", "by", "simulated", "versions", "at"), rows)


def ask(tx: Tx, use_case: UseCase, tasks: Sequence[Task], *, at: datetime) -> None:
    """Writes tasks, and puts them on the desk."""
    moment = moment_text(at)
    rows = [(t.token, t.case, use_case.id, t.kind.value, moment) for t in tasks]
    tx.insert_many(tables.task, ("token", "case_number", "use_case_id", "kind", "created_at"), rows)
    desks.put(tx, use_case, [_on_desk(task, at) for task in tasks], at=at)


def _on_desk(task: Task, at: datetime) -> desks.NewItem:
    return desks.NewItem(
        token=task.token,
        case=task.case,
        due_at=task.due_at or at + DUE_WITHIN,
        skill=task.skill,
        lane=LANES.get(task.kind),
        waits_from=task.waits_from,
    )


LANES = {ReviewKind.ADJUDICATION: desks.SECOND_LOOK}
"""Where tasks wait that nobody is given at the desk itself."""


def tally(tx: Tx, use_case: UseCase, routed: Sequence[Routed], decided: Sequence[Decided], *, closed: int = 0) -> None:
    """Adds to the use case's tallies what this transaction routed and decided, and how many people's tasks it closed.

    Audits' tasks are not counted; see `tallies.Tally`.
    """
    found = Counter((tallies.ROUTED, one.reason or "") for one in routed)
    found.update((tallies.DECIDED, tallies.AI if one.by.startswith(BY_MANDATE) else tallies.PERSON) for one in decided)
    found[tallies.TASKS, ReviewKind.DECISION.value] += sum(one.route == TO_PERSON for one in routed) - closed
    tallies.add(tx, use_case.id, found)


def open_tasks(tx: Tx, use_case: UseCase) -> list[Task]:
    """Tasks nobody has answered, in an order that says nothing about why they were made."""
    t = tables.task.c
    rows = tx.run(select(t.token, t.case_number, t.kind).where(t.use_case_id == use_case.id, t.done_at.is_(None)).order_by(t.token))
    return [Task(token=r.token, case=CaseNumber(r.case_number), kind=ReviewKind(r.kind)) for r in rows]


def tasks_of(tx: Tx, numbers: Sequence[CaseNumber]) -> list[tuple[Task, bytes]]:
    """Open tasks about these cases with their key material, in the order in which the cases came in."""
    return [(_task(row), row.salt) for row in tx.run(_TASKS_OF, {"numbers": list(numbers)})]


def tasks_named(tx: Tx, use_case: UseCase, tokens: Sequence[str]) -> dict[str, tuple[Task, bytes]]:
    """Open tasks by the names that the outside has for them, with the key material of their cases.

    Those answered before, of another use case, or about an erased case are left out.
    """
    found: dict[str, tuple[Task, bytes]] = {}
    for start in range(0, len(tokens), 500):
        rows = tx.run(_TASKS_NAMED, {"use_case": use_case.id, "tokens": list(tokens[start : start + 500])})
        found.update({r.token: (_task(r), r.salt) for r in rows})
    return found


def _task(row: Record) -> Task:
    return Task(token=row.token, case=CaseNumber(row.case_number), kind=ReviewKind(row.kind))


_T, _K = tables.task, tables.case_key
_READABLE = select(_T.c.token, _T.c.case_number, _T.c.kind, _K.c.salt).join(_K, _K.c.case_number == _T.c.case_number)
_OPEN = _READABLE.where(_T.c.done_at.is_(None))
_TASKS_NAMED = _OPEN.where(_T.c.use_case_id == bindparam("use_case"), _T.c.token.in_(bindparam("tokens", expanding=True)))
_TASKS_OF = _OPEN.where(_T.c.case_number.in_(bindparam("numbers", expanding=True))).order_by(_T.c.case_number)


def unanswered(tx: Tx, use_case: UseCase) -> int:
    """How many cases wait for a person's decision and can be read; audits are not among them, so that this tells nothing of them."""
    mine = (_T.c.use_case_id == use_case.id, _T.c.kind.in_(TO_DECIDE))
    return int(tx.conn.execute(select(func.count()).select_from(_OPEN.where(*mine).subquery())).scalar_one())


def close_tasks(tx: Tx, tokens: Sequence[str], *, at: datetime) -> frozenset[str]:
    """Closes tasks and takes them off the desk; the first answer is the one that stays.

    Returns:
        The names of those that were still open.
    """
    closed: set[str] = set()
    for start in range(0, len(tokens), 500):
        closed.update(tx.run(_CLOSE, {"tokens": list(tokens[start : start + 500]), "moment": at}).scalars())
    desks.clear(tx, sorted(closed))
    return frozenset(closed)


_STILL = update(tables.task).where(tables.task.c.token.in_(bindparam("tokens", expanding=True)), tables.task.c.done_at.is_(None))
_CLOSE = _STILL.values(done_at=bindparam("moment")).returning(tables.task.c.token)


def add_reviews(tx: Tx, reviews: Sequence[tuple[Review, bytes]]) -> None:
    """Writes people's answers down, each with the key material of its case."""
    rows = [
        (one.case, one.kind.value, one.by, one.simulated, write_answer(tx, salt, one.answer), moment_text(one.at)) for one, salt in reviews
    ]
    tx.insert_many(tables.review, ("case_number", "kind", "by", "simulated", "answer", "at"), rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What decisions under a mandate stand on beside it.

    Attributes:
        secret: draws the audits.
        drawn: how many cases were drawn in its present round.
        alone_today: cases decided alone under it on this UTC day.
    """

    secret: bytes = field(repr=False)
    drawn: int
    alone_today: int


def ground(tx: Tx, mandate: ActiveMandate, now: datetime) -> Ground:
    """Reads what decisions under a mandate stand on, in one statement; from here on the day is counted.

    Raises:
        sqlalchemy.exc.NoResultFound: when the mandate is not there.
    """
    asked = {"mandate": mandate.id, "round": mandate.round, "series": _series(mandate.id, now)}
    row = tx.run(_GROUND, asked).one()
    alone = row.alone
    if alone is None:
        alone = _counted(tx, mandate.id, day_start(now))
        tx.run(insert(tables.counter).values(name=asked["series"], value=alone))
    return Ground(secret=revealed(tx, row.secret_salt, row.secret), drawn=row.drawn or 0, alone_today=int(alone))


def count_alone(tx: Tx, mandate: MandateId, now: datetime, *, more: int) -> None:
    """Counts cases that this transaction decides alone, after `ground`."""
    if more:
        mark = "%s" if on_postgresql(tx.conn) else "?"
        tx.say(f"UPDATE counter SET value = value + {mark} WHERE name = {mark}", (more, _series(mandate, now)))  # noqa: S608 - marks only


def _series(mandate: MandateId, now: datetime) -> str:
    return f"alone {mandate} {now:%Y-%m-%d}"


_M, _A = tables.mandate.c, tables.audit.c
_KEPT = select(tables.counter.c.value).where(tables.counter.c.name == bindparam("series")).scalar_subquery()
_DRAWN = select(func.max(_A.order)).where(_A.mandate_id == bindparam("mandate"), _A.round == bindparam("round")).scalar_subquery()
_GROUND = select(_M.secret_salt, _M.secret, _KEPT.label("alone"), _DRAWN.label("drawn")).where(_M.id == bindparam("mandate"))
"""Asked with every decision: put together once."""


def _counted(tx: Tx, mandate: MandateId, since: datetime) -> int:
    """The same by counting rows: for the first case of a day."""
    r = tables.routing.c
    wanted = select(func.count()).select_from(tables.routing).where(r.mandate_id == mandate, r.route == ALONE, r.at >= since)
    return int(tx.conn.execute(wanted).scalar_one())


def day_start(now: datetime) -> datetime:
    """The first moment of a UTC day."""
    return now - timedelta(hours=now.hour, minutes=now.minute, seconds=now.second, microseconds=now.microsecond)


def answer_of(tx: Tx, use_case: UseCase, number: CaseNumber, salt: bytes) -> Answer | None:
    """What was decided; None while nothing was. Corrections stand beside it: `corrections.answer_that_counts`."""
    raw = tx.conn.execute(select(tables.decision.c.answer).where(tables.decision.c.case_number == number)).scalar_one_or_none()
    return None if raw is None else read_answer(tx, salt, raw, use_case.answer_kind)[0]


def counts(tx: Tx, use_case: UseCase) -> dict[str, int]:
    """How many cases came in, were decided alone, and wait for a person."""
    r, t, d = tables.routing.c, tables.task.c, tables.decision.c
    alone = tx.conn.execute(
        select(func.count()).select_from(tables.routing).where(r.use_case_id == use_case.id, r.route == ALONE)
    ).scalar_one()
    person = tx.conn.execute(
        select(func.count()).select_from(tables.routing).where(r.use_case_id == use_case.id, r.route == TO_PERSON)
    ).scalar_one()
    waiting = tx.conn.execute(
        select(func.count()).select_from(tables.task).where(t.use_case_id == use_case.id, t.done_at.is_(None))
    ).scalar_one()
    decided = tx.conn.execute(select(func.count()).select_from(tables.decision).where(d.use_case_id == use_case.id)).scalar_one()
    return {"alone": int(alone), "to_person": int(person), "waiting": int(waiting), "decided": int(decided)}


def reasons(tx: Tx, use_case: UseCase) -> dict[str, int]:
    """How often people decided for which reason."""
    r = tables.routing.c
    wanted = select(r.reason, func.count().label("n")).where(r.use_case_id == use_case.id, r.reason.is_not(None)).group_by(r.reason)
    return {row.reason: row.n for row in tx.run(wanted)}


def simulated_people(tx: Tx, use_case: UseCase) -> bool:
    """Whether any answer was given by the data's own truth in the place of a person."""
    d, r = tables.decision.c, tables.review.c
    decided_so = select(d.case_number).where(d.use_case_id == use_case.id, d.simulated.is_(True))
    audited_so = select(r.case_number).join(tables.decision, d.case_number == r.case_number)
    audited_so = audited_so.where(d.use_case_id == use_case.id, r.simulated.is_(True))
    return any(tx.run(wanted.limit(1)).first() is not None for wanted in (decided_so, audited_so))


def with_simulated_people(tx: Tx) -> frozenset[int]:
    """The row ids of the use cases of which `simulated_people` holds, found by two indexes that hold nothing of people's own answers."""
    d, r, u = tables.decision.c, tables.review.c, tables.use_case.c
    decided_so = select(d.case_number).where(d.use_case_id == u.id, d.simulated.is_(True)).exists()
    audits = select(r.case_number).join(tables.decision, d.case_number == r.case_number)
    audited_so = audits.where(d.use_case_id == u.id, r.simulated.is_(True)).correlate(tables.use_case).exists()
    return frozenset(row.id for row in tx.run(select(u.id).where(or_(decided_so, audited_so))))


def decided(tx: Tx, use_case: UseCase) -> list[CaseNumber]:
    """The numbers of all decided cases, in order."""
    d = tables.decision.c
    found = tx.conn.execute(select(d.case_number).where(d.use_case_id == use_case.id).order_by(d.case_number)).scalars()
    return [CaseNumber(n) for n in found]


def decided_by(tx: Tx, use_case: UseCase, by: frozenset[str]) -> list[CaseNumber]:
    """The numbers of the cases that these decided, in order."""
    d = tables.decision.c
    wanted = select(d.case_number).where(d.use_case_id == use_case.id, d.by.in_(sorted(by))).order_by(d.case_number)
    return [CaseNumber(n) for n in tx.conn.execute(wanted).scalars()]


def routed(tx: Tx, number: CaseNumber) -> Routed | None:
    """How a case was routed; None while it was not."""
    r = tables.routing
    row = tx.run(select(r).where(r.c.case_number == number)).one_or_none()
    if row is None:
        return None
    mandate = None if row.mandate_id is None else MandateId(row.mandate_id)
    return Routed(case=number, fingerprint=Fingerprint(row.fingerprint), route=row.route, reason=row.reason, mandate=mandate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A decision as it is exported; `answer` is None where the case was erased."""

    by: str
    answer: Answer | None
    simulated: bool
    at: datetime


def made(tx: Tx, use_case: UseCase, number: CaseNumber, salt: bytes | None) -> Made | None:
    """The decision on a case; None while there is none."""
    d = tables.decision.c
    row = tx.run(select(d.by, d.answer, d.simulated, d.at).where(d.case_number == number)).one_or_none()
    if row is None:
        return None
    answer = None if salt is None else read_answer(tx, salt, row.answer, use_case.answer_kind)[0]
    return Made(by=row.by, answer=answer, simulated=row.simulated, at=row.at)


def audit_answer(tx: Tx, use_case: UseCase, number: CaseNumber, salt: bytes) -> Answer | None:
    """What the blind audit answered; None while nobody did."""
    r = tables.review.c
    raw = tx.conn.execute(select(r.answer).where(r.case_number == number, r.kind == ReviewKind.AUDIT.value)).scalar_one_or_none()
    return None if raw is None else read_answer(tx, salt, raw, use_case.answer_kind)[0]

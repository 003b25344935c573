"""Looks' rows: sealed sets, each look at them with its verdict, and the one door to sealed answers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update

from licet.core.answer import Answer
from licet.core.canonical import Json, canonical_bytes, digest
from licet.core.case import Part
from licet.core.ids import CaseNumber, Digest, Fingerprint, LookId, PersonId, SealedSetId
from licet.core.sealed import Look, SealedSet
from licet.core.use_case import UseCase
from licet.store import labelling, tables
from licet.store.book import Record, Tx, made_id
from licet.store.cases import PAST
from licet.store.payloads import read_answer, write_answer


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLook:
    """A look with what it showed."""

    look: Look
    standard: Digest
    fingerprint: Fingerprint
    plan: Json
    word: str
    verdict: Json
    verdict_digest: Digest
    warnings: tuple[str, ...]
    by: str

    @property
    def threshold(self) -> float | None:
        """The lowest confidence of the certified region; None where no region was certified."""
        match self.verdict:
            case {"region": {"threshold": int() | float() as threshold}}:
                return float(threshold)
            case _:
                return None

    @property
    def targeted(self) -> bool:
        """Whether only cases of a target region were judged, in the order in which they were labelled."""
        return isinstance(self.plan, Mapping) and self.plan.get("targeted") is True

    @property
    def coverage(self) -> float | None:
        """The share of the sealed cases in the certified region, or in all of them together; None where none was certified."""
        match self.verdict:
            case {"region": {"coverage": int() | float() as coverage}}:
                return float(coverage)
            case _:
                return None

    @property
    def bound(self) -> float | None:
        """The share of errors in the certified region, at most; None where none was certified, or regions are certified each on its own."""
        match self.verdict:
            case {"region": {"bound": int() | float() as bound}}:
                return float(bound)
            case _:
                return None

    @property
    def confidence(self) -> float | None:
        """At which that bound holds: of the measure whose target it is; None where there is none."""
        measures = self.verdict.get("measures") if isinstance(self.verdict, Mapping) else None
        rows = [one for one in measures if isinstance(one, Mapping)] if isinstance(measures, list) else []
        found = [row.get("confidence") for row in rows if row.get("bound") is not None and row.get("bound") == self.bound]
        return float(found[0]) if found and isinstance(found[0], int | float) else None


def new_set(tx: Tx, use_case: UseCase, at: datetime) -> SealedSetId:
    """Begins a sealed set with a budget of looks of its own."""
    result = tx.conn.execute(insert(tables.sealed_set).values(use_case_id=use_case.id, created_at=at))
    return SealedSetId(made_id(result))


def current_set(tx: Tx, use_case: UseCase) -> SealedSet | None:
    """The newest sealed set that has cases; those of a pilot are none."""
    s, c, b = tables.sealed_set.c, tables.case.c, tables.import_batch.c
    row = tx.run(
        select(s.id, s.opened_scope)
        .where(s.use_case_id == use_case.id, s.id.not_in(labelling.pilots()))
        .where(select(c.number).join(tables.import_batch, b.id == c.batch_id).where(c.sealed_set_id == s.id, b.state == "done").exists())
        .order_by(s.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return _sealed_set(tx, SealedSetId(row.id), row.opened_scope)


def set_by_id(tx: Tx, set_id: SealedSetId) -> SealedSet:
    """A sealed set by its number."""
    s = tables.sealed_set.c
    return _sealed_set(tx, set_id, tx.conn.execute(select(s.opened_scope).where(s.id == set_id)).scalar_one())


def opened_scope(tx: Tx, set_id: SealedSetId) -> Digest | None:
    """The scope for which a sealed set was opened; None while it is sealed."""
    found = tx.conn.execute(select(tables.sealed_set.c.opened_scope).where(tables.sealed_set.c.id == set_id)).scalar_one()
    return None if found is None else Digest(found)


def cases_of(tx: Tx, use_case: UseCase, set_id: SealedSetId) -> int:
    """How many cases a sealed set has; live cases are not looked at."""
    c, b = tables.case.c, tables.import_batch.c
    past = select(func.count()).join_from(tables.case, tables.import_batch, b.id == c.batch_id).where(b.state == "done")
    wanted = past.where(c.use_case_id == use_case.id, c.part.in_(PAST), c.sealed_set_id == set_id)
    return int(tx.conn.execute(wanted).scalar_one())


def _sealed_set(tx: Tx, set_id: SealedSetId, opened_scope: str | None) -> SealedSet:
    c, b = tables.case.c, tables.import_batch.c
    mine = select(c.labelled).join(tables.import_batch, b.id == c.batch_id).where(c.sealed_set_id == set_id, b.state == "done")
    cases = int(tx.conn.execute(select(func.count()).select_from(mine.subquery())).scalar_one())
    without = int(tx.conn.execute(select(func.count()).select_from(mine.where(c.labelled.is_(False)).subquery())).scalar_one())
    labelled = cases
    if without:
        labelled = list(tx.conn.execute(mine.order_by(c.batch_id, c.place, c.number)).scalars().all()).index(False)
    a = tables.adjudication.c
    handed = tx.conn.execute(
        select(func.count(), func.count(a.answer))
        .join_from(tables.adjudication, tables.case, c.number == a.case_number)
        .where(c.sealed_set_id == set_id)
    ).one()
    return SealedSet(
        id=set_id,
        cases=cases,
        labelled=labelled,
        adjudications=handed[1],
        looks=tuple(s.look for s in looks_at(tx, set_id)),
        opened_scope=None if opened_scope is None else Digest(opened_scope),
        worksheet=handed[0],
        elsewhere=_looks_elsewhere(tx, set_id, cases),
        shown_elsewhere=opened_scope is None and _shown(tx, set_id) > cases * SHOWN,
        target=labelling.target_of(tx, set_id),
    )


SAME_CASES = 0.2
"""A set that shares more of its contents than this with another one is no fresh set: looks at the other count here too."""

SHOWN = 0.01
"""A set of whose contents more than this share was opened under another set is open."""


def _looks_elsewhere(tx: Tx, set_id: SealedSetId, cases: int) -> tuple[Look, ...]:
    """Looks at other sets, of any use case, that hold largely the same contents."""
    others = tx.conn.execute(select(tables.look.c.id).where(tables.look.c.sealed_set_id != set_id).limit(1)).first()
    if others is None:
        return ()
    here, there = tables.case.c, tables.case.alias().c
    shared = (
        select(there.sealed_set_id)
        .join_from(tables.case, there.digest.table, there.digest == here.digest)
        .where(here.sealed_set_id == set_id, there.sealed_set_id.is_not(None), there.sealed_set_id != set_id)
        .group_by(there.sealed_set_id)
        .having(func.count(here.number.distinct()) > cases * SAME_CASES)
    )
    kin = [SealedSetId(other) for other in tx.conn.execute(shared).scalars()]
    return tuple(s.look for other in kin for s in looks_at(tx, other))


def _shown(tx: Tx, set_id: SealedSetId) -> int:
    """How many cases of a set have contents that were opened."""
    c, d = tables.case.c, tables.sealed_digest.c
    if tx.conn.execute(select(d.digest).where(d.opened.is_(True)).limit(1)).first() is None:
        return 0
    wanted = select(func.count()).join_from(tables.case, tables.sealed_digest, d.digest == c.digest)
    return int(tx.conn.execute(wanted.where(c.sealed_set_id == set_id, d.opened.is_(True))).scalar_one())


def looks_at(tx: Tx, set_id: SealedSetId) -> list[StoredLook]:
    """The looks at a sealed set, oldest first."""
    return [_look(row) for row in tx.run(select(tables.look).where(tables.look.c.sealed_set_id == set_id).order_by(tables.look.c.number))]


def looks_of(tx: Tx, use_case: UseCase) -> list[StoredLook]:
    """All looks of a use case, oldest first."""
    return [_look(row) for row in tx.run(select(tables.look).where(tables.look.c.use_case_id == use_case.id).order_by(tables.look.c.id))]


def by_id(tx: Tx, look: LookId) -> StoredLook:
    """A look by its number."""
    return _look(tx.run(select(tables.look).where(tables.look.c.id == look)).one())


def add(tx: Tx, use_case: UseCase, look: Look, shown: StoredLook) -> LookId:
    """Writes a look and its verdict; its own id is given here."""
    result = tx.conn.execute(
        insert(tables.look).values(
            use_case_id=use_case.id,
            sealed_set_id=look.sealed_set,
            number=look.number,
            scope=look.scope,
            standard=shown.standard,
            fingerprint=shown.fingerprint,
            plan=json.dumps(shown.plan, sort_keys=True),
            labels=look.labels,
            adjudications=look.adjudications,
            share=look.share,
            outputs=look.outputs,
            thresholds=json.dumps(look.grids or look.thresholds),
            recount=look.recount,
            word=shown.word,
            verdict=canonical_bytes(shown.verdict).decode("utf-8"),
            verdict_digest=shown.verdict_digest,
            warnings=json.dumps(shown.warnings),
            by=shown.by,
            at=look.at,
        )
    )
    return LookId(made_id(result))


def sealed_answers(tx: Tx, use_case: UseCase, planned: "PlannedLook") -> dict[CaseNumber, tuple[Answer | None, str]]:
    """Reads sealed answers, for a look whose plan is in the ledger already. The only door to them.

    Adjudicated cases have the adjudicator's answer where it overrules; see `adjudicated`.

    Returns:
        Answer (None where nobody gave one) and who gave it, by case number.
    """
    c, k, b = tables.case.c, tables.case_key.c, tables.import_batch.c
    rows = tx.run(
        select(c.number, c.truth, k.salt)
        .outerjoin(tables.case_key, k.case_number == c.number)
        .join(tables.import_batch, b.id == c.batch_id)
        .where(c.sealed_set_id == planned.sealed_set, c.use_case_id == use_case.id, b.state == "done")
    )
    kind = use_case.answer_kind
    return {
        CaseNumber(number): (None, "") if truth is None or salt is None else read_answer(tx, salt, truth, kind)
        for number, truth, salt in rows.all()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLook:
    """Proof that a look was planned and written down before anything is read. Made by the flow that recorded the plan."""

    sealed_set: SealedSetId
    scope: Digest


def open_set(tx: Tx, use_case: UseCase, sealed: SealedSetId, *, scope: Digest, by: PersonId, at: datetime) -> int:
    """Opens sealed cases: they are history from here on, and join the build part once fresh cases are sealed.

    Returns:
        How many cases were opened.
    """
    s, c = tables.sealed_set, tables.case
    tx.run(update(s).where(s.c.id == sealed).values(opened_scope=scope, opened_by=by, opened_at=at))
    mine = select(c.c.digest).where(c.c.sealed_set_id == sealed, c.c.use_case_id == use_case.id)
    tx.run(update(tables.sealed_digest).where(tables.sealed_digest.c.digest.in_(mine)).values(opened=True))
    return int(tx.conn.execute(select(func.count()).select_from(c).where(c.c.sealed_set_id == sealed)).scalar_one())


def opening(tx: Tx, sealed: SealedSetId) -> tuple[PersonId, datetime] | None:
    """Who opened a sealed set, and when; None while it is sealed."""
    s = tables.sealed_set.c
    row = tx.run(select(s.opened_by, s.opened_at).where(s.id == sealed, s.opened_at.is_not(None))).one_or_none()
    return None if row is None else (PersonId(row.opened_by), row.opened_at)


def join_history(tx: Tx, use_case: UseCase, *, fresh: SealedSetId) -> int:
    """Moves the cases of opened sets into the build part, now that a fresh set is sealed.

    Returns:
        How many cases were moved.
    """
    s, c = tables.sealed_set, tables.case
    opened = select(s.c.id).where(s.c.use_case_id == use_case.id, s.c.opened_scope.is_not(None), s.c.id < fresh)
    moved = update(c).where(c.c.sealed_set_id.in_(opened), c.c.part == Part.SEALED.value).values(part=Part.BUILD.value)
    return tx.conn.execute(moved).rowcount


# --- adjudication ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjudication:
    """A case on an adjudicator's worksheet.

    Attributes:
        kind: disagreement or agreement, between the system and the first answer; never on the worksheet.
        probability: with which it was put there, in (0, 1].
        token: the worksheet's name for it.
        answer: what the adjudicator said; None until then.
    """

    case: CaseNumber
    kind: str
    probability: float
    token: str
    answer: Answer | None
    by: str | None


def put_on_worksheet(tx: Tx, rows: Sequence[Adjudication]) -> None:
    """Adds cases to the worksheet; those on it stay as they are."""
    there = set(tx.conn.execute(select(tables.adjudication.c.case_number)).scalars())
    new = [{"case_number": r.case, "kind": r.kind, "probability": r.probability, "token": r.token} for r in rows if r.case not in there]
    if new:
        tx.run(insert(tables.adjudication), new)


def worksheet(tx: Tx, use_case: UseCase, sealed: SealedSetId) -> list[Adjudication]:
    """Everything on the worksheet of a sealed set, in an order that says nothing."""
    a, c, k = tables.adjudication.c, tables.case.c, tables.case_key.c
    rows = tx.run(
        select(tables.adjudication, k.salt)
        .join(tables.case, c.number == a.case_number)
        .outerjoin(tables.case_key, k.case_number == a.case_number)
        .where(c.sealed_set_id == sealed)
        .order_by(a.token)
    )
    return [_adjudication(tx, use_case, row) for row in rows]


def _adjudication(tx: Tx, use_case: UseCase, row: Record) -> Adjudication:
    r = row._mapping
    answer = None if r["answer"] is None or r["salt"] is None else read_answer(tx, r["salt"], r["answer"], use_case.answer_kind)[0]
    return Adjudication(
        case=CaseNumber(r["case_number"]), kind=r["kind"], probability=r["probability"], token=r["token"], answer=answer, by=r["by"]
    )


def adjudicate(tx: Tx, case: CaseNumber, salt: bytes, answer: Answer, *, by: PersonId, at: datetime) -> None:
    """Writes an adjudicator's answer."""
    a = tables.adjudication
    tx.run(update(a).where(a.c.case_number == case).values(answer=write_answer(tx, salt, answer), by=by, at=at))


def verdict_digest(verdict: Json) -> Digest:
    """What a verdict is called in terms and ledger: the digest of its canonical bytes."""
    return Digest(digest(verdict))


def _look(row: Record) -> StoredLook:
    r = row._mapping
    tested = json.loads(r["thresholds"])
    by_region = bool(tested) and isinstance(tested[0], list)
    look = Look(
        id=LookId(r["id"]),
        sealed_set=SealedSetId(r["sealed_set_id"]),
        number=r["number"],
        scope=Digest(r["scope"]),
        labels=r["labels"],
        adjudications=r["adjudications"],
        share=r["share"],
        outputs=r["outputs"],
        thresholds=() if by_region else tuple(tested),
        recount=r["recount"],
        at=r["at"],
        grids=tuple(map(tuple, tested)) if by_region else (),
    )
    return StoredLook(
        look=look,
        standard=Digest(r["standard"]),
        fingerprint=Fingerprint(r["fingerprint"]),
        plan=json.loads(r["plan"]),
        word=r["word"],
        verdict=json.loads(r["verdict"]),
        verdict_digest=Digest(r["verdict_digest"]),
        warnings=tuple(json.loads(r["warnings"])),
        by=r["by"],
    )

"""Importing history: past cases in, split once, the sealed part out of everybody's reach."""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from licet.core.answer import AnswerKind, answer_label
from licet.core.canonical import Json, canonical_bytes, digest
from licet.core.case import Part, content_to_json
from licet.core.history import SMALLEST_HISTORY, ImportReport, PastCase, Shares, cut_times, part_by_time
from licet.core.ids import CaseNumber, PersonId, SealedSetId
from licet.core.ledger import Event
from licet.core.mandate import SuspendedMandate
from licet.core.people import Act, Actor, Person, permit
from licet.core.refusal import Refused
from licet.core.sealed import takes_more
from licet.core.standard import CountersignedStandard, LockedStandard
from licet.core.system import Proposal, SystemCard
from licet.core.use_case import Stage, UseCase
from licet.flows.office import Office, entry, working
from licet.stats.sampling import uniform
from licet.store import cases, looks, mandates, standards, systems, use_cases
from licet.store.book import Tx

CHUNK = 2000
DIGEST = "digest"


class BadHistoryError(ValueError):
    """What a file says cannot be history: too few cases, one answer only, contradictions. Nothing of it was kept."""

    def __init__(self, why: str, remedy: str) -> None:
        """Names the offender, the limit and the remedy."""
        super().__init__(f"{why} {remedy}")
        self.why = why
        self.remedy = remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to import, and how to split it.

    Attributes:
        rows: reads the file from its start, each time it is called.
        times: reads only the times, for a split by time; None for a split by keyed hash.
        seed: of the split; written into the ledger.
        mapping: how columns were read, in words; with the file's digest it names the import.
        card: the outside system whose proposals the file carries; None without.
        answers: the closed list of answers, where the use case declares one.
    """

    name: str
    rows: Callable[[], Iterator[PastCase]]
    times: Callable[[], Iterator[datetime]] | None
    shares: Shares
    seed: int
    file_digest: str
    mapping: str
    card: SystemCard | None = None
    answers: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class _Run:
    """What an import has seen so far."""

    use_case: UseCase
    order: Order
    batch: int
    sealed_set: SealedSetId
    sealed_before: dict[bytes, bool]
    known: dict[bytes, str]
    names: dict[str, bytes]
    cuts: tuple[datetime | None, datetime | None] | None
    waiting: dict[bytes, tuple[CaseNumber, bytes]]
    content_key: bytes
    split_key: bytes
    by: PersonId
    now: datetime
    rows: int = 0
    skipped: int = 0
    resealed: int = 0
    unlabelled: int = 0
    labelled: int = 0
    repeated: int = 0
    parts: dict[Part, int] = field(default_factory=dict)
    placed: dict[bytes, Part] = field(default_factory=dict)
    named: dict[str, tuple[int, bytes, str]] = field(default_factory=dict)
    build_answers: set[str] = field(default_factory=set)
    sealed_answers: dict[str, int] = field(default_factory=dict)
    all_answers: set[str] = field(default_factory=set)
    kept: list[bytes] = field(default_factory=list)


def import_history(office: Office, by: Actor, order: Order) -> ImportReport | Refused:
    """Imports past cases. A killed import leaves nothing that counts; running it again completes it without duplicates.

    Raises:
        BadHistoryError: fewer than 30 cases, one answer only, an id with two answers, an answer only the sealed part has.
    """
    run = _begin(office, by, order)
    if isinstance(run, Refused):
        return run
    rows = order.rows()
    while chunk := list(islice(rows, CHUNK)):
        with office.book.write() as tx:
            _write(office, tx, run, chunk)
    problem = _problem(office, run)
    if problem is not None:
        with office.book.write() as tx:
            cases.drop_batch(tx, run.batch, state=None)
        raise problem
    return _finish(office, run)


def _begin(office: Office, by: Actor, order: Order) -> _Run | Refused:
    now = office.clock.now()
    cuts = None if order.times is None else cut_times(list(order.times()), order.shares)
    with office.book.write() as tx:
        use_case = working(tx, order.name)
        if isinstance(use_case, Refused):
            return use_case
        permitted = permit(by, Act.IMPORT, use_case_owner=use_case.owner)
        if isinstance(permitted, Refused):
            return permitted
        for stale in cases.batches(tx, use_case):
            if stale.state == cases.RUNNING:
                cases.drop_batch(tx, stale.id, state=None)
        sealed_set = _set_for(tx, use_case, now)
        if isinstance(by, Person):
            use_cases.involve(tx, use_case, by.id, "importer")
        batch = cases.start_batch(
            tx,
            use_case,
            {"file_digest": order.file_digest, "mapping": order.mapping, "seed": str(order.seed), "by": permitted.id, "at": now},
        )
        return _Run(
            use_case=use_case,
            order=order,
            batch=batch,
            sealed_set=sealed_set,
            sealed_before=cases.sealed_digests(tx),
            known=cases.known_digests(tx, use_case),
            names=cases.known_names(tx, use_case),
            cuts=cuts,
            waiting=cases.unlabelled(tx, use_case),
            content_key=office.vault.key(DIGEST, b""),
            split_key=hashlib.sha256(f"split {order.seed}".encode()).digest(),
            by=permitted.id,
            now=now,
        )


def _set_for(tx: Tx, use_case: UseCase, now: datetime) -> SealedSetId:
    current = looks.current_set(tx, use_case)
    if current is not None:
        signed = standards.newest(tx, use_case)
        standard = None
        if isinstance(signed, LockedStandard | CountersignedStandard):
            standard = signed.standard
        mandate = mandates.in_force(tx, use_case)
        suspended_at = mandate.suspended_at if isinstance(mandate, SuspendedMandate) else None
        if takes_more(current, standard, suspended_at):
            return current.id
    return looks.new_set(tx, use_case, now)


def content_digest(key: bytes, past: PastCase) -> bytes:
    """The keyed digest of a case's content (32 bytes): equal content, equal digest, and nothing to guess without the key."""
    return hmac.digest(key, canonical_bytes(content_to_json(past.body.content)), "sha256")


def _write(office: Office, tx: Tx, run: _Run, chunk: list[PastCase]) -> None:
    numbers = iter(tx.take_numbers("case", len(chunk)))
    new: list[cases.NewCase] = []
    posted: list[tuple[CaseNumber, bytes, Proposal]] = []
    for past in chunk:
        run.rows += 1
        found = content_digest(run.content_key, past)
        if _seen(run, past, found):
            run.skipped += 1
            _label(tx, run, past, found)
            continue
        case = _new_case(office, run, past, found, CaseNumber(next(numbers)))
        new.append(case)
        if past.posted is not None and run.order.card is not None:
            proposal = Proposal(answer=past.posted.answer, confidence=past.posted.confidence)
            posted.append((case.number, case.salt, proposal))
    cases.add(tx, run.use_case, new, batch=run.batch, sealed_set=run.sealed_set, at=run.now)
    cases.seal_digests(tx, [c.digest for c in new if c.part is Part.SEALED], batch=run.batch)
    if run.order.card is not None:
        systems.add_proposals(tx, run.order.card.fingerprint, posted)


def _label(tx: Tx, run: _Run, past: PastCase, found: bytes) -> None:
    """Gives a case that waited for a label the one this row brings; a label that is there is never changed."""
    if past.answer is None or found not in run.waiting:
        return
    number, salt = run.waiting.pop(found)
    cases.label(tx, number, salt, past.answer, by=past.answered_by)
    run.labelled += 1


def _seen(run: _Run, past: PastCase, found: bytes) -> bool:
    """Whether a row says what is here already: the same name, or (without names) the same content in an earlier import."""
    if past.external_id is None:
        return found in run.known
    answer = "" if past.answer is None else answer_label(past.answer)
    earlier = run.named.get(past.external_id)
    if earlier is not None:
        line, _, said = earlier
        if said != answer:
            why = f"Row {past.line}: id {past.external_id!r} has answer {answer!r}, but row {line} says {said!r} for the same id."
            raise BadHistoryError(why, "Keep one row per id, or import without --id.")
        return True
    run.named[past.external_id] = (past.line, found, answer)
    return run.names.get(past.external_id) == found


def _new_case(office: Office, run: _Run, past: PastCase, found: bytes, number: CaseNumber) -> cases.NewCase:
    part = _part(run, past, found)
    _count(run, past, part)
    run.kept.append(found)
    place = hmac.digest(run.split_key, b"draw" + found + str(past.line).encode(), "sha256")[:8]
    return cases.NewCase(
        number=number,
        part=part,
        body=past.body,
        answer=past.answer,
        answered_by=past.answered_by,
        external_id=past.external_id,
        happened_at=past.happened_at,
        digest=found,
        place=place,
        salt=office.draw.secret(),
    )


def _part(run: _Run, past: PastCase, found: bytes) -> Part:
    """Where a case belongs: content once sealed stays sealed, content once opened never is again, one content one part."""
    if found in run.placed:
        run.repeated += 1
        return run.placed[found]
    opened = run.sealed_before.get(found)
    if opened is not None:
        run.resealed += 1
        part = Part.BUILD if opened else Part.SEALED
    elif found in run.known:
        part = Part(run.known[found])
    elif run.cuts is not None and past.happened_at is not None:
        part = part_by_time(past.happened_at, run.cuts)
    else:
        part = run.order.shares.part_at(uniform(hmac.digest(run.split_key, found, "sha256")))
    run.placed[found] = part
    return part


def _count(run: _Run, past: PastCase, part: Part) -> None:
    run.parts[part] = run.parts.get(part, 0) + 1
    if past.answer is None:
        run.unlabelled += 1
        return
    if run.use_case.answer_kind is not AnswerKind.CHOICE:
        return
    label = answer_label(past.answer)
    declared = run.order.answers
    if declared and label not in declared:
        why = f"Row {past.line}: answer {label!r} is not one of the {len(declared)} answers that use_case.yaml declares."
        raise BadHistoryError(why, "Correct the row, or add the answer under `answers:`.")
    run.all_answers.add(label)
    if part is Part.SEALED:
        run.sealed_answers.setdefault(label, past.line)
    elif part is Part.BUILD:
        run.build_answers.add(label)


def _problem(office: Office, run: _Run) -> BadHistoryError | None:
    """What is wrong with the file as a whole."""
    if run.rows and run.skipped == run.rows:
        return None
    with office.book.read() as tx:
        before = sum(cases.count_history(tx, run.use_case).values())
        earlier = _earlier_answers(tx, run) if before else set()
    total = before + sum(run.parts.values())
    if total < SMALLEST_HISTORY:
        return BadHistoryError(f"{total} cases; {SMALLEST_HISTORY} are the fewest that can be history.", "Collect more past cases.")
    if run.use_case.answer_kind is not AnswerKind.CHOICE:
        return None
    if len(run.all_answers | earlier) < 2 and run.all_answers:  # noqa: PLR2004 - a choice is between two
        only = next(iter(run.all_answers))
        return BadHistoryError(
            f"Every case has the answer {only!r}; a choice is between two at least.", "Check --answer, or add the other cases."
        )
    return _unknown_answer(run, run.build_answers | earlier)


def _unknown_answer(run: _Run, build: set[str]) -> BadHistoryError | None:
    if not build or run.order.answers:
        return None
    unknown = sorted(set(run.sealed_answers) - build)
    if not unknown:
        return None
    named = ", ".join(f"{label!r} (row {run.sealed_answers[label]})" for label in unknown[:3])
    return BadHistoryError(
        f"{len(unknown)} answer(s) occur in the sealed part and never in the build part: {named}.",
        "Correct the rows, add past cases with these answers, or list every answer under `answers:` in use_case.yaml.",
    )


def _earlier_answers(tx: Tx, run: _Run) -> set[str]:
    return {answer_label(past.answer) for past in cases.history(tx, run.use_case, Part.BUILD) if past.answer is not None}


def _finish(office: Office, run: _Run) -> ImportReport:
    parts: Mapping[str, int] = {part.value: run.parts.get(part, 0) for part in (Part.BUILD, Part.CALIBRATION, Part.SEALED)}
    new = sum(parts.values())
    with office.book.write() as tx:
        if new:
            _record(tx, run, parts)
        else:
            cases.drop_batch(tx, run.batch, state=None)
        if run.labelled:
            tx.record(entry("history.labelled", by=run.by, now=run.now, use_case=run.use_case, cases=run.labelled))
    return ImportReport(
        rows=run.rows,
        parts=parts,
        skipped=run.skipped,
        same_content=run.repeated,
        resealed=run.resealed,
        unlabelled=run.unlabelled,
        labelled=run.labelled,
        answers=len(run.build_answers),
        warnings=_warnings(run, parts),
    )


def _record(tx: Tx, run: _Run, parts: Mapping[str, int]) -> None:
    cases.finish_batch(tx, run.batch, rows=run.rows, sealed_set=run.sealed_set if parts["sealed"] else None)
    joined = looks.join_history(tx, run.use_case, fresh=run.sealed_set) if parts["sealed"] else 0
    order = run.order
    if order.card is not None:
        stored = systems.StoredSystem(card=order.card, basis=digest({"posted": order.card.fingerprint}), artifact=None, guardian=None)
        if systems.register(tx, run.use_case, stored, at=run.now):
            tx.record(_registered(run, order.card))
    if run.use_case.stage is Stage.IDEA:
        use_cases.set_stage(tx, run.use_case, Stage.SANDBOX)
    content = hashlib.sha256(b"".join(sorted(run.kept))).hexdigest()
    facts: dict[str, Json] = {"parts": dict(parts), "seed": str(order.seed), "split": "time" if run.cuts is not None else "keyed hash"}
    shares = f"{order.shares.build}:{order.shares.calibration}:{order.shares.sealed}"
    tx.record(
        entry(
            "history.imported",
            by=run.by,
            now=run.now,
            use_case=run.use_case,
            **facts,
            shares=shares,
            rows=run.rows,
            file_digest=order.file_digest,
            contents=content,
            sealed_set=run.sealed_set if parts["sealed"] else None,
            batch=run.batch,
            opened_joined=joined,
        )
    )


def _registered(run: _Run, card: SystemCard) -> Event:
    return entry(
        "system.registered",
        by=run.by,
        now=run.now,
        use_case=run.use_case,
        kind=card.kind.value,
        name=card.name,
        version=card.version,
        fingerprint=card.fingerprint,
    )


def _warnings(run: _Run, parts: Mapping[str, int]) -> tuple[str, ...]:
    found: list[str] = []
    if parts["sealed"] and not parts["build"] and not run.known:
        found.append("There is no build part: unknown answers and unfamiliar cases cannot be told, and no guard is fitted.")
    if parts["build"] and not parts["calibration"] and not run.known:
        found.append("There is no calibration part: confidence is not calibrated and the familiarity guard is not fitted.")
    if run.unlabelled and parts["sealed"]:
        found.append(f"{run.unlabelled:,} cases have no answer; unanswered sealed cases count as errors.")
    if run.repeated:
        found.append(f"{run.repeated:,} cases repeat the content of another row; they stay in one part together.")
    if run.resealed:
        found.append(f"{run.resealed:,} cases were sealed before; they stayed sealed, or are history where they had been opened.")
    return tuple(found)


def undo_import(office: Office, by: Actor, *, name: str) -> int | Refused:
    """Takes the newest import back, as long as nobody has looked at sealed cases since. What it sealed stays sealed on reimport.

    Returns:
        How many cases were deleted, or `Refused`.
    """
    now = office.clock.now()
    with office.book.write() as tx:
        use_case = working(tx, name)
        if isinstance(use_case, Refused):
            return use_case
        permitted = permit(by, Act.IMPORT, use_case_owner=use_case.owner)
        if isinstance(permitted, Refused):
            return permitted
        done = [b for b in cases.batches(tx, use_case) if b.state == cases.DONE]
        if not done:
            return Refused(code="no_history", why=f"{use_case.slug!r} has no import to undo.", remedy="Import with `licet import`.")
        last = done[-1]
        if any(looked.look.sealed_set == last.sealed_set for looked in looks.looks_of(tx, use_case)):
            why = f"Sealed set {last.sealed_set}, which this import filled, has been looked at."
            return Refused(code="too_late_to_undo", why=why, remedy="Keep it, and import fresh cases beside it.")
        gone = cases.drop_batch(tx, last.id, state=cases.UNDONE)
        tx.record(entry("history.import_undone", by=permitted.id, now=now, use_case=use_case, batch=last.id, cases=gone))
        return gone

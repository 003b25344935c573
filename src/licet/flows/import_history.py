"""Importing history: past cases in, split once, the sealed part out of everybody's reach."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice

from licet.core.answer import AnswerKind, answer_label
from licet.core.canonical import Json, digest
from licet.core.case import Part
from licet.core.gate import OpenedGate
from licet.core.history import SMALLEST_HISTORY, ImportReport, PastCase, cut_times
from licet.core.ids import CaseNumber, PersonId, SealedSetId
from licet.core.ledger import Event
from licet.core.mandate import SuspendedMandate
from licet.core.people import Act, Actor, Person
from licet.core.refusal import Refused
from licet.core.sealed import takes_more
from licet.core.standard import CountersignedStandard, LockedStandard
from licet.core.system import Proposal, SystemCard
from licet.core.use_case import Stage, UseCase
from licet.flows.find_alike import find_alike
from licet.flows.hold_back import prohibited
from licet.flows.hold_gate import gate_of, stood_on
from licet.flows.office import Office, allowed, at_work_on, entry, working
from licet.flows.sort_history import (
    DIGEST,
    BadHistoryError,
    Order,
    Run,
    content_digest,
    count,
    import_warnings,
    is_seen,
    part_for,
    unknown_answer,
)
from licet.store import cases, comparisons, imports, labelling, looks, mandates, notices, seconds, standards, systems, use_cases
from licet.store.book import Tx

CHUNK = 5000


def import_history(office: Office, by: Actor, order: Order) -> ImportReport | Refused:
    """Imports past cases. A killed import leaves nothing that counts; running it again completes it without duplicates.

    Raises:
        BadHistoryError: fewer than 30 cases, one answer only, an id with two answers, an answer only the sealed part has.
    """
    run = _begin(office, by, order)
    if isinstance(run, Refused):
        return run
    try:
        _read(office, run)
    except ValueError:
        with office.book.write() as tx:
            imports.drop_batch(tx, run.batch, state=None)
        raise
    report = _finish(office, run)
    if not any(report.parts.values()):
        return report
    alike = find_alike(office, run.use_case, run.sealed_set)
    return replace(report, alike=alike, warnings=(*report.warnings, *alike.warning))


def _read(office: Office, run: Run) -> None:
    rows = run.order.rows()
    while chunk := list(islice(rows, CHUNK)):
        with office.book.write() as tx:
            _write(office, tx, run, chunk)
    problem = _problem(office, run)
    if problem is not None:
        raise problem


def _begin(office: Office, by: Actor, order: Order) -> Run | Refused:
    cuts = None if order.times is None else cut_times(list(order.times()), order.shares)
    with office.book.write() as tx:
        now = office.clock.now()
        found = _let_in(office, tx, by, order.name)
        if isinstance(found, Refused):
            return found
        use_case, permitted = found
        _sweep(tx, use_case)
        if isinstance(by, Person):
            use_cases.involve(tx, use_case, by.id, "importer")
        return Run(
            use_case=use_case,
            order=order,
            batch=imports.start_batch(tx, use_case, _batch_row(order, permitted.id, now)),
            sealed_set=looks.new_set(tx, use_case, now) if order.fresh else _set_for(tx, use_case, now),
            sealed_before=imports.sealed_digests(tx),
            remembered=imports.sealed_by_anyone(tx),
            known=imports.known_digests(tx, use_case),
            names=imports.known_names(tx, use_case),
            cuts=cuts,
            waiting=imports.unlabelled(tx, use_case),
            by_people=imports.asked_of_people(tx, use_case),
            unspoken={} if order.card is None else imports.without_proposal(tx, use_case, order.card.fingerprint),
            content_key=office.vault.key(DIGEST, b""),
            split_key=hashlib.sha256(f"split {order.seed}".encode()).digest(),
            by=permitted.id,
            now=now,
        )


def _let_in(office: Office, tx: Tx, by: Actor, name: str) -> tuple[UseCase, Actor] | Refused:
    """The use case and who imports; a prohibited one takes no history, since that would take it beyond idea."""
    found = at_work_on(office, tx, by, Act.IMPORT, name=name)
    return found if isinstance(found, Refused) else prohibited(tx, found[0]) or found


def _sweep(tx: Tx, use_case: UseCase) -> None:
    """Deletes what a killed import left behind; none of it ever counted."""
    for stale in imports.batches(tx, use_case):
        if stale.state == imports.RUNNING:
            imports.drop_batch(tx, stale.id, state=None)


def _batch_row(order: Order, by: PersonId, now: datetime) -> dict[str, object]:
    return {"file_digest": order.file_digest, "mapping": order.mapping, "seed": str(order.seed), "by": by, "at": now}


def _set_for(tx: Tx, use_case: UseCase, now: datetime) -> SealedSetId:
    current = looks.current_set(tx, use_case)
    if current is not None:
        signed = standards.newest(tx, use_case)
        standard = None
        if isinstance(signed, LockedStandard | CountersignedStandard):
            standard = signed.standard
        mandate = mandates.in_force(tx, use_case)
        stops = [mandate.suspended_at] if isinstance(mandate, SuspendedMandate) else []
        suspended_at = max([*stops, *notices.trips(tx, use_case)], default=None)
        if takes_more(current, standard, suspended_at):
            return current.id
    return looks.new_set(tx, use_case, now)


def _write(office: Office, tx: Tx, run: Run, chunk: list[PastCase]) -> None:
    numbers = iter(tx.take_numbers("case", len(chunk)))
    labelled_before = run.labelled
    new: list[cases.NewCase] = []
    posted: list[tuple[CaseNumber, bytes, Proposal]] = []
    asked: list[tuple[CaseNumber, bytes, str]] = []
    for past in chunk:
        run.rows += 1
        found = content_digest(run.content_key, past)
        if is_seen(run, past, found):
            run.skipped += 1
            _label(tx, run, past, found)
            posted.extend(_late_proposal(run, past, found))
            continue
        case = _new_case(office, run, past, found, CaseNumber(next(numbers)))
        new.append(case)
        asked += [(case.number, case.salt, past.requester)] if past.requester else []
        if past.posted is not None and run.order.card is not None:
            proposal = Proposal(answer=past.posted.answer, confidence=past.posted.confidence)
            posted.append((case.number, case.salt, proposal))
    cases.add(tx, run.use_case, new, batch=run.batch, sealed_set=run.sealed_set, at=run.now)
    seconds.remember_requesters(tx, asked)
    imports.seal_digests(tx, [c.digest for c in new if c.part is Part.SEALED], batch=run.batch, known=run.remembered)
    if run.order.card is not None:
        systems.add_proposals(tx, run.order.card.fingerprint, posted)
    labelled = run.labelled - labelled_before
    if labelled:
        tx.record(entry("history.labelled", by=run.by, now=office.clock.now(), use_case=run.use_case, cases=labelled))


def _late_proposal(run: Run, past: PastCase, found: bytes) -> list[tuple[CaseNumber, bytes, Proposal]]:
    """What an outside system says about a case that was here before it spoke; what it said once is never changed."""
    if past.posted is None or found not in run.unspoken:
        return []
    number, salt = run.unspoken.pop(found)
    run.spoken += 1
    return [(number, salt, Proposal(answer=past.posted.answer, confidence=past.posted.confidence))]


def _label(tx: Tx, run: Run, past: PastCase, found: bytes) -> None:
    """Gives a case that waited for a label the one this row brings; a label that is there is never changed."""
    if past.answer is None:
        return
    run.left_to_people += found in run.by_people
    if found not in run.waiting:
        return
    number, salt = run.waiting.pop(found)
    imports.label(tx, number, salt, past.answer, by=past.answered_by)
    run.labelled += 1


def _new_case(office: Office, run: Run, past: PastCase, found: bytes, number: CaseNumber) -> cases.NewCase:
    part = part_for(run, past, found)
    count(run, past, part)
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


def _problem(office: Office, run: Run) -> BadHistoryError | None:
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
    return unknown_answer(run, run.build_answers | earlier)


def _earlier_answers(tx: Tx, run: Run) -> set[str]:
    return {answer_label(past.answer) for past in cases.history(tx, run.use_case, Part.BUILD) if past.answer is not None}


def _finish(office: Office, run: Run) -> ImportReport:
    parts: Mapping[str, int] = {part.value: run.parts.get(part, 0) for part in (Part.BUILD, Part.CALIBRATION, Part.SEALED)}
    new = sum(parts.values())
    with office.book.write() as tx:
        run.now = office.clock.now()
        if new or run.spoken or _is_new(tx, run):
            _record(office, tx, run, parts)
        else:
            imports.drop_batch(tx, run.batch, state=None)
    return ImportReport(
        rows=run.rows,
        parts=parts,
        skipped=run.skipped,
        same_content=run.repeated,
        resealed=run.resealed,
        unlabelled=run.unlabelled,
        labelled=run.labelled,
        spoken=run.spoken,
        answers=len(run.build_answers),
        warnings=import_warnings(run, parts),
    )


def _is_new(tx: Tx, run: Run) -> bool:
    """Whether the file brings a system nobody knows: also where a killed import had written its proposals down already."""
    card = run.order.card
    return card is not None and systems.find(tx, run.use_case, card.fingerprint) is None


def _record(office: Office, tx: Tx, run: Run, parts: Mapping[str, int]) -> None:
    imports.finish_batch(tx, run.batch, rows=run.rows, sealed_set=run.sealed_set if parts["sealed"] else None)
    joined = looks.join_history(tx, run.use_case, fresh=run.sealed_set) if parts["sealed"] else 0
    order = run.order
    if order.card is not None:
        stored = systems.StoredSystem(card=order.card, basis=digest({"posted": order.card.fingerprint}), artifact=None, guardian=None)
        if systems.register(tx, run.use_case, stored, at=run.now):
            tx.record(_registered(run, order.card))
    _enter_sandbox(office, tx, run)
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


def _enter_sandbox(office: Office, tx: Tx, run: Run) -> None:
    """With past cases, an idea can be tried: the gate to *sandbox* asks for no more, unless the organisation does."""
    if run.use_case.stage is Stage.IDEA and isinstance(gate_of(office, tx, run.use_case, Stage.SANDBOX, now=run.now), OpenedGate):
        use_cases.set_stage(tx, run.use_case, Stage.SANDBOX)
        stood = stood_on(office, tx, run.use_case, now=run.now)
        change = {"was": Stage.IDEA.value, "became": Stage.SANDBOX.value, **stood}
        tx.record(entry("stage.changed", by=run.by, now=run.now, use_case=run.use_case, **change))


def _registered(run: Run, card: SystemCard) -> Event:
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


def _drawn(tx: Tx, batch: int) -> str:
    """What cases of an import are in use for; empty where they are not."""
    if labelling.begun_on(tx, batch):
        return "Cases of this import were drawn to be labelled."
    return "Two versions are compared on cases of this import." if comparisons.touches(tx, batch) else ""


def undo_import(office: Office, by: Actor, *, name: str) -> int | Refused:
    """Takes the newest import back, as long as nobody has looked at sealed cases since. What it sealed stays sealed on reimport.

    Returns:
        How many cases were deleted, or `Refused`.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        use_case = working(tx, name)
        if isinstance(use_case, Refused):
            return use_case
        permitted = allowed(office, tx, by, Act.IMPORT, use_case)
        if isinstance(permitted, Refused):
            return permitted
        done = [b for b in imports.batches(tx, use_case) if b.state == cases.DONE]
        if not done:
            return Refused(code="no_history", why=f"{use_case.slug!r} has no import to undo.", remedy="Import with `licet import`.")
        last = done[-1]
        if any(looked.look.sealed_set == last.sealed_set for looked in looks.looks_of(tx, use_case)):
            why = f"Sealed set {last.sealed_set}, which this import filled, has been looked at."
            return Refused(code="too_late_to_undo", why=why, remedy="Keep it, and import fresh cases beside it.")
        drawn = _drawn(tx, last.id)
        if drawn:
            return Refused(code="too_late_to_undo", why=drawn, remedy="Keep it, and import fresh cases beside it.")
        gone = imports.drop_batch(tx, last.id, state=imports.UNDONE)
        tx.record(entry("history.import_undone", by=permitted.id, now=now, use_case=use_case, batch=last.id, cases=gone))
        return gone

"""Reporting: gathers what a stranger needs to check a use case, and what people need to read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from licet.core.answer import answer_label, answer_to_json
from licet.core.audit import Overdue
from licet.core.canonical import Json, canonical_bytes
from licet.core.checkpoint import EarlierCheckpoint
from licet.core.ids import CaseNumber
from licet.core.ledger import ProvenEntry, Tree, tree
from licet.core.mandate import (
    ActiveMandate,
    Mandate,
    ProposedMandate,
    RevokedMandate,
    SuspendedMandate,
    proposed_of,
    state_of,
    terms_to_json,
)
from licet.core.people import Act, Actor
from licet.core.refusal import Refused
from licet.core.standard import CountersignedStandard, LockedStandard, standard_to_json
from licet.core.system import Proposal
from licet.core.use_case import UseCase
from licet.flows.correct import commitment_of
from licet.flows.office import ASSERTED, Office, allowed, entry
from licet.store import audits, cases, corrections, decisions, ledger, looks, mandates, notices, people, standards, systems, use_cases
from licet.store.book import Tx
from licet.store.payloads import commitment_salt, salts_of

SAMPLE = 50
"""Decisions shown in a pack, spread evenly over all of them."""

KEPT_CHECKPOINTS = 200
"""Earlier checkpoints in a pack: the newest so many, and each with its proof."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What a pack is made of, before the export itself is in the ledger.

    Attributes:
        documents: name to bytes.
        entries: number and exact bytes of each entry that concerns the use case or the installation.
    """

    use_case: UseCase
    documents: Mapping[str, bytes]
    entries: Sequence[tuple[int, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """The same entries with proofs to one signed checkpoint, and earlier checkpoints with proofs that it grew out of them."""

    entries: Sequence[ProvenEntry]
    checkpoint: str
    earlier: Sequence[EarlierCheckpoint]


def gather(office: Office, by: Actor, *, name: str) -> Gathered | Refused:
    """Reads what a pack shows. Everything pending must have been numbered before."""
    with office.book.read() as tx:
        use_case = use_cases.require(tx, name)
        permitted = allowed(office, tx, by, Act.EXPORT, use_case)
        if isinstance(permitted, Refused):
            return permitted
        rows = list(ledger.entries(tx, use_case=use_case.slug, also=_names(tx, use_case)))
        where = _places(rows)
        documents: dict[str, Json] = {
            "standard.json": _standard(tx, use_case),
            "verdict.json": _verdicts(tx, use_case),
            "mandate.json": _mandates(tx, use_case),
            "approvals.json": [{"digest": a.digest, "by": a.by, "at": a.at.isoformat()} for a in mandates.approvals(tx, use_case)],
            "audits.json": _audits(tx, use_case),
            "incidents.json": [
                {"kind": i.kind, "says": i.says, "mandate": i.mandate, "at": i.at.isoformat()} for i in notices.incidents(tx, use_case)
            ],
            "decisions.json": _decisions(tx, use_case, where),
            "corrections.json": _corrections(tx, use_case, where),
            "people.json": _people(tx, where),
        }
    written = {document: canonical_bytes(value) for document, value in documents.items()}
    return Gathered(use_case=use_case, documents=written, entries=[(row.index, row.body) for row in rows])


def _names(tx: Tx, use_case: UseCase) -> frozenset[str]:
    """Every name the use case has had: entries are filed under the name of their time."""
    return frozenset(ledger.earlier_names(tx, use_case.slug))


def _places(rows: Sequence[ledger.Entry]) -> Mapping[tuple[str, str], int]:
    """Where a case was decided, where it was corrected (`7#2`: case 7, correction 2) and where a person was added last."""
    found: dict[tuple[str, str], int] = {}
    for row in rows:
        said = row.event
        if said.what == "case.decided":
            found["case", str(said.facts["case_number"])] = row.index
        elif said.what == "case.corrected":
            found["correction", f"{said.facts['case_number']}#{said.facts['number']}"] = row.index
        elif said.what == "person.added":
            found["person", str(said.facts["person"])] = row.index
    return found


def record_export(office: Office, by: Actor, use_case: UseCase, facts: Mapping[str, Json]) -> None:
    """Writes into the ledger that a pack with this manifest was exported."""
    with office.book.write() as tx:
        now = office.clock.now()
        tx.record(entry("evidence.exported", by=by.id, now=now, use_case=use_case, **facts))


def prove(office: Office, use_case: UseCase, numbers: Sequence[int]) -> Proven:
    """Proves entries, and the export that was recorded last, against the newest checkpoint."""
    with office.book.read() as tx:
        whole = tree(ledger.leaves(tx))
        wanted = set(numbers)
        rows = [row for row in ledger.entries(tx, use_case=use_case.slug, also=_names(tx, use_case)) if row.index in wanted]
        rows.append(ledger.last_of(tx, use_case.slug, "evidence.exported"))
        note = ledger.newest_checkpoint(tx) or ""
        earlier = _earlier(ledger.checkpoints(tx), whole)
    proven = [ProvenEntry(index=row.index, entry=row.body, proof=whole.inclusion_proof(row.index)) for row in rows]
    return Proven(entries=proven, checkpoint=note, earlier=earlier)


def _earlier(notes: Sequence[tuple[int, str]], whole: Tree) -> list[EarlierCheckpoint]:
    old = [(size, note) for size, note in notes if size < whole.size][-KEPT_CHECKPOINTS:]
    return [EarlierCheckpoint(note=note, proof=whole.consistency_proof(size)) for size, note in old]


def _standard(tx: Tx, use_case: UseCase) -> Json:
    signed = standards.newest(tx, use_case)
    if not isinstance(signed, LockedStandard | CountersignedStandard):
        return None
    locked = signed.locked if isinstance(signed, CountersignedStandard) else signed
    data: dict[str, Json] = {
        "use_case": locked.use_case,
        "version": locked.version,
        "standard": standard_to_json(locked.standard),
        "digest": locked.digest,
        "locked_by": locked.locked_by,
        "locked_at": locked.locked_at.isoformat(),
        "identity": ASSERTED,
    }
    if isinstance(signed, CountersignedStandard):
        data |= {"countersigned_by": signed.countersigned_by, "countersigned_at": signed.countersigned_at.isoformat()}
    return data


def _verdicts(tx: Tx, use_case: UseCase) -> Json:
    return [
        {
            "look": s.look.id,
            "number": s.look.number,
            "sealed_set": s.look.sealed_set,
            "at": s.look.at.isoformat(),
            "by": s.by,
            "plan": s.look.scope,
            "fingerprint": s.fingerprint,
            "standard": s.standard,
            "labels": s.look.labels,
            "adjudications": s.look.adjudications,
            "share": s.look.share,
            "recount": s.look.recount,
            "verdict": s.verdict,
            "digest": s.verdict_digest,
            "warnings": list(s.warnings),
        }
        for s in looks.looks_of(tx, use_case)
    ]


def _mandates(tx: Tx, use_case: UseCase) -> Json:
    return [_mandate(found) for found in mandates.every(tx, use_case)]


def _mandate(found: Mandate) -> Json:
    proposed = proposed_of(found)
    data: dict[str, Json] = {
        "mandate": proposed.id,
        "state": state_of(found),
        "digest": proposed.digest,
        "terms": terms_to_json(proposed.terms),
        "proposed_by": proposed.proposed_by,
        "proposed_at": proposed.proposed_at.isoformat(),
    }
    active = active_of(found)
    if active is not None:
        data |= {
            "granted_by": active.granted_by,
            "granted_at": active.granted_at.isoformat(),
            "expires_at": active.expires_at.isoformat(),
            "round": active.round,
            "reinstated_by": active.reinstated_by,
            "reinstated_at": None if active.reinstated_at is None else active.reinstated_at.isoformat(),
        }
    if isinstance(found, SuspendedMandate):
        data |= {"suspended_by": found.suspended_by, "suspended_at": found.suspended_at.isoformat()}
    if isinstance(found, RevokedMandate):
        data |= {"revoked_by": found.revoked_by, "revoked_at": found.revoked_at.isoformat()}
    return data


def active_of(found: Mandate) -> ActiveMandate | None:
    """The mandate as it was in force; None while it is only proposed."""
    if isinstance(found, ProposedMandate):
        return None
    return found if isinstance(found, ActiveMandate) else found.active


def _audits(tx: Tx, use_case: UseCase) -> Json:
    """Audits that were settled; one that waits is nobody's to know."""
    return [
        {
            "mandate": row.drawn.mandate,
            "round": row.drawn.round,
            "order": row.drawn.order,
            "case_number": row.drawn.case,
            "probability": row.drawn.probability,
            "outcome": audits.word_of(row.outcome),
            "fed": row.fed,
        }
        for found in mandates.every(tx, use_case)
        for row in audits.every(tx, proposed_of(found).id)
        if row.outcome is not None
    ]


def _decisions(tx: Tx, use_case: UseCase, where: Mapping[tuple[str, str], int]) -> Json:
    numbers = decisions.decided(tx, use_case)
    step = max(1, len(numbers) // SAMPLE)
    picked = numbers[::step][:SAMPLE]
    salts = salts_of(tx, picked)
    rows: list[Json] = []
    for number in picked:
        answer = decisions.answer_of(tx, use_case, number, salts[number]) if number in salts else None
        at = where.get(("case", str(number)))
        if answer is None or at is None:
            continue
        payload = canonical_bytes({"answer": answer_to_json(answer)}).decode("utf-8")
        salt = commitment_salt(tx, salts[number], "answer").hex()
        rows.append({"case": number, "event_index": at, "payload": payload, "salt": salt})
    return rows


def _corrections(tx: Tx, use_case: UseCase, where: Mapping[tuple[str, str], int]) -> Json:
    """The newest corrections, opened as the sample of decisions is; each beside the answer that counted before it."""
    picked = corrections.corrected(tx, use_case, newest=SAMPLE)
    return [
        {
            "case": case,
            "number": one.number,
            "by": one.by,
            "at": one.at.isoformat(),
            "before": answer_to_json(before),
            "event_index": where["correction", f"{case}#{one.number}"],
            "payload": canonical_bytes({"answer": answer_to_json(one.answer)}).decode("utf-8"),
            "salt": commitment_salt(tx, salt, commitment_of(one.number)).hex(),
        }
        for case, salt in salts_of(tx, picked).items()
        for before, one in corrections.steps(tx, use_case, case, salt)
        if ("correction", f"{case}#{one.number}") in where
    ]


def _people(tx: Tx, where: Mapping[tuple[str, str], int]) -> Json:
    return [
        {"person": p.id, "name": p.name, "email": p.email, "salt": salt.hex(), "event_index": where["person", p.id], "identity": ASSERTED}
        for p, salt in people.everyone(tx)
        if ("person", p.id) in where
    ]


# --- exports of cases --------------------------------------------------------------------------------------------------

HEADER = (
    *("case_id", "route", "reason", "decided_by", "answer", "confidence", "mandate"),
    *("audited", "audit_answer", "corrected_answer", "corrected_by"),
)


def export_cases(office: Office, by: Actor, *, name: str) -> list[tuple[str, ...]] | Refused:
    """Every live case as a row of `HEADER`.

    `answer` is what was decided and `corrected_answer` what counts in its place. Whether a case was audited stays blank until the audit
    is answered; what the system proposed stays blank while a person's answer is awaited.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        use_case = use_cases.require(tx, name)
        permitted = allowed(office, tx, by, Act.EXPORT, use_case)
        if isinstance(permitted, Refused):
            return permitted
        rows = [_case_row(tx, use_case, one) for one in cases.live(tx, use_case)]
        tx.record(entry("cases.exported", by=by.id, now=now, use_case=use_case, cases=len(rows)))
    return rows


def _case_row(tx: Tx, use_case: UseCase, one: cases.StoredCase) -> tuple[str, ...]:
    routed = decisions.routed(tx, one.number)
    made = decisions.made(tx, use_case, one.number, one.salt)
    audit = audits.of_case(tx, one.number)
    settled = audit is not None and audit.outcome is not None
    mended = [] if made is None or one.salt is None else corrections.of_case(tx, use_case, one.number, one.salt)
    confidence = "" if made is None or routed is None else _confidence(tx, use_case, routed, one.number)
    return (
        one.external_id or str(one.number),
        "" if routed is None else routed.route,
        "" if routed is None or routed.reason is None else routed.reason,
        "" if made is None else made.by,
        "" if made is None or made.answer is None else answer_label(made.answer),
        confidence,
        "" if routed is None or routed.mandate is None else routed.mandate,
        "yes" if settled else "",
        _audit_answer(tx, use_case, one) if settled and audit is not None and not isinstance(audit.outcome, Overdue) else "",
        answer_label(mended[-1].answer) if mended else "",
        mended[-1].by if mended else "",
    )


def _confidence(tx: Tx, use_case: UseCase, routed: decisions.Routed, number: CaseNumber) -> str:
    said = systems.proposals_for(tx, use_case, routed.fingerprint, [number]).get(number)
    return repr(said.confidence) if isinstance(said, Proposal) else ""


def _audit_answer(tx: Tx, use_case: UseCase, one: cases.StoredCase) -> str:
    answer = None if one.salt is None else decisions.audit_answer(tx, use_case, one.number, one.salt)
    return "" if answer is None else answer_label(answer)

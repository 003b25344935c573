"""Reporting: gathers what a stranger needs to check a use case, and what people need to read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from licet.core.answer import answer_label
from licet.core.audit import Overdue
from licet.core.canonical import Json, canonical_bytes
from licet.core.evidence import OneCase, OnePeriod, Scope, View, WholeUseCase, view_for, view_to_json
from licet.core.exposure import exposure_to_json
from licet.core.ids import CaseNumber
from licet.core.mandate import ActiveMandate, Mandate, ProposedMandate, RevokedMandate, SuspendedMandate, proposed_of, state_of
from licet.core.narrowing import limits_to_json
from licet.core.people import Act, Actor, Role
from licet.core.refusal import Refused
from licet.core.standard import CountersignedStandard, LockedStandard, standard_to_json
from licet.core.system import Proposal
from licet.core.terms import terms_to_json
from licet.core.use_case import UseCase
from licet.flows.disclose import Disclosure, audits_shown, corrections_shown, decisions_shown, disclosure, erased_shown
from licet.flows.office import Office, allowed, entry
from licet.flows.prove import KEPT_COSIGNED
from licet.store import (
    approvals,
    audits,
    cases,
    corrections,
    decisions,
    ledger,
    live,
    looks,
    mandates,
    notices,
    people,
    standards,
    systems,
    use_cases,
    ways,
)
from licet.store import witnesses as kept
from licet.store.book import Tx
from licet.store.ledger import make_findable
from licet.store.marks import Span, Wanted, every, spans_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What a pack is made of, before the export itself is in the ledger.

    Attributes:
        scope: what it is about.
        view: whom it is for.
        left_out: what is left out of it and why, as the manifest says it.
        documents: name to bytes.
        entries: number and exact bytes of each entry that goes in.
    """

    use_case: UseCase
    scope: Scope
    view: View
    left_out: Mapping[str, Json]
    documents: Mapping[str, bytes]
    entries: Sequence[tuple[int, bytes]]


def gather(
    office: Office, by: Actor, *, name: str, case: str | None = None, period: OnePeriod | None = None, reader: Role | None = None
) -> Gathered | Refused:
    """Reads what a pack shows. Everything pending must have been numbered before.

    Args:
        office: the office.
        by: who exports; what they may see decides what is in the pack.
        name: the use case.
        case: one case by its id or number, for a pack of that case.
        period: for a pack of what happened then.
        reader: for whom it is; None: for whoever exports.
    """
    make_findable(office.book)
    with office.book.read() as tx:
        use_case = use_cases.require(tx, name)
        permitted = allowed(office, tx, by, Act.EXPORT, use_case)
        if isinstance(permitted, Refused):
            return permitted
        view = view_for(permitted, reader)
        if isinstance(view, Refused):
            return view
        scope = _scope(tx, use_case, case, period)
        if isinstance(scope, Refused):
            return scope
        found, rows = disclosure(tx, use_case, view, list(ledger.entries_at(tx, _numbers(tx, use_case, scope))))
        documents = _documents(tx, use_case, found)
        cosigned = kept.cosigned(tx, newest=KEPT_COSIGNED)
    written = {document: canonical_bytes(value) for document, value in documents.items()}
    if cosigned:
        written["cosigned.txt"] = "".join(cosigned).encode()
    return Gathered(
        use_case=use_case,
        scope=scope,
        view=view,
        left_out=view_to_json(view, found.counts),
        documents=written,
        entries=[(row.index, row.body) for row in rows],
    )


def _scope(tx: Tx, use_case: UseCase, case: str | None, period: OnePeriod | None) -> Scope | Refused:
    if case is None:
        return period or WholeUseCase()
    found = live.find(tx, use_case, case)
    if found is None:
        return Refused(code="not_there", why=f"{use_case.slug!r} has no case {case!r}.", remedy="Give its id or its number.")
    return OneCase(number=found.number)


def _numbers(tx: Tx, use_case: UseCase, scope: Scope) -> list[int]:
    """The numbers of the entries that a pack holds, before anything is left out."""
    spans = (*spans_of(tx, [use_case.slug]), Span(name=None))
    match scope:
        case WholeUseCase():
            return every(tx, Wanted(spans=spans))
        case OneCase(number=number):
            return sorted({*every(tx, Wanted(spans=spans, no_case=True)), *every(tx, Wanted(spans=spans, case=number))})
        case OnePeriod(since=since, until=until):
            inside = every(tx, Wanted(spans=spans, since=since, until=until))
            acting = {row.event.by for row in ledger.entries_at(tx, inside)}
            added = every(tx, Wanted(spans=(Span(name=None),), words=("person.added",)))
            return sorted({*inside, *(row.index for row in ledger.entries_at(tx, added) if row.event.facts["person"] in acting)})
        case _:
            assert_never(scope)


def _documents(tx: Tx, use_case: UseCase, found: Disclosure) -> dict[str, Json]:
    return {
        "standard.json": _standard(tx, use_case, found),
        "verdict.json": _verdicts(tx, use_case),
        "mandate.json": _mandates(tx, use_case),
        "approvals.json": [{"digest": a.digest, "by": a.by, "at": a.at.isoformat()} for a in approvals.given(tx, use_case)],
        "audits.json": audits_shown(tx, found),
        "incidents.json": [
            {"kind": i.kind, "says": i.says, "mandate": i.mandate, "at": i.at.isoformat()} for i in notices.incidents(tx, use_case)
        ],
        "decisions.json": decisions_shown(tx, found),
        "corrections.json": corrections_shown(tx, found),
        "erased.json": erased_shown(found),
        "people.json": _people(tx, found),
    }


def record_export(office: Office, by: Actor, use_case: UseCase, facts: Mapping[str, Json]) -> None:
    """Writes into the ledger that a pack with this manifest was exported."""
    with office.book.write() as tx:
        now = office.clock.now()
        tx.record(entry("evidence.exported", by=by.id, now=now, use_case=use_case, **facts))


def _standard(tx: Tx, use_case: UseCase, found: Disclosure) -> Json:
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
        "identity": _shown(found, locked.locked_by),
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
        data |= {"limits": limits_to_json(active.limits)} if active.limits is not None else {}
        data |= {"exposed": exposure_to_json(active.exposed)} if active.exposed is not None else {}
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


def _people(tx: Tx, found: Disclosure) -> Json:
    where = found.places.people
    return [
        {
            "person": p.id,
            "name": p.name,
            "email": p.email,
            "salt": salt.hex(),
            "event_index": where[p.id],
            "identity": _shown(found, p.id),
        }
        for p, salt in people.everyone(tx)
        if p.id in where
    ]


def _shown(found: Disclosure, person: str) -> Json:
    """How a person showed who they are in the pack's entries, weakest first; none where no entry is theirs. Each entry says its own."""
    return ", ".join(str(way) for way in found.places.identities.get(person, [])) or "none"


# --- exports of cases --------------------------------------------------------------------------------------------------

HEADER = (
    *("case_id", "route", "reason", "decided_by", "answer", "confidence", "mandate"),
    *("audited", "audit_answer", "corrected_answer", "corrected_by"),
)


def export_cases(office: Office, by: Actor, *, name: str) -> list[tuple[str, ...]] | Refused:
    """Every live case as a row of `HEADER`.

    `answer` is what was decided and `corrected_answer` what counts in its place. Whether a case was audited stays blank until the audit
    is answered; what the system proposed stays blank while a person's answer is awaited, and what AI decided alone at one step of a
    workflow while it is awaited at another step of the same item.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        use_case = use_cases.require(tx, name)
        permitted = allowed(office, tx, by, Act.EXPORT, use_case)
        if isinstance(permitted, Refused):
            return permitted
        hidden = ways.asked_elsewhere(tx, use_case)
        rows = [_blank(row) if one.number in hidden else row for one in cases.live(tx, use_case) for row in [_case_row(tx, use_case, one)]]
        tx.record(entry("cases.exported", by=by.id, now=now, use_case=use_case, cases=len(rows)))
    return rows


def _blank(row: tuple[str, ...]) -> tuple[str, ...]:
    """A row without what was decided."""
    told = {"case_id", "route", "reason", "mandate"}
    return tuple(cell if column in told else "" for column, cell in zip(HEADER, row, strict=True))


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

"""What a report tells of people and errors: who did what and when, and where the AI was wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import assert_never

from licet.core.answer import answer_label
from licet.core.audit import Disagreed
from licet.core.case import CaseBody, ImageContent, TableContent, TextContent
from licet.core.ids import BY_MANDATE, LICET, CaseNumber
from licet.core.mandate import (
    ActiveMandate,
    ExpiredMandate,
    Mandate,
    ProposedMandate,
    RevokedMandate,
    SuspendedMandate,
    proposed_of,
)
from licet.core.standard import CountersignedStandard
from licet.core.stop import LiftedStop, Reach
from licet.core.system import Proposal
from licet.flows.disclose import SAMPLE
from licet.flows.report import active_of
from licet.store import approvals, audits, cases, corrections, decisions, fast_lanes, looks, stops, systems, teams
from licet.store.book import Tx
from licet.store.payloads import salts_of
from licet.web.report import Example, Mended, Picture, Signature
from licet.web.told import Seen

WHO = {"licet": "Licet, by rule", "operator": "the operator", "simulated": "simulated people"}


def body_of(tx: Tx, number: CaseNumber) -> CaseBody | None:
    """What a case says; None where it was erased."""
    one = cases.by_number(tx, number)
    return None if one is None else cases.body_of(tx, one)


# --- errors that everybody may see by now ------------------------------------------------------------------------------


def examples_of(tx: Tx, seen: Seen, rows: Sequence[audits.AuditRow], made_up: Mapping[CaseNumber, str]) -> list[Example]:
    """Errors that audits found, the latest first, then those that opened sealed cases show, the most confident first."""
    audited = [_of_audit(tx, seen, row, made_up) for row in reversed(rows) if isinstance(row.outcome, Disagreed)]
    misses = () if seen.shown is None else seen.shown.found.misses
    opened = [
        _shown(tx, Example(case=m.number, found="sealed case", said=m.said, truth=m.truth, confidence=m.confidence, alone=m.alone))
        for m in misses
    ]
    return [*audited, *opened]


def _of_audit(tx: Tx, seen: Seen, row: audits.AuditRow, made_up: Mapping[CaseNumber, str]) -> Example:
    number = row.drawn.case
    one = cases.by_number(tx, number)
    salt = None if one is None else one.salt
    said = None if salt is None else decisions.answer_of(tx, seen.use_case, number, salt)
    truth = None if salt is None else decisions.audit_answer(tx, seen.use_case, number, salt)
    routed = decisions.routed(tx, number)
    proposals = {} if routed is None or salt is None else systems.proposals_for(tx, seen.use_case, routed.fingerprint, [number])
    proposal = proposals.get(number)
    return _shown(
        tx,
        Example(
            case=number,
            found=f"audit {row.drawn.order}",
            said="erased" if said is None else answer_label(said),
            truth="erased" if truth is None else answer_label(truth),
            confidence=proposal.confidence if isinstance(proposal, Proposal) else None,
            alone=True,
            simulated=made_up.get(number, ""),
        ),
    )


def _shown(tx: Tx, example: Example) -> Example:
    """An example with what its case says."""
    body = body_of(tx, CaseNumber(example.case))
    if body is None:
        return example
    match body.content:
        case ImageContent(data=data, media_type=media_type):
            return replace(example, picture=Picture(data=data, media_type=media_type))
        case TextContent(text=text):
            return replace(example, text=text)
        case TableContent(cells=cells):
            return replace(example, text="\n".join(f"{name}: {cell}" for name, cell in cells.items()))
        case _:
            assert_never(body.content)


# --- what people corrected ---------------------------------------------------------------------------------------------


def mended_of(tx: Tx, seen: Seen) -> tuple[Mended, ...]:
    """The corrections of the cases that were corrected last, each beside what it takes the place of; erased cases are left out."""
    picked = corrections.corrected(tx, seen.use_case, newest=SAMPLE)
    salts = salts_of(tx, picked)
    return tuple(
        Mended(
            case=case,
            number=one.number,
            decided_by="" if one.number > 1 else _decided_by(tx, seen, case, salts[case]),
            before=answer_label(before),
            answer=answer_label(one.answer),
            by=_who(seen, one.by),
            at=one.at,
        )
        for case in picked
        if case in salts
        for before, one in corrections.steps(tx, seen.use_case, case, salts[case])
    )


def _decided_by(tx: Tx, seen: Seen, case: CaseNumber, salt: bytes) -> str:
    made = decisions.made(tx, seen.use_case, case, salt)
    by = "" if made is None else made.by
    return "AI alone" if by.startswith(BY_MANDATE) else _who(seen, by)


# --- who did what ------------------------------------------------------------------------------------------------------


def signatures_of(tx: Tx, seen: Seen) -> tuple[Signature, ...]:
    """Everybody's acts, in the order in which they happened."""
    found = [*_by_standard(seen), *_by_looks(tx, seen), *_by_mandate(tx, seen), *_by_stops(tx, seen)]
    return tuple(sorted(found, key=lambda act: act.at))


def _who(seen: Seen, person: str) -> str:
    return seen.names.get(person) or WHO.get(person, person)


def _by_standard(seen: Seen) -> list[Signature]:
    signed = seen.signed
    if signed is None:
        return []
    locked = signed.locked if isinstance(signed, CountersignedStandard) else signed
    found = [Signature(what="Standard locked", who=_who(seen, locked.locked_by), at=locked.locked_at, digest=locked.digest)]
    if isinstance(signed, CountersignedStandard):
        by = _who(seen, signed.countersigned_by)
        found.append(Signature(what="Standard countersigned", who=by, at=signed.countersigned_at, digest=signed.digest))
    return found


def _by_looks(tx: Tx, seen: Seen) -> list[Signature]:
    found = []
    for stored in looks.looks_of(tx, seen.use_case):
        what = f"Sealed cases judged: {stored.word.replace('_', ' ')}"
        found.append(Signature(what=what, who=_who(seen, stored.by), at=stored.look.at, digest=stored.verdict_digest))
    opened = None if seen.look is None else looks.opening(tx, seen.look.look.sealed_set)
    if opened is not None:
        found.append(Signature(what="Sealed cases opened", who=_who(seen, opened[0]), at=opened[1]))
    return found


def _by_stops(tx: Tx, seen: Seen) -> list[Signature]:
    found = []
    of_team = stops.history(tx, teams.of(tx, seen.use_case))
    for one in (*stops.history(tx, seen.use_case), *of_team, *stops.history(tx, None)):
        stop = one.stop if isinstance(one, LiftedStop) else one
        where = {Reach.USE_CASE: "", Reach.TEAM: " for the team", Reach.INSTALLATION: " everywhere"}[stop.reach]
        found.append(Signature(what=f"Stop pressed{where}", who=_who(seen, stop.by), at=stop.at))
        if isinstance(one, LiftedStop):
            found.append(Signature(what=f"Stop lifted{where}", who=_who(seen, one.lifted_by), at=one.lifted_at))
    return found


def _by_mandate(tx: Tx, seen: Seen) -> list[Signature]:
    if seen.mandate is None:
        return []
    proposed, active = proposed_of(seen.mandate), active_of(seen.mandate)
    found = [Signature(what="Mandate proposed", who=_who(seen, proposed.proposed_by), at=proposed.proposed_at, digest=proposed.digest)]
    found += _approved(tx, seen, proposed)
    if active is not None:
        what = "Mandate granted" if active.round == 1 else "Mandate reinstated"
        found.append(Signature(what=what, who=_who(seen, active.granted_by), at=active.granted_at, digest=proposed.digest))
    return [*found, *_end(seen, seen.mandate)]


def _approved(tx: Tx, seen: Seen, proposed: ProposedMandate) -> list[Signature]:
    """Who said yes to what was proposed; what the fast lane passed is said to be passed by it, under the name of whose approval stands."""
    found = []
    for request in (one.request for one in approvals.every(tx, seen.use_case) if one.request.names == proposed.id):
        for yes in request.given:
            lane = None if yes.fast_lane is None else fast_lanes.by_id(tx, yes.fast_lane)
            by = yes.by if lane is None else lane.opened_by
            what = "Mandate approved" if lane is None else f"Passed by the fast lane, standing approval of {lane.opened_at:%Y-%m-%d}"
            found.append(Signature(what=what, who=_who(seen, by), at=yes.at, digest=request.digest))
    return found


def _end(seen: Seen, mandate: Mandate) -> list[Signature]:
    match mandate:
        case SuspendedMandate(suspended_by=by, suspended_at=at):
            return [Signature(what="Mandate suspended", who=_who(seen, by), at=at)]
        case RevokedMandate(revoked_by=by, revoked_at=at):
            return [Signature(what="Mandate revoked", who=_who(seen, by), at=at)]
        case ExpiredMandate(expired_at=at):
            return [Signature(what="Mandate expired", who=_who(seen, LICET), at=at)]
        case ProposedMandate() | ActiveMandate():
            return []
        case _:
            assert_never(mandate)

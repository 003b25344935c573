"""Deciding: on the mandate as it stands in this very transaction, AI decides a case alone or a person is asked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from licet.core.answer import answer_to_json
from licet.core.canonical import Json
from licet.core.exposure import is_exposed
from licet.core.grading import name_of
from licet.core.ids import BY_MANDATE, LICET, CaseNumber, Digest, Fingerprint
from licet.core.ledger import Event
from licet.core.mandate import ActiveMandate, Mandate, proposed_of
from licet.core.review import ReviewKind
from licet.core.routing import Alone, Route, ToPerson, Traffic, route
from licet.core.stop import Stop
from licet.core.system import NoProposal, Proposed
from licet.core.use_case import UseCase
from licet.flows.audit import advance
from licet.flows.deliver import DECISION, plan_effects
from licet.flows.draw_audits import Auditor
from licet.flows.graded_by import grading_in
from licet.flows.office import Office, entry
from licet.flows.speakers import Said, who_spoke
from licet.store import decisions, exposures, stops, systems, watches
from licet.store.book import Tx
from licet.store.payloads import commit_to

RULES = "routing-5"
"""Version of the routing rules, recorded with every decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A case to be decided, with what the system says about it."""

    number: CaseNumber
    salt: bytes
    attributes: Mapping[str, str]
    proposed: Proposed


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of cases; `mandate` is the one they were decided on, `routes` says of each who decides it."""

    mandate: Mandate | None
    alone: int
    audits: int
    reasons: Mapping[str, int]
    routes: Mapping[CaseNumber, Route]


@dataclass(slots=True, kw_only=True)
class _Sheet:
    """What a chunk will write."""

    use_case: UseCase
    fingerprint: Fingerprint
    now: datetime
    routed: list[decisions.Routed] = field(default_factory=list)
    decided: list[tuple[decisions.Decided, bytes]] = field(default_factory=list)
    tasks: list[decisions.Task] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    unexposed: list[CaseNumber] = field(default_factory=list)
    graders: dict[Digest, str] = field(default_factory=dict)

    def grader(self, tx: Tx, standard: Digest) -> str:
        """The grader of a standard, asked once for a chunk."""
        if standard not in self.graders:
            self.graders[standard] = name_of(grading_in(tx, self.use_case, standard))
        return self.graders[standard]


def decide(office: Office, tx: Tx, use_case: UseCase, items: Sequence[Item], said: Said, now: datetime) -> Done:
    """Routes cases and writes all that follows, in the caller's transaction.

    State, fingerprint, expiry, cap and the stop are read here, under the write lock: nothing that was read before counts.

    Args:
        office: the office.
        tx: the deciding transaction.
        use_case: whose cases they are.
        items: the cases with proposals, in the order of arrival; none was routed before.
        said: which system proposed, and on which mandate it was asked.
        now: the moment of the decision.
    """
    found_now = _conditions(tx, use_case, now)
    mandate, ground = found_now.mandate, found_now.ground
    fingerprint = who_spoke(said, mandate)
    sheet = _Sheet(use_case=use_case, fingerprint=fingerprint, now=now)
    auditor = Auditor(tx, mandate, ground, now)
    routes: dict[CaseNumber, Route] = {}
    for item in items:
        traffic = found_now.traffic(fingerprint, item.number, more=len(sheet.decided))
        found = routes[item.number] = route(item.attributes, item.proposed, mandate, traffic)
        if isinstance(found, ToPerson):
            _note(office, sheet, item, found)
            continue
        rate, drawn = auditor.consider(item.number, item.attributes, found.proposal.confidence)
        _note_alone(tx, sheet, item, found, rate)
        if drawn:
            sheet.tasks.append(_audit_task(office, sheet, item, auditor))
    with tx.together():
        if isinstance(mandate, ActiveMandate):
            decisions.count_alone(tx, mandate.id, now, more=len(sheet.decided))
            if mandate.exposed is not None and sheet.unexposed:
                exposures.leave_to_people(tx, mandate.id, mandate.exposed, sheet.unexposed)
        auditor.write()
        _write(office, tx, sheet, items)
    reasons = Counter(found.reason for found in routes.values() if isinstance(found, ToPerson))
    return Done(mandate=mandate, alone=len(sheet.decided), audits=len(auditor.drawn), reasons=reasons, routes=routes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Conditions:
    """What every decision of a transaction hangs on, as it stands in that transaction."""

    mandate: Mandate | None
    ground: decisions.Ground | None
    stop: Stop | None
    now: datetime
    held: bool

    def traffic(self, fingerprint: Fingerprint, case: CaseNumber | None, *, more: int) -> Traffic:
        """What routing must know of the moment and a case, after `more` were decided alone in this transaction."""
        before = 0 if self.ground is None else self.ground.alone_today
        exposed = case is not None and self._exposes(case)
        return Traffic(fingerprint=fingerprint, alone_today=before + more, stop=self.stop, now=self.now, exposed=exposed, held=self.held)

    def _exposes(self, case: CaseNumber) -> bool:
        if self.ground is None or not isinstance(self.mandate, ActiveMandate):
            return False
        return is_exposed(self.ground.secret, case, self.mandate.share)


def _conditions(tx: Tx, use_case: UseCase, now: datetime) -> _Conditions:
    mandate = advance(tx, use_case, now)
    ground = decisions.ground(tx, mandate, now) if isinstance(mandate, ActiveMandate) else None
    planned = isinstance(mandate, ActiveMandate) and mandate.terms.audits is not None
    held = planned and mandate is not None and watches.is_held(tx, proposed_of(mandate).id)
    return _Conditions(mandate=mandate, ground=ground, stop=stops.pressed(tx, use_case.id), now=now, held=held)


PROBE = NoProposal(why="a probe, no case")


def is_stopped(tx: Tx, use_case: UseCase, now: datetime) -> bool:
    """Whether a case of this use case, decided in this very transaction, would go to a person because of a stop.

    What a drill asks: conditions and rules are those of `decide`; no case is needed and nothing of one is written.
    """
    conditions = _conditions(tx, use_case, now)
    fingerprint = Fingerprint("") if conditions.mandate is None else proposed_of(conditions.mandate).terms.fingerprint
    return route({}, PROBE, conditions.mandate, conditions.traffic(fingerprint, None, more=0)) == ToPerson(reason="stopped")


def _note(office: Office, sheet: _Sheet, item: Item, found: ToPerson) -> None:
    if found.reason == "not_exposed":
        sheet.unexposed.append(item.number)
    sheet.routed.append(_routed(sheet, item, decisions.TO_PERSON, found.reason, None))
    sheet.tasks.append(_task(office, sheet, item, ReviewKind.DECISION))
    facts = {"route": decisions.TO_PERSON, "reason": found.reason, "fingerprint": sheet.fingerprint, "rules": RULES}
    sheet.events.append(_event("case.routed", sheet, item, facts))


def _task(office: Office, sheet: _Sheet, item: Item, kind: ReviewKind) -> decisions.Task:
    """What people are asked; due as any other case of the use case that is like it, whatever kind it is."""
    rules = office.desks.rules(sheet.use_case.slug)
    due_at, skill = rules.due(item.attributes, sheet.now), rules.skill(item.attributes)
    return decisions.Task(token=office.draw.token("t_"), case=item.number, kind=kind, due_at=due_at, skill=skill)


def _audit_task(office: Office, sheet: _Sheet, item: Item, auditor: Auditor) -> decisions.Task:
    """What people are asked about a drawn case: due as if it had come when it comes to the desk, or the time that is left would tell."""
    task = _task(office, sheet, item, ReviewKind.AUDIT)
    comes = auditor.waits_from(item.number, task.due_at or sheet.now)
    return replace(task, waits_from=comes, due_at=office.desks.rules(sheet.use_case.slug).due(item.attributes, comes))


def _note_alone(tx: Tx, sheet: _Sheet, item: Item, found: Alone, rate: float) -> None:
    mandate, terms = found.mandate, found.mandate.terms
    versions: dict[str, Json] = {
        "mandate": mandate.id,
        "round": mandate.round,
        "standard": terms.standard,
        "fingerprint": terms.fingerprint,
        "rules": RULES,
        "grader": sheet.grader(tx, terms.standard),
    }
    if mandate.limits is not None:
        versions["narrowing"] = mandate.limits.narrowing
    decided = decisions.Decided(
        case=item.number, answer=found.proposal.answer, by=BY_MANDATE + mandate.id, simulated=False, versions=versions
    )
    sheet.decided.append((decided, item.salt))
    sheet.routed.append(_routed(sheet, item, decisions.ALONE, None, mandate))
    facts: dict[str, Json] = {
        "route": decisions.ALONE,
        "mandate": mandate.id,
        "audit_rate": rate,
        "fingerprint": terms.fingerprint,
    }
    if terms.exposure:
        facts["share"] = mandate.share
    committed = commit_to(tx, item.salt, "answer", {"answer": answer_to_json(found.proposal.answer)})
    sheet.events.append(_event("case.routed", sheet, item, facts))
    sheet.events.append(_event("case.decided", sheet, item, {"commitment": committed, "versions": versions}))


def _routed(sheet: _Sheet, item: Item, way: str, reason: str | None, mandate: ActiveMandate | None) -> decisions.Routed:
    name = None if mandate is None else mandate.id
    return decisions.Routed(case=item.number, fingerprint=sheet.fingerprint, route=way, reason=reason, mandate=name)


def _event(word: str, sheet: _Sheet, item: Item, facts: Mapping[str, Json]) -> Event:
    return entry(word, by=LICET, now=sheet.now, use_case=sheet.use_case, case_number=item.number, **facts)


def _write(office: Office, tx: Tx, sheet: _Sheet, items: Sequence[Item]) -> None:
    if sheet.fingerprint:
        systems.add_proposals(tx, sheet.fingerprint, [(item.number, item.salt, item.proposed) for item in items])
    decisions.route(tx, sheet.use_case, sheet.routed, at=sheet.now)
    decisions.decide(tx, sheet.use_case, sheet.decided, at=sheet.now)
    plan_effects(office, tx, sheet.use_case, [(decided.case, DECISION) for decided, _ in sheet.decided], alone=True, now=sheet.now)
    decisions.ask(tx, sheet.use_case, sheet.tasks, at=sheet.now)
    decisions.tally(tx, sheet.use_case, sheet.routed, [decided for decided, _ in sheet.decided])
    tx.record(*sheet.events)

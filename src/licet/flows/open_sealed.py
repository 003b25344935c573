"""Opening sealed cases: people see errors and estimates, and the cases are history from then on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from licet.core.answer import Answer
from licet.core.case_rules import facts_of
from licet.core.case_schema import CaseSchema, marked, schema_from_json
from licet.core.evaluation import Graded
from licet.core.grading import is_partial
from licet.core.ids import CaseNumber, Digest, LookId, SealedSetId
from licet.core.measure import MeasureKind
from licet.core.opened import Findings, Opened, findings, labelled_of
from licet.core.people import Act, Actor
from licet.core.refusal import Refused
from licet.core.region import OTHER, certified_in
from licet.core.region_verdict import alone_in
from licet.core.scope import scope_from_json
from licet.core.standard import Standard
from licet.core.system import Proposal, Proposed
from licet.core.use_case import UseCase
from licet.flows.grade import grade
from licet.flows.office import Office, entry, person_at_work_on, working
from licet.flows.own_grades import standard_at_hand
from licet.flows.propose import Spoken
from licet.flows.sealed_answers import right_answers
from licet.stats.planning import LabelMore, NotCertifiable, OutOfReach, label_more
from licet.stats.promises import AlonePromise
from licet.stats.threshold import tally
from licet.store import cases, labelling, looks, standards, systems
from licet.store.book import Tx


def open_sealed(office: Office, by: Actor, *, name: str) -> int | Refused:
    """Opens the newest sealed set under the scope it was last judged for. From then on anything changed needs fresh cases.

    Returns:
        How many cases were opened, or `Refused`.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        there = person_at_work_on(office, tx, by, Act.OPEN_SEALED, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        sealed = looks.current_set(tx, use_case)
        if sealed is None or not sealed.looks:
            why = "There is no evaluation on sealed cases yet, so nothing to show by opening them."
            return Refused(code="no_sealed_cases", why=why, remedy="Evaluate first: `licet evaluate`.")
        if sealed.opened_scope is not None:
            return Refused(code="already_done", why=f"Sealed set {sealed.id} is open already.", remedy="")
        scope = sealed.looks[-1].scope
        opened = looks.open_set(tx, use_case, sealed.id, scope=scope, by=person.id, at=now)
        tx.record(entry("sealed.opened", by=person.id, now=now, use_case=use_case, sealed_set=sealed.id, plan=scope, cases=opened))
        return opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything that opened cases show, and what more labels would unlock; None where that is not known."""

    found: Findings
    more: LabelMore | NotCertifiable | OutOfReach | None


def figures(office: Office, *, name: str, look: LookId) -> Figures | None:
    """What a look's cases show, once they are open; None while they are sealed."""
    with office.book.read() as tx:
        found = working(tx, name)
        stored = looks.by_id(tx, look)
        if isinstance(found, Refused):
            return None
        opened = looks.opened_scope(tx, stored.look.sealed_set)
        if opened is None or opened != stored.look.scope:
            return None
        signed = standards.by_digest(tx, found, stored.standard)
        if signed is None:
            return None
        standard = signed.standard
        spoken, answers = _opened(tx, found, stored, opened)
    scope = scope_from_json(stored.plan["scope"]) if isinstance(stored.plan, Mapping) else None
    if scope is None:
        return None
    standard = standard_at_hand(office, found, standard)
    judged = grade(standard, scope, spoken, answers)
    alone = _decided_alone(standard, judged, stored)
    shows = findings(standard, [_opened_case(one, answers) for one in spoken], judged, alone)
    shows = replace(shows, curve=()) if stored.targeted else shows
    return Figures(found=shows, more=_more(standard, judged, stored))


def _opened_case(one: Spoken, answers: Mapping[CaseNumber, Answer | None]) -> Opened:
    given = one.proposed.answer if isinstance(one.proposed, Proposal) else None
    name = one.name or str(one.number)
    return Opened(number=one.number, name=name, given=given, right=answers.get(one.number), attributes=one.attributes)


def _decided_alone(standard: Standard, judged: Graded, stored: looks.StoredLook) -> NDArray[np.bool_] | None:
    """Which cases lie in what was certified, shape (n,); None where nothing was."""
    if stored.threshold is None:
        return None
    if standard.regions:
        found = certified_in(stored.verdict)
        return alone_in(judged, [found.get(name) for name in (*(one.name for one in standard.regions), OTHER)])
    labelled = labelled_of(judged)
    return labelled.eligible & (labelled.confidence >= stored.threshold)


def figures_of(standard: Standard, spoken: Sequence[Spoken], answers: Mapping[CaseNumber, Answer | None], judged: Graded) -> Figures:
    """What cases show that were never sealed: no region is certified by them."""
    return Figures(found=findings(standard, [_opened_case(one, answers) for one in spoken], judged, None), more=None)


def _opened(tx: Tx, use_case: UseCase, stored: looks.StoredLook, scope: Digest) -> tuple[list[Spoken], dict[CaseNumber, Answer | None]]:
    waiting = [one for one in _judged_cases(tx, use_case, stored) if one.salt is not None]
    said = systems.proposals_for(tx, use_case, stored.fingerprint, [one.number for one in waiting])
    schema = _schema(stored)
    spoken = [_spoken(tx, one, said[one.number], schema) for one in waiting if one.number in said]
    return spoken, answers_opened(tx, use_case, stored.look.sealed_set, scope)


def answers_opened(tx: Tx, use_case: UseCase, sealed_set: SealedSetId, scope: Digest) -> dict[CaseNumber, Answer | None]:
    """What counts as right on the cases of a set that is open: the adjudicator's answer, else the first; None where nobody gave one.

    `scope`: under which it was opened, which only an open set has.
    """
    return right_answers(tx, use_case, looks.PlannedLook(sealed_set=sealed_set, scope=scope))


def _judged_cases(tx: Tx, use_case: UseCase, stored: looks.StoredLook) -> list[cases.StoredCase]:
    """The cases a look was about, in the order in which it counted them."""
    there = cases.sealed(tx, use_case, stored.look.sealed_set)
    if stored.targeted:
        by_number = {one.number: one for one in there}
        there = [by_number[one.case] for one in labelling.drawn(tx, stored.look.sealed_set, pilot=False)]
    return there[: stored.look.labels]


def _schema(stored: looks.StoredLook) -> CaseSchema | None:
    """The schema a look was judged by; None for a use case without one."""
    plan = stored.plan if isinstance(stored.plan, Mapping) else {}
    return schema_from_json(plan["schema"]) if "schema" in plan else None


def _spoken(tx: Tx, one: cases.StoredCase, proposed: Proposed, schema: CaseSchema | None) -> Spoken:
    body = cases.body_of(tx, one)
    attributes = {} if body is None else facts_of(marked(schema, body))
    return Spoken(number=one.number, attributes=attributes, proposed=proposed, name=one.external_id or "")


def _more(standard: Standard, judged: Graded, stored: looks.StoredLook) -> LabelMore | NotCertifiable | OutOfReach | None:
    thresholds = stored.look.thresholds
    measure = next((m for m in standard.measures if m.kind is MeasureKind.ERROR_ALONE), None)
    if measure is None or not thresholds or not judged.loss or is_partial(standard.grading) or standard.clusters is not None:
        return None
    if stored.targeted:
        return None
    labelled = labelled_of(judged)
    promise = AlonePromise(target=measure.target, delta=measure.delta * stored.look.share)
    counts = tally(labelled=labelled, promise=promise, thresholds=thresholds)
    coverage = [n / len(judged.loss) for n in counts.n]
    threshold = stored.threshold
    certified = None if threshold is None else thresholds.index(threshold)
    return label_more(tallies=[counts], coverage=coverage, labelled=len(judged.loss), certified=certified)

"""Opening sealed cases: people see errors and estimates, and the cases are history from then on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from licet.core.answer import Answer, answer_label
from licet.core.case_rules import facts_of
from licet.core.case_schema import CaseSchema, marked, schema_from_json
from licet.core.evaluation import Graded
from licet.core.ids import CaseNumber, Digest, LookId
from licet.core.measure import MeasureKind
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
from licet.flows.propose import Spoken
from licet.stats.bounds import interval, upper_bound
from licet.stats.planning import LabelMore, NotCertifiable, OutOfReach, label_more
from licet.stats.promises import AlonePromise, Labelled
from licet.stats.threshold import tally
from licet.store import cases, looks, standards, systems
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
class Point:
    """One point of the risk-coverage curve, from opened cases.

    Attributes:
        upper: exact one-sided upper bound of the error rate at this threshold alone, at the standard's confidence.
    """

    threshold: float
    coverage: float
    n: int
    errors: int
    upper: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureFigures:
    """What opened cases show of a measure: errors in n, and the two-sided exact interval of their rate.

    Attributes:
        estimate: errors / n; None where there is no case to count, of which nothing is known.
        low, high: the interval, in [0, 1]; all of it where there is no case.
    """

    name: str
    n: int
    errors: int
    estimate: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """An opened case that the system got wrong; `name` is what the outside calls it, or its number."""

    number: CaseNumber
    name: str
    confidence: float
    said: str
    truth: str
    alone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything that opened cases show."""

    curve: tuple[Point, ...]
    measures: tuple[MeasureFigures, ...]
    more: LabelMore | NotCertifiable | OutOfReach | None
    misses: tuple[Miss, ...]


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
    judged = grade(standard, scope, spoken, answers)
    alone = _decided_alone(standard, judged, stored)
    return Figures(
        curve=_curve(standard, judged),
        measures=_measures(standard, judged, alone),
        more=_more(standard, judged, stored),
        misses=_misses(spoken, answers, judged, alone),
    )


def _decided_alone(standard: Standard, judged: Graded, stored: looks.StoredLook) -> NDArray[np.bool_] | None:
    """Which cases lie in what was certified, shape (n,); None where nothing was."""
    if stored.threshold is None:
        return None
    if standard.regions:
        found = certified_in(stored.verdict)
        return alone_in(judged, [found.get(name) for name in (*(one.name for one in standard.regions), OTHER)])
    labelled = _labelled(judged)
    return labelled.eligible & (labelled.confidence >= stored.threshold)


def figures_of(standard: Standard, spoken: Sequence[Spoken], answers: Mapping[CaseNumber, Answer | None], judged: Graded) -> Figures:
    """What cases show that were never sealed: no region is certified by them."""
    return Figures(
        curve=_curve(standard, judged),
        measures=_measures(standard, judged, None),
        more=None,
        misses=_misses(spoken, answers, judged, None),
    )


def _opened(tx: Tx, use_case: UseCase, stored: looks.StoredLook, scope: Digest) -> tuple[list[Spoken], dict[CaseNumber, Answer | None]]:
    waiting = [one for one in cases.sealed(tx, use_case, stored.look.sealed_set)[: stored.look.labels] if one.salt is not None]
    said = systems.proposals_for(tx, use_case, stored.fingerprint, [one.number for one in waiting])
    schema = _schema(stored)
    spoken = [_spoken(tx, one, said[one.number], schema) for one in waiting if one.number in said]
    proof = looks.PlannedLook(sealed_set=stored.look.sealed_set, scope=scope)
    answers = {number: answer for number, (answer, _) in looks.sealed_answers(tx, use_case, proof).items()}
    second = {row.case: row.answer for row in looks.worksheet(tx, use_case, stored.look.sealed_set) if row.answer is not None}
    return spoken, {**answers, **second}


def _schema(stored: looks.StoredLook) -> CaseSchema | None:
    """The schema a look was judged by; None for a use case without one."""
    plan = stored.plan if isinstance(stored.plan, Mapping) else {}
    return schema_from_json(plan["schema"]) if "schema" in plan else None


def _spoken(tx: Tx, one: cases.StoredCase, proposed: Proposed, schema: CaseSchema | None) -> Spoken:
    body = cases.body_of(tx, one)
    attributes = {} if body is None else facts_of(marked(schema, body))
    return Spoken(number=one.number, attributes=attributes, proposed=proposed, name=one.external_id or "")


def _labelled(judged: Graded) -> Labelled:
    return Labelled(
        confidence=np.asarray(judged.confidence, dtype=np.float64),
        loss=np.asarray(judged.loss, dtype=np.float64),
        eligible=np.asarray(judged.eligible, dtype=np.bool_),
    )


def _curve(standard: Standard, judged: Graded) -> tuple[Point, ...]:
    labelled = _labelled(judged)
    inside = labelled.confidence[labelled.eligible]
    if not inside.size:
        return ()
    thresholds = sorted({float(c) for c in inside}, reverse=True)
    step = max(1, len(thresholds) // 120)
    picked = (
        (*thresholds[step - 1 :: step], thresholds[-1])
        if thresholds[step - 1 :: step][-1:] != thresholds[-1:]
        else thresholds[step - 1 :: step]
    )
    measure = next((m for m in standard.measures if m.kind is MeasureKind.ERROR_ALONE), standard.measures[0])
    counts = tally(labelled=labelled, promise=AlonePromise(target=measure.target, delta=measure.delta), thresholds=tuple(picked))
    total = len(judged.loss)
    return tuple(
        Point(threshold=t, coverage=n / total, n=n, errors=k, upper=upper_bound(errors=k, n=n, delta=measure.delta))
        for t, n, k in zip(picked, counts.n, counts.errors, strict=True)
    )


def _measures(standard: Standard, judged: Graded, certified: NDArray[np.bool_] | None) -> tuple[MeasureFigures, ...]:
    labelled = _labelled(judged)
    alone = labelled.eligible if certified is None else certified
    high = np.asarray(judged.high_stakes, dtype=np.bool_)
    found = []
    for m in standard.measures:
        if m.kind is MeasureKind.ERROR_ALONE:
            inside = alone if m.slice is None else alone & np.asarray(judged.members[m.name], dtype=np.bool_)
            n, errors = int(inside.sum()), int(labelled.loss[inside].sum())
        else:
            n, errors = int(high.sum()), int(labelled.loss[alone & high].sum())
        low, up = interval(errors=errors, n=n, delta=m.delta)
        found.append(MeasureFigures(name=m.name, n=n, errors=errors, estimate=errors / n if n else None, low=low, high=up))
    return tuple(found)


def _more(standard: Standard, judged: Graded, stored: looks.StoredLook) -> LabelMore | NotCertifiable | OutOfReach | None:
    thresholds = stored.look.thresholds
    measure = next((m for m in standard.measures if m.kind is MeasureKind.ERROR_ALONE), None)
    if measure is None or not thresholds or not judged.loss:
        return None
    labelled = _labelled(judged)
    promise = AlonePromise(target=measure.target, delta=measure.delta * stored.look.share)
    counts = tally(labelled=labelled, promise=promise, thresholds=thresholds)
    coverage = [n / len(judged.loss) for n in counts.n]
    threshold = stored.threshold
    certified = None if threshold is None else thresholds.index(threshold)
    return label_more(tallies=[counts], coverage=coverage, labelled=len(judged.loss), certified=certified)


def _misses(
    spoken: Sequence[Spoken], answers: Mapping[CaseNumber, Answer | None], judged: Graded, certified: NDArray[np.bool_] | None
) -> tuple[Miss, ...]:
    found = []
    for at, (one, wrong) in enumerate(zip(spoken, judged.loss, strict=True)):
        if wrong == 0.0 or not isinstance(one.proposed, Proposal):
            continue
        truth = answers.get(one.number)
        alone = certified is not None and bool(certified[at])
        said = answer_label(one.proposed.answer)
        label = "no answer" if truth is None else answer_label(truth)
        found.append(
            Miss(
                number=one.number, name=one.name or str(one.number), confidence=one.proposed.confidence, said=said, truth=label, alone=alone
            )
        )
    return tuple(sorted(found, key=lambda miss: -miss.confidence))

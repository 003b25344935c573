"""Evaluating: fix everything, write it down, and only then read the sealed answers and judge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from licet.core.canonical import Json
from licet.core.case_schema import CaseSchema, schema_to_json
from licet.core.cluster import clusters_of, too_large
from licet.core.evaluation import Graded, Judgment, Plan, Unlabelled, grid, judge, members_of
from licet.core.grading import name_of
from licet.core.ids import CaseNumber, LookId
from licet.core.labelling import judge_target
from licet.core.people import Act, Actor, Person
from licet.core.refusal import Refused
from licet.core.region import memberships
from licet.core.region_verdict import Grids, grids, judge_regions
from licet.core.scope import Scope, scope_to_json
from licet.core.sealed import FreshLook, Look, Recount, SealedSet, SealedTarget, Seen, ask_to_look
from licet.core.standard import CountersignedStandard, Method, Standard
from licet.core.system import UNVERSIONED
from licet.core.ungraded import left_undecided
from licet.core.use_case import UseCase
from licet.core.verdict import verdict_to_json
from licet.flows.cover import void_if_changed
from licet.flows.find_alike import find_alike
from licet.flows.grade import Gone, confidence_of, eligible_in, grade_in_place, in_place
from licet.flows.hear import Heard, HeardUnder, hear, never_alone_warnings
from licet.flows.office import Office, allowed, entry, working
from licet.flows.own_grades import settled, tried
from licet.flows.propose import Speaker, Spoken, keep, speaker
from licet.flows.run import ALONE, Matter, Runner
from licet.flows.sealed_answers import right_answers
from licet.flows.set_standard import signed_standard
from licet.store import labelling, looks, use_cases
from licet.store.book import Tx
from licet.store.heads import CaseHead, sealed_heads


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be evaluated: the use case, the standard and the schema as the folder has them, and which system."""

    name: str
    on_disk: Standard
    system: str = "auto"
    posted_as: str | None = None
    schema: CaseSchema | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """An evaluation as it is shown.

    Attributes:
        stored: the look with its verdict.
        sealed: the sealed set as it stands after this call, with every look at it so far.
        fresh: whether this call spent a look; False when nothing had changed since an earlier one.
    """

    use_case: UseCase
    standard: CountersignedStandard
    speaker: Speaker
    stored: looks.StoredLook
    sealed: SealedSet
    fresh: bool

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know."""
        return self.stored.warnings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """Everything that is known before any sealed answer is read; the cases in the order in which they were drawn.

    Attributes:
        inside: those of a target region, in the order in which they are labelled; none without one.
    """

    by: Actor
    use_case: UseCase
    standard: CountersignedStandard
    speaker: Speaker
    scope: Scope
    schema: CaseSchema | None
    sealed: SealedSet
    spoken: tuple[Spoken | Gone, ...]
    inside: tuple[Spoken | Gone, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planned:
    """A plan that is in the ledger."""

    prepared: _Prepared
    plan: Plan
    sealed: SealedSet
    permission: FreshLook | Recount
    spoken: tuple[Spoken | Gone, ...]
    thresholds: tuple[float, ...]
    grids: Grids
    proof: looks.PlannedLook
    target: SealedTarget | None


def evaluate(office: Office, by: Actor, request: Request, runner: Runner = ALONE) -> Evaluated | Refused:
    """Judges a system on sealed cases by the locked standard, as far as the standard's looks and attempts allow.

    Args:
        office: the office.
        by: who asks for it.
        request: what is evaluated.
        runner: who asks the system; it may stop in between, and goes on with the cases that are left.

    Returns:
        The evaluation, or `Refused`. Asking again when nothing changed gives the same verdict and spends nothing.
    """
    prepared = _prepare(office, by, request, runner)
    if isinstance(prepared, Refused):
        return prepared
    planned = _plan(office, prepared)
    if isinstance(planned, Refused | Evaluated):
        return planned
    alike = find_alike(office, prepared.use_case, prepared.sealed.id)
    return _judge(office, replace(planned, prepared=replace(prepared, warnings=(*prepared.warnings, *alike.warning))))


def may_evaluate(office: Office, tx: Tx, by: Actor, name: str) -> UseCase | Refused:
    """The use case, if it takes acts and this one may evaluate it."""
    use_case = working(tx, name)
    if isinstance(use_case, Refused):
        return use_case
    permitted = allowed(office, tx, by, Act.EVALUATE, use_case)
    return permitted if isinstance(permitted, Refused) else use_case


def _prepare(office: Office, by: Actor, request: Request, runner: Runner) -> _Prepared | Refused:
    """Fixes system and guards, and lets the system speak on the sealed cases; no answer is read."""
    with office.book.read() as tx:
        use_case = may_evaluate(office, tx, by, request.name)
        standard = use_case if isinstance(use_case, Refused) else signed_standard(tx, use_case, request.on_disk)
        sealed = None if isinstance(use_case, Refused) else looks.current_set(tx, use_case)
    if isinstance(use_case, Refused) or isinstance(standard, Refused):
        return use_case if isinstance(use_case, Refused) else standard  # type: ignore[return-value] # one of them is the refusal
    if sealed is None:
        return _nothing_sealed(use_case)
    speaks = speaker(office, use_case, wanted=request.system, posted_as=request.posted_as)
    if isinstance(speaks, Refused):
        return speaks
    waiting, drawn, earlier = _waiting(office, use_case, sealed)
    under, matter = HeardUnder(standard=standard.standard, schema=request.schema), Matter(use_case=use_case, speaker=speaks, by=by.id)
    heard = _fitting(office, use_case, standard.standard, hear(office, matter, waiting, under, runner))
    if isinstance(heard, Refused):
        return heard
    spoken = in_place(heard.spoken, waiting)
    return _Prepared(
        by=by,
        use_case=use_case,
        standard=standard,
        speaker=speaks,
        scope=heard.scope,
        schema=request.schema,
        sealed=sealed,
        spoken=spoken,
        inside=_inside(spoken, drawn),
        warnings=(*never_alone_warnings(under, heard), *_version_warning(speaks), *_set_warning(earlier)),
    )


def _waiting(office: Office, use_case: UseCase, sealed: SealedSet) -> tuple[list[CaseHead], list[CaseNumber], int]:
    """The sealed cases, those of a target region in the order in which they are labelled, and how many sets were judged before."""
    with office.book.read() as tx:
        drawn = [one.case for one in labelling.drawn(tx, sealed.id, pilot=False)]
        earlier = {looked.look.sealed_set for looked in looks.looks_of(tx, use_case)} - {sealed.id}
        return sealed_heads(tx, use_case, sealed.id), drawn, len(earlier)


def _inside(spoken: Sequence[Spoken | Gone], drawn: Sequence[CaseNumber]) -> tuple[Spoken | Gone, ...]:
    places = {one.number: one for one in spoken}
    return tuple(places[number] for number in drawn)


def _fitting(office: Office, use_case: UseCase, standard: Standard, heard: Heard | Refused) -> Heard | Refused:
    """What was said, where the standard can judge it, as is known before any answer is read.

    `Refused` where a cluster is larger than it says, which attributes show, and where its own grader fails on what was said.
    """
    most = None if isinstance(heard, Refused) else too_large(standard.clusters, [one.attributes for one in heard.spoken])
    if most is None or standard.clusters is None:
        return heard if isinstance(heard, Refused) else tried(office, use_case, standard.grading, heard)
    rule = standard.clusters
    why = f"A cluster by {rule.attribute!r} has {most:,} sealed cases; the standard says {rule.largest:,} at most."
    return Refused(code="cluster_too_large", why=why, remedy="Revise the standard with a larger `largest`, or import fewer cases of each.")


def _nothing_sealed(use_case: UseCase) -> Refused:
    why = f"{use_case.slug!r} has no sealed cases."
    return Refused(code="no_sealed_cases", why=why, remedy="Import history with a sealed part: --parts 50:20:30.")


def _version_warning(speaks: Speaker) -> tuple[str, ...]:
    if speaks.card.version != UNVERSIONED:
        return ()
    return (f"{speaks.card.name!r} names no version: it may change unseen, and its mandate lasts 30 days at most.",)


def _set_warning(earlier: int) -> tuple[str, ...]:
    if earlier == 0:
        return ()
    return (f"{earlier} earlier set(s) of sealed cases were judged in this use case; each had a chance of a false promise of its own.",)


def _plan(office: Office, ready: _Prepared) -> _Planned | Evaluated | Refused:
    """Asks for a look, fixes the grid on confidences alone, and writes the plan into the ledger."""
    with office.book.write() as tx:
        now = office.clock.now()
        sealed = looks.current_set(tx, ready.use_case)
        if sealed != ready.sealed:
            return _moved()
        guardian = keep(tx, ready.use_case, ready.speaker, by=ready.by.id, now=now)
        if isinstance(ready.by, Person):
            use_cases.involve(tx, ready.use_case, ready.by.id, "evaluator")
        plan = Plan(
            standard=ready.standard.digest,
            fingerprint=ready.speaker.card.fingerprint,
            scope=ready.scope,
            guardian=guardian,
            grader=name_of(ready.standard.standard.grading),
        )
        permission = ask_to_look(sealed, ready.standard.standard, plan.digest)
        if isinstance(permission, Refused):
            return permission
        if isinstance(permission, Seen):
            return _seen(tx, ready, permission, sealed.counted_for(plan.digest))
        planned = _planned(ready, plan, sealed, permission)
        tx.record(entry("evaluation.planned", by=ready.by.id, now=now, use_case=ready.use_case, **_plan_facts(planned)))
        return planned


def _moved() -> Refused:
    why = "The sealed cases changed while this evaluation was being planned."
    return Refused(code="sealed_cases_opened", why=why, remedy="Run `licet evaluate` again.")


def _seen(tx: Tx, ready: _Prepared, permission: Seen, sealed: SealedSet) -> Evaluated:
    stored = looks.by_id(tx, permission.look.id)
    return Evaluated(use_case=ready.use_case, standard=ready.standard, speaker=ready.speaker, stored=stored, sealed=sealed, fresh=False)


def _planned(ready: _Prepared, plan: Plan, sealed: SealedSet, permission: FreshLook | Recount) -> _Planned:
    labels = permission.labels if isinstance(permission, FreshLook) else permission.of.labels
    share = permission.share if isinstance(permission, FreshLook) else permission.of.share
    before = permission if isinstance(permission, FreshLook) else permission.of
    target = sealed.target_for(plan.digest)
    spoken = (ready.spoken if target is None else ready.inside)[:labels]
    standard = ready.standard.standard
    counted = ready.spoken if standard.method is Method.ANYTIME else spoken
    known = _known(ready, [one for one in counted if isinstance(one, Spoken)])
    by_region = bool(standard.regions)
    first = grid(standard, known, share=share) if target is None and not by_region else () if target is None else target.thresholds
    return _Planned(
        prepared=ready,
        plan=plan,
        sealed=sealed,
        permission=permission,
        spoken=spoken,
        thresholds=() if by_region else first if before.thresholds is None else before.thresholds,
        grids=() if not by_region else grids(standard, known, share=share) if before.grids is None else before.grids,
        proof=looks.PlannedLook(sealed_set=sealed.id, scope=plan.digest),
        target=target,
    )


def _known(ready: _Prepared, heard: Sequence[Spoken]) -> Unlabelled:
    """The cases as they are known before any answer is read."""
    standard, facts = ready.standard.standard, [one.attributes for one in heard]
    return Unlabelled(
        confidence=confidence_of(heard),
        eligible=eligible_in(ready.scope, heard),
        members=members_of(standard, facts),
        regions=memberships(ready.scope.regions, facts),
        clusters=clusters_of(standard.clusters, facts),
    )


def _plan_facts(planned: _Planned) -> Mapping[str, Json]:
    plan, permission = planned.plan, planned.permission
    return {
        "sealed_set": planned.sealed.id,
        "standard": plan.standard,
        "fingerprint": plan.fingerprint,
        "scope": scope_to_json(plan.scope),
        "guardian": plan.guardian,
        "grader": plan.grader,
        "plan": plan.digest,
        "labels": len(planned.spoken),
        "share": permission.share if isinstance(permission, FreshLook) else permission.of.share,
        "recount": isinstance(permission, Recount),
        "targeted": planned.target is not None,
        "thresholds": [list(one) for one in planned.grids] if planned.grids else list(planned.thresholds),
    }


def _judge(office: Office, planned: _Planned) -> Evaluated | Refused:
    """Reads the sealed answers and judges, in one transaction that fails when anything moved since the plan."""
    ready = planned.prepared
    standard, use_case = ready.standard, ready.use_case
    graded = settled(office, use_case, standard.standard, planned.plan.fingerprint, planned.proof, planned.spoken)
    with office.book.write() as tx:
        now = office.clock.now()
        sealed = looks.current_set(tx, use_case)
        if sealed != planned.sealed:
            return _moved()
        answers = right_answers(tx, use_case, planned.proof)
        judgment = _judged(planned, grade_in_place(graded.standard, planned.plan.scope, planned.spoken, answers))
        judgment = left_undecided(judgment, failed=graded.failed) if graded.own else judgment
        look = _look(planned, judgment, now)
        stored = _stored(planned, look, judgment)
        look_id = looks.add(tx, use_case, look, stored)
        stored = replace(stored, look=replace(look, id=look_id))
        tx.record(entry("evaluation.judged", by=ready.by.id, now=now, use_case=use_case, **_judged_facts(stored)))
        void_if_changed(office, tx, use_case, now)
        after = (looks.current_set(tx, use_case) or sealed).counted_for(planned.plan.digest)
    return Evaluated(use_case=use_case, standard=standard, speaker=ready.speaker, stored=stored, sealed=after, fresh=True)


def _judged(planned: _Planned, held: Graded) -> Judgment:
    standard, share = planned.prepared.standard, _share(planned)
    if planned.target is not None:
        return judge_target(standard, held, planned.target, share=share)
    if planned.grids:
        return judge_regions(standard, held, planned.grids, share=share)
    return judge(standard, held, planned.thresholds, share=share)


def _share(planned: _Planned) -> float:
    permission = planned.permission
    return permission.share if isinstance(permission, FreshLook) else permission.of.share


def _look(planned: _Planned, judgment: Judgment, now: datetime) -> Look:
    return Look(
        id=LookId(0),
        sealed_set=planned.sealed.id,
        number=len(planned.sealed.looks) + 1,
        scope=planned.plan.digest,
        labels=len(planned.spoken),
        adjudications=planned.sealed.adjudications,
        share=_share(planned),
        outputs=judgment.outputs,
        thresholds=judgment.thresholds,
        recount=isinstance(planned.permission, Recount),
        at=now,
        grids=judgment.grids,
    )


def _stored(planned: _Planned, look: Look, judgment: Judgment) -> looks.StoredLook:
    verdict = verdict_to_json(judgment.verdict)
    return looks.StoredLook(
        look=look,
        standard=planned.plan.standard,
        fingerprint=planned.plan.fingerprint,
        plan=_kept_plan(planned),
        word=judgment.verdict.word,
        verdict=verdict,
        verdict_digest=looks.verdict_digest(verdict),
        warnings=(*planned.prepared.warnings, *judgment.warnings),
        by=planned.prepared.by.id,
    )


def _kept_plan(planned: _Planned) -> Mapping[str, Json]:
    """What was judged; with the schema, so that what the look showed can be shown again."""
    plan, schema = planned.plan, planned.prepared.schema
    kept: dict[str, Json] = {"scope": scope_to_json(plan.scope), "guardian": plan.guardian, "grader": plan.grader}
    kept |= {} if planned.target is None else {"targeted": True}
    return kept if schema is None else kept | {"schema": schema_to_json(schema)}


def _judged_facts(stored: looks.StoredLook) -> Mapping[str, Json]:
    return {
        "look": stored.look.id,
        "number": stored.look.number,
        "sealed_set": stored.look.sealed_set,
        "plan": stored.look.scope,
        "verdict": stored.verdict,
        "verdict_digest": stored.verdict_digest,
        "outputs": stored.look.outputs,
    }

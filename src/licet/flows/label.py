"""Labelling: a pilot of sealed cases is answered, a region fixed by it, and then cases inside are answered until it is proven."""

import hmac
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from licet.core.answer import Answer
from licet.core.canonical import Json
from licet.core.case import CaseBody
from licet.core.evaluation import Plan
from licet.core.grading import name_of
from licet.core.ids import CaseNumber, SealedSetId
from licet.core.labelling import CAP, Progress, may_begin, progress
from licet.core.people import Actor, Person
from licet.core.refusal import Refused
from licet.core.sealed import SealedSet, SealedTarget
from licet.core.standard import CountersignedStandard
from licet.core.use_case import UseCase
from licet.flows.evaluate import Evaluated, Request, evaluate, may_evaluate
from licet.flows.grade import confidence_of, eligible_in, grade
from licet.flows.hear import Heard, HeardUnder, hear
from licet.flows.office import Office, entry, working
from licet.flows.own_grades import standard_at_hand
from licet.flows.propose import Speaker, Spoken, keep, speaker
from licet.flows.qualify import may_label
from licet.flows.run import ALONE, Matter, Runner
from licet.flows.set_standard import signed_standard
from licet.stats.pilot import PILOT, REGION_SHARE, Target, labels_expected, plan_target
from licet.store import cases, imports, labelling, looks, use_cases
from licet.store.book import Tx
from licet.store.heads import sealed_heads

BATCH = 50
"""Cases on one worksheet, where nobody says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A pilot was drawn, or waits for answers: `waiting` of its `cases` have none."""

    cases: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Aimed:
    """The target region was fixed.

    Attributes:
        expected: how many labels inside are likely needed, an estimate from the pilot; None where they are likely more than the cap.
    """

    target: SealedTarget
    expected: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Labels inside the region were judged. Between begin and end nothing but `progress` is told."""

    progress: Progress
    target: SealedTarget
    evaluated: Evaluated


Step = Begun | Aimed | Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelling:
    """Where labelling stands, after the step that was taken."""

    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class _There:
    """What labelling goes on from."""

    use_case: UseCase
    standard: CountersignedStandard
    sealed: SealedSet
    pilot: SealedSetId | None


def label(office: Office, by: Actor, request: Request, *, cap: int = CAP, runner: Runner = ALONE) -> Labelling | Refused:
    """Takes the next step of labelling: draws the pilot, fixes the region once it is answered, and then judges what is labelled inside.

    Args:
        office: the office.
        by: who evaluates.
        request: use case, standard and system, as for `evaluate`.
        cap: after how many labels inside labelling ends; counts when the region is fixed.
        runner: who asks the system; it may stop in between, and goes on with the cases that are left.

    Returns:
        Where labelling stands now, or `Refused`. A pilot is drawn once for a sealed set, and a region fixed once.
    """
    found = _step(office, by, request, cap, runner)
    return found if isinstance(found, Refused) else Labelling(step=found)


def _step(office: Office, by: Actor, request: Request, cap: int, runner: Runner) -> Step | Refused:
    with office.book.write() as tx:
        there = _there(office, tx, by, request)
        if isinstance(there, Refused):
            return there
        if there.pilot is None:
            return _begin(office, tx, by, there)
        waiting = [one for one in labelling.drawn(tx, there.sealed.id, pilot=True) if one.waits]
    if waiting:
        return Begun(cases=PILOT, waiting=len(waiting))
    if there.sealed.target is None:
        return _aim(office, by, request, there, cap, runner)
    return _judge(office, by, request, runner)


def _there(office: Office, tx: Tx, by: Actor, request: Request) -> _There | Refused:
    use_case = may_evaluate(office, tx, by, request.name)
    if isinstance(use_case, Refused):
        return use_case
    standard = signed_standard(tx, use_case, request.on_disk)
    if isinstance(standard, Refused):
        return standard
    sealed = looks.current_set(tx, use_case)
    if sealed is None:
        why = f"{use_case.slug!r} has no sealed cases."
        return Refused(code="no_sealed_cases", why=why, remedy="Import history with a sealed part: --parts 50:20:30.")
    return _There(use_case=use_case, standard=standard, sealed=sealed, pilot=labelling.pilot_of(tx, sealed.id))


def _begin(office: Office, tx: Tx, by: Actor, there: _There) -> Begun | Refused:
    """Draws the pilot by keyed chance; its cases are history from here on, in a set of their own that is open."""
    refused = may_begin(there.standard.standard, there.sealed)
    if refused is not None:
        return refused
    now = office.clock.now()
    readable = [one.number for one in sealed_heads(tx, there.use_case, there.sealed.id) if one.readable]
    tried = _by_chance(office, there.sealed.id, "pilot", readable)[:PILOT]
    pilot = looks.new_set(tx, there.use_case, now)
    labelling.begin(tx, there.sealed.id, pilot=pilot, cases=_named(office, tried), by=by.id, at=now)
    looks.open_set(tx, there.use_case, pilot, scope=there.standard.digest, by=by.id, at=now)
    _has_a_hand(tx, there.use_case, by)
    facts: dict[str, Json] = {"sealed_set": there.sealed.id, "pilot_set": pilot, "cases": len(tried), "of": there.sealed.cases}
    tx.record(entry("labelling.begun", by=by.id, now=now, use_case=there.use_case, standard=there.standard.digest, **facts))
    return Begun(cases=len(tried), waiting=sum(one.waits for one in labelling.drawn(tx, there.sealed.id, pilot=True)))


def _has_a_hand(tx: Tx, use_case: UseCase, by: Actor) -> None:
    """Whoever draws a pilot or fixes a region evaluates, and labels nothing by which it is judged."""
    if isinstance(by, Person):
        use_cases.involve(tx, use_case, by.id, "evaluator")


def _by_chance(office: Office, sealed: SealedSetId, what: str, numbers: Iterable[CaseNumber]) -> list[CaseNumber]:
    """Puts cases into an order that nobody can foresee or choose: by a keyed digest of their numbers."""
    key = office.vault.key("labelling", f"{sealed} {what}".encode())
    return sorted(numbers, key=lambda number: hmac.digest(key, str(number).encode(), "sha256"))


def _named(office: Office, numbers: Sequence[CaseNumber]) -> list[tuple[CaseNumber, str]]:
    return [(number, office.draw.token("t_")) for number in numbers]


# --- the region --------------------------------------------------------------------------------------------------------


def _aim(office: Office, by: Actor, request: Request, there: _There, cap: int, runner: Runner) -> Aimed | Refused:
    """Fixes the region by the pilot's answers, and writes it down before any label inside is asked for."""
    speaks = speaker(office, there.use_case, wanted=request.system, posted_as=request.posted_as)
    if isinstance(speaks, Refused) or there.pilot is None:
        return speaks if isinstance(speaks, Refused) else _moved()
    with office.book.read() as tx:
        pilot, others = (sealed_heads(tx, there.use_case, one) for one in (there.pilot, there.sealed.id))
    under, matter = HeardUnder(standard=there.standard.standard, schema=request.schema), _matter(there, speaks, by)
    heard = hear(office, matter, [*pilot, *others], under, runner)
    if isinstance(heard, Refused):
        return heard
    with office.book.write() as tx:
        if looks.current_set(tx, there.use_case) != there.sealed:
            return _moved()
        tried = frozenset(one.number for one in pilot)
        return _fixed(office, tx, by, there, _Known(speaks=speaks, heard=heard, tried=tried, cap=cap))


def _matter(there: _There, speaks: Speaker, by: Actor) -> Matter:
    return Matter(use_case=there.use_case, speaker=speaks, by=by.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What the region is fixed by: what the system says, and on which cases it was tried."""

    speaks: Speaker
    heard: Heard
    tried: frozenset[CaseNumber]
    cap: int

    def alone(self, *, tried: bool) -> list[Spoken]:
        """The cases of the pilot, or the others, that may be decided alone at some confidence."""
        here = [one for one in self.heard.spoken if (one.number in self.tried) is tried]
        return [one for one, free in zip(here, eligible_in(self.heard.scope, here), strict=True) if free]


def _fixed(office: Office, tx: Tx, by: Actor, there: _There, known: _Known) -> Aimed | Refused:
    now, standard = office.clock.now(), there.standard.standard
    refused = may_begin(standard, replace(there.sealed, cases=there.sealed.cases + PILOT))
    free = known.alone(tried=False)
    if refused is not None or not free:
        return refused or _none_alone(there.sealed)
    guardian = keep(tx, there.use_case, known.speaks, by=by.id, now=now)
    _has_a_hand(tx, there.use_case, by)
    plan = Plan(
        standard=there.standard.digest,
        fingerprint=known.speaks.card.fingerprint,
        scope=known.heard.scope,
        guardian=guardian,
        grader=name_of(standard.grading),
    )
    inside, target = _target(office, tx, (there, known, free), plan)
    order = _by_chance(office, there.sealed.id, "inside", inside)
    labelling.aim(tx, there.sealed.id, target, _named(office, order))
    tx.record(entry("labelling.targeted", by=by.id, now=now, use_case=there.use_case, sealed_set=there.sealed.id, **_facts(target)))
    measure = standard.measures[0]
    expected = labels_expected(rate=target.predicted, target=measure.target, delta=REGION_SHARE * measure.delta, cap=target.cap)
    return Aimed(target=target, expected=expected)


def _target(office: Office, tx: Tx, of: tuple[_There, _Known, Sequence[Spoken]], plan: Plan) -> tuple[list[CaseNumber], SealedTarget]:
    """The cases inside the region that the pilot speaks for, and the region."""
    there, known, free = of
    found = _region(office, tx, there, known, free)
    inside = [one.number for one, sure in zip(free, confidence_of(free), strict=True) if sure >= found.threshold]
    return inside, SealedTarget(
        scope=plan.digest,
        threshold=found.threshold,
        inner=found.inner,
        cases=found.cases,
        inner_cases=found.inner_cases,
        of=there.sealed.cases,
        predicted=found.predicted,
        cap=min(known.cap, found.cases),
    )


def _region(office: Office, tx: Tx, there: _There, known: _Known, free: Sequence[Spoken]) -> Target:
    """Reads the pilot's answers, which are history, and finds the region they speak for."""
    pilot, standard = there.pilot or there.sealed.id, there.standard.standard
    proof = looks.PlannedLook(sealed_set=pilot, scope=there.standard.digest)
    answers = {number: answer for number, (answer, _) in looks.sealed_answers(tx, there.use_case, proof).items()}
    spoken = known.alone(tried=True)
    tried = grade(standard_at_hand(office, there.use_case, standard), known.heard.scope, spoken, answers)
    return plan_target(confidence=tried.confidence, loss=tried.loss, reference=confidence_of(free), target=standard.measures[0].target)


def _facts(target: SealedTarget) -> dict[str, Json]:
    return {
        "plan": target.scope,
        "thresholds": list(target.thresholds),
        "cases": target.cases,
        "inner_cases": target.inner_cases,
        "of": target.of,
        "cap": target.cap,
        "predicted": target.predicted,
    }


def _moved() -> Refused:
    why = "The sealed cases changed while the region was being fixed."
    return Refused(code="sealed_cases_opened", why=why, remedy="Run `licet label` again.")


def _none_alone(sealed: SealedSet) -> Refused:
    why = f"No case of sealed set {sealed.id} may be decided alone: guards, lists or a missing proposal keep all of them for people."
    return Refused(code="pilot_not_possible", why=why, remedy="Look at the guards and never-alone lists of the standard.")


# --- judging -----------------------------------------------------------------------------------------------------------


def _judge(office: Office, by: Actor, request: Request, runner: Runner) -> Judged | Refused:
    """Takes a look at what is labelled; it is a look like any other, recorded and paid for."""
    done = evaluate(office, by, request, runner)
    if isinstance(done, Refused):
        return done
    target = done.sealed.target_for(done.stored.look.scope)
    if target is None:
        why = "The target region was fixed for another system, standard or scope; this was an ordinary look."
        return Refused(code="pilot_not_possible", why=why, remedy="Import fresh cases and begin anew, or evaluate what the region is for.")
    return Judged(progress=progress(done.stored.word, target), target=target, evaluated=done)


# --- worksheets --------------------------------------------------------------------------------------------------------


def hand_out_labels(office: Office, by: Actor, *, name: str, most: int = BATCH) -> list[tuple[str, CaseBody]] | Refused:
    """Gives a person the cases to be answered next: all of the pilot that wait, then at most so many inside the region.

    Returns:
        Names that tell nothing, and what the cases say, in the order chance drew them; nothing of what AI says. Or `Refused`.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        ready = _labeller(office, tx, by, name)
        if isinstance(ready, Refused):
            return ready
        use_case, person, sealed = ready
        lines = []
        for one in next_labels(tx, sealed, most):
            stored = cases.by_number(tx, one.case)
            body = None if stored is None else cases.body_of(tx, stored)
            lines += [(one.token, body)] if body is not None else []
        tx.record(entry("labelling.exported", by=person.id, now=now, use_case=use_case, sealed_set=sealed.id, cases=len(lines)))
        return lines


def take_in_labels(office: Office, by: Actor, *, name: str, answers: Mapping[str, Answer], untold: Collection[str] = ()) -> int | Refused:
    """Takes a person's blind answers; a case that has an answer keeps it, an unknown name is refused.

    Args:
        office: the office.
        by: who answers.
        name: of the use case.
        answers: by the cases' names on the worksheet.
        untold: names of cases whose answer the person cannot tell. They count as errors of whatever is said of them: left out, hard cases
            would leave the sample; left open, one of them would hold up all behind it.

    Returns:
        How many were taken, or `Refused`.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        ready = _labeller(office, tx, by, name)
        if isinstance(ready, Refused):
            return ready
        use_case, person, sealed = ready
        sheet = {one.token: one for pilot in (True, False) for one in labelling.drawn(tx, sealed.id, pilot=pilot)}
        unknown = sorted({*answers, *untold} - set(sheet))
        if unknown:
            why = f"{unknown[0]!r} is not on a worksheet of sealed set {sealed.id}."
            return Refused(code="not_on_worksheet", why=why, remedy="Export the worksheet again: `licet label … --export FILE`.")
        new = [(sheet[token], answer) for token, answer in answers.items() if sheet[token].waits]
        for one, answer in new:
            imports.label(tx, one.case, one.salt or b"", answer, by=person.email)
        given_up = [sheet[token].case for token in sorted(set(untold) - set(answers)) if sheet[token].waits]
        for number in given_up:
            imports.label_as_untold(tx, number)
        taken = len(new) + len(given_up)
        if taken:
            facts: dict[str, Json] = {"cases": taken, "sealed_set": sealed.id, "cannot_tell": len(given_up)}
            tx.record(entry("history.labelled", by=person.id, now=now, use_case=use_case, **facts))
        return taken


def _labeller(office: Office, tx: Tx, by: Actor, name: str) -> tuple[UseCase, Person, SealedSet] | Refused:
    use_case = working(tx, name)
    if isinstance(use_case, Refused):
        return use_case
    person = may_label(office, tx, by, use_case)
    if isinstance(person, Refused):
        return person
    sealed = being_labelled(tx, use_case)
    return sealed if isinstance(sealed, Refused) else (use_case, person, sealed)


def being_labelled(tx: Tx, use_case: UseCase) -> SealedSet | Refused:
    """The sealed set whose cases people answer; or why none are answered."""
    sealed = looks.current_set(tx, use_case)
    if sealed is None or labelling.pilot_of(tx, sealed.id) is None:
        why = f"No pilot was drawn for the sealed cases of {use_case.slug!r}."
        return Refused(code="pilot_not_possible", why=why, remedy=f"Let a builder or the owner begin: `licet label {use_case.slug}`.")
    if sealed.opened_scope is not None or sealed.shown_elsewhere:
        why = f"Sealed set {sealed.id} was opened: nobody answers its cases blind any more."
        return Refused(code="sealed_cases_opened", why=why, remedy="Import fresh cases and begin anew.")
    return sealed


def next_labels(tx: Tx, sealed: SealedSet, most: int = BATCH) -> list[labelling.Drawn]:
    """What is to be answered next: all of the pilot that wait, then at most so many inside the region, in the order chance drew them.

    Once the whole region is proven nothing is: nobody's work would change anything.
    """
    waiting = [one for one in labelling.drawn(tx, sealed.id, pilot=True) if one.waits]
    if waiting or sealed.target is None or _proven(tx, sealed.id, sealed.target):
        return waiting
    return [one for one in labelling.drawn(tx, sealed.id, pilot=False)[: sealed.target.cap] if one.waits][:most]


def _proven(tx: Tx, sealed: SealedSetId, target: SealedTarget) -> bool:
    """Whether the newest look at a target region, which all may read, met the promise on all of it, not on its inner part alone."""
    there = [one for one in looks.looks_at(tx, sealed) if one.look.scope == target.scope]
    return bool(there) and there[-1].word == "met" and there[-1].threshold == target.threshold

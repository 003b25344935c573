"""Comparing: fix two versions, the cases and the margin, write it down, and only then ask the new version about any of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from licet.core.canonical import Json, digest
from licet.core.comparison import (
    AnyComparison,
    ComparisonId,
    Plan,
    Planned,
    Source,
    allowance_for,
    differ,
    plan_digest,
)
from licet.core.ids import CaseNumber, Fingerprint, PersonId
from licet.core.mandate import ActiveMandate, SuspendedMandate
from licet.core.people import Actor, Person
from licet.core.refusal import Refused
from licet.core.standard import CountersignedStandard, Standard
from licet.core.system import UNVERSIONED, Proposed, SystemCard, SystemKind
from licet.core.use_case import UseCase
from licet.flows.evaluate import may_evaluate
from licet.flows.judge_comparison import judge_if_answered
from licet.flows.office import Office, entry
from licet.flows.propose import Speaker, keep, restore, speaker
from licet.flows.run import ALONE, Matter, Runner
from licet.flows.set_standard import signed_standard
from licet.flows.speak import hear_out
from licet.store import comparisons, heads, mandates, systems, use_cases
from licet.store.book import Tx
from licet.store.heads import CaseHead


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be compared.

    Attributes:
        name: of the use case.
        on_disk: the standard as the folder has it.
        system: which kind of system the folder says is the new one.
        new: NAME@VERSION of a posted system that is the new one; None: the one the folder holds.
        old: NAME@VERSION of the old one; None: the one that the newest mandate is for.
        cases: how many, at least 1.
    """

    name: str
    on_disk: Standard
    source: Source
    cases: int
    system: str = "auto"
    new: str | None = None
    old: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    use_case: UseCase
    standard: CountersignedStandard
    old: Speaker
    new: Speaker


def plan_comparison(office: Office, by: Actor, wish: Wish) -> Planned | Refused:
    """Fixes versions, cases, margin and confidence. Nobody is asked anything yet.

    The cases are the newest that fit, by their numbers; what either version says of them plays no part in that, and the new one has
    said nothing.
    """
    ready = _prepare(office, by, wish)
    if isinstance(ready, Refused):
        return ready
    with office.book.write() as tx:
        now = office.clock.now()
        again = may_evaluate(office, tx, by, wish.name)
        plan = again if isinstance(again, Refused) else _plan(tx, ready, wish)
        if isinstance(plan, Refused):
            return plan
        keep(tx, ready.use_case, ready.new, by=by.id, now=now)
        if isinstance(by, Person):
            use_cases.involve(tx, ready.use_case, by.id, "evaluator")
        planned = Planned(id=ComparisonId(office.draw.token("c_")), plan=plan, by=by.id, at=now)
        comparisons.add(tx, ready.use_case, planned, [office.draw.token("t_") for _ in plan.cases])
        tx.record(entry("comparison.planned", by=by.id, now=now, use_case=ready.use_case, **_facts(planned)))
        return planned


def _prepare(office: Office, by: Actor, wish: Wish) -> _Ready | Refused:
    with office.book.read() as tx:
        use_case = may_evaluate(office, tx, by, wish.name)
        if isinstance(use_case, Refused):
            return use_case
        standard = signed_standard(tx, use_case, wish.on_disk)
        old = _old(office, tx, use_case, wish.old)
    if isinstance(standard, Refused):
        return standard
    if isinstance(old, Refused):
        return old
    new = _posted(wish.new) if wish.new is not None else speaker(office, use_case, wanted=wish.system, posted_as=None)
    if isinstance(new, Refused):
        return new
    if new.card.fingerprint == old.card.fingerprint:
        why = f"{new.card.name}@{new.card.version} is the old version itself."
        return Refused(code="no_comparison", why=why, remedy="Change the system, or name the old version with --old NAME@VERSION.")
    return _Ready(use_case=use_case, standard=standard, old=old, new=new)


def _posted(named: str) -> Speaker:
    """A posted system by its name; its proposals for the cases are brought in after the plan, so that it may be new here."""
    name, _, version = named.partition("@")
    card = SystemCard(kind=SystemKind.POSTED, name=name, version=version or UNVERSIONED)
    return Speaker(card=card, system=None, guardian=None, artifact=None, basis=digest({"posted": card.fingerprint}))


def _old(office: Office, tx: Tx, use_case: UseCase, named: str | None) -> Speaker | Refused:
    """The old version; one that cannot be asked any more still stands behind what it said."""
    if named is None:
        fingerprint = _running(tx, use_case)
        missing = f"{use_case.slug!r} has no mandate, so no version runs that a new one could replace."
    else:
        fingerprint = next((one.fingerprint for one in systems.called(tx, use_case, named)), None)
        missing = f"No system {named!r} is registered in {use_case.slug!r}."
    if fingerprint is None:
        return Refused(code="system_missing", why=missing, remedy="Name the old version with --old NAME@VERSION.")
    return _of_fingerprint(office, tx, use_case, fingerprint)


def _running(tx: Tx, use_case: UseCase) -> Fingerprint | None:
    """The version of the mandate that is active, or suspended for now."""
    governing = mandates.in_force(tx, use_case)
    running = governing.active if isinstance(governing, SuspendedMandate) else governing
    return running.terms.fingerprint if isinstance(running, ActiveMandate) else None


def _of_fingerprint(office: Office, tx: Tx, use_case: UseCase, fingerprint: Fingerprint) -> Speaker | Refused:
    found, stored = restore(office, tx, use_case, fingerprint, ""), systems.find(tx, use_case, fingerprint)
    if stored is None:
        return Refused(code="system_missing", why=f"No system of fingerprint {fingerprint[:12]!r} is stored.", remedy="Restore a backup.")
    if found is not None and found.card.fingerprint == fingerprint:
        return found
    return Speaker(card=stored.card, system=None, guardian=None, artifact=None, basis=stored.basis)


def _plan(tx: Tx, ready: _Ready, wish: Wish) -> Plan | Refused:
    use_case, standard = ready.use_case, ready.standard
    old, new = ready.old.card.fingerprint, ready.new.card.fingerprint
    before = comparisons.attempts(tx, use_case, old=old, new=new, standard=standard.digest)
    allowance = allowance_for(standard.standard, before=before)
    if isinstance(allowance, Refused):
        return allowance
    wanted = comparisons.Wanted(source=wish.source, old=old, new=new, old_spoke=ready.old.system is None, most=wish.cases)
    chosen = comparisons.choose(tx, use_case, wanted)
    if len(chosen) < wish.cases or not chosen:
        return _too_few(wanted, len(chosen))
    came_before = comparisons.came_before(tx, use_case, new, chosen)
    return Plan(
        old=old, new=new, standard=standard.digest, source=wish.source, rule=allowance.rule, cases=chosen, attempt=before + 1,
        share=allowance.share, came_before=came_before,
    )  # fmt: skip


def _too_few(wanted: comparisons.Wanted, there: int) -> Refused:
    silent = " on which the old version spoke, since it cannot be asked any more," if wanted.old_spoke else ""
    why = (
        f"There are {there:,} {wanted.source.value} cases{silent} about which the new version said nothing and that were compared before "
        f"by nobody; {wanted.most:,} are asked for."
    )
    return Refused(code="not_enough_cases", why=why, remedy="Wait for more cases, import some without answers, or ask for fewer.")


def _facts(planned: Planned) -> dict[str, Json]:
    plan = planned.plan
    return {
        "comparison": planned.id,
        "plan": plan_digest(plan),
        "old": plan.old,
        "new": plan.new,
        "standard": plan.standard,
        "source": plan.source.value,
        "cases": len(plan.cases),
        "numbers": digest(list(plan.cases)),
        "margin": plan.rule.margin,
        "confidence": plan.rule.confidence,
        "attempt": plan.attempt,
        "share": plan.share,
        "came_before": plan.came_before,
    }


# --- asking both ---------------------------------------------------------------------------------------------------------


def ask_both(office: Office, by: Actor, *, name: str, runner: Runner = ALONE) -> AnyComparison | Refused:
    """Asks both versions about every case of the newest plan, once; what they said before is taken as it was said.

    Args:
        office: the office.
        by: who may evaluate.
        name: of the use case.
        runner: who asks the systems; it may stop in between, and goes on with the cases that are left.

    Returns:
        The comparison: judged at once where no case is left to answer. Asked again, it is the same.
    """
    with office.book.read() as tx:
        use_case = may_evaluate(office, tx, by, name)
        newest = use_case if isinstance(use_case, Refused) else comparisons.newest(tx, use_case)
    if isinstance(use_case, Refused) or newest is None or isinstance(newest, Refused):
        return use_case if isinstance(use_case, Refused) else none_planned(name)
    said = _hear_both(office, (use_case, by.id), newest, runner) if isinstance(newest, Planned) else _NOBODY
    if isinstance(said, Refused):
        return said
    with office.book.write() as tx:
        now = office.clock.now()
        if isinstance(newest, Planned) and comparisons.newest(tx, use_case) == newest:
            _write(tx, use_case, newest, said, by=by, now=now)
        return judge_if_answered(office, tx, use_case, by=by.id, now=now) or none_planned(name)


_Said = tuple[Mapping[CaseNumber, Proposed], Mapping[CaseNumber, Proposed]]
"""What the old version and the new one said, by case; erased cases are absent."""

_NOBODY: _Said = ({}, {})


def _hear_both(office: Office, whose: tuple[UseCase, PersonId], planned: Planned, runner: Runner) -> _Said | Refused:
    """What both versions say, outside any transaction."""
    use_case, by = whose
    plan = planned.plan
    with office.book.read() as tx:
        there = heads.heads_of(tx, use_case, plan.cases)
        speaks = [_able(office, tx, use_case, one, there) for one in (plan.old, plan.new)]
    found: list[Mapping[CaseNumber, Proposed]] = []
    for one in speaks:
        matter = one if isinstance(one, Refused) else Matter(use_case=use_case, speaker=one, by=by)
        spoken = matter if isinstance(matter, Refused) else hear_out(office, matter, there, runner, with_attributes=False)
        if isinstance(spoken, Refused):
            return spoken
        found.append({case.number: case.proposed for case in spoken})
    old, new = found
    return old, new


def none_planned(name: str) -> Refused:
    """There is no comparison of a use case."""
    return Refused(code="no_comparison", why=f"No comparison of {name!r} was planned.", remedy="Plan one: `licet compare plan`.")


def _able(office: Office, tx: Tx, use_case: UseCase, fingerprint: Fingerprint, there: Sequence[CaseHead]) -> Speaker | Refused:
    """A version that can be asked, or that spoke on every case already: what it did not say is neither right nor wrong."""
    one = _of_fingerprint(office, tx, use_case, fingerprint)
    if isinstance(one, Refused) or one.system is not None:
        return one
    readable = [head.number for head in there if head.readable]
    missing = len(readable) - len(systems.spoken_on(tx, fingerprint, readable))
    if missing == 0:
        return one
    why = f"'{one.card.name}@{one.card.version}' as it was planned cannot be asked, and said nothing about {missing:,} of the cases."
    remedy = "Import what a posted system says of these cases (`licet import … --system NAME@VERSION`), or restore the system's folder."
    return Refused(code="system_missing", why=why, remedy=remedy)


def _write(tx: Tx, use_case: UseCase, planned: Planned, said: _Said, *, by: Actor, now: datetime) -> None:
    """Writes on which cases they differ; an erased one counts as one."""
    old, new = said
    differs = {number: number not in old or number not in new or differ(old[number], new[number]) for number in planned.plan.cases}
    comparisons.asked(tx, planned.id, differs, at=now)
    if isinstance(by, Person):
        use_cases.involve(tx, use_case, by.id, "evaluator")
    facts: dict[str, Json] = {"comparison": planned.id, "cases": len(differs), "differing": sum(differs.values())}
    tx.record(entry("comparison.asked", by=by.id, now=now, use_case=use_case, **facts))

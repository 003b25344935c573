"""Requirements: each line of a gate, held against the evidence: met or not, since when, who has the ball, and what closes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from licet.core.capacity import Enough, capacity_in_words, hold
from licet.core.exposure import default_plan, is_as_careful, plan_in_words
from licet.core.gate import ClosedGate, Evidence, OpenedGate, Pattern, Requirement, bound_approvals
from licet.core.gate_rules import Code, GateRules
from licet.core.people import Role
from licet.core.redesign_evidence import Shown, baseline_locked, people_suffice, simulated_as_measured
from licet.core.refusal import Unknown
from licet.core.risk import Tier
from licet.core.use_case import Stage


def pass_gate(to: Stage, evidence: Evidence, rules: GateRules) -> OpenedGate | ClosedGate:
    """Holds the evidence against what the rules ask for at a stage.

    Args:
        to: the stage to be entered.
        evidence: what is known.
        rules: the gate rules in force.

    Returns:
        `OpenedGate` when every requirement is met, else `ClosedGate` that lists all of them.
    """
    requirements = requirements_for(to, evidence, rules)
    covers = evidence.covers if to is Stage.DELEGATED else evidence.digest
    if covers is None or not all(r.met for r in requirements):
        return ClosedGate(to=to, covers=evidence.covers, requirements=requirements)
    mandate = evidence.mandate if to is Stage.DELEGATED else None
    return OpenedGate(to=to, covers=covers, mandate=mandate, requirements=requirements)


def requirements_for(to: Stage, evidence: Evidence, rules: GateRules) -> tuple[Requirement, ...]:
    """The requirements of a stage, each held against the evidence, in the order in which they are usually met.

    What is prohibited is told so at every gate, whatever the rules ask for.
    """
    asked = dict(rules.of(to, evidence.tier))
    if evidence.tier is Tier.PROHIBITED and to in {stage for stage, _ in rules.gates}:
        asked[Code.RISK_ANSWERED] = None
    seen = evidence if to is Stage.DELEGATED else _undelegated(evidence)
    return tuple(_line(code, seen, asked[code]) for code in Code if code in asked)


def _undelegated(evidence: Evidence) -> Evidence:
    """The same for a stage at which people answer every case, whatever mandate is proposed."""
    return evidence if evidence.capacity is None else replace(evidence, capacity=evidence.capacity.undelegated)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What a requirement's evidence says."""

    met: bool
    shows: str
    since: datetime
    ball: Role
    closes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """A requirement as such: what it says, whom it serves, and how it is held against evidence and the number asked for."""

    says: str
    pattern: Pattern
    find: Callable[[Evidence, int], _Found]


def _line(code: Code, evidence: Evidence, number: int | None) -> Requirement:
    kind = KINDS[code]
    found = kind.find(evidence, number or 0)
    return Requirement(
        code=code,
        says=kind.says,
        met=found.met,
        shows=found.shows,
        pattern=kind.pattern,
        ball=found.ball,
        people=evidence.hands.get(found.ball, ()),
        since=found.since,
        closes="" if found.met else found.closes,
    )


def _history(evidence: Evidence, number: int) -> _Found:
    n = evidence.history_cases
    enough = "" if number <= 1 else f" of at least {number:,}"
    return _Found(
        met=n >= number,
        shows=f"{n:,}{enough} past cases" if n else "none imported",
        since=_since(n >= number, evidence.moments.imported, evidence),
        ball=Role.BUILDER,
        closes=f"licet import {evidence.slug} FILE --content COLUMN --answer COLUMN",
    )


def _owner(evidence: Evidence, number: int) -> _Found:
    del number
    named = evidence.owner is not None
    return _Found(
        met=named,
        shows="named" if named else "the first owner to lock the standard becomes it",
        since=_since(named, evidence.moments.owned, evidence),
        ball=Role.OWNER,
        closes=f"licet standard lock {evidence.slug} --as OWNER",
    )


def _risk(evidence: Evidence, number: int) -> _Found:
    del number
    tier = evidence.tier
    shows = "not answered" if tier is None else "prohibited: it enters no stage" if tier is Tier.PROHIBITED else f"answered: {tier.value}"
    return _Found(
        met=tier is not None and tier is not Tier.PROHIBITED,
        shows=shows,
        since=evidence.risk_at or evidence.moments.created,
        ball=Role.RISK if tier is Tier.PROHIBITED else Role.OWNER,
        closes=f"licet risk answer {evidence.slug} --file FILE --as {'RISK' if tier is Tier.PROHIBITED else 'OWNER'}",
    )


def _locked(evidence: Evidence, number: int) -> _Found:
    del number
    at = evidence.moments
    if evidence.standard is None:
        closes = f"licet standard lock {evidence.slug} --as OWNER"
        return _Found(met=False, shows="not locked", since=at.created, ball=Role.OWNER, closes=closes)
    if not evidence.countersigned:
        closes = f"licet standard countersign {evidence.slug} --as RISK"
        return _Found(met=False, shows="locked, not countersigned", since=at.locked or at.created, ball=Role.RISK, closes=closes)
    shows = f"locked and countersigned, {evidence.standard[:12]}"
    return _Found(met=True, shows=shows, since=at.countersigned or at.created, ball=Role.RISK, closes="")


def _evaluated(evidence: Evidence, number: int) -> _Found:
    del number
    return _judged(evidence, met=evidence.verdict is not None)


def _met(evidence: Evidence, number: int) -> _Found:
    del number
    return _judged(evidence, met=evidence.verdict == "met")


def _judged(evidence: Evidence, *, met: bool) -> _Found:
    return _Found(
        met=met,
        shows=(evidence.verdict or "not evaluated").replace("_", " "),
        since=evidence.moments.judged or _before_verdict(evidence),
        ball=Role.BUILDER,
        closes=f"licet evaluate {evidence.slug}",
    )


def _qualified(evidence: Evidence, number: int) -> _Found:
    at, shown = evidence.moments, evidence.qualified
    if shown is None:
        closes = f"licet qualification rule {evidence.slug} --cases 60 --agreement 0.9 --as OWNER"
        return _Found(met=False, shows="nothing says what qualifies", since=at.created, ball=Role.OWNER, closes=closes)
    valid = sorted(until for until in shown.values() if evidence.asked_at < until)
    return _Found(
        met=len(valid) >= number,
        shows=f"{len(valid)} of at least {number} people",
        since=at.created,
        ball=Role.REVIEWER,
        closes=f"licet practise start {evidence.slug} --as REVIEWER",
    )


def _enough_people(evidence: Evidence, number: int) -> _Found:
    there, late = evidence.capacity, number / 100.0
    found = Unknown(why="nobody looked") if there is None else hold(there, late=late)
    return _Found(
        met=isinstance(found, Enough),
        shows="unknown" if there is None else capacity_in_words(there, found, late=late),
        since=evidence.moments.created,
        ball=Role.OWNER,
        closes=f"licet reviewers capacity {evidence.slug} --as OWNER",
    )


def _baseline(evidence: Evidence, number: int) -> _Found:
    found = baseline_locked(evidence.process, log_needed=number > 0)
    shown = evidence.process
    if shown is None or (shown.log is None and shown.locked_at is None):
        return _of_process(evidence, found)
    act, ball = ("lock", Role.OWNER) if shown.locked_at is None else ("countersign", Role.RISK)
    what = evidence.slug if act == "lock" else f"{evidence.slug} {shown.baseline or 'DIGEST'}"
    closes = f"licet process baseline {act} {what} --as {ball.name}"
    return _Found(met=found.met, shows=found.says, since=found.since or evidence.moments.created, ball=ball, closes=closes)


def _simulated(evidence: Evidence, number: int) -> _Found:
    return _of_process(evidence, simulated_as_measured(evidence.process, log_needed=number > 0))


def _enough_simulated(evidence: Evidence, number: int) -> _Found:
    return _of_process(evidence, people_suffice(evidence.process, log_needed=number > 0))


def _of_process(evidence: Evidence, found: Shown) -> _Found:
    there = evidence.process is not None and evidence.process.log is not None
    return _Found(
        met=found.met,
        shows=found.says,
        since=found.since or evidence.moments.created,
        ball=Role.OWNER,
        closes=f"licet process {'compare' if there else 'import'} {evidence.slug}{'' if there else ' FILE'} --as OWNER",
    )


def _slices(evidence: Evidence, number: int) -> _Found:
    declared, at = evidence.slices, evidence.moments
    if len(declared) < number:
        shows = f"{len(declared)} of at least {number} declared"
        closes = f"licet standard revise {evidence.slug} --as OWNER"
        return _Found(met=False, shows=shows, since=at.locked or at.created, ball=Role.OWNER, closes=closes)
    open_ones = [one.name for one in declared if not one.met]
    kept = f"{len(declared)} declared, all met" if declared else "none declared"
    return _Found(
        met=not open_ones,
        shows=f"not shown to hold: {', '.join(open_ones)}" if open_ones else kept,
        since=at.judged or _before_verdict(evidence),
        ball=Role.BUILDER,
        closes=f"licet evaluate {evidence.slug}",
    )


def _stop(evidence: Evidence, number: int) -> _Found:
    last, lasts = evidence.stop_exercised_at, timedelta(days=number)
    met = last is not None and evidence.asked_at <= last + lasts
    return _Found(
        met=met,
        shows=f"not exercised within {number} days" if not met else f"exercised {last:%Y-%m-%d}",
        since=evidence.moments.created if last is None else last if met else last + lasts,
        ball=Role.OWNER,
        closes=f"licet stop drill {evidence.slug} --as OWNER",
    )


def _proposed(evidence: Evidence, number: int) -> _Found:
    del number
    at = evidence.moments
    return _Found(
        met=evidence.mandate is not None,
        shows="not proposed" if evidence.mandate is None else f"proposed, {evidence.mandate[:12]}",
        since=_since(evidence.mandate is not None, at.proposed, evidence, waiting=at.judged or _before_verdict(evidence)),
        ball=Role.OWNER,
        closes=f"licet mandate propose {evidence.slug} --as OWNER",
    )


def _exposed(evidence: Evidence, number: int) -> _Found:
    del number
    tier, at = evidence.tier or Tier.HIGH, evidence.moments
    least = default_plan(tier)
    met = evidence.exposure is not None and is_as_careful(evidence.exposure, least)
    planned = "no mandate is proposed" if evidence.exposure is None else plan_in_words(evidence.exposure)
    return _Found(
        met=met,
        shows=planned if met else f"{planned}; no share may come sooner than by: {plan_in_words(least)}",
        since=at.proposed or at.judged or _before_verdict(evidence),
        ball=Role.OWNER,
        closes=f"licet mandate propose {evidence.slug} --exposure {tier.value} --as OWNER",
    )


def _approved(evidence: Evidence, number: int) -> _Found:
    given, at, asked = bound_approvals(evidence), evidence.moments, evidence.asked
    if asked is None or evidence.covers is None:
        return _not_asked(evidence)
    passed = asked.more == 0 and (bool(asked.by_rule) or len(given) >= number)
    waits = "" if asked.waits_until is None else f", may be vetoed until {asked.waits_until:%Y-%m-%d %H:%M} UTC"
    return _Found(
        met=passed and asked.waits_until is None,
        shows=f"{asked.by_rule or f'{len(given)} of {max(number, len(given) + asked.more)} approvals'}{waits}",
        since=given[-1].at if given else at.proposed or at.judged or _before_verdict(evidence),
        ball=Role.RISK,
        closes=f"licet approve {evidence.slug} {evidence.covers or 'DIGEST'} --as RISK",
    )


def _not_asked(evidence: Evidence) -> _Found:
    at = evidence.moments
    return _Found(
        met=False,
        shows="no request for approval stands",
        since=at.proposed or at.judged or _before_verdict(evidence),
        ball=Role.OWNER,
        closes=f"licet {'mandate propose' if evidence.mandate is None else 'approval ask'} {evidence.slug} --as OWNER",
    )


def _since(met: bool, at: datetime | None, evidence: Evidence, *, waiting: datetime | None = None) -> datetime:  # noqa: FBT001 - reads as a word
    return (at if met else waiting) or evidence.moments.created


def _before_verdict(evidence: Evidence) -> datetime:
    at = evidence.moments
    return at.countersigned or at.locked or at.created


KINDS: Mapping[Code, _Kind] = {
    Code.HISTORY_IMPORTED: _Kind(says="Past cases with people's answers are there.", pattern=Pattern.QUALITY, find=_history),
    Code.OWNER_NAMED: _Kind(says="Somebody owns the decision.", pattern=Pattern.OWNERSHIP, find=_owner),
    Code.RISK_ANSWERED: _Kind(says="The risk questions are answered, and it is not prohibited.", pattern=Pattern.GOVERNANCE, find=_risk),
    Code.STANDARD_LOCKED: _Kind(says="What good means was locked by two people before any result.", pattern=Pattern.QUALITY, find=_locked),
    Code.EVALUATED: _Kind(says="The system was judged against the standard.", pattern=Pattern.QUALITY, find=_evaluated),
    Code.REVIEWERS_QUALIFIED: _Kind(
        says="Enough people have shown on past cases that they can judge.", pattern=Pattern.CULTURE, find=_qualified
    ),
    Code.CAPACITY: _Kind(
        says="The people who may answer can work off what will come to them in time.", pattern=Pattern.JUDGMENT, find=_enough_people
    ),
    Code.VERDICT_MET: _Kind(says="The verdict on sealed cases is met.", pattern=Pattern.QUALITY, find=_met),
    Code.BASELINE_LOCKED: _Kind(
        says="The process as it was is held by two people, before AI decides.", pattern=Pattern.OWNERSHIP, find=_baseline
    ),
    Code.REDESIGN_SIMULATED: _Kind(
        says="The redesign was simulated on the process's own event log, with the measured system.",
        pattern=Pattern.OWNERSHIP,
        find=_simulated,
    ),
    Code.CAPACITY_SIMULATED: _Kind(
        says="In the simulated redesign people are enough for the service level.", pattern=Pattern.JUDGMENT, find=_enough_simulated
    ),
    Code.SLICES: _Kind(says="The promise holds in each declared slice, not on average only.", pattern=Pattern.QUALITY, find=_slices),
    Code.STOP_EXERCISED: _Kind(says="The stop was exercised lately, and worked.", pattern=Pattern.JUDGMENT, find=_stop),
    Code.MANDATE_PROPOSED: _Kind(
        says="A mandate with scope, audits, cap and expiry is proposed.", pattern=Pattern.JUDGMENT, find=_proposed
    ),
    Code.EXPOSURE_PLANNED: _Kind(
        says="It is given cases step by step, no sooner than its tier of risk takes.", pattern=Pattern.JUDGMENT, find=_exposed
    ),
    Code.APPROVED: _Kind(says="People other than its author approved exactly this.", pattern=Pattern.GOVERNANCE, find=_approved),
}
"""Every requirement there is; a test holds the list against `Code`."""

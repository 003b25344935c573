"""A gate's history: the ledger's entries of a use case, replayed into the evidence that was there after each, and so whose turn it was."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from licet.core.approval import Approval
from licet.core.canonical import Json
from licet.core.exposure import ExposurePlan, plan_from_json
from licet.core.gate import Evidence, GateRequest, Moments, SliceShown
from licet.core.gate_rules import Code, GateRules
from licet.core.ids import Digest, PersonId, UseCaseSlug
from licet.core.ledger import Event
from licet.core.moving import WAY
from licet.core.people import Role
from licet.core.requirements import requirements_for
from licet.core.risk import Tier
from licet.core.turns import GateTime, Turn, gate_time
from licet.core.use_case import Stage
from licet.core.verdict import measures_met

WORDS = (
    "use_case.created",
    "use_case.retired",
    "history.imported",
    "history.import_undone",
    "standard.locked",
    "standard.countersigned",
    "standard.revised",
    "risk.answered",
    "evaluation.judged",
    "stop.exercised",
    "qualification.rule_set",
    "qualification.reached",
    "mandate.proposed",
    "approval.asked",
    "approval.given",
    "approval.passed",
    "approval.voided",
    "approval.declined",
    "approval.withdrawn",
    "approval.expired",
    "mandate.granted",
    "stage.changed",
)
"""The entries that turn the ball over. The list is closed: whatever else happened, nobody's turn changed by it."""


def first_evidence(use_case: UseCaseSlug, at: datetime, gates: Digest) -> Evidence:
    """What was there when a use case was created: nothing."""
    return Evidence(
        slug=use_case,
        asked_at=at,
        moments=Moments(created=at),
        owner=None,
        history_cases=0,
        tier=None,
        risk=None,
        risk_at=None,
        standard=None,
        countersigned=False,
        verdict=None,
        slices=(),
        stop_exercised_at=None,
        mandate=None,
        gates=gates,
        policy=None,
        asked=None,
        approvals=(),
    )


def after(evidence: Evidence, event: Event) -> Evidence:
    """The evidence after an entry. What approvals stood on and changed takes them away."""
    changed = _asked(_judged(_changed(replace(evidence, asked_at=event.at), event.facts, event), event.facts, event), event.facts, event)
    return changed if changed.covers == evidence.covers else replace(changed, approvals=())


def _changed(was: Evidence, facts: Mapping[str, Json], event: Event) -> Evidence:
    match event.what:
        case "history.imported" | "history.import_undone":
            return replace(was, history_cases=was.history_cases + _cases(facts) if event.what == "history.imported" else 0)
        case "risk.answered":
            return replace(was, tier=Tier(str(facts["tier"])), risk=Digest(str(facts["digest"])), risk_at=event.at)
        case "stop.exercised":
            return replace(was, stop_exercised_at=event.at) if facts.get("result") == "held" else was
        case "qualification.rule_set" | "qualification.reached":
            return replace(was, qualified=_qualified(was, facts))
        case "mandate.proposed":
            return replace(was, mandate=Digest(str(facts["digest"])), exposure=_plan(facts))
        case _:
            return was


def _qualified(was: Evidence, facts: Mapping[str, Json]) -> Mapping[PersonId, datetime]:
    """Who is qualified until when; a new rule begins with nobody, and says anew who has shown enough by it."""
    if "person" not in facts:
        return {}
    return {**(was.qualified or {}), PersonId(str(facts["person"])): datetime.fromisoformat(str(facts["until"]))}


def _plan(facts: Mapping[str, Json]) -> ExposurePlan:
    terms = facts.get("terms")
    return plan_from_json(terms["exposure"]) if isinstance(terms, Mapping) and "exposure" in terms else ()


ENDS = frozenset({"approval.voided", "approval.declined", "approval.withdrawn", "approval.expired"})
"""The entries that end a request."""


def _asked(was: Evidence, facts: Mapping[str, Json], event: Event) -> Evidence:
    """The part of the replay about approvals. Releases before there were requests asked by proposing, and one yes was enough."""
    match event.what:
        case "mandate.proposed":
            return replace(was, asked=GateRequest(digest=Digest(str(facts["digest"])), more=1))
        case "approval.asked" if facts.get("subject") == "mandate":
            return replace(was, asked=GateRequest(digest=Digest(str(facts["digest"])), more=1))
        case "approval.given" if was.asked is not None and not facts.get("fast_lane"):
            given = Approval(digest=was.asked.digest, by=event.by, at=event.at)
            more = was.asked.more if "request" in facts else 0
            return replace(was, asked=replace(was.asked, more=more), approvals=(*was.approvals, given))
        case "approval.passed" if was.asked is not None and facts.get("digest") == was.asked.digest:
            return replace(was, asked=replace(was.asked, more=0, by_rule="passed by the fast lane" if facts.get("fast_lane") else ""))
        case what if what in ENDS and was.asked is not None and facts.get("digest") == was.asked.digest:
            return replace(was, asked=None)
        case _:
            return was


def _judged(was: Evidence, facts: Mapping[str, Json], event: Event) -> Evidence:
    """The part of the replay about the standard and its verdicts: a new one makes what stood on the old one void."""
    match event.what:
        case "standard.locked":
            locked = replace(was, owner=was.owner or event.by, standard=Digest(str(facts.get("digest"))), slices=_declared(facts))
            return replace(locked, countersigned=False, verdict=None, mandate=None)
        case "standard.countersigned":
            return replace(was, countersigned=True)
        case "standard.revised":
            return replace(was, standard=None, countersigned=False, verdict=None, mandate=None, slices=())
        case "evaluation.judged":
            met = measures_met(facts.get("verdict"))
            return replace(was, verdict=_word(facts), mandate=None, slices=tuple(replace(s, met=s.name in met) for s in was.slices))
        case _:
            return was


def _word(facts: Mapping[str, Json]) -> str:
    verdict = facts.get("verdict")
    return str(verdict.get("verdict")) if isinstance(verdict, Mapping) else str(verdict)


def _declared(facts: Mapping[str, Json]) -> tuple[SliceShown, ...]:
    """The slices of the standard that an entry holds; none is shown to hold yet."""
    match facts.get("standard"):
        case {"measures": [*measures]}:
            return tuple(SliceShown(name=str(m["name"]), met=False) for m in measures if isinstance(m, Mapping) and "slice" in m)
        case _:
            return ()


def _cases(facts: Mapping[str, Json]) -> int:
    parts = facts.get("parts")
    return sum(n for n in parts.values() if isinstance(n, int)) if isinstance(parts, Mapping) else 0


def gate_times(events: Sequence[Event], rules: GateRules, now: datetime) -> tuple[GateTime, ...]:
    """How long each gate of a use case took, and whose turn it is.

    The rules as they are now say what was asked for; a turn is with whoever has the ball for the first requirement that is open, and
    with the owner while a gate is open and nobody goes through it. Each way begins with the use case, and ends where its stage, or a
    later one, is entered for the first time.

    Args:
        events: the use case's entries, in order, from its creation on; others than `WORDS` change nothing.
        rules: the gate rules in force.
        now: when it is asked.

    Returns:
        One for each stage after *idea*, in order; none before there is an entry.
    """
    if not events:
        return ()
    return tuple(found for to in WAY[1:] if (found := _gate_time(events, to, rules, now)) is not None)


def _gate_time(events: Sequence[Event], to: Stage, rules: GateRules, now: datetime) -> GateTime | None:
    slug = events[-1].use_case or UseCaseSlug("")
    turns: list[Turn] = []
    evidence, stage, passed = first_evidence(slug, events[0].at, rules.digest), Stage.IDEA, None
    for event in events:
        evidence, stage = after(evidence, event), _stage(stage, event)
        if stage is Stage.RETIRED or (stage in WAY and WAY.index(stage) >= WAY.index(to)):
            passed = event.at if stage is not Stage.RETIRED else None
            turns.append(Turn(at=event.at, ball=None))
            break
        turns.append(Turn(at=event.at, ball=_ball(to, evidence, rules)))
    return gate_time(slug, to, turns, passed=passed, now=now)


def _stage(was: Stage, event: Event) -> Stage:
    match event.what:
        case "stage.changed":
            return Stage(str(event.facts["became"]))
        case "use_case.retired":
            return Stage.RETIRED
        case _:
            return was


UNTOLD = frozenset({Code.CAPACITY, Code.BASELINE_LOCKED, Code.REDESIGN_SIMULATED, Code.CAPACITY_SIMULATED})
"""What no entry tells alone: it changes with every case and absence, or with several things at once. In a replay it is nobody's turn."""


def _ball(to: Stage, evidence: Evidence, rules: GateRules) -> Role:
    lines = (line for line in requirements_for(to, evidence, rules) if line.code not in UNTOLD)
    open_ones: Iterable[Role] = (line.ball for line in lines if not line.met)
    return next(iter(open_ones), Role.OWNER)

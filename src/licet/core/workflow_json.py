"""A workflow as its author writes it and as it is stored: one form, read strictly, by a closed small grammar."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import assert_never

from licet.core.canonical import Json, digest
from licet.core.case_rules import CaseRule, NotRulesError, rule_from_json, rule_to_json
from licet.core.people import Role
from licet.core.use_case import NotASlugError, slug
from licet.core.workflow import (
    MOST_AT_ONCE,
    MOST_BRANCHES,
    MOST_ROUNDS,
    MOST_STEPS,
    Branch,
    Branches,
    Coded,
    Decide,
    End,
    Join,
    Rule,
    Split,
    Step,
    StepName,
    Wait,
    Workflow,
)

NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
NAME_LENGTH = 40
LASTS = re.compile(r"([1-9][0-9]{0,8}) (second|minute|hour|day)s?")
LONGEST = timedelta(days=366)
UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
KINDS = ("rule", "python", "decide", "person", "wait", "parallel", "join")
FUNCTION = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
SHA256 = re.compile(r"[0-9a-f]{64}")
ROUNDS = re.compile(r"[1-9][0-9]?")
RULES_AT_ONCE = 10
"""Rules that one branch may ask for together."""

Where = tuple[str | int, ...]


class NotAWorkflowError(ValueError):
    """What was read is no workflow.

    Attributes:
        where: keys and places down to the offender.
        why: names it, and the limit.
        remedy: what to write.
    """

    def __init__(self, where: Where, why: str, remedy: str) -> None:
        """Takes them."""
        super().__init__(f"{'.'.join(map(str, where)) or 'the file'}: {why} {remedy}")
        self.where, self.why, self.remedy = where, why, remedy


def version_of(workflow: Workflow) -> str:
    """The digest by which a version is named (64 hex characters): of its steps, times and rules of moving."""
    return digest(workflow_to_json(workflow))


def workflow_to_json(workflow: Workflow) -> Json:
    """Writes a workflow as plain JSON; times in seconds."""
    plain: dict[str, Json] = {
        "begin": workflow.begin,
        "tell": workflow.tell.value,
        "steps": {name: _step_to_json(step) for name, step in workflow.steps.items()},
        "moves": {str(old): str(new) for old, new in workflow.moves.items()},
    }
    plain |= {} if workflow.due is None else {"due": _lasts(workflow.due)}
    return plain if workflow.code is None else plain | {"code": workflow.code}


def _step_to_json(step: Step) -> Json:
    match step:
        case Decide():
            return _decide_to_json(step)
        case Rule(branches=branches):
            return {"rule": _branches_to_json(branches)}
        case Coded(function=function, outcomes=outcomes, backs=backs):
            return {"python": function, "next": {said: _outcome_to_json(to, backs.get(said)) for said, to in outcomes.items()}}
        case Wait(lasts=lasts, branches=branches):
            return {"wait": _lasts(lasts), "next": _branches_to_json(branches)}
        case Split() | Join():
            return _beside_to_json(step)
        case End():
            return "end"
        case _:
            assert_never(step)


def _beside_to_json(step: Split | Join) -> Json:
    if isinstance(step, Split):
        return {"parallel": [str(way) for way in step.ways]}
    return {"join": str(step.of), "next": _branches_to_json(step.branches)}


def _decide_to_json(step: Decide) -> Json:
    plain: dict[str, Json] = {"person" if step.by_person else "decide": step.use_case, "next": _branches_to_json(step.branches)}
    plain |= {} if step.due is None else {"due": _lasts(step.due)}
    return plain | ({"not_by": [str(name) for name in step.not_by]} if step.not_by else {})


def _outcome_to_json(to: StepName, at_most: int | None) -> Json:
    return str(to) if at_most is None else {"back": str(to), "at_most": str(at_most)}


def _branches_to_json(branches: Branches) -> Json:
    return [_branch_to_json(one) for one in branches]


def _branch_to_json(one: Branch) -> Json:
    leads: dict[str, Json] = {"to": one.to} if one.at_most is None else {"back": one.to, "at_most": str(one.at_most)}
    return leads | ({"when": [rule_to_json(rule) for rule in one.when]} if one.when else {})


def _lasts(time: timedelta) -> str:
    return f"{int(time.total_seconds())} seconds"


def workflow_from_json(raw: Json) -> Workflow:
    """Reads a workflow as `workflow_to_json` or its author wrote it; whether it is whole, `workflow.flaws` says.

    Raises:
        NotAWorkflowError: names the first offender.
    """
    top = _block((), raw, needed={"begin", "steps"}, also={"due", "tell", "moves", "code"})
    steps, moves = _mapping(("steps",), top["steps"]), _mapping(("moves",), top.get("moves", {}))
    if not 1 <= len(steps) <= MOST_STEPS:
        raise NotAWorkflowError(("steps",), f"{len(steps)} steps; from 1 to {MOST_STEPS} are taken.", "Split the workflow in two.")
    return Workflow(
        begin=_name(("begin",), top["begin"]),
        steps={_name(("steps", name), name): _step(("steps", name), step) for name, step in steps.items()},
        due=_time(("due",), top["due"]) if "due" in top else None,
        tell=_role(("tell",), top.get("tell", Role.OWNER.value)),
        moves={_name(("moves", old), old): _name(("moves", old), new) for old, new in moves.items()},
        code=_code(("code",), top["code"]) if "code" in top else None,
    )


def _step(where: Where, raw: Json) -> Step:
    if raw == "end":
        return End()
    keys = set(_mapping(where, raw))
    match [kind for kind in KINDS if kind in keys]:
        case ["rule"]:
            block = _block(where, raw, needed={"rule"})
            return Rule(branches=_branches((*where, "rule"), block["rule"]))
        case ["python"]:
            return _coded(where, raw)
        case ["wait"]:
            block = _block(where, raw, needed={"wait", "next"})
            return Wait(lasts=_time((*where, "wait"), block["wait"]), branches=_branches((*where, "next"), block["next"]))
        case ["decide" | "person" as kind]:
            return _decide(where, raw, kind)
        case ["parallel" | "join" as kind]:
            return _beside(where, raw, kind)
        case _:
            why = f"{where[-1]!r} is not one kind of step."
            raise NotAWorkflowError(where, why, f"Write exactly one of: {', '.join(KINDS)}; or `end` alone.")


def _beside(where: Where, raw: Json, kind: str) -> Split | Join:
    """Where branches begin, or come together."""
    if kind == "parallel":
        block = _block(where, raw, needed={"parallel"})
        return Split(ways=_names((*where, "parallel"), block["parallel"], most=MOST_AT_ONCE))
    block = _block(where, raw, needed={"join", "next"})
    return Join(of=_name((*where, "join"), block["join"]), branches=_branches((*where, "next"), block["next"]))


def _names(where: Where, raw: Json, *, most: int) -> tuple[StepName, ...]:
    return tuple(_name((*where, place), one) for place, one in enumerate(_list(where, raw, most=most)))


def _coded(where: Where, raw: Json) -> Coded:
    block = _block(where, raw, needed={"python", "next"})
    function, listed = _text((*where, "python"), block["python"]), _mapping((*where, "next"), block["next"])
    if len(function) > NAME_LENGTH or not FUNCTION.fullmatch(function):
        why = f"{function[: NAME_LENGTH + 1]!r} is no name of a function."
        raise NotAWorkflowError((*where, "python"), why, f"Letters, digits and _; a letter first, {NAME_LENGTH} characters at most.")
    if not 1 <= len(listed) <= MOST_BRANCHES:
        why = f"{len(listed)} outcomes; from 1 to {MOST_BRANCHES} are taken."
        raise NotAWorkflowError((*where, "next"), why, "Write one `OUTCOME: STEP` line for each word that the function gives.")
    leads = {said: _lead((*where, "next", said), {"to": to} if isinstance(to, str) else to) for said, to in listed.items()}
    backs = {said: one.at_most for said, one in leads.items() if one.at_most is not None}
    return Coded(function=function, outcomes={said: one.to for said, one in leads.items()}, backs=backs)


def _code(where: Where, raw: Json) -> str:
    text = _text(where, raw)
    if SHA256.fullmatch(text):
        return text
    raise NotAWorkflowError(where, f"{text[:70]!r} is no SHA-256.", "It is 64 hex characters.")


def _decide(where: Where, raw: Json, kind: str) -> Decide:
    block = _block(where, raw, needed={kind, "next"}, also={"due", "not_by"})
    try:
        use_case = slug(_text((*where, kind), block[kind]))
    except NotASlugError as error:
        raise NotAWorkflowError((*where, kind), str(error), "Name a use case.") from None
    due = _time((*where, "due"), block["due"]) if "due" in block else None
    branches = _branches((*where, "next"), block["next"])
    not_by = _names((*where, "not_by"), block["not_by"], most=MOST_STEPS) if "not_by" in block else ()
    return Decide(use_case=use_case, branches=branches, due=due, by_person=kind == "person", not_by=not_by)


def _branches(where: Where, raw: Json) -> Branches:
    if isinstance(raw, str):
        return (Branch(to=_name(where, raw)),)
    entries = _list(where, raw, most=MOST_BRANCHES)
    return tuple(_branch((*where, place), entry) for place, entry in enumerate(entries))


def _branch(where: Where, raw: Json) -> Branch:
    block = _mapping(where, raw)
    rules = _list((*where, "when"), block["when"], most=RULES_AT_ONCE) if "when" in block else []
    lead = _lead(where, {key: value for key, value in block.items() if key != "when"})
    return replace(lead, when=tuple(_rule((*where, "when", k), one) for k, one in enumerate(rules)))


def _lead(where: Where, raw: Json) -> Branch:
    """Where a branch leads: onwards to a step, or back to one, so often at most."""
    if "back" not in _mapping(where, raw):
        return Branch(to=_name((*where, "to"), _block(where, raw, needed={"to"}, also={"when"})["to"]))
    block = _block(where, raw, needed={"back", "at_most"}, also={"when"})
    text = _text((*where, "at_most"), block["at_most"])
    if not ROUNDS.fullmatch(text) or int(text) > MOST_ROUNDS:
        why = f"{text[: NAME_LENGTH + 1]!r} is no number of times."
        raise NotAWorkflowError((*where, "at_most"), why, f"Write from 1 to {MOST_ROUNDS}; after that the item is held.")
    return Branch(to=_name((*where, "back"), block["back"]), at_most=int(text))


def _rule(where: Where, raw: Json) -> CaseRule:
    remedy = "Write `fact:` with one of `one_of:` (a list), `above:` or `below:` (a number)."
    if set(_mapping(where, raw)) not in ({"fact", "one_of"}, {"fact", "above"}, {"fact", "below"}):
        raise NotAWorkflowError(where, "this is no rule.", remedy)
    try:
        rule = rule_from_json(raw)
    except NotRulesError:
        raise NotAWorkflowError(where, "this is no rule.", remedy) from None
    if not rule.fact.strip() or raw in ({"fact": rule.fact, "one_of": []},):
        raise NotAWorkflowError(where, "a rule asks for a fact, and for something of it.", remedy)
    return rule


def _block(where: Where, raw: Json, *, needed: set[str], also: frozenset[str] | set[str] = frozenset()) -> Mapping[str, Json]:
    block = _mapping(where, raw)
    takes = ", ".join(sorted(needed | also))
    for key in block:
        if key not in needed | also:
            raise NotAWorkflowError((*where, key), f"{key[:NAME_LENGTH]!r} is not known here.", f"There are: {takes}.")
    for key in sorted(needed - set(block)):
        raise NotAWorkflowError(where, f"{key!r} is missing.", f"There are: {takes}.")
    return block


def _mapping(where: Where, raw: Json) -> Mapping[str, Json]:
    if isinstance(raw, Mapping):
        return raw
    raise NotAWorkflowError(where, "here is no block.", "Write `key: value` lines under it.")


def _list(where: Where, raw: Json, *, most: int) -> Sequence[Json]:
    if isinstance(raw, list | tuple) and 1 <= len(raw) <= most:
        return raw
    raise NotAWorkflowError(where, f"here is no list of 1 to {most} entries.", "Write one `- ` line for each.")


def _text(where: Where, raw: Json) -> str:
    if isinstance(raw, str):
        return raw
    raise NotAWorkflowError(where, f"{raw!r} is no word.", "Write one.")


def _name(where: Where, raw: Json) -> StepName:
    text = _text(where, raw)
    if len(text) <= NAME_LENGTH and NAME.fullmatch(text):
        return StepName(text)
    why = f"{text[: NAME_LENGTH + 1]!r} is no name of a step."
    raise NotAWorkflowError(where, why, f"Lower-case letters, digits, - and _; a letter first, {NAME_LENGTH} characters at most.")


def _time(where: Where, raw: Json) -> timedelta:
    found = LASTS.fullmatch(_text(where, raw))
    if found is not None:
        lasts = timedelta(seconds=int(found[1]) * UNITS[found[2]])
        if lasts <= LONGEST:
            return lasts
    raise NotAWorkflowError(
        where, f"{raw!r} is no time of at most {LONGEST.days} days.", "Write it as `30 minutes`, `4 hours` or `2 days`."
    )


def _role(where: Where, raw: Json) -> Role:
    try:
        return Role(_text(where, raw))
    except ValueError:
        raise NotAWorkflowError(where, f"{raw!r} is no role.", f"There are: {', '.join(Role)}.") from None

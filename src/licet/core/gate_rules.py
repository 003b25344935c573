"""Gate rules: what each stage asks for at each tier of risk, as data that one can read and an organisation may tighten."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from licet.core.canonical import Json, digest
from licet.core.ids import Digest
from licet.core.not_said import NotSaidThereError
from licet.core.risk import TIERS, Tier
from licet.core.use_case import Stage

VERSION = 1
STAGES = (Stage.SANDBOX, Stage.SHADOW, Stage.ASSISTED, Stage.DELEGATED)
"""The stages that are entered through a gate, in order."""
RULED = (Tier.LOW, Tier.MEDIUM, Tier.HIGH)
"""The tiers that rules speak of. What is prohibited enters no stage, whatever rules say."""
EVERY = "all"
"""In a text: what is asked at each tier of a stage."""


class Code(StrEnum):
    """A requirement's name, in the order in which requirements are usually met."""

    HISTORY_IMPORTED = "history_imported"
    OWNER_NAMED = "owner_named"
    RISK_ANSWERED = "risk_answered"
    STANDARD_LOCKED = "standard_locked"
    EVALUATED = "evaluated"
    REVIEWERS_QUALIFIED = "reviewers_qualified"
    CAPACITY = "capacity"
    VERDICT_MET = "verdict_met"
    BASELINE_LOCKED = "baseline_locked"
    REDESIGN_SIMULATED = "redesign_simulated"
    CAPACITY_SIMULATED = "capacity_simulated"
    SLICES = "slices"
    STOP_EXERCISED = "stop_exercised"
    MANDATE_PROPOSED = "mandate_proposed"
    EXPOSURE_PLANNED = "exposure_planned"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A requirement's number.

    Attributes:
        name: what a text calls it.
        default: where a text leaves it out.
        lowest, highest: what it may be, both included.
        more_is_stricter: whether a greater number asks for more.
    """

    name: str
    default: int
    lowest: int
    highest: int
    more_is_stricter: bool = True

    def stricter(self, a: int, b: int) -> int:
        """The stricter of two numbers."""
        return max(a, b) if self.more_is_stricter else min(a, b)


LIMITS: Mapping[Code, Limit] = {
    Code.HISTORY_IMPORTED: Limit(name="at_least", default=1, lowest=1, highest=1_000_000_000),
    Code.REVIEWERS_QUALIFIED: Limit(name="at_least", default=1, lowest=1, highest=100),
    Code.CAPACITY: Limit(name="late_percent", default=5, lowest=1, highest=50, more_is_stricter=False),
    Code.BASELINE_LOCKED: Limit(name="log_needed", default=0, lowest=0, highest=1),
    Code.REDESIGN_SIMULATED: Limit(name="log_needed", default=0, lowest=0, highest=1),
    Code.CAPACITY_SIMULATED: Limit(name="log_needed", default=0, lowest=0, highest=1),
    Code.SLICES: Limit(name="declared", default=0, lowest=0, highest=100),
    Code.STOP_EXERCISED: Limit(name="within_days", default=90, lowest=1, highest=3650, more_is_stricter=False),
    Code.APPROVED: Limit(name="quorum", default=1, lowest=1, highest=20),
}
"""The requirements that have a number; the others are met or not."""

LAWS = frozenset({Code.RISK_ANSWERED, Code.STANDARD_LOCKED, Code.VERDICT_MET, Code.MANDATE_PROPOSED, Code.APPROVED})
"""What the gate to *delegated* asks for at every tier; no rules take it away."""

LAST_ONLY = frozenset({Code.MANDATE_PROPOSED, Code.EXPOSURE_PLANNED, Code.APPROVED})
"""What is there to be asked for at *delegated* only."""

GateRequest = Mapping[Code, int | None]
"""What one gate asks for: requirements with their numbers; None where they have none."""


class NotGateRulesError(NotSaidThereError):
    """A value does not say gate rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRules:
    """What every gate asks for. Make them with `gate_rules`, which holds them to the laws.

    Attributes:
        gates: what is asked, for each stage of `STAGES` and each tier of `RULED`.
    """

    gates: Mapping[tuple[Stage, Tier], GateRequest]

    def of(self, to: Stage, tier: Tier | None) -> GateRequest:
        """What a stage asks of a use case of a tier. Where nobody answered the risk questions yet, what it asks of the strictest."""
        ruled = tier if tier in RULED else Tier.HIGH
        return self.gates.get((to, ruled), {})

    def ask_anywhere(self, code: Code, tier: Tier | None) -> bool:
        """Whether any stage asks a use case of a tier for this."""
        return any(code in self.of(stage, tier) for stage in STAGES)

    def ask_any(self, codes: Iterable[Code], tier: Tier | None) -> bool:
        """Whether any stage asks a use case of a tier for one of these."""
        return any(self.ask_anywhere(code, tier) for code in codes)

    @property
    def digest(self) -> Digest:
        """Changes with every requirement and every number, not with how a text writes them."""
        return Digest(digest(rules_to_json(self)))


def gate_rules(said: Json) -> GateRules:
    """Reads rules from plain values.

    Args:
        said: `version` and `stages`; below each stage the tiers `low`, `medium`, `high`, or `all` for what each of them asks; below
            each tier the requirements, each with its number (such as `within_days: 90`) or with nothing.

    Raises:
        NotGateRulesError: for the first thing that is wrong: an unknown word, a number out of range, a law left out, a stricter tier
            that asks for less than a milder one.
    """
    whole = _block(said, (), frozenset({"version", "stages"}))
    if whole.get("version") != VERSION:
        raise NotGateRulesError(("version",), f"{whole.get('version')!r} is no version of gate rules.", f"Write `version: {VERSION}`.")
    stages = _block(whole.get("stages"), ("stages",), frozenset(stage.value for stage in STAGES))
    rules = GateRules(gates={(stage, tier): _gate(stages.get(stage.value, {}), stage, tier) for stage in STAGES for tier in RULED})
    _hold_to_the_laws(rules)
    return rules


def _gate(said: Json, stage: Stage, tier: Tier) -> GateRequest:
    path = ("stages", stage.value)
    tiers = _block(said, path, frozenset({EVERY, *(ruled.value for ruled in RULED)}))
    every, own = (_asked(tiers.get(name, {}), (*path, name), stage) for name in (EVERY, tier.value))
    return _both(every, own)


def _asked(said: Json, path: tuple[str, ...], stage: Stage) -> GateRequest:
    known = frozenset(code.value for code in Code if stage is Stage.DELEGATED or code not in LAST_ONLY)
    found = _block(said, path, known)
    return {code: _number(found[code.value], (*path, code.value), LIMITS.get(code)) for code in Code if code.value in found}


def _number(said: Json, path: tuple[str, ...], limit: Limit | None) -> int | None:
    found = _block(said, path, frozenset() if limit is None else frozenset({limit.name}))
    if limit is None:
        return None
    number = found.get(limit.name, limit.default)
    if isinstance(number, bool) or not isinstance(number, int) or not limit.lowest <= number <= limit.highest:
        why = f"{number!r} is not a whole number from {limit.lowest:,} to {limit.highest:,}."
        raise NotGateRulesError((*path, limit.name), why, f"Write for example `{limit.name}: {limit.default}`.")
    return number


def _block(said: Json, path: tuple[str, ...], known: frozenset[str]) -> Mapping[str, Json]:
    if not isinstance(said, Mapping):
        raise NotGateRulesError(path, "this takes `name: value` lines.", "Write `{}` where there is nothing to say.")
    for name in said:
        if name not in known:
            there = ", ".join(sorted(known)) or "nothing"
            raise NotGateRulesError((*path, name), f"{name!r} is not known here.", f"There is: {there}.")
    return said


def _hold_to_the_laws(rules: GateRules) -> None:
    for (stage, tier), asked in rules.gates.items():
        path = ("stages", stage.value, tier.value)
        missing = LAWS - set(asked) if stage is Stage.DELEGATED else frozenset()
        if missing:
            why = f"no mandate is granted without {min(missing).value!r}."
            raise NotGateRulesError(path, why, "Ask for it: no rules take it away.")
        milder = TIERS[TIERS.index(tier) - 1] if tier is not Tier.LOW else None
        less = () if milder is None else _less(asked, rules.gates[stage, milder])
        if less:
            raise NotGateRulesError(path, f"{less[0]} than at the milder tier {milder}.", "A stricter tier asks for as much, or more.")


def rules_to_json(rules: GateRules) -> Mapping[str, Json]:
    """Writes rules as plain values, everything said out: what is hashed, kept and shown."""
    stages: dict[str, Json] = {stage.value: {tier.value: _asked_to_json(rules.of(stage, tier)) for tier in RULED} for stage in STAGES}
    return {"version": VERSION, "stages": stages}


def _asked_to_json(asked: GateRequest) -> Mapping[str, Json]:
    return {code.value: {} if number is None else {LIMITS[code].name: number} for code, number in asked.items()}


def loosened(theirs: GateRules, shipped: GateRules) -> tuple[str, ...]:
    """What rules ask less than others do, in sentences; nothing where they ask for as much or more everywhere."""
    return tuple(
        f"{stage.value}, {tier.value}: {less}."
        for (stage, tier), asked in shipped.gates.items()
        for less in _less(theirs.of(stage, tier), asked)
    )


def stricter_or_equal(theirs: GateRules, shipped: GateRules) -> bool:
    """Whether rules ask for at least as much as others, at every stage and tier: then they tighten, and no gate opens that was closed."""
    return not loosened(theirs, shipped)


def _less(asked: GateRequest, than: GateRequest) -> tuple[str, ...]:
    found = []
    for code, number in than.items():
        if code not in asked:
            found.append(f"{code.value!r} is not asked for")
        elif number is not None and LIMITS[code].stricter(asked[code] or 0, number) != asked[code]:
            found.append(f"{code.value!r} asks for {LIMITS[code].name} {asked[code]} instead of {number}, which is less")
    return tuple(found)


def both(a: GateRules, b: GateRules) -> GateRules:
    """Rules that ask for all that either asks for, by the stricter number."""
    return GateRules(gates={place: _both(a.gates.get(place, {}), b.gates.get(place, {})) for place in (*a.gates, *b.gates)})


def _both(a: GateRequest, b: GateRequest) -> GateRequest:
    return {code: _stricter(code, a.get(code), b.get(code)) for code in Code if code in a or code in b}


def _stricter(code: Code, a: int | None, b: int | None) -> int | None:
    if a is None or b is None:
        return a if b is None else b
    return LIMITS[code].stricter(a, b)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRules:
    """Rules an organisation gave itself.

    Attributes:
        rules: what they ask for.
        beside: digest of the shipped rules they were compared with when they were proposed.
    """

    rules: GateRules
    beside: Digest


def own_text(own: OwnRules) -> str:
    """Writes an organisation's rules as the text that is proposed, approved and kept: JSON, everything said out."""
    return json.dumps({"beside": own.beside, "rules": rules_to_json(own.rules)}, sort_keys=True, indent=1)


@lru_cache(maxsize=16)
def own_rules(text: str) -> OwnRules | None:
    """Reads the text that `own_text` wrote; None for an empty text, which asks for none but the shipped rules.

    Raises:
        NotGateRulesError: when it says anything else.
    """
    if not text:
        return None
    try:
        said = json.loads(text)
    except ValueError as wrong:
        raise NotGateRulesError((), "this is no text of gate rules.", "Propose a file: `licet gate rules propose FILE`.") from wrong
    whole = _block(said, (), frozenset({"beside", "rules"}))
    return OwnRules(rules=gate_rules(whole.get("rules")), beside=Digest(str(whole.get("beside"))))


def in_force(own: OwnRules | None, shipped: GateRules) -> GateRules:
    """The rules that hold: the organisation's own, or the shipped ones.

    After a release that ships other rules, all that either asks for is asked, until the organisation renews its own.
    """
    if own is None:
        return shipped
    return own.rules if own.beside == shipped.digest else both(own.rules, shipped)

"""A scope: which cases AI may decide alone, as readable rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from licet.core.canonical import Json
from licet.core.case_rules import NO_RULES, CaseRules, NotRulesError, rule_in_words, rules_from_json, rules_to_json
from licet.core.region import NotARegionError, ScopeRegion, regions_from_json, regions_in_words, regions_to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which cases AI may decide alone: confident enough, past the guards, and on no never-alone list.

    Attributes:
        threshold: lowest confidence in [0, 1], ties included; with regions the lowest of theirs, and theirs are what counts.
        high_stakes: answers that count as high-stakes.
        high_stakes_max: highest probability of a high-stakes answer; None: no such guard.
        familiarity_min: lowest familiarity in [0, 1]; None: no such guard.
        never_alone_answers: answers that AI never gives alone.
        never_alone_attributes: attribute values whose cases AI never decides alone.
        schema: digest of the schema its cases are taken in by; empty: of a use case without one. A case taken in by another is outside.
        rules: of that schema, over attributes and fields: which cases AI never decides alone.
        regions: parts with a threshold of their own, in their order, the last of them all other cases; none: one threshold for all.
    """

    threshold: float
    high_stakes: frozenset[str] = frozenset()
    high_stakes_max: float | None = None
    familiarity_min: float | None = None
    never_alone_answers: frozenset[str] = frozenset()
    never_alone_attributes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    schema: str = ""
    rules: CaseRules = NO_RULES
    regions: tuple[ScopeRegion, ...] = ()


class NotStoredTermsError(ValueError):
    """Stored terms cannot be read: the database was written by another version or altered."""


def with_regions(scope: Scope, regions: tuple[ScopeRegion, ...]) -> Scope:
    """The scope with these regions; its threshold becomes the lowest of theirs, or 1 where AI decides in none of them."""
    lowest = min((one.threshold for one in regions if one.threshold is not None), default=1.0)
    return replace(scope, threshold=lowest, regions=regions)


def widest(scope: Scope) -> Scope:
    """The scope before anything was certified: every confidence, in every region."""
    if not scope.regions:
        return replace(scope, threshold=0.0)
    return with_regions(scope, tuple(replace(one, threshold=0.0) for one in scope.regions))


def at_thresholds_of(scope: Scope, other: Scope) -> Scope:
    """The scope at another one's thresholds, to tell whether they differ in anything else.

    A region that the other one leaves to people stays as it is: that AI decides in it is a difference.
    """
    if not scope.regions and not other.regions:
        return replace(scope, threshold=other.threshold)
    theirs = {(one.name, one.rule): one.threshold for one in other.regions}
    found = tuple(_at(one, theirs.get((one.name, one.rule))) for one in scope.regions)
    return with_regions(scope, found)


def _at(one: ScopeRegion, threshold: float | None) -> ScopeRegion:
    return one if threshold is None else replace(one, threshold=threshold)


def scope_to_json(scope: Scope) -> Json:
    """Writes a scope as plain JSON; what there is none of is left out, so that digests of earlier scopes stay what they were.

    A scope with regions is written without a threshold: whoever knows nothing of regions cannot read it, and lets people decide.
    """
    plain: dict[str, Json] = {"regions": regions_to_json(scope.regions)} if scope.regions else {"threshold": scope.threshold}
    plain |= {
        "high_stakes": sorted(scope.high_stakes),
        "high_stakes_max": scope.high_stakes_max,
        "familiarity_min": scope.familiarity_min,
        "never_alone_answers": sorted(scope.never_alone_answers),
        "never_alone_attributes": {name: sorted(values) for name, values in scope.never_alone_attributes.items()},
    }
    return plain | {"schema": scope.schema, "rules": rules_to_json(scope.rules)} if scope.schema else plain


def scope_from_json(raw: Json) -> Scope:
    """Reads a scope that `scope_to_json` wrote.

    Raises:
        NotStoredTermsError: when it is not one.
    """
    if isinstance(raw, Mapping) and "regions" in raw and "threshold" not in raw:
        return _with_stored_regions(raw)
    match raw:
        case {
            "threshold": int() | float() as threshold,
            "high_stakes": [*high_stakes],
            "high_stakes_max": None | int() | float() as high_stakes_max,
            "familiarity_min": None | int() | float() as familiarity_min,
            "never_alone_answers": [*answers],
            "never_alone_attributes": Mapping() as attributes,
        } if isinstance(raw, Mapping) and "regions" not in raw:
            schema, rules = _schema(raw)
            return Scope(
                threshold=float(threshold),
                high_stakes=frozenset(map(str, high_stakes)),
                high_stakes_max=high_stakes_max,
                familiarity_min=familiarity_min,
                never_alone_answers=frozenset(map(str, answers)),
                never_alone_attributes={str(k): frozenset(map(str, v)) for k, v in attributes.items() if isinstance(v, list | tuple)},
                schema=schema,
                rules=rules,
            )
        case _:
            message = f"{raw!r} is not a scope."
            raise NotStoredTermsError(message)


def _with_stored_regions(raw: Mapping[str, Json]) -> Scope:
    try:
        regions = regions_from_json(raw["regions"])
    except NotARegionError as error:
        raise NotStoredTermsError(str(error)) from None
    plain = scope_from_json({name: value for name, value in raw.items() if name != "regions"} | {"threshold": 0.0})
    return with_regions(plain, regions)


def _schema(raw: Json) -> tuple[str, CaseRules]:
    """The schema of a stored scope and its rules; one without the other is no scope."""
    match raw:
        case {"schema": str(schema), "rules": rules} if schema:
            try:
                return schema, rules_from_json(rules)
            except NotRulesError as error:
                raise NotStoredTermsError(str(error)) from None
        case Mapping() if "schema" not in raw and "rules" not in raw:
            return "", NO_RULES
        case _:
            message = f"{raw!r} names a schema without rules, or rules without a schema."
            raise NotStoredTermsError(message)


def in_words(scope: Scope) -> str:
    """A scope as a sentence a process owner reads."""
    parts = [regions_in_words(scope.regions) if scope.regions else f"cases with confidence of at least {scope.threshold:.4g}"]
    if scope.familiarity_min is not None:
        parts.append(f"similar to past cases (at least {scope.familiarity_min:.3g})")
    if scope.high_stakes_max is not None:
        parts.append(f"with at most {scope.high_stakes_max:.2%} chance of {_list(scope.high_stakes)}")
    if scope.never_alone_answers:
        parts.append(f"never answered {_list(scope.never_alone_answers)}")
    parts.extend(f"never with {name} {_list(values)}" for name, values in sorted(scope.never_alone_attributes.items()))
    if scope.schema:
        parts.append(f"taken in by schema {scope.schema[:12]}")
    parts.extend(f"never with {rule_in_words(rule)}" for rule in (*scope.rules.never_alone, *scope.rules.high_stakes))
    return ", ".join(parts)


def _list(values: frozenset[str]) -> str:
    return " or ".join(repr(value) for value in sorted(values))

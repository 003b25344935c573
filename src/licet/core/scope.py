"""A scope: which cases AI may decide alone, as readable rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from licet.core.canonical import Json
from licet.core.case_rules import NO_RULES, CaseRules, NotRulesError, rule_in_words, rules_from_json, rules_to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which cases AI may decide alone: confident enough, past the guards, and on no never-alone list.

    Attributes:
        threshold: lowest confidence in [0, 1], ties included.
        high_stakes: answers that count as high-stakes.
        high_stakes_max: highest probability of a high-stakes answer; None: no such guard.
        familiarity_min: lowest familiarity in [0, 1]; None: no such guard.
        never_alone_answers: answers that AI never gives alone.
        never_alone_attributes: attribute values whose cases AI never decides alone.
        schema: digest of the schema its cases are taken in by; empty: of a use case without one. A case taken in by another is outside.
        rules: of that schema, over attributes and fields: which cases AI never decides alone.
    """

    threshold: float
    high_stakes: frozenset[str] = frozenset()
    high_stakes_max: float | None = None
    familiarity_min: float | None = None
    never_alone_answers: frozenset[str] = frozenset()
    never_alone_attributes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    schema: str = ""
    rules: CaseRules = NO_RULES


class NotStoredTermsError(ValueError):
    """Stored terms cannot be read: the database was written by another version or altered."""


def scope_to_json(scope: Scope) -> Json:
    """Writes a scope as plain JSON; the schema is left out where there is none, so that digests of earlier scopes stay what they were."""
    plain: dict[str, Json] = {
        "threshold": scope.threshold,
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
    match raw:
        case {
            "threshold": int() | float() as threshold,
            "high_stakes": [*high_stakes],
            "high_stakes_max": None | int() | float() as high_stakes_max,
            "familiarity_min": None | int() | float() as familiarity_min,
            "never_alone_answers": [*answers],
            "never_alone_attributes": Mapping() as attributes,
        }:
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
    parts = [f"cases with confidence of at least {scope.threshold:.4g}"]
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

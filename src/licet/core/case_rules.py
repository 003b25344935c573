"""Rules over a case: what in its attributes or fields makes it a case that a person decides, however sure AI is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from licet.core.canonical import Json
from licet.core.case import CaseBody, TableContent

RESERVED = "licet."
"""Attributes whose names begin so are Licet's own: no file, no caller and no person may set them."""
FIELD = "content."
"""What stands before a field's name among the facts of a case, so that a field and an attribute never hide each other."""
SCHEMA = f"{RESERVED}schema"
"""The fact that says which schema a case was taken in by (its digest); absent where it was taken in without one."""

NUMBER_LENGTH = 40
"""Characters a number may have."""
NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Above:
    """A number above a limit; the limit itself is not above it."""

    limit: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Below:
    """A number below a limit; the limit itself is not below it."""

    limit: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf:
    """One of these values; small and capital letters are alike."""

    values: frozenset[str]


Condition = Above | Below | OneOf


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRule:
    """A rule over one fact: an attribute by its name, a field by `content.` and its name."""

    fact: str
    condition: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRules:
    """The rules of a use case. One that applies is enough; one that cannot be told, because the fact is missing, is too.

    Attributes:
        high_stakes: what makes a case high-stakes.
        never_alone: what makes a case one that a person always decides.
    """

    high_stakes: tuple[CaseRule, ...] = ()
    never_alone: tuple[CaseRule, ...] = ()


NO_RULES = CaseRules()


class NotRulesError(ValueError):
    """Stored rules cannot be read: the database was written by another version or altered."""


def facts_of(body: CaseBody) -> Mapping[str, str]:
    """What rules and routing know of a case: its attributes, its fields, and the schema it was taken in by.

    Args:
        body: the case as it is stored.

    Returns:
        Attributes under their names, fields under `content.NAME`, the schema under `licet.schema` where there is one. What came
        from outside under a reserved name is left out.
    """
    facts = {name: value for name, value in body.attributes.items() if not name.startswith(RESERVED)}
    if isinstance(body.content, TableContent):
        facts |= {FIELD + name: value for name, value in body.content.cells.items()}
    if body.schema:
        facts[SCHEMA] = body.schema
    return facts


def ruled(rules: CaseRules, facts: Mapping[str, str]) -> str | None:
    """Says which kind of rule sends a case to a person.

    Args:
        rules: of the mandate, or of what it is to be.
        facts: as `facts_of` found them.

    Returns:
        A reason code: `never_alone_rule`, `high_stakes_case`, or `guard_unknown` where a rule's fact is missing or is no number;
        None when every rule can be told and none applies.
    """
    never = [applies(rule, facts) for rule in rules.never_alone]
    if True in never:
        return "never_alone_rule"
    high = [applies(rule, facts) for rule in rules.high_stakes]
    if True in high:
        return "high_stakes_case"
    return "guard_unknown" if None in never or None in high else None


def applies(rule: CaseRule, facts: Mapping[str, str]) -> bool | None:
    """Says whether a rule applies; None where it cannot be told."""
    said = facts.get(rule.fact, "").strip()
    if not said:
        return None
    match rule.condition:
        case OneOf(values=values):
            return said.casefold() in {value.casefold() for value in values}
        case Above(limit=limit):
            number = number_in(said)
            return None if number is None else number > limit
        case Below(limit=limit):
            number = number_in(said)
            return None if number is None else number < limit
        case _:
            assert_never(rule.condition)


def number_in(text: str) -> Decimal | None:
    """Reads a number exactly as it is written, with a point and without grouping; None where it is none or too long."""
    return Decimal(text) if len(text) <= NUMBER_LENGTH and NUMBER.fullmatch(text) else None


def rule_in_words(rule: CaseRule) -> str:
    """A rule as a process owner reads it."""
    name = rule.fact.removeprefix(FIELD)
    match rule.condition:
        case OneOf(values=values):
            return f"{name} {' or '.join(repr(value) for value in sorted(values))}"
        case Above(limit=limit):
            return f"{name} above {limit}"
        case Below(limit=limit):
            return f"{name} below {limit}"
        case _:
            assert_never(rule.condition)


def rules_to_json(rules: CaseRules) -> Json:
    """Writes rules as plain JSON; limits as text, exactly."""
    both = {"high_stakes": rules.high_stakes, "never_alone": rules.never_alone}
    return {name: [rule_to_json(rule) for rule in some] for name, some in both.items()}


def rules_from_json(raw: Json) -> CaseRules:
    """Reads rules that `rules_to_json` wrote.

    Raises:
        NotRulesError: when they are not.
    """
    match raw:
        case {"high_stakes": [*high_stakes], "never_alone": [*never_alone]}:
            return CaseRules(high_stakes=tuple(map(rule_from_json, high_stakes)), never_alone=tuple(map(rule_from_json, never_alone)))
        case _:
            message = f"{raw!r} are not rules over a case."
            raise NotRulesError(message)


def rule_to_json(rule: CaseRule) -> Json:
    """Writes one rule as plain JSON."""
    match rule.condition:
        case OneOf(values=values):
            return {"fact": rule.fact, "one_of": sorted(values)}
        case Above(limit=limit):
            return {"fact": rule.fact, "above": str(limit)}
        case Below(limit=limit):
            return {"fact": rule.fact, "below": str(limit)}
        case _:
            assert_never(rule.condition)


def rule_from_json(raw: Json) -> CaseRule:
    """Reads a rule that `rule_to_json` wrote.

    Raises:
        NotRulesError: when it is none.
    """
    match raw:
        case {"fact": str(fact), "one_of": [*values]}:
            return CaseRule(fact=fact, condition=OneOf(values=frozenset(map(str, values))))
        case {"fact": str(fact), "above": str(limit)} if number_in(limit) is not None:
            return CaseRule(fact=fact, condition=Above(limit=Decimal(limit)))
        case {"fact": str(fact), "below": str(limit)} if number_in(limit) is not None:
            return CaseRule(fact=fact, condition=Below(limit=Decimal(limit)))
        case _:
            message = f"{raw!r} is not a rule over a case."
            raise NotRulesError(message)

"""The `case:` block of `use_case.yaml`: what a case may contain, and which cases a person always decides."""

import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from licet.core.case import ContentKind
from licet.core.case_rules import FIELD, NUMBER_LENGTH, RESERVED, Above, Below, CaseRule, CaseRules, Condition, OneOf, number_in
from licet.core.case_schema import LONGEST_PATTERNED, CaseField, CaseSchema, FieldType
from licet.core.pattern import why_not_a_pattern
from licet.edge.bad_file import BadFolderError, Finding, shown
from licet.edge.yaml_tree import Place, Tree

BLOCK = "case"
NUMERIC = frozenset({FieldType.INTEGER, FieldType.NUMBER})
CLOSED = frozenset({FieldType.CHOICE, FieldType.BOOLEAN})
FITS: Mapping[FieldType, frozenset[str]] = {
    FieldType.TEXT: frozenset({"longest", "pattern"}),
    FieldType.CHOICE: frozenset({"one_of"}),
    FieldType.INTEGER: frozenset({"min", "max"}),
    FieldType.NUMBER: frozenset({"min", "max"}),
}
"""Which limits say something about which type."""
NAME_LENGTH = 100
MOST_FIELDS = 500


def _number(raw: object) -> object:
    """Digits as an exact number, however YAML read them."""
    text = str(raw) if isinstance(raw, str | int | float) and not isinstance(raw, bool) else ""
    found = number_in(text)
    if found is None:
        raise PydanticCustomError("float_type", "a number")
    return found


def _whole(raw: object) -> object:
    return int(raw) if isinstance(raw, str) and raw.isascii() and raw.isdigit() and len(raw) <= NUMBER_LENGTH else raw


def _flag(raw: object) -> object:
    return {"true": True, "false": False}.get(raw, raw) if isinstance(raw, str) else raw


def _word(text: str) -> str:
    if not text.strip() or text != text.strip() or any(unicodedata.category(c)[0] == "C" for c in text):
        message = f"{shown(text)} is blank, or has white space around it, a line break or an invisible character."
        raise ValueError(message)
    return text


Exact = Annotated[Decimal, BeforeValidator(_number)]
Whole = Annotated[int, BeforeValidator(_whole), Field(ge=1)]
Word = Annotated[str, Field(max_length=NAME_LENGTH), AfterValidator(_word)]


class _Form(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class FieldForm(_Form):
    """One field as pydantic reads it: of a table, of attributes, or of an answer."""

    type: Annotated[FieldType, Field(strict=False)]
    required: Annotated[bool, BeforeValidator(_flag)] = False
    min: Exact | None = None
    max: Exact | None = None
    longest: Whole | None = None
    pattern: str = ""
    one_of: list[Word] = []


class _RuleForm(_Form):
    above: Exact | None = None
    below: Exact | None = None
    one_of: list[Word] | None = None


class CaseForm(_Form):
    """The block as pydantic reads it; `schema_from` makes a schema of it."""

    kind: Annotated[ContentKind, Field(strict=False)]
    largest: Whole | None = None
    fields: dict[Word, FieldForm] = {}
    attributes: dict[Word, FieldForm] = {}
    high_stakes: dict[str, _RuleForm] = {}
    never_alone: dict[str, _RuleForm] = {}


DEPTH = 2
"""Keys between the block and the keys of one field or rule: `fields` and its name."""


def keys_in(place: Place) -> frozenset[str]:
    """The keys that may stand at a place in the block, for a message about one that may not.

    Args:
        place: of the wrong key, from the file's outermost block on.
    """
    around = [part for part in place[1:-1] if isinstance(part, str)]
    if len(around) < DEPTH:
        return frozenset(CaseForm.model_fields)
    return frozenset((FieldForm if around[0] in {"fields", "attributes"} else _RuleForm).model_fields)


def schema_from(form: CaseForm | None, tree: Tree) -> CaseSchema | None:
    """Makes a schema of the block; None where there is none.

    Raises:
        BadFolderError: with all that is wrong: limits that do not fit their type, rules over what no case contains.
    """
    if form is None:
        return None
    found = [*_check_names(form, tree)]
    for part, fields in (("fields", form.fields), ("attributes", form.attributes)):
        for name, one in fields.items():
            found += check_field(one, (BLOCK, part, name), tree)
    for part, rules in (("high_stakes", form.high_stakes), ("never_alone", form.never_alone)):
        for name, rule in rules.items():
            found += _check_rule(form, name, rule, (BLOCK, part, name), tree)
    if found:
        raise BadFolderError(tuple(sorted(found, key=lambda finding: finding.line or 0)))
    return CaseSchema(
        kind=form.kind,
        fields={name: field_of(one) for name, one in form.fields.items()},
        attributes={name: field_of(one) for name, one in form.attributes.items()},
        rules=CaseRules(high_stakes=_rules(form, form.high_stakes), never_alone=_rules(form, form.never_alone)),
        largest=form.largest,
    )


def field_of(form: FieldForm) -> CaseField:
    """A field, with its limits."""
    return CaseField(
        type=form.type,
        required=form.required,
        min=form.min,
        max=form.max,
        longest=form.longest,
        pattern=form.pattern,
        one_of=tuple(form.one_of),
    )


def _rules(form: CaseForm, rules: Mapping[str, _RuleForm]) -> tuple[CaseRule, ...]:
    facts = {name: f"{FIELD}{name}" if name in form.fields else name for name in rules}
    return tuple(CaseRule(fact=facts[name], condition=_condition(rule)) for name, rule in rules.items())


def _condition(rule: _RuleForm) -> Condition:
    if rule.above is not None:
        return Above(limit=rule.above)
    return OneOf(values=frozenset(rule.one_of or ())) if rule.below is None else Below(limit=rule.below)


def _check_names(form: CaseForm, tree: Tree) -> Iterator[Finding]:
    if (form.kind is ContentKind.TABLE) != bool(form.fields):
        why = "a table needs its fields." if form.kind is ContentKind.TABLE else f"content of kind {form.kind.value!r} has no fields."
        yield tree.finding((BLOCK, "fields"), f"fields: {why}", "Name every field of a table under `fields:`, and write `kind: table`.")
    for part, names in (("fields", form.fields), ("attributes", form.attributes)):
        if len(names) > MOST_FIELDS:
            yield tree.finding((BLOCK, part), f"{part}: {len(names)} of them; {MOST_FIELDS} are allowed.", "Keep what decides a case.")
    for name in form.attributes:
        if name in form.fields or name.startswith((RESERVED, FIELD)):
            why = f"{shown(name)} is a field's name, or begins with {RESERVED!r} or {FIELD!r}."
            yield tree.finding((BLOCK, "attributes", name), why, "Give the attribute a name of its own.")


def check_field(one: FieldForm, place: Place, tree: Tree) -> Iterator[Finding]:
    """All that is wrong with one field: limits that do not fit its type, or that nothing fits."""
    given = {key for key in ("min", "max", "longest", "pattern", "one_of") if getattr(one, key) not in (None, "", [])}
    for key in sorted(given - FITS.get(one.type, frozenset())):
        yield tree.finding((*place, key), f"{key}: it says nothing about the type {one.type.value!r}.", "Take it out, or change the type.")
    if one.type is FieldType.CHOICE and not one.one_of:
        yield tree.finding(place, f"{place[-1]}: a choice needs its values.", "Write `one_of: [a, b]`.")
    if one.min is not None and one.max is not None and one.min > one.max:
        yield tree.finding((*place, "min"), f"min: {one.min} is above max, {one.max}: nothing fits.", "Exchange them.")
    why = why_not_a_pattern(one.pattern) if one.pattern else ""
    if why:
        yield tree.finding((*place, "pattern"), f"pattern: {why}", "Write a simpler one; it must match the whole value.")
    if one.pattern and (one.longest or 0) > LONGEST_PATTERNED:
        why = f"longest: a text with a pattern has {LONGEST_PATTERNED} characters at most."
        yield tree.finding((*place, "longest"), why, "Lower it, or take the pattern out.")


def _check_rule(form: CaseForm, name: str, rule: _RuleForm, place: Place, tree: Tree) -> Iterator[Finding]:
    """A rule over what no case contains would protect nobody."""
    one = form.fields.get(name) or form.attributes.get(name)
    if one is None:
        known = ", ".join(sorted((*form.fields, *form.attributes))[:30]) or "none"
        yield tree.finding(place, f"{shown(name)} is neither a field nor an attribute.", f"Known are: {known}.")
        return
    given = [key for key in ("above", "below", "one_of") if getattr(rule, key) is not None]
    if len(given) != 1 or rule.one_of == []:
        remedy = "Write `above: NUMBER`, `below: NUMBER` or `one_of: [VALUE]`."
        yield tree.finding(place, f"{name}: a rule has exactly one condition.", remedy)
        return
    fits = NUMERIC if given[0] in {"above", "below"} else CLOSED
    if one.type not in fits:
        types = " or ".join(sorted(kind.value for kind in fits))
        yield tree.finding(place, f"{name}: `{given[0]}` needs the type {types}; this one is {one.type.value}.", "Change one of them.")
        return
    values = frozenset(one.one_of if one.type is FieldType.CHOICE else ("true", "false"))
    for value in rule.one_of or []:
        if value not in values:
            yield tree.finding(place, f"{shown(value)} is no value of {name!r}.", f"Known are: {', '.join(sorted(values)[:30])}.")

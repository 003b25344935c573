"""A case schema as the `case:` block of `use_case.yaml`, which reads back equal."""

import math
from collections.abc import Mapping

import yaml

from licet.core.case_rules import FIELD, Above, Below, CaseRule, OneOf
from licet.core.case_schema import CaseField, CaseSchema

NONE = """\

# What a case may contain, and which cases a person always decides; see docs/cases.md. Without the block, whatever is imported.
# case:
#   kind: text
"""


def case_block(schema: CaseSchema | None) -> str:
    """Writes the block with a comment above it; the comment alone where there is no schema."""
    if schema is None:
        return NONE
    lines = ["", "# What a case may contain, and which cases a person always decides.", "case:", f"  kind: {schema.kind.value}"]
    lines += [] if schema.largest is None else [f"  largest: {schema.largest}"]
    for part, fields in (("fields", schema.fields), ("attributes", schema.attributes)):
        lines += [f"  {part}:"] * bool(fields) + [f"    {_quoted(name)}: {_flow(_field(one))}" for name, one in fields.items()]
    for part, rules in (("high_stakes", schema.rules.high_stakes), ("never_alone", schema.rules.never_alone)):
        lines += [f"  {part}:"] * bool(rules)
        lines += [f"    {_quoted(rule.fact.removeprefix(FIELD))}: {_flow(_rule(rule))}" for rule in rules]
    return "\n".join(lines) + "\n"


def _field(one: CaseField) -> Mapping[str, str]:
    said = {
        "type": one.type.value,
        "required": "true" if one.required else "",
        "min": "" if one.min is None else str(one.min),
        "max": "" if one.max is None else str(one.max),
        "longest": "" if one.longest is None else str(one.longest),
        "pattern": _quoted(one.pattern) if one.pattern else "",
        "one_of": f"[{', '.join(map(_quoted, one.one_of))}]" if one.one_of else "",
    }
    return {key: value for key, value in said.items() if value}


def _rule(rule: CaseRule) -> Mapping[str, str]:
    match rule.condition:
        case Above(limit=limit):
            return {"above": str(limit)}
        case Below(limit=limit):
            return {"below": str(limit)}
        case OneOf(values=values):
            return {"one_of": f"[{', '.join(map(_quoted, sorted(values)))}]"}


def _flow(keys: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in keys.items()) + "}"


def _quoted(text: str) -> str:
    return yaml.safe_dump(text, default_style='"', allow_unicode=True, width=math.inf).removesuffix("\n")

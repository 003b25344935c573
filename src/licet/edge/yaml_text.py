"""A use case and a standard as YAML that explains itself to the person who edits it."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

import yaml
from pydantic import BaseModel

from licet.core.answer import AnswerKind
from licet.core.canonical import Json
from licet.core.grading import EXACT
from licet.core.measure import Measure, Slice
from licet.core.own_grader import OwnGrader
from licet.core.region import RegionRule
from licet.core.standard import Standard, standard_to_json
from licet.edge.desk_block import DeskBlock
from licet.edge.effect_block import EffectBlock
from licet.edge.forms import UseCaseFile
from licet.edge.schema_text import case_block
from licet.edge.system_blocks import said_in
from licet.edge.template_text import ANSWERS, grading_hint

SIMPLE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*(?: [A-Za-z0-9_.-]+)*")
AMBIGUOUS = frozenset({"y", "n", "yes", "no", "true", "false", "on", "off", "null", "none"})
"""Words that YAML readers disagree about."""


def use_case_yaml(use_case: UseCaseFile) -> str:
    """Writes `use_case.yaml`."""
    return f"""\
# What is decided here, again and again. Check this folder with `licet check`.

title: {_word(use_case.title)}

# choice: one of a closed list. fields: named values. number: a number. text: a text that is acceptable or not.
answer: {use_case.answer.value}

# {ANSWERS[use_case.answer]}
answers:{_words(use_case.answers)}

# Where proposals come from. posted: in the file you import, from any AI. callable: a Python function in system.py.
# http: an endpoint, named under http:. decision: a decision model, named under decision:.
# llm: a language model, named under llm:, with its prompt in prompt.md. builtin: Licet's own, trained on your history.
# auto: system.py if there is one, else an endpoint, a decision model or a language model if one is named, else posted ones if imported,
# else builtin.
system: {use_case.system}

# The columns that hold what is decided on; leave it empty to name them at import.
content:{_words(use_case.content)}
{_blocks(use_case)}"""


def _blocks(use_case: UseCaseFile) -> str:
    blocks = {"callable": use_case.callable, "http": use_case.http, "decision": use_case.decision, "llm": use_case.llm}
    system = "".join(_block(name, block) for name, block in blocks.items())
    return system + _effect(use_case.effect) + _desk(use_case.desk) + case_block(use_case.case)


def _effect(block: EffectBlock | None) -> str:
    """The block `effect:`; nothing where nothing happens."""
    if block is None:
        return ""
    said = {} if (way := block.webhook or block.callable) is None else way.model_dump()
    lines = [f"    {name}: {_word(value) if isinstance(value, str) else repr(value)}\n" for name, value in said.items()]
    return f"\n# What happens in the world after a decision.\neffect:\n  {block.way.value}:\n{''.join(lines)}"


def _desk(block: DeskBlock) -> str:
    """The block `desk:`; a hint alone where the owner sets nothing."""
    said = block.model_dump(exclude_defaults=True)
    if not said:
        return "\n# How soon people answer (24 hours), which cases are urgent or ask for a skill: `desk:`, see docs/review.md.\n"
    text = yaml.safe_dump({"desk": said}, allow_unicode=True, sort_keys=False, width=10_000)
    return f"\n# How soon people answer, and which cases come first; see docs/review.md.\n{text}"


STANDARD = """\
# What good means for {slug}. Locked, it is a promise: its digest is signed, and any change makes another standard.
{about}# Check it with `licet check`; lock it with `licet standard lock {slug}`. Shares are numbers from 0 to 1: 5% is 0.05.

# What AI must not exceed, and how sure we want to be of that.
# error_alone: share of wrong answers among the cases decided alone.
# With a slice (`slice:` with `attribute:` and `values:`) an error_alone counts the cases whose attribute has one of the values.
# missed_high_stakes: share of the high-stakes cases that are decided alone and wrongly; with `answers:` of those named.
# never: share of named errors (`errors:` with `right:` and `given:`) among the cases decided alone; not a single one may be seen.
measures:
{measures}

# exact: labels are looked at only as declared under looks. anytime: at any time, at the price of some labels.
method: {method}

# When sealed answers may be looked at (labels: a number of labelled cases, or all), and the share of the accepted
# chance of a false promise that each look spends. The shares sum to 1 at most.
looks:
{looks}

# The share that each attempt may spend: the first is for the first system, later ones for what comes after a change.
attempts:{attempts}

# The share of cases that must be decided alone for the standard to be met.
min_coverage: {min_coverage!r}

# Answers that must not be missed.
high_stakes:{high_stakes}

# What a person decides always: by the answer proposed, or by what stands in an attribute.
never_alone:
  answers:{answers}
  attributes:{attributes}

# What a case must be, besides confidently answered, to be decided alone; null switches a guard off.
guards:
  # Highest probability that a high-stakes answer is the right one.
  high_stakes_max: {high_stakes_max}
  # Share of ordinary cases that may be turned away because they resemble no past case.
  unfamiliar_share: {unfamiliar_share}
{regions}{evidence}"""


def standard_yaml(standard: Standard, slug: str, kind: AnswerKind | None = None, about: str = "") -> str:
    """Writes `standard.yaml`.

    Args:
        standard: what it says.
        slug: the use case.
        kind: of its answers, to explain how those are graded; None: in general.
        about: what is decided, in one line, for a comment; empty: nothing of it.
    """
    return STANDARD.format(
        slug=slug,
        about=f"# Decided here: {about}\n" if about else "",
        measures=_measures(standard),
        method=standard.method.value,
        looks=_looks(standard),
        attempts="".join(f"\n  - {share!r}" for share in standard.attempts) or " []",
        min_coverage=standard.min_coverage,
        high_stakes=_words(sorted(standard.high_stakes)),
        answers=_words(sorted(standard.never_alone_answers), "    "),
        attributes=_attributes(standard.never_alone_attributes),
        high_stakes_max=_or_null(standard.guards.high_stakes_max),
        unfamiliar_share=_or_null(standard.guards.unfamiliar_share),
        regions=_regions(standard.regions),
        evidence=evidence_yaml(standard, kind),
    )


def _block(name: str, block: BaseModel | None) -> str:
    said = [] if block is None else list(said_in(block))
    return f"\n{name}:\n" + "".join(f"  {key}:{_said(value)}\n" for key, value in said) if said else ""


def _said(value: object) -> str:
    if isinstance(value, Mapping):
        return "".join(f"\n    {_word(str(name))}: {_word(str(one))}" for name, one in value.items())
    if isinstance(value, tuple):
        return _words(map(str, value), "    ")
    return f" {_word(value)}" if isinstance(value, str) else f" {value!r}"


def _measures(standard: Standard) -> str:
    return "\n".join(_measure(m) for m in standard.measures)


def _measure(m: Measure) -> str:
    said = f"  - name: {_word(m.name)}\n    kind: {m.kind.value}\n    target: {m.target!r}\n    confidence: {m.confidence!r}"
    return f"{said}{_slice(m.slice)}{_named(m)}"


def _slice(part: Slice | None) -> str:
    indent = " " * 6
    if part is None:
        return ""
    values = _words(sorted(part.values), indent + "  ")
    return f"\n    slice:\n{indent}attribute: {_word(part.attribute)}\n{indent}values:{values}"


def _named(measure: Measure) -> str:
    """The right answers or the errors that a measure speaks of."""
    answers = f"\n    answers:{_words(sorted(measure.answers), '      ')}" if measure.answers else ""
    errors = [
        f"\n      - right:{_words(sorted(one.right), '          ')}\n        given:{_words(sorted(one.given), '          ')}"
        for one in measure.errors
    ]
    return f"{answers}\n    errors:{''.join(errors)}" if errors else answers


def evidence_yaml(standard: Standard, kind: AnswerKind | None = None) -> str:
    """How answers are graded, grouped and compared; hints alone where nothing is said."""
    said = _as_written(standard)
    grading = _evidence(said, "grading", "How an answer is held against the right one (exact: the same), see docs/standards.md.")
    if kind is not None:
        grading = f"\n{grading_hint(kind, standard.grading)}{_block_of(said, 'grading')}"
    blocks = [
        _evidence(said, "second_looks", "Which cases two people answer before one counts, see docs/review.md."),
        grading,
        _evidence(said, "clusters", "Cases that share a value of this attribute count as one draw in every bound."),
        _evidence(said, "min_labels", "Fewest labelled cases for a verdict."),
        _evidence(said, "slices", "Attributes by which opened cases are told apart, and the fewest cases that may be named."),
        _evidence(said, "change", "By how much a new version may be worse than the old one on the same cases."),
    ]
    return "".join(blocks)


def _as_written(standard: Standard) -> Json:
    """What a standard says, as its file does: the digest of a grader's code is read from the code."""
    grading = standard.grading
    if not isinstance(grading, OwnGrader):
        return standard_to_json(standard)
    said = standard_to_json(replace(standard, grading=EXACT))
    return {**(said if isinstance(said, Mapping) else {}), "grading": {"grader": "python", "function": grading.function}}


def _evidence(said: Json, name: str, comment: str) -> str:
    text = _block_of(said, name)
    return f"\n# {comment}\n{text}" if text else ""


def _block_of(said: Json, name: str) -> str:
    value = said.get(name) if isinstance(said, Mapping) else None
    if value is None:
        return ""
    return yaml.safe_dump({name: value}, allow_unicode=True, sort_keys=False, width=math.inf, default_style=None)


def _regions(rules: Iterable[RegionRule]) -> str:
    """The block `regions:`; nothing where none is declared."""
    lines = [
        f"\n  - name: {_word(rule.name)}\n    attribute: {_word(rule.attribute)}\n    values:{_words(sorted(rule.values), '      ')}"
        for rule in rules
    ]
    said = "\n# Parts of the cases, each certified with a threshold of its own; a case is in the first that holds, or in `other`.\n"
    return f"{said}regions:{''.join(lines)}\n" if lines else ""


def _looks(standard: Standard) -> str:
    return "\n".join(f"  - labels: {'all' if look.labels is None else look.labels}\n    share: {look.share!r}" for look in standard.looks)


def _attributes(attributes: Mapping[str, frozenset[str]]) -> str:
    return "".join(f"\n    {_word(name)}:{_words(sorted(values), '      ')}" for name, values in sorted(attributes.items())) or " {}"


def _or_null(share: float | None) -> str:
    return "null" if share is None else repr(share)


def _words(texts: Iterable[str], indent: str = "  ") -> str:
    return "".join(f"\n{indent}- {_word(text)}" for text in texts) or " []"


def _word(text: str) -> str:
    """A text that every YAML reader reads as this text: plain where it is simple, else in double quotes with escapes."""
    if SIMPLE.fullmatch(text) and text.lower() not in AMBIGUOUS:
        return text
    return yaml.safe_dump(text, default_style='"', allow_unicode=True, width=math.inf).removesuffix("\n")

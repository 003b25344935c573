"""What may stand in `use_case.yaml` and `standard.yaml`, and how each mistake in them is explained."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from licet.core.answer import AnswerKind
from licet.core.case_schema import CaseSchema
from licet.core.ids import UseCaseSlug
from licet.core.region import RegionRule
from licet.core.second import TOO_FAST, SecondLooks
from licet.core.standard import DeclaredLook, GuardRules, Measure, MeasureKind, Method, Slice, Standard, check_standard
from licet.edge.bad_file import BadFolderError, Finding, shown
from licet.edge.desk_block import DESK_TEXT, USUAL_DESK, DeskBlock, SkillsBlock, UrgentBlock
from licet.edge.effect_block import Effect, EffectBlock, FunctionBlock, WebhookBlock
from licet.edge.llm_block import LLM_TEXT, BudgetBlock, LlmBlock, PricesBlock
from licet.edge.schema_form import BLOCK, CaseForm, FieldForm, check_field, keys_in, schema_from
from licet.edge.system_blocks import BLOCK_TEXT, USUAL, CallableBlock, HttpBlock
from licet.edge.yaml_tree import Place, Tree

SystemChoice = Literal["auto", "builtin", "posted", "callable", "http", "llm"]
"""Where proposals come from; `auto`: from `system.py` if there is one, else from the endpoint under `http:` or the model under `llm:` if
one is named, else posted ones if imported, else the built-in system."""

USE_CASE_TEXT = frozenset({"title", "answer", "answers", "system", "content", "pattern", "one_of"}) | BLOCK_TEXT | LLM_TEXT | DESK_TEXT
STANDARD_TEXT = frozenset({"name", "kind", "method", "high_stakes", "never_alone", "slice", "attributes", "regions"})
"""Keys whose values are text as typed, so that an answer called `no`, `0` or `1.50` keeps its name."""

TITLE_LIMIT = 200
DEFAULT = Standard(measures=())


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCaseFile:
    """What `use_case.yaml` says.

    Attributes:
        slug: the folder's name.
        title: what people call it, in one line.
        answer: which kind of answer is decided.
        answers: the closed list of choices, in the author's order; empty: whatever occurs in history.
        system: where proposals come from.
        content: columns that hold what is decided on; empty: named at import.
        case: what a case may contain, and which cases a person always decides; None: whatever comes in.
        callable: how the function in `system.py` is called.
        http: which endpoint is asked, and how; None: none.
        llm: which language model is asked, and how; None: none.
        effect: what happens in the world after a decision; None: nothing.
        desk: how people answer its cases.
    """

    slug: UseCaseSlug
    title: str
    answer: AnswerKind
    answers: tuple[str, ...] = ()
    system: SystemChoice = "auto"
    content: tuple[str, ...] = ()
    case: CaseSchema | None = None
    callable: CallableBlock = USUAL
    http: HttpBlock | None = None
    llm: LlmBlock | None = None
    effect: EffectBlock | None = None
    desk: DeskBlock = USUAL_DESK


def _word(text: str) -> str:
    if not text.strip():
        message = "it is blank."
        raise ValueError(message)
    if text != text.strip() or len(text.splitlines()) > 1 or any(unicodedata.category(c) in {"Cc", "Cs"} for c in text):
        message = f"{shown(text)} has white space around it, a line break or a control character."
        raise ValueError(message)
    return text


def _all_or_number(raw: object) -> object:
    return None if raw == "all" else raw


FormT = TypeVar("FormT", bound="_Form")
Word = Annotated[str, AfterValidator(_word)]


class _Form(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class _UseCaseForm(_Form):
    title: Annotated[str, Field(max_length=TITLE_LIMIT), AfterValidator(_word)]
    answer: Annotated[AnswerKind, Field(strict=False)]
    answers: list[Word] = []
    system: SystemChoice = "auto"
    content: list[Word] = []
    case: CaseForm | None = None
    callable: CallableBlock = USUAL
    http: HttpBlock | None = None
    llm: LlmBlock | None = None
    effect: Effect = None
    desk: DeskBlock = USUAL_DESK


class _SliceForm(_Form):
    attribute: Word
    values: list[Word]


class _MeasureForm(_Form):
    name: Word
    kind: Annotated[MeasureKind, Field(strict=False)]
    target: float
    confidence: float
    slice: _SliceForm | None = None

    def measure(self) -> Measure:
        """The measure it says."""
        part = None if self.slice is None else Slice(attribute=self.slice.attribute, values=frozenset(self.slice.values))
        return Measure(name=self.name, kind=self.kind, target=self.target, confidence=self.confidence, slice=part)


class _LookForm(_Form):
    labels: Annotated[int | None, BeforeValidator(_all_or_number)]
    share: float


class _NeverAloneForm(_Form):
    answers: list[Word] = []
    attributes: dict[str, list[Word]] = {}


class _GuardsForm(_Form):
    high_stakes_max: float | None = DEFAULT.guards.high_stakes_max
    unfamiliar_share: float | None = DEFAULT.guards.unfamiliar_share


class _SecondLooksForm(_Form):
    share: float = 0.0
    stakes: bool = False
    attributes: dict[str, list[Word]] = {}
    too_fast_seconds: float = TOO_FAST.total_seconds()
    apart: bool = False

    def rule(self) -> SecondLooks:
        """The rule it says."""
        named = {name: frozenset(values) for name, values in self.attributes.items()}
        fast = timedelta(seconds=min(self.too_fast_seconds, LONGEST_SECONDS))
        return SecondLooks(share=self.share, stakes=self.stakes, attributes=named, too_fast=fast, apart=self.apart)


LONGEST_SECONDS = 1e6
"""Beyond what any rule may say, and within what can be held."""


class _RegionForm(_Form):
    name: Word
    attribute: Word
    values: list[Word]

    def rule(self) -> RegionRule:
        """The region it says."""
        return RegionRule(name=self.name, attribute=self.attribute, values=frozenset(self.values))


class _StandardForm(_Form):
    measures: list[_MeasureForm]
    method: Annotated[Method, Field(strict=False)] = DEFAULT.method
    looks: list[_LookForm] = [_LookForm(labels=look.labels, share=look.share) for look in DEFAULT.looks]
    attempts: list[float] = list(DEFAULT.attempts)
    min_coverage: float = DEFAULT.min_coverage
    high_stakes: list[Word] = []
    never_alone: _NeverAloneForm = _NeverAloneForm()
    guards: _GuardsForm = _GuardsForm()
    second_looks: _SecondLooksForm | None = None
    regions: list[_RegionForm] = []


def use_case_from(tree: Tree, slug: UseCaseSlug) -> UseCaseFile:
    """Reads a use case from its file.

    Raises:
        BadFolderError: with all that is wrong.
    """
    form = _filled(_UseCaseForm, tree)
    if form.answers and form.answer is not AnswerKind.CHOICE:
        why = f"only a 'choice' has a closed list of answers; the answer here is {form.answer.value!r}."
        raise BadFolderError((tree.finding(("answers",), why, "Take the list out, or write `answer: choice`."),))
    for name, block, needed in (("http", form.http, "`url` and `version`"), ("llm", form.llm, "`url`, `model` and `version`")):
        if form.system == name and block is None:
            why = f"`system: {name}` needs a block `{name}:`."
            raise BadFolderError((tree.finding(("system",), why, f"Add `{name}:` with {needed}, or name another system."),))
    wrong = [finding for name, one in form.desk.fields.items() for finding in check_field(one, ("desk", "fields", name), tree)]
    if wrong:
        raise BadFolderError(tuple(wrong))
    return UseCaseFile(
        slug=slug,
        title=form.title,
        answer=form.answer,
        answers=tuple(form.answers),
        system=form.system,
        content=tuple(form.content),
        case=schema_from(form.case, tree),
        callable=form.callable,
        http=form.http,
        llm=form.llm,
        effect=form.effect,
        desk=form.desk,
    )


def standard_from(tree: Tree) -> Standard:
    """Reads a standard from its file and checks that it can be locked.

    Raises:
        BadFolderError: with all that is wrong.
    """
    form = _filled(_StandardForm, tree)
    standard = Standard(
        measures=tuple(m.measure() for m in form.measures),
        method=form.method,
        looks=tuple(DeclaredLook(labels=look.labels, share=look.share) for look in form.looks),
        attempts=tuple(form.attempts),
        min_coverage=form.min_coverage,
        high_stakes=frozenset(form.high_stakes),
        never_alone_answers=frozenset(form.never_alone.answers),
        never_alone_attributes={name: frozenset(values) for name, values in form.never_alone.attributes.items()},
        guards=GuardRules(high_stakes_max=form.guards.high_stakes_max, unfamiliar_share=form.guards.unfamiliar_share),
        second_looks=None if form.second_looks is None else form.second_looks.rule(),
        regions=tuple(region.rule() for region in form.regions),
    )
    wrong = tuple(tree.finding(error.path, f"{_of(error.path)}{error.why}", error.remedy) for error in check_standard(standard))
    if wrong:
        raise BadFolderError(wrong)
    return standard


def nearest(word: str, known: frozenset[str]) -> str:
    """A sentence that offers the nearest known spelling, or lists what is known."""
    near = get_close_matches(word, sorted(known), n=1)
    return f"Did you mean {near[0]!r}?" if near else f"Known are {', '.join(sorted(known)[:30])}."


NESTED: Mapping[str, type[BaseModel]] = {
    "measures": _MeasureForm,
    "slice": _SliceForm,
    "regions": _RegionForm,
    "looks": _LookForm,
    "never_alone": _NeverAloneForm,
    "guards": _GuardsForm,
    "second_looks": _SecondLooksForm,
    "callable": CallableBlock,
    "http": HttpBlock,
    "llm": LlmBlock,
    "prices": PricesBlock,
    "budget": BudgetBlock,
    "effect": EffectBlock,
    "effect.callable": FunctionBlock,
    "webhook": WebhookBlock,
    "desk": DeskBlock,
    "urgent": UrgentBlock,
    "skills": SkillsBlock,
}
A_NUMBER = ("a number", "Write digits such as 0.05 (which is 5%), without quotes.")
EXPECTED: Mapping[str, tuple[str, str]] = {
    "float_type": A_NUMBER,
    "finite_number": A_NUMBER,
    "int_type": ("a whole number", "Write digits such as 500, without quotes, or `all` for a look at all sealed cases."),
    "list_type": ("a list", "Write one entry per line, each after `- `."),
    "dict_type": ("a block of keys", "Write `key: value` lines, indented by two spaces."),
    "model_type": ("a block of keys", "Write `key: value` lines, indented by two spaces."),
    "string_type": ("text", "Write one line of text."),
}


def _filled(form: type[FormT], tree: Tree) -> FormT:
    try:
        return form.model_validate(dict(tree.values))
    except ValidationError as error:
        found = [_explained(details, form, tree) for details in error.errors(include_url=False)]
    raise BadFolderError(tuple(sorted(found, key=lambda finding: finding.line or 0)))


def _explained(details: ErrorDetails, form: type[_Form], tree: Tree) -> Finding:
    place, given = details["loc"], shown(details["input"])
    name, context = _of(place), details.get("ctx", {})
    match details["type"]:
        case "missing":
            return tree.finding(place, f"{str(place[-1])!r} is missing.", f"Add `{place[-1]}: ...`.")
        case "extra_forbidden":
            return tree.finding(place, f"{str(place[-1])!r} is not a key here.", nearest(str(place[-1]), _keys_at(form, place)))
        case "enum" | "literal_error":
            return tree.finding(place, f"{name}{given} is not known.", f"Write {context['expected']}.")
        case "string_too_long":
            why = f"{name}it has more than {context['max_length']} characters."
            return tree.finding(place, why, "Shorten it.")
        case "value_error" | "told":
            wrong = context.get("why", context.get("error"))
            return tree.finding(place, f"{name}{wrong}", context.get("remedy", "Write visible text in one line."))
        case kind:
            expected, remedy = EXPECTED.get(kind, ("what belongs here", f"{details['msg']}."))
            return tree.finding(place, f"{name}{given} is not {expected}.", remedy)


def _of(place: Place) -> str:
    keys = [part for part in place if isinstance(part, str)]
    return f"{keys[-1]}: " if keys else ""


def _keys_at(form: type[_Form], place: Place) -> frozenset[str]:
    around = [part for part in place[:-1] if isinstance(part, str)]
    if around[:1] == [BLOCK]:
        return keys_in(place)
    if around[:2] == ["desk", "fields"]:
        return frozenset(FieldForm.model_fields)
    return frozenset((NESTED.get(".".join(around)) or NESTED[around[-1]] if around else form).model_fields)

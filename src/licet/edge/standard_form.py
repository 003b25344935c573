"""What may stand in `standard.yaml`."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from licet.core.canonical import Json
from licet.core.change import ChangeRule
from licet.core.cluster import Clusters
from licet.core.grading import EXACT, Grading
from licet.core.grading_form import grading_from_json
from licet.core.measure import Confusion, Measure, MeasureKind, Slice
from licet.core.own_grader import GIVEN_FUNCTION, OwnGrader
from licet.core.region import RegionRule
from licet.core.second import TOO_FAST, SecondLooks
from licet.core.slicing import SliceBy
from licet.core.standard import DeclaredLook, GuardRules, Method, Standard, check_standard
from licet.edge.bad_file import BadFolderError
from licet.edge.form import Digits, Flag, Form, Word, filled, key_of
from licet.edge.system_blocks import told
from licet.edge.yaml_tree import Place, Tree

STANDARD_TEXT = frozenset({
    "name", "kind", "method", "high_stakes", "never_alone", "slice", "attributes", "regions", "attribute", "answers", "right", "given",
    "separator",
})  # fmt: skip
"""Keys whose values are text as typed, so that an answer called `no`, `0` or `1.50` keeps its name."""

DEFAULT = Standard(measures=())


def _all_or_number(raw: object) -> object:
    return None if raw == "all" else raw


class SliceForm(Form):
    """A part of the cases."""

    attribute: Word
    values: list[Word]

    def part(self) -> Slice:
        """The part it says."""
        return Slice(attribute=self.attribute, values=frozenset(self.values))


class ErrorForm(Form):
    """An error by name."""

    right: list[Word] = Field([])
    given: list[Word] = Field([])

    def error(self) -> Confusion:
        """The error it says."""
        return Confusion(right=frozenset(self.right), given=frozenset(self.given))


class _MeasureForm(Form):
    name: Word
    kind: Annotated[MeasureKind, Field(strict=False)]
    target: float
    confidence: float
    slice: SliceForm | None = None
    answers: list[Word] = Field([])
    errors: list[ErrorForm] = Field([])

    def measure(self) -> Measure:
        """The measure it says."""
        return Measure(
            name=self.name,
            kind=self.kind,
            target=self.target,
            confidence=self.confidence,
            slice=None if self.slice is None else self.slice.part(),
            answers=frozenset(self.answers),
            errors=tuple(one.error() for one in self.errors),
        )


class _LookForm(Form):
    labels: Annotated[int | None, BeforeValidator(_all_or_number)]
    share: float


class _NeverAloneForm(Form):
    answers: list[Word] = Field([])
    attributes: dict[str, list[Word]] = Field({})


class _GuardsForm(Form):
    high_stakes_max: float | None = DEFAULT.guards.high_stakes_max
    unfamiliar_share: float | None = DEFAULT.guards.unfamiliar_share


class _SecondLooksForm(Form):
    share: float = 0.0
    stakes: Flag = False
    attributes: dict[str, list[Word]] = Field({})
    too_fast_seconds: float = TOO_FAST.total_seconds()
    apart: Flag = False

    def rule(self) -> SecondLooks:
        """The rule it says."""
        named = {name: frozenset(values) for name, values in self.attributes.items()}
        fast = timedelta(seconds=min(self.too_fast_seconds, LONGEST_SECONDS))
        return SecondLooks(share=self.share, stakes=self.stakes, attributes=named, too_fast=fast, apart=self.apart)


LONGEST_SECONDS = 1e6
"""Beyond what any rule may say, and within what can be held."""


class _RegionForm(Form):
    name: Word
    attribute: Word
    values: list[Word]

    def rule(self) -> RegionRule:
        """The region it says."""
        return RegionRule(name=self.name, attribute=self.attribute, values=frozenset(self.values))


def _no_judge(grader: object) -> object:
    if isinstance(grader, str) and "judge" in grader.lower():
        why = "a judge grades nothing: it never counts as a label."
        raise told(why, "Name a grader that holds answers against people's; `licet judge` estimates beside it.")
    return grader


_NoJudge = BeforeValidator(_no_judge)


class _OneForm(Form):
    grader: Annotated[Literal["exact", "folded", "number", "f1", "set", "json"], _NoJudge] = "exact"
    absolute: Digits | None = None
    relative: Digits | None = None
    separator: str | None = None

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        _only(self, "number", "absolute", "relative")
        _only(self, "set", "separator")
        return self

    def said(self) -> dict[str, Json]:
        """The grading in plain JSON."""
        return _said(self.grader, self.absolute, self.relative, self.separator)


class _FieldRuleForm(_OneForm):
    weight: Digits = 1.0


class _GradingForm(Form):
    grader: Annotated[Literal["exact", "folded", "number", "f1", "set", "json", "fields", "costs", "python"], _NoJudge]
    absolute: Digits | None = None
    relative: Digits | None = None
    separator: str | None = None
    fields: dict[str, _FieldRuleForm] | None = None
    costs: dict[str, dict[str, Digits]] | None = None
    function: Word | None = None

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        _only(self, "number", "absolute", "relative")
        _only(self, "set", "separator")
        _only(self, "fields", "fields")
        _only(self, "costs", "costs")
        _only(self, "python", "function")
        return self

    def grading(self) -> Grading:
        """The grading it says."""
        match self.grader:
            case "fields":
                rules: dict[str, Json] = {name: {"weight": one.weight, **one.said()} for name, one in (self.fields or {}).items()}
                return grading_from_json({"grader": "fields", "fields": rules})
            case "costs":
                return grading_from_json({"grader": "costs", "costs": self.costs or {}})
            case "python":
                return OwnGrader(function=self.function or GIVEN_FUNCTION)
            case name:
                return grading_from_json(_said(name, self.absolute, self.relative, self.separator))


def _only(form: BaseModel, grader: str, *settings: str) -> None:
    given = getattr(form, "grader", "")
    for name in settings:
        if getattr(form, name) is not None and given != grader:
            raise told(f"{name!r} is a setting of the grader {grader!r}, and the grader here is {given!r}.", "Take it out.")


def _said(grader: str, absolute: float | None, relative: float | None, separator: str | None) -> dict[str, Json]:
    said: dict[str, Json] = {"grader": grader}
    if grader == "number":
        return said | {"absolute": absolute or 0.0, "relative": relative or 0.0}
    return said | {"separator": "," if separator is None else separator} if grader == "set" else said


class ClustersForm(Form):
    """How cases are grouped."""

    attribute: Word
    largest: int

    def clusters(self) -> Clusters:
        """The rule it says."""
        return Clusters(attribute=self.attribute, largest=self.largest)


class _SliceByForm(Form):
    attribute: Word
    least: int = SliceBy(attribute="").least


class _ChangeForm(Form):
    margin: float
    confidence: float = 0.95


class _StandardForm(Form):
    measures: list[_MeasureForm]
    method: Annotated[Method, Field(strict=False)] = DEFAULT.method
    looks: list[_LookForm] = Field([_LookForm(labels=look.labels, share=look.share) for look in DEFAULT.looks])
    attempts: list[float] = Field(list(DEFAULT.attempts))
    min_coverage: float = DEFAULT.min_coverage
    high_stakes: list[Word] = Field([])
    never_alone: _NeverAloneForm = Field(default_factory=lambda: _NeverAloneForm.model_validate({}))
    guards: _GuardsForm = _GuardsForm()
    second_looks: _SecondLooksForm | None = None
    regions: list[_RegionForm] = Field([])
    grading: _GradingForm | None = None
    clusters: ClustersForm | None = None
    min_labels: Annotated[int, Field(ge=0)] = 0
    slices: list[_SliceByForm] = Field([])
    change: _ChangeForm | None = None


def standard_from(tree: Tree) -> Standard:
    """Reads a standard from its file and checks that it can be locked.

    Raises:
        BadFolderError: with all that is wrong.
    """
    form = filled(_StandardForm, tree, _keys_at)
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
        grading=EXACT if form.grading is None else form.grading.grading(),
        clusters=None if form.clusters is None else form.clusters.clusters(),
        min_labels=form.min_labels,
        slices=tuple(SliceBy(attribute=one.attribute, least=one.least) for one in form.slices),
        change=None if form.change is None else ChangeRule(margin=form.change.margin, confidence=form.change.confidence),
    )
    wrong = tuple(tree.finding(error.path, f"{key_of(error.path)}{error.why}", error.remedy) for error in check_standard(standard))
    if wrong:
        raise BadFolderError(wrong)
    return standard


NESTED: Mapping[str, type[BaseModel]] = {
    "measures": _MeasureForm,
    "slice": SliceForm,
    "errors": ErrorForm,
    "regions": _RegionForm,
    "looks": _LookForm,
    "never_alone": _NeverAloneForm,
    "guards": _GuardsForm,
    "second_looks": _SecondLooksForm,
    "grading": _GradingForm,
    "clusters": ClustersForm,
    "slices": _SliceByForm,
    "change": _ChangeForm,
}


def _keys_at(place: Place) -> frozenset[str]:
    around = [part for part in place[:-1] if isinstance(part, str)]
    if around[:2] == ["grading", "fields"]:
        return frozenset(_FieldRuleForm.model_fields)
    return frozenset((NESTED[around[-1]] if around else _StandardForm).model_fields)

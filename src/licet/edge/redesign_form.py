"""What may stand in `redesign.yaml`: how a process is to be done, step by step, and what its author assumes."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from licet.core.canonical import Json
from licet.core.redesign import Assumed, Checks, Doer, Merge, Move, Price, Redesign, Reviewers, ServiceLevel, StepPlan
from licet.core.redesign_faults import check_redesign
from licet.edge.bad_file import BadFolderError, Finding
from licet.edge.form import Digits, Form, Word, filled, key_of
from licet.edge.yaml_tree import Place, Tree, read_tree

REDESIGN_FILE = "redesign.yaml"
REDESIGN_TEXT = frozenset({
    "title", "decides", "steps", "remove", "into", "parallel", "step", "after", "days", "skilled_for", "currency",
})  # fmt: skip
"""Keys whose values are text as typed, so that a step called `no` or `1.50` keeps its name."""

LONGEST_TITLE = 200
USUAL = Reviewers()


class _AssumedForm(Form):
    coverage: Digits | None = None
    error: Digits | None = None
    latency_seconds: Digits | None = None
    cost: Digits | None = None
    time_saved: Digits | None = None


class _StepForm(Form):
    by: Annotated[Doer, Field(strict=False)]
    assumed: _AssumedForm = _AssumedForm()

    def plan(self) -> StepPlan:
        """The plan it says."""
        return StepPlan(by=self.by, assumed=Assumed(**self.assumed.model_dump()))


class _MergeForm(Form):
    steps: list[Word]
    into: Word
    time: float = 1.0

    def merge(self) -> Merge:
        """What it says."""
        return Merge(steps=tuple(self.steps), into=self.into, time=self.time)


class _MoveForm(Form):
    step: Word
    after: Word


class _ReviewersForm(Form):
    people: int | None = None
    hours_a_day: float | None = None
    from_hour: float = USUAL.from_hour
    days: list[Word] = Field(list(USUAL.days))
    seconds_a_case: float | None = None
    skilled_for: list[Word] = Field([])

    def reviewers(self) -> Reviewers:
        """Those it says."""
        return Reviewers(
            people=self.people,
            hours_a_day=self.hours_a_day,
            from_hour=self.from_hour,
            days=tuple(self.days),
            seconds_a_case=self.seconds_a_case,
            skilled_for=tuple(self.skilled_for),
        )


class _ChecksForm(Form):
    audits: float | None = None
    second_looks: float | None = None


class _ServiceLevelForm(Form):
    hours: Annotated[float, Field(ge=-1e9, le=1e9)]
    share: float = 0.9


class _PriceForm(Form):
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    person_hour: float


class _RedesignForm(Form):
    title: Annotated[Word, Field(max_length=LONGEST_TITLE)]
    decides: Word | None = None
    steps: dict[str, _StepForm] = Field({})
    remove: list[Word] = Field([])
    merge: list[_MergeForm] = Field([])
    parallel: list[list[Word]] = Field([])
    order: list[_MoveForm] = Field([])
    reviewers: _ReviewersForm = Field(default_factory=lambda: _ReviewersForm.model_validate({}))
    checks: _ChecksForm = _ChecksForm()
    service_level: _ServiceLevelForm | None = None
    price: _PriceForm | None = None


def load_redesign(folder: Path) -> Redesign:
    """Reads a use case's `redesign.yaml`. What it returns can be held against an event log.

    Raises:
        BadFolderError: with all that is wrong, each with its line; also where there is no such file.
    """
    file = folder / REDESIGN_FILE
    if not file.exists():
        remedy = "Write one; docs/redesign.md shows how."
        raise BadFolderError((Finding(file=str(file), line=None, why="there is no such file.", remedy=remedy),))
    return redesign_from(read_tree(file, REDESIGN_TEXT))


def redesign_from(tree: Tree) -> Redesign:
    """Reads a redesign from its file and checks that it contradicts itself nowhere.

    Raises:
        BadFolderError: with all that is wrong.
    """
    form = filled(_RedesignForm, tree, _keys_at)
    level, price = form.service_level, form.price
    redesign = Redesign(
        title=form.title,
        decides=form.decides,
        steps={name: one.plan() for name, one in form.steps.items()},
        removed=tuple(form.remove),
        merged=tuple(one.merge() for one in form.merge),
        parallel=tuple(tuple(group) for group in form.parallel),
        moved=tuple(Move(step=one.step, after=one.after) for one in form.order),
        reviewers=form.reviewers.reviewers(),
        checks=Checks(audits=form.checks.audits, second_looks=form.checks.second_looks),
        service_level=None if level is None else ServiceLevel(within=timedelta(hours=level.hours), share=level.share),
        price=None if price is None else Price(currency=price.currency, person_hour=price.person_hour),
    )
    wrong = tuple(tree.finding(error.path, f"{key_of(error.path)}{error.why}", error.remedy) for error in check_redesign(redesign))
    if wrong:
        raise BadFolderError(wrong)
    return redesign


def sent_redesign(said: Mapping[str, Json]) -> Redesign | tuple[str, ...]:
    """Reads a redesign that somebody sent, with the keys of its file; gives all that is wrong where it is none."""
    try:
        return redesign_from(Tree(file="redesign", values=said, lines={(): 1}))
    except BadFolderError as error:
        return tuple(f"{one.why} {one.remedy}" for one in error.findings)


NESTED: Mapping[str, type[BaseModel]] = {
    "merge": _MergeForm,
    "order": _MoveForm,
    "reviewers": _ReviewersForm,
    "checks": _ChecksForm,
    "service_level": _ServiceLevelForm,
    "price": _PriceForm,
}


def _keys_at(place: Place) -> frozenset[str]:
    around = [part for part in place[:-1] if isinstance(part, str)]
    if around[:1] == ["steps"]:
        return frozenset((_AssumedForm if around[-1] == "assumed" else _StepForm).model_fields)
    return frozenset((NESTED[around[0]] if around else _RedesignForm).model_fields)

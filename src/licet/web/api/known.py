"""Reviewers' figures and the known answers they stand on: one's own first, to look at and to contest; then others', for those who may."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from fastapi import Path as InPath
from pydantic import BaseModel, ConfigDict, Field

from licet.core.answer import answer_to_json
from licet.core.case import content_to_json
from licet.core.known import Ceiling, Figures, Rates, Shown
from licet.core.refusal import Refused, Unknown
from licet.flows.contest import Verdict, contest, contested, settle_contest
from licet.flows.figures import Own, own_everywhere, own_figures, reviewers
from licet.flows.shown_case import CaseShown
from licet.stats.agreement import Agreement, Rate
from licet.stats.labellers import Labeller
from licet.web.api.desk_wire import LONGEST_WORDS, OUT, AnswerJson, CellsOut, ImageOut, TextOut, Words
from licet.web.api.wire import STRICT, answer_of
from licet.web.guard import NEEDS_PERSON, GuardedRoute, LetPerson, person_let_in, visitor
from licet.web.people import Visitor
from licet.web.problems import refusal

routes = APIRouter(tags=["reviewers"], route_class=GuardedRoute)
own = APIRouter(tags=["reviewers"], route_class=GuardedRoute)
LetHere = Annotated[LetPerson, Depends(person_let_in)]
Token = Annotated[str, InPath(max_length=40, description="Names the known answer, as one's own figures do.")]


class RateOut(BaseModel):
    """A share with its exact 95% interval."""

    model_config = OUT

    hits: int
    n: int
    rate: float
    low: float
    high: float


class EstimateOut(BaseModel):
    """A share that is estimated from how all answer the same cases (Dawid and Skene), where nobody knows the truth."""

    model_config = OUT

    estimated: Literal[True] = True
    right: float
    low: float
    high: float
    n: int


class RatesOut(BaseModel):
    """What known answers say of a reviewer. What is null is unknown."""

    model_config = OUT

    caught: RateOut | None = Field(description="Known answers they gave themselves.")
    overrides: RateOut | None = Field(description="Known errors of AI after whose sight they did not end wrong.")
    rair: RateOut | None = Field(description="Wrong before right advice: how often it put them right.")
    rsr: RateOut | None = Field(description="Right before wrong advice: how often they stayed right.")
    over: RateOut | None = Field(description="Over-reliance: 1 - rsr.")


class FiguresOut(RatesOut):
    """How one reviewer does in one use case. What is null is unknown."""

    use_case: str
    person: str
    name: str
    since: str
    until: str = Field(description="Answers up to this moment are in it; for others, what the person could see themselves.")
    answered: int
    seconds: float | None = Field(description="The median time a case was in their hands.")
    from_record: int = Field(description="Of these, how many known answers nobody checked since they were imported.")
    contested: int = Field(description="Known answers they contest and nobody decided on; the rates are without them.")
    with_contested: RatesOut = Field(description="The rates with these as they stand: by contesting alone nobody is better than that.")
    shows_overrides: bool = Field(description="Whether it shows, at 90%, that they override at least 80% of AI's errors.")
    estimate: EstimateOut | None


class KnownOut(BaseModel):
    """What one said on a planted case, once it counts."""

    model_config = OUT

    token: str
    said: AnswerJson
    truth: AnswerJson
    basis: Literal["agreed", "adjudicated", "record"]
    first_right: bool
    final_right: bool
    advice_right: bool | None
    seconds: int | None = Field(description="None where nobody knows: it was answered on a sheet.")
    at: str
    contest: Literal["none", "open", "upheld", "rejected"]
    counts: bool


class OwnOut(BaseModel):
    """One's own figures, and each known answer they stand on, newest first."""

    model_config = OUT

    figures: FiguresOut
    known: list[KnownOut]


class EverywhereOut(BaseModel):
    """One's own figures in each use case in which one reviews."""

    model_config = OUT

    own: list[OwnOut]


class CeilingOut(BaseModel):
    """How far people agree with each other: how often two say the same, and alpha, each with its 95% interval."""

    model_config = OUT

    same: float
    low: float
    high: float
    cases: int
    alpha: float | None
    alpha_low: float | None
    alpha_high: float | None


class ReviewersOut(BaseModel):
    """Everybody who reviews, as far as the viewer may see; and the human ceiling, null while unknown."""

    model_config = OUT

    figures: list[FiguresOut]
    hidden: int = Field(description="People whose figures the viewer may not see.")
    ceiling: CeilingOut | None


class ContestIn(BaseModel):
    """Why a known answer is wrong."""

    model_config = ConfigDict(extra="forbid", strict=True)

    why: Words


class ContestOut(BaseModel):
    """That it was received; it counts for nobody until a senior reviewer decided."""

    model_config = OUT

    received: Literal[True] = True


class ContestedOut(BaseModel):
    """A contested case, with neither answer."""

    model_config = OUT

    token: str
    content: TextOut | CellsOut | ImageOut
    attributes: dict[str, str]
    choices: list[str]
    guideline: str | None


class AllContestedOut(BaseModel):
    """What is contested and may be decided by this person."""

    model_config = OUT

    cases: list[ContestedOut]


class SettleIn(BaseModel):
    """One's own answer on a contested case, and why; whoever contests it reads the reason."""

    model_config = STRICT

    answer: AnswerJson
    why: str = Field(default="", max_length=LONGEST_WORDS)


class SettledOut(BaseModel):
    """Whether the contest was right."""

    model_config = OUT

    upheld: bool


@routes.get("/reviewers", **NEEDS_PERSON)
async def everybody(let: LetHere) -> ReviewersOut:
    """Who reviews here, with the figures that the viewer may see, and how far people agree with each other."""
    found = await let.desk.run(lambda: reviewers(let.office, let.by, name=let.use_case.slug))
    if isinstance(found, Refused):
        raise refusal(found)
    return ReviewersOut(figures=[figures_out(one) for one in found.figures], hidden=found.hidden, ceiling=_ceiling(found.ceiling))


@routes.get("/reviewers/me", **NEEDS_PERSON)
async def myself(let: LetHere) -> OwnOut:
    """One's own figures here; that one looked opens them to those who may see them."""
    found = await let.desk.run(lambda: own_figures(let.office, let.by, name=let.use_case.slug))
    if isinstance(found, Refused):
        raise refusal(found)
    return own_out(found)


@own.get("/api/v1/people/me/figures", **NEEDS_PERSON)
async def myself_everywhere(let: Annotated[Visitor, Depends(visitor)]) -> EverywhereOut:
    """One's own figures in each use case in which one reviews; that one looked opens them to those who may see them."""
    found = await let.desk.run(lambda: own_everywhere(let.office, let.by))
    return EverywhereOut(own=[own_out(one) for one in found])


@routes.get("/known-answers/contested", **NEEDS_PERSON)
async def open_contests(let: LetHere) -> AllContestedOut:
    """Contested cases that this senior reviewer may decide; neither the known answer nor the reviewer's is shown."""
    found = await let.desk.run(lambda: contested(let.office, let.by, name=let.use_case.slug))
    if isinstance(found, Refused):
        raise refusal(found)
    return AllContestedOut(cases=[_contested(one) for one in found])


@routes.post("/known-answers/{token}/contest", **NEEDS_PERSON)
async def say_wrong(token: Token, given: ContestIn, let: LetHere) -> ContestOut:
    """Say that a known answer is wrong."""
    refused = await let.desk.run(lambda: contest(let.office, let.by, name=let.use_case.slug, token=token, why=given.why))
    if refused is not None:
        raise refusal(refused)
    return ContestOut()


@routes.post("/known-answers/{token}/settle", **NEEDS_PERSON)
async def decide(token: Token, given: SettleIn, let: LetHere) -> SettledOut:
    """Answer a contested case; where that is not the known answer, the contest is upheld, and it counts for nobody."""
    said = Verdict(answer=answer_of(given.answer, let.use_case.answer_kind, "/answer"), why=given.why)
    found = await let.desk.run(lambda: settle_contest(let.office, let.by, name=let.use_case.slug, token=token, said=said))
    if isinstance(found, Refused):
        raise refusal(found)
    return SettledOut(upheld=found)


# --- going out -----------------------------------------------------------------------------------------------------------


def own_out(found: Own) -> OwnOut:
    """One's own figures as they go out."""
    return OwnOut(figures=figures_out(found.figures), known=[_known(one) for one in found.known])


def figures_out(one: Figures) -> FiguresOut:
    """Figures as they go out; what is unknown is null."""
    return FiguresOut(
        use_case=one.use_case,
        person=one.person,
        name=one.name,
        since=one.since.isoformat(),
        until=one.until.isoformat(),
        answered=one.answered,
        seconds=None if isinstance(one.seconds, Unknown) else one.seconds,
        from_record=one.from_record,
        shows_overrides=one.shows_overrides,
        estimate=_estimate(one.estimated),
        contested=one.contested,
        with_contested=RatesOut(**_rates(one.with_contested)),
        **_rates(one),
    )


def _rates(one: Rates) -> dict[str, Any]:
    return {name: _rate(getattr(one, name)) for name in RatesOut.model_fields}


def _rate(found: Rate | Unknown) -> RateOut | None:
    if isinstance(found, Unknown):
        return None
    return RateOut(hits=found.hits, n=found.n, rate=found.rate, low=found.low, high=found.high)


def _estimate(found: Labeller | Unknown) -> EstimateOut | None:
    return None if isinstance(found, Unknown) else EstimateOut(right=found.right, low=found.low, high=found.high, n=found.n)


def _ceiling(found: Ceiling | Unknown) -> CeilingOut | None:
    if isinstance(found, Unknown):
        return None
    beyond = found.beyond_chance if isinstance(found.beyond_chance, Agreement) else None
    ends = (None, None, None) if beyond is None else (beyond.value, beyond.low, beyond.high)
    return CeilingOut(
        same=found.same, low=found.low, high=found.high, cases=found.cases, alpha=ends[0], alpha_low=ends[1], alpha_high=ends[2]
    )


def _known(one: Shown) -> KnownOut:
    words: Any = {"basis": one.basis.value, "contest": one.contest.value}
    said: Any = {"said": answer_to_json(one.said), "truth": answer_to_json(one.truth)}
    return KnownOut(
        token=one.token,
        first_right=one.first_right,
        final_right=one.final_right,
        advice_right=one.advice_right,
        seconds=None if isinstance(one.seconds, Unknown) else one.seconds,
        at=one.at.isoformat(),
        counts=one.counts,
        **words,
        **said,
    )


def _contested(one: CaseShown) -> ContestedOut:
    guideline = None if one.guideline is None else one.guideline.text
    choices = list(one.form.choices)
    attributes = dict(one.body.attributes)
    content: Any = content_to_json(one.body.content)
    return ContestedOut(token=one.token, content=content, attributes=attributes, choices=choices, guideline=guideline)

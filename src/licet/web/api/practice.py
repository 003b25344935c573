"""Practice: past cases answered alone or in rounds with AI's advice, and what one's own practice shows; for signed-in people."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from fastapi import Path as InPath
from pydantic import BaseModel, ConfigDict, Field

from licet.core.answer import answer_to_json
from licet.core.canonical import Json
from licet.core.case import CaseBody, content_to_json
from licet.core.practice_round import FEWEST_CASES, MOST_CASES, ROUND_CASES, RoundFigures, Strength
from licet.core.qualification import Qualification, Qualified
from licet.core.refusal import Refused, Unknown
from licet.flows.after_round import AfterRound, after_round
from licet.flows.play import (
    CaseToPlay,
    Explained,
    RoundNow,
    answer_in_round,
    begin_round,
    case_to_play,
    explained_case,
    round_now,
    settle_in_round,
)
from licet.flows.practise import next_practice
from licet.stats.agreement import Rate
from licet.web.api.desk_wire import OUT, AnswerJson, CellsOut, FormOut, GuidelineOut, ImageOut, TextOut, form_out
from licet.web.api.known import RateOut
from licet.web.api.wire import STRICT, answer_of
from licet.web.guard import NEEDS_PERSON, GuardedRoute, LetPerson, person_let_in
from licet.web.problems import refusal

routes = APIRouter(tags=["practice"], route_class=GuardedRoute)
LetHere = Annotated[LetPerson, Depends(person_let_in)]
Token = Annotated[str, InPath(max_length=40, description="Names the case or the round, as it came.")]


class RoundIn(BaseModel):
    """The round that is wanted."""

    model_config = STRICT

    cases: int = Field(default=ROUND_CASES, ge=FEWEST_CASES, le=MOST_CASES)
    guided: bool = Field(default=False, description="A first round, with words at each step.")


class NothingIn(BaseModel):
    """Nothing is to be said."""

    model_config = ConfigDict(extra="forbid", strict=True)


class PracticeAnswerIn(BaseModel):
    """One's own first answer."""

    model_config = STRICT

    answer: AnswerJson


class PracticeSettleIn(BaseModel):
    """What one says after the advice."""

    model_config = STRICT

    answer: AnswerJson | None = Field(description="Null keeps the first answer.")


class AdviceOut(BaseModel):
    """What AI proposes, and why in its own words; untrusted."""

    model_config = OUT

    answer: AnswerJson
    confidence: float
    reason: str


class PracticeCaseOut(BaseModel):
    """A past case. Nothing in it tells the truth, or what AI proposes."""

    model_config = OUT

    token: str
    place: int
    content: TextOut | CellsOut | ImageOut
    attributes: dict[str, str]
    form: FormOut
    guideline: GuidelineOut | None
    first: AnswerJson | None = Field(description="One's own answer, if it was given; sent again, it brings the advice again.")


class RoundOut(BaseModel):
    """A round as it stands; without a case it is over."""

    model_config = OUT

    round: str
    cases: int
    done: int
    guided: bool
    advised: bool = Field(description="Whether a system was evaluated, so that there is advice.")
    case: PracticeCaseOut | None


class SimilarOut(BaseModel):
    """A similar past case that AI names, and what the record says of it."""

    model_config = OUT

    content: TextOut | CellsOut | ImageOut
    truth: AnswerJson
    similarity: float


class ExplainedOut(BaseModel):
    """A case that ended, with the truth and why."""

    model_config = OUT

    case: PracticeCaseOut
    advice: AdviceOut | None
    final: AnswerJson
    first_right: bool
    final_right: bool
    truth: AnswerJson
    basis: Literal["agreed", "adjudicated", "record"]
    advice_right: bool | None
    similar: list[SimilarOut]


class AdvisedOut(BaseModel):
    """A case after one's own first answer, with what AI proposes, to keep or change."""

    model_config = OUT

    case: PracticeCaseOut
    advice: AdviceOut


class AnsweredOut(BaseModel):
    """What follows an answer: advice, to keep or change, or the truth at once."""

    model_config = OUT

    advised: AdvisedOut | None
    ended: ExplainedOut | None


class RoundFiguresOut(BaseModel):
    """One's own figures over cases as rounds draw them; null is unknown."""

    model_config = OUT

    own: RateOut | None
    after: RateOut | None
    rair: RateOut | None
    rsr: RateOut | None
    over: RateOut | None
    under: RateOut | None


class StrengthOut(BaseModel):
    """How often AI is right where this is the right answer; null: too few cases to say."""

    model_config = OUT

    label: str
    n: int
    right: RateOut | None


class PracticeOut(BaseModel):
    """What one's own practice shows, and where AI is strong and weak here, worst first."""

    model_config = OUT

    rounds: RoundFiguresOut
    system: str | None
    ai: RateOut | None
    strong_and_weak: list[StrengthOut]
    alone_answered: int
    alone_right: int
    qualified: bool | None = Field(description="Null: the owner asks for no qualification.")
    qualified_until: str | None


@routes.get("/practice", **NEEDS_PERSON)
async def own(let: LetHere) -> PracticeOut:
    """What one's own practice shows; nobody else is shown it."""
    found = await let.desk.run(lambda: after_round(let.office, let.by, name=let.use_case.slug))
    if isinstance(found, Refused):
        raise refusal(found)
    return _practice(found)


@routes.post("/practice/rounds", **NEEDS_PERSON)
async def begin(given: RoundIn, let: LetHere) -> RoundOut:
    """Begin a round with AI's advice, or go on with the one that is open."""
    name = let.use_case.slug
    return _round(await let.desk.run(lambda: begin_round(let.office, let.by, name=name, cases=given.cases, guided=given.guided)))


@routes.get("/practice/rounds/{token}", **NEEDS_PERSON)
async def how_far(token: Token, let: LetHere) -> RoundOut:
    """How far a round of one's own is, and its next case."""
    return _round(await let.desk.run(lambda: round_now(let.office, let.by, name=let.use_case.slug, round_id=token)))


@routes.post("/practice/next", **NEEDS_PERSON)
async def alone(given: NothingIn, let: LetHere) -> PracticeCaseOut:
    """A past case to answer alone; the one given before, as long as it is not answered."""
    del given
    drawn = await let.desk.run(lambda: next_practice(let.office, let.by, name=let.use_case.slug))
    if isinstance(drawn, Refused):
        raise refusal(drawn)
    found = await let.desk.run(lambda: case_to_play(let.office, let.by, name=let.use_case.slug, token=drawn.token))
    if isinstance(found, Refused):
        raise refusal(found)
    return _case(found)


@routes.get("/practice/cases/{token}", **NEEDS_PERSON)
async def why(token: Token, let: LetHere) -> ExplainedOut:
    """A case of one's own that ended, with the truth and why."""
    found = await let.desk.run(lambda: explained_case(let.office, let.by, name=let.use_case.slug, token=token))
    if isinstance(found, Refused):
        raise refusal(found)
    return _explained(found)


@routes.post("/practice/cases/{token}/answer", **NEEDS_PERSON)
async def answer(token: Token, given: PracticeAnswerIn, let: LetHere) -> AnsweredOut:
    """Give one's own first answer, which stays."""
    said = answer_of(given.answer, let.use_case.answer_kind, "answer")
    found = await let.desk.run(lambda: answer_in_round(let.office, let.by, name=let.use_case.slug, token=token, answer=said))
    match found:
        case Refused():
            raise refusal(found)
        case Explained():
            return AnsweredOut(advised=None, ended=_explained(found))
        case CaseToPlay():
            advice = _advice(found)
            return AnsweredOut(advised=None if advice is None else AdvisedOut(case=_case(found), advice=advice), ended=None)


@routes.post("/practice/cases/{token}/settle", **NEEDS_PERSON)
async def settle(token: Token, given: PracticeSettleIn, let: LetHere) -> ExplainedOut:
    """Keep one's answer, or change it after the advice; the truth follows."""
    said = None if given.answer is None else answer_of(given.answer, let.use_case.answer_kind, "answer")
    found = await let.desk.run(lambda: settle_in_round(let.office, let.by, name=let.use_case.slug, token=token, answer=said))
    if isinstance(found, Refused):
        raise refusal(found)
    return _explained(found)


def _round(found: RoundNow | Refused) -> RoundOut:
    if isinstance(found, Refused):
        raise refusal(found)
    case = None if found.case is None else _case(found.case)
    return RoundOut(round=found.id, cases=found.cases, done=found.done, guided=found.guided, advised=found.advised, case=case)


def _content(body: CaseBody) -> Any:  # noqa: ANN401 - one of three forms, as pydantic checks
    return content_to_json(body.content)


def _case(found: CaseToPlay) -> PracticeCaseOut:
    guideline = found.guideline
    first: Any = None if found.first is None else answer_to_json(found.first)
    return PracticeCaseOut(
        token=found.token,
        place=found.place,
        content=_content(found.body),
        attributes=dict(found.body.attributes),
        form=form_out(found.form),
        guideline=None if guideline is None else GuidelineOut(text=guideline.text, version=guideline.version),
        first=first,
    )


def _advice(found: CaseToPlay) -> AdviceOut | None:
    advice = found.advice
    if advice is None:
        return None
    said: Any = answer_to_json(advice.answer)
    return AdviceOut(answer=said, confidence=advice.confidence, reason=advice.reason)


def _explained(found: Explained) -> ExplainedOut:
    final: Any = answer_to_json(found.final)
    truth: Any = answer_to_json(found.truth)
    similar: list[tuple[CaseBody, Json, float]] = [(one.body, answer_to_json(one.truth), one.similarity) for one in found.similar]
    near: Any = [SimilarOut(content=_content(body), truth=said, similarity=by) for body, said, by in similar]  # type: ignore[arg-type] # JSON of an answer
    return ExplainedOut(
        case=_case(found.shown),
        advice=_advice(found.shown),
        final=final,
        first_right=found.first_right,
        final_right=found.final_right,
        truth=truth,
        basis=found.basis.value,
        advice_right=found.advice_right,
        similar=near,
    )


def _rate(found: Rate | Unknown) -> RateOut | None:
    if isinstance(found, Unknown):
        return None
    return RateOut(hits=found.hits, n=found.n, rate=found.rate, low=found.low, high=found.high)


def _figures(found: RoundFigures) -> RoundFiguresOut:
    return RoundFiguresOut(**{name: _rate(getattr(found, name)) for name in RoundFiguresOut.model_fields})


def _strength(one: Strength) -> StrengthOut:
    return StrengthOut(label=one.label, n=one.n, right=_rate(one.right))


def _practice(found: AfterRound) -> PracticeOut:
    held: Qualification | None = found.own.qualification
    return PracticeOut(
        rounds=_figures(found.every),
        system=found.system,
        ai=_rate(found.ai),
        strong_and_weak=[_strength(one) for one in found.strong_and_weak],
        alone_answered=found.own.answered,
        alone_right=found.own.right,
        qualified=None if held is None else isinstance(held, Qualified),
        qualified_until=held.until.isoformat() if isinstance(held, Qualified) else None,
    )

"""Answers in the words of the decision protocols: what was decided with its probabilities, what waits for a person as no answer."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from licet.core.answer import Answer, Choice, Number
from licet.core.system import Proposal
from licet.web.api.questions import WORDS, Kind, Question

OUT = ConfigDict(extra="forbid")
ROUNDING = 1e-6
Source = Literal["system", "confidence", "decision"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer to a question, in no protocol's words.

    Attributes:
        chosen: the option; of a score, None.
        score: the position among the levels; None: it is no score.
        confidence: in [0, 1].
        probabilities: one for each option or level, in the order in which they were offered; of a yes or no, of yes alone.
        source: what the probabilities are: the system's own; made of its confidence, the rest spread evenly; or of a person's decision.
    """

    chosen: str | None
    score: float | None
    confidence: float
    probabilities: Sequence[float]
    source: Source


class CaseOfQuestion(BaseModel):
    """Which case a question became, and where it stands: nothing that reading the case would not tell."""

    model_config = OUT

    question: str | None = Field(description="The question's name; null where it has none.")
    use_case: str
    number: int | None = Field(description="The case's number here; null where it was not taken in.")
    id: str | None = Field(description="The case's id, by which it is read.")
    state: Literal["queued", "waiting", "decided"] | None = Field(description="As reading the case tells it.")
    refused: str | None = Field(default=None, description="Why the case was not taken in, where others of the request were: a code.")
    probabilities: Source | None = Field(
        default=None,
        description="`system`: its own; `confidence`: the rest of its confidence, spread evenly; `decision`: it is decided, by a person. "
        "Null where the question has no answer.",
    )


class LicetOut(BaseModel):
    """What Licet says beside the protocol."""

    model_config = OUT

    cases: list[CaseOfQuestion] = Field(description="In the order of the questions.")


# --- OpenAI's Decisions API ---------------------------------------------------------------------------------------------


class OptionOut(BaseModel):
    """An option with its probability."""

    model_config = OUT

    value: str
    probability: float


class LevelOut(BaseModel):
    """A level with its probability."""

    model_config = OUT

    value: int
    label: str
    probability: float


class PredicateOut(BaseModel):
    """How likely yes is."""

    model_config = OUT

    type: Literal["predicate"] = "predicate"
    name: str | None
    probability: float


class ChoiceOut(BaseModel):
    """What was chosen."""

    model_config = OUT

    type: Literal["choice"] = "choice"
    name: str | None
    choice: str
    confidence: float = Field(description="The probability that the choice is right.")
    probabilities: list[OptionOut]


class ScoreOut(BaseModel):
    """The position among the levels."""

    model_config = OUT

    type: Literal["score"] = "score"
    name: str | None
    score: float
    confidence: float
    probabilities: list[LevelOut]


class RefusalOut(BaseModel):
    """No answer: a person decides. `licet.cases` says which case it is."""

    model_config = OUT

    type: Literal["refusal"] = "refusal"
    name: str | None


class InputDetails(BaseModel):
    """No prompt is cached here."""

    model_config = OUT

    cache_write_tokens: int = 0
    cached_tokens: int = 0


class OutputDetails(BaseModel):
    """Nothing is reasoned here in tokens."""

    model_config = OUT

    reasoning_tokens: int = 0


class UsageOut(BaseModel):
    """Licet counts no tokens: all are 0."""

    model_config = OUT

    input_tokens: int = 0
    input_tokens_details: InputDetails = InputDetails()
    output_tokens: int = 0
    output_tokens_details: OutputDetails = OutputDetails()
    total_tokens: int = 0


class DecisionsOut(BaseModel):
    """The answer of OpenAI's Decisions API."""

    model_config = OUT

    model: str
    answers: list[Annotated[PredicateOut | ChoiceOut | ScoreOut | RefusalOut, Field(discriminator="type")]]
    usage: UsageOut = UsageOut()
    licet: LicetOut


def openai_answer(asked: Question, said: Said | None) -> PredicateOut | ChoiceOut | ScoreOut | RefusalOut:
    """An answer as OpenAI's Decisions API has it; a refusal where there is none."""
    if said is None:
        return RefusalOut(name=asked.name)
    match asked.kind:
        case Kind.YES_NO:
            return PredicateOut(name=asked.name, probability=said.probabilities[0])
        case Kind.CHOICE:
            pairs = [OptionOut(value=value, probability=p) for value, p in zip(asked.options, said.probabilities, strict=True)]
            return ChoiceOut(name=asked.name, choice=said.chosen or "", confidence=said.confidence, probabilities=pairs)
        case Kind.SCORE:
            rows = enumerate(zip(asked.options, said.probabilities, strict=True))
            levels = [LevelOut(value=place, label=label, probability=p) for place, (label, p) in rows]
            return ScoreOut(name=asked.name, score=said.score or 0.0, confidence=said.confidence, probabilities=levels)
        case _:
            assert_never(asked.kind)


# --- System One ---------------------------------------------------------------------------------------------------------


class NoulOut(BaseModel):
    """How likely yes is."""

    model_config = OUT

    type: Literal["noul"] = "noul"
    noul: float


class NamedChoiceOut(BaseModel):
    """What was chosen."""

    model_config = OUT

    type: Literal["choice"] = "choice"
    choice: str
    confidence: float = Field(description="The probability that the choice is right.")
    probabilities: dict[str, float]


class NamedScoreOut(BaseModel):
    """The position among the levels."""

    model_config = OUT

    type: Literal["score"] = "score"
    score: float
    confidence: float
    probabilities: dict[str, float]
    legend: dict[str, Any]


class TokensOut(BaseModel):
    """Licet counts no tokens."""

    model_config = OUT

    input_tokens: int = 0
    output_tokens: int = 0


class SystemOneOut(BaseModel):
    """The answer of the System One protocol. A question without an answer is not in `answers`: `licet.cases` says which case it is."""

    model_config = OUT

    model: str
    answers: dict[str, Annotated[NoulOut | NamedChoiceOut | NamedScoreOut, Field(discriminator="type")]]
    usage: TokensOut = TokensOut()
    licet: LicetOut


def system_one_answer(asked: Question, said: Said) -> NoulOut | NamedChoiceOut | NamedScoreOut:
    """An answer as System One has it."""
    match asked.kind:
        case Kind.YES_NO:
            return NoulOut(noul=said.probabilities[0])
        case Kind.CHOICE:
            given = dict(zip(asked.options, said.probabilities, strict=True))
            return NamedChoiceOut(choice=said.chosen or "", confidence=said.confidence, probabilities=given)
        case Kind.SCORE:
            levels = {str(place): p for place, p in enumerate(said.probabilities)}
            legend = {str(place): label for place, label in enumerate(asked.options)}
            return NamedScoreOut(score=said.score or 0.0, confidence=said.confidence, probabilities=levels, legend=legend)
        case _:
            assert_never(asked.kind)


# --- what is said -------------------------------------------------------------------------------------------------------


def said_of(asked: Question, answer: Answer | None, proposal: Proposal | None) -> Said | None:
    """What a question is answered.

    Args:
        asked: the question.
        answer: the answer that counts now; None while there is none, and where the case was erased.
        proposal: what the system said that decided alone; None where a person decided.

    Returns:
        The answer; None where there is none, or the protocol has no words for it: an answer that was not offered, a score beyond the
        levels, or probabilities that would say another thing than what was decided.
    """
    match answer:
        case Choice(value=value) if asked.kind is Kind.YES_NO:
            return _yes_or_no(value, proposal)
        case Choice(value=value) if asked.kind is Kind.CHOICE and value in asked.options:
            given, source = _spread(value, asked.options, proposal)
            sure = 1.0 if proposal is None else proposal.confidence
            return Said(chosen=value, score=None, confidence=sure, probabilities=given, source=source)
        case Number(value=score) if asked.kind is Kind.SCORE and 0.0 <= score <= len(asked.options) - 1:
            return _scored(score, len(asked.options), proposal)
        case _:
            return None


def _yes_or_no(value: str, proposal: Proposal | None) -> Said | None:
    pair = next((pair for pair in WORDS if value in pair), None)
    if pair is None:
        return None
    given, source = _spread(value, pair, proposal)
    if (value == pair[0]) is not (given[0] > given[1]):
        return None  # whoever asks compares the probability of yes with a half, and would read the other answer
    return Said(chosen=value, score=None, confidence=given[pair.index(value)], probabilities=given, source=source)


def _spread(value: str, options: Sequence[str], proposal: Proposal | None) -> tuple[list[float], Source]:
    """A probability for each option: the system's own where it gave one for each; what its confidence leaves, evenly; 1 where decided."""
    if proposal is None:
        return [float(one == value) for one in options], "decision"
    own = proposal.probabilities
    if set(own) == set(options) and math.isclose(sum(own.values()), 1.0, abs_tol=0.005 * len(options) + ROUNDING):
        return [own[one] for one in options], "system"
    rest = (1.0 - proposal.confidence) / (len(options) - 1)
    return [proposal.confidence if one == value else rest for one in options], "confidence"


def _scored(score: float, levels: int, proposal: Proposal | None) -> Said:
    own: Mapping[str, float] = {} if proposal is None else proposal.probabilities
    names = [str(place) for place in range(levels)]
    sure = 1.0 if proposal is None else proposal.confidence
    if proposal is not None and set(own) == set(names):
        return Said(chosen=None, score=score, confidence=sure, probabilities=[own[name] for name in names], source="system")
    below = min(int(score), levels - 2)
    between = [0.0] * levels
    between[below], between[below + 1] = 1.0 - (score - below), score - below
    return Said(chosen=None, score=score, confidence=sure, probabilities=between, source="decision" if proposal is None else "confidence")

"""How a language model's reply is read: an answer of the closed form and a confidence, or nothing."""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from licet.core.answer import Answer, Choice, answer_from_json, answer_to_json
from licet.core.canonical import Json, digest
from licet.core.system import NoProposal
from licet.edge.answer_schema import fits
from licet.edge.contract import LARGEST_ANSWER
from licet.edge.llm_question import LETTERS, Said, Step, Token
from licet.edge.plain_json import plain_json

ROUNDING = 1e-3
"""By how much log-probabilities, as they are sent, may add up to more than 1."""

FENCE = "```"


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """An answer with how sure the model is; probabilities are empty where there are none."""

    answer: Answer
    confidence: float
    probabilities: Mapping[str, float] = field(default_factory=dict)


def heard(step: Step, said: Said) -> NoProposal | None:
    """Why a reply is of no use before it is read; None where it may be. What the model said is not repeated: it may quote the case."""
    block = step.block
    known = {block.model, block.version, *(f"{block.model}{mark}{block.version}" for mark in "-@:")}
    if said.model and said.model not in known:
        return NoProposal(why="Another model answered than use_case.yaml declares: model changed.")
    if said.finish in {"content_filter", "tool_call", "error"}:
        why = {"content_filter": "It refused to answer.", "tool_call": "It called for a tool, and there is none."}
        return NoProposal(why=why.get(said.finish, "Its reply ended in an error."))
    if not said.text.strip():
        return NoProposal(why="It said nothing.")
    if len(said.text.encode("utf-8", "replace")) > LARGEST_ANSWER:
        return NoProposal(why=f"Its answer has more than {LARGEST_ANSWER:,} bytes.")
    return None


def read_letter(step: Step, said: Said) -> Read | NoProposal:
    """Reads an answer by letter from the log-probabilities of the first token that says anything.

    They are those of an unconstrained token, renormalised over the letters of the list. A letter that is not among the alternatives is
    given the probability of the least of them, which it cannot exceed: it makes the answer less sure, and stands for what was left out.

    Returns:
        The likeliest answer; `NoProposal` where the provider gives no log-probabilities, or what it wrote is no letter of the list.
    """
    token = next((one for one in said.tokens if one.text.strip()), None)
    if token is None or not token.alternatives:
        return NoProposal(why="Its provider gives no log-probabilities; write `confidence: samples` in use_case.yaml.")
    mass = _by_letter(token, len(step.answers))
    told = sum(mass.values())
    written = said.text.strip().startswith(token.text.strip())
    if not written or _place(token.text, len(step.answers)) not in mass or told > 1.0 + ROUNDING:
        return NoProposal(why="It did not answer with a letter of the list.")
    least = min(math.exp(p) for _, p in token.alternatives)
    whole = told + least * (len(step.answers) - len(mass))
    probabilities = {step.answers[place]: p / whole for place, p in sorted(mass.items())}
    best = max(probabilities, key=lambda answer: probabilities[answer])
    return Read(answer=Choice(value=best), confidence=min(1.0, probabilities[best]), probabilities=probabilities)


def _by_letter(token: Token, answers: int) -> dict[int, float]:
    """Probability of each letter among the alternatives to a token, with and without a space before it, by its place in the list."""
    mass: dict[int, float] = {}
    for text, logarithm in token.alternatives:
        place = _place(text, answers)
        if place is not None and not math.isnan(logarithm):
            mass[place] = mass.get(place, 0.0) + math.exp(min(0.0, logarithm))
    return mass


def _place(text: str, answers: int) -> int | None:
    """Which of so many letters a token is; None where it is none of them."""
    place = LETTERS.find(text.strip()) if len(text.strip()) == 1 else -1
    return place if 0 <= place < answers else None


def read_json(step: Step, said: Said) -> Read | NoProposal:
    """Reads an answer in JSON: exactly what was asked for, and nothing beside it.

    Returns:
        The answer, with confidence 1 unless the model was asked how sure it is; `NoProposal` where the reply is truncated, is no JSON, has
        other keys, or is not what the schema says.
    """
    if said.finish == "length":
        return NoProposal(why="Its answer is truncated; raise max_output_tokens in use_case.yaml.")
    try:
        raw = plain_json(_unfenced(said.text))
    except (ValueError, RecursionError):
        return NoProposal(why="It did not answer in JSON.")
    if not isinstance(raw, dict) or not fits(step.reply_schema, raw):
        return NoProposal(why="Its answer is not what the schema says.")
    try:
        answer = answer_from_json(step.kind, cast("Json", raw["answer"]))
    except (ArithmeticError, TypeError, ValueError):
        return NoProposal(why=f"Its answer is not a {step.kind}.")
    told = raw.get("confidence", 1.0)
    if not (isinstance(told, int | float) and 0.0 <= told <= 1.0):
        return NoProposal(why="Its confidence is not a number in [0, 1].")
    return Read(answer=answer, confidence=float(told))


def _unfenced(text: str) -> str:
    """A reply without the fence that many models put around JSON."""
    lines = text.strip().splitlines()
    fenced = len(lines) > 2 and lines[0].startswith(FENCE) and lines[-1] == FENCE  # noqa: PLR2004 - a fence, something in it, a fence
    return "\n".join(lines[1:-1]) if fenced else text


def agreed(step: Step, replies: Sequence[Read | NoProposal]) -> Read | NoProposal:
    """What samples agree on: the answer most of them gave, with the share of all samples that gave it (self-consistency, Wang et al. 2022).

    A sample that is of no use agrees with none, and what it leaves out of the probabilities might be any answer.

    Returns:
        The answer; of several given as often, the one given first. `NoProposal` where no sample is of use.
    """
    given: dict[str, list[Read]] = {}
    for reply in replies:
        if isinstance(reply, Read):
            given.setdefault(digest(answer_to_json(reply.answer)), []).append(reply)
    if not given:
        return next(reply for reply in replies if isinstance(reply, NoProposal))
    most = max(given.values(), key=len)
    shares = {str(answer_to_json(one[0].answer)): len(one) / len(replies) for one in given.values()}
    probabilities = shares if isinstance(most[0].answer, Choice) else {}
    return Read(answer=most[0].answer, confidence=len(most) / len(replies), probabilities=probabilities)


def calibrated(step: Step, read: Read) -> Read:
    """A confidence in words as the share of right answers it stood for on unsealed cases; 0 below the lowest of them."""
    place = bisect_right([said for said, _ in step.curve], read.confidence) - 1
    return Read(answer=read.answer, confidence=step.curve[place][1] if place >= 0 else 0.0)

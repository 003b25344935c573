"""A decision model: an endpoint that answers a typed question with a probability for each option, and writes no text."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from licet.core.answer import Choice, Number
from licet.core.canonical import Json, digest
from licet.core.case import Content
from licet.core.system import NoProposal, Proposal, Proposed, SystemCard, SystemKind, SystemNotLoadableError
from licet.edge.decision_block import Ask, DecisionBlock
from licet.edge.decision_wire import CANNOT_READ, NAME, Told, body_for, told_in
from licet.edge.http_system import NOT_JSON, HttpRoom, HttpSystem, Written, json_of

CONTRACT = 1
"""The number of how we write and read the protocols; it is in the fingerprint."""

ROUNDING = 0.005
"""By how much a probability that is told with two decimals may be off; models differ in whether they round."""
FLOAT = 1e-6

NO_PROBABILITIES = NoProposal(why="Its probabilities are not one number in [0, 1] for each option, whose sum is 1.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionSpeech:
    """How a decision model is spoken to (a `Speech`).

    Attributes:
        block: which one, by which protocol, and what it is asked.
        options: of a choice, each answer with what it means.
    """

    block: DecisionBlock
    options: Mapping[str, str]

    def write(self, content: Content) -> Written | NoProposal:
        """The request about a case."""
        body = body_for(self.block, self.options, content)
        if isinstance(body, NoProposal):
            return body
        # Not in canonical form: options are offered in the order in which the author wrote them, which may count for a model.
        raw = json.dumps(body, ensure_ascii=False, allow_nan=False).encode("utf-8")
        return Written(url=self.block.address, body=raw, name=NAME)

    def read(self, raw: bytes, asked: Written, *, latency_ms: int) -> Proposed:
        """The proposal in an answer. Its own words are not repeated: they may quote the case."""
        del asked  # one question a request: what comes back answers it
        try:
            told = told_in(self.block, json_of(raw))
        except (ValueError, RecursionError):
            return NOT_JSON
        return told if isinstance(told, NoProposal) else proposal_of(self.block, self.options, told, latency_ms=latency_ms)


def load_decision(
    block: DecisionBlock, answers: Sequence[str], room: Callable[[SystemCard], HttpRoom], *, source: str = "use_case.yaml"
) -> HttpSystem:
    """The system of a decision model. Nothing is asked yet.

    Args:
        block: what `use_case.yaml` says.
        answers: the use case's closed list; empty: none. It is what is offered where the block names no options.
        room: finds where it is asked from, by its card.
        source: where the block stands, for messages.

    Returns:
        The system. Its fingerprint changes with protocol, address, model, version, question, options and the names of secret headers.

    Raises:
        SystemNotLoadableError: where it is a choice and nothing says of what.
    """
    options = (block.options or dict.fromkeys(answers, "")) if block.ask is Ask.CHOICE else {}
    if block.ask is Ask.CHOICE and len(options) < 2:  # noqa: PLR2004 - a choice
        message = f"{source}: the decision model has nothing to choose from. Write `options:` in its block, or list `answers:`."
        raise SystemNotLoadableError(message)
    question: dict[str, Json] = {"ask": block.ask.value, "question": block.question, "options": [[o, d] for o, d in options.items()]}
    question |= {"levels": list(block.levels), "positive": block.positive, "negative": block.negative}
    parts: dict[str, Json] = {"contract": CONTRACT, "protocol": block.protocol.value, "url": digest(block.address), "model": block.model}
    parts |= {"question": digest(question), "secret_headers": sorted(name.lower() for name in block.secret_headers)}
    card = SystemCard(kind=SystemKind.DECISION, name=block.title, version=block.served, parts=parts)
    return HttpSystem(card=card, speech=DecisionSpeech(block=block, options=options), room=room(card))


def proposal_of(block: DecisionBlock, options: Mapping[str, str], told: Told, *, latency_ms: int) -> Proposed:
    """The proposal in what a model told.

    The confidence is the probability of the answer itself. What models call `confidence` is not read: each derives it in a way of its own.

    Args:
        block: what was asked.
        options: of a choice, each answer with what it means.
        told: what came back.
        latency_ms: how long it took.

    Returns:
        The proposal, or `NoProposal` where an option is missing or beside the question, or the numbers are no probabilities.
    """
    match block.ask:
        case Ask.YES_NO:
            names: dict[str, str] = {"yes": "yes"}
        case Ask.CHOICE:
            names = {name: name for name in options}
        case Ask.SCORE:
            names = {str(level): str(level) for level in range(len(block.levels))}
        case _:
            assert_never(block.ask)
    found = _probabilities(told, names)
    if found is None:
        return NO_PROBABILITIES
    if block.ask is Ask.SCORE:
        return _scored(told, found, latency_ms)
    if block.ask is Ask.YES_NO:
        found = {block.positive: found["yes"], block.negative: 1.0 - found["yes"]}
        chosen: object = max(found, key=lambda name: found[name])
    else:
        chosen = told.chosen
    if not isinstance(chosen, str) or chosen not in found or not _sums(found):
        return NO_PROBABILITIES
    return Proposal(answer=Choice(value=chosen), confidence=found[chosen], probabilities=found, latency_ms=latency_ms)


def _probabilities(told: Told, names: Mapping[str, str]) -> dict[str, float] | None:
    """One probability for each name, in their order; None where one is missing, beside them, twice there, or no probability."""
    found: dict[str, float] = {}
    for name, raw in told.probabilities:
        number = _number(raw)
        key = name if isinstance(name, str) else str(name) if told.score is not None and type(name) is int else ""
        if number is None or key not in names or key in found or not 0.0 <= number <= 1.0:
            return None
        found[key] = number
    return {name: found[name] for name in names} if len(found) == len(names) else None


def _number(raw: object) -> float | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    number = float(raw) if abs(raw) < 2**53 else math.inf
    return number if math.isfinite(number) else None


def _sums(found: Mapping[str, float]) -> bool:
    return abs(sum(found.values()) - 1.0) <= FLOAT + ROUNDING * len(found)


def _scored(told: Told, found: Mapping[str, float], latency_ms: int) -> Proposed:
    """A score: the position that the model tells, held against its probabilities; sure as far as the nearest level is likely."""
    score, top = _number(told.score), len(found) - 1
    if score is None or not 0.0 <= score <= top or not _sums(found):
        return CANNOT_READ if score is None else NO_PROBABILITIES
    mean = sum(level * p for level, p in enumerate(found.values()))
    if abs(mean - score) > FLOAT + ROUNDING * (1 + sum(range(top + 1))):
        return NoProposal(why="Its score is not one that its probabilities have.")
    nearest = min(range(top + 1), key=lambda level: abs(level - score))
    return Proposal(answer=Number(value=score), confidence=found[str(nearest)], probabilities=found, latency_ms=latency_ms)

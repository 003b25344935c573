"""The contract with a system from outside: how a case is written down for it, and how what it said is read."""

import math
from collections.abc import Mapping
from numbers import Real
from typing import assert_never, cast

from licet.core.answer import AnswerKind, answer_from_json, answer_to_json
from licet.core.canonical import Json, canonical_bytes
from licet.core.case import Content, ImageContent, TableContent, TextContent
from licet.core.system import NoProposal, Proposal, Proposed

LONGEST_REASON = 2_000
"""Characters of a reason that are kept."""

LARGEST_ANSWER = 1_048_576
"""Bytes of what a system says about a case: an answer that is larger is none, and is kept nowhere."""

MOST_PROBABILITIES = 256
"""Answers whose probabilities are kept: of a hundred thousand, each kept for each case, there would be no end."""

_SLACK = 0.01


def content_to_dict(content: Content) -> dict[str, object]:
    """Writes a content as the code in the folder sees it; a copy, which it may change."""
    match content:
        case TextContent(text=text):
            return {"text": text}
        case TableContent(cells=cells):
            return {"cells": dict(cells)}
        case ImageContent(data=data, media_type=media_type):
            return {"image": data, "media_type": media_type}
        case _:
            assert_never(content)


def read_proposal(kind: AnswerKind, said: object, *, latency_ms: int) -> Proposed:
    """Reads what somebody's code proposed.

    Args:
        kind: what the use case's answers are.
        said: anything.
        latency_ms: how long it took.

    Returns:
        The proposal, or `NoProposal` that says what is wrong with it. Wrong values are not repeated: they may quote the case.
    """
    try:
        return _read(kind, said, latency_ms)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        return NoProposal(why="What it gave cannot be read.")


def _read(kind: AnswerKind, said: object, latency_ms: int) -> Proposed:
    if not isinstance(said, Mapping):
        return NoProposal(why=f"It gave {type(said).__name__}, not a dict with 'answer' and 'confidence'.")
    missing = [name for name in ("answer", "confidence") if name not in said]
    if missing:
        return NoProposal(why=f"Its dict has no {missing[0]!r}.")
    confidence = _probability(said["confidence"])
    if confidence is None:
        return NoProposal(why="Its confidence is not a number in [0, 1].")
    probabilities = _probabilities(said.get("probabilities"))
    if probabilities is None:
        return NoProposal(why="Its probabilities are not a dict of numbers in [0, 1] whose sum is 1.")
    probabilities = likeliest(probabilities)
    try:
        answer = answer_from_json(kind, cast("Json", said["answer"]))
        size = max(len(canonical_bytes(answer_to_json(answer))), len(canonical_bytes(dict(probabilities))) if probabilities else 0)
    except (ArithmeticError, TypeError, ValueError):
        return NoProposal(why=f"Its answer is not a {kind}.")
    proposal = Proposal(answer=answer, confidence=confidence, probabilities=probabilities, reason=_reason(said), latency_ms=latency_ms)
    return proposal if size <= LARGEST_ANSWER else NoProposal(why=f"Its answer is larger than {LARGEST_ANSWER:,} bytes.")


def _reason(said: Mapping[object, object]) -> str:
    reason = said.get("reason")
    return "" if reason is None else str(reason)[:LONGEST_REASON].encode("utf-8", "replace").decode("utf-8")


def _probability(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, Real):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) and 0.0 <= number <= 1.0 else None


def _probabilities(value: object) -> Mapping[str, float] | None:
    """Reads probabilities; a list that leaves answers out would hide how likely a high-stakes one is, so the sum must be 1 within 0.01."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        return None
    read = {str(name): number for name, said in value.items() if (number := _probability(said)) is not None}
    if len(read) != len(value) or (read and abs(sum(read.values()) - 1.0) > _SLACK):
        return None
    return read


def likeliest(probabilities: Mapping[str, float]) -> Mapping[str, float]:
    """The probabilities that are kept: of the likeliest answers; what is left out counts as high-stakes wherever that is asked.

    The same in an evaluation and in routing, so that a guard lets through what it was judged to let through.
    """
    if len(probabilities) <= MOST_PROBABILITIES:
        return probabilities
    order = sorted(probabilities.items(), key=lambda pair: (-pair[1], pair[0]))
    return dict(order[:MOST_PROBABILITIES])

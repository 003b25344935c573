"""A promise in words: one sentence that says whether it is kept, and each figure promised, before and now."""

from collections.abc import Mapping, Sequence
from typing import Final

from licet.core.level import Level
from licet.core.promise import Answer, Held, Promise
from licet.core.refusal import Unknown
from licet.core.value_told import interval_told, level_told

NAMES: Final[Mapping[str, str]] = {
    "minutes": "people's work on a case at the step",
    "hours_saved_a_week": "people's work saved a week",
    "alone": "the share that AI decides alone",
    "errors": "what AI alone decides wrongly",
    "lead_mean": "the mean lead time of the whole process",
    "lead_median": "the lead time of half of the cases",
    "lead_p90": "the lead time of nine in ten cases",
}
"""What each figure of a promise is."""

LEAST: Final = "alone"
"""The figure of which at least so much is promised; of all others it is at most."""

JUDGED: Final[Mapping[Answer, str]] = {
    Answer.KEPT: "The promise is kept",
    Answer.NOT_KEPT: "The promise is not kept",
    Answer.UNKNOWN: "Whether the promise is kept is unknown",
}

TONES: Final[Mapping[Answer, str]] = {Answer.KEPT: "good", Answer.NOT_KEPT: "bad", Answer.UNKNOWN: "open"}


def promise_headline(promise: Promise) -> str:
    """Whether the promise is kept, in one sentence with the figures that say so, or with what is missing."""
    said = JUDGED[promise.answer]
    by_answer = {answer: [one for one in promise.figures if one.answer is answer] for answer in Answer}
    if not any(by_answer.values()):
        return f"{said}: it holds no figure that is measured."
    if promise.answer is not Answer.UNKNOWN:
        rest = _named(by_answer[Answer.UNKNOWN], "; unknown for ") if promise.answer is Answer.NOT_KEPT else ""
        return f"{said}: {'; '.join(map(clause, by_answer[promise.answer]))}{rest}."
    reasons: dict[str, list[str]] = {}
    for one in by_answer[Answer.UNKNOWN]:
        reasons.setdefault(one.why, []).append(NAMES[one.code])
    missing = "; ".join(f"{_listed(names)} ({why})" for why, names in reasons.items())
    return f"{said}: {missing}{_named(by_answer[Answer.KEPT], '; kept for ')}."


def _named(figures: Sequence[Held], before: str) -> str:
    return before + _listed([NAMES[one.code] for one in figures]) if figures else ""


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def clause(one: Held) -> str:
    """A figure as it is now, beside what was promised."""
    return f"{NAMES[one.code]} is {spoken(one.code, one.now)}, and {bound(one)} was promised"


def bound(one: Held) -> str:
    """What was promised, as the most or the least."""
    if isinstance(one.promised, Unknown):
        return "unknown"
    return f"at {'least' if one.code == LEAST else 'most'} {level_told(one.code, one.promised, None)}"


def spoken(code: str, level: Level | Unknown) -> str:
    """A figure with its interval, or with why it has none."""
    if isinstance(level, Unknown):
        return f"unknown: {level.why}"
    between = interval_told(code, level, None)
    at = "" if level.low is None and level.high is None else " at 95%"
    return f"{level_told(code, level, None)} ({between}{at})"

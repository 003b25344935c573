"""A signal: one thing a running server says of itself, in closed words and numbers, and never anything a case says."""

import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, TypeAlias

Fact: TypeAlias = str | int | float | bool | None
"""What a signal carries: a number, a yes or no, or one plain word."""

HIDDEN: Final = "(hidden)"
"""Stands where a fact was no plain word: whoever called meant to say something that may not be said."""

LONGEST_WORD: Final = 80
_WORD: Final = re.compile(r"[A-Za-z0-9_/][A-Za-z0-9_.:/{}+-]*")
_OURS: Final = "/licet/"


class Weight(IntEnum):
    """How much a signal weighs, as in Python's logging."""

    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What a signal means, how much it weighs, and which facts it may carry."""

    weight: Weight
    says: str
    facts: tuple[str, ...]


def _signal(weight: Weight, says: str, *facts: str) -> Signal:
    return Signal(weight=weight, says=says, facts=facts)


SIGNALS: Final[Mapping[str, Signal]] = {
    "server.started": _signal(Weight.INFO, "A server answers requests.", "version", "port", "database", "worker"),
    "pages.plain": _signal(Weight.INFO, "htmx was not installed with Licet: pages work as plain forms, without live parts.", "version"),
    "server.stopping": _signal(Weight.INFO, "A server or worker was asked to end, and finishes what it holds.", "worker"),
    "server.stopped": _signal(Weight.INFO, "A server has ended.", "port"),
    "worker.started": _signal(Weight.INFO, "A worker claims cases.", "worker", "version"),
    "worker.stopped": _signal(Weight.INFO, "A worker has ended.", "worker"),
    "worker.failed": _signal(Weight.ERROR, "A round of a worker failed; it is tried again.", "worker", "round", "failed", "kind", "where"),
    "worker.recovered": _signal(Weight.INFO, "A round of a worker that had failed is done again.", "worker", "round", "failed"),
    "policy.failed": _signal(Weight.ERROR, "The policies gave no answer, which counted as no.", "act", "policy"),
    "cases.given_back": _signal(Weight.INFO, "An ending worker gave cases back to others.", "worker", "cases"),
    "chunk.done": _signal(Weight.INFO, "A chunk of cases was routed.", "use_case", "cases", "alone", "to_person", "ms"),
    "chunk.failed": _signal(
        Weight.ERROR, "A chunk could not be worked off; its cases are claimed anew when the lease ends.", "use_case", "kind", "where"
    ),
    "chunk.left": _signal(
        Weight.ERROR,
        "A chunk took longer for a step than it may and was left to itself; its cases are claimed anew when the lease ends.",
        "use_case",
        "seconds",
    ),
    "system.asked": _signal(
        Weight.DEBUG, "A system was asked for proposals.", "use_case", "kind", "proposed", "no_proposal", "refused", "ms"
    ),
    "system.failed": _signal(
        Weight.WARNING, "A system gave no usable proposal; its cases go to people.", "use_case", "kind", "failure", "cases"
    ),
    "breaker.opened": _signal(Weight.WARNING, "A system failed too often: it is left alone, its cases go to people.", "use_case", "cases"),
    "breaker.closed": _signal(Weight.INFO, "A system answers again.", "use_case", "seconds"),
    "effect.done": _signal(Weight.INFO, "An effect was delivered.", "use_case", "way", "ms"),
    "effect.failed": _signal(Weight.WARNING, "An attempt to deliver an effect failed.", "use_case", "way", "ms"),
    "effect.dead": _signal(Weight.ERROR, "An effect failed for good; `licet effects` shows and replays it.", "use_case", "way", "ms"),
    "sweep.done": _signal(Weight.DEBUG, "A sweep did what was due.", "sweep", "found"),
    "request.done": _signal(Weight.DEBUG, "A request was answered.", "method", "route", "status", "ms"),
    "request.refused": _signal(Weight.INFO, "A request was refused by a rule, a right or its form.", "method", "route", "status", "code"),
    "error.unexpected": _signal(Weight.ERROR, "Something failed that should not; whoever met it was told the id.", "id", "kind", "where"),
    "library.said": _signal(Weight.WARNING, "A library complained; its words are left out.", "library", "weight", "where", "kind"),
}
"""Every signal; another word, or another fact, is refused."""

MEANINGS: Final[Mapping[str, str]] = {
    word: f"{signal.says} ({signal.weight.name.lower()}; {', '.join(signal.facts)})" for word, signal in SIGNALS.items()
}
"""Every signal with its meaning, for the reference."""


class UnknownSignalError(LookupError):
    """A signal, or a fact of one, that nobody has declared."""

    def __init__(self, word: str, facts: frozenset[str]) -> None:
        """Names the offender."""
        what = f"the signal {word!r}" if word not in SIGNALS else f"{', '.join(sorted(facts))} in the signal {word!r}"
        super().__init__(f"Nobody has declared {what}. Declare it in licet.core.signal, with what it means.")


def checked(word: str, facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """Holds a signal against what is declared, and hides what is no plain word.

    Args:
        word: one of `SIGNALS`.
        facts: what it carries.

    Returns:
        The facts; a text with anything but letters, digits and `_.:/{}+-`, or of more than 80 characters, is `(hidden)`.

    Raises:
        UnknownSignalError: when signal or fact is not declared.
    """
    unknown = frozenset(facts) - frozenset(SIGNALS[word].facts) if word in SIGNALS else frozenset({word})
    if unknown:
        raise UnknownSignalError(word, unknown)
    return {name: plain_fact(value) for name, value in facts.items()}


def plain_fact(value: Fact) -> Fact:
    """A fact as it may be said: numbers as they are, and texts that are one plain word."""
    if not isinstance(value, str):
        return value
    return value if len(value) <= LONGEST_WORD and _WORD.fullmatch(value) else HIDDEN


def told_error(error: BaseException) -> dict[str, Fact]:
    """What may be said of an error: its type and where it came up; not its words, which may quote a case."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _OURS in frame.filename] or list(frames)
    where = f"{'/'.join(ours[-1].filename.split('/')[-2:])}:{ours[-1].lineno}" if ours else None
    return {"kind": type(error).__name__, "where": where}

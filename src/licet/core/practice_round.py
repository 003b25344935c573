"""A practice round: past cases drawn so that they teach, answered first alone and then beside AI's advice, and what that shows."""

import hmac
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from licet.core.answer import Choice
from licet.core.known import Candidate
from licet.core.people import Person
from licet.core.refusal import Refused, Unknown
from licet.stats.agreement import Rate, rate, reliance
from licet.stats.sampling import uniform

ROUND_CASES = 10
FEWEST_CASES, MOST_CASES = 2, 100
WRONG_SHARE = 0.3
"""So much of a round are cases on which AI is known to be wrong, where there are so many."""

FEWEST_TO_SAY = 10
"""Of fewer cases than this nobody says whether AI is strong or weak."""

NO_CASE = Unknown(why="no such case yet")
TOO_FEW = Unknown(why="too few to say")
ALL_CASES = "all cases"


class Why(StrEnum):
    """What a case of a round was drawn for."""

    AI_WRONG = "ai_wrong"
    """AI is known to be wrong on it."""
    CLASS = "class"
    """So that each answer there is comes up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A case of a round, what it was drawn for, and the keyed number in [0, 1) by which it was drawn: the smallest come first."""

    case: Candidate
    why: Why
    chance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One case of a round, ended. `advice_right`: whether AI's advice was right; None: it was answered without any."""

    first_right: bool
    final_right: bool
    advice_right: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundFigures:
    """What rounds show of somebody, each share with its exact interval, over cases as rounds draw them.

    Attributes:
        own: right in their own first answer.
        after: right in the end.
        rair: wrong before right advice: how often it put them right.
        rsr: right before wrong advice: how often they stayed right.
        over: over-reliance, 1 - rsr.
        under: under-reliance, 1 - rair: how often right advice did not put them right.
    """

    own: Rate | Unknown
    after: Rate | Unknown
    rair: Rate | Unknown
    rsr: Rate | Unknown
    over: Rate | Unknown
    under: Rate | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """How often AI is right where one answer is the right one. `label`: that answer."""

    label: str
    n: int
    right: Rate | Unknown


def checked_cases(cases: int) -> Refused | None:
    """Says no to a round that is too short to teach or too long to play."""
    if FEWEST_CASES <= cases <= MOST_CASES:
        return None
    why = f"The round has {cases!r} cases; it takes {FEWEST_CASES} to {MOST_CASES}."
    return Refused(code="round_not_taken", why=why, remedy=f"Give {ROUND_CASES}.")


def not_theirs(candidates: Iterable[Candidate], person: Person) -> list[Candidate]:
    """Cases whose known answer does not come from the person who is to practise on them."""
    names = {person.id.casefold(), person.email.casefold(), person.name.casefold()}
    return [one for one in candidates if names.isdisjoint(name.casefold() for name in one.by)]


def class_of(case: Candidate) -> str:
    """The answer that is right, where answers come from a list; else all cases are of one class."""
    return case.truth.value.strip() if isinstance(case.truth, Choice) else ALL_CASES


def draw_round(pool: Sequence[Candidate], *, cases: int, key: bytes) -> list[Pick]:
    """Draws a round: cases on which AI is known to be wrong, and every class as often as any other, in an order that tells nothing.

    Args:
        pool: past cases that the person may be given.
        cases: how many are wanted.
        key: of this round alone; with it the draw can be done again.

    Returns:
        At most `cases`, fewer where the pool is smaller. With more classes than cases, chance says which classes come.
    """
    drawn = [Pick(case=one, why=_why(one), chance=_chance(key, "case", one)) for one in pool]
    spread = _over_classes(drawn, key)
    wrong = [one for one in spread if one.why is Why.AI_WRONG][: max(1, round(WRONG_SHARE * cases))]
    rest = [one for one in spread if one.why is Why.CLASS]
    picked = (wrong + rest)[:cases]
    late = [one for one in spread if one.why is Why.AI_WRONG][len(wrong) :]
    picked += late[: cases - len(picked)]
    return sorted(picked, key=lambda one: _chance(key, "order", one.case))


def _why(one: Candidate) -> Why:
    return Why.AI_WRONG if one.advice is not None and not one.advice_right else Why.CLASS


def _chance(key: bytes, what: str, one: Candidate) -> float:
    return uniform(hmac.digest(key, f"{what} {one.case}".encode(), "sha256")[:8])


def _over_classes(drawn: Sequence[Pick], key: bytes) -> list[Pick]:
    """One of each class, then a second of each, and so on; in each turn classes and cases come in the order of their chance."""
    classes: dict[tuple[Why, str], list[Pick]] = defaultdict(list)
    for one in sorted(drawn, key=lambda one: one.chance):
        classes[one.why, class_of(one.case)].append(one)
    turns = [(turn, _chance(key, "turn", one.case), one) for group in classes.values() for turn, one in enumerate(group)]
    return [one for _, _, one in sorted(turns, key=lambda turn: turn[:2])]


def round_figures(tries: Iterable[Try]) -> RoundFigures:
    """Reads somebody's figures off their rounds; what no case says anything about is unknown."""
    done = list(tries)
    helped = [one for one in done if one.advice_right is True and not one.first_right]
    tempted = [one for one in done if one.advice_right is False and one.first_right]
    switched, stayed = sum(one.final_right for one in helped), sum(one.final_right for one in tempted)
    leaned = reliance(switched=switched, wrong_before=len(helped), stayed=stayed, right_before=len(tempted))
    return RoundFigures(
        own=rate(hits=sum(one.first_right for one in done), n=len(done)) or NO_CASE,
        after=rate(hits=sum(one.final_right for one in done), n=len(done)) or NO_CASE,
        rair=leaned.rair or NO_CASE,
        rsr=leaned.rsr or NO_CASE,
        over=leaned.over or NO_CASE,
        under=rate(hits=len(helped) - switched, n=len(helped)) or NO_CASE,
    )


def strengths(cases: Iterable[Candidate], *, fewest: int = FEWEST_TO_SAY) -> list[Strength]:
    """Where AI is strong and weak: how often its proposal is right, by right answer, worst first; those with too few cases come last.

    Args:
        cases: past cases, unsealed, as they came, with what AI proposed; those it did not speak about are left out.
        fewest: with fewer cases nothing is said.
    """
    classes: dict[str, list[bool]] = defaultdict(list)
    for one in cases:
        if one.advice is not None:
            classes[class_of(one)].append(one.advice_right)
    found = [_strength(label, right, fewest) for label, right in classes.items()]
    return sorted(found, key=_worst_first)


def _worst_first(one: Strength) -> tuple[bool, float, str]:
    return (True, 0.0, one.label) if isinstance(one.right, Unknown) else (False, one.right.rate, one.label)


def _strength(label: str, right: Sequence[bool], fewest: int) -> Strength:
    found = None if len(right) < fewest else rate(hits=sum(right), n=len(right))
    return Strength(label=label, n=len(right), right=found or TOO_FEW)

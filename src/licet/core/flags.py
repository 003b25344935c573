"""Flags: numbers about how people review that somebody senior should look at. None of them is an accusation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from licet.core.ids import PersonId
from licet.core.refusal import Unknown
from licet.stats.bounds import interval
from licet.stats.compare import holm
from licet.stats.pairs import Tally, most_explained, pair_p_value

FEWEST = 20
"""With fewer cases nothing is said of a person or a pair."""

DELTA = 0.05
"""Chance that an interval misses, and that any pair stands out where none does."""

LIMITS = (
    "A pair stands out where it agrees more than each does with others and more than both being right explains; Holm over all pairs at 5%.",
    "Two people who are much better than all others, on cases of uneven difficulty, can stand out without talking to each other.",
    "Time in hand is measured from hand-out to answer; somebody who reads a case in two tabs or on paper looks faster than they are.",
    "Whom others were right about is taken from what was decided; errors that two people share are not seen.",
)
"""What these numbers cannot say; shown with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast somebody answers.

    Attributes:
        answers: at the desk.
        seconds: the median from hand-out to answer.
        fast: answers that came sooner than a case can be read.
        low, high: interval of the share of those, at 95%; unknown with too few answers.
    """

    person: PersonId
    answers: int
    seconds: float | Unknown
    fast: int
    low: float | Unknown
    high: float | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """How often two people agree on cases that both answered, neither knowing of the other.

    Attributes:
        low, high: interval of their agreement, at 95%.
        explained: the most agreement that their accuracy with others explains.
        p_value: how likely so much is while any ordinary explanation holds; before Holm.
        stands_out: whether it does, over all pairs at 5%.
    """

    one: PersonId
    other: PersonId
    together: int
    agreed: int
    low: float
    high: float
    explained: float | Unknown
    p_value: float | Unknown
    stands_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistency:
    """How often somebody says the same when the same case comes again; interval at 95%, unknown with too few."""

    person: PersonId
    repeated: int
    same: int
    low: float | Unknown
    high: float | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """All of it, for one use case; and what it cannot say.

    Attributes:
        upheld: audits that differed from AI, and a second person said so too.
        found_in_record: audits that differed from AI, and a second person sided with AI: errors in the first answer.
    """

    too_fast_seconds: float
    upheld: int
    found_in_record: int
    paces: tuple[Pace, ...]
    pairs: tuple[Pair, ...]
    consistency: tuple[Consistency, ...]
    limits: tuple[str, ...] = LIMITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """What two people's second looks came to: how many, in how many they agreed, and in how many each was right."""

    one: PersonId
    other: PersonId
    n: int
    agreed: int
    one_right: int
    other_right: int

    def right(self, person: PersonId) -> int:
        """In how many this one of them was right."""
        return self.one_right if person == self.one else self.other_right


def pace(person: PersonId, seconds: Sequence[float], *, too_fast: float) -> Pace:
    """How fast somebody answers, from the seconds each answer took."""
    fast = sum(one < too_fast for one in seconds)
    low, high = _share(fast, len(seconds))
    middle = median(seconds) if len(seconds) >= FEWEST else _too_few(len(seconds))
    return Pace(person=person, answers=len(seconds), seconds=middle, fast=fast, low=low, high=high)


def consistency(person: PersonId, *, repeated: int, same: int) -> Consistency:
    """How often somebody said the same again."""
    low, high = _share(same, repeated)
    return Consistency(person=person, repeated=repeated, same=same, low=low, high=high)


def _share(hits: int, n: int) -> tuple[float, float] | tuple[Unknown, Unknown]:
    return interval(errors=hits, n=n, delta=DELTA) if n >= FEWEST else (_too_few(n), _too_few(n))


def _too_few(n: int) -> Unknown:
    return Unknown(why=f"{n} cases; with fewer than {FEWEST} nothing is said")


def pairs(counted: Sequence[Together]) -> tuple[Pair, ...]:
    """Every pair, those that stand out most first.

    Args:
        counted: each pair once.

    Returns:
        The pairs; a pair without enough cases of its own, or of either with others, has no p-value and never stands out.
    """
    tested = {(one.one, one.other): _tested(one, counted) for one in counted}
    known: Mapping[str, float] = {f"{a} {b}": found[1] for (a, b), found in tested.items() if not isinstance(found[1], Unknown)}
    out = holm(known, delta=DELTA) if known else frozenset()
    made = [_pair(one, *tested[one.one, one.other], stands_out=f"{one.one} {one.other}" in out) for one in counted]
    return tuple(sorted(made, key=lambda one: (not one.stands_out, _last(one.p_value), one.one, one.other)))


def _last(p_value: float | Unknown) -> float:
    """Where a pair stands in the list: what is unknown comes last."""
    return 2.0 if isinstance(p_value, Unknown) else p_value


def _tested(one: Together, counted: Sequence[Together]) -> tuple[float | Unknown, float | Unknown]:
    """The most agreement that is explained, and the p-value."""
    others = [[had for had in counted if person in {had.one, had.other} and had is not one] for person in (one.one, one.other)]
    if one.n < FEWEST or any(sum(had.n for had in found) < FEWEST for found in others):
        return (_too_few(one.n),) * 2 if one.n < FEWEST else (Unknown(why=f"fewer than {FEWEST} cases of either with others"),) * 2
    right = [
        Tally(hits=sum(had.right(person) for had in found), n=sum(had.n for had in found))
        for person, found in zip((one.one, one.other), others, strict=True)
    ]
    elsewhere = [had for found in others for had in found]
    with_others = Tally(hits=sum(had.agreed for had in elsewhere), n=sum(had.n for had in elsewhere))
    p_value = pair_p_value(Tally(hits=one.agreed, n=one.n), with_others, right[0], right[1])
    return most_explained(*(interval(errors=who.hits, n=who.n, delta=DELTA) for who in right)), p_value


def _pair(one: Together, explained: float | Unknown, p_value: float | Unknown, *, stands_out: bool) -> Pair:
    low, high = interval(errors=one.agreed, n=one.n, delta=DELTA)
    return Pair(
        one=one.one,
        other=one.other,
        together=one.n,
        agreed=one.agreed,
        low=low,
        high=high,
        explained=explained,
        p_value=p_value,
        stands_out=stands_out,
    )

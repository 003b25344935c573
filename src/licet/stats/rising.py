"""A rising curve: what share of right answers a confidence stood for, where only its order is trusted (isotonic regression)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

FEWEST = 30
"""Cases that a curve is fitted on, at least."""

TOGETHER = 10
"""Cases that share a step, at least: a share of fewer says next to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    lowest: float
    right: int
    n: int

    @property
    def share(self) -> float:
        return self.right / self.n

    def with_next(self, after: "_Step") -> "_Step":
        return _Step(lowest=self.lowest, right=self.right + after.right, n=self.n + after.n)


def rising_curve(*, confidence: Sequence[float], right: Sequence[bool]) -> tuple[tuple[float, float], ...]:
    """Fits shares of right answers that never fall as confidence rises, by pooling adjacent violators.

    Source: Ayer, Brunk, Ewing, Reid and Silverman (1955), An empirical distribution function for sampling with incomplete information.

    Args:
        confidence: in [0, 1], one per case.
        right: whether each answer was right; of the same length.

    Returns:
        Steps: the lowest confidence of each, and the share of right answers from there to the next; both rise. Empty where there are fewer
        than `FEWEST` cases.
    """
    if len(confidence) < FEWEST:
        return ()
    steps: list[_Step] = []
    for said, alike in groupby(sorted(zip(confidence, right, strict=True)), key=itemgetter(0)):
        was = [one for _, one in alike]
        one = _Step(lowest=said, right=sum(was), n=len(was))
        if steps and steps[-1].n < TOGETHER:
            steps[-1] = steps[-1].with_next(one)
        else:
            steps.append(one)
    if len(steps) > 1 and steps[-1].n < TOGETHER:
        last = steps.pop()
        steps[-1] = steps[-1].with_next(last)
    return tuple((step.lowest, step.share) for step in _pooled(steps))


def _pooled(steps: Sequence[_Step]) -> list[_Step]:
    risen: list[_Step] = []
    for step in steps:
        risen.append(step)
        while len(risen) > 1 and risen[-2].share >= risen[-1].share:
            last = risen.pop()
            risen[-1] = risen[-1].with_next(last)
    return risen

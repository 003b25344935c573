"""Timers: steps that come when a time is over, so that nobody works on them, as far as a log shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from licet.stats.ranges import BoolArray, FloatArray
from licet.stats.recorded import NOBODY, Recorded

FEWEST: Final = 100
"""Fewer waits before a step say nothing of how alike they are."""

ALIKE: Final = 0.2
"""Which part of the waits must have one length; of steps that people do, the most that three real logs show is 0.08."""

WITHIN: Final = 600.0
"""Seconds in which waits count as of one length; of short waits `OF_LENGTH` of them, which is less."""

OF_LENGTH: Final = 0.005
SHORTEST: Final = 3_600.0
"""Seconds: shorter waits are alike where people turn to a case at once."""

NOTHING_ELSE: Final = 0.95
"""Whoever does a step in this part of all that they do, does nothing else."""

BY_THEM: Final = 0.9
"""Which part of a timer's events must be by somebody who does nothing else."""

MINUTES: Final = 15
"""At so many different minutes of an hour it must come: times recorded by the day, the hour or five minutes are alike by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """How a step shows that it comes when a time is over.

    Attributes:
        after: seconds that pass before it where it comes by the clock.
        share: of its waits that have this length, in [`ALIKE`, 1].
        within: seconds in which these waits lie.
    """

    after: float
    share: float
    within: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Timers:
    """The timers of a log.

    Attributes:
        steps: by activity.
        clockwork: which resources do nothing but let a time run out, shape (resources + 1,); the last place is nobody's.
    """

    steps: Mapping[int, Timer]
    clockwork: BoolArray


def timers_of(log: Recorded) -> Timers:
    """Finds the steps that look like timers.

    A step is one where no start of it was recorded, at least a fifth of its waits have one length to within ten minutes (and half a
    percent), at many different minutes of the hour, and nine tenths of it are by resources that do nothing else. People who do a step
    by hand after so many days come hours earlier or later, and a system's clock does not.

    Args:
        log: at least one event.

    Returns:
        The timers; none of a log that says too little.
    """
    counts, alone = _by_whom(log)
    by_them = np.where(alone, counts, 0.0).sum(axis=1)
    recorded = np.bincount(log.activity[log.started], minlength=len(log.activities))
    found: dict[int, Timer] = {}
    may_be = (recorded == 0) & (by_them > 0.0) & (by_them >= BY_THEM * counts.sum(axis=1))
    for one in np.flatnonzero(may_be).tolist():
        clue = _clue(log, one)
        if clue is not None and clue[0].share >= ALIKE and clue[1] >= MINUTES:
            found[one] = clue[0]
    clockwork = np.zeros(counts.shape[1], dtype=np.bool_)
    for step in found:
        clockwork |= alone[step] & (counts[step] > 0.0)
    return Timers(steps=found, clockwork=clockwork)


def clues_of(log: Recorded) -> Mapping[str, tuple[Timer, float]]:
    """How near each step with enough waits is to a timer, and which part of it is by whoever does nothing else; for studies."""
    counts, alone = _by_whom(log)
    by_them = np.where(alone, counts, 0.0).sum(axis=1) / np.maximum(counts.sum(axis=1), 1.0)
    found = {name: (_clue(log, step), float(by_them[step])) for step, name in enumerate(log.activities)}
    return {name: (clue[0], alone_by) for name, (clue, alone_by) in found.items() if clue is not None}


def _by_whom(log: Recorded) -> tuple[FloatArray, BoolArray]:
    """How often whom did each step, and who does that one step and nothing else, shapes (activities, resources + 1)."""
    counts = np.zeros((len(log.activities), int(log.resource.max()) + 2))
    np.add.at(counts, (log.activity, log.resource), 1.0)
    alone = counts >= NOTHING_ELSE * np.maximum(counts.sum(axis=0), 1.0)
    alone[:, NOBODY] = False
    return counts, alone


def _clue(log: Recorded, step: int) -> tuple[Timer, int] | None:
    """The length that most waits before a step have, and at how many minutes of the hour they end; None of too few waits."""
    follows = np.concatenate([[False], log.case[1:] == log.case[:-1]])
    mine = np.flatnonzero(follows & (log.activity == step))
    waits = log.end[mine] - log.end[mine - 1]
    long = waits >= SHORTEST
    if mine.size < FEWEST or not long.any():
        return None
    low, high = _densest(waits[long])
    same = (waits >= low) & (waits <= high)
    minutes = np.unique(log.end[mine[same]] // 60.0 % 60.0)
    return Timer(after=float(np.median(waits[same])), share=float(same.mean()), within=high - low), int(minutes.size)


def _densest(waits: FloatArray) -> tuple[float, float]:
    """The ends of the window in which the most waits lie."""
    ordered = np.sort(waits)
    width = np.minimum(WITHIN, OF_LENGTH * ordered)
    inside = np.searchsorted(ordered, ordered + width, side="right") - np.arange(ordered.size)
    at = int(inside.argmax())
    return float(ordered[at]), float(ordered[at] + width[at])

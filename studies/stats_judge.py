"""Estimates beside a judge whose scores are mostly equal: how often the interval holds the true error rate, whatever the judge is worth."""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from licet.stats.judge import cut, join_small, post_stratified, stratify

CASES: Final = (300, 2_000)
LABELS: Final = (30, 50, 100)
RATES: Final = (0.01, 0.03, 0.1, 0.3)
SURE: Final = (0.5, 0.8, 0.95, 0.99)
SKILLS: Final = (0.0, 0.5, 0.9)
PROMISED: Final = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A world to draw from.

    Attributes:
        cases: judged in each draw.
        labels: of them, drawn at random.
        rate: the true error rate.
        sure: share of right answers that the judge scores 1.0; the others lie evenly below .9.
        skill: how many of the wrong answers it knows to be wrong; of the others it speaks as of right ones.
    """

    cases: int
    labels: int
    rate: float
    sure: float
    skill: float


def states() -> Iterator[State]:
    """Every state of the study."""
    for cases, labels, rate, sure, skill in product(CASES, LABELS, RATES, SURE, SKILLS):
        yield State(cases=cases, labels=labels, rate=rate, sure=sure, skill=skill)


def covered(state: State, *, runs: int, seed: int) -> tuple[float, float]:
    """How often the interval holds the true rate, and the mean of what one label counts for."""
    rng, held, worth = np.random.default_rng(seed), 0, 0.0
    for _ in range(runs):
        wrong = rng.random(state.cases) < state.rate
        low = (wrong & (rng.random(state.cases) < state.skill)) | (rng.random(state.cases) >= state.sure)
        scores = np.where(low, 0.9 * rng.random(state.cases), 1.0)
        labelled = np.zeros(state.cases, dtype=np.bool_)
        labelled[rng.choice(state.cases, state.labels, replace=False)] = True
        strata = stratify(join_small(cut(scores), labels=state.labels), labelled=labelled, wrong=wrong)
        found = post_stratified(strata, confidence=PROMISED)
        if found is not None:
            held += found.low <= state.rate <= found.high
            worth += found.worth
    return held / runs, worth / runs


def main() -> int:
    """Runs every state; 1 where one covers more seldom than chance around what is promised allows for so many states."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="draws in each state (default 1000)")
    parser.add_argument("--seed", type=int, default=5, help="seed of the draws (default 5)")
    asked = parser.parse_args()
    found = [(state, *covered(state, runs=asked.runs, seed=asked.seed)) for state in states()]
    found.sort(key=lambda one: one[1])
    print("| cases | labels | error rate | scored 1.0 | errors known | covered | worth, mean |\n|---|---|---|---|---|---|---|")
    for state, held, worth in found[:5]:
        print(f"| {state.cases:,} | {state.labels} | {state.rate:.0%} | {state.sure:.0%} | {state.skill:.0%} | {held:.3f} | {worth:.2f} |")
    mean = float(np.mean([held for _, held, _ in found]))
    print(f"\nThe worst of {len(found)} states, {asked.runs:,} draws each; mean {mean:.3f}.")
    return 0 if found[0][1] >= PROMISED - 4.0 * (PROMISED * (1.0 - PROMISED) / asked.runs) ** 0.5 else 1


if __name__ == "__main__":
    sys.exit(main())

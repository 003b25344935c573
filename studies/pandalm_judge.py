"""Two models judge pairs of answers that three people judged too: how far they agree, and what labels are worth beside them."""

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from licet.core.judge import Opinion
from licet.core.judged import Agreed, sorted_by, weigh
from licet.core.refusal import Unknown
from licet.stats.agreement import rate
from licet.stats.judge import Correlation, Estimate

FOLDER: Final = "pandalm"
PEOPLE: Final = ("annotator1", "annotator2", "annotator3")
JUDGES: Final = {
    "gpt-3.5-turbo": ("gpt-3.5-turbo-testset-v1.json", "gpt_result"),
    "pandalm-7b": ("pandalm-7b-testset-v1.json", "pandalm_result"),
}
WORDS: Final = {"0": 0, "1": 1, "2": 2, "Tie": 0}
LABELS: Final = (50, 100, 200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What repeated draws of labels gave.

    Attributes:
        covered: share of draws whose interval holds the truth.
        alone_covered: the same of the interval from labels alone.
        width: mean width of the interval.
        alone_width: mean width of the one from labels alone.
        worth: mean of what one label counted for.
    """

    covered: float
    alone_covered: float
    width: float
    alone_width: float
    worth: float


def read(folder: Path) -> tuple[list[tuple[int, ...]], dict[str, list[int | None]]]:
    """Reads what people said of each pair (0 tie, 1 or 2 the better one), and what each judge said; None where it said nothing usable."""
    rows = json.loads((folder / "testset-v1.json").read_text("utf-8"))
    people = [tuple(int(row[name]) for name in PEOPLE) for row in rows]
    judges = {}
    for name, (file, key) in JUDGES.items():
        said: Sequence[Mapping[str, object]] = json.loads((folder / file).read_text("utf-8"))
        if [one["idx"] for one in said] != [row["idx"] for row in rows]:
            message = f"{file} does not judge the same pairs in the same order as testset-v1.json."
            raise RuntimeError(message)
        judges[name] = [WORDS.get(str(one[key])) for one in said]
    return people, judges


def majority(said: Sequence[int]) -> int:
    """What most people say; in this data at least two of three always agree."""
    ((verdict, votes), *_) = Counter(said).most_common()
    if votes < 2:
        message = f"{said!r} has no majority."
        raise RuntimeError(message)
    return verdict


def told(hits: int, n: int) -> str:
    """A share with its exact interval."""
    found = rate(hits=hits, n=n)
    return "none" if found is None else f"{found.rate:.3f} ({found.low:.3f} to {found.high:.3f})"


def verdicts(people: Sequence[tuple[int, ...]], judges: Mapping[str, Sequence[int | None]]) -> None:
    """Prints how often judges and people give the same of three verdicts."""
    pairs = [(one[a], one[b]) for one in people for a, b in ((0, 1), (0, 2), (1, 2))]
    print("| who | same verdict as one person | same as most people | said nothing usable |\n|---|---|---|---|")
    print(f"| one person | {sum(a == b for a, b in pairs) / len(pairs):.3f} (the human ceiling) | | |")
    for name, said in judges.items():
        spoke = [(verdict, one) for verdict, one in zip(said, people, strict=True) if verdict is not None]
        single = sum(verdict == each for verdict, one in spoke for each in one) / (3 * len(spoke))
        most = sum(verdict == majority(one) for verdict, one in spoke)
        print(f"| {name} | {single:.3f} | {told(most, len(spoke))} | {len(said) - len(spoke)} of {len(said)} |")


def opinions_of(said: Sequence[int | None]) -> list[Opinion]:
    """A verdict as an opinion on the first answer: 0 where the second one is better, 1 where the first, one half for a tie."""
    scores = {0: 0.5, 1: 1.0, 2: 0.0}
    return [Unknown(why="nothing usable") if one is None else scores[one] for one in said]


def draws(opinions: Sequence[Opinion], right: Sequence[bool], *, labels: int, runs: int, seed: int) -> Drawn:
    """Labels so many pairs at random, again and again, and holds each interval against the truth of all pairs."""
    truth, places = 1.0 - float(np.mean(right)), sorted_by(opinions, labels=labels)
    rows = []
    for run in range(runs):
        seen = set(np.random.default_rng([seed, run]).choice(len(right), labels, replace=False).tolist())
        weighed = weigh(opinions, places, [one if k in seen else None for k, one in enumerate(right)])
        if isinstance(weighed.estimate, Unknown) or isinstance(weighed.alone, Unknown):
            message = "no label was drawn"
            raise TypeError(message)
        estimate, alone = weighed.estimate, weighed.alone
        rows.append((_holds(estimate, truth), alone.low <= truth <= alone.high, _width(estimate), alone.high - alone.low, estimate.worth))
    means = np.array(rows, dtype=np.float64).mean(axis=0).tolist()
    return Drawn(covered=means[0], alone_covered=means[1], width=means[2], alone_width=means[3], worth=means[4])


def _holds(estimate: Estimate, truth: float) -> bool:
    return estimate.low <= truth <= estimate.high


def _width(estimate: Estimate) -> float:
    return estimate.high - estimate.low


def estimates(people: Sequence[tuple[int, ...]], judges: Mapping[str, Sequence[int | None]], *, runs: int, seed: int) -> bool:
    """Prints what labels are worth beside each judge, for the question how often the first answer is the worse one."""
    right = [majority(one) != 2 for one in people]
    print(f"\nThe first answer is the worse one, say most people: {1.0 - float(np.mean(right)):.3f} of {len(right)} pairs.\n")
    pairs = [(one[a] != 2, one[b] != 2) for one in people for a, b in ((0, 1), (0, 2), (1, 2))]
    print(f"Two people say the same yes or no in {sum(a == b for a, b in pairs) / len(pairs):.3f}.\n")
    print("| judge | yes or no as people | correlation | worth at best | judge alone says |\n|---|---|---|---|---|")
    for name, said in judges.items():
        agreed = weigh(opinions_of(said), sorted_by(opinions_of(said), labels=len(said)), right).agreed
        if not isinstance(agreed, Agreed) or not isinstance(agreed.correlation, Correlation):
            message = f"{name} says nothing that could be held against people."
            raise TypeError(message)
        goes, spoke = agreed.correlation, [one for one in said if one is not None]
        alone = told(sum(one == 2 for one in spoke), len(spoke))
        same = told(agreed.same.hits, agreed.same.n)
        print(f"| {name} | {same} | {goes.value:.3f} ({goes.low:.3f} to {goes.high:.3f}) | {agreed.worth:.2f} | {alone} |")
    print("\n| judge | labels | covered | width | labels alone: covered | width | worth, mean | draws |\n|---|---|---|---|---|---|---|---|")
    kept = True
    for name, said in judges.items():
        for labels in LABELS:
            found = draws(opinions_of(said), right, labels=labels, runs=runs, seed=seed)
            kept = kept and found.covered >= 0.95 - 3.0 * (0.05 * 0.95 / runs) ** 0.5
            print(
                f"| {name} | {labels} | {found.covered:.3f} | {found.width:.3f} | {found.alone_covered:.3f} | {found.alone_width:.3f} "
                f"| {found.worth:.2f} | {runs:,} |"
            )
    return kept


def main() -> int:
    """Runs the study where its data are; 1 where an interval covers more seldom than it promises."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="draws of labels for each row (default 1000)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the draws (default 1)")
    asked = parser.parse_args()
    named = os.environ.get("LICET_DATA", "")
    files = ["testset-v1.json", *(file for file, _ in JUDGES.values())]
    if not named or not all((Path(named) / FOLDER / file).is_file() for file in files):
        print(f"skipped: LICET_DATA names no folder with {', '.join(f'{FOLDER}/{file}' for file in files)} in it.")
        return 0
    people, judges = read(Path(named) / FOLDER)
    verdicts(people, judges)
    return 0 if estimates(people, judges, runs=asked.runs, seed=asked.seed) else 1


if __name__ == "__main__":
    sys.exit(main())

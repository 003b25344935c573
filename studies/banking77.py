"""Bank customers' messages: what the built-in system may be trusted with, and how often its certificate is wrong."""

import argparse
import csv
import gzip
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from licet.core.answer import answer_label
from licet.core.case import TextContent
from licet.core.ids import CaseNumber
from licet.core.system import Proposal
from licet.edge.builtin import BuiltinSystem, train_builtin
from licet.edge.features import Example
from licet.stats.promises import AlonePromise, Labelled
from licet.stats.threshold import candidate_thresholds, fixed_sequence, start_rank, start_size, tally

DELTA: Final = 0.05
TARGETS: Final = (0.05, 0.02)
SEALED: Final = (1_000, 300)
CALIBRATION_SHARE: Final = 0.2
UNFAMILIAR_SHARE: Final = 0.02
HEAD: Final = (
    "| answers | accuracy | target | sealed labels | certified | coverage, median "
    "| broken on the rest | broken in the pool | rest | resplits |\n"
    "|---|---|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldOut:
    """Proposals for the official test part, beside what people answered.

    Attributes:
        confidence: shape (n,).
        wrong: shape (n,).
        familiar: passes the familiarity guard, shape (n,).
    """

    confidence: NDArray[np.float64]
    wrong: NDArray[np.bool_]
    familiar: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one resplit gave.

    Attributes:
        coverage: share of the other held-out cases that would be decided alone, in [0, 1]; 0 without a certificate.
        error: share of wrong ones among those; None where none is decided alone.
        pool_error: the same over all held-out cases, the population the sealed ones were drawn from.
    """

    coverage: float
    error: float | None
    pool_error: float | None


def read(path: Path, groups: Mapping[str, str] | None) -> list[Example]:
    """Reads messages with their intents, or with the group of their intent."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Example(case=CaseNumber(k), content=TextContent(text=row["text"]), answer=groups[row["category"]] if groups else row["category"])
        for k, row in enumerate(rows, start=1)
    ]


def departments(folder: Path) -> dict[str, str]:
    """The department of each intent: an assumption of the data's README, not part of the data."""
    grouped = json.loads((folder / "departments.json").read_text("utf-8"))["departments"]
    return {intent: department for department, intents in grouped.items() for intent in intents}


def proposed(system: BuiltinSystem, cases: Sequence[Example], least_familiar: float) -> HeldOut:
    """Asks the system about cases."""
    given = [proposal for proposal in system.propose([case.content for case in cases]) if isinstance(proposal, Proposal)]
    if len(given) != len(cases):
        message = f"{len(cases) - len(given)} messages got no proposal; every text must get one."
        raise RuntimeError(message)
    return HeldOut(
        confidence=np.array([one.confidence for one in given]),
        wrong=np.array([answer_label(one.answer) != case.answer for one, case in zip(given, cases, strict=True)]),
        familiar=np.array([isinstance(one.familiarity, float) and one.familiarity >= least_familiar for one in given]),
    )


def certify(held: HeldOut, sealed: NDArray[np.int64], target: float) -> float | None:
    """Certifies on sealed cases with the functions that `licet evaluate` uses; None where nothing is certified."""
    confidence, wrong, eligible = held.confidence[sealed], held.wrong[sealed], held.familiar[sealed]
    inside = confidence[eligible]
    start = start_size(target=target, delta=DELTA, labels=len(inside))
    first = start_rank(confidence=inside, counted=np.ones(len(inside), dtype=np.bool_), labels_per_case=1.0, start=start)
    if first is None:
        return None
    thresholds = candidate_thresholds(confidence=inside, first_rank=first)
    labelled = Labelled(confidence=confidence, loss=wrong.astype(np.float64), eligible=eligible)
    found = fixed_sequence([tally(labelled=labelled, promise=AlonePromise(target=target, delta=DELTA), thresholds=thresholds)])
    return None if found is None else thresholds[found.index]


def resplits(held: HeldOut, *, labels: int, target: float, runs: int, seed: int) -> Iterator[Outcome]:
    """Draws sealed cases again and again, and measures each certificate on the held-out cases that were not drawn."""
    for run in range(runs):
        order = np.random.default_rng([seed, run]).permutation(len(held.wrong))
        threshold = certify(held, order[:labels], target)
        if threshold is None:
            yield Outcome(coverage=0.0, error=None, pool_error=None)
            continue
        alone = held.familiar & (held.confidence >= threshold)
        others = np.zeros(len(alone), dtype=np.bool_)
        others[order[labels:]] = True
        yield Outcome(coverage=float(alone[others].mean()), error=_rate(held.wrong, alone & others), pool_error=_rate(held.wrong, alone))


def table(name: str, held: HeldOut, *, runs: int, seed: int) -> bool:
    """Prints the certificates' rows; False where more of them broke their target than chance allows."""
    kept = True
    for target in TARGETS:
        for labels in SEALED:
            outcomes = list(resplits(held, labels=labels, target=target, runs=runs, seed=seed))
            broken = _share([one.error is not None and one.error > target for one in outcomes])
            in_pool = _share([one.pool_error is not None and one.pool_error > target for one in outcomes])
            certified = _share([one.error is not None for one in outcomes])
            coverage = float(np.median([one.coverage for one in outcomes]))
            limit = DELTA + 2.0 * (DELTA * (1.0 - DELTA) / runs) ** 0.5
            kept = kept and max(broken, in_pool) <= limit
            print(
                f"| {name} | {1.0 - held.wrong.mean():.3f} | {target:.0%} | {labels:,} | {certified:.3f} | {coverage:.3f} "
                f"| {broken:.3f} | {in_pool:.3f} | {len(held.wrong) - labels:,} | {runs} |"
            )
    return kept


def strangers(data: Path) -> dict[str, list[str]]:
    """Texts that are no bank customer's messages."""
    moderation = data / "moderation" / "samples-1680.jsonl.gz"
    instructions = data / "pandalm" / "testset-v1.json"
    found: dict[str, list[str]] = {}
    if moderation.is_file():
        with gzip.open(moderation, "rt", encoding="utf-8") as file:
            found["moderation texts"] = [str(json.loads(line)["prompt"]) for line in file]
    if instructions.is_file():
        found["instructions to an assistant"] = [str(row["instruction"]) for row in json.loads(instructions.read_text("utf-8"))]
    return found


def unfamiliar(name: str, system: BuiltinSystem, held: HeldOut, least_familiar: float, texts: Mapping[str, list[str]]) -> None:
    """Prints how many texts of other kinds would be decided alone, at the threshold that the whole test part certifies at 5%."""
    threshold = certify(held, np.arange(len(held.wrong)), TARGETS[0])
    for kind, written in texts.items():
        given = system.propose([TextContent(text=text) for text in written])
        sure = [isinstance(one, Proposal) and threshold is not None and one.confidence >= threshold for one in given]
        near = [isinstance(one, Proposal) and isinstance(one.familiarity, float) and one.familiarity >= least_familiar for one in given]
        guarded = [a and b for a, b in zip(sure, near, strict=True)]
        print(f"| {name} | {kind} | {len(written):,} | {_share(sure):.3f} | {_share(guarded):.3f} |")


def study(name: str, data: Path, groups: Mapping[str, str] | None) -> tuple[BuiltinSystem, HeldOut, float]:
    """Trains on four fifths of the official train part, calibrates on the rest of it, and asks about the official test part."""
    folder = data / "banking77"
    past = read(folder / "train.csv", groups)
    order = np.random.default_rng(1).permutation(len(past)).tolist()
    cut = round(CALIBRATION_SHARE * len(past))
    calibration, build = [past[k] for k in order[:cut]], [past[k] for k in order[cut:]]
    began = time.perf_counter()
    system = train_builtin(build, calibration)
    trained = time.perf_counter() - began
    least = float(np.quantile(system.guardian.familiarity([case.content for case in calibration]), UNFAMILIAR_SHARE))
    began = time.perf_counter()
    held = proposed(system, read(folder / "test.csv", groups), least)
    each_ms = 1000.0 * (time.perf_counter() - began) / len(held.wrong)
    print(
        f"{name}: trained on {len(build):,}, calibrated on {len(calibration):,} in {trained:.1f} s; {each_ms:.2f} ms a case",
        file=sys.stderr,
    )
    return system, held, least


def main() -> int:
    """Runs the study where its data are; 1 where a certificate breaks its target more often than chance allows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="resplits for each row (default 200)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the resplits (default 1)")
    asked = parser.parse_args()
    named = os.environ.get("LICET_DATA", "")
    if not (Path(named) / "banking77" / "train.csv").is_file() or not named:
        print("skipped: LICET_DATA names no folder with banking77/train.csv, banking77/test.csv and banking77/departments.json in it.")
        return 0
    data = Path(named)
    names = {"9 departments": departments(data / "banking77"), "77 intents": None}
    studied = {name: study(name, data, groups) for name, groups in names.items()}
    print(HEAD)
    kept = [table(name, held, runs=asked.runs, seed=asked.seed) for name, (_, held, _) in studied.items()]
    print("\n| answers | texts of another kind | texts | decided alone without guard | with familiarity guard |\n|---|---|---|---|---|")
    for name, (system, held, least) in studied.items():
        unfamiliar(name, system, held, least, strangers(data))
    return 0 if all(kept) else 1


def _rate(wrong: NDArray[np.bool_], cases: NDArray[np.bool_]) -> float | None:
    return float(wrong[cases].mean()) if cases.any() else None


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits)


if __name__ == "__main__":
    sys.exit(main())

"""Bank customers' messages: what confidence by past cases certifies of a system that says none of its own."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from licet.core.case import Content
from licet.core.system import NoProposal, Proposal, Proposed
from licet.edge.builtin import BuiltinSystem, train_builtin
from licet.edge.features import Example
from studies.banking77 import CALIBRATION_SHARE, DELTA, UNFAMILIAR_SHARE, HeldOut, departments, read, resplits

RIGHT: Final = 0.95
TARGETS: Final = (0.05, 0.02)
LABELS: Final = 1_000
HEAD: Final = (
    "| answers | system | its accuracy | confidence | target | certified | coverage, mean | broken |\n|---|---|---|---|---|---|---|---|"
)


def noisy(cases: Sequence[Example], answers: Sequence[str], *, seed: int) -> list[str]:
    """What a simulated system says: the right answer in 95% of cases, any other at random in the rest."""
    rng = np.random.default_rng(seed)
    said = [case.answer for case in cases]
    for place in np.flatnonzero(rng.random(len(said)) >= RIGHT).tolist():
        others = [one for one in answers if one != said[place]]
        said[place] = others[int(rng.integers(len(others)))]
    return said


def nearest(system: BuiltinSystem, contents: Sequence[Content], past: Mapping[int, str]) -> list[str]:
    """What a plain system says that is wrong where messages are hard: the answer of the single most similar past message."""
    found = system.guardian.precedents(contents)
    return [past[one[0].case] if one else next(iter(past.values())) for one in found]


def held_by(said: Sequence[str], weighed: Sequence[Proposed] | None, familiar: NDArray[np.bool_], cases: Sequence[Example]) -> HeldOut:
    """A system's answers with confidence from past cases, or without them the constant that a system without confidence can say."""
    constant = NoProposal(why="nobody weighs")
    pairs = zip(said, [constant] * len(said) if weighed is None else weighed, strict=True)
    confidence = [one.probabilities.get(answer, 0.0) if isinstance(one, Proposal) else 1.0 for answer, one in pairs]
    wrong = np.array([answer != case.answer for answer, case in zip(said, cases, strict=True)])
    return HeldOut(confidence=np.array(confidence), wrong=wrong, familiar=familiar)


def rows(name: str, data: Path, groups: Mapping[str, str] | None, *, runs: int) -> bool:
    """Prints what is certified of both systems, by either confidence; False where more certificates broke than chance allows."""
    folder = data / "banking77"
    past = read(folder / "train.csv", groups)
    order = np.random.default_rng(1).permutation(len(past)).tolist()
    cut = round(CALIBRATION_SHARE * len(past))
    calibration, build = [past[k] for k in order[:cut]], [past[k] for k in order[cut:]]
    engine, test = train_builtin(build, calibration), read(folder / "test.csv", groups)
    contents = [case.content for case in test]
    weighed = engine.propose(contents)
    least = float(np.quantile(engine.guardian.familiarity([case.content for case in calibration]), UNFAMILIAR_SHARE))
    familiar = np.asarray(engine.guardian.familiarity(contents)) >= least
    spoken = {
        f"simulated: right in {RIGHT:.0%}": noisy(test, engine.answers, seed=2),
        "the most similar message's answer": nearest(engine, contents, {case.case: case.answer for case in build}),
    }
    kept = True
    for system, said in spoken.items():
        for by, how in (("past cases", weighed), ("constant", None)):
            held = held_by(said, how, familiar, test)
            for target in TARGETS:
                kept = _row((name, system, by), held, target, runs=runs) and kept
    return kept


def _row(names: tuple[str, str, str], held: HeldOut, target: float, *, runs: int) -> bool:
    outcomes = list(resplits(held, labels=LABELS, target=target, runs=runs, seed=1))
    certified = float(np.mean([one.pool_error is not None for one in outcomes]))
    broken = float(np.mean([one.pool_error is not None and one.pool_error > target for one in outcomes]))
    coverage = float(np.mean([one.coverage for one in outcomes]))
    name, system, by = names
    print(f"| {name} | {system} | {1.0 - held.wrong.mean():.3f} | {by} | {target:.0%} | {certified:.3f} | {coverage:.3f} | {broken:.3f} |")
    return bool(broken <= DELTA + 2.0 * (DELTA * (1.0 - DELTA) / runs) ** 0.5)


def main() -> int:
    """Runs the study where its data are; 1 where a certificate breaks its target more often than chance allows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="resplits for each row (default 200)")
    runs = parser.parse_args().runs
    named = os.environ.get("LICET_DATA", "")
    if not named or not (Path(named) / "banking77" / "train.csv").is_file():
        print("skipped: LICET_DATA names no folder with banking77/train.csv, banking77/test.csv and banking77/departments.json in it.")
        return 0
    print(f"{LABELS:,} sealed labels of the official test part; 95% confidence\n\n{HEAD}")
    groups = {"9 departments": departments(Path(named) / "banking77"), "77 intents": None}
    kept = [rows(name, Path(named), one, runs=runs) for name, one in groups.items()]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())

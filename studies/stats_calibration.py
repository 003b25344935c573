"""Whether a rising curve makes the built-in system's confidence more honest than its temperature does: on digits and on Banking77."""

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from licet.cli.demo_data import png, scans
from licet.core.answer import Choice
from licet.core.case import Content, ImageContent, TextContent
from licet.core.ids import CaseNumber
from licet.core.system import Proposal
from licet.edge.builtin import BuiltinSystem, train_builtin
from licet.edge.features import Example
from licet.stats.calibration import Isotonic, apply_isotonic, choose_calibration, fit_isotonic, log_losses
from licet.stats.ranges import BoolArray, FloatArray
from studies._table import Row, runs_from, show

PARTS: Final = {"digits": (600, 500), "Banking77": (4000, 1500)}
"""Build and calibration cases; all others are judged."""

Pair = tuple[Content, str]


def digits() -> list[Pair]:
    """The scanned digits that scikit-learn brings along."""
    return [(ImageContent(data=png(one.grey), media_type="image/png"), one.digit) for one in scans(0)]


def banking77(folder: Path) -> list[Pair]:
    """The messages of both parts together."""
    found: list[Pair] = []
    for name in ("train.csv", "test.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            found += [(TextContent(text=row["text"]), row["category"]) for row in csv.DictReader(file)]
    return found


def said(system: BuiltinSystem, pairs: Sequence[Pair]) -> tuple[FloatArray, BoolArray]:
    """Confidences, and whether each answer was right."""
    given = [one for one in system.propose([content for content, _ in pairs]) if isinstance(one, Proposal)]
    right = [one.answer == Choice(value=label) for one, (_, label) in zip(given, pairs, strict=True)]
    return np.array([one.confidence for one in given]), np.array(right, dtype=np.bool_)


def once(pairs: Sequence[Pair], sizes: tuple[int, int], seed: int) -> tuple[float, float, bool]:
    """Mean log loss of the confidence as it is, and read off a curve, on cases of neither part; and whether the curve would be chosen."""
    order = np.random.default_rng(seed).permutation(len(pairs))
    mixed = [pairs[at] for at in order]
    build, calibrating, judged = mixed[: sizes[0]], mixed[sizes[0] : sum(sizes)], mixed[sum(sizes) :]
    examples = [
        [Example(case=CaseNumber(k + 1), content=content, answer=label) for k, (content, label) in enumerate(part)]
        for part in (build, calibrating)
    ]
    system = train_builtin(examples[0], examples[1])
    confidence, right = said(system, calibrating)
    curve, chosen = fit_isotonic(confidence=confidence, right=right), choose_calibration(confidence=confidence, right=right)
    stated, hits = said(system, judged)
    before = float(log_losses(confidence=stated, right=hits).mean())
    if not isinstance(curve, Isotonic):
        return before, before, False
    after = float(log_losses(confidence=apply_isotonic(confidence=stated, curve=curve), right=hits).mean())
    return before, after, isinstance(chosen, Isotonic)


def main() -> None:
    """Prints the table."""
    runs, seed = runs_from(__doc__ or "", runs=10)
    data = {"digits": digits()}
    folder = os.environ.get("LICET_DATA")
    data |= {} if folder is None else {"Banking77": banking77(Path(folder) / "banking77")}
    rows = []
    for name, pairs in data.items():
        found = np.array([once(pairs, PARTS[name], seed + run) for run in range(runs)])
        before, after, chosen = found.mean(axis=0)
        better = (found[:, 1] < found[:, 0]).mean()
        rows.append(Row(what=f"{name}: log loss with temperature / read off a curve", value=f"{before:.4f} / {after:.4f}"))
        rows.append(Row(what=f"{name}: splits in which the curve was better / would be chosen", value=f"{better:.2f} / {chosen:.2f}"))
    show("The built-in system's confidence, on cases it was neither built nor calibrated on", rows)
    if folder is None:
        print("\nBanking77: set LICET_DATA to the data folder.")


if __name__ == "__main__":
    main()

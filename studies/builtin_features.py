"""What small pictures and tables should look like to the built-in system: how much more of them each look lets it certify."""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.special import ndtri
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import GradientBoostingClassifier

from licet.cli.demo_data import MEANS, scans
from licet.edge.blend import fit_blend
from licet.edge.builtin import inputs, learn, recipe_of, vote
from licet.edge.exact import ROW_BITS, on_grid
from licet.edge.features import Encoded, Features, PictureCases, TableCases
from licet.edge.pictures import Canvas
from licet.edge.precedents import SHOWN, familiarity_of, index_of, nearest_in
from licet.edge.strokes import PLACES, strokes
from studies.banking77 import UNFAMILIAR_SHARE, HeldOut, certify

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Look = Callable[[Floats, Places], Floats]
"""Turns raw cases into rows that can be compared; what it fits it fits on the build part, whose places it is given."""

TARGETS: Final = (0.05, 0.02, 0.01)
FURTHEST: Final = 10.0
SURE: Final = 2.0
"""Standard errors by which a difference stands out."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Data:
    """Cases with the truth, and how they are split.

    Attributes:
        raw: greys of shape (n, height, width) in [0, 1], or numbers of shape (n, columns).
        labels: shape (n,), in [0, classes).
        features: as what they are learnt from; only its kind counts here.
        parts: build, calibration and sealed cases; the coverage is measured on all others.
    """

    name: str
    raw: Floats
    labels: Places
    features: Features
    parts: tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way that is tried: how cases look, and whether boosted trees score them instead of the built-in classifier."""

    name: str
    look: Look
    trees: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """What one way gave in each split.

    Attributes:
        accuracy: shape (runs,).
        coverage: share of the other cases that would be decided alone, 0 without a certificate; shape (runs, targets).
        certified: shape (runs, targets).
    """

    accuracy: Floats
    coverage: Floats
    certified: NDArray[np.bool_]


# --- looks -------------------------------------------------------------------------------------------------------------


def evenly(rows: Floats, build: Places) -> Floats:
    """All columns on one scale, as `Canvas` does it."""
    seen = on_grid(rows[build], ROW_BITS)
    return _within((rows - seen.mean()) / seen.std())


def each(rows: Floats, build: Places) -> Floats:
    """Each column on its own scale, as `encode_rows` does it for numbers."""
    deviation = rows[build].std(axis=0)
    return _within((rows - rows[build].mean(axis=0)) / np.where(deviation > 0.0, deviation, 1.0))


def pixels(raw: Floats, build: Places) -> Floats:
    """The grey of each pixel."""
    return evenly(raw.reshape(len(raw), -1), build)


def upright(raw: Floats, build: Places) -> Floats:
    """The grey of each pixel, once the slant of the ink is taken out (second moments; LeCun et al. 1998, section III)."""
    return pixels(np.stack([_upright(1.0 - one) for one in raw]), build)


def by_strokes(raw: Floats, build: Places) -> Floats:
    """What the built-in system sees."""
    return evenly(strokes(raw), build)


def strokes_alone(raw: Floats, build: Places) -> Floats:
    """The same without the greys."""
    return evenly(strokes(raw)[:, : -PLACES * PLACES], build)


def with_products(raw: Floats, build: Places) -> Floats:
    """Numbers, and beside them the product of each pair of columns at a fifth of its weight."""
    rows = each(raw, build)
    one, other = np.triu_indices(rows.shape[1])
    return np.concatenate([rows, 0.2 * each(rows[:, one] * rows[:, other], build)], axis=1)


def by_rank(raw: Floats, build: Places) -> Floats:
    """The rank of each number among those of the build part, as a deviation of the normal distribution."""
    ordered = np.sort(raw[build], axis=0)
    sides = [
        np.stack([np.searchsorted(ordered[:, k], raw[:, k], side=side) for k in range(raw.shape[1])], axis=1) for side in ("left", "right")
    ]
    share = (sides[0] + sides[1]) / (2.0 * len(build))
    found: Floats = ndtri(np.clip(share, 0.5 / len(build), 1.0 - 0.5 / len(build)))
    return found


PICTURES: Final = (
    Way(name="pixels", look=pixels),
    Way(name="pixels, slant taken out", look=upright),
    Way(name="strokes alone", look=strokes_alone),
    Way(name="strokes and greys", look=by_strokes),
)
TABLES: Final = (
    Way(name="numbers", look=each),
    Way(name="numbers and products", look=with_products),
    Way(name="ranks", look=by_rank),
    Way(name="numbers, boosted trees", look=each, trees=True),
)
"""The first of each is what the others are held against."""


def _within(rows: Floats) -> Floats:
    return on_grid(np.clip(rows, -FURTHEST, FURTHEST), ROW_BITS)


def _upright(ink: Floats) -> Floats:
    """Shears the ink so that its main axis stands upright, about its centre, which is brought to the middle; white where nothing was."""
    height, width = ink.shape
    down, across = np.mgrid[:height, :width]
    whole = max(float(ink.sum()), 1e-9)
    centre = np.array([float((down * ink).sum()), float((across * ink).sum())]) / whole
    tall = float(((down - centre[0]) ** 2 * ink).sum()) / whole
    slant = float(((down - centre[0]) * (across - centre[1]) * ink).sum()) / whole / max(tall, 1e-9)
    shear = np.array([[1.0, 0.0], [slant, 1.0]])
    middle = np.array([(height - 1) / 2, (width - 1) / 2])
    found: Floats = 1.0 - np.clip(ndimage.affine_transform(ink, shear, offset=centre - shear @ middle, order=1), 0.0, 1.0)
    return found


# --- the built-in system, on rows --------------------------------------------------------------------------------------


def held_out(data: Data, way: Way, order: Places) -> HeldOut:
    """Trains on the build part, calibrates on the calibration part, fits the familiarity guard, and asks about all other cases.

    The steps of `train_builtin`, with the look of a way in place of its own.
    """
    build, calibration, others = np.split(order, np.cumsum(data.parts[:2]))
    rows = way.look(data.raw, build).astype(np.float32)
    labels, classes = data.labels, int(data.labels.max()) + 1
    index = index_of(data.features, rows[build], cases=(build + 1).tolist(), origin=data.name)
    given = labels[build].astype(np.int32)
    trees = GradientBoostingClassifier(random_state=1).fit(rows[build], labels[build]) if way.trees else None
    classifier = None if way.trees else learn(index, rows[build], labels[build], classes)

    def judge(places: Places) -> tuple[Floats, Floats, Floats]:
        similarity = index.similarity(Encoded(rows=rows[places], readable=np.ones(len(places), dtype=np.bool_)))
        nearest = nearest_in(similarity, 2 * SHOWN)
        votes = vote(nearest, given, classes=classes, sharpness=recipe_of(index).sharpness)
        if classifier is not None:
            return classifier.logits(inputs(index, rows[places], similarity)), votes, np.array(familiarity_of(nearest))
        assert trees is not None
        return np.log(np.maximum(trees.predict_proba(rows[places]), 1e-6)), votes, np.array(familiarity_of(nearest))

    scores, votes, familiar = judge(calibration)
    blend = fit_blend(scores, votes, labels[calibration])
    least = np.quantile(familiar, UNFAMILIAR_SHARE)
    scores, votes, familiar = judge(others)
    chances = blend.probabilities(scores, votes)
    return HeldOut(confidence=chances.max(axis=1), wrong=chances.argmax(axis=1) != labels[others], familiar=familiar >= least)


def tried(data: Data, way: Way, *, runs: int, seed: int) -> Found:
    """Splits the cases anew for each run, the same for every way, certifies on sealed cases and measures coverage on all others."""
    sealed = data.parts[2]
    accuracy, coverage = np.zeros(runs), np.zeros((runs, len(TARGETS)))
    certified = np.zeros((runs, len(TARGETS)), dtype=np.bool_)
    for run in range(runs):
        held = held_out(data, way, np.random.default_rng([seed, run]).permutation(len(data.labels)))
        accuracy[run] = 1.0 - held.wrong.mean()
        for k, target in enumerate(TARGETS):
            threshold = certify(held, np.arange(sealed), target)
            if threshold is not None:
                certified[run, k] = True
                coverage[run, k] = (held.familiar & (held.confidence >= threshold))[sealed:].mean()
    return Found(accuracy=accuracy, coverage=coverage, certified=certified)


def gain(found: Found, base: Found, target: int) -> tuple[float, float]:
    """By how much more is covered than by another way on the same splits, on average, and its standard error."""
    more = found.coverage[:, target] - base.coverage[:, target]
    return float(more.mean()), float(more.std(ddof=1)) / len(more) ** 0.5


# --- the data ----------------------------------------------------------------------------------------------------------


def slips() -> Data:
    """The scanned digits of the demo, split as it does."""
    found = sorted(scans(0), key=lambda one: one.number)
    raw, labels = np.stack([one.grey for one in found]) / 255.0, np.array([int(one.digit) for one in found])
    return Data(name="digits", raw=raw, labels=labels, features=PictureCases(canvas=Canvas(width=8, height=8)), parts=(700, 250, 550))


def enlarged(data: Data) -> Data:
    """The same as 16 by 16 pixels, the size that larger pictures are brought to: enlarged, and so no sharper (simulated)."""
    raw = np.clip(ndimage.zoom(data.raw, (1, 2, 2), order=1), 0.0, 1.0)
    return replace(data, name="digits, enlarged", raw=raw, features=PictureCases(canvas=Canvas(width=16, height=16)))


def biopsies() -> Data:
    """The biopsies of the demo; a tenth is kept back to measure coverage on."""
    loaded = load_breast_cancer()
    raw, labels = np.asarray(loaded.data[:, :MEANS], dtype=np.float64), np.asarray(loaded.target, dtype=np.int64)
    return Data(name="biopsies", raw=raw, labels=labels, features=TableCases(columns=()), parts=(228, 114, 170))


def table(data: Data, ways: Sequence[Way], *, runs: int, seed: int) -> dict[str, Found]:
    """Prints one row for each way, and returns what was found."""
    found: dict[str, Found] = {}
    for way in ways:
        found[way.name] = here = tried(data, way, runs=runs, seed=seed)
        cells = []
        for k in range(len(TARGETS)):
            more, error = gain(here, found[ways[0].name], k)
            beside = "" if way is ways[0] else f" ({more:+.3f} ± {error:.3f})"
            cells.append(f"{here.certified[:, k].mean():.2f} | {here.coverage[:, k].mean():.3f}{beside}")
        print(f"| {data.name} | {way.name} | {here.accuracy.mean():.4f} | {' | '.join(cells)} |", flush=True)
    return found


def main() -> int:
    """Runs the study; 1 where what the built-in system sees lets no more be certified at 2% than pixels do."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=50, help="splits for each row (default 50)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the splits (default 1)")
    asked = parser.parse_args()
    heads = " | ".join(f"certified at {target:.0%} | coverage" for target in TARGETS)
    print(f"| cases | look | accuracy | {heads} |\n|---|---|---|---|---|---|---|")
    pictures = table(slips(), PICTURES, runs=asked.runs, seed=asked.seed)
    table(enlarged(slips()), (PICTURES[0], PICTURES[-1]), runs=max(2, asked.runs // 5), seed=asked.seed)
    table(biopsies(), TABLES, runs=asked.runs, seed=asked.seed)
    more, error = gain(pictures["strokes and greys"], pictures["pixels"], TARGETS.index(0.02))
    return 0 if more > SURE * error else 1


if __name__ == "__main__":
    sys.exit(main())

"""The built-in system: it learns from past cases, answers new ones, and shows the past cases that speak for its answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

import numpy as np
from numpy.typing import NDArray

from licet import ports
from licet.core.answer import Choice
from licet.core.canonical import Json
from licet.core.case import Content, TextContent
from licet.core.system import NoProposal, Proposal, Proposed, SystemCard, SystemKind
from licet.edge.blend import Blend, fit_blend
from licet.edge.bundle import Bundle, NotABundleError, pack, unpack
from licet.edge.exact import INPUT_BITS, on_grid
from licet.edge.features import Encoded, NotTrainableError, PictureCases, TextCases, fit_features, look_of
from licet.edge.ngrams import LONGEST_TEXT, spread_sample
from licet.edge.precedents import MOST_PRECEDENTS, Nearest, PrecedentIndex, familiarity_of, index_of, training_digest
from licet.edge.softmax import Effort, Matrix, Softmax, fit_softmax

NAME = "precedent-engine"
VERSION = "1"

MOST_TEXTS = 50_000
MOST_CHARACTERS = 4_000_000
MOST_ROWS = 10_000
"""Texts to learn from, characters in them, and rows or pictures to learn from; above, a sample is used, the same one every time."""

FEWEST_EXAMPLES = 10

_LANDMARKS = 1_000
_AT_ONCE = 256
_FEWEST_ANSWERS = 2
_LINEAR_SHARE = 0.25
_DECIMALS = 6
_DOUBT = 0.01
_TEXT_EFFORT = Effort(iterations=100, tolerance=1e-5)
_DENSE_EFFORT = Effort(iterations=200, tolerance=1e-6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Settings that depend on what cases are; part of the fingerprint.

    Attributes:
        cost: inverse strength of the classifier's penalty.
        sharpness: a past case votes with its similarity to this power.
    """

    cost: float
    sharpness: float


_TEXT_RECIPE = Recipe(cost=30.0, sharpness=8.0)
_TABLE_RECIPE = Recipe(cost=3.0, sharpness=2.0)
_PICTURE_RECIPE = Recipe(cost=100.0, sharpness=2.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BuiltinSystem:
    """A trained precedent engine (the port `TrainedSystem`).

    Attributes:
        card: which one it is.
        guardian: its past cases, and the familiarity guard made of them.
        answers: the answers it can give, sorted, shape (classes,).
        given: the answer of each past case in `guardian`, as its position in `answers`, shape (m,).
        classifier: the trained weights.
        blend: how classifier and precedents count.
    """

    card: SystemCard
    guardian: PrecedentIndex
    answers: tuple[str, ...]
    given: NDArray[np.int32]
    classifier: Softmax
    blend: Blend

    def propose(self, contents: Sequence[Content]) -> list[Proposed]:
        """Proposes an answer for each case, in order.

        Confidence is the largest of the probabilities, which are rounded to 6 decimals; the reason says how many of the nearest past cases
        were answered so. What cannot be read, or is of another kind than the build part, gets `NoProposal`.

        Args:
            contents: any number of cases; work is batched, memory bounded.

        Returns:
            One per content.
        """
        proposed: list[Proposed] = []
        for encoded, similarity, nearest in self.guardian.batches(contents):
            scores = self.classifier.logits(inputs(self.guardian, encoded.rows, similarity))
            chances = np.round(self.blend.probabilities(scores, self._votes(nearest)), _DECIMALS)
            proposed += self._word(encoded, chances, nearest)
        return proposed

    def longest(self, cases: int) -> timedelta:
        """It computes here, and waits for nobody."""
        del cases
        return timedelta(0)

    def to_bytes(self) -> bytes:
        """Everything it needs, without pickle; equal systems give equal bytes."""
        inner = self.guardian.to_bundle()
        header: Mapping[str, Json] = {
            "version": self.card.version,
            "parts": dict(self.card.parts),
            "answers": list(self.answers),
            "temperature": self.blend.temperature,
            "precedent_weight": self.blend.precedent_weight,
            "guardian": dict(inner.header),
        }
        own = {"given": self.given, "class_weights": self.classifier.weights, "intercept": self.classifier.intercept}
        return pack(Bundle(header=header, arrays={**inner.arrays, **own}))

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Reads what `to_bytes` wrote; it proposes exactly the same.

        Raises:
            NotABundleError: when it is something else, or was written by another version of the engine.
        """
        bundle = unpack(raw)
        match bundle.header:
            case {
                "version": str(version),
                "parts": Mapping() as parts,
                "answers": [*answers],
                "temperature": float(temperature),
                "precedent_weight": float(weight),
                "guardian": Mapping() as header,
            } if version == VERSION:
                guardian = PrecedentIndex.from_bundle(Bundle(header=header, arrays=bundle.arrays))
                blend = Blend(temperature=temperature, precedent_weight=weight)
            case _:
                raise NotABundleError(f"it was not written by {NAME} {VERSION}")
        try:
            classifier = Softmax(weights=bundle.arrays["class_weights"], intercept=bundle.arrays["intercept"])
            given = bundle.arrays["given"]
        except KeyError as error:
            raise NotABundleError(f"{error} is missing") from error
        names = tuple(str(answer) for answer in answers)
        return cls(card=_card(parts), guardian=guardian, answers=names, given=given, classifier=classifier, blend=blend)

    def _votes(self, nearest: Nearest) -> NDArray[np.float64]:
        return vote(nearest, self.given, classes=len(self.answers), sharpness=recipe_of(self.guardian).sharpness)

    def _word(self, encoded: Encoded, chances: NDArray[np.float64], nearest: Nearest) -> list[Proposed]:
        best = chances.argmax(axis=1).tolist()
        familiar, shown, given = familiarity_of(nearest), self.guardian.name(nearest), self.given[nearest.place].tolist()
        rows, readable = chances.tolist(), encoded.readable.tolist()
        worded: list[Proposed] = []
        for k, chosen in enumerate(best):
            if not readable[k]:
                worded.append(NoProposal(why="The content cannot be read, or is of another kind than the past cases."))
                continue
            alike = len(shown[k])
            agree = given[k][:alike].count(chosen)
            worded.append(
                Proposal(
                    answer=Choice(value=self.answers[chosen]),
                    confidence=rows[k][chosen],
                    probabilities=dict(zip(self.answers, rows[k], strict=True)),
                    familiarity=familiar[k],
                    precedents=shown[k],
                    reason=f"{agree} of the {alike} most similar past cases were answered so." if alike else "No past case is similar.",
                )
            )
        return worded


class Engine:
    """Makes the built-in system (the port `Trainer`)."""

    def train(self, examples: Sequence[ports.Example], calibration: Sequence[ports.Example]) -> BuiltinSystem:
        """Trains on the build part and calibrates on the calibration part; see `train_builtin`."""
        return train_builtin(examples, calibration)

    def restore(self, raw: bytes) -> BuiltinSystem:
        """Reads what `to_bytes` wrote; raises `NotABundleError` when it is something else."""
        return BuiltinSystem.from_bytes(raw)


def train_builtin(examples: Sequence[ports.Example], calibration: Sequence[ports.Example]) -> BuiltinSystem:
    """Trains the built-in system.

    A multinomial logistic regression over TF-IDF n-grams (texts), or over standardised values and the similarity to past cases (tables and
    small pictures), blended with the vote of the ten nearest past cases. The same cases in the same order give the same system.

    Args:
        examples: the build part: at least 10 cases, of one kind, with at least two different answers.
        calibration: the calibration part: at least 10 cases whose answers the build part knows; others are passed over.

    Returns:
        The system, calibrated.

    Raises:
        NotTrainableError: names what is missing, how much is needed, and what to do.
    """
    kept = [examples[k] for k in _to_learn_from(examples)]
    answers = tuple(sorted({example.answer for example in kept}))
    _check(kept, answers)
    features, encoded = fit_features([example.content for example in kept])
    place = {answer: k for k, answer in enumerate(answers)}
    labels = np.array([place[example.answer] for example in kept], dtype=np.int64)
    shown = spread_sample(len(kept), MOST_PRECEDENTS)
    origin = training_digest(kept)
    index = index_of(features, encoded.rows[shown], cases=[kept[k].case for k in shown.tolist()], origin=origin)
    classifier = learn(index, encoded.rows, labels, len(answers))
    given = labels[shown].astype(np.int32)
    known = [example for example in calibration if example.answer in place]
    right = np.array([place[example.answer] for example in known], dtype=np.int64)
    scores, votes = _judge(index, classifier, given, [example.content for example in known])
    blend = fit_blend(scores, votes, right)
    parts = _parts(origin, len(kept), index, blend)
    return BuiltinSystem(card=_card(parts), guardian=index, answers=answers, given=given, classifier=classifier, blend=blend)


def vote(nearest: Nearest, given: NDArray[np.int32], *, classes: int, sharpness: float) -> NDArray[np.float64]:
    """Lets the nearest past cases vote for their answers.

    Args:
        nearest: the nearest past cases of n cases.
        given: answer of every past case, shape (m,).
        classes: number of answers.
        sharpness: the power that similarity is raised to.

    Returns:
        Logarithm of each answer's share of the votes, shape (n, classes); a hundredth of a vote is spread evenly, so it is finite, and
        says nothing where no past case is similar.
    """
    n, k = nearest.place.shape
    cells = np.repeat(np.arange(n), k) * classes + given[nearest.place].ravel()
    cast = np.bincount(cells, (nearest.similarity**sharpness).ravel(), minlength=n * classes).reshape(n, classes) + _DOUBT / classes
    shares: NDArray[np.float64] = np.log(cast / cast.sum(axis=1, keepdims=True))
    return shares


def _to_learn_from(examples: Sequence[ports.Example]) -> list[int]:
    lengths = [min(len(example.content.text), LONGEST_TEXT) for example in examples if isinstance(example.content, TextContent)]
    fitting = len(examples) * MOST_CHARACTERS // max(sum(lengths), MOST_CHARACTERS)
    kept: list[int] = spread_sample(len(examples), min(fitting, MOST_TEXTS if lengths else MOST_ROWS)).tolist()
    return kept


def _check(kept: Sequence[ports.Example], answers: tuple[str, ...]) -> None:
    if len(kept) < FEWEST_EXAMPLES:
        message = f"The build part has {len(kept)} cases; {FEWEST_EXAMPLES} are needed to learn from. Import more history."
        raise NotTrainableError(message)
    if len(answers) < _FEWEST_ANSWERS:
        message = (
            f"All {len(kept)} build cases are answered {answers[0]!r}; at least {_FEWEST_ANSWERS} different answers are needed. "
            "Import history that has the others too, or check which column holds the answer."
        )
        raise NotTrainableError(message)


def learn(index: PrecedentIndex, rows: Matrix, labels: NDArray[np.int64], classes: int) -> Softmax:
    """Trains the classifier on past cases as they were encoded, shape (n, features), and their answers, shape (n,) in [0, classes)."""
    cost = recipe_of(index).cost
    if isinstance(index.features, TextCases):
        return fit_softmax(rows, labels, classes=classes, cost=cost, effort=_TEXT_EFFORT)
    blocks = [rows[start : start + _AT_ONCE] for start in range(0, len(labels), _AT_ONCE)]
    seen = [inputs(index, block, index.similarity(Encoded(rows=block, readable=np.ones(len(block), dtype=np.bool_)))) for block in blocks]
    return fit_softmax(np.concatenate(seen), labels, classes=classes, cost=cost, effort=_DENSE_EFFORT)


def _judge(
    index: PrecedentIndex, classifier: Softmax, given: NDArray[np.int32], contents: Sequence[Content]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Scores and votes of calibration cases, each of shape (n, classes)."""
    classes = classifier.intercept.size
    scores, votes = [np.zeros((0, classes))], [np.zeros((0, classes))]
    for encoded, similarity, nearest in index.batches(contents):
        scores.append(classifier.logits(inputs(index, encoded.rows, similarity)))
        votes.append(vote(nearest, given, classes=classes, sharpness=recipe_of(index).sharpness))
    return np.concatenate(scores), np.concatenate(votes)


def inputs(index: PrecedentIndex, rows: Matrix, similarity: NDArray[np.float64]) -> Matrix:
    """What the classifier sees: n-grams as they are, else values and the similarity to at most 1,000 past cases.

    Args:
        index: the past cases.
        rows: cases as they were encoded, shape (n, features).
        similarity: of each to every past case, shape (n, m).
    """
    if isinstance(index.features, TextCases):
        return rows
    landmarks = similarity[:, spread_sample(similarity.shape[1], _LANDMARKS)]
    return np.concatenate([_LINEAR_SHARE * rows.astype(np.float64), on_grid(landmarks, INPUT_BITS)], axis=1)


def recipe_of(index: PrecedentIndex) -> Recipe:
    """The settings for what the past cases are."""
    if isinstance(index.features, TextCases):
        return _TEXT_RECIPE
    return _PICTURE_RECIPE if isinstance(index.features, PictureCases) else _TABLE_RECIPE


def _parts(origin: str, size: int, index: PrecedentIndex, blend: Blend) -> Mapping[str, Json]:
    recipe = recipe_of(index)
    return {
        **look_of(index.features),
        "training_data": origin,
        "training_cases": size,
        "precedents": int(index.cases.size),
        "parameters": {"cost": recipe.cost, "sharpness": recipe.sharpness, "spread": index.spread},
        "temperature": blend.temperature,
        "precedent_weight": blend.precedent_weight,
    }


def _card(parts: Mapping[str, Json]) -> SystemCard:
    return SystemCard(kind=SystemKind.BUILTIN, name=NAME, version=VERSION, parts=dict(parts))

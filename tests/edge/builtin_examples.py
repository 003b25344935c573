"""Past cases to learn from: invented messages, scikit-learn's scanned digits and biopsies."""

import functools
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image
from sklearn.datasets import load_breast_cancer, load_digits

from licet.core.case import Content, ImageContent, TableContent, TextContent
from licet.core.ids import CaseNumber
from licet.core.system import Proposal, Proposed
from licet.edge.features import Example

WORDS = {
    "cards": ("card", "chip", "pin", "plastic", "contactless", "activate"),
    "loans": ("loan", "interest", "instalment", "mortgage", "lender", "repay"),
    "travel": ("abroad", "currency", "exchange", "airport", "holiday", "visa"),
}
COMMON = ("please", "help", "me", "with", "my", "the", "a", "question", "about", "today")


def case(number: int, content: Content, answer: str) -> Example:
    """One past case."""
    return Example(case=CaseNumber(number), content=content, answer=answer)


def messages(count: int, seed: int = 1) -> list[Example]:
    """Short invented messages about three things, in random order."""
    chance = np.random.default_rng(seed)
    answers = chance.choice(sorted(WORDS), size=count)
    texts = [" ".join([*chance.choice(WORDS[str(answer)], size=2), *chance.choice(COMMON, size=5)]) for answer in answers]
    return [case(k, TextContent(text=text), str(answer)) for k, (text, answer) in enumerate(zip(texts, answers, strict=True), start=1)]


def png(pixels: np.ndarray) -> bytes:
    """A grey picture as the bytes of a PNG file."""
    out = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


def picture(pixels: np.ndarray) -> ImageContent:
    """A scanned digit (0 to 16) as a picture."""
    return ImageContent(data=png(pixels * 255.0 / 16.0), media_type="image/png")


@functools.cache
def digits(*, upside_down: bool = False) -> tuple[Example, ...]:
    """All 1,797 scanned digits, shuffled."""
    data = load_digits()
    order = np.random.default_rng(2).permutation(len(data.target))
    scans = data.images[:, ::-1, ::-1] if upside_down else data.images
    return tuple(case(int(k) + 1, picture(scans[k]), str(data.target[k])) for k in order)


@functools.cache
def biopsies() -> tuple[Example, ...]:
    """All 569 biopsies, shuffled, as rows of cells."""
    data = load_breast_cancer()
    order = np.random.default_rng(2).permutation(len(data.target))
    rows = [{str(name): repr(float(value)) for name, value in zip(data.feature_names, data.data[k], strict=True)} for k in order]
    answers = [str(data.target_names[data.target[k]]) for k in order]
    return tuple(case(k, TableContent(cells=row), answer) for k, (row, answer) in enumerate(zip(rows, answers, strict=True), start=1))


def contents(examples: Sequence[Example]) -> list[Content]:
    """What the cases contain."""
    return [example.content for example in examples]


def given(proposed: Proposed) -> Proposal:
    """A proposal that must be one."""
    assert isinstance(proposed, Proposal), proposed
    return proposed

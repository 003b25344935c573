"""A draft: a standard made of plain answers to plain questions; nothing in it holds before its owner locks it."""

from dataclasses import dataclass, replace

from licet.core.canonical import Json
from licet.core.cluster import Clusters, clusters_to_json
from licet.core.grading import is_partial
from licet.core.measure import Confusion, Measure, MeasureKind, Slice
from licet.core.standard import Method, NotAStandardError, Standard, check_standard

MISSED = "high stakes, decided alone and wrong"
NEVER = "errors that must never be made"
FEWEST = 3
"""One error in so many cases is the most that a standard may allow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question a draft is made of.

    Attributes:
        key: by which its answer is known.
        asks: the question.
        why: what the answer is for.
        form: how an answer is typed.
    """

    key: str
    asks: str
    why: str
    form: str


QUESTIONS: tuple[Question, ...] = (
    Question(
        key="decides",
        asks="What is decided here, again and again?",
        why="It stands at the head of the standard, so that whoever signs it knows what it is about.",
        form="one line",
    ),
    Question(
        key="one_in",
        asks="Of the cases AI decides alone, how many may be wrong at most: one in 10, 20, 50 or 100?",
        why="This is the promise. Half the errors take about twice the labels, and fewer cases are decided alone.",
        form="a whole number",
    ),
    Question(
        key="confidence",
        asks="How sure must it be that this holds?",
        why="A promise of 95% is false once in twenty times that one is given; 99% takes about half as many labels more.",
        form="a share such as 95%",
    ),
    Question(
        key="high_stakes",
        asks="Which answers must not be missed?",
        why="They are counted on their own: of the cases where they are right, hardly any may be decided alone and wrongly.",
        form="answers with commas between them; - for none",
    ),
    Question(
        key="never",
        asks="Which errors must never be made, however good the rest is?",
        why="A single one among the sealed cases keeps AI from deciding alone there.",
        form="RIGHT:GIVEN with semicolons between them, * for any answer; - for none",
    ),
    Question(
        key="groups",
        asks="Do cases come in groups, such as those of one customer, and how many has the largest?",
        why="Cases of a group err together: they count as one draw, or the promise would rest on fewer cases than it seems.",
        form="ATTRIBUTE:LARGEST; - for no",
    ),
    Question(
        key="parts",
        asks="Which parts of the cases must be good on their own?",
        why="A good average hides a bad part. Each one asks for labels of its own.",
        form="ATTRIBUTE=VALUE,VALUE with semicolons between them; - for none",
    ),
    Question(
        key="worthwhile",
        asks="What is the smallest share of cases decided alone that makes it worthwhile?",
        why="A verdict that certifies less does not count as met, and nobody has to argue about it afterwards.",
        form="a share such as 40%",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody answered.

    Attributes:
        decides: what is decided, in one line; empty: nothing is said of it.
        one_in: at most one error in so many cases decided alone, at least 3.
        confidence: of every promise, in [0.5, 1).
        high_stakes: answers that must not be missed.
        never: errors that must never be made.
        groups: how cases come in groups.
        parts: parts of the cases that are judged on their own.
        worthwhile: smallest share decided alone, in [0, 1].
    """

    decides: str
    one_in: int
    confidence: float
    high_stakes: frozenset[str] = frozenset()
    never: tuple[Confusion, ...] = ()
    groups: Clusters | None = None
    parts: tuple[Slice, ...] = ()
    worthwhile: float = 0.0


def wish_of(standard: Standard, decides: str) -> Wish:
    """What a standard says already, as answers; what no question asks for is not in them."""
    first = _first(standard)
    return Wish(
        decides=decides,
        one_in=round(1.0 / first.target),
        confidence=first.confidence,
        high_stakes=standard.high_stakes,
        never=tuple(error for m in standard.measures for error in m.errors),
        groups=standard.clusters,
        parts=tuple(m.slice for m in standard.measures if m.slice is not None),
        worthwhile=standard.min_coverage,
    )


def _first(standard: Standard) -> Measure:
    return next(m for m in standard.measures if m.kind is MeasureKind.ERROR_ALONE)


def wish_to_json(wish: Wish) -> dict[str, Json]:
    """The answers as plain JSON, by the keys of their questions."""
    never: list[Json] = [{"right": sorted(one.right), "given": sorted(one.given)} for one in wish.never]
    parts: list[Json] = [{"attribute": one.attribute, "values": sorted(one.values)} for one in wish.parts]
    return {
        "decides": wish.decides,
        "one_in": wish.one_in,
        "confidence": wish.confidence,
        "high_stakes": sorted(wish.high_stakes),
        "never": never,
        "groups": None if wish.groups is None else clusters_to_json(wish.groups),
        "parts": parts,
        "worthwhile": wish.worthwhile,
    }


def drafted(wish: Wish, on: Standard) -> Standard:
    """Makes a standard of answers.

    Args:
        wish: the answers; each target and confidence is the same for all of its measures.
        on: what is kept of it: grading, guards, never-alone lists, looks and whatever else no question asks for.

    Returns:
        A standard that can be locked.

    Raises:
        NotAStandardError: when the answers promise nothing that can be kept.
    """
    if wish.one_in < FEWEST:
        raise NotAStandardError(("measures",), f"one error in {wish.one_in} cases is no promise.", f"Write {FEWEST} or more.")
    made = replace(
        on,
        measures=_measures(wish, _first(on).name),
        high_stakes=wish.high_stakes,
        clusters=wish.groups,
        min_coverage=wish.worthwhile,
        method=_method(wish, on),
    )
    for wrong in check_standard(made):
        raise wrong
    return made


def _method(wish: Wish, on: Standard) -> Method:
    if wish.groups is not None:
        return Method.EXACT
    return Method.ANYTIME if is_partial(on.grading) else on.method


def _measures(wish: Wish, name: str) -> tuple[Measure, ...]:
    whole = Measure(name=name, kind=MeasureKind.ERROR_ALONE, target=1.0 / wish.one_in, confidence=wish.confidence)
    parts = [replace(whole, name=_named(part), slice=part) for part in wish.parts]
    missed = [replace(whole, name=MISSED, kind=MeasureKind.MISSED_HIGH_STAKES)] if wish.high_stakes else []
    never = [replace(whole, name=NEVER, kind=MeasureKind.NEVER, errors=wish.never)] if wish.never else []
    return (whole, *parts, *missed, *never)


def _named(part: Slice) -> str:
    return f"error where {part.attribute} is {' or '.join(sorted(part.values))}"

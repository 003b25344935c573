"""A stated process: which steps should come in which order, and how cases deviate from it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

MOST_TOGETHER = 6
"""Steps that may come in any order among each other: more make too many orders to tell them apart."""

MOST_BLOCKS = 60
MOST_ACTIVITIES = 200
"""So much a stated process may hold."""


class NotAProcessError(ValueError):
    """What is stated is no process.

    Attributes:
        place: the block it is about, from 0; None: all of it.
        why: what is wrong.
        remedy: what to write instead.
    """

    def __init__(self, place: int | None, why: str, remedy: str) -> None:
        """Says all three."""
        super().__init__(f"{why} {remedy}")
        self.place = place
        self.why = why
        self.remedy = remedy


class Among(StrEnum):
    """What is done of the steps of a block."""

    ONE = "one"
    """Exactly one of them."""
    ALL = "all"
    """Each of them once, in any order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One place in a stated process.

    Attributes:
        steps: one step, or those among which `among` says what is done.
        among: one of them, or all in any order.
        optional: it may be left out.
        repeat: it may be done again, directly after.
    """

    steps: tuple[str, ...]
    among: Among = Among.ONE
    optional: bool = False
    repeat: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedProcess:
    """Blocks in order. `aside`: steps that may come anywhere and are not looked at.

    Raises:
        NotAProcessError: when it has no block or too many, or a block's steps are not distinct.
    """

    blocks: tuple[Block, ...]
    aside: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Holds it to its limits."""
        if not 0 < len(self.blocks) <= MOST_BLOCKS:
            raise NotAProcessError(None, f"It has {len(self.blocks)} steps.", f"State from 1 to {MOST_BLOCKS}.")
        for place, block in enumerate(self.blocks):
            _check(place, block, self.aside)


def _check(place: int, block: Block, aside: frozenset[str]) -> None:
    twice = [name for name, times in Counter(block.steps).items() if times > 1]
    if twice or not block.steps:
        why = f"{twice[0]!r} stands there twice." if twice else "It names no step."
        raise NotAProcessError(place, why, "Name each step once.")
    if block.among is Among.ALL and len(block.steps) > MOST_TOGETHER:
        why = f"{len(block.steps)} steps may come in any order."
        raise NotAProcessError(place, why, f"Name at most {MOST_TOGETHER} under `all_of`, or put some after them.")
    if aside & set(block.steps):
        raise NotAProcessError(place, f"{min(aside & set(block.steps))!r} is also under `aside`.", "Take it out of one of them.")


class Kind(StrEnum):
    """How a case deviates."""

    MISSING = "missing"
    """A step that should have come did not."""
    EXTRA = "extra"
    """A step came that should not have come there."""
    MOVED = "moved"
    """A step came, at another place than it should have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """A way in which cases differ from what is stated. `step`: of a block of several, all of them, with ` or ` between.

    Attributes:
        kind: missing, extra or moved.
        step: the step's name.
        cases: in how many cases.
    """

    kind: Kind
    step: str
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How the cases of a log fit what is stated.

    Attributes:
        cases: how many.
        fitting: those that do as stated.
        deviations: the most frequent first.
        unheard: steps that are stated and never occur in the log.
        unstated: steps of the log that are not stated.
    """

    cases: int
    fitting: int
    deviations: tuple[Deviation, ...]
    unheard: tuple[str, ...]
    unstated: tuple[str, ...]

    @property
    def share(self) -> float:
        """The share of cases that do as stated."""
        return self.fitting / self.cases


@dataclass(frozen=True, slots=True, kw_only=True)
class _Net:
    """A stated process as places between steps: from `begin` to `end`.

    Attributes:
        moves: (from, step, to, what leaving it out is called), in an order in which none leads to an earlier place but repetitions.
        free: (from, to): ways that take no step; repetitions lead back.
    """

    places: int
    moves: tuple[tuple[int, str, int, str], ...]
    free: tuple[tuple[int, int], ...]


def _net(stated: StatedProcess) -> _Net:
    moves: list[tuple[int, str, int, str]] = []
    free: list[tuple[int, int]] = []
    here, places = 0, 1
    for block in stated.blocks:
        enters = places if block.repeat else here  # a place of its own: the one before may lead back to what came earlier
        inner, last = _inner(block, enters, places + 1 if block.repeat else places)
        moves += inner
        places = last + 1
        free += [(here, last)] if block.optional else []
        free += [(here, enters), (last, enters)] if block.repeat else []
        here = last
    return _Net(places=places, moves=tuple(moves), free=tuple(free))


def _inner(block: Block, here: int, fresh: int) -> tuple[list[tuple[int, str, int, str]], int]:
    """The moves of one block, and the place behind it, which is the last one it takes."""
    if block.among is Among.ONE:
        told = " or ".join(block.steps)
        return [(here, step, fresh, told) for step in block.steps], fresh
    done = [frozenset(some) for size in range(len(block.steps) + 1) for some in combinations(block.steps, size)]
    place = {some: here if not some else fresh + at - 1 for at, some in enumerate(done)}
    moves = [(place[some], step, place[some | {step}], step) for some in done for step in block.steps if step not in some]
    return moves, place[done[-1]]


_Cell = tuple[int, int, Kind | None, str]
"""How a place is reached at the lowest price: price, the place it is reached from, what that is, and of which step."""
_FAR = 1 << 30


def conform(stated: StatedProcess, variants: Sequence[tuple[Sequence[str], int]]) -> Fit:
    """Holds sequences of steps against what is stated, each by the fewest steps left out and put in that explain it.

    The fewest are found exactly, over all ways through what is stated (an optimal alignment, van der Aalst et al. 2012,
    "Replaying history on process models for conformance checking", with price 1 for each deviation).

    Args:
        stated: the process.
        variants: sequences of steps with the number of cases that take each, at least one.
    """
    net, heard = _net(stated), Counter[tuple[str, ...]]()
    for steps, cases in variants:
        heard[tuple(step for step in steps if step not in stated.aside)] += cases
    found: Counter[tuple[Kind, str]] = Counter()
    fitting = 0
    for steps, deviations in _aligned(net, sorted(heard)):
        fitting += 0 if deviations else heard[steps]
        for one in _told(deviations):
            found[one] += heard[steps]
    named, there = {step for block in stated.blocks for step in block.steps}, {step for steps in heard for step in steps}
    ranked = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return Fit(
        cases=sum(heard.values()),
        fitting=fitting,
        deviations=tuple(Deviation(kind=kind, step=step, cases=cases) for (kind, step), cases in ranked),
        unheard=tuple(sorted(named - there)),
        unstated=tuple(sorted(there - named)),
    )


def _told(deviations: Mapping[tuple[Kind, str], int]) -> set[tuple[Kind, str]]:
    """What a case's deviations are called: a step that is missing here and extra there was moved."""
    moved = {step for kind, step in deviations if kind is Kind.MISSING and (Kind.EXTRA, step) in deviations}
    return {(Kind.MOVED, step) if step in moved else (kind, step) for kind, step in deviations}


def _aligned(net: _Net, sequences: Sequence[tuple[str, ...]]) -> Iterator[tuple[tuple[str, ...], Mapping[tuple[Kind, str], int]]]:
    """Each sequence with its deviations. Sequences come sorted: what one has in common with the one before it is worked out once."""
    unreached: _Cell = (_FAR, 0, None, "")
    columns = [_settled(net, [(0, 0, None, ""), *[unreached] * (net.places - 1)])]
    before: tuple[str, ...] = ()
    for steps in sequences:
        common = next(
            (at for at, (one, other) in enumerate(zip(steps, before, strict=False)) if one != other), min(len(steps), len(before))
        )
        del columns[common + 1 :]
        for step in steps[common:]:
            columns.append(_column(net, columns[-1], step))
        yield steps, _deviations(columns, net.places - 1)
        before = steps


def _column(net: _Net, before: Sequence[_Cell], step: str) -> list[_Cell]:
    """The prices of all places after one more step of a case: it comes where it should, or it is one too many."""
    cells: list[_Cell] = [(price + 1, place, Kind.EXTRA, step) for place, (price, *_) in enumerate(before)]
    for source, wanted, target, _ in net.moves:
        if wanted == step and before[source][0] < cells[target][0]:
            cells[target] = (before[source][0], source, None, step)
    return _settled(net, cells)


def _settled(net: _Net, cells: list[_Cell]) -> list[_Cell]:
    """Lowers prices by steps left out and by free ways, until nothing changes: the places lie in order, so that few rounds do."""
    changed = True
    while changed:
        changed = False
        for source, target in net.free:
            if cells[source][0] < cells[target][0]:
                cells[target] = (cells[source][0], -1 - source, None, "")
                changed = True
        for source, _, target, told in net.moves:
            if cells[source][0] + 1 < cells[target][0]:
                cells[target] = (cells[source][0] + 1, -1 - source, Kind.MISSING, told)
                changed = True
    return cells


def _deviations(columns: Sequence[Sequence[_Cell]], end: int) -> Counter[tuple[Kind, str]]:
    """Goes back from the end of the process to its begin. Below 0 stands a place in the same column (-1 - place)."""
    found: Counter[tuple[Kind, str]] = Counter()
    at, place = len(columns) - 1, end
    while at or place:
        _, came, kind, step = columns[at][place]
        if kind is not None:
            found[kind, step] += 1
        place, at = (-1 - came, at) if came < 0 else (came, at - 1)
    return found

"""Where the boxes and arrows of a BPMN diagram stand: from left to right, no box on another, and no arrow through a box."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from licet.core.bpmn import Diagram, Kind
from licet.stats.layers import Layout, Link, Sizes, lay_out

WIDTH, HEIGHT = 100.0, 80.0
"""Of a task; everything else stands in the middle of as much room."""
ROUND, DIAMOND = 36.0, 50.0
BETWEEN, APART, LANE = 110.0, 50.0, 24.0
"""Room between columns, between the boxes of one, and for an arrow that passes by."""
MARGIN = 60.0
GRID = 20
"""Heights are multiples of this; less than half of `APART`, so that nothing comes to touch."""
BELOW = HEIGHT / 2 + 14.0
"""So far below the middle of a box an arrow leaves it that leads back."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a box stands: its upper left corner, and its size."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A picture of a diagram: the place of each box, and the points of each arrow, by their ids."""

    places: Mapping[str, Place]
    ways: Mapping[str, Sequence[Point]]


def drawn(diagram: Diagram) -> Drawing:
    """Finds a place for each box of a diagram and a way for each of its arrows."""
    at = {node.id: number for number, node in enumerate(diagram.nodes)}
    links = [Link(source=at[flow.source], target=at[flow.target], weight=1.0) for flow in diagram.flows]
    sizes = Sizes(width=HEIGHT, height=WIDTH, gap=APART, rise=BETWEEN, lane=LANE)  # laid out from top to bottom, then turned
    layout = lay_out(len(diagram.nodes), links, sizes, first=0)
    middles = [_turned(one) for one in layout.places]
    sides = [_side(node.kind) for node in diagram.nodes]
    rough = [_through(layout, middles, link, number) for number, link in enumerate(links)]
    spread = _spread(rough)
    ways = {}
    for number, flow in enumerate(diagram.flows):
        source, target = at[flow.source], at[flow.target]
        ways[flow.id] = _touching(spread[number], sides[source], sides[target], back=layout.upward[number])
    places = {
        node.id: Place(x=x - side[0] / 2, y=y - side[1] / 2, width=side[0], height=side[1])
        for node, (x, y), side in zip(diagram.nodes, middles, sides, strict=True)
    }
    return Drawing(places=places, ways=ways)


def _turned(point: Point) -> Point:
    """From left to right instead of from top to bottom, on a grid on which what stands almost level stands level."""
    return round(point[1] + MARGIN), round((point[0] + MARGIN) / GRID) * GRID


def _side(kind: Kind) -> Point:
    if kind in (Kind.START, Kind.END, Kind.TIMER):
        return ROUND, ROUND
    return (DIAMOND, DIAMOND) if kind in (Kind.CHOICE, Kind.TOGETHER) else (WIDTH, HEIGHT)


def _through(layout: Layout, middles: Sequence[Point], link: Link, number: int) -> list[Point]:
    """The points an arrow goes through: the middle of its source, the lanes in which it passes others, the middle of its target."""
    source, target = middles[link.source], middles[link.target]
    lanes = [_turned(one) for one in layout.ways[number]]
    if not layout.upward[number]:
        return [source, *lanes, target]
    return [(source[0], source[1] + BELOW), *lanes, (target[0], target[1] + BELOW)]


def _spread(rough: Sequence[Sequence[Point]]) -> list[list[Point]]:
    """Turns each arrow at right angles, between columns alone; those that turn in the same gap do so at places of their own."""
    turns: dict[float, list[tuple[int, int]]] = defaultdict(list)
    for number, points in enumerate(rough):
        for step, (one, other) in enumerate(pairwise(points)):
            if one[1] != other[1]:
                turns[_gap(one, other)].append((number, step))
    across = {
        turn: gap - BETWEEN / 2 + BETWEEN * (place + 1) / (len(there) + 1)
        for gap, there in turns.items()
        for place, turn in enumerate(there)
    }
    found = []
    for number, points in enumerate(rough):
        way = [points[0]]
        for step, (one, other) in enumerate(pairwise(points)):
            x = across.get((number, step))
            way += [other] if x is None else [(x, one[1]), (x, other[1]), other]
        found.append(way)
    return found


def _gap(one: Point, other: Point) -> float:
    return (one[0] + other[0]) / 2


def _touching(way: Sequence[Point], source: Point, target: Point, *, back: bool) -> list[Point]:
    """The way cut off at its boxes: to the right out of its source and from the left into its target, or below where it leads back."""
    (first_x, first_y), (last_x, last_y) = way[0], way[-1]
    if back:
        below = [(first_x, first_y - BELOW + source[1] / 2), *way, (last_x, last_y - BELOW + target[1] / 2)]
        return _straight(below)
    return _straight([(first_x + source[0] / 2, first_y), *way[1:-1], (last_x - target[0] / 2, last_y)])


def _straight(way: Sequence[Point]) -> list[Point]:
    """The same way without points at which it does not turn."""
    kept = [way[0]]
    for before, here, after in zip(way, way[1:], way[2:], strict=False):
        if not (before[0] == here[0] == after[0] or before[1] == here[1] == after[1]):
            kept.append(here)
    return [*kept, way[-1]]

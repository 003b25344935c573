"""The map of a process: its steps as boxes, what follows what as lines, wide where many cases go and coloured where they wait."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise

from licet.core.main_paths import kept_edges, kept_ends
from licet.core.process import AsIs, Edge, Recorded, Step
from licet.core.process_told import handling_told, lasting, share_of
from licet.core.refusal import Unknown
from licet.stats.layers import Layout, Link, Sizes, lay_out

SIZES = Sizes(width=186.0, height=60.0, gap=30.0, rise=52.0, lane=12.0)
MARGIN = 26.0
LETTERS = 20
"""So many letters of a step's name fit into a line of its box; a name has two."""

MOST_LINES = 2
THIN, THICK = 1.2, 6.0
PORT = 26.0
"""Most room between two lines at the same side of a box."""

MOST_BOXES = 60
"""Steps that a map shows, those that are done most often: of more nobody can follow the lines, and the tables have all."""

BAR = 162.0
LOOP = 22.0
PILL = 30.0
"""How high the box is in which cases begin or end."""
HEAD = 6.5
LABEL_HEIGHT, LETTER = 15.0, 6.6
PLACES_ON_LINE = (0.5, 0.35, 0.65, 0.22, 0.78)
WAITS = (timedelta(hours=1), timedelta(hours=8), timedelta(hours=24), timedelta(hours=72))
"""From which median wait on a line has the next colour."""


class Measure(StrEnum):
    """What lines and their words show."""

    FREQUENCY = "frequency"
    TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A step in the map.

    Attributes:
        step: its place in `AsIs.steps`; None for where cases begin and end.
        x, y: of its middle.
        lines: its name, in one line or two.
        says: its numbers, in short.
        title: all of it, for whoever hovers over it or hears it.
        work, wait: how long its bar is for work and for time without work, in pixels.
        kind: `step`, `bottleneck`, `begin` or `end`.
    """

    step: int | None
    x: float
    y: float
    lines: tuple[str, ...]
    says: str
    title: str
    work: float = 0.0
    wait: float = 0.0
    kind: str = "step"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What stands on a line, and where."""

    x: float
    y: float
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A line in the map.

    Attributes:
        path: from box to box, as an SVG path.
        head: its arrow's head, as an SVG path.
        width: in pixels.
        kind: its colour, `wait-0` to `wait-4`, or `edge-of` at the ends of the process.
        title: in words.
        word: what stands on it; None where there is no room.
    """

    path: str
    head: str
    width: float
    kind: str
    title: str
    word: Word | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessMap:
    """A map, ready to be drawn; `says` tells it to those who do not see it. `edges`: those that are drawn, the most frequent first."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    ways: tuple[Way, ...]
    edges: tuple[Edge, ...]
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line to be drawn, between boxes by their places in the picture."""

    source: int
    target: int
    n: int
    edge: Edge | None


def process_map(as_is: AsIs, *, share: float, measure: Measure) -> ProcessMap:
    """Draws a process.

    Args:
        as_is: the process.
        share: of what passes from step to step that lines are drawn for, in (0, 1].
        measure: what lines show.
    """
    shown = _shown(as_is)
    edges = kept_edges(shown, share)
    lines = [*_lines(shown, edges)]
    begin, end = len(shown.steps), len(shown.steps) + 1
    links = [Link(source=one.source, target=one.target, weight=float(one.n)) for one in lines]
    layout = lay_out(end + 1, links, SIZES, first=begin)
    boxes = tuple(_boxes(shown, layout))
    return ProcessMap(
        width=layout.width + 2 * MARGIN,
        height=layout.height + 2 * MARGIN,
        boxes=boxes,
        ways=tuple(_ways(shown, lines, layout, boxes, measure)),
        edges=edges,
        says=f"{_of(shown.steps, as_is.steps)} steps and {_of(edges, as_is.edges)} ways from one to the next. The tables have all of it.",
    )


def _of(some: Sequence[object], every: Sequence[object]) -> str:
    return f"{len(some):,}" if len(some) == len(every) else f"{len(some):,} of {len(every):,}"


def _shown(as_is: AsIs) -> AsIs:
    """The process without the steps that are done least often, where there are more than a map shows."""
    if len(as_is.steps) <= MOST_BOXES:
        return as_is
    kept = range(MOST_BOXES)
    return replace(
        as_is,
        steps=as_is.steps[:MOST_BOXES],
        edges=tuple(edge for edge in as_is.edges if edge.source in kept and edge.target in kept),
        begins={step: n for step, n in as_is.begins.items() if step in kept},
        ends={step: n for step, n in as_is.ends.items() if step in kept},
    )


def _lines(as_is: AsIs, edges: Iterable[Edge]) -> Iterable[_Line]:
    begin, end = len(as_is.steps), len(as_is.steps) + 1
    for edge in edges:
        yield _Line(source=edge.source, target=edge.target, n=edge.span.n, edge=edge)
    for source, target, counts in ((begin, None, as_is.begins), (None, end, as_is.ends)):
        for step, n in kept_ends(as_is, counts):
            yield _Line(source=step if source is None else source, target=step if target is None else target, n=n, edge=None)


# --- boxes ----------------------------------------------------------------------------------------------------------------


def _boxes(as_is: AsIs, layout: Layout) -> Iterable[Box]:
    bottleneck, most = as_is.bottleneck, max(step.split.whole for step in as_is.steps)
    for at, step in enumerate(as_is.steps):
        x, y = layout.places[at]
        known = step.split.whole and most
        yield Box(
            step=at,
            x=x + MARGIN,
            y=y + MARGIN,
            lines=_in_lines(step.name),
            says=_short(step),
            title=f"{step.name}: {_told(as_is, step)}",
            work=BAR * (step.split.work / most) if known else 0.0,
            wait=BAR * ((step.split.whole - step.split.work) / most) if known else 0.0,
            kind="step" if isinstance(bottleneck, Unknown) or bottleneck.name != step.name else "bottleneck",
        )
    for at, kind in ((len(as_is.steps), "begin"), (len(as_is.steps) + 1, "end")):
        x, y = layout.places[at]
        words = f"{as_is.cases:,} cases {kind}"
        yield Box(step=None, x=x + MARGIN, y=y + MARGIN, lines=(words,), says="", title=words, kind=kind)


def _short(step: Step) -> str:
    times = f"{step.times:,} times"
    return f"{times}, {handling_told(step.handling)} work" if isinstance(step.handling, Recorded) else times


def _told(as_is: AsIs, step: Step) -> str:
    share = share_of(step.split.whole, as_is.split.whole)
    return f"{step.times:,} times in {step.cases:,} cases, work {handling_told(step.handling)}, {share} of all case time"


def _in_lines(name: str) -> tuple[str, ...]:
    """A name in at most two lines, cut off with an ellipsis where it is longer."""
    words, lines = name.replace("_", "_ ").split(), [""]
    for word in words:
        joined = f"{lines[-1]} {word}".strip().replace("_ ", "_")
        if len(joined) > LETTERS and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = joined
    cut = [line if len(line) <= LETTERS else f"{line[: LETTERS - 1]}…" for line in lines[:MOST_LINES]]
    return tuple(cut if len(lines) <= MOST_LINES else [cut[0], f"{cut[1][: LETTERS - 1]}…"])


# --- lines ----------------------------------------------------------------------------------------------------------------


def _ways(as_is: AsIs, lines: Sequence[_Line], layout: Layout, boxes: Sequence[Box], measure: Measure) -> Iterable[Way]:
    leave, arrive = _ports(lines, layout)
    most = max(_size(line, measure) for line in lines) or 1.0
    taken = [_around(box) for box in boxes]
    for at in sorted(range(len(lines)), key=lambda one: -lines[one].n):
        line = lines[at]
        if line.source == line.target:
            points, path, head = _loop(layout.places[line.source])
        else:
            points = _points(line, layout, at, (leave[at], arrive[at]))
            path, head = _path(points), _head(points[-1], upward=layout.upward[at])
        words = _word(line, measure)
        yield Way(
            path=path,
            head=head,
            width=THIN + (THICK - THIN) * (_size(line, measure) / most) ** 0.5,
            kind=_colour(line),
            title=_said(as_is, line),
            word=None if not words else _placed(points, words, taken),
        )


def _size(line: _Line, measure: Measure) -> float:
    if measure is Measure.FREQUENCY:
        return float(line.n)
    return 0.0 if line.edge is None else line.edge.span.total.total_seconds()


def _word(line: _Line, measure: Measure) -> str:
    if measure is Measure.FREQUENCY:
        return f"{line.n:,}"
    return "" if line.edge is None else lasting(line.edge.span.median)


def _colour(line: _Line) -> str:
    return "edge-of" if line.edge is None else f"wait-{sum(line.edge.span.median >= one for one in WAITS)}"


def _said(as_is: AsIs, line: _Line) -> str:
    names = [step.name for step in as_is.steps]
    if line.edge is None:
        return f"{line.n:,} cases {'begin with' if line.source >= len(names) else 'end with'} {names[min(line.source, line.target)]}"
    waits = lasting(line.edge.span.median)
    return f"{names[line.source]} to {names[line.target]}: {line.n:,} times, {waits} without work in between (median)"


def _ports(lines: Sequence[_Line], layout: Layout) -> tuple[list[float], list[float]]:
    """How far from the middle of its box each line leaves and arrives, so that those at one side stand side by side and do not cross."""
    sides: dict[tuple[int, bool], list[tuple[float, int, bool]]] = defaultdict(list)
    for at, line in enumerate(lines):
        if line.source != line.target:
            way = (layout.places[line.source], *layout.ways[at], layout.places[line.target])
            sides[line.source, layout.upward[at]].append((way[1][0], at, True))
            sides[line.target, not layout.upward[at]].append((way[-2][0], at, False))
    leave, arrive = [0.0] * len(lines), [0.0] * len(lines)
    for ends in sides.values():
        apart = min(PORT, 0.8 * SIZES.width / len(ends))
        for number, (_, at, leaves) in enumerate(sorted(ends)):
            (leave if leaves else arrive)[at] = (number - (len(ends) - 1) / 2) * apart
    return leave, arrive


Point = tuple[float, float]


def _points(line: _Line, layout: Layout, at: int, ports: tuple[float, float]) -> list[Point]:
    """Where a line goes: from the edge of one box through the lanes of the layers it passes to the edge of the other."""
    way = -1.0 if layout.upward[at] else 1.0
    half, steps = way * SIZES.height / 2, len(layout.places) - 2
    leaves, arrives = (half if box < steps else way * PILL / 2 for box in (line.source, line.target))
    (x0, y0), (x1, y1) = layout.places[line.source], layout.places[line.target]
    passed = [(x, y + side) for x, y in layout.ways[at] for side in (-half, half)]
    points = [(x0 + ports[0], y0 + leaves), *passed, (x1 + ports[1], y1 - arrives - way * HEAD)]
    return [(x + MARGIN, y + MARGIN) for x, y in points]


def _path(points: Sequence[Point]) -> str:
    """Bends between layers, straight lines inside of them."""
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for at, ((x0, y0), (x1, y1)) in enumerate(pairwise(points)):
        middle = (y0 + y1) / 2
        path += f"L{x1:.1f} {y1:.1f}" if at % 2 else f"C{x0:.1f} {middle:.1f} {x1:.1f} {middle:.1f} {x1:.1f} {y1:.1f}"
    return path


def _head(tip: Point, *, upward: bool) -> str:
    x, y = tip
    way = -HEAD if upward else HEAD
    return f"M{x - 4.5:.1f} {y:.1f}L{x + 4.5:.1f} {y:.1f}L{x:.1f} {y + way:.1f}Z"


def _loop(middle: Point) -> tuple[list[Point], str, str]:
    """A line from a box back to itself, at its right side."""
    x, y = middle[0] + MARGIN + SIZES.width / 2, middle[1] + MARGIN
    path = f"M{x:.1f} {y - 14:.1f}C{x + LOOP:.1f} {y - 22:.1f} {x + LOOP:.1f} {y + 22:.1f} {x + HEAD:.1f} {y + 14:.1f}"
    head = f"M{x + HEAD + 1.5:.1f} {y + 9.5:.1f}L{x + HEAD + 1.5:.1f} {y + 18.5:.1f}L{x:.1f} {y + 13:.1f}Z"
    return [(x + LOOP, y - 38), (x + LOOP, y - 38)], path, head


# --- words on lines -------------------------------------------------------------------------------------------------------

Area = tuple[float, float, float, float]


def _around(box: Box) -> Area:
    return box.x - SIZES.width / 2, box.y - SIZES.height / 2, box.x + SIZES.width / 2, box.y + SIZES.height / 2


def _placed(points: Sequence[Point], words: str, taken: list[Area]) -> Word | None:
    """A place on a line at which words cover neither a box nor other words; None where there is none: the table has them all."""
    half = len(words) * LETTER / 2 + 2
    bends = [(points[at], points[at + 1]) for at in range(0, len(points) - 1, 2)]
    for share in PLACES_ON_LINE:
        for (x0, y0), (x1, y1) in sorted(bends, key=lambda bend: abs(bend[0][0] - bend[1][0])):
            x, y = (
                _on_bend(share, x0, x1),
                y0 + (y1 - y0) * (3 * share**2 * (1 - share) * 0.5 + 3 * share * (1 - share) ** 2 * 0.5 + share**3),
            )
            area = (x - half, y - LABEL_HEIGHT / 2, x + half, y + LABEL_HEIGHT / 2)
            if not any(_meet(area, other) for other in taken):
                taken.append(area)
                return Word(x=x, y=y, says=words)
    return None


def _on_bend(share: float, x0: float, x1: float) -> float:
    """The x of a bend with both handles at half its height (a cubic Bézier curve)."""
    return x0 + (x1 - x0) * (3 * share**2 * (1 - share) + share**3)


def _meet(one: Area, other: Area) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]

"""Charts: where the lines of a picture run, worked out here and drawn by templates as plain SVG."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from licet.core.opened import Point
from licet.flows.audit import WatchPoint

Scale = Callable[[float], float]

_APART = 15.0
"""Pixels between two notes at the right edge."""

_STEPS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_AUDIT_STEPS = (1.0, 2.0, 5.0, 10.0)
_TICKS = 4
_SETTLED = 10
"""From this audit on, the estimate is steady enough to say how high a chart must be."""

_ROOM = 1.4
"""How much of the interval's way down a chart shows, as a multiple of where it ends."""

_LEAST_EVIDENCE = 0.3
_SMALL = 0.0095


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A place on an axis, in pixels, and what stands there."""

    at: float
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A word beside the end of a line; `kind` gives it the line's colour."""

    y: float
    says: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shade:
    """A stretch of the x axis that is marked, with a word at its top."""

    x: float
    width: float
    kind: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line or an area, as an SVG path."""

    path: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A point that matters."""

    x: float
    y: float
    kind: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The size of a chart and of the plot in it, in pixels."""

    width: float
    height: float
    left: float = 44.0
    right: float = 96.0
    top: float = 22.0
    bottom: float = 40.0

    @property
    def x1(self) -> float:
        """The plot's right edge."""
        return self.width - self.right

    @property
    def y1(self) -> float:
        """The plot's bottom edge."""
        return self.height - self.bottom


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart, ready to be drawn. `title` and `says` are read out to those who do not see it."""

    name: str
    title: str
    says: str
    frame: Frame
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    x_label: str
    shades: tuple[Shade, ...] = ()
    lines: tuple[Line, ...] = ()
    rules: tuple[float, ...] = ()
    marks: tuple[Mark, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Audits, counted from 1 and both ends included, on cases that were made up; `says` how."""

    first: int
    last: int
    says: str


def percent(share: float) -> str:
    """A share in [0, 1] as people write it: one digit after the point, below one percent two digits that count."""
    return f"{100 * share:.2g}%" if 0.0 < share < _SMALL else f"{100 * share:.1f}%"


def risk_coverage(points: Sequence[Point], *, target: float, coverage: float | None) -> Chart:
    """The share of errors among the cases decided alone, against the share of cases decided alone.

    Args:
        points: from opened cases, strict to lenient; at least one.
        target: highest share of errors promised.
        coverage: the certified share of cases; None where nothing is certified.
    """
    frame, last = Frame(width=700, height=300), points[-1]
    top = _ceiling(max(3 * target, *(point.errors / point.n for point in points), points[-1].upper))
    x, y = _scale(0.0, 1.0, frame.left, frame.x1), _scale(0.0, top, frame.y1, frame.top)
    observed = [(x(p.coverage), y(p.errors / p.n)) for p in points]
    upper = [(x(p.coverage), y(p.upper)) for p in points]
    certified = () if coverage is None else (Shade(x=x(0.0), width=x(coverage) - x(0.0), kind="certified", says="AI may decide alone"),)
    notes = (
        Note(y=y(last.upper), says=f"bound {percent(last.upper)}", kind="bound"),
        Note(y=y(target), says=f"target {percent(target)}", kind="target"),
        Note(y=y(last.errors / last.n), says=f"observed {percent(last.errors / last.n)}", kind="value"),
    )
    covered = "Nothing is certified." if coverage is None else f"Certified: the most confident {percent(coverage)} of the cases."
    return Chart(
        name="risk",
        title="Errors among cases decided alone, by the share of cases decided alone",
        says=f"{covered} At {percent(last.coverage)} the observed error is {percent(last.errors / last.n)}; target {percent(target)}.",
        frame=frame,
        x_ticks=tuple(Tick(at=x(share / 4), says=f"{25 * share}%") for share in range(5)),
        y_ticks=_rate_ticks(top, y),
        x_label="share of cases decided alone, the most confident first",
        shades=certified,
        lines=(
            Line(path=_area(upper, observed), kind="band"),
            Line(path=_path(upper), kind="bound"),
            Line(path=_path(observed), kind="value"),
        ),
        rules=(y(target),),
        notes=spread(notes, frame),
    )


def error_watch(points: Sequence[WatchPoint], *, target: float, simulated: Sequence[Stretch]) -> Chart:
    """What audits say of the error, audit by audit, with the interval that is valid at whatever time one looks.

    Args:
        points: one per audit that was counted; at least one.
        target: highest share of errors promised.
        simulated: stretches of audits on made-up cases.
    """
    frame, last, settled = Frame(width=520, height=280), points[-1], points[_SETTLED:] or points
    top = _ceiling(min(1.0, max(3 * target, _ROOM * last.high, *(p.errors / p.audits for p in settled))))
    x, y = _audit_scale(len(points), frame), _scale(0.0, top, frame.y1, frame.top)
    rate = [(x(p.audits), y(p.errors / p.audits)) for p in points]
    low, high = [(x(p.audits), y(p.low)) for p in points], [(x(p.audits), y(p.high)) for p in points]
    notes = (
        Note(y=y(last.high), says=f"at most {percent(last.high)}", kind="bound"),
        Note(y=y(last.errors / last.audits), says=f"observed {percent(last.errors / last.audits)}", kind="value"),
        Note(y=y(target), says=f"target {percent(target)}", kind="target"),
        Note(y=y(last.low), says=f"at least {percent(last.low)}", kind="bound"),
    )
    return Chart(
        name="error",
        title="Error among cases decided alone, as audits see it",
        says=f"{last.errors} errors in {last.audits} audits: {percent(last.low)} to {percent(last.high)}; target {percent(target)}.",
        frame=frame,
        x_ticks=_audit_ticks(len(points), x),
        y_ticks=_rate_ticks(top, y),
        x_label="audits, in the order in which they were drawn",
        shades=_stretches(simulated, x),
        lines=(
            Line(path=_area(high, low), kind="band"),
            Line(path=_path(high), kind="edge"),
            Line(path=_path(low), kind="edge"),
            Line(path=_path(rate), kind="value"),
        ),
        rules=(y(target),),
        notes=spread(notes, frame),
    )


def evidence_watch(points: Sequence[WatchPoint], *, tripped: bool, simulated: Sequence[Stretch]) -> Chart:
    """The evidence that the promise no longer holds, on a logarithmic scale, on its way to the trip line.

    Args:
        points: one per audit that was counted; at least one.
        tripped: whether the last one crossed the line.
        simulated: stretches of audits on made-up cases.
    """
    frame = Frame(width=520, height=280)
    last = points[-1]
    top = math.ceil(math.log10(1.5 * max(last.line, *(p.evidence for p in points))))
    x, log_y = _audit_scale(len(points), frame), _scale(math.log10(_LEAST_EVIDENCE), top, frame.y1, frame.top)
    places = [(x(p.audits), log_y(math.log10(max(p.evidence, _LEAST_EVIDENCE)))) for p in points]
    line_y = log_y(math.log10(last.line))
    notes = [Note(y=line_y, says=f"trip line {last.line:,.0f}", kind="target")]
    if not tripped:
        notes.append(Note(y=places[-1][1], says=f"evidence {last.evidence:,.3g}", kind="value"))
    state = f"It crossed the trip line of {last.line:,.0f} at audit {last.audits}." if tripped else f"The trip line is {last.line:,.0f}."
    mark = Mark(x=places[-1][0], y=places[-1][1], kind="trip", says=f"tripped at audit {last.audits}")
    return Chart(
        name="evidence",
        title="Evidence that the promise is broken",
        says=f"After {last.audits} audits the evidence is {last.evidence:,.3g}. {state}",
        frame=frame,
        x_ticks=_audit_ticks(len(points), x),
        y_ticks=tuple(Tick(at=log_y(power), says=_compact(10**power)) for power in range(top + 1)),
        x_label="audits, in the order in which they were drawn",
        shades=_stretches(simulated, x),
        lines=(Line(path=_path(places), kind="value"),),
        rules=(line_y,),
        marks=(mark,) if tripped else (),
        notes=spread(notes, frame),
    )


def _scale(low: float, high: float, start: float, end: float) -> Scale:
    return lambda value: start + (value - low) / (high - low) * (end - start)


def _audit_scale(audits: int, frame: Frame) -> Scale:
    return _scale(0.0, float(max(audits, 2)), frame.left, frame.x1)


def _stretches(simulated: Sequence[Stretch], x: Scale) -> tuple[Shade, ...]:
    return tuple(
        Shade(x=x(s.first - 1), width=x(s.last) - x(s.first - 1), kind="simulated", says=f"simulated: {s.says}") for s in simulated
    )


def _step(most: float, steps: Sequence[float]) -> float:
    """The smallest round step, of those given for one power of ten, of which four reach `most`."""
    raw = most / _TICKS
    size = 10.0 ** math.floor(math.log10(raw))
    return next(size * step for step in steps if size * step >= raw * (1 - 1e-9))


def _ceiling(most: float) -> float:
    return min(1.0, _step(most, _STEPS) * _TICKS)


def _rate_ticks(top: float, y: Scale) -> tuple[Tick, ...]:
    return tuple(Tick(at=y(top * k / _TICKS), says=f"{100 * top * k / _TICKS:.3g}%") for k in range(_TICKS + 1))


def _compact(value: int) -> str:
    """A power of ten in at most four characters, up to 999 billions."""
    for size, letter in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if value >= size:
            return f"{value // size}{letter}"
    return str(value)


def _audit_ticks(audits: int, x: Scale) -> tuple[Tick, ...]:
    step = max(1, int(_step(max(audits, 2), _AUDIT_STEPS)))
    return tuple(Tick(at=x(at), says=f"{at:,}") for at in range(0, audits + 1, step))


def _path(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)


def _area(one: Sequence[tuple[float, float]], other: Sequence[tuple[float, float]]) -> str:
    return _path([*one, *reversed(other)]) + "Z"


def spread(notes: Sequence[Note], frame: Frame) -> tuple[Note, ...]:
    """Moves notes apart so that none covers another, in the order of their lines."""
    placed: list[Note] = []
    for note in sorted(notes, key=lambda n: n.y):
        least = placed[-1].y + _APART if placed else frame.top
        placed.append(Note(y=max(note.y, least), says=note.says, kind=note.kind))
    over = placed[-1].y - frame.y1 if placed else 0.0
    if over > 0.0:
        limit = frame.y1
        for at in range(len(placed) - 1, -1, -1):
            y = min(placed[at].y, limit)
            placed[at] = Note(y=y, says=placed[at].says, kind=placed[at].kind)
            limit = y - _APART
    return tuple(placed)

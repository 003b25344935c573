"""The value of a use case: what did it bring? The newest statement, beside the baseline it is held against and what was promised."""

from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from licet.core.baseline import AnyBaseline, Baseline, CountersignedBaseline, LockedBaseline
from licet.core.level import Level
from licet.core.promise import Held, Promise
from licet.core.promise_told import LEAST, NAMES, TONES, promise_headline
from licet.core.redesign_evidence import outdated
from licet.core.redesign_told import change_told, span_told
from licet.core.refusal import Refused, Unknown
from licet.core.simulated_redesign import Kind, SimulatedRedesign
from licet.core.value import CAUSED, Figure, Value
from licet.core.value_told import among_told, caused_told, figure_told, headline, interval_told, level_told, saved_of
from licet.flows.measure_value import StatementOfValue, measure_value
from licet.flows.see_value import SeenValue, see_value
from licet.stats.blocks import FEWEST_BLOCKS
from licet.stats.rollout import Difference
from licet.store.use_cases import UnknownUseCaseError
from licet.web.charts_interval import IntervalBars, Shown, interval_bars
from licet.web.pages.monitoring import NOT_HERE
from licet.web.pages.page import go, page_routes, show, viewer_of
from licet.web.pages.use_case import AT
from licet.web.problems import problem, refusal

routes = page_routes()
PROMISED = frozenset({"hours", "lead_time_mean", "lead_time_median", "lead_time_p90", "inside_service_level"})
"""What is shown of a redesign's simulation before there is anything to hold it against."""


@routes.get(AT + "/value")
async def value(request: Request) -> Response:
    """What a use case brought, as its newest statement says."""
    return await _shown(request)


@routes.post(AT + "/value")
async def measure(request: Request) -> Response:
    """Measures anew, and keeps it as a statement."""
    viewer, seen = viewer_of(request), await _seen(request)
    made = await viewer.run(lambda: measure_value(viewer.office, viewer.by, name=seen.use_case.slug))
    if isinstance(made, Refused):
        return await _shown(request, made)
    return go(request, f"/use-cases/{seen.use_case.slug}/value", said="Measured, and kept.")


async def _seen(request: Request) -> SeenValue:
    viewer, name = viewer_of(request), str(request.path_params["slug"])
    try:
        seen = await viewer.run(lambda: see_value(viewer.office, viewer.by, name=name))
    except UnknownUseCaseError:
        raise refusal(NOT_HERE) from None
    if isinstance(seen, Refused):
        raise refusal(seen)
    return seen


async def _shown(request: Request, refused: Refused | None = None) -> Response:
    seen = await _seen(request)
    return show(
        request,
        "value.html.j2",
        status=200 if refused is None else problem(refused.code, "").status,
        here="portfolio",
        use=seen.use_case,
        refused=refused,
        may_measure=seen.may_measure and seen.granted and isinstance(seen.baseline, CountersignedBaseline),
        missing=missing(seen),
        told=None if seen.stated is None else told(seen.stated),
        baseline=None if seen.baseline is None else _baseline(seen, seen.baseline),
        kept=None if seen.promise is None else kept(seen.promise),
        promised=None if seen.redesigned is None or seen.promise is not None else _promised(seen.redesigned),
        redesigned=seen.redesigned,
        changes=() if seen.redesigned is None else outdated(seen.shown, seen.redesigned),
        fewest_weeks=FEWEST_BLOCKS,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What a statement still waits for, and the command that brings it; empty where it is nobody's command."""

    title: str
    teaches: str
    command: str


def missing(seen: SeenValue) -> Missing | None:
    """The first thing that has to be there before value can be measured; None where all of it is."""
    slug = seen.use_case.slug
    match seen.baseline:
        case None if seen.shown.log is None:
            return Missing(
                title="No event log yet",
                teaches="What changed is held against how the process was before. That is measured from what its systems recorded.",
                command=f"licet process import {slug} FILE",
            )
        case None:
            return Missing(
                title="No baseline yet",
                teaches="A log is here. Its owner locks what it shows, before AI decides, and somebody of risk countersigns.",
                command=f"licet process baseline lock {slug}",
            )
        case LockedBaseline(digest=digest):
            return Missing(
                title="The baseline waits for a second signature",
                teaches="Its owner locked it. Nothing is held against it before somebody of risk put their name under it.",
                command=f"licet process baseline countersign {slug} {digest}",
            )
        case CountersignedBaseline():
            return None if seen.granted else _no_mandate(slug)


def _no_mandate(slug: str) -> Missing:
    teaches = "AI was never allowed to decide cases alone, so that nothing can have changed by it. The baseline stands for when it is."
    return Missing(title="No mandate yet", teaches=teaches, command=f"licet mandate propose {slug}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A figure: what it is, its interval, whether it is assumed; `why`: why it is not known, and then it is nothing else."""

    says: str
    between: str
    assumed: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A figure before and now; `before` is None where there was no such thing, and `bars` where nothing is known to draw."""

    says: str
    before: Cell | None
    now: Cell
    bars: IntervalBars | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRow:
    """A figure before, as it was promised, and now; whether it is kept in a badge, or why that is not said."""

    says: str
    before: Cell | None
    promised: Cell | None
    now: Cell | None
    badge: str
    tone: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPromise:
    """A promise in words: the sentence, each figure, and what a reader must know of it."""

    promise: Promise
    tone: str
    says: str
    rows: tuple[KeptRow, ...]


def kept(promise: Promise) -> KeptPromise:
    """Whether what was promised is kept, for people."""
    return KeptPromise(
        promise=promise,
        tone=TONES[promise.answer],
        says=promise_headline(promise),
        rows=tuple(_kept(one) for one in promise.figures),
    )


def _kept(one: Held) -> KeptRow:
    promised = _cell(one.code, one.promised, None)
    if promised is not None and isinstance(one.promised, Level) and one.promised.low is None:
        promised = replace(promised, between="")  # a bound has no interval, and lacks none
    least = f"at {'least' if one.code == LEAST else 'most'} "
    says = NAMES[one.code]
    return KeptRow(
        says=f"{says[:1].upper()}{says[1:]}",
        before=_cell(one.code, one.before, None),
        promised=promised if promised is None or promised.why or one.answer is None else replace(promised, says=least + promised.says),
        now=_cell(one.code, one.now, None),
        badge="" if one.answer is None else one.answer.value,
        tone="" if one.answer is None else TONES[one.answer],
        why=one.why,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Caused:
    """What AI itself changed of one thing, in a sentence, with the cases it stands on; `bars` is None where it is unknown."""

    about: str
    says: str
    among: str
    bars: IntervalBars | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A statement in words. `unknown`: why figures are not known, each reason with those it holds for."""

    stated: StatementOfValue
    value: Value
    tone: str
    says: str
    rows: tuple[Row, ...]
    unknown: tuple[tuple[str, str], ...]
    caused: tuple[Caused, ...]


def told(stated: StatementOfValue) -> Told:
    """What a statement says, for people."""
    found = stated.value
    return Told(
        stated=stated,
        value=found,
        tone=_tone(found),
        says=headline(found),
        rows=tuple(_row(one, found.currency) for one in found.figures),
        unknown=_unknown(found),
        caused=tuple(_caused(code, found.caused[code]) for code in CAUSED if code in found.caused),
    )


def _tone(found: Value) -> str:
    saved = saved_of(found)
    if isinstance(saved, Unknown) or saved.low is None or saved.high is None:
        return "open"
    return "good" if saved.low > 0.0 else "bad" if saved.high < 0.0 else "open"


def _unknown(found: Value) -> tuple[tuple[str, str], ...]:
    by_why: dict[str, list[str]] = {}
    for figure in found.figures:
        for when, one in (("before", figure.before), ("now", figure.now)):
            if isinstance(one, Unknown):
                by_why.setdefault(one.why, []).append(f"{figure_told(figure.code)}, {when}")
    return tuple((f"{why[:1].upper()}{why[1:]}.", "; ".join(figures)) for why, figures in by_why.items())


def _row(figure: Figure, currency: str | None) -> Row:
    before, now = _cell(figure.code, figure.before, currency), _cell(figure.code, figure.now, currency)
    says = figure_told(figure.code)
    drawn = [(kind, one) for kind, one in (("before", figure.before), ("now", figure.now)) if isinstance(one, Level)]
    cells = {"before": before, "now": now}
    words = "; ".join(f"{kind} {_words(cell)}" for kind, _ in drawn if (cell := cells[kind]) is not None)
    return Row(
        says=f"{says[:1].upper()}{says[1:]}",
        before=before,
        now=now or Cell(says="", between="", assumed=False, why="it was not measured"),
        bars=interval_bars([_drawn(kind, one) for kind, one in drawn], words) if drawn else None,
    )


def _words(cell: Cell) -> str:
    return f"{cell.says}, {cell.between}" if cell.between else cell.says


def _drawn(kind: str, level: Level) -> Shown:
    counted = level.low == level.high
    return Shown(kind=kind, value=level.value, low=None if counted else level.low, high=None if counted else level.high)


def _cell(code: str, level: Level | Unknown | None, currency: str | None) -> Cell | None:
    if level is None:
        return None
    if isinstance(level, Unknown):
        return Cell(says="", between="", assumed=False, why=level.why)
    says, between = level_told(code, level, currency), interval_told(code, level, currency)
    return Cell(says=says, between=between, assumed=level.assumed, why="")


def _caused(code: str, found: Difference | Unknown) -> Caused:
    about, unit = CAUSED[code]
    if isinstance(found, Unknown):
        return Caused(about=about, says=f"Unknown: {found.why}.", among="", bars=None)
    says = caused_told(found, unit)
    shown = Shown(kind="now", value=found.estimate, low=found.low, high=found.high)
    return Caused(about=about, says=says, among=among_told(found), bars=interval_bars([shown], says))


def _baseline(seen: SeenValue, found: AnyBaseline) -> dict[str, Any]:
    """The baseline with its signatures and its log's period."""
    signed = found if isinstance(found, CountersignedBaseline) else None
    locked = found if isinstance(found, LockedBaseline) else found.locked
    return {
        "locked": locked,
        "signed": signed,
        "by": seen.names.get(locked.locked_by, ""),
        "second": "" if signed is None else seen.names.get(signed.countersigned_by, ""),
        "newer": seen.stated is not None and seen.stated.baseline != locked.digest,
        "step": locked.baseline.stated.step or "the process as a whole",
        "figures": tuple((says, _cell(code, level, None)) for says, code, level in _measured(locked.baseline)),
        "stated_counts": isinstance(locked.baseline.minutes, Level) and locked.baseline.minutes.assumed,
    }


def _measured(found: Baseline) -> list[tuple[str, str, Level | Unknown]]:
    """What the baseline's log shows: the figures that value is held against."""
    step = found.stated.step is not None
    work = [("Work on a stay at the step" if step else "Work on a case", "minutes", found.minutes)]
    turn = [("Arrival at the step until done", "turn_median", found.turn_median)] if step else []
    often = [("Stays a week" if step else "Cases a week", "cases_a_week", found.a_week)]
    mean = [] if found.lead_mean is None else [("Lead time, mean", "lead_mean", found.lead_mean)]
    return [*work, *turn, *often, *mean, ("Lead time, half of the cases", "lead_median", found.lead_median)]


def _promised(one: SimulatedRedesign) -> list[tuple[str, str, str, str]]:
    """What a redesign's newest simulation says of work, and of times where its back-test lets it."""
    rows = [row for row in one.shown if row.key in PROMISED and row.kind in {Kind.LABOUR, Kind.TIME}]
    return [(row.says, span_told(row.as_is, row), span_told(row.to_be, row), change_told(row)) for row in rows]

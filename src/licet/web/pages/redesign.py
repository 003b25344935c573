"""The redesign of a process: what happens to lead time, people's load and cost if AI takes a step, beside the process as it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from licet.core.ai_behaviour import SIMPLY_ASSUMED
from licet.core.process_told import lasting
from licet.core.redesign_concluded import Sentence, concluded, enough, there_told
from licet.core.redesign_evidence import outdated
from licet.core.redesign_inputs import AS_TODAY
from licet.core.redesign_play import PlayState, play_left
from licet.core.redesign_told import change_told, changes_told, figure_told, note_told, span_told, tone_of, trust_told, value_told
from licet.core.refusal import Refused
from licet.core.simulated_redesign import Kind, Row, SimulatedRedesign, Span, Unit, rests_on_assumed, trusted
from licet.flows.play_redesign import stop_play
from licet.flows.see_redesign import SeenRedesign, see_redesign
from licet.store.use_cases import UnknownUseCaseError
from licet.web.pages.monitoring import NOT_HERE
from licet.web.pages.page import go, page_routes, show, viewer_of
from licet.web.pages.use_case import AT
from licet.web.problems import refusal

routes = page_routes()
LEFT_ALONE = "The server was ended while it was simulated. What was typed is kept: edit it, and simulate again."


@routes.get(AT + "/redesign")
async def redesign(request: Request) -> Response:
    """The newest simulation of a use case's redesign."""
    found = await _seen(request)
    one = found.shown.simulated
    return show(
        request,
        "redesign.html.j2",
        here="portfolio",
        use=found.use_case,
        log=found.shown.log,
        one=one,
        simulations=found.shown.simulations,
        changes=() if one is None else outdated(found.shown, one),
        told=None if one is None else _told(one),
        play=_playing(found),
        may_edit=found.may_edit and found.shown.log is not None,
    )


@routes.get(AT + "/redesign/run")
async def run(request: Request) -> Response:
    """How far a redesign is simulated, fetched again and again while it is; then the page is."""
    found = await _seen(request)
    play = _playing(found)
    if play is None:
        return go(request, f"/use-cases/{quote(found.use_case.slug)}/redesign")
    return show(request, "redesign_run.html.j2", use=found.use_case, play=play, may_edit=found.may_edit)


@routes.post(AT + "/redesign/run")
async def stop(request: Request) -> Response:
    """Stops the simulation that goes on."""
    viewer, found = viewer_of(request), await _seen(request)
    stopped = await viewer.run(lambda: stop_play(viewer.office, viewer.by, name=found.use_case.slug))
    if isinstance(stopped, Refused):
        raise refusal(stopped)
    return go(request, f"/use-cases/{quote(found.use_case.slug)}/redesign", said="Stopped.")


async def _seen(request: Request) -> SeenRedesign:
    viewer, name = viewer_of(request), str(request.path_params["slug"])
    try:
        found = await viewer.run(lambda: see_redesign(viewer.office, viewer.by, name=name))
    except UnknownUseCaseError:
        raise refusal(NOT_HERE) from None
    if isinstance(found, Refused):
        raise refusal(found)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Playing:
    """A simulation that goes on, or of which nothing came; `left`: the time left at most, empty where nobody knows; `why`: nothing came."""

    state: PlayState
    title: str
    began_at: datetime
    share: float
    left: str
    why: str


def _playing(seen: SeenRedesign) -> Playing | None:
    """What is told of the simulation that was begun last; None where what came of it is on the page, or something newer."""
    if seen.play is None:
        return None
    play, state = seen.play
    one, left = seen.shown.simulated, play_left(play)
    if state is PlayState.KEPT or (one is not None and one.at > play.began_at):
        return None
    told = LEFT_ALONE if play.refused is None else f"{play.refused.why} {play.refused.remedy}".strip()
    title = str(play.redesign.get("title", ""))
    said = "" if left is None else lasting(left)
    return Playing(state=state, title=title, began_at=play.began_at, share=play.share, left=said, why=told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of a table in words; `tone`: of the change; `assumed`: it rests on something that nobody measured."""

    says: str
    before: tuple[str, str]
    after: tuple[str, str]
    change: tuple[str, str]
    note: str
    tone: str
    assumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Figures of one kind."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A figure that went in. `assumed`: nobody measured it."""

    says: str
    value: str
    basis: str
    assumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step as it is to be, with how AI behaves there."""

    name: str
    becomes: str
    figures: tuple[Input, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """The redesign under other circumstances."""

    says: str
    lines: tuple[Line, ...]
    why_not: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A simulation in words."""

    trust: str
    concluded: tuple[Sentence, ...]
    enough: tuple[Sentence, ...]
    groups: tuple[Group, ...]
    steps: tuple[Step, ...]
    people: tuple[Input, ...]
    others: tuple[Other, ...]
    tried: tuple[tuple[int, str], ...]


TITLES: Mapping[Kind, str] = {
    Kind.TIME: "How long cases take",
    Kind.LABOUR: "What people work",
    Kind.QUEUE: "Who waits for whom",
    Kind.MONEY: "What it costs a week, in minor units",
    Kind.ERRORS: "What goes wrong",
}
OF_AI: Mapping[str, tuple[str, Unit]] = {
    "coverage": ("decides alone", Unit.SHARE),
    "error": ("wrong, at most", Unit.SHARE),
    "latency_seconds": ("takes", Unit.SECONDS),
    "cost": ("costs a case, minor units", Unit.CASES),
    "time_saved": ("saves people's time", Unit.SHARE),
}
OF_PEOPLE: Mapping[str, tuple[str, Unit]] = {
    "people": ("Reviewers", Unit.CASES),
    "hours_a_day": ("Hours a day of each", Unit.CASES),
    "seconds_a_case": ("An answer takes", Unit.SECONDS),
    "audits": ("Audited of what AI decides alone", Unit.SHARE),
    "audits_twice": ("Of the audits, answered twice", Unit.SHARE),
    "second_looks": ("Of people's cases, answered twice", Unit.SHARE),
}
LEFT_OUT: Mapping[str, frozenset[str]] = {"ai alone": frozenset({"time_saved"}), "ai proposes": frozenset({"coverage", "error"})}
"""What does not count at a step: a proposal decides nothing alone, and saves nothing where nobody sees it."""


def _told(one: SimulatedRedesign) -> Told:
    by_kind = {kind: tuple(_line(row, one) for row in one.shown if row.kind is kind) for kind in TITLES}
    inputs: Mapping[str, Any] = one.inputs
    return Told(
        trust=trust_told(one.back_test),
        concluded=concluded(one),
        enough=enough(one),
        groups=tuple(Group(title=TITLES[kind], lines=lines) for kind, lines in by_kind.items() if lines),
        steps=tuple(_step(one, name, becomes) for name, becomes in changes_told(one)),
        people=_people(one, inputs) if inputs.get("behaviours") else (),
        others=tuple(_other(one, at) for at in range(len(one.what_if))),
        tried=tuple((people, _share(span)) for people, span in one.needed.tried),
    )


def _people(one: SimulatedRedesign, inputs: Mapping[str, Any]) -> tuple[Input, ...]:
    """Who decides what AI leaves: where nobody says how long an answer takes, what is taken instead."""
    own, seconds = bool(inputs.get("own_reviewers")), inputs["reviewers"].get("seconds_a_case", {})
    figures = {**inputs["reviewers"], **inputs.get("checks", {})}
    there = (Input(says="They are there", value=there_told(one), basis="", assumed=True),) if own else ()
    found = (*there, *_inputs(figures, OF_PEOPLE))
    if seconds.get("value") is not None:
        return found
    says, _ = OF_PEOPLE["seconds_a_case"]
    today = Input(says=says, value=AS_TODAY, basis=f"nobody measured it: {seconds.get('basis', '')}", assumed=own)
    return tuple(today if each.says == says else each for each in found)


def _step(one: SimulatedRedesign, name: str, becomes: str) -> Step:
    inputs: Mapping[str, Any] = one.inputs
    planned: Mapping[str, Any] = one.redesign
    by = planned.get("steps", {}).get(name, {}).get("by", "")
    counting = {key: told for key, told in OF_AI.items() if key not in LEFT_OUT.get(by, frozenset())}
    return Step(name=name, becomes=becomes, figures=_inputs(inputs.get("behaviours", {}).get(name, {}), counting))


def _inputs(figures: Mapping[str, Any], told: Mapping[str, tuple[str, Unit]]) -> tuple[Input, ...]:
    there = ((says, unit, figures[key]) for key, (says, unit) in told.items() if key in figures)
    return tuple(
        Input(says=says, value=figure_told(one["value"], unit), basis=_basis(one["basis"]), assumed=one["assumed"])
        for says, unit, one in there
    )


def _basis(said: str) -> str:
    """What a figure stands on; that it is assumed the badge says already."""
    return said.removeprefix(SIMPLY_ASSUMED).removeprefix(": ").removeprefix(", ")


def _other(one: SimulatedRedesign, at: int) -> Other:
    found = one.what_if[at]
    return Other(says=found.says, lines=tuple(_line(row, one) for row in trusted(found.rows, one.back_test)), why_not=found.why_not)


def _line(row: Row, one: SimulatedRedesign) -> Line:
    return Line(
        says=row.says,
        before=_cell(row.as_is, row),
        after=_cell(row.to_be, row),
        change=_split(change_told(row)),
        note=note_told(row),
        tone=tone_of(row),
        assumed=rests_on_assumed(row, one),
    )


def _cell(span: Span | None, row: Row) -> tuple[str, str]:
    return _split(span_told(span, row))


def _split(told: str) -> tuple[str, str]:
    """A figure and its interval, which stands smaller below it."""
    mean, _, spread = told.partition(" (")
    return mean, spread.replace(")", "", 1)


def _share(span: Span) -> str:
    return f"{value_told(span.mean, Unit.SHARE)} ({value_told(span.low, Unit.SHARE)} to {value_told(span.high, Unit.SHARE)})"

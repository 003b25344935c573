"""The process: where does time go, and where does AI belong? A map of the newest event log, with all of it in words and tables too."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from licet.core.beside import at_hand_told, filled_at, stakes_of, stakes_told
from licet.core.process import AsIs, Step
from licet.core.process_most import most_told
from licet.core.process_told import PARTS, bottleneck_told, handling_told, lasting, money, parts_of, share_of, told, waiting_told
from licet.core.refusal import Refused, Unknown
from licet.flows.simulate_as_is import newest_simulation
from licet.flows.study_process import Studied, processes_here, study_process
from licet.web.charts_process import Measure, process_map
from licet.web.charts_week import week_chart
from licet.web.desk import desk_of
from licet.web.pages.page import go, is_live, page_routes, show, viewer_of
from licet.web.pages.process_where import where_told
from licet.web.pages.use_case import AT, sight_of
from licet.web.problems import invalid, refusal

routes = page_routes()
ADDRESS = "/process"

SHARES: Mapping[str, str] = {"50": "the half", "80": "80%", "95": "95%", "100": "all"}
"""Of what passes from step to step, how much is drawn."""

USUAL_SHARE = "80"
VARIANTS_SHOWN, PEOPLE_SHOWN, EDGES_SHOWN, DEVIATIONS_SHOWN, PAIRS_SHOWN = 12, 12, 24, 20, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to see of the map: how much of it, by which measure, and which step more closely."""

    share: str
    measure: Measure
    step: int | None
    asked: bool = False

    def address(self, slug: str, step: int | None) -> str:
        """Where the same is seen with a step."""
        asked = {"share": self.share, "show": self.measure.value, **({} if step is None else {"step": step})}
        return f"/use-cases/{quote(slug)}/process?{urlencode(asked)}"


@routes.get(ADDRESS)
async def choose(request: Request) -> Response:
    """The use cases whose event log is here; where there is one, its page."""
    viewer = viewer_of(request)
    found = await viewer.run(lambda: processes_here(viewer.office))
    with_log = [use_case for use_case, log in found if log is not None]
    if len(with_log) == 1:
        return go(request, f"/use-cases/{quote(with_log[0].slug)}/process")
    return show(request, "process_all.html.j2", here="process", found=found)


@routes.get(AT + "/process")
async def process(request: Request) -> Response:
    """The process of a use case; a part of it where a filter or a step asks for that alone."""
    sight, viewer, memory = await sight_of(request), viewer_of(request), desk_of(request).memory
    use = sight.use_case
    found = await viewer.run(lambda: study_process(viewer.office, name=use.slug, memory=memory))
    if isinstance(found, Refused) and found.code != "no_event_log":
        raise refusal(found)
    if isinstance(found, Refused):
        return show(request, "process.html.j2", here="process", use=use, found=None)
    wish = _wish(request, found.as_is)
    facts = await viewer.run(lambda: _facts(found, wish))
    if is_live(request):
        return show(request, "process_step.html.j2" if wants_step(request) else "process_map.html.j2", **facts)
    simulated = await viewer.run(lambda: newest_simulation(viewer.office, name=use.slug))
    where = None if simulated is None else where_told(simulated, found.log.id, found.given)
    return show(request, "process.html.j2", here="process", where=where, **facts, **_more(found))


def wants_step(request: Request) -> bool:
    """Whether htmx asks for the panel of one step, not for the whole map."""
    return request.headers.get("hx-target", "").rpartition("#")[2] == "step"


def _wish(request: Request, as_is: AsIs) -> Wish:
    share, measure = request.query_params.get("share", USUAL_SHARE), request.query_params.get("show", Measure.FREQUENCY.value)
    if share not in SHARES:
        raise invalid("share", f"{share!r} is none of {', '.join(SHARES)}.")
    if measure not in set(Measure):
        raise invalid("show", f"{measure!r} is none of {', '.join(Measure)}.")
    step = request.query_params.get("step")
    return Wish(share=share, measure=Measure(measure), step=_step(step, as_is), asked=step is not None)


def _step(asked: str | None, as_is: AsIs) -> int | None:
    """The step that is asked for, else the bottleneck; None where there is none."""
    if asked is None:
        bottleneck = as_is.bottleneck
        return None if isinstance(bottleneck, Unknown) else as_is.steps.index(bottleneck)
    if not (asked.isascii() and asked.isdecimal() and int(asked) < len(as_is.steps)):
        raise invalid("step", f"{asked!r} is no step; they are counted from 0 to {len(as_is.steps) - 1}.")
    return int(asked)


def _facts(found: Studied, wish: Wish) -> dict[str, Any]:
    """What the map and the panel of a step print."""
    as_is = found.as_is
    drawn = process_map(as_is, share=int(wish.share) / 100, measure=wish.measure)
    return {
        "use": found.use_case,
        "found": found,
        "as_is": as_is,
        "wish": wish,
        "map": drawn,
        "shares": SHARES,
        "measures": {Measure.FREQUENCY: "how often", Measure.TIME: "how long"},
        "links": [None if box.step is None else wish.address(found.use_case.slug, box.step) for box in drawn.boxes],
        "asked": wish.asked,
        "step": None if wish.step is None else _panel(found, wish.step),
        "lasting": lasting,
    }


def _panel(found: Studied, at: int) -> dict[str, Any]:
    """One step's numbers in words, with what comes before and after it."""
    as_is = found.as_is
    step = as_is.steps[at]
    before = [(as_is.steps[edge.source].name, edge) for edge in as_is.edges if edge.target == at and edge.source != at][:5]
    after = [(as_is.steps[edge.target].name, edge) for edge in as_is.edges if edge.source == at and edge.target != at][:5]
    return {"step": step, "lines": [*_step_lines(as_is, step), *_beside(found, step)], "before": before, "after": after}


def _beside(found: Studied, step: Step) -> list[tuple[str, str]]:
    at_hand = at_hand_told(filled_at(found.as_is.further, step.name), found.given.about(step.name))
    return [("Data at hand", _sentence(at_hand)), ("Stakes", _sentence(stakes_told(stakes_of(step.name, found.given))))]


def _sentence(says: str) -> str:
    return f"{says[:1].upper()}{says[1:]}"


def _step_lines(as_is: AsIs, step: Step) -> list[tuple[str, str]]:
    whole = as_is.split.whole
    pausing = step.pausing
    handed = "unknown" if not step.told else f"{step.handed:,} of {step.told:,} times"
    cost = step.cost
    return [
        ("Done", f"{step.times:,} times in {step.cases:,} of {as_is.cases:,} cases"),
        ("Work, median", handling_told(step.handling)),
        ("A case waits, median", waiting_told(step.waiting)),
        *([] if isinstance(pausing, Unknown) else [("Pause before it is done once more, median", lasting(pausing.median))]),
        *((f"Of all case time: {PARTS[key]}", share_of(part, whole)) for key, part in parts_of(step.split) if part),
        ("Done again", again_told(step)),
        ("Taken over from somebody else", handed),
        ("People", f"{step.people:,}" if step.people else "unknown"),
        *([] if isinstance(cost, Unknown) else [("Cost of recorded work", money(cost))]),
    ]


def again_told(step: Step) -> str:
    """How often a step is done once more in a case: with nothing else in between, whatever time passes, or after another step."""
    work = step.rework
    return f"in {work.again:,} cases: {work.at_once:,} times directly after itself, {work.later:,} times after another step"


def _more(found: Studied) -> dict[str, Any]:
    """What the rest of the page prints."""
    as_is = found.as_is
    split, whole = as_is.split, as_is.split.whole
    return {
        "told": told(as_is),
        "bottleneck": _bottleneck(as_is),
        "most": most_told(as_is),
        "parts_of_time": [(key, PARTS[key], part / whole if whole else 0.0, share_of(part, whole)) for key, part in parts_of(split)],
        "rows": [_row(as_is, step) for step in as_is.steps],
        "edges": as_is.edges[:EDGES_SHOWN],
        "variants": as_is.variants[:VARIANTS_SHOWN],
        "hands": as_is.hands[:PEOPLE_SHOWN],
        "pairs": as_is.hands_over.pairs[:PAIRS_SHOWN],
        "week": week_chart(as_is.week),
        "fit": None if isinstance(as_is.fit, Unknown) else as_is.fit,
        "why_unfit": as_is.fit.why if isinstance(as_is.fit, Unknown) else "",
        "deviations": () if isinstance(as_is.fit, Unknown) else as_is.fit.deviations[:DEVIATIONS_SHOWN],
    }


def _bottleneck(as_is: AsIs) -> tuple[str, str] | None:
    """The bottleneck's sentence, cut after its first word; None where none is named."""
    if isinstance(as_is.bottleneck, Unknown):
        return None
    first, _, rest = bottleneck_told(as_is).partition(": ")
    return f"{first}:", rest


def _row(as_is: AsIs, step: Step) -> dict[str, Any]:
    return {
        "step": step,
        "work": handling_told(step.handling),
        "waits": waiting_told(step.waiting),
        "pause": "none" if isinstance(step.pausing, Unknown) else lasting(step.pausing.median),
        "share": share_of(step.split.whole, as_is.split.whole),
    }

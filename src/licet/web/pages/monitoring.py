"""Monitoring: is AI inside its mandate? The estimate, the way to the trip line, slices, and the button that stops it."""

from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from licet.core.incident import KINDS
from licet.core.mandate import ActiveMandate, state_of
from licet.core.reason import NotAReasonError
from licet.core.refusal import Refused, Unknown
from licet.flows.figures import ceiling_of
from licet.flows.monitor import Monitored, monitor_for, watched_use_cases
from licet.flows.stop import press_stop
from licet.store.use_cases import UnknownUseCaseError
from licet.web.charts import error_watch, evidence_watch
from licet.web.charts_watch import confidence_outcome
from licet.web.pages.page import form_of, go, page_routes, show, viewer_of
from licet.web.problems import invalid, refusal

routes = page_routes()
ADDRESS = "/monitoring"
NOT_HERE = Refused(code="not_there", why="There is no such use case here.", remedy="The portfolio shows those there are.")
FEWEST = 5
"""Groups of confidence are drawn from so many counted audits on."""


@routes.get(ADDRESS)
async def choose(request: Request) -> Response:
    """The use cases that are or were watched; where there is one, its page."""
    viewer = viewer_of(request)
    found = await viewer.run(lambda: watched_use_cases(viewer.office))
    if len(found) == 1:
        return go(request, f"{ADDRESS}/{quote(found[0].slug)}")
    seen = await viewer.run(lambda: [monitor_for(viewer.office, viewer.by, name=one.slug) for one in found])
    return show(request, "monitoring_all.html.j2", here="monitoring", seen=[one for one in seen if isinstance(one, Monitored)])


@routes.get(ADDRESS + "/{name}")
async def page(request: Request, name: str) -> Response:
    """One mandate, with how far people agree beside AI's numbers; that is read with the page, and not again with what is live on it."""
    facts, viewer = await _facts(request, name), viewer_of(request)
    ceiling = await viewer.run(lambda: ceiling_of(viewer.office, name=name))
    known = None if isinstance(ceiling, Unknown) else ceiling
    return show(request, "monitoring.html.j2", here="monitoring", ceiling=known, **facts)


@routes.get(ADDRESS + "/{name}/live")
async def live(request: Request, name: str) -> Response:
    """What changes on it, fetched again and again."""
    return show(request, "monitoring_live.html.j2", **await _facts(request, name))


@routes.post(ADDRESS + "/{name}/stop")
async def stop(request: Request, name: str) -> Response:
    """Presses the stop, for the reason that was written; from the next case on people decide."""
    viewer, why = viewer_of(request), form_of(request).one("why")
    try:
        pressed = await viewer.run(lambda: press_stop(viewer.office, viewer.by, name=name, why=why))
    except NotAReasonError as error:
        raise invalid("why", str(error)) from None
    except UnknownUseCaseError:
        raise refusal(NOT_HERE) from None
    if isinstance(pressed, Refused):
        raise refusal(pressed)
    return go(request, f"{ADDRESS}/{quote(name)}", said="AI decides nothing alone here from now on.")


async def _facts(request: Request, name: str) -> dict[str, Any]:
    viewer = viewer_of(request)
    try:
        found = await viewer.run(lambda: monitor_for(viewer.office, viewer.by, name=name))
    except UnknownUseCaseError:
        raise refusal(NOT_HERE) from None
    if isinstance(found, Refused):
        raise refusal(found)
    target = found.active.terms.target
    return {
        "seen": found,
        "state": state_of(found.mandate),
        "runs": isinstance(found.mandate, ActiveMandate),
        "kinds": KINDS,
        "error": error_watch(found.points, target=target, simulated=()) if found.points else None,
        "evidence": evidence_watch(found.points, tripped=found.tripped, simulated=()) if found.points else None,
        "sure": confidence_outcome(found.groups) if found.groups and found.counted >= FEWEST else None,
    }

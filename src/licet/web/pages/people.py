"""People: who can review what? And one's own figures, which nobody sees before oneself, with what they stand on, to be contested."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from licet.core.answer import answer_label
from licet.core.refusal import Refused, Unknown
from licet.flows.contest import contest
from licet.flows.figures import Own, Reviewers, own_everywhere, reviewers
from licet.flows.list_capacity import benches_and_teams
from licet.flows.list_reviewers import Bench, benches
from licet.stats.agreement import Rate
from licet.stats.labellers import Labeller
from licet.web.pages.capacity_shown import qualified_in, told_of
from licet.web.pages.page import form_of, go, page_routes, show, viewer_of
from licet.web.pages.viewer import Viewer
from licet.web.problems import refusal

routes = page_routes()
ADDRESS = "/people"

FIGURES = (
    ("caught", "Known answers given", "On past cases whose right answer is known, mixed unseen into the queue."),
    ("overrides", "AI errors overridden", "Known errors of AI after whose sight the answer did not end wrong."),
    ("rair", "Put right by right advice", "Of cases that were wrong before right advice (RAIR)."),
    ("rsr", "Stayed right", "Of cases that were right before wrong advice (RSR); the rest is over-reliance."),
)
"""Each figure: its name, what people call it, what it is."""

MOST_SHOWN = 50
"""Known answers that a page shows of each use case, the newest first."""


@routes.get(ADDRESS)
async def people(request: Request) -> Response:
    """Who can review what, use case by use case; for those who may see a team, whether it can work off what comes to it."""
    viewer = viewer_of(request)
    found, shown = await viewer.run(lambda: benches_and_teams(viewer.office, viewer.by))
    teams = {one.use_case.slug: one for one in shown}
    facts: dict[str, Any] = {"teams": teams, "told": told_of, "qualified": qualified_in}
    return show(request, "people.html.j2", here="people", benches=found, **facts)


@routes.get(ADDRESS + "/me")
async def me(request: Request) -> Response:
    """One's own figures."""
    return await _mine(request)


@routes.post(ADDRESS + "/me/contest/{slug}/{token}")
async def say_wrong(request: Request) -> Response:
    """Contests a known answer."""
    viewer, form = viewer_of(request), form_of(request)
    slug, token = (str(request.path_params[one]) for one in ("slug", "token"))
    refused = await viewer.run(lambda: contest(viewer.office, viewer.by, name=slug, token=token, why=form.one("why")))
    if refused is not None:
        return await _mine(request, refused)
    return go(request, ADDRESS + "/me", said="Contested. Until a senior reviewer decides, your figures are shown with it and without.")


async def _mine(request: Request, refused: Refused | None = None) -> Response:
    viewer = viewer_of(request)
    found: list[Own] = await viewer.run(lambda: own_everywhere(viewer.office, viewer.by))
    facts: dict[str, Any] = {"own": found, "figures": FIGURES, "most": MOST_SHOWN, "label": answer_label}
    status = 200 if refused is None else 422
    return show(request, "people_me.html.j2", status=status, here="people", refused=refused, is_rate=_is_rate, **facts)


@routes.get(ADDRESS + "/{slug}")
async def of_use_case(request: Request) -> Response:
    """Everybody's figures in a use case, as far as the viewer may see them, and how far people agree."""
    viewer, slug = viewer_of(request), str(request.path_params["slug"])
    found = await viewer.run(lambda: reviewers(viewer.office, viewer.by, name=slug))
    if isinstance(found, Refused):
        raise refusal(found)
    bench = await _bench(viewer, slug)
    return show(request, "people_use.html.j2", here="people", bench=bench, figures=FIGURES, is_rate=_is_rate, **_facts(found))


async def _bench(viewer: Viewer, slug: str) -> Bench | None:
    found = await viewer.run(lambda: benches(viewer.office, viewer.by))
    return next((one for one in found if one.use_case.slug == slug), None)


def _facts(found: Reviewers) -> dict[str, Any]:
    ceiling = found.ceiling
    return {"found": found.figures, "hidden": found.hidden, "ceiling": None if isinstance(ceiling, Unknown) else ceiling}


def _is_rate(found: object) -> bool:
    return isinstance(found, Rate | Labeller)

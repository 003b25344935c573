"""Parts of every page that are fetched by themselves: the navigation with its counts, and where the command palette can go."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from licet.flows.list_use_cases import use_cases_here
from licet.web.pages.navigation import counted
from licet.web.pages.page import page_routes, show, viewer_of
from licet.web.visible import visible

routes = page_routes()


@routes.get("/parts/navigation")
async def navigation(request: Request) -> Response:
    """The navigation, with how many things wait on each page for whoever looks."""
    viewer = viewer_of(request)
    places = await viewer.run(lambda: counted(viewer.office, viewer.by))
    here = request.query_params.get("here", "")
    return show(request, "navigation.html.j2", places=places, here=here)


@routes.get("/parts/places")
async def places(request: Request) -> Response:
    """The use cases somebody can see, for the command palette."""
    viewer = viewer_of(request)
    found = await viewer.run(lambda: use_cases_here(viewer.office))
    return JSONResponse([{"title": visible(one.title), "address": f"/use-cases/{one.slug}", "sort": "Use case"} for one in found])

"""The portfolio: what is stuck, on what, and who has the ball."""

from starlette.requests import Request
from starlette.responses import Response

from licet.web.pages.page import page_routes, show, viewer_of

routes = page_routes()


@routes.get("/")
async def portfolio(request: Request) -> Response:
    """All use cases by stage."""
    viewer_of(request)
    return show(request, "portfolio.html.j2", here="portfolio")

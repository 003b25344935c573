"""Flags: what somebody senior should look at in how people review, with the evidence, and what to do about it."""

from starlette.requests import Request
from starlette.responses import Response

from licet.core.refusal import Refused, Unknown
from licet.flows.flag import LOOKED_AT, see_flags
from licet.web.pages.page import page_routes, show, viewer_of
from licet.web.problems import refusal

routes = page_routes()


@routes.get("/people/{slug}/flags")
async def flags(request: Request) -> Response:
    """How fast people answer, which pairs agree more than is explained, and who says the same again."""
    viewer, slug = viewer_of(request), str(request.path_params["slug"])
    found = await viewer.run(lambda: see_flags(viewer.office, viewer.by, name=slug))
    if isinstance(found, Refused):
        raise refusal(found)
    return show(request, "flags.html.j2", here="contests", found=found, flags=found.flags, days=LOOKED_AT.days, is_known=_is_known)


def _is_known(value: object) -> bool:
    return not isinstance(value, Unknown)

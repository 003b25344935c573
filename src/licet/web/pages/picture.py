"""A case's picture, or a page of its document, drawn anew and sent by itself; whoever may see it has been asked before."""

from starlette.requests import Request
from starlette.responses import Response

from licet.core.case import Content, ImageContent
from licet.core.picture import NotDrawn
from licet.web.desk import desk_of
from licet.web.pages.page import viewer_of
from licet.web.problems import ProblemError, problem

MOST_PAGE_DIGITS = 4


async def picture_of(request: Request, content: Content) -> Response:
    """Draws the page that a request asks for, the first where it names none.

    Raises:
        ProblemError: `no_such_address` where the case has no picture, or it cannot be drawn.
    """
    page = request.query_params.get("page", "")[:100]
    number = int(page) if page.isascii() and page.isdigit() and len(page) <= MOST_PAGE_DIGITS else 0
    if not isinstance(content, ImageContent):
        raise ProblemError(problem("no_such_address", "The case has no picture."))
    made = await viewer_of(request).run(lambda: desk_of(request).service.pictures(content.data, content.media_type, page=number))
    if isinstance(made, NotDrawn):
        raise ProblemError(problem("no_such_address", made.why))
    headers = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Licet-Pages": str(made.pages)}
    return Response(made.data, media_type=made.media_type, headers={**headers, "Cache-Control": "private, max-age=600"})

"""A standard, to be read: what good means here, of which cases, and who stands behind it."""

from starlette.requests import Request
from starlette.responses import Response

from licet.core.standard import CountersignedStandard
from licet.core.standard_diff import difference_in_words, differences
from licet.web.pages.page import page_routes, show
from licet.web.pages.use_case import AT, locked_of, sight_of
from licet.web.told import rules_in_words

routes = page_routes()


@routes.get(AT + "/standard")
async def standard(request: Request) -> Response:
    """The standard of a use case."""
    sight = await sight_of(request)
    locked, signed = locked_of(sight), sight.signed
    return show(
        request,
        "standard.html.j2",
        here="portfolio",
        use=sight.use_case,
        locked=locked,
        second=signed if isinstance(signed, CountersignedStandard) else None,
        changed=() if locked is None or sight.earlier is None else differences(sight.earlier, locked.standard),
        in_words=difference_in_words,
        rules=() if locked is None else rules_in_words(locked.standard),
        revised=sight.revised,
        names=sight.names,
    )

"""One case alone: how a page asks about a single case, blind and outside of any queue, with the review page's form and keys."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from licet.core.ids import UseCaseSlug
from licet.flows.read_on import keys_of
from licet.flows.shown_case import CaseShown
from licet.web.content import case_shown
from licet.web.desk import desk_of
from licet.web.pages.page import WITH_PICTURES, show, viewer_of
from licet.web.pages.practice_shown import PlayedCase, PlayShown
from licet.web.pages.review_shown import Filled, digits, is_searched, question


def shown_alone(request: Request, case: CaseShown, filled: Filled, *, slug: str, title: str) -> PlayShown:
    """A case as the templates know it; the slug and the title are its use case's."""
    form = case.form
    handed = PlayedCase(token=case.token, use_case=UseCaseSlug(slug), title=title, place=0, of=0, form=form, guideline=case.guideline)
    return PlayShown(
        handed=handed,
        case=case_shown(case.body, desk_of(request).service.pictures),
        filled=filled,
        question=form.rules.question or question(form),
        searched=is_searched(form),
        digits=digits(form.choices or form.known),
    )


async def draw_alone(request: Request, template: str, facts: Mapping[str, Any], *, here: str, status: int) -> Response:
    """The page of one case, with the keys of whoever looks, and with the pictures that it holds."""
    viewer = viewer_of(request)
    keys = await viewer.run(lambda: keys_of(viewer.office, viewer.by))
    pressed = {"look": None, "shown_keys": keys.keys, "key_map": dict(keys.keys.items()), "keys_on": keys.on}
    response = show(request, template, status=status, here=here, **pressed, **facts)
    response.headers["Content-Security-Policy"] = WITH_PICTURES
    return response

"""Labels: which cases are people asked about, so that AI can be judged? One after the other, blind; also without any script."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from licet.core.refusal import Refused
from licet.flows.answer_labels import LabelAsked, NoLabels, answer_label, label_asked, next_label, see_labels
from licet.web.answer_form import answer_in
from licet.web.pages.one_alone import draw_alone, shown_alone
from licet.web.pages.page import form_of, go, page_routes, show, viewer_of
from licet.web.pages.picture import picture_of
from licet.web.pages.review_shown import EMPTY, Filled, filled_in
from licet.web.problems import problem, refusal

AT = "/labels"
NOT_VALID = 422
LONGEST_NAME = 100
BLIND = "What any AI says of it stays hidden. Your answer decides nothing about this case; it measures AI."

routes = page_routes()


@routes.get(AT)
async def labels(request: Request) -> Response:
    """Where labels wait for whoever looks."""
    return await _list(request)


async def _list(request: Request, refused: Refused | None = None) -> Response:
    viewer = viewer_of(request)
    found = await viewer.run(lambda: see_labels(viewer.office, viewer.by))
    status = 200 if refused is None else problem(refused.code, refused.why).status
    return show(request, "labels.html.j2", status=status, here="labels", found=found, refused=refused)


@routes.get(AT + "/{slug}")
async def one(request: Request) -> Response:
    """The next case to label; with `after`, the one that comes behind a case that is passed over."""
    return await _next(request, after=request.query_params.get("after", "")[:LONGEST_NAME])


async def _next(request: Request, *, after: str = "", refused: Refused | None = None) -> Response:
    viewer, slug = viewer_of(request), _slug(request)
    found = await viewer.run(lambda: next_label(viewer.office, viewer.by, name=slug, after=after))
    match found:
        case Refused():
            return await _list(request, found)
        case NoLabels():
            said = "All that you were asked for is answered." if refused is None else f"{refused.why} Nothing else waits."
            return go(request, AT, said=said)
        case LabelAsked():
            return await _draw(request, found, refused=refused)


def _slug(request: Request) -> str:
    return str(request.path_params["slug"])


async def _draw(request: Request, asked: LabelAsked, *, filled: Filled = EMPTY, refused: Refused | None = None) -> Response:
    viewer, at = viewer_of(request), f"{AT}/{asked.use_case.slug}"
    slug, title = asked.use_case.slug, asked.use_case.title
    ready = await viewer.run(lambda: shown_alone(request, asked.shown, filled, slug=slug, title=title))
    facts: dict[str, Any] = {"shown": ready, "plays": BLIND, "acts_at": at, "waiting": asked.waiting, "refused": refused}
    facts |= {"passes": f"{at}?after={asked.shown.token}" if asked.waiting > 1 else ""}
    status = NOT_VALID if filled is not EMPTY else 200
    status = status if refused is None else problem(refused.code, refused.why).status
    return await draw_alone(request, "label.html.j2", facts, here="labels", status=status)


@routes.get(AT + "/{slug}/picture")
async def picture(request: Request) -> Response:
    """The picture of a case to label, or a page of its document, drawn anew; to whoever may answer it."""
    viewer, slug, token = viewer_of(request), _slug(request), request.query_params.get("token", "")[:LONGEST_NAME]
    found = await viewer.run(lambda: label_asked(viewer.office, viewer.by, name=slug, token=token))
    if isinstance(found, Refused):
        raise refusal(found)
    return await picture_of(request, found.shown.body.content)


@routes.post(AT + "/{slug}/commit")
async def commit(request: Request) -> Response:
    """Takes a label, and goes on with the next case."""
    viewer, slug, sent = viewer_of(request), _slug(request), _sent(request)
    token = sent.get("token", "")[:LONGEST_NAME]
    asked = await viewer.run(lambda: label_asked(viewer.office, viewer.by, name=slug, token=token))
    if isinstance(asked, Refused):
        return await _next(request, refused=asked)
    said = answer_in(asked.shown.form, sent)
    if isinstance(said, tuple):
        return await _draw(request, asked, filled=filled_in(sent, said))
    refused = await viewer.run(lambda: answer_label(viewer.office, viewer.by, name=slug, token=token, answer=said))
    return await _next(request, refused=refused) if isinstance(refused, Refused) else go(request, f"{AT}/{slug}")


def _sent(request: Request) -> Mapping[str, str]:
    form = form_of(request)
    return {name: form.one(name) for name in form.fields if name != "page_token"}

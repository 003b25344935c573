"""Review: what should happen to this case? One case after the other, answered by keyboard, blind; also without any script."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from licet.core.desk import Handed, NothingWaits
from licet.core.ids import UseCaseSlug
from licet.core.keys import Deed
from licet.core.refusal import Refused
from licet.flows.desk import in_hand, next_case, release
from licet.flows.read_on import LookBack, Standing, body_in_hand, look_back, read_on, standing
from licet.web.desk import desk_of
from licet.web.pages.page import WITH_PICTURES, page_routes, show, viewer_of
from licet.web.pages.picture import picture_of
from licet.web.pages.review_shown import CANNOT_TELL, EMPTY, KEPT_REASONS, Filled, compared, day_began, shown, values_of
from licet.web.pages.viewer import Viewer, taste_of
from licet.web.problems import ProblemError, problem, refusal

AT = "/review"
DEED_WORDS: Mapping[Deed, str] = {
    Deed.NOTE: "Write a note beside the answer",
    Deed.GUIDELINE: "Open or close the guideline",
    Deed.SKIP: "Skip, with a reason",
    Deed.WITHDRAW: "Withdraw the last answer, within 8 seconds",
    Deed.CANNOT_TELL: "Cannot tell",
    Deed.KEEP: "Keep my answer, beside AI's",
    Deed.CHANGE: "Change to AI's answer",
    Deed.HELP: "Show these keys",
}
SEE_OTHER, NO_CONTENT = 303, 204

routes = page_routes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What stands around a case: who looks, how they stand, and whether the page keeps to one use case (empty: to none)."""

    viewer: Viewer
    standing: Standing
    named: str


def place(**asked: str) -> str:
    """The address of the page with what it is asked for; what is empty is left out."""
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{AT}?{query}" if query else AT


def place_of(handed: Handed, named: str, undo: str = "") -> str:
    """The address of a case in hand: loaded again it is the same case."""
    return place(use_case=named, token=handed.token, lease=handed.lease.name, undo=undo)


async def around(request: Request, *, named: str, slug: UseCaseSlug | str) -> Around:
    """How the viewer stands in a use case; empty: in all."""
    viewer = viewer_of(request)
    since = day_began(taste_of(request), viewer.office.clock.now())
    found = await viewer.run(lambda: standing(viewer.office, viewer.by, name=slug or None, since=since))
    return Around(viewer=viewer, standing=found, named=named)


def drawn(request: Request, template: str, about: Around, *, status: int = 200, **facts: object) -> Response:
    """Draws the page, or a part of it."""
    common = {"here": "review", "standing": about.standing, "named": about.named, "deeds": list(Deed)}
    common |= {"reasons": KEPT_REASONS, "cannot_tell": CANNOT_TELL}
    keys = about.standing.keys
    common |= {"has_htmx": False, "deed_words": DEED_WORDS, "shown_keys": keys.keys, "key_map": dict(keys.keys)}
    blank: dict[str, object] = {"shown": None, "look": None, "undo": "", "refused": None, "again": place(use_case=about.named)}
    response = show(request, template, status=status, **{**common, **blank, **facts})
    response.headers["Content-Security-Policy"] = WITH_PICTURES
    return response


async def draw_case(
    request: Request, template: str, handed: Handed, *, named: str, filled: Filled = EMPTY, status: int = 200, **more: object
) -> Response:
    """Draws a case in hand."""
    about = await around(request, named=named, slug=handed.use_case)
    viewer, pictures = about.viewer, desk_of(request).service.pictures
    now = viewer.office.clock.now()
    ready = await viewer.run(lambda: shown(handed, about.standing, pictures, now=now, named=named, filled=filled))
    return drawn(request, template, about, status=status, shown=ready, **more)


async def draw_look(
    request: Request, template: str, found: LookBack, *, named: str, filled: Filled | None = None, status: int = 200
) -> Response:
    """Draws one's own answer beside AI's."""
    about = await around(request, named=named, slug=found.handed.use_case)
    viewer, pictures = about.viewer, desk_of(request).service.pictures
    now = viewer.office.clock.now()
    mine = filled or Filled(values=values_of(found.first, found.handed.form.choices))
    ready = await viewer.run(lambda: shown(found.handed, about.standing, pictures, now=now, named=named, filled=mine))
    return drawn(request, template, about, status=status, shown=ready, look=compared(found, now=now))


@routes.get(AT)
async def review(request: Request) -> Response:
    """The case in hand, the comparison after a first answer, or the next case."""
    asked, viewer = request.query_params, viewer_of(request)
    named, token, lease, held = (asked.get(name, "")[:100] for name in ("use_case", "token", "lease", "held"))
    if held:
        found = await viewer.run(lambda: look_back(viewer.office, viewer.by, held_id=held))
        return await _draw(request, found, named)
    if token:
        handed = await viewer.run(lambda: read_on(viewer.office, viewer.by, token=token, lease=lease))
        return await _draw(request, handed, named)
    taken = await _next(viewer, named, ahead=False)
    if isinstance(taken, Handed):
        return RedirectResponse(place_of(taken, named, asked.get("undo", "")[:100]), status_code=SEE_OTHER)
    return await _draw(request, taken, named)


async def _draw(request: Request, found: Handed | LookBack | NothingWaits | Refused, named: str) -> Response:
    undo = request.query_params.get("undo", "")[:100]
    match found:
        case Handed():
            return await draw_case(request, "review.html.j2", found, named=named, undo=undo)
        case LookBack():
            return await draw_look(request, "review.html.j2", found, named=named)
        case NothingWaits():
            return drawn(request, "review.html.j2", await around(request, named=named, slug=named), undo=undo)
        case Refused():
            return await no(request, found, named=named)


async def no(request: Request, refused: Refused, *, named: str, kept: Mapping[str, str] | None = None) -> Response:
    """Says why there is no such case or answer, with whatever was written, and the way on."""
    about = await around(request, named=named, slug="")
    status = problem(refused.code, refused.why).status
    return drawn(request, "review.html.j2", about, status=status, refused=refused, kept=kept or {})


async def _next(viewer: Viewer, named: str, *, ahead: bool) -> Handed | NothingWaits | Refused:
    """The next case; for whoever left as many open as one may have, the one that lies open longest."""
    found = await viewer.run(lambda: next_case(viewer.office, viewer.by, name=named or None, ahead=ahead))
    if ahead or not isinstance(found, Refused) or found.code != "too_many_in_hand":
        return found
    mine = await viewer.run(lambda: in_hand(viewer.office, viewer.by))
    open_here = [] if isinstance(mine, Refused) else [one for one in mine if named in {"", one.use_case}]
    return open_here[0] if open_here else found


@routes.get(f"{AT}/next")
async def next_part(request: Request) -> Response:
    """The next case as a part of a page, under a short lease where it is fetched ahead; `instead_of` is given back before."""
    asked, viewer = request.query_params, viewer_of(request)
    named, token, lease = (asked.get(name, "")[:100] for name in ("use_case", "instead_of", "lease"))
    if request.headers.get("sec-fetch-dest", "empty") != "empty":
        raise ProblemError(problem("no_such_address", "This is a part of the review page.", f"Open {AT}."))
    if token:
        await viewer.run(lambda: release(viewer.office, viewer.by, token=token, lease=lease))
    found = await _next(viewer, named, ahead=asked.get("ahead") == "1")
    match found:
        case Handed():
            return await draw_case(request, "review_case.html.j2", found, named=named)
        case NothingWaits():
            return drawn(request, "review_empty.html.j2", await around(request, named=named, slug=named))
        case Refused() if asked.get("ahead") == "1":
            return Response(status_code=NO_CONTENT)
        case Refused():
            raise refusal(found)


@routes.get(f"{AT}/picture")
async def picture(request: Request) -> Response:
    """A case's picture, or a page of its document, drawn anew; to whoever has the case in hand."""
    asked, viewer = request.query_params, viewer_of(request)
    token, lease, held = (asked.get(name, "")[:100] for name in ("token", "lease", "held"))
    if held:
        found = await viewer.run(lambda: look_back(viewer.office, viewer.by, held_id=held))
        body = found if isinstance(found, Refused) else found.handed.body
    else:
        body = await viewer.run(lambda: body_in_hand(viewer.office, viewer.by, token=token, lease=lease))
    if isinstance(body, Refused):
        raise refusal(body)
    return await picture_of(request, body.content)

"""Setting an account up with a link: a password, and a second factor where it is needed or wanted."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from licet.core.account import LONGEST_PASSWORD, SHORTEST_PASSWORD
from licet.core.refusal import Refused
from licet.flows.accounts import Chosen, Offer, look_at_link, set_up_account
from licet.web.desk import desk_of
from licet.web.pages.page import ANYBODY, form_of, page_routes, show
from licet.web.problems import problem

AT = "/set-up"
LONGEST_LINK = 100
LIMITS = (SHORTEST_PASSWORD, LONGEST_PASSWORD)
INVALID = 422
routes = page_routes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistyped:
    """What somebody typed cannot have been meant; nothing was asked of anybody yet."""

    why: str
    remedy: str


UNEQUAL = Mistyped(why="The two passwords are not the same.", remedy="Type both again.")


@routes.get(AT, **ANYBODY)
async def ask(request: Request) -> Response:
    """Asks for the link. It is typed or pasted, never part of an address, which browsers and logs remember."""
    return show(request, "set_up.html.j2", offer=None, link="", refused=None, recovery=None)


@routes.post(AT, **ANYBODY)
async def take(request: Request) -> Response:
    """Shows what a link offers; with a password, sets the account up."""
    form, desk = form_of(request), desk_of(request)
    link = form.one("link").strip()[:LONGEST_LINK]
    offer = await desk.run(lambda: look_at_link(desk.office, link))
    if isinstance(offer, Refused):
        return _again(request, link="", offer=None, refused=offer)
    if not form.has("password"):
        return show(request, "set_up.html.j2", offer=offer, link=link, refused=None, recovery=None, limits=LIMITS)
    if form.one("password") != form.one("repeated"):
        return _again(request, link=link, offer=offer, refused=UNEQUAL)
    code = form.one("code").strip()[:40] or None
    chosen = Chosen(password=form.one("password"), code=code)
    made = await desk.hashing(lambda: set_up_account(desk.office, link, chosen))
    if isinstance(made, Refused):
        return _again(request, link=link, offer=offer, refused=made)
    return show(request, "set_up.html.j2", offer=offer, link="", refused=None, recovery=made.recovery)


def _again(request: Request, *, link: str, offer: Offer | None, refused: Refused | Mistyped) -> Response:
    status = INVALID if isinstance(refused, Mistyped) else problem(refused.code, "").status
    return show(request, "set_up.html.j2", status=status, offer=offer, link=link, refused=refused, recovery=None, limits=LIMITS)

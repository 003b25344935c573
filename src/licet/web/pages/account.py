"""One's own account: another password, another second factor, other recovery codes; each after showing who one is."""

from collections.abc import Callable
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from licet.core.account import LONGEST_PASSWORD, SHORTEST_PASSWORD
from licet.core.refusal import Refused
from licet.flows.own_account import Renewed, own_account, renew_factor, renew_recovery
from licet.flows.sign_in import Credentials, change_password
from licet.web.pages.page import form_of, go, page_routes, show, viewer_of
from licet.web.pages.set_up import INVALID, UNEQUAL, Mistyped
from licet.web.people import address_of
from licet.web.problems import problem, refusal

AT = "/account"
LIMITS = (SHORTEST_PASSWORD, LONGEST_PASSWORD)
LONGEST_CODE = 40
WORD = Refused(code="sign_in_needed", why="You are taken at your word here, and have no account yet.", remedy="Ask an admin for a link.")
T = TypeVar("T")
routes = page_routes()


@routes.get(AT)
async def account(request: Request) -> Response:
    """What one signs in with."""
    return await _page(request)


async def _page(request: Request, *, refused: Refused | Mistyped | None = None, part: str = "", codes: tuple[str, ...] = ()) -> Response:
    """The page, with what was wrong beside the part it was wrong in, or with fresh recovery codes, this once."""
    viewer = viewer_of(request)
    found = None if viewer.asserted else await viewer.run(lambda: own_account(viewer.visitor.desk.office, viewer.visitor.text))
    if isinstance(found, Refused):
        raise refusal(found)
    facts: dict[str, Any] = {"found": found, "refused": refused, "part": part, "codes": codes, "limits": LIMITS}
    return show(request, "account.html.j2", status=_status(refused), **facts)


def _status(refused: Refused | Mistyped | None) -> int:
    if refused is None:
        return 200
    return INVALID if isinstance(refused, Mistyped) else problem(refused.code, "").status


def _shown(request: Request) -> Credentials:
    viewer, form = viewer_of(request), form_of(request)
    where = address_of(request, viewer.visitor.desk.service.proxies)
    code = form.one("code").strip()[:LONGEST_CODE]
    return Credentials(email=viewer.by.email, password=form.one("password"), code=code, address=where)


async def _ask(request: Request, work: Callable[[str, Credentials], T]) -> T | Refused:
    """Does what takes hashing, for somebody who has an account."""
    viewer = viewer_of(request)
    if viewer.asserted:
        return WORD
    return await viewer.visitor.desk.hashing(lambda: work(viewer.visitor.text, _shown(request)))


@routes.post(AT + "/password")
async def password(request: Request) -> Response:
    """Changes the password; other sessions end."""
    viewer, form = viewer_of(request), form_of(request)
    office, new = viewer.visitor.desk.office, form.one("new")
    if new != form.one("repeated"):
        return await _page(request, refused=UNEQUAL, part="password")
    ended = await _ask(request, lambda text, shown: change_password(office, text, shown, new=new))
    if isinstance(ended, Refused):
        return await _page(request, refused=ended, part="password")
    return go(request, AT, said=f"Your password is changed; {ended} other sessions ended.")


@routes.post(AT + "/second-factor")
async def factor(request: Request) -> Response:
    """Adds the offered second factor, or puts it in the place of the one there was; shows its recovery codes this once."""
    office, now = viewer_of(request).visitor.desk.office, form_of(request).one("now").strip()[:LONGEST_CODE]
    return await _told(request, await _ask(request, lambda text, shown: renew_factor(office, text, shown, code=now)), "factor")


@routes.post(AT + "/recovery")
async def recovery(request: Request) -> Response:
    """Gives other recovery codes, and shows them this once."""
    office = viewer_of(request).visitor.desk.office
    return await _told(request, await _ask(request, lambda text, shown: renew_recovery(office, text, shown)), "recovery")


async def _told(request: Request, found: Renewed | Refused, part: str) -> Response:
    if isinstance(found, Refused):
        return await _page(request, refused=found, part=part)
    return await _page(request, part=part, codes=found.recovery)

"""A page: who may see it, how it is drawn, how it says no, and how a change comes back to it.

A page of yours is a module with `routes = page_routes()`, whose handlers take the request and give `show(request, "NAME.html.j2", ...)`.
Whoever did not sign in is sent to sign in first; programs with a token get no page.
"""

import hmac
import secrets
from collections.abc import Callable, Coroutine, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from licet.core.account import masked
from licet.web.desk import desk_of
from licet.web.frame import CODE, ROUTE, SAYS
from licet.web.pages.compress import compressed
from licet.web.pages.form import TOKEN_FIELD, Form, read_form
from licet.web.pages.look import TEMPLATES
from licet.web.pages.navigation import PLACES, Counted
from licet.web.pages.viewer import Viewer, taste_of, viewer_at
from licet.web.people import SAFE, check_from_here, only_cookie
from licet.web.problems import Problem, ProblemError, headers_of, problem, render

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a page may load, run and send: from and to this server, never inline."""

WITH_PICTURES = POLICY.replace("img-src 'self'", "img-src 'self' data:")
"""The same, where a case's small picture, drawn anew, is inside the page itself."""

HEADERS = {"Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin"}
"""Of every page. Without any referrer browsers send no origin with a form either, and the door asks for one."""

SIGN_IN = "/sign-in"
SEE_OTHER, UNAUTHORIZED = 303, 401
SAID_COOKIE = "licet-said"
SAID_LASTS = 30
LONGEST_SAID = 300
LONGEST_ADDRESS = 2000
_OF_ADDRESSES = ":/%#?=@[]!$&'()*+,;"
VIEWER, FORM = "licet.viewer", "licet.form"
ANYBODY: Mapping[str, Any] = {"openapi_extra": {"page": "anybody"}}
"""Marks a page as one for those who have yet to show who they are."""

_SIGN_IN_FIRST = frozenset({"person_needed", "session_ended"})


class PageRoute(APIRoute):
    """A page's address. Unless it is marked as one for anybody, it takes people who signed in, and nobody else."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler behind the door."""
        handle = super().get_route_handler()
        anybody = (self.openapi_extra or {}).get("page") == "anybody"
        address = self.path_format

        async def page(request: Request) -> Response:
            request.scope[ROUTE] = address
            request.scope[SAYS] = lambda found: say_no(request, found)
            try:
                await _let_in(request, anybody=anybody)
                return await handle(request)
            except ProblemError as error:
                return _refused(request, error.problem)
            except RequestValidationError:
                return _refused(request, problem("no_such_address", "There is no such page."))

        return page


def page_routes() -> APIRouter:
    """Where pages are put: `@routes.get(...)` and `@routes.post(...)`."""
    return APIRouter(route_class=PageRoute, include_in_schema=False, default_response_class=HTMLResponse)


async def _let_in(request: Request, *, anybody: bool) -> None:
    safe = request.method in SAFE
    form = request.scope[FORM] = Form(fields={}) if safe else await read_form(request)
    desk = desk_of(request)
    if not anybody:
        request.scope[VIEWER] = await viewer_at(request, desk, form.one(TOKEN_FIELD))
    elif "authorization" in request.headers:
        raise ProblemError(problem("person_needed", "Pages are for people, and a token is none.", "Use the API."))
    elif not safe:
        check_from_here(request)


def viewer_of(request: Request) -> Viewer:
    """The person who looks at this page."""
    found = request.scope[VIEWER]
    if not isinstance(found, Viewer):
        message = f"{request.url.path!r} is a page for anybody."
        raise TypeError(message)
    return found


def form_of(request: Request) -> Form:
    """What the page sent."""
    found = request.scope[FORM]
    if not isinstance(found, Form):
        message = f"{request.url.path!r} is no page."
        raise TypeError(message)
    return found


def is_live(request: Request) -> bool:
    """Whether a part of a page is asked for, by htmx, not a page."""
    return request.headers.get("hx-request") == "true"


def show(request: Request, template: str, *, status: int = 200, **facts: object) -> Response:
    """Draws a page, or with a template that does not extend `base.html.j2` a part of one.

    Args:
        request: what asks for it.
        template: its name.
        status: of the answer.
        facts: what the template prints; `here` names the page's key in the navigation.
    """
    viewer = request.scope.get(VIEWER)
    told = only_cookie(request, SAID_COOKIE)
    said = _said(request, told)
    common = {
        "viewer": viewer,
        "page_token": "" if viewer is None else masked(viewer.token, secrets.token_bytes(32)),
        "taste": taste_of(request),
        "now": desk_of(request).office.clock.now(),
        "places": [Counted(place=place, count=0) for place in PLACES],
        "path": request.url.path,
        "said": "" if is_live(request) else said,
        "here": "",
    }
    text = TEMPLATES.get_template(template).render({**common, **facts})
    response = compressed(request, HTMLResponse(text, status_code=status, headers=HEADERS))
    if told and not is_live(request):
        response.delete_cookie(SAID_COOKIE, path="/", httponly=True, samesite="strict")
    return response


def go(request: Request, address: str, *, said: str = "") -> Response:
    """Sends the browser to a page after a change, so that loading it again changes nothing twice; `said` is told there once."""
    to = quote(address, safe=_OF_ADDRESSES)
    answer = Response(headers={"HX-Redirect": to}) if is_live(request) else RedirectResponse(to, status_code=SEE_OTHER)
    if said:
        told = quote(said[:LONGEST_SAID], safe="")
        marked = f"{_mark(request, told)}.{told}"
        answer.set_cookie(SAID_COOKIE, marked, max_age=SAID_LASTS, path="/", httponly=True, samesite="strict")
    return answer


def _said(request: Request, told: str) -> str:
    """What this server said in a cookie; nothing where a neighbour's page or program wrote it."""
    mark, _, text = told.partition(".")
    return unquote(text) if text and hmac.compare_digest(mark.encode(), _mark(request, text).encode()) else ""


def _mark(request: Request, text: str) -> str:
    key = desk_of(request).office.vault.key("said on a page", b"once")
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256").hex()


def inside(address: str) -> str:
    """An address of a page of this server; the first page where it is none, so that nobody is sent elsewhere by a link."""
    plain = address.startswith("/") and not address.startswith("//") and address.isprintable() and "\\" not in address
    if not plain or len(address) > LONGEST_ADDRESS:
        return "/"
    parts = urlsplit(address)
    return address if not parts.scheme and not parts.netloc else "/"


def say_no(request: Request, found: Problem) -> Response:
    """Says a problem in words."""
    request.scope[CODE] = found.code
    response = show(request, "said_no.html.j2", status=found.status, problem=found)
    response.headers.update({name: value for name, value in headers_of(found).items() if name != "WWW-Authenticate"})
    return response


def _refused(request: Request, found: Problem) -> Response:
    """Sends whoever did not sign in to sign in, and says everything else in words; to a program as programs hear it."""
    if "authorization" in request.headers:
        request.scope[CODE] = found.code
        return render(found)
    if found.code not in _SIGN_IN_FIRST:
        return say_no(request, found)
    request.scope[CODE] = found.code
    whole = request.method in SAFE and not is_live(request)
    to = f"{SIGN_IN}?next={quote(request.url.path + ('?' + request.url.query if request.url.query else ''), safe='')}" if whole else SIGN_IN
    if is_live(request):
        return Response(status_code=UNAUTHORIZED, headers={"HX-Redirect": to})
    return RedirectResponse(to, status_code=SEE_OTHER)


def wants_page(request: Request) -> bool:
    """Whether it is a person's browser that asks for what is not there; programs hear of it as programs do."""
    accepts = "text/html" in request.headers.get("accept", "")
    return accepts and "authorization" not in request.headers and not request.url.path.startswith("/api/")

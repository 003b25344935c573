"""The guard: before a request is read any further, it shows a token with the scope its address asks for, or a person's session."""

import hashlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Header
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from licet.core.canonical import Json
from licet.core.people import Caller
from licet.core.refusal import Refused
from licet.core.token import TokenScope
from licet.core.use_case import UseCase
from licet.flows.follow import use_case_named
from licet.flows.issue_tokens import admit, admit_everywhere, admit_to_reach
from licet.flows.office import Office
from licet.flows.receive import Parcel
from licet.web.desk import Desk, desk_of
from licet.web.frame import ROUTE
from licet.web.people import AWAY_COOKIE, COOKIE, PAGE_TOKEN, Newcomer, Visitor, address_of, check_from_here, visitor_at
from licet.web.problems import ProblemError, invalid, problem, refusal
from licet.web.strict_json import NotStrictJsonError, read_strictly

BASE = "/api/v1/use-cases/{slug}"
"""How the address of everything in a use case begins."""

WHOLE_ADDRESSES = ("/api/", "/v1/")
"""How addresses begin that are not below a use case's own."""

TOKEN = "token"  # noqa: S105 - the name of a scheme in OpenAPI
SESSION = "session"
ASSERTED = "asserted"
AWAY = "away"
KEY_LIMIT = 80
LARGE = 64 * 1024
"""Bodies of more bytes than this are read in a thread."""

SCHEMES: Mapping[str, Json] = {
    TOKEN: {
        "type": "http",
        "scheme": "bearer",
        "description": "A token made with `licet token new`; each address names the scope it takes.",
    },
    SESSION: {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "The session of a person who signed in with `POST /api/v1/session`; on loopback without https it is called `licet`. "
        f"Each change carries `{PAGE_TOKEN}` too, and comes from a page of the same origin.",
    },
    AWAY: {
        "type": "apiKey",
        "in": "cookie",
        "name": AWAY_COOKIE,
        "description": "Set where somebody goes to the identity provider, and asked for where they come back: in the same browser.",
    },
    ASSERTED: {
        "type": "apiKey",
        "in": "header",
        "name": "Licet-As",
        "description": "A person's e-mail address. Taken only where the server runs with `--asserted` on loopback; never with a token.",
    },
}
"""How callers show who they are, as OpenAPI says it."""


def needs(scope: TokenScope) -> dict[str, Any]:
    """Marks an address as one for tokens with this scope."""
    return {"openapi_extra": {"security": [{TOKEN: [scope.value]}]}}


NEEDS_PERSON: Mapping[str, Any] = {"openapi_extra": {"security": [{SESSION: []}, {ASSERTED: []}]}}
"""Marks an address as one for people: who signed in, or on loopback whose word is taken; no token opens it."""

COMING_BACK: Mapping[str, Any] = {"openapi_extra": {"security": [{AWAY: []}]}}
"""Marks the address to which an identity provider sends people back: from its own site, to the browser that went."""

ANYBODY: Mapping[str, Any] = {"openapi_extra": {"security": [{}]}}
"""Marks an address as one for those who have yet to show who they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Let:
    """A program that was let in, and where."""

    desk: Desk
    by: Caller
    use_case: UseCase


@dataclass(frozen=True, slots=True, kw_only=True)
class LetPerson(Visitor):
    """A person who was let in to a use case; what they do, they do in `office`."""

    use_case: UseCase


class StrictRequest(Request):
    """A request whose body is read strictly."""

    async def json(self) -> Any:  # noqa: ANN401 - as Starlette has it
        """The body as JSON that means one thing only."""
        _check_media_type(self)
        raw = await self.body()
        desk = desk_of(self)
        try:
            if len(raw) <= LARGE:
                return read_strictly(raw, depth=desk.limits.depth)
            return await desk.run(lambda: read_strictly(raw, depth=desk.limits.depth))
        except NotStrictJsonError as error:
            raise ProblemError(problem("not_json", str(error))) from None


class GuardedRoute(APIRoute):
    """An address nobody gets to without showing who they are. One that does not say whom it takes takes nobody."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler behind the guard."""
        handle = super().get_route_handler()
        security = (self.openapi_extra or {}).get("security", [])
        takes_body = self.body_field is not None
        address = self.path_format if self.path_format.startswith(WHOLE_ADDRESSES) else BASE + self.path_format

        async def guarded(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            request.scope[ROUTE] = address
            request.scope["licet.let"] = await _let_in(strict, security)
            if takes_body:
                _check_media_type(strict)
            return await handle(strict)

        return guarded


async def _let_in(request: Request, security: list[dict[str, list[str]]]) -> "Let | Reached | Visitor | Newcomer":
    desk = desk_of(request)
    match security:
        case [anybody] if anybody == {}:
            check_from_here(request)
            return Newcomer(desk=desk, address=address_of(request, desk.service.proxies))
        case [{"away": []}]:
            return Newcomer(desk=desk, address=address_of(request, desk.service.proxies))
        case [{"token": [scope]}] if "slug" not in request.path_params:
            return await reaching(TokenScope(scope))(request)
        case [{"token": [scope]}]:
            found = await desk.run(lambda: let_in_to(request, TokenScope(scope), str(request.path_params["slug"])))
            if isinstance(found, Refused):
                raise refusal(found)
            return found
        case [{"session": []}, {"asserted": []}]:
            return await _let_person_in(request, await visitor_at(request, desk))
        case _:
            message = f"{request.url.path!r} does not say whom it takes."
            raise TypeError(message)


def let_in_to(request: Request, scope: TokenScope, name: str) -> Let | Refused:
    """The program that sends a request, let in to a use case that the request names somewhere; asks the database, in a thread."""
    desk = desk_of(request)
    found = admit(desk.office, _bearer(request), scope, name=name)
    return found if isinstance(found, Refused) else Let(desk=desk, by=found.by, use_case=found.use_case)


def _bearer(request: Request) -> str:
    """The token a request shows; empty where it shows none, or more than one."""
    shown = request.headers.getlist("authorization")
    scheme, _, text = (shown[0] if len(shown) == 1 else "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""


async def _let_person_in(request: Request, there: Visitor) -> Visitor:
    """The same person with the use case the address names, as far as it is there for them."""
    if "slug" not in request.path_params:
        return there
    found = await there.desk.run(lambda: use_case_named(there.office, name=str(request.path_params["slug"])))
    if isinstance(found, Refused):
        raise refusal(found)
    return LetPerson(desk=there.desk, office=there.office, by=there.by, entered=there.entered, text=there.text, use_case=found)


def everywhere(scope: TokenScope) -> Callable[[Request], Awaitable[None]]:
    """What lets a request in to an address of the whole installation: it raises where no token with this scope is shown."""

    async def let_in_everywhere(request: Request) -> None:
        desk = desk_of(request)
        found = await desk.run(lambda: admit_everywhere(desk.office, _bearer(request), scope))
        if isinstance(found, Refused):
            raise refusal(found)

    return let_in_everywhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A program that was let in to all its token is for; `use_case` is the only one it is for, None: all that `office` shows."""

    desk: Desk
    office: Office
    by: Caller
    use_case: str | None


def reaching(scope: TokenScope) -> Callable[[Request], Awaitable[Reached]]:
    """What lets a request in to an address that spans use cases: it raises where no token with this scope is shown."""

    async def let_in_as_far(request: Request) -> Reached:
        desk = desk_of(request)
        request.scope[ROUTE] = request.scope["route"].path
        found = await desk.run(lambda: admit_to_reach(desk.office, _bearer(request), scope))
        if isinstance(found, Refused):
            raise refusal(found)
        office = desk.office if found.team is None else desk.office.for_team(found.team)
        return Reached(desk=desk, office=office, by=found.by, use_case=found.use_case)

    return let_in_as_far


def let_in(request: Request) -> Let:
    """The program that was let in; for addresses that take tokens."""
    found = request.scope["licet.let"]
    if not isinstance(found, Let):
        message = f"{request.url.path!r} takes people, not tokens."
        raise TypeError(message)
    return found


def person_let_in(request: Request) -> LetPerson:
    """The person who was let in; for addresses that take people."""
    found = request.scope["licet.let"]
    if not isinstance(found, LetPerson):
        message = f"{request.url.path!r} takes tokens, not people."
        raise TypeError(message)
    return found


def visitor(request: Request) -> Visitor:
    """The person who was let in, also to what is in no use case."""
    found = request.scope["licet.let"]
    if not isinstance(found, Visitor):
        message = f"{request.url.path!r} takes no people."
        raise TypeError(message)
    return found


def newcomer(request: Request) -> Newcomer:
    """Whoever came, for addresses that take anybody."""
    found = request.scope["licet.let"]
    if not isinstance(found, Newcomer):
        message = f"{request.url.path!r} does not take anybody."
        raise TypeError(message)
    return found


KEY = "Your own name for this request: sent again with it, it is done once. Up to 80 printable ASCII characters, kept for 7 days."


async def parcel_of(request: Request, idempotency_key: Annotated[str | None, Header(description=KEY)] = None) -> Parcel:
    """What tells whether a request came before: its key, and a digest of where it went and what it says."""
    del idempotency_key  # declared for OpenAPI; that there is one only, the list of headers tells
    keys = request.headers.getlist("idempotency-key")
    key = keys[0] if keys else None
    if len(keys) > 1 or (key is not None and not (0 < len(key) <= KEY_LIMIT and key.isascii() and key.isprintable())):
        raise invalid("Idempotency-Key", f"one key of 1 to {KEY_LIMIT} printable ASCII characters.")
    whole = b"\n".join([request.method.encode(), request.url.path.encode(), request.url.query.encode(), await request.body()])
    return Parcel(key=key, digest=hashlib.sha256(whole).hexdigest())


def _check_media_type(request: Request) -> None:
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().replace('"', "")
    plain = request.headers.get("content-encoding", "identity").lower() == "identity"
    if media_type.strip().lower() != "application/json" or charset not in {"", "charset=utf-8"} or not plain:
        raise ProblemError(problem("unsupported_media_type", "Send application/json in UTF-8, not compressed."))

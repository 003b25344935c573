"""People at the door: the cookie of whoever signed in, and that a request comes from a page of this server and no other."""

import hmac
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from licet.core.account import page_token, unmasked
from licet.core.outside import AWAY_LASTS
from licet.core.people import Person
from licet.core.refusal import Refused
from licet.flows.office import Office, SignInNeededError, UnknownPersonError, who
from licet.flows.sessions import Entered, enter
from licet.web.desk import LOOPBACK, Desk
from licet.web.problems import refusal

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
PAGE_TOKEN = "Licet-Page-Token"  # noqa: S105 - the name of a header
COOKIE, COOKIE_ON_LOOPBACK = "__Host-licet", "licet"
AWAY_COOKIE, AWAY_COOKIE_ON_LOOPBACK = "__Host-licet-away", "licet-away"
FORWARDED = "x-forwarded-for"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A person who was let in.

    Attributes:
        desk: where.
        office: the office they work in: what is not for them is not there, and their entries say how they showed who they are.
        by: who they are.
        entered: their session; None where their word was taken.
        text: the session's token; empty where their word was taken.
    """

    desk: Desk
    office: Office = field(repr=False)
    by: Person
    entered: Entered | None = field(default=None, repr=False)
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Somebody who has yet to show who they are, and from where they come."""

    desk: Desk
    address: str


def on_loopback(request: Request) -> bool:
    """Whether a request was sent to an address of this machine, where there is no https."""
    return request.url.hostname in LOOPBACK and request.url.scheme == "http"


def cookie_name(request: Request) -> str:
    """The name of the cookie: with `__Host-`, which a browser takes over https alone and sends nowhere else, except on loopback."""
    return COOKIE_ON_LOOPBACK if on_loopback(request) else COOKIE


def cookie_of(request: Request) -> str:
    """The session's token a request carries; empty where it carries none, or more than one."""
    return only_cookie(request, cookie_name(request))


def only_cookie(request: Request, name: str) -> str:
    """What a cookie says; empty where there is none of this name, or more than one."""
    pairs = [part.strip().partition("=") for header in request.headers.getlist("cookie") for part in header.split(";")]
    found = [value for key, _, value in pairs if key == name]
    return found[0] if len(found) == 1 else ""


def give_cookie(request: Request, response: Response, text: str) -> None:
    """Gives the browser a session's token, which no script can read."""
    response.set_cookie(cookie_name(request), text, path="/", secure=not on_loopback(request), httponly=True, samesite="lax")


def take_cookie(request: Request, response: Response) -> None:
    """Takes the session's token back."""
    response.delete_cookie(cookie_name(request), path="/", secure=not on_loopback(request), httponly=True, samesite="lax")


def away_cookie(request: Request) -> str:
    """The state of the sign-in that this browser went to the identity provider with; empty where it carries none."""
    return only_cookie(request, _away_name(request))


def _away_name(request: Request) -> str:
    return AWAY_COOKIE_ON_LOOPBACK if on_loopback(request) else AWAY_COOKIE


def give_away_cookie(request: Request, response: Response, state: str) -> None:
    """Lets the browser remember with which state it went, so that what comes back to another browser counts for nothing."""
    lasts, secure = int(AWAY_LASTS.total_seconds()), not on_loopback(request)
    response.set_cookie(_away_name(request), state, max_age=lasts, path="/", secure=secure, httponly=True, samesite="lax")


def take_away_cookie(request: Request, response: Response) -> None:
    """Takes it back: a sign-in is used up by coming back."""
    response.delete_cookie(_away_name(request), path="/", secure=not on_loopback(request), httponly=True, samesite="lax")


def own_address(request: Request) -> str:
    """This server's own address as the browser knows it: https, except on loopback. The provider sends nobody to one it does not know."""
    return f"{'http' if on_loopback(request) else 'https'}://{request.headers.get('host', '')}"


def check_from_here(request: Request) -> None:
    """Refuses what a browser says comes from a page of somebody else's; programs say nothing of it, and have no cookie either.

    Raises:
        ProblemError: with `not_from_here`.
    """
    site, origins = request.headers.get("sec-fetch-site"), request.headers.getlist("origin")
    strange = site not in {None, "same-origin", "none"} or len(origins) > 1
    if strange or (origins and urlsplit(origins[0]).netloc != request.headers.get("host")):
        raise refusal(_not_from_here("The browser says that this comes from a page of another site."))


def _check_page(request: Request, text: str) -> None:
    """Refuses a change that does not show what only pages of ours know."""
    check_from_here(request)
    shown = request.headers.get(PAGE_TOKEN.lower(), "")
    if not hmac.compare_digest(unmasked(shown).encode("utf-8", "surrogatepass"), page_token(text).encode("ascii")):
        raise refusal(_not_from_here(f"The header {PAGE_TOKEN} is missing or is not this session's."))


def _not_from_here(why: str) -> Refused:
    return Refused(code="not_from_here", why=why, remedy=f"Send `{PAGE_TOKEN}`, which `GET /api/v1/session` tells, from the same origin.")


def address_of(request: Request, proxies: frozenset[str]) -> str:
    """From where a request comes: whoever is connected, or whom the last of our proxies names."""
    here = "" if request.client is None else request.client.host
    named = [part.strip() for header in request.headers.getlist(FORWARDED) for part in header.split(",")]
    while here in proxies and named:
        here = named.pop()
    return here


async def visitor_at(request: Request, desk: Desk) -> Visitor:
    """Whoever shows a session's cookie; else whoever says who they are, where that is allowed. A token never comes in here.

    Raises:
        ProblemError: `person_needed`, `session_ended`, `not_from_here` or `sign_in_needed`.
    """
    text = cookie_of(request)
    if "authorization" in request.headers or not text:
        return await _asserted(request, desk)
    if request.method not in SAFE:
        _check_page(request, text)
    entered = await desk.run(lambda: enter(desk.office, text))
    if isinstance(entered, Refused):
        raise refusal(entered)
    return Visitor(desk=desk, office=entered.office, by=entered.person, entered=entered, text=text)


async def _asserted(request: Request, desk: Desk) -> Visitor:
    """Whoever says who they are: on this machine, without a token, at an address of this machine, while nobody has an account."""
    emails = request.headers.getlist("licet-as")
    if not may_assert(request, desk) or len(emails) != 1 or "authorization" in request.headers:
        raise refusal(person_needed())
    return Visitor(desk=desk, office=desk.office, by=await asserted_person(desk, emails[0]))


def may_assert(request: Request, desk: Desk) -> bool:
    """Whether somebody may say who they are: the server was started so, and the request comes from and goes to this machine."""
    here = request.client is not None and request.client.host in LOOPBACK and request.url.hostname in LOOPBACK
    return desk.service.asserted and here


def person_needed() -> Refused:
    """Said to whoever shows no session, and to every program."""
    why = "This takes a person who signed in, and no token stands for one."
    remedy = "Sign in: `POST /api/v1/session`. For trials on loopback: `licet serve --asserted` and `Licet-As: E-MAIL`, no token."
    return Refused(code="person_needed", why=why, remedy=remedy)


async def asserted_person(desk: Desk, email: str) -> Person:
    """The person of an address, while nobody here has an account.

    Raises:
        ProblemError: `person_needed`, `account_disabled` or `sign_in_needed`.
    """
    try:
        found = await desk.run(lambda: who(desk.office, email))
    except UnknownPersonError:
        found = None
    except SignInNeededError as error:
        raise refusal(error.refused) from None
    if not isinstance(found, Person):
        raise refusal(Refused(code="person_needed", why="Nobody here has this address.", remedy="Add a person with `licet person add`."))
    return found

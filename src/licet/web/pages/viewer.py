"""A viewer: the person who looks at a page, and how they like it: their zone and whether it is light or dark."""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import TypeVar
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from licet.core.account import page_token, unmasked
from licet.core.people import Person
from licet.core.refusal import Refused
from licet.flows.office import Office
from licet.flows.sessions import enter
from licet.web.desk import Desk
from licet.web.people import (
    PAGE_TOKEN,
    SAFE,
    Visitor,
    asserted_person,
    check_from_here,
    cookie_of,
    may_assert,
    only_cookie,
    person_needed,
)
from licet.web.problems import refusal

T = TypeVar("T")
WORD_COOKIE = "licet-word"
"""Who somebody says they are, where that is taken: a number nobody can guess, and an address."""

ZONE_COOKIE, THEME_COOKIE = "licet-zone", "licet-theme"
LONGEST_ZONE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Taste:
    """How a browser likes its pages; theme is `light`, `dark` or `system`."""

    zone: tzinfo = UTC
    zone_name: str = "UTC"
    theme: str = "system"

    def local(self, at: datetime) -> datetime:
        """A moment by the viewer's clock."""
        return at.astimezone(self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Somebody who was let in to a page.

    Attributes:
        visitor: who, and the office they work in: flows get `viewer.office` and `viewer.by`.
        token: what each change carries, in the field `page_token` or the header `Licet-Page-Token`.
        asserted: whether their word was taken for who they are.
    """

    visitor: Visitor
    token: str = field(repr=False)
    asserted: bool

    @property
    def office(self) -> Office:
        """What they can see and do is in here."""
        return self.visitor.office

    @property
    def by(self) -> Person:
        """Who they are."""
        return self.visitor.by

    async def run(self, work: Callable[[], T]) -> T:
        """Does work that waits for the database without holding others up."""
        return await self.visitor.desk.run(work)


def taste_of(request: Request) -> Taste:
    """How this browser likes its pages; what it says that makes no sense counts as nothing said."""
    theme = only_cookie(request, THEME_COOKIE)
    name = unquote(only_cookie(request, ZONE_COOKIE))
    theme = theme if theme in {"light", "dark"} else "system"
    if not name or len(name) > LONGEST_ZONE:
        return Taste(theme=theme)
    try:
        return Taste(zone=ZoneInfo(name), zone_name=name, theme=theme)
    except (ValueError, OSError):
        return Taste(theme=theme)


async def viewer_at(request: Request, desk: Desk, shown: str) -> Viewer:
    """The person behind a request for a page. A token of a program never comes in here.

    Args:
        request: the request.
        desk: the server's.
        shown: the page's token the request carries in its form; empty: look in the header.

    Raises:
        ProblemError: `person_needed`, `session_ended`, `not_from_here`, `account_disabled` or `sign_in_needed`.
    """
    if "authorization" in request.headers:
        raise refusal(person_needed())
    text, word = cookie_of(request), only_cookie(request, WORD_COOKIE)
    token = page_token(text or word)
    if not text and not (word and may_assert(request, desk)):
        raise refusal(person_needed())
    if request.method not in SAFE:
        _check(request, token, shown or request.headers.get(PAGE_TOKEN.lower(), ""))
    if not text:
        found = await asserted_person(desk, unquote(word.partition(".")[2]))
        return Viewer(visitor=Visitor(desk=desk, office=desk.office, by=found), token=token, asserted=True)
    entered = await desk.run(lambda: enter(desk.office, text))
    if isinstance(entered, Refused):
        raise refusal(entered)
    visitor = Visitor(desk=desk, office=entered.office, by=entered.person, entered=entered, text=text)
    return Viewer(visitor=visitor, token=token, asserted=False)


def _check(request: Request, token: str, shown: str) -> None:
    """Refuses a change that comes from elsewhere, or does not show what only pages of ours know."""
    check_from_here(request)
    if not hmac.compare_digest(unmasked(shown).encode("utf-8", "surrogatepass"), token.encode("ascii")):
        why = "This page is from an earlier session, or not from here."
        raise refusal(Refused(code="not_from_here", why=why, remedy="Load the page again, and repeat what you did."))


def give_word(response: Response, email: str) -> None:
    """Lets a browser on this machine remember who somebody says they are."""
    word = f"{secrets.token_hex(16)}.{quote(email, safe='')}"
    response.set_cookie(WORD_COOKIE, word, path="/", httponly=True, samesite="strict")


def take_word(response: Response) -> None:
    """Forgets it."""
    response.delete_cookie(WORD_COOKIE, path="/", httponly=True, samesite="strict")

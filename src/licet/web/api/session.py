"""Sessions: sign in, see who one is, show it once more, sign out; and set an account up with a link."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response, status
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from licet.core.account import LONGEST_PASSWORD, Session, page_token
from licet.core.people import Person
from licet.core.refusal import Refused
from licet.flows.accounts import Chosen, look_at_link, set_up_account
from licet.flows.sessions import sign_out
from licet.flows.sign_in import Credentials, Opened, confirm, sign_in
from licet.web.guard import ANYBODY, NEEDS_PERSON, GuardedRoute, newcomer, visitor
from licet.web.people import PAGE_TOKEN, Newcomer, Visitor, address_of, cookie_of, give_cookie, take_cookie
from licet.web.problems import refusal

ADDRESS = "/api/v1/session"
ACCOUNT = "/api/v1/account"
routes = APIRouter(tags=["session"], route_class=GuardedRoute)

Password = Annotated[str, Field(min_length=1, max_length=4 * LONGEST_PASSWORD, repr=False)]
Code = Annotated[str, Field(max_length=40, repr=False, description="Of the second factor, or a recovery code; empty: none.")]
LinkText = Annotated[str, Field(min_length=1, max_length=100, repr=False, description="From `licet account link`.")]


class SignIn(BaseModel):
    """What somebody shows to sign in."""

    model_config = ConfigDict(extra="forbid", strict=True)

    email: str = Field(min_length=3, max_length=320)
    password: Password
    code: Code = ""


class Again(BaseModel):
    """What somebody shows who is signed in, before an act of high stake."""

    model_config = ConfigDict(extra="forbid", strict=True)

    password: Password
    code: Code = ""


class SessionOut(BaseModel):
    """Who is signed in."""

    model_config = ConfigDict(extra="forbid")

    person: str
    email: str
    name: str
    roles: list[str]
    identity: str = Field(description="asserted, signed in, or confirmed (for five minutes).")
    ends_at: datetime | None = Field(description="When the session ends at the latest; null where a word was taken.")
    page_token: str = Field(description=f"Send it with each change, as `{PAGE_TOKEN}`. Empty where a word was taken.")


class EndedOut(BaseModel):
    """How many sessions ended."""

    model_config = ConfigDict(extra="forbid")

    ended: int


class LinkIn(BaseModel):
    """A set-up link to be looked at."""

    model_config = ConfigDict(extra="forbid", strict=True)

    link: LinkText


class OfferOut(BaseModel):
    """What a set-up link offers: a second factor for an authenticator app."""

    model_config = ConfigDict(extra="forbid")

    email: str
    secret: str = Field(description="To be typed into an authenticator app.")
    address: str = Field(description="The same as an `otpauth://` address.")
    needed: bool = Field(description="Whether the account is set up only with it.")


class SetUpIn(BaseModel):
    """How somebody signs in from now on."""

    model_config = ConfigDict(extra="forbid", strict=True)

    link: LinkText
    password: Password
    code: str | None = Field(max_length=40, repr=False, description="What the app shows now; null: no second factor.")


class SetUpOut(BaseModel):
    """An account that was set up."""

    model_config = ConfigDict(extra="forbid")

    email: str
    recovery_codes: list[str] = Field(description="Each stands in once for the second factor. Told this once.")


@routes.post(ADDRESS, status_code=status.HTTP_201_CREATED, **ANYBODY)
async def open_(given: SignIn, come: Annotated[Newcomer, Depends(newcomer)], request: Request, response: Response) -> SessionOut:
    """Sign in: the answer sets a cookie that no script reads. A session this browser had before ends."""
    shown = Credentials(email=given.email, password=given.password, code=given.code, address=come.address)
    opened = await come.desk.hashing(lambda: sign_in(come.desk.office, shown))
    if isinstance(opened, Refused):
        raise refusal(opened)
    before = cookie_of(request)
    if before:
        await come.desk.run(lambda: sign_out(come.desk.office, before))
    return _given(request, response, opened)


@routes.get(ADDRESS, **NEEDS_PERSON)
async def read(there: Annotated[Visitor, Depends(visitor)]) -> SessionOut:
    """Who is signed in, and what a page sends with each change."""
    return _told(there.by, None if there.entered is None else there.entered.session, there.text)


@routes.delete(ADDRESS, **NEEDS_PERSON)
async def close(
    there: Annotated[Visitor, Depends(visitor)], request: Request, response: Response, *, everywhere: bool = False
) -> EndedOut:
    """Sign out; with `everywhere` all one's sessions end."""
    ended = await there.desk.run(lambda: sign_out(there.desk.office, there.text, everywhere=everywhere))
    if isinstance(ended, Refused):
        raise refusal(ended)
    take_cookie(request, response)
    return EndedOut(ended=ended)


@routes.post(f"{ADDRESS}/confirm", **NEEDS_PERSON)
async def again(given: Again, there: Annotated[Visitor, Depends(visitor)], request: Request, response: Response) -> SessionOut:
    """Show once more who one is; it holds for five minutes. The cookie and the page's token are new afterwards."""
    where = address_of(request, there.desk.service.proxies)
    shown = Credentials(email=there.by.email, password=given.password, code=given.code, address=where)
    opened = await there.desk.hashing(lambda: confirm(there.desk.office, there.text, shown))
    if isinstance(opened, Refused):
        raise refusal(opened)
    return _given(request, response, opened)


@routes.post(f"{ACCOUNT}/link", **ANYBODY)
async def look(given: LinkIn, come: Annotated[Newcomer, Depends(newcomer)]) -> OfferOut:
    """See what a set-up link offers; it is not used up by this."""
    offer = await come.desk.run(lambda: look_at_link(come.desk.office, given.link))
    if isinstance(offer, Refused):
        raise refusal(offer)
    return OfferOut(email=offer.person.email, secret=offer.secret, address=offer.address, needed=offer.needs_factor)


@routes.post(f"{ACCOUNT}/set-up", status_code=status.HTTP_201_CREATED, **ANYBODY)
async def set_up(given: SetUpIn, come: Annotated[Newcomer, Depends(newcomer)]) -> SetUpOut:
    """Set an account up with a link, which is used up by it; then sign in."""
    chosen = Chosen(password=given.password, code=given.code)
    made = await come.desk.hashing(lambda: set_up_account(come.desk.office, given.link, chosen))
    if isinstance(made, Refused):
        raise refusal(made)
    return SetUpOut(email=made.person.email, recovery_codes=list(made.recovery))


def _given(request: Request, response: Response, opened: Opened) -> SessionOut:
    give_cookie(request, response, opened.text)
    return _told(opened.person, opened.session, opened.text)


def _told(person: Person, session: Session | None, text: str) -> SessionOut:
    return SessionOut(
        person=person.id,
        email=person.email,
        name=person.name,
        roles=sorted(role.value for role in person.roles),
        identity=person.identity.value,
        ends_at=None if session is None else session.ends_at,
        page_token=page_token(text) if text else "",
    )

"""Signing in through an identity provider: the browser goes there, and comes back with its word."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response, status
from fastapi.responses import RedirectResponse
from starlette.requests import Request

from licet.core.refusal import Refused
from licet.flows.sessions import sign_out
from licet.flows.sign_in_outside import Brought, Outside, come_back, go_outside
from licet.web.api.session import ADDRESS
from licet.web.guard import ANYBODY, COMING_BACK, GuardedRoute, newcomer
from licet.web.people import Newcomer, away_cookie, cookie_of, give_away_cookie, give_cookie, own_address, take_away_cookie
from licet.web.problems import refusal

GO, COME = f"{ADDRESS}/oidc", f"{ADDRESS}/oidc/callback"
LONGEST = 2_000
routes = APIRouter(tags=["session"], route_class=GuardedRoute)

Path = Annotated[str, Query(max_length=LONGEST, description="The path on this server to go on to; whatever leads elsewhere becomes `/`.")]
Again = Annotated[bool, Query(description="Show once more who one is who is signed in; it holds for five minutes.")]
State = Annotated[str, Query(max_length=LONGEST, description="As it was sent there.")]
Code = Annotated[str, Query(max_length=LONGEST, description="What stands for the provider's word; empty where it let nobody in.")]
Error = Annotated[str, Query(max_length=LONGEST, description="Why the provider let nobody in; without a code nobody is.")]


@routes.get(GO, status_code=status.HTTP_303_SEE_OTHER, response_class=RedirectResponse, **ANYBODY)
async def go(come: Annotated[Newcomer, Depends(newcomer)], request: Request, *, back: Path = "/", confirm: Again = False) -> Response:
    """Sign in through the identity provider: the browser is sent there."""
    outside, text = _outside(come), cookie_of(request) if confirm else None
    redirect = own_address(request) + COME
    gone = await come.desk.asking(lambda: go_outside(come.desk.office, outside, redirect=redirect, back=back, text=text))
    if isinstance(gone, Refused):
        raise refusal(gone)
    response = RedirectResponse(gone.address, status_code=status.HTTP_303_SEE_OTHER)
    give_away_cookie(request, response, gone.state)
    return response


@routes.get(COME, status_code=status.HTTP_303_SEE_OTHER, response_class=RedirectResponse, **COMING_BACK)
async def come(
    there: Annotated[Newcomer, Depends(newcomer)], request: Request, *, state: State = "", code: Code = "", error: Error = ""
) -> Response:
    """Come back from the identity provider: the answer sets the session's cookie and goes on to the path of before."""
    del error  # declared for OpenAPI; there is no code then
    outside, before = _outside(there), cookie_of(request)
    brought = Brought(state=state, code=code, kept=away_cookie(request), text=before)
    back = await there.desk.asking(lambda: come_back(there.desk.office, outside, brought))
    if isinstance(back, Refused):
        raise refusal(back)
    if before and back.opened.session.confirmed_at is None:
        await there.desk.run(lambda: sign_out(there.desk.office, before))
    response = RedirectResponse(back.back, status_code=status.HTTP_303_SEE_OTHER)
    give_cookie(request, response, back.opened.text)
    take_away_cookie(request, response)
    return response


def _outside(come: Newcomer) -> Outside:
    found = come.desk.service.outside
    if found is None:
        remedy = "Sign in with a password; an admin sets a provider up with LICET_OIDC_ISSUER."
        raise refusal(Refused(code="no_identity_provider", why="No identity provider is set up here.", remedy=remedy))
    return found

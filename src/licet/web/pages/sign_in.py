"""Signing in: password and code, a set-up link, showing once more who one is, and signing out."""

from starlette.requests import Request
from starlette.responses import Response

from licet.core.refusal import Refused
from licet.flows.accounts import asserted_here
from licet.flows.list_people import people_here
from licet.flows.sessions import sign_out
from licet.flows.sign_in import Credentials, confirm, sign_in
from licet.web.desk import desk_of
from licet.web.pages.page import ANYBODY, SIGN_IN, form_of, go, inside, page_routes, show, viewer_of
from licet.web.pages.viewer import give_word, take_word
from licet.web.people import address_of, asserted_person, cookie_of, give_cookie, may_assert, take_cookie
from licet.web.problems import problem, refusal

routes = page_routes()


@routes.get(SIGN_IN, **ANYBODY)
async def ask(request: Request) -> Response:
    """Asks who somebody is."""
    return await _asked(request, to=inside(request.query_params.get("next", "/")))


@routes.post(SIGN_IN, **ANYBODY)
async def take(request: Request) -> Response:
    """Opens a session for whoever shows the right password and code."""
    form, desk = form_of(request), desk_of(request)
    to = inside(form.one("next"))
    where = address_of(request, desk.service.proxies)
    shown = Credentials(email=form.one("email")[:320], password=form.one("password"), code=form.one("code")[:40], address=where)
    opened = await desk.hashing(lambda: sign_in(desk.office, shown))
    if isinstance(opened, Refused):
        return await _asked(request, to=to, refused=opened, email=shown.email)
    before = cookie_of(request)
    if before:
        await desk.run(lambda: sign_out(desk.office, before))
    answer = go(request, to)
    give_cookie(request, answer, opened.text)
    take_word(answer)
    return answer


@routes.post("/sign-in/asserted", **ANYBODY)
async def take_word_for_it(request: Request) -> Response:
    """Takes somebody's word for who they are: in trials on this machine, while nobody has an account."""
    form, desk = form_of(request), desk_of(request)
    if not may_assert(request, desk):
        raise refusal(Refused(code="sign_in_needed", why="Nobody is taken at their word here.", remedy="Sign in."))
    person = await asserted_person(desk, form.one("email"))
    answer = go(request, inside(form.one("next")))
    give_word(answer, person.email)
    return answer


async def _asked(request: Request, *, to: str, refused: Refused | None = None, email: str = "") -> Response:
    desk = desk_of(request)
    words = may_assert(request, desk) and await desk.run(lambda: asserted_here(desk.office))
    people = await desk.run(lambda: people_here(desk.office)) if words else ()
    status = 200 if refused is None else problem(refused.code, "").status
    outside = desk.service.outside is not None
    return show(request, "sign_in.html.j2", status=status, to=to, refused=refused, email=email, people=people, outside=outside)


@routes.post("/sign-out")
async def leave(request: Request) -> Response:
    """Ends the session, here or everywhere."""
    viewer, everywhere = viewer_of(request), form_of(request).has("everywhere")
    if not viewer.asserted:
        await viewer.run(lambda: sign_out(viewer.visitor.desk.office, viewer.visitor.text, everywhere=everywhere))
    answer = go(request, SIGN_IN, said="You are signed out.")
    take_cookie(request, answer)
    take_word(answer)
    return answer


@routes.get("/confirm")
async def ask_again(request: Request) -> Response:
    """Asks once more who somebody is, before an act of high stake."""
    return show(request, "confirm.html.j2", to=inside(request.query_params.get("next", "/")), refused=None)


@routes.post("/confirm")
async def take_again(request: Request) -> Response:
    """Holds for five minutes."""
    viewer, form = viewer_of(request), form_of(request)
    desk, to = viewer.visitor.desk, inside(form.one("next"))
    where = address_of(request, desk.service.proxies)
    shown = Credentials(email=viewer.by.email, password=form.one("password"), code=form.one("code")[:40], address=where)
    opened = await desk.hashing(lambda: confirm(desk.office, viewer.visitor.text, shown))
    if isinstance(opened, Refused):
        return show(request, "confirm.html.j2", status=problem(opened.code, "").status, to=to, refused=opened)
    answer = go(request, to, said="Confirmed for five minutes.")
    give_cookie(request, answer, opened.text)
    return answer

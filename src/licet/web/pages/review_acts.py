"""Acts on the review page: answer, withdraw, keep or change, skip, and staying at it. A script gets JSON, a plain form the next page."""

import gzip
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from licet.core.canonical import Json
from licet.core.desk import Handed, Held, Revealed
from licet.core.keys import Deed, keys_said
from licet.core.refusal import Refused
from licet.flows.desk import release, renew
from licet.flows.read_on import LookBack, look_back, read_on, set_keys
from licet.web.frame import CODE
from licet.web.pages.answering import Faults, Sent, commit_sent, kept, name_in, sent_in, settle_sent, skip_sent, withdraw_sent
from licet.web.pages.page import go, page_routes, viewer_of
from licet.web.pages.review import AT, draw_case, draw_look, no, place, place_of
from licet.web.pages.review_shown import filled_in, ms

NOT_VALID = 422

routes = page_routes()


def by_script(request: Request) -> bool:
    """Whether the page's script asks, and not a plain form."""
    return request.headers.get("accept", "") == "application/json"


def told(**facts: Json) -> Response:
    """Something for the page's script."""
    return JSONResponse(facts)


async def refused(request: Request, found: Refused, named: str, written: Mapping[str, str] | None = None) -> Response:
    """Says no: to the script in the same form as a yes, to a person in words, with what they had written."""
    if not by_script(request):
        return await no(request, found, named=named, kept=written)
    request.scope[CODE] = found.code
    return told(state="no", code=found.code, detail=found.why, remedy=found.remedy)


def _words(response: Response) -> str:
    body = bytes(response.body)
    whole = gzip.decompress(body) if response.headers.get("content-encoding") == "gzip" else body
    return whole.decode("utf-8")


@routes.post(f"{AT}/commit")
async def answer(request: Request) -> Response:
    """Takes an answer; it is held for some seconds, or shown beside AI's where the use case is assisted."""
    sent = sent_in(request)
    named, taken = name_in(sent, "use_case"), await commit_sent(request, sent)
    match taken:
        case Refused():
            return await refused(request, taken, named, kept(sent))
        case Held():
            return _held(request, taken, named)
        case Revealed():
            return await _revealed(request, taken.id, named)
        case _:
            return await _wrong(request, sent, taken)


async def _wrong(request: Request, sent: Sent, faults: Faults) -> Response:
    """Says all that is wrong with a form; a plain form comes back with what was typed."""
    named, held = name_in(sent, "use_case"), name_in(sent, "held")
    if by_script(request):
        wrong = [{"field": fault.field, "says": fault.says} for fault in faults]
        return told(state="wrong", faults=[{**one} for one in wrong])
    viewer, filled = viewer_of(request), filled_in(sent, faults)
    if held:
        look = await viewer.run(lambda: look_back(viewer.office, viewer.by, held_id=held))
        if isinstance(look, Refused):
            return await refused(request, look, named, kept(sent))
        return await draw_look(request, "review.html.j2", look, named=named, filled=filled, status=NOT_VALID)
    token, lease = name_in(sent, "token"), name_in(sent, "lease")
    handed = await viewer.run(lambda: read_on(viewer.office, viewer.by, token=token, lease=lease))
    if isinstance(handed, Refused):
        return await refused(request, handed, named, kept(sent))
    return await draw_case(request, "review.html.j2", handed, named=named, filled=filled, status=NOT_VALID)


def _held(request: Request, held: Held, named: str) -> Response:
    if by_script(request):
        left = ms(held.effect_at - viewer_of(request).office.clock.now())
        return told(state="held", id=held.id, left_ms=left)
    return go(request, place(use_case=named, undo=held.id))


async def _revealed(request: Request, held_id: str, named: str) -> Response:
    viewer = viewer_of(request)
    if not by_script(request):
        return go(request, place(use_case=named, held=held_id))
    look = await viewer.run(lambda: look_back(viewer.office, viewer.by, held_id=held_id))
    if isinstance(look, Refused):
        return await refused(request, look, named)
    part = await draw_look(request, "review_answer.html.j2", look, named=named)
    return told(state="revealed", id=held_id, html=_words(part), at=place(use_case=named, held=held_id))


@routes.post(f"{AT}/settle")
async def settle(request: Request) -> Response:
    """Keeps one's answer, or changes it to AI's or to another: a second record beside the first, which stays."""
    sent = sent_in(request)
    named, taken = name_in(sent, "use_case"), await settle_sent(request, sent)
    if isinstance(taken, Held):
        return _held(request, taken, named)
    return await (refused(request, taken, named, kept(sent)) if isinstance(taken, Refused) else _wrong(request, sent, taken))


@routes.post(f"{AT}/withdraw")
async def take_back(request: Request) -> Response:
    """Withdraws an answer that did not take effect yet, and gives the case back to whoever gave it."""
    sent = sent_in(request)
    named, found = name_in(sent, "use_case"), await withdraw_sent(request, sent)
    return await (refused(request, found, named) if isinstance(found, Refused) else _back(request, found, named))


async def _back(request: Request, found: Handed | LookBack, named: str) -> Response:
    at = place(use_case=named, held=found.revealed.id) if isinstance(found, LookBack) else place_of(found, named)
    if not by_script(request):
        return go(request, at, said="Your answer was withdrawn.")
    if isinstance(found, LookBack):
        part = await draw_look(request, "review_case.html.j2", found, named=named)
    else:
        part = await draw_case(request, "review_case.html.j2", found, named=named)
    return told(state="back", html=_words(part), at=at)


@routes.post(f"{AT}/skip")
async def pass_on(request: Request) -> Response:
    """Puts a case back for somebody else, with a reason; or takes *cannot tell* as an answer."""
    sent = sent_in(request)
    named, found = name_in(sent, "use_case"), await skip_sent(request, sent)
    if isinstance(found, Refused):
        return await refused(request, found, named)
    return told(state="skipped") if by_script(request) else go(request, place(use_case=named), said="Skipped; somebody else is asked.")


@routes.post(f"{AT}/renew")
async def stay(request: Request) -> Response:
    """A heartbeat. That the case is theirs no more is no failure: it was answered meanwhile, or somebody else took it."""
    viewer, sent = viewer_of(request), sent_in(request)
    token, lease = name_in(sent, "token"), name_in(sent, "lease")
    found = await viewer.run(lambda: renew(viewer.office, viewer.by, token=token, lease=lease))
    if isinstance(found, Refused):
        return told(state="no", code=found.code, detail=found.why, remedy=found.remedy)
    return told(state="yours", lease_ms=ms(found.until - viewer.office.clock.now()))


@routes.post(f"{AT}/release")
async def give_back(request: Request) -> Response:
    """Gives a case back, as it was, if it is theirs still."""
    viewer, sent = viewer_of(request), sent_in(request)
    token, lease = name_in(sent, "token"), name_in(sent, "lease")
    await viewer.run(lambda: release(viewer.office, viewer.by, token=token, lease=lease))
    return told(state="released")


@routes.post(f"{AT}/keys")
async def choose_keys(request: Request) -> Response:
    """Sets the viewer's own keys."""
    viewer, sent = viewer_of(request), sent_in(request)
    keys = keys_said({deed.value: sent.get(f"key.{deed.value}", "") for deed in Deed}, on="on" in sent)
    if isinstance(keys, Refused):
        return await refused(request, keys, "")
    await viewer.run(lambda: set_keys(viewer.office, viewer.by, keys))
    if by_script(request):
        return told(state="kept", on=keys.on, keys={deed.value: key for deed, key in keys.keys.items()})
    return go(request, AT, said="Your keys are kept.")

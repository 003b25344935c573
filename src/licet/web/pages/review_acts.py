"""Acts on the review page: answer, withdraw, keep or change, skip, and staying at it. A script gets JSON, a plain form the next page."""

import gzip
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from licet.core.answer import Answer
from licet.core.answer_form import FormFault
from licet.core.canonical import Json
from licet.core.desk import Commit, Handed, Held, Revealed
from licet.core.keys import Deed, keys_said
from licet.core.refusal import Refused
from licet.flows.cannot_tell import cannot_tell
from licet.flows.desk import release, renew, skip
from licet.flows.hold import commit, keep_or_change, withdraw
from licet.flows.read_on import LookBack, answer_form, back_in_hand, look_back, read_on, set_keys
from licet.web.answer_form import answer_in
from licet.web.frame import CODE
from licet.web.pages.page import form_of, go, page_routes, viewer_of
from licet.web.pages.review import AT, draw_case, draw_look, no, place, place_of
from licet.web.pages.review_shown import CANNOT_TELL, KEPT_REASONS, filled_in, ms
from licet.web.pages.viewer import Viewer

LONGEST_NOTE = 4000
LONGEST_REASON = 500
LONGEST_KEY = 80
OURS = frozenset({"token", "lease", "key", "use_case", "of", "held", "how"})
"""Controls that the page fills in itself."""
NOT_VALID = 422

routes = page_routes()


def by_script(request: Request) -> bool:
    """Whether the page's script asks, and not a plain form."""
    return request.headers.get("accept", "") == "application/json"


def told(**facts: Json) -> Response:
    """Something for the page's script."""
    return JSONResponse(facts)


async def refused(request: Request, found: Refused, named: str, kept: Mapping[str, str] | None = None) -> Response:
    """Says no: to the script in the same form as a yes, to a person in words, with what they had written."""
    if not by_script(request):
        return await no(request, found, named=named, kept=kept)
    request.scope[CODE] = found.code
    return told(state="no", code=found.code, detail=found.why, remedy=found.remedy)


def _sent(request: Request) -> dict[str, str]:
    """What the form holds, each control once."""
    form = form_of(request)
    return {name: form.one(name) for name in form.fields if name != "page_token"}


def _words(response: Response) -> str:
    body = bytes(response.body)
    whole = gzip.decompress(body) if response.headers.get("content-encoding") == "gzip" else body
    return whole.decode("utf-8")


@routes.post(f"{AT}/commit")
async def answer(request: Request) -> Response:
    """Takes an answer; it is held for some seconds, or shown beside AI's where the use case is assisted."""
    viewer, sent = viewer_of(request), _sent(request)
    token, lease, named = (sent.get(name, "")[:100] for name in ("token", "lease", "use_case"))
    form = await viewer.run(lambda: answer_form(viewer.office, viewer.by, name=sent.get("of", "")[:100]))
    if isinstance(form, Refused):
        return await refused(request, form, named, _kept(sent))
    said, note = answer_in(form, sent), sent.get("note", "").strip()
    if isinstance(said, tuple) or len(note) > LONGEST_NOTE:
        return await _wrong(request, sent, said if isinstance(said, tuple) else _long_note(note))
    key = sent.get("key", "")[:LONGEST_KEY] or lease
    given = Commit(token=token, lease=lease, answer=said, note=note, key=key)
    taken = await viewer.run(lambda: commit(viewer.office, viewer.by, given))
    match taken:
        case Refused():
            return await refused(request, taken, named, _kept(sent))
        case Held():
            return _held(request, taken, named)
        case Revealed():
            return await _revealed(request, taken.id, named)


def _long_note(note: str) -> tuple[FormFault, ...]:
    return (FormFault(field="note", says=f"The note has {len(note):,} characters; {LONGEST_NOTE:,} are allowed. Shorten it."),)


def _kept(sent: Mapping[str, str]) -> dict[str, str]:
    """What somebody wrote themselves."""
    return {name: value for name, value in sent.items() if name not in OURS and value.strip()}


async def _wrong(request: Request, sent: Mapping[str, str], faults: tuple[FormFault, ...]) -> Response:
    """Says all that is wrong with a form; a plain form comes back with what was typed."""
    named, held = sent.get("use_case", "")[:100], sent.get("held", "")[:100]
    if by_script(request):
        wrong = [{"field": fault.field, "says": fault.says} for fault in faults]
        return told(state="wrong", faults=[{**one} for one in wrong])
    viewer, filled = viewer_of(request), filled_in(sent, faults)
    if held:
        look = await viewer.run(lambda: look_back(viewer.office, viewer.by, held_id=held))
        if isinstance(look, Refused):
            return await refused(request, look, named, _kept(sent))
        return await draw_look(request, "review.html.j2", look, named=named, filled=filled, status=NOT_VALID)
    token, lease = sent.get("token", "")[:100], sent.get("lease", "")[:100]
    handed = await viewer.run(lambda: read_on(viewer.office, viewer.by, token=token, lease=lease))
    if isinstance(handed, Refused):
        return await refused(request, handed, named, _kept(sent))
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
    viewer, sent = viewer_of(request), _sent(request)
    named, held = sent.get("use_case", "")[:100], sent.get("held", "")[:100]
    look = await viewer.run(lambda: look_back(viewer.office, viewer.by, held_id=held))
    if isinstance(look, Refused):
        return await refused(request, look, named, _kept(sent))
    final = _final(look, sent)
    if isinstance(final, tuple):
        return await _wrong(request, sent, final)
    taken = await viewer.run(lambda: keep_or_change(viewer.office, viewer.by, held_id=held, answer=final))
    return await refused(request, taken, named, _kept(sent)) if isinstance(taken, Refused) else _held(request, taken, named)


def _final(look: LookBack, sent: Mapping[str, str]) -> Answer | tuple[FormFault, ...]:
    match sent.get("how", ""):
        case "keep":
            return look.first
        case "change":
            return look.revealed.proposal
        case _:
            return answer_in(look.handed.form, sent)


@routes.post(f"{AT}/withdraw")
async def take_back(request: Request) -> Response:
    """Withdraws an answer that did not take effect yet, and gives the case back to whoever gave it."""
    viewer, sent = viewer_of(request), _sent(request)
    named, held = sent.get("use_case", "")[:100], sent.get("held", "")[:100]
    no_more = await viewer.run(lambda: withdraw(viewer.office, viewer.by, held_id=held))
    if isinstance(no_more, Refused):
        return await refused(request, no_more, named)
    look = await viewer.run(lambda: look_back(viewer.office, viewer.by, held_id=held))
    if isinstance(look, LookBack):
        return await _back(request, look, named)
    handed = await viewer.run(lambda: back_in_hand(viewer.office, viewer.by, held_id=held))
    return await refused(request, handed, named) if isinstance(handed, Refused) else await _back(request, handed, named)


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
    viewer, sent = viewer_of(request), _sent(request)
    named, token, lease = (sent.get(name, "")[:100] for name in ("use_case", "token", "lease"))
    found = await viewer.run(lambda: left_to_others(viewer, sent, token=token, lease=lease))
    if isinstance(found, Refused):
        return await refused(request, found, named)
    return told(state="skipped") if by_script(request) else go(request, place(use_case=named), said="Skipped; somebody else is asked.")


def left_to_others(viewer: Viewer, sent: Mapping[str, str], *, token: str, lease: str) -> Refused | None:
    """Skips a case for the reason that was picked or written; or says that one cannot tell, with what one wrote beside it."""
    picked, words = sent.get("reason", ""), sent.get("words", "").strip()[:LONGEST_REASON]
    if picked == CANNOT_TELL:
        return cannot_tell(viewer.office, viewer.by, token=token, lease=lease, why=words)
    reason = ". ".join(part for part in (picked if picked in KEPT_REASONS else "", words) if part)
    return skip(viewer.office, viewer.by, token=token, lease=lease, reason=reason)


@routes.post(f"{AT}/renew")
async def stay(request: Request) -> Response:
    """A heartbeat. That the case is theirs no more is no failure: it was answered meanwhile, or somebody else took it."""
    viewer, sent = viewer_of(request), _sent(request)
    token, lease = sent.get("token", "")[:100], sent.get("lease", "")[:100]
    found = await viewer.run(lambda: renew(viewer.office, viewer.by, token=token, lease=lease))
    if isinstance(found, Refused):
        return told(state="no", code=found.code, detail=found.why, remedy=found.remedy)
    return told(state="yours", lease_ms=ms(found.until - viewer.office.clock.now()))


@routes.post(f"{AT}/release")
async def give_back(request: Request) -> Response:
    """Gives a case back, as it was, if it is theirs still."""
    viewer, sent = viewer_of(request), _sent(request)
    token, lease = sent.get("token", "")[:100], sent.get("lease", "")[:100]
    await viewer.run(lambda: release(viewer.office, viewer.by, token=token, lease=lease))
    return told(state="released")


@routes.post(f"{AT}/keys")
async def choose_keys(request: Request) -> Response:
    """Sets the viewer's own keys."""
    viewer, sent = viewer_of(request), _sent(request)
    keys = keys_said({deed.value: sent.get(f"key.{deed.value}", "") for deed in Deed}, on="on" in sent)
    if isinstance(keys, Refused):
        return await refused(request, keys, "")
    await viewer.run(lambda: set_keys(viewer.office, viewer.by, keys))
    if by_script(request):
        return told(state="kept", on=keys.on, keys={deed.value: key for deed, key in keys.keys.items()})
    return go(request, AT, said="Your keys are kept.")

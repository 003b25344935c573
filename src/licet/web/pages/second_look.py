"""Second look: who is right? Two people's answers side by side, one's own answer, and what AI proposes last; by keyboard alone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from licet.core.answer import Answer, answer_label
from licet.core.answer_form import FormFault
from licet.core.desk import Commit, Handed, Held, NothingWaits, Revealed
from licet.core.refusal import Refused
from licet.flows.desk import renew
from licet.flows.hold import commit, keep_or_change, withdraw
from licet.flows.read_on import LookBack, answer_form, back_in_hand, look_back
from licet.flows.second import TwoAnswers, look_back_at_two, next_second_look, second_look, second_looks_waiting
from licet.web.answer_form import answer_in
from licet.web.desk import desk_of
from licet.web.pages.page import form_of, go, page_routes, viewer_of
from licet.web.pages.review import around, drawn
from licet.web.pages.review_acts import LONGEST_KEY, LONGEST_NOTE, OURS, left_to_others
from licet.web.pages.review_shown import EMPTY, Filled, compared, filled_in, shown, side_by_side, values_of
from licet.web.problems import problem

AT = "/second-look"
TEMPLATE = "second_look.html.j2"
SEE_OTHER, NOT_VALID, NO_CONTENT = 303, 422, 204

routes = page_routes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Two:
    """What two people said, without names; `rows`: field by field, where the answers have fields."""

    one: str
    other: str
    rows: tuple[tuple[str, str, str, bool], ...]


def _two(answers: tuple[Answer, Answer]) -> Two:
    one, other = answers
    return Two(one=answer_label(one), other=answer_label(other), rows=side_by_side(one, other))


def _place(**asked: str) -> str:
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{AT}?{query}" if query else AT


def _of(handed: Handed, named: str, undo: str = "") -> str:
    return _place(use_case=named, token=handed.token, lease=handed.lease.name, undo=undo)


async def _draw(
    request: Request, found: TwoAnswers, *, named: str, filled: Filled = EMPTY, look: LookBack | None = None, status: int = 200
) -> Response:
    """Draws a case on which two people differ; with `look`, one's own answer beside AI's, too."""
    about = await around(request, named=named, slug=found.handed.use_case)
    about = replace(about, standing=replace(about.standing, reveals=True))
    viewer, pictures = about.viewer, desk_of(request).service.pictures
    now = viewer.office.clock.now()
    ready = await viewer.run(lambda: shown(found.handed, about.standing, pictures, now=now, named=named, filled=filled))
    beside = None if look is None else compared(look, now=now)
    undo = request.query_params.get("undo", "")[:100]
    facts = {**await _around(request, named), "shown": ready, "look": beside, "two": _two(found.answers), "undo": undo}
    return drawn(request, TEMPLATE, about, status=status, **facts)


async def _around(request: Request, named: str) -> dict[str, Any]:
    viewer = viewer_of(request)
    waiting = await viewer.run(lambda: second_looks_waiting(viewer.office, viewer.by))
    return {"here": "second", "acts_at": AT, "again": _place(use_case=named), "waiting": waiting}


async def _no(request: Request, refused: Refused, named: str, kept: Mapping[str, str] | None = None) -> Response:
    """Says why not, with whatever was written, and the way on."""
    about, facts = await around(request, named=named, slug=""), await _around(request, named)
    status = problem(refused.code, refused.why).status
    return drawn(request, TEMPLATE, about, status=status, **{**facts, "refused": refused, "kept": kept or {}})


@routes.get(AT)
async def look(request: Request) -> Response:
    """The case in hand, one's own answer beside AI's after it, or the next case on which two people differ."""
    asked, viewer = request.query_params, viewer_of(request)
    named, token, lease, held = (asked.get(name, "")[:100] for name in ("use_case", "token", "lease", "held"))
    if held:
        return await _after(request, held, named)
    if token:
        found = await viewer.run(lambda: second_look(viewer.office, viewer.by, token=token, lease=lease))
        return await (_no(request, found, named) if isinstance(found, Refused) else _draw(request, found, named=named))
    taken = await viewer.run(lambda: next_second_look(viewer.office, viewer.by, name=named or None))
    match taken:
        case TwoAnswers():
            return RedirectResponse(_of(taken.handed, named, asked.get("undo", "")[:100]), status_code=SEE_OTHER)
        case NothingWaits():
            about, facts = await around(request, named=named, slug=""), await _around(request, named)
            return drawn(request, TEMPLATE, about, **{**facts, "undo": asked.get("undo", "")[:100]})
        case Refused():
            return await _no(request, taken, named)


async def _after(request: Request, held: str, named: str, filled: Filled | None = None, status: int = 200) -> Response:
    viewer = viewer_of(request)
    found = await viewer.run(lambda: look_back_at_two(viewer.office, viewer.by, held_id=held))
    if isinstance(found, Refused):
        return await _no(request, found, named)
    back, answers = found
    mine = filled or Filled(values=values_of(back.first, back.handed.form.choices))
    return await _draw(request, TwoAnswers(handed=back.handed, answers=answers), named=named, filled=mine, look=back, status=status)


# --- acts ----------------------------------------------------------------------------------------------------------------


def _sent(request: Request) -> dict[str, str]:
    form = form_of(request)
    return {name: form.one(name) for name in form.fields if name != "page_token"}


def _kept(sent: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in sent.items() if name not in OURS and value.strip()}


@routes.post(f"{AT}/commit")
async def answer(request: Request) -> Response:
    """Takes one's own answer; what AI proposes is shown after it."""
    viewer, sent = viewer_of(request), _sent(request)
    token, lease, named = (sent.get(name, "")[:100] for name in ("token", "lease", "use_case"))
    form = await viewer.run(lambda: answer_form(viewer.office, viewer.by, name=sent.get("of", "")[:100]))
    if isinstance(form, Refused):
        return await _no(request, form, named, _kept(sent))
    said, note = answer_in(form, sent), sent.get("note", "").strip()
    if len(note) > LONGEST_NOTE:
        said = (FormFault(field="note", says=f"The note has {len(note):,} characters; {LONGEST_NOTE:,} are allowed. Shorten it."),)
    if isinstance(said, tuple):
        return await _wrong(request, sent, said)
    key = sent.get("key", "")[:LONGEST_KEY] or lease
    given = Commit(token=token, lease=lease, answer=said, note=note, key=key)
    taken = await viewer.run(lambda: commit(viewer.office, viewer.by, given))
    match taken:
        case Refused():
            return await _no(request, taken, named, _kept(sent))
        case Held():
            return go(request, _place(use_case=named, undo=taken.id))
        case Revealed():
            return go(request, _place(use_case=named, held=taken.id))


async def _wrong(request: Request, sent: Mapping[str, str], faults: tuple[FormFault, ...]) -> Response:
    """The form once more, with what was typed and all that is wrong."""
    viewer, filled = viewer_of(request), filled_in(sent, faults)
    named, held, token, lease = (sent.get(name, "")[:100] for name in ("use_case", "held", "token", "lease"))
    if held:
        return await _after(request, held, named, filled, NOT_VALID)
    found = await viewer.run(lambda: second_look(viewer.office, viewer.by, token=token, lease=lease))
    if isinstance(found, Refused):
        return await _no(request, found, named, _kept(sent))
    return await _draw(request, found, named=named, filled=filled, status=NOT_VALID)


@routes.post(f"{AT}/settle")
async def settle(request: Request) -> Response:
    """Keeps one's answer, or changes it after AI's was shown: a second record beside the first, which stays."""
    viewer, sent = viewer_of(request), _sent(request)
    named, held = sent.get("use_case", "")[:100], sent.get("held", "")[:100]
    back = await viewer.run(lambda: look_back(viewer.office, viewer.by, held_id=held))
    if isinstance(back, Refused):
        return await _no(request, back, named, _kept(sent))
    usual = {"keep": back.first, "change": back.revealed.proposal}
    final = usual.get(sent.get("how", "")) or answer_in(back.handed.form, sent)
    if isinstance(final, tuple):
        return await _wrong(request, sent, final)
    taken = await viewer.run(lambda: keep_or_change(viewer.office, viewer.by, held_id=held, answer=final))
    if isinstance(taken, Refused):
        return await _no(request, taken, named, _kept(sent))
    return go(request, _place(use_case=named, undo=taken.id))


@routes.post(f"{AT}/withdraw")
async def take_back(request: Request) -> Response:
    """Withdraws what did not take effect yet, and gives the case back to whoever answered it."""
    viewer, sent = viewer_of(request), _sent(request)
    named, held = sent.get("use_case", "")[:100], sent.get("held", "")[:100]
    no_more = await viewer.run(lambda: withdraw(viewer.office, viewer.by, held_id=held))
    if isinstance(no_more, Refused):
        return await _no(request, no_more, named)
    back = await viewer.run(lambda: look_back(viewer.office, viewer.by, held_id=held))
    if isinstance(back, LookBack):
        return go(request, _place(use_case=named, held=held), said="Your answer was withdrawn.")
    handed = await viewer.run(lambda: back_in_hand(viewer.office, viewer.by, held_id=held))
    if isinstance(handed, Refused):
        return await _no(request, handed, named)
    return go(request, _of(handed, named), said="Your answer was withdrawn.")


@routes.post(f"{AT}/skip")
async def pass_on(request: Request) -> Response:
    """Puts a case back for somebody else senior, with a reason."""
    viewer, sent = viewer_of(request), _sent(request)
    named, token, lease = (sent.get(name, "")[:100] for name in ("use_case", "token", "lease"))
    found = await viewer.run(lambda: left_to_others(viewer, sent, token=token, lease=lease))
    if isinstance(found, Refused):
        return await _no(request, found, named)
    return go(request, _place(use_case=named), said="Skipped; somebody else is asked.")


@routes.post(f"{AT}/renew")
async def stay(request: Request) -> Response:
    """A heartbeat: the case stays in hand."""
    viewer, sent = viewer_of(request), _sent(request)
    token, lease = sent.get("token", "")[:100], sent.get("lease", "")[:100]
    found = await viewer.run(lambda: renew(viewer.office, viewer.by, token=token, lease=lease))
    if isinstance(found, Refused):
        return Response(status_code=problem(found.code, found.why).status)
    return Response(status_code=NO_CONTENT)

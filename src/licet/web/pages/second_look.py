"""Second look: who is right? Two people's answers side by side, one's own answer, and what AI proposes last; by keyboard alone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from licet.core.answer import Answer, answer_label
from licet.core.desk import Handed, Held, NothingWaits, Revealed
from licet.core.refusal import Refused
from licet.flows.desk import renew
from licet.flows.read_on import LookBack
from licet.flows.second import TwoAnswers, look_back_at_two, next_second_look, second_look, second_looks_waiting
from licet.web.desk import desk_of
from licet.web.pages.answering import Faults, Sent, commit_sent, kept, name_in, sent_in, settle_sent, skip_sent, withdraw_sent
from licet.web.pages.page import go, page_routes, viewer_of
from licet.web.pages.review import around, drawn
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


async def _no(request: Request, refused: Refused, named: str, written: Mapping[str, str] | None = None) -> Response:
    """Says why not, with whatever was written, and the way on."""
    about, facts = await around(request, named=named, slug=""), await _around(request, named)
    status = problem(refused.code, refused.why).status
    return drawn(request, TEMPLATE, about, status=status, **{**facts, "refused": refused, "kept": written or {}})


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


@routes.post(f"{AT}/commit")
async def answer(request: Request) -> Response:
    """Takes one's own answer; what AI proposes is shown after it."""
    sent = sent_in(request)
    named, taken = name_in(sent, "use_case"), await commit_sent(request, sent)
    match taken:
        case Refused():
            return await _no(request, taken, named, kept(sent))
        case Held():
            return go(request, _place(use_case=named, undo=taken.id))
        case Revealed():
            return go(request, _place(use_case=named, held=taken.id))
        case _:
            return await _wrong(request, sent, taken)


async def _wrong(request: Request, sent: Sent, faults: Faults) -> Response:
    """The form once more, with what was typed and all that is wrong."""
    viewer, filled = viewer_of(request), filled_in(sent, faults)
    named, held, token, lease = (name_in(sent, name) for name in ("use_case", "held", "token", "lease"))
    if held:
        return await _after(request, held, named, filled, NOT_VALID)
    found = await viewer.run(lambda: second_look(viewer.office, viewer.by, token=token, lease=lease))
    if isinstance(found, Refused):
        return await _no(request, found, named, kept(sent))
    return await _draw(request, found, named=named, filled=filled, status=NOT_VALID)


@routes.post(f"{AT}/settle")
async def settle(request: Request) -> Response:
    """Keeps one's answer, or changes it after AI's was shown: a second record beside the first, which stays."""
    sent = sent_in(request)
    named, taken = name_in(sent, "use_case"), await settle_sent(request, sent)
    if isinstance(taken, Held):
        return go(request, _place(use_case=named, undo=taken.id))
    return await (_no(request, taken, named, kept(sent)) if isinstance(taken, Refused) else _wrong(request, sent, taken))


@routes.post(f"{AT}/withdraw")
async def take_back(request: Request) -> Response:
    """Withdraws what did not take effect yet, and gives the case back to whoever answered it."""
    sent = sent_in(request)
    named, found = name_in(sent, "use_case"), await withdraw_sent(request, sent)
    if isinstance(found, Refused):
        return await _no(request, found, named)
    at = _place(use_case=named, held=found.revealed.id) if isinstance(found, LookBack) else _of(found, named)
    return go(request, at, said="Your answer was withdrawn.")


@routes.post(f"{AT}/skip")
async def pass_on(request: Request) -> Response:
    """Puts a case back for somebody else senior, with a reason."""
    sent = sent_in(request)
    named, found = name_in(sent, "use_case"), await skip_sent(request, sent)
    if isinstance(found, Refused):
        return await _no(request, found, named)
    return go(request, _place(use_case=named), said="Skipped; somebody else is asked.")


@routes.post(f"{AT}/renew")
async def stay(request: Request) -> Response:
    """A heartbeat: the case stays in hand."""
    viewer, sent = viewer_of(request), sent_in(request)
    token, lease = name_in(sent, "token"), name_in(sent, "lease")
    found = await viewer.run(lambda: renew(viewer.office, viewer.by, token=token, lease=lease))
    if isinstance(found, Refused):
        return Response(status_code=problem(found.code, found.why).status)
    return Response(status_code=NO_CONTENT)

"""Contests: is a known answer right? What reviewers contest, decided by somebody senior who sees neither answer before their own."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from licet.core.answer import answer_label
from licet.core.answer_form import FormFault
from licet.core.refusal import Refused
from licet.flows.contest import Verdict, settle_contest
from licet.flows.see_contests import contest_settled, contest_to_settle, see_contests
from licet.flows.shown_case import CaseShown
from licet.web.answer_form import answer_in
from licet.web.pages.contests_shown import preview
from licet.web.pages.one_alone import draw_alone, shown_alone
from licet.web.pages.page import form_of, go, page_routes, show, viewer_of
from licet.web.pages.picture import picture_of
from licet.web.pages.practice_shown import FROM
from licet.web.pages.review_shown import EMPTY, Filled, filled_in
from licet.web.problems import problem, refusal

AT = "/contests"
NOT_VALID = 422
LONGEST_WHY = 500
BLIND = "Neither the known answer nor what the reviewer said is shown before your own."

routes = page_routes()


@routes.get(AT)
async def contests(request: Request) -> Response:
    """What is contested, what was decided, and where to see how people review."""
    return await _list(request)


async def _list(request: Request, refused: Refused | None = None) -> Response:
    viewer = viewer_of(request)
    found = await viewer.run(lambda: see_contests(viewer.office, viewer.by))
    facts: dict[str, Any] = {"found": found, "label": answer_label, "preview": preview, "refused": refused}
    status = 200 if refused is None else problem(refused.code, refused.why).status
    return show(request, "contests.html.j2", status=status, here="contests", **facts)


@routes.get(AT + "/{slug}/picture")
async def picture(request: Request) -> Response:
    """A contested case's picture, or a page of its document, drawn anew; to whoever may decide it."""
    viewer, slug, asked = viewer_of(request), str(request.path_params["slug"]), request.query_params
    token = asked.get("token", "")[:100]
    case = await viewer.run(lambda: contest_to_settle(viewer.office, viewer.by, name=slug, token=token))
    if isinstance(case, Refused):
        raise refusal(case)
    return await picture_of(request, case.body.content)


@routes.get(AT + "/{slug}/{token}")
async def one(request: Request) -> Response:
    """One contested case to decide, with neither answer."""
    viewer, slug, token = viewer_of(request), str(request.path_params["slug"]), str(request.path_params["token"])[:100]
    case = await viewer.run(lambda: contest_to_settle(viewer.office, viewer.by, name=slug, token=token))
    return await _list(request, case) if isinstance(case, Refused) else await _draw(request, case)


async def _draw(request: Request, case: CaseShown, *, filled: Filled = EMPTY, status: int = 200) -> Response:
    viewer, slug = viewer_of(request), str(request.path_params["slug"])
    ready = await viewer.run(lambda: shown_alone(request, case, filled, slug=slug, title=slug))
    facts = {"shown": ready, "plays": BLIND, "asks_why": LONGEST_WHY, "acts_at": f"{AT}/{slug}"}
    return await draw_alone(request, "contest.html.j2", facts, here="contests", status=status)


@routes.post(AT + "/{slug}/commit")
async def decide(request: Request) -> Response:
    """Takes somebody senior's own answer and why; where it is not the known one, the contest is upheld."""
    viewer, slug, form = viewer_of(request), str(request.path_params["slug"]), form_of(request)
    sent = {name: form.one(name) for name in form.fields if name != "page_token"}
    token, why = sent.get("token", "")[:100], sent.get("why", "").strip()
    case = await viewer.run(lambda: contest_to_settle(viewer.office, viewer.by, name=slug, token=token))
    if isinstance(case, Refused):
        return await _list(request, case)
    said = answer_in(case.form, sent)
    faults = (*(said if isinstance(said, tuple) else ()), *_no_reason(why))
    if isinstance(said, tuple) or faults:
        return await _draw(request, case, filled=filled_in(sent, faults), status=NOT_VALID)
    verdict = Verdict(answer=said, why=why)
    upheld = await viewer.run(lambda: settle_contest(viewer.office, viewer.by, name=slug, token=token, said=verdict))
    if isinstance(upheld, Refused):
        return await _list(request, upheld)
    words = "Upheld: it is planted no more, and counts for nobody." if upheld else "The known answer stands, and counts again."
    return go(request, f"{AT}/{slug}/{token}/settled", said=words)


def _no_reason(why: str) -> tuple[FormFault, ...]:
    if not why:
        return (FormFault(field="why", says="Say in a few words why; whoever contests it reads this."),)
    return (FormFault(field="why", says=f"At most {LONGEST_WHY} characters."),) if len(why) > LONGEST_WHY else ()


@routes.get(AT + "/{slug}/{token}/settled")
async def settled(request: Request) -> Response:
    """What came of a contest: the case, the known answer, what the reviewer said and why, and how it was decided."""
    viewer, slug, token = viewer_of(request), str(request.path_params["slug"]), str(request.path_params["token"])[:100]
    found = await viewer.run(lambda: contest_settled(viewer.office, viewer.by, name=slug, token=token))
    if isinstance(found, Refused):
        return await _list(request, found)
    facts: dict[str, Any] = {"one": found, "label": answer_label, "basis": FROM[found.found.about.basis], "preview": preview}
    return show(request, "contest_settled.html.j2", here="contests", **facts)

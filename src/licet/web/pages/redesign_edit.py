"""Writing a redesign: what becomes of each step, with where its time goes beside it; checked, simulated here, or taken home as a file."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from licet.core.process import Step
from licet.core.process_order import in_process_order
from licet.core.redesign import Redesign
from licet.core.redesign_draft import DraftFault, RedesignDraft, writable
from licet.core.redesign_faults import NotARedesignError
from licet.core.redesign_typed import place_of, redesign_of
from licet.core.refusal import Refused
from licet.flows.edit_redesign import Editing, edit_redesign
from licet.flows.play_redesign import Wrong, begin_play
from licet.flows.study_process import Memory, study_process
from licet.store.use_cases import UnknownUseCaseError
from licet.web.desk import desk_of
from licet.web.pages.form import Form
from licet.web.pages.monitoring import NOT_HERE
from licet.web.pages.page import form_of, go, is_live, page_routes, show, viewer_of
from licet.web.pages.redesign_fields import Writing, by_field
from licet.web.pages.redesign_sent import MERGE, MOST_ROWS, base_in, base_text, blank, names_of, sent_draft
from licet.web.pages.use_case import AT
from licet.web.pages.viewer import Viewer
from licet.web.problems import ProblemError, problem, refusal

routes = page_routes()
EDIT = "/redesign/edit"
NOT_VALID = 422
TOO_MANY = "It has more groups of steps than this page has letters for. Change redesign.yaml, and simulate it with `licet process compare`."


@routes.get(AT + EDIT)
async def edit(request: Request) -> Response:
    """The form, with the redesign that somebody worked on last, else the process as it is."""
    page = await _opened(request)
    base = page.editing.begun
    if base is not None and not writable(base):
        raise ProblemError(problem("redesign_unfit", "The newest redesign says more than this page can.", TOO_MANY))
    return _draw(request, page, base, blank(base, page.shown))


@routes.post(AT + EDIT)
async def take(request: Request) -> Response:
    """Takes what was typed: to show the fields that a choice needs, to check it, to write it as a file, or to simulate it."""
    page, form = await _opened(request), form_of(request)
    base = base_in(form)
    draft = sent_draft(form, base, page.shown, page.order)
    match form.one("act"):
        case "fields" if is_live(request):
            return _fields(request, page, draft, form)
        case "fields":
            return _draw(request, page, base, draft)
        case act:
            return await _do(request, page, base, draft, act)


async def _do(request: Request, page: "_Page", base: Redesign | None, draft: RedesignDraft, act: str) -> Response:
    viewer, found = viewer_of(request), redesign_of(draft, base)
    if not isinstance(found, Redesign):
        return _draw(request, page, base, draft, faults=found)
    wrong = await viewer.run(lambda: page.editing.wrong(found))
    if wrong:
        return _draw(request, page, base, draft, faults=_placed(wrong, found, draft))
    if act == "file":
        return _file(request, page, base, draft, found)
    if act != "simulate":
        return _draw(request, page, base, draft, good=True)
    return await _simulate(request, page, base, draft, found)


async def _simulate(request: Request, page: "_Page", base: Redesign | None, draft: RedesignDraft, found: Redesign) -> Response:
    viewer, desk, slug = viewer_of(request), desk_of(request), page.editing.use_case.slug
    begun = await viewer.run(lambda: begin_play(viewer.office, viewer.by, found, name=slug))
    match begun:
        case Refused():
            return _draw(request, page, base, draft, refused=begun)
        case Wrong(faults=wrong):
            return _draw(request, page, base, draft, faults=_placed(wrong, found, draft))
        case _:
            desk.plays.begin(viewer.office, viewer.by, begun, found, name=slug, plan=desk.service.plan)
            return go(request, f"/use-cases/{quote(slug)}/redesign", said="It is being simulated.")


def _file(request: Request, page: "_Page", base: Redesign | None, draft: RedesignDraft, found: Redesign) -> Response:
    """What is on the form as `redesign.yaml`."""
    text = desk_of(request).service.write_redesign(found)
    if isinstance(text, Refused):
        return _draw(request, page, base, draft, refused=text)
    named = {"Content-Disposition": 'attachment; filename="redesign.yaml"', "Cache-Control": "no-store"}
    return Response(text, media_type="application/yaml", headers=named)


# --- what is drawn -------------------------------------------------------------------------------------------------------


class _Page:
    """What the form is drawn from.

    Attributes:
        editing: what a redesign is written on.
        steps: of the map, by name.
        order: the steps of the log as cases come to them; `shown`: those of them that have a row.
    """

    def __init__(self, editing: Editing, steps: Sequence[Step]) -> None:
        """Takes what is known; `steps`, the most frequent first."""
        self.editing = editing
        self.steps: Mapping[str, Step] = {one.name: one for one in steps}
        self.order = in_process_order(editing.says)
        most = frozenset(one.name for one in steps[:MOST_ROWS])
        self.shown = tuple(name for name in self.order if name in most)


async def _opened(request: Request) -> _Page:
    viewer, name, memory = viewer_of(request), str(request.path_params["slug"]), desk_of(request).memory
    try:
        found = await viewer.run(lambda: _read(viewer, name, memory))
    except UnknownUseCaseError:
        raise refusal(NOT_HERE) from None
    if isinstance(found, Refused):
        raise refusal(found)
    return found


def _read(viewer: Viewer, name: str, memory: Memory) -> _Page | Refused:
    editing = edit_redesign(viewer.office, viewer.by, name=name)
    if isinstance(editing, Refused):
        return editing
    studied = study_process(viewer.office, name=name, memory=memory)
    return studied if isinstance(studied, Refused) else _Page(editing, studied.as_is.steps)


def _placed(wrong: Sequence[NotARedesignError], found: Redesign, draft: RedesignDraft) -> tuple[DraftFault, ...]:
    return tuple(DraftFault(place=place_of(one.path, found, draft), why=one.why, remedy=one.remedy) for one in wrong)


def _writing(page: _Page, draft: RedesignDraft, wrong: Mapping[str, str]) -> Writing:
    names = names_of((*page.order, *(one.name for one in draft.steps)))
    return Writing(editing=page.editing, draft=draft, names=names, steps=page.steps, wrong=wrong)


def _draw(
    request: Request,
    page: _Page,
    base: Redesign | None,
    draft: RedesignDraft,
    **how: Any,  # noqa: ANN401 - facts of the template
) -> Response:
    faults: Sequence[DraftFault] = how.get("faults", ())
    refused: Refused | None = how.get("refused")
    status = NOT_VALID if faults else 200 if refused is None else problem(refused.code, "").status
    wrong = by_field(faults)
    facts: dict[str, Any] = {"base": base_text(base), "began": None if base is None else base.title, "good": how.get("good", False)}
    writing = _writing(page, draft, wrong)
    facts |= {"writing": writing, "wrong": writing.named(), "days": wrong.get("days", ""), "skills": wrong.get("skilled_for", "")}
    facts |= {
        "title": wrong.get("title", ""),
        "refused": refused,
        "hidden": len(page.order) - len(page.shown),
        "use": page.editing.use_case,
    }
    return show(
        request,
        "redesign_edit.html.j2",
        status=status,
        here="portfolio",
        play=page.editing.play,
        **facts,
    )


def _fields(request: Request, page: _Page, draft: RedesignDraft, form: Form) -> Response:
    """The fields of one step, for the page that shows the others already."""
    writing, asked = _writing(page, draft, {}), form.one("of")
    rows = {row.name: row.more for row in writing.rows()}
    rows |= {f"{MERGE}-{slot.letter}": slot.more for slot in writing.merges()}
    if asked not in rows:
        raise ProblemError(problem("no_such_address", "No step here has this name."))
    return show(request, "redesign_more.html.j2", more=rows[asked])

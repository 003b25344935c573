"""An incident: what happened, what stopped, which cases may be wrong, and what people find out and do about it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from licet.core.incident import KINDS
from licet.core.inquiry import ClosedInquiry, DoneAction, DroppedAction, Finding, Inquiry, NewAction, PendingAction, whole
from licet.core.ledger_words import WORDS
from licet.core.people import Act
from licet.core.reason import NotAReasonError
from licet.core.refusal import Refused, Unknown
from licet.flows.investigate import (
    Investigated,
    add_action,
    close_incident,
    find_out,
    finish_action,
    list_incidents,
    show_incident,
    timeline,
    why_not,
)
from licet.flows.list_people import people_here
from licet.flows.recheck import AskedAgain, ask_rechecks
from licet.web.pages.form import Form
from licet.web.pages.page import form_of, go, page_routes, show, viewer_of
from licet.web.pages.viewer import Viewer
from licet.web.problems import ProblemError, problem, refusal

routes = page_routes()
ADDRESS = "/incidents"
DONE: dict[str, str] = {
    "explain": "Written down.",
    "act": "Planned.",
    "end": "Taken down.",
    "recheck": "People look at them again, blind.",
    "close": "Closed.",
}
"""What is said when an act is done."""


class NotADayError(ValueError):
    """What was typed is no day."""


@routes.get(ADDRESS)
async def incidents(request: Request) -> Response:
    """Every incident, the newest first; those that are open stand out."""
    viewer = viewer_of(request)
    found = await viewer.run(lambda: list_incidents(viewer.office, name=None))
    waiting = [one for one in found if isinstance(one.found, Inquiry)]
    ended = [one for one in found if isinstance(one.found, ClosedInquiry)]
    return show(request, "incidents.html.j2", here="incident", waiting=waiting, ended=ended, kinds=KINDS, whole=whole)


@routes.get(ADDRESS + "/{number}")
async def incident(request: Request) -> Response:
    """One incident."""
    return await _one(request)


@routes.post(ADDRESS + "/{number}/{act}")
async def act(request: Request) -> Response:
    """What a person writes down or does; what was typed stays where it is refused."""
    viewer, form, number = viewer_of(request), form_of(request), _number(request)
    word = str(request.path_params["act"])
    if word not in ACTS:
        raise ProblemError(problem("no_such_address", "There is no such act on an incident."))
    try:
        made = await viewer.run(lambda: ACTS[word](viewer, number, form))
    except (NotAReasonError, NotADayError) as error:
        return await _one(request, wrong=str(error), form=form)
    if isinstance(made, Refused):
        return await _one(request, refused=made, form=form)
    said = f"{made.asked:,} cases are on the desk again." if isinstance(made, AskedAgain) else DONE[word]
    return go(request, f"{ADDRESS}/{number}", said=said)


def _explain(viewer: Viewer, number: int, form: Form) -> object:
    finding = Finding.CAUSE if form.one("finding") == Finding.CAUSE.value else Finding.LESSON
    return find_out(viewer.office, viewer.by, number=number, finding=finding, says=form.one("says"))


def _act(viewer: Viewer, number: int, form: Form) -> object:
    plan = NewAction(says=form.one("what"), who=_who(viewer, form.one("who")), until=_day(form.one("until")))
    return add_action(viewer.office, viewer.by, number=number, plan=plan)


def _end(viewer: Viewer, number: int, form: Form) -> object:
    action = int(form.one("action")) if form.one("action").isdecimal() else 0
    dropped = form.one("why") if form.has("drop") else None
    return finish_action(viewer.office, viewer.by, number=number, action=action, dropped=dropped)


def _recheck(viewer: Viewer, number: int, _: Form) -> object:
    return ask_rechecks(viewer.office, viewer.by, number=number)


def _close(viewer: Viewer, number: int, form: Form) -> object:
    return close_incident(viewer.office, viewer.by, number=number, why=form.one("left_why").strip() or None)


ACTS: dict[str, Callable[[Viewer, int, Form], object]] = {
    "explain": _explain,
    "act": _act,
    "end": _end,
    "recheck": _recheck,
    "close": _close,
}
"""What can be done about an incident."""


def _who(viewer: Viewer, email: str) -> Any:  # noqa: ANN401 - a person's id, or nobody's
    return next((one.id for one in people_here(viewer.office) if one.email == email), "")


def _day(raw: str) -> datetime:
    try:
        day = datetime.strptime(raw, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        message = f"{raw[:20]!r} is no day; write it as 2030-05-31."
        raise NotADayError(message) from None
    return day + timedelta(hours=23, minutes=59)


def _number(request: Request) -> int:
    raw = str(request.path_params["number"])
    if not raw.isascii() or not raw.isdecimal() or len(raw) > len("1000000000"):
        raise ProblemError(problem("no_such_address", "There is no such incident."))
    return int(raw)


async def _one(request: Request, *, refused: Refused | None = None, wrong: str = "", form: Form | None = None) -> Response:
    viewer, number = viewer_of(request), _number(request)
    seen = await viewer.run(lambda: show_incident(viewer.office, number=number))
    if isinstance(seen, Refused):
        raise refusal(seen)
    story = await viewer.run(lambda: timeline(viewer.office, viewer.by, seen))
    bars = await viewer.run(lambda: why_not(viewer.office, viewer.by, seen, Act.INVESTIGATE))
    people = await viewer.run(lambda: people_here(viewer.office))
    code = refused.code if refused is not None else "invalid" if wrong else ""
    facts: dict[str, Any] = {
        "refused": refused,
        "wrong": wrong,
        "typed": {} if form is None else {name: form.one(name) for name in ("says", "what", "who", "until", "finding", "left_why")},
        "people": people,
        "why_not": bars,
        "story": [] if isinstance(story, Refused) else [(one.index, one.event, WORDS[one.event.what]) for one in story if one.event],
        **_facts(seen),
    }
    return show(request, "incident.html.j2", status=problem(code, "").status if code else 200, here="incident", **facts)


def _facts(seen: Investigated) -> dict[str, Any]:
    inquiry = whole(seen.found)
    told = [one for one in (inquiry.newest(finding) for finding in Finding) if one is not None]
    return {
        "seen": seen,
        "inquiry": inquiry,
        "happened": inquiry.incident,
        "kind": KINDS.get(inquiry.incident.kind, inquiry.incident.kind),
        "unseen": 0 if isinstance(seen.touched, Unknown) else seen.touched.unseen,
        "closed": seen.found if isinstance(seen.found, ClosedInquiry) else None,
        "touched": None if isinstance(seen.touched, Unknown) else seen.touched,
        "again": inquiry.rechecked,
        "newest": {one.finding.value: one for one in told},
        "actions": [(one if isinstance(one, PendingAction) else one.action, _state(one), _why(one)) for one in inquiry.actions],
    }


def _state(one: PendingAction | DoneAction | DroppedAction) -> str:
    return "to do" if isinstance(one, PendingAction) else "done" if isinstance(one, DoneAction) else "dropped"


def _why(one: PendingAction | DoneAction | DroppedAction) -> str:
    return one.why if isinstance(one, DroppedAction) else ""

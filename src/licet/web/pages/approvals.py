"""Approvals: may this go ahead? What waits for whose yes, what each yes is bound to, and a person's yes, no, question or answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from licet.core.approval import (
    AnyRequest,
    DeclinedRequest,
    OpenRequest,
    Part,
    PassedRequest,
    Subject,
    VoidRequest,
    WithdrawnRequest,
    covered_to_json,
    state_word,
)
from licet.core.ids import Digest
from licet.core.reason import NotAReasonError
from licet.core.refusal import Refused
from licet.core.scope import in_words
from licet.flows.approve import approve_gate
from licet.flows.bound_changes import veto_change
from licet.flows.discuss import answer_question, decline_request, question_request, withdraw_request
from licet.flows.fast_track import fast_lanes_of
from licet.flows.see_approvals import RequestSeen, see_changes, see_request, see_requests
from licet.web.pages.form import Form
from licet.web.pages.page import form_of, go, page_routes, show, viewer_of
from licet.web.pages.viewer import Viewer
from licet.web.problems import ProblemError, invalid, problem, refusal

routes = page_routes()
ADDRESS = "/approvals"

TONES = {"open": "open", "passed": "good", "used": "good", "void": "bad", "declined": "bad"}
"""The tone of a state's badge; a state that has none is quiet."""

MEANS = {
    Part.SUBJECT: "What exactly is to be approved",
    Part.STANDARD: "The locked standard",
    Part.VERDICT: "The verdict on sealed cases",
    Part.RISK: "The answers to the risk questions",
    Part.TIER: "The tier of risk",
    Part.GATES: "What the gate asks for",
    Part.POLICY: "Who may do what",
    Part.QUORUM: "How many people it takes",
    Part.OWNER: "The owner of the use case",
    Part.NAME: "The name of the use case",
    Part.TEAM: "The team of the use case",
    Part.STAGE: "The stage of the use case",
    Part.SERVICE_LEVEL: "The service level for which people are to be enough, as stated",
}
"""Each part that a yes is bound to, for people."""

Act = Callable[[Viewer, AnyRequest, Form], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartShown:
    """A part that a yes is bound to, as it stood when it was asked; `changed`: whether it stands otherwise since."""

    says: str
    value: str
    changed: bool


@routes.get(ADDRESS)
async def approvals(request: Request) -> Response:
    """What waits for whose yes; with `?all` also what ended."""
    viewer, every = viewer_of(request), "all" in request.query_params
    found = await viewer.run(lambda: see_requests(viewer.office, viewer.by, every=every))
    changes = await viewer.run(lambda: see_changes(viewer.office))
    lanes = await viewer.run(lambda: fast_lanes_of(viewer.office))
    mine = [one for one in found if one.waits_for_them]
    others = [one for one in found if not one.waits_for_them]
    return show(
        request,
        "approvals.html.j2",
        here="approvals",
        mine=mine,
        others=others,
        changes=changes,
        lanes=[one.lane for one in lanes if one.holds],
        every=every,
        state_word=state_word,
        tones=TONES,
    )


@routes.get(ADDRESS + "/{name}")
async def approval(request: Request) -> Response:
    """One request."""
    return await _one(request)


@routes.post(ADDRESS + "/{name}/{act}")
async def act(request: Request) -> Response:
    """A person's yes, no, question or answer; what is typed stays where it is refused."""
    viewer, form, name, word = viewer_of(request), form_of(request), *(str(request.path_params[one]) for one in ("name", "act"))
    if word not in ACTS:
        raise ProblemError(problem("no_such_address", "There is no such act on a request for approval."))
    says, done = ACTS[word]
    found = (await _seen(viewer, name)).found
    try:
        made = await viewer.run(lambda: done(viewer, found, form))
    except NotAReasonError as error:
        return await _one(request, wrong=str(error), form=form)
    if not isinstance(made, Refused):
        return go(request, f"{ADDRESS}/{name}", said=says)
    if made.code == "confirmation_needed" and not viewer.asserted:
        to = quote(f"{ADDRESS}/{name}", safe="")
        return go(request, f"/confirm?next={to}", said="A yes here takes somebody who has just shown who they are.")
    return await _one(request, refused=made, form=form)


def _approve(viewer: Viewer, found: AnyRequest, form: Form) -> object:
    digest = Digest(form.one("digest"))
    return approve_gate(viewer.office, viewer.by, name=found.request.use_case, digest=digest)


def _decline(viewer: Viewer, found: AnyRequest, form: Form) -> object:
    return decline_request(viewer.office, viewer.by, request=found.request.id, why=form.one("why"))


def _question(viewer: Viewer, found: AnyRequest, form: Form) -> object:
    return question_request(viewer.office, viewer.by, request=found.request.id, says=form.one("says"))


def _answer(viewer: Viewer, found: AnyRequest, form: Form) -> object:
    return answer_question(viewer.office, viewer.by, request=found.request.id, says=form.one("says"))


def _withdraw(viewer: Viewer, found: AnyRequest, _: Form) -> object:
    return withdraw_request(viewer.office, viewer.by, request=found.request.id)


ACTS: dict[str, tuple[str, Act]] = {
    "approve": ("Your yes is taken down.", _approve),
    "decline": ("Declined. Whoever asked is told.", _decline),
    "question": ("Asked. They have the ball.", _question),
    "answer": ("Answered.", _answer),
    "withdraw": ("Taken back.", _withdraw),
}
"""What can be done to a request, with what is said when it is done."""


@routes.post("/changes/{slug}/veto")
async def veto(request: Request) -> Response:
    """Says no to a change inside an envelope while its window is open."""
    viewer, form = viewer_of(request), form_of(request)
    slug = str(request.path_params["slug"])
    try:
        made = await viewer.run(lambda: veto_change(viewer.office, viewer.by, name=slug, why=form.one("why")))
    except NotAReasonError as error:
        raise invalid("/why", str(error)) from None
    if isinstance(made, Refused):
        raise refusal(made)
    return go(request, ADDRESS, said="Vetoed. The mandate that runs stays.")


async def _seen(viewer: Viewer, name: str) -> RequestSeen:
    found = await viewer.run(lambda: see_request(viewer.office, viewer.by, request=name))
    if isinstance(found, Refused):
        raise refusal(found)
    return found


async def _one(request: Request, *, refused: Refused | None = None, wrong: str = "", form: Form | None = None) -> Response:
    viewer = viewer_of(request)
    seen = await _seen(viewer, str(request.path_params["name"]))
    found = seen.found
    facts: dict[str, Any] = {
        "seen": seen,
        "asked": found.request,
        "state": state_word(found),
        "tone": TONES.get(state_word(found), ""),
        "parts_shown": _parts(found),
        "is_open": isinstance(found, OpenRequest),
        "is_live": isinstance(found, OpenRequest | PassedRequest),
        "is_mandate": found.request.subject is Subject.MANDATE,
        "ended_why": found.why if isinstance(found, DeclinedRequest) else "",
        "ended_by": found.by if isinstance(found, DeclinedRequest | WithdrawnRequest) else "",
        "scope": "" if seen.mandate is None else in_words(seen.mandate.terms.scope),
        "asked_by_them": viewer.by.id == found.request.asked_by,
        "typed": {} if form is None else {name: form.one(name) for name in ("why", "says")},
    }
    code = refused.code if refused is not None else "invalid" if wrong else ""
    status = problem(code, "").status if code else 200
    return show(request, "approval.html.j2", status=status, here="approvals", refused=refused, wrong=wrong, **facts)


def _parts(found: AnyRequest) -> list[PartShown]:
    changed = found.changed if isinstance(found, VoidRequest) else ()
    values = covered_to_json(found.request.covered)
    return [PartShown(says=MEANS[Part(name)], value=str(value) or "none", changed=Part(name) in changed) for name, value in values.items()]

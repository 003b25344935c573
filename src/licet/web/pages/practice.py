"""Practice: how good am I, and when should I believe AI? Past cases, one after the other; also without any script."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from licet.core.answer import Answer, answer_label
from licet.core.answer_form import FormFault
from licet.core.practice_round import FEWEST_TO_SAY
from licet.core.qualification import Expired, NotYet, Qualified
from licet.core.refusal import Refused
from licet.flows.after_round import after_round, grounds
from licet.flows.play import (
    CaseToPlay,
    Explained,
    RoundNow,
    answer_in_round,
    begin_round,
    case_to_play,
    explained_case,
    round_now,
    settle_in_round,
)
from licet.flows.practise import next_practice
from licet.flows.read_on import keys_of
from licet.stats.agreement import Rate
from licet.web.answer_form import answer_in
from licet.web.desk import desk_of
from licet.web.pages.page import WITH_PICTURES, form_of, go, page_routes, show, viewer_of
from licet.web.pages.picture import picture_of
from licet.web.pages.practice_shown import ALONE, BLIND, FROM, beside, lesson_of, play_shown, similar_shown, step_of
from licet.web.pages.review import SEE_OTHER
from licet.web.pages.review_shown import EMPTY, Filled, filled_in
from licet.web.problems import problem, refusal

AT = "/practice"
NOT_VALID = 422
FIGURES = (
    ("own", "Right, alone", "Your own first answers."),
    ("after", "Right, in the end", "After AI's advice."),
    ("over", "Over-reliance", "Right before wrong advice, and wrong after it (1 - RSR)."),
    ("under", "Under-reliance", "Wrong before right advice, and wrong after it (1 - RAIR)."),
    ("rair", "Put right by right advice", "Wrong before right advice, and right after it (RAIR)."),
    ("rsr", "Stayed right", "Right before wrong advice, and right after it (RSR)."),
)
"""Each figure: its name, what people call it, what it is."""

routes = page_routes()


@routes.get(AT)
async def practice(request: Request) -> Response:
    """Where one may practise."""
    viewer = viewer_of(request)
    found = await viewer.run(lambda: grounds(viewer.office, viewer.by))
    return show(request, "practice.html.j2", here="practice", grounds=found)


@routes.get(AT + "/{slug}")
async def home(request: Request) -> Response:
    """What one's practice shows in a use case, and the ways to go on; with `round`, what that round showed."""
    return await _home(request)


async def _home(request: Request, refused: Refused | None = None) -> Response:
    viewer, slug = viewer_of(request), _slug(request)
    named = request.query_params.get("round", "")[:100] or None
    found = await viewer.run(lambda: after_round(viewer.office, viewer.by, name=slug, round_id=named))
    if isinstance(found, Refused):
        raise refusal(found)
    now = await viewer.run(lambda: round_now(viewer.office, viewer.by, name=slug))
    going = now if isinstance(now, RoundNow) and now.case is not None else None
    facts: dict[str, Any] = {"found": found, "figures": FIGURES, "fewest": FEWEST_TO_SAY, "going": going}
    facts["played"] = isinstance(now, RoundNow)
    status = 200 if refused is None else problem(refused.code, refused.why).status
    held = _held(found.own.qualification)
    return show(request, "practice_home.html.j2", status=status, here="practice", refused=refused, held=held, is_rate=_is_rate, **facts)


def _held(found: Qualified | Expired | NotYet | None) -> tuple[str, str]:
    """What somebody is qualified for now: a tone, and words."""
    match found:
        case None:
            return "", "The owner asks for no qualification here."
        case Qualified():
            return "good", f"You are qualified to review here until {found.until:%Y-%m-%d}: right in at least {found.at_least:.0%}."
        case Expired():
            return "open", f"Your qualification ended on {found.since:%Y-%m-%d}. Sit again, alone."
        case NotYet():
            return "open", f"Not qualified yet: {found.needs} more cases alone, at best."


def _is_rate(found: object) -> bool:
    return isinstance(found, Rate)


def _slug(request: Request) -> str:
    return str(request.path_params["slug"])


@routes.post(AT + "/{slug}/begin")
async def begin(request: Request) -> Response:
    """Begins a round, or goes on with the one that is open."""
    viewer, slug, guided = viewer_of(request), _slug(request), form_of(request).has("guided")
    found = await viewer.run(lambda: begin_round(viewer.office, viewer.by, name=slug, guided=guided))
    return await _home(request, found) if isinstance(found, Refused) else go(request, f"{AT}/{slug}/round")


@routes.get(AT + "/{slug}/round")
async def play(request: Request) -> Response:
    """The next case of the round, or one's own answer on it beside AI's; after the last case what the round showed."""
    viewer, slug = viewer_of(request), _slug(request)
    now = await viewer.run(lambda: round_now(viewer.office, viewer.by, name=slug))
    match now:
        case Refused():
            return await _home(request, now)
        case RoundNow(case=None):
            return RedirectResponse(f"{AT}/{slug}?round={now.id}", status_code=SEE_OTHER)
        case RoundNow(case=CaseToPlay() as case):
            return await _draw(request, case, now)
        case _:
            raise refusal(Refused(code="not_practising", why="There is no such round.", remedy="Begin one."))


@routes.get(AT + "/{slug}/alone")
async def alone(request: Request) -> Response:
    """The next past case to answer alone."""
    viewer, slug = viewer_of(request), _slug(request)
    drawn = await viewer.run(lambda: next_practice(viewer.office, viewer.by, name=slug))
    if isinstance(drawn, Refused):
        return await _home(request, drawn)
    found = await viewer.run(lambda: case_to_play(viewer.office, viewer.by, name=slug, token=drawn.token))
    return await (_home(request, found) if isinstance(found, Refused) else _draw(request, found, None))


async def _draw(request: Request, case: CaseToPlay, now: RoundNow | None, *, filled: Filled = EMPTY, status: int = 200) -> Response:
    viewer, pictures = viewer_of(request), desk_of(request).service.pictures
    of = 0 if now is None else now.cases
    ready = await viewer.run(lambda: play_shown(case, pictures, of=of, filled=filled))
    guided = now is not None and now.guided and case.first is None
    facts: dict[str, Any] = {"shown": ready, "look": beside(case), "step": step_of(case.place, guided=guided)}
    advised = now is not None and now.advised
    return await _page(request, "practice_play.html.j2", status=status, plays=BLIND if advised else ALONE, **facts)


async def _page(request: Request, template: str, *, status: int = 200, **facts: object) -> Response:
    viewer = viewer_of(request)
    keys = await viewer.run(lambda: keys_of(viewer.office, viewer.by))
    common: dict[str, object] = {"here": "practice", "acts_at": f"{AT}/{_slug(request)}", "shown_keys": keys.keys}
    common |= {"key_map": dict(keys.keys.items()), "keys_on": keys.on}
    response = show(request, template, status=status, **{**common, **facts})
    response.headers["Content-Security-Policy"] = WITH_PICTURES
    return response


# --- acts ----------------------------------------------------------------------------------------------------------------


def _sent(request: Request) -> Mapping[str, str]:
    form = form_of(request)
    return {name: form.one(name) for name in form.fields if name != "page_token"}


async def _case_sent(request: Request) -> CaseToPlay | Refused:
    viewer, slug, token = viewer_of(request), _slug(request), _sent(request).get("token", "")[:100]
    return await viewer.run(lambda: case_to_play(viewer.office, viewer.by, name=slug, token=token))


async def _wrong(request: Request, case: CaseToPlay, faults: tuple[FormFault, ...]) -> Response:
    """The form once more, with what was typed and all that is wrong."""
    viewer, slug = viewer_of(request), _slug(request)
    now = await viewer.run(lambda: round_now(viewer.office, viewer.by, name=slug))
    of = now if isinstance(now, RoundNow) and now.case is not None and now.case.token == case.token else None
    return await _draw(request, case, of, filled=filled_in(_sent(request), faults), status=NOT_VALID)


@routes.post(AT + "/{slug}/commit")
async def commit(request: Request) -> Response:
    """Takes one's own answer; then there is AI's advice, or, without any, the truth."""
    viewer, slug, case = viewer_of(request), _slug(request), await _case_sent(request)
    if isinstance(case, Refused):
        return await _home(request, case)
    said = answer_in(case.form, _sent(request))
    if isinstance(said, tuple):
        return await _wrong(request, case, said)
    found = await viewer.run(lambda: answer_in_round(viewer.office, viewer.by, name=slug, token=case.token, answer=said))
    match found:
        case Refused():
            return await _home(request, found)
        case Explained():
            return go(request, f"{AT}/{slug}/case/{case.token}")
        case CaseToPlay():
            return go(request, f"{AT}/{slug}/round")


@routes.post(AT + "/{slug}/settle")
async def settle(request: Request) -> Response:
    """Keeps one's answer, or changes it after the advice."""
    viewer, slug, case = viewer_of(request), _slug(request), await _case_sent(request)
    if isinstance(case, Refused):
        return await _home(request, case)
    final = _final(case, _sent(request))
    if isinstance(final, tuple):
        return await _wrong(request, case, final)
    found = await viewer.run(lambda: settle_in_round(viewer.office, viewer.by, name=slug, token=case.token, answer=final))
    return await _home(request, found) if isinstance(found, Refused) else go(request, f"{AT}/{slug}/case/{case.token}")


def _final(case: CaseToPlay, sent: Mapping[str, str]) -> Answer | tuple[FormFault, ...] | None:
    """What somebody says after the advice; None: they keep their answer."""
    match sent.get("how", ""):
        case "keep":
            return None
        case "change" if case.advice is not None:
            return case.advice.answer
        case _:
            return answer_in(case.form, sent)


@routes.get(AT + "/{slug}/case/{token}")
async def why(request: Request) -> Response:
    """A case that ended: the truth, where it comes from, what AI said and why, and similar past cases."""
    viewer, slug, token = viewer_of(request), _slug(request), str(request.path_params["token"])[:100]
    found = await viewer.run(lambda: explained_case(viewer.office, viewer.by, name=slug, token=token))
    if isinstance(found, Refused):
        return await _home(request, found)
    now = await viewer.run(lambda: round_now(viewer.office, viewer.by, name=slug, round_id=found.round or ""))
    pictures, of = desk_of(request).service.pictures, now.cases if isinstance(now, RoundNow) else 0
    ready = await viewer.run(lambda: play_shown(found.shown, pictures, of=of))
    near = await viewer.run(lambda: similar_shown(found, pictures))
    over = isinstance(now, RoundNow) and now.case is None
    facts: dict[str, Any] = {"shown": ready, "look": None, "plays": "", "ended": found, "similar": near, "over": over}
    facts |= {"lesson": lesson_of(found), "basis": FROM[found.basis], "label": answer_label}
    return await _page(request, "practice_told.html.j2", **facts)


@routes.get(AT + "/{slug}/picture")
async def picture(request: Request) -> Response:
    """A past case's picture, or a page of its document, drawn anew; to whoever practises on it."""
    viewer, slug, asked = viewer_of(request), _slug(request), request.query_params
    token = asked.get("token", "")[:100]
    case = await viewer.run(lambda: case_to_play(viewer.office, viewer.by, name=slug, token=token))
    if isinstance(case, Refused):
        raise refusal(case)
    return await picture_of(request, case.body.content)

"""The portfolio: what is stuck, on what, who has the ball and since when, and what AI decides alone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from licet.core.ids import UseCaseSlug
from licet.core.mandate import ExpiredMandate, Mandate, SuspendedMandate, state_of
from licet.core.moving import WAY
from licet.core.people import Role
from licet.core.refusal import Unknown
from licet.core.risk import Tier
from licet.core.use_case import Stage
from licet.core.value_told import briefly
from licet.flows.measure_value import every_value
from licet.flows.office import Office
from licet.flows.survey import Standing, Survey, survey
from licet.store.tallies import AI
from licet.web.charts import percent
from licet.web.pages.page import page_routes, show, viewer_of

STALLED = timedelta(days=30)
"""Whatever waits longer for one person is stalled."""

NEAR = 0.5
"""From this share of the way to the trip line on, a watch is worth a look."""

BY_PEOPLE = "People decide every case."
NOT_MEASURED = "not measured"
BALLS = (Role.BUILDER, Role.OWNER, Role.RISK)
routes = page_routes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How a use case stands in a few words; tone is good, open, bad or accent."""

    tone: str
    says: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A use case on the board.

    Attributes:
        people: those who have the ball; `mine` says that whoever looks is one of them.
        value: what it brought.
    """

    standing: Standing
    told: Told
    people: tuple[str, ...]
    owner: str
    mine: bool
    met: int
    of: int
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the head of AI wants to know first; `to_yes` is None while no use case was ever delegated.

    `simulated`: of the cases that were decided, those of use cases in which people's answers were simulated.
    """

    alone: int
    decided: int
    simulated: int
    stalled: int
    on: str
    to_yes: timedelta | None
    passed: int
    mine: int


@routes.get("/")
async def portfolio(request: Request) -> Response:
    """All use cases by stage, or those of a tier or with one role."""
    viewer = viewer_of(request)
    found = await viewer.run(lambda: survey(viewer.office, viewer.by))
    brought = await viewer.run(lambda: _brought(viewer.office))
    cards = [_card(one, found, viewer.by.id, brought.get(one.use_case.slug, NOT_MEASURED)) for one in found.standings]
    tier, ball = request.query_params.get("risk", ""), request.query_params.get("ball", "")
    shown = [one for one in cards if _wanted(one, tier, ball)]
    columns = [(stage, [one for one in shown if one.standing.use_case.stage is stage]) for stage in WAY]
    return show(
        request,
        "portfolio.html.j2",
        here="portfolio",
        columns=columns,
        count=len(cards),
        shown=len(shown),
        figures=_figures(cards, found),
        tiers=[("", "any"), *((one.value, one.value) for one in Tier), ("none", "not answered")],
        balls=[("", "anybody"), *((one.value, one.value) for one in BALLS)],
        tier=tier,
        ball=ball,
    )


def _wanted(card: Card, tier: str, ball: str) -> bool:
    of, held = card.standing.tier, card.standing.ball
    right_tier = tier in {"", "none" if of is None else of.value}
    return right_tier and ball in {"", "" if held is None else held.value}


def _brought(office: Office) -> dict[UseCaseSlug, str]:
    """What each use case brought, of those that were measured."""
    return {one.slug: briefly(made.value) for one, made in every_value(office) if made is not None}


def _card(one: Standing, found: Survey, viewer: str, value: str) -> Card:
    blocker = one.blocker
    people = () if blocker is None else blocker.people
    owner = one.use_case.owner
    return Card(
        standing=one,
        told=told(one, found.at),
        people=tuple(found.names[person] for person in people if person in found.names),
        owner="" if owner is None else found.names.get(owner, ""),
        mine=viewer in people,
        met=sum(line.met for line in one.requirements),
        of=len(one.requirements),
        value=value,
    )


def told(one: Standing, now: datetime) -> Told:
    """How a use case stands: what AI does where it is delegated, else what it is stuck on."""
    if one.stopped:
        return Told(tone="bad", says="The stop is pressed", detail=BY_PEOPLE)
    if one.use_case.stage is Stage.DELEGATED or isinstance(one.mandate, SuspendedMandate | ExpiredMandate):
        return _ended(one.mandate) if one.near is None else _inside(one.near)
    return _stuck(one, now)


def _ended(mandate: Mandate | None) -> Told:
    if mandate is None:
        return Told(tone="bad", says="No mandate is in force", detail=BY_PEOPLE)
    why = mandate.why if isinstance(mandate, SuspendedMandate) else BY_PEOPLE
    return Told(tone="bad", says=f"The mandate is {state_of(mandate)}", detail=why)


def _inside(near: float) -> Told:
    detail = f"The watch is {percent(near)} of the way to its trip line."
    if near < NEAR:
        return Told(tone="good", says="AI is inside its mandate", detail=detail)
    return Told(tone="open", says="AI is inside its mandate, the watch rises", detail=detail)


def _stuck(one: Standing, now: datetime) -> Told:
    blocker, to = one.blocker, "" if one.to is None else one.to.value
    if blocker is None:
        return Told(tone="good", says=f"Ready for {to}", detail="Nothing is missing: its owner may enter it.")
    stalled = one.waits(now) >= STALLED
    missing = f"not yet so: {blocker.says[:1].lower()}{blocker.says[1:].rstrip('.')}"
    says = f"Stalled, {missing}" if stalled else f"{missing[:1].upper()}{missing[1:]}"
    return Told(tone="bad" if stalled else "open", says=says, detail=blocker.shows)


def _figures(cards: Sequence[Card], found: Survey) -> Figures:
    decided = [one.tally.decided for one in found.standings]
    stalled = [card for card in cards if card.standing.waits(found.at) >= STALLED]
    on = Counter(card.standing.blocker.ball.value for card in stalled if card.standing.blocker is not None)
    whole = found.to_yes.whole
    return Figures(
        alone=sum(made.get(AI, 0) for made in decided),
        decided=sum(sum(made.values()) for made in decided),
        simulated=sum(sum(one.tally.decided.values()) for one in found.standings if one.simulated),
        stalled=len(stalled),
        on=", ".join(f"{role} {count}" for role, count in on.most_common()),
        to_yes=None if isinstance(whole, Unknown) else whole,
        passed=found.to_yes.passed,
        mine=sum(card.mine for card in cards),
    )

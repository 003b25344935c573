"""A use case: what is the next step, what does its gate still ask for, and what may AI decide."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from licet.core.ids import PersonId
from licet.core.incident import KINDS
from licet.core.people import Role
from licet.core.refusal import Refused
from licet.core.risk import Effect, effects
from licet.core.standard import LockedStandard, locked_part
from licet.core.turns import GateTime
from licet.flows.look_closely import Sight, look_closely
from licet.store.tallies import AI
from licet.web.charts import Chart, error_watch
from licet.web.pages.page import page_routes, show, viewer_of
from licet.web.pages.portfolio import told
from licet.web.problems import refusal
from licet.web.report import MandateFacts
from licet.web.told import Seen, mandate_facts

AT = "/use-cases/{slug}"
routes = page_routes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """How long a gate took so far, and the share of it with each role."""

    time: GateTime
    whole: timedelta
    shares: tuple[tuple[Role, timedelta, float], ...]


async def sight_of(request: Request) -> Sight:
    """The use case an address names, for whoever looks at it.

    Raises:
        ProblemError: `not_there`, or `not_permitted`.
    """
    viewer, name = viewer_of(request), str(request.path_params["slug"])
    found = await viewer.run(lambda: look_closely(viewer.office, viewer.by, name=name))
    if isinstance(found, Refused):
        raise refusal(found)
    return found


@routes.get(AT)
async def use_case(request: Request) -> Response:
    """One use case."""
    sight = await sight_of(request)
    standing = sight.standing
    lines = standing.requirements or sight.passed
    return show(
        request,
        "use_case.html.j2",
        here="portfolio",
        sight=sight,
        standing=standing,
        use=sight.use_case,
        lines=lines,
        met=sum(line.met for line in lines),
        next_step=told(standing, sight.at),
        mandate=mandate_of(sight),
        chart=_chart(sight),
        harsh=_harsh(sight),
        spent=[_spent(time) for time in standing.times if time.whole],
        alone=standing.tally.decided.get(AI, 0),
        decided=sum(standing.tally.decided.values()),
        waiting=sum(standing.tally.tasks.values()),
        kinds=KINDS,
        links=_links(sight),
        people=_people(sight),
    )


def mandate_of(sight: Sight) -> MandateFacts | None:
    """The mandate in the words of the report."""
    return mandate_facts(seen_of(sight))


def seen_of(sight: Sight) -> Seen:
    """What is told, made of what was seen."""
    return Seen(
        use_case=sight.use_case,
        signed=sight.signed,
        look=sight.look,
        shown=None,
        mandate=sight.standing.mandate,
        names={str(person): name for person, name in sight.names.items()},
    )


def _chart(sight: Sight) -> Chart | None:
    watched = sight.watched
    if watched is None or not watched.points:
        return None
    return error_watch(watched.points, target=watched.target, simulated=())


def _harsh(sight: Sight) -> list[Effect]:
    """The answers to risk questions that the tier rests on."""
    if sight.risk is None:
        return []
    return [one for one in effects(sight.risk.answers) if one.because and one.at_least is sight.risk.tier]


def _spent(time: GateTime) -> Spent:
    whole = time.whole
    shares = tuple((role, span, span / whole) for role, span in sorted(time.spent.items(), key=lambda pair: -pair[1]) if span)
    return Spent(time=time, whole=whole, shares=shares)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where to read more: what it is, and how it stands in a word."""

    title: str
    says: str
    address: str
    icon: str


def _links(sight: Sight) -> list[Link]:
    at = f"/use-cases/{sight.use_case.slug}"
    locked = locked_of(sight)
    signed = "not locked" if locked is None else f"version {locked.version}"
    verdict = "none yet" if sight.look is None else sight.look.word.replace("_", " ")
    return [
        Link(title="Monitoring", says="is AI inside its mandate", address=f"/monitoring/{sight.use_case.slug}", icon="monitoring"),
        Link(title="Process", says="where does time go", address=f"{at}/process", icon="process"),
        Link(title="Standard", says=signed, address=f"{at}/standard", icon="standard"),
        Link(title="Evaluation", says=verdict, address=f"{at}/evaluation", icon="evaluation"),
        Link(title="Redesign", says="who does which step", address=f"{at}/redesign", icon="second"),
        Link(title="Value", says="what did it bring", address=f"{at}/value", icon="value"),
        Link(title="Ledger", says="each change of state", address=f"/ledger?use_case={sight.use_case.slug}", icon="ledger"),
    ]


def locked_of(sight: Sight) -> LockedStandard | None:
    """The standard as its owner locked it, whether a second person signed it or not."""
    return None if sight.signed is None else locked_part(sight.signed)


def _people(sight: Sight) -> Mapping[str, str]:
    """Names of those who have the ball, by the requirement they hold it for."""
    return {line.code.value: ", ".join(_named(sight.names, line.people)) for line in sight.standing.requirements if not line.met}


def _named(names: Mapping[PersonId, str], people: tuple[PersonId, ...]) -> list[str]:
    return [names[person] for person in people if person in names]

"""A simulation of a process as it is: where its time goes, how good the forecast is, and where AI would change anything."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NewType

from licet.core.beside import Given, beside_to_json, filled_at, filled_from_json, filled_to_json
from licet.core.canonical import Json
from licet.core.event_log import EventLog, EventLogId
from licet.core.further import NOT_COUNTED, FurtherColumns
from licet.core.redesign import ServiceLevel
from licet.core.refusal import Unknown
from licet.core.service_level import Served, cases_of_served, served, served_to_json
from licet.stats.ai_places import AiPlace, cases_of_places, places_for_ai
from licet.stats.back_test import BackTest, Beats, TooShort, back_test, cases_of_back_test
from licet.stats.fitted_process import Fitted, fit
from licet.stats.simulated_figures import Figures, figures, simulate
from licet.stats.simulated_process import Plan, Pool, ToBe
from licet.stats.timers import Timer

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

SimulationId = NewType("SimulationId", str)
"""Names one simulation of a use case's process."""

DAY_S, MINUTE_S = 86_400.0, 60.0

ESTIMATED_SAYS = (
    "Estimated hours: no start of the step was recorded, so that nobody knows how long its work took. A log with starts tells it; "
    "where your system writes none, time some of the work."
)
"""What it takes to know hours that are estimated."""

SIMULATED = "simulated"
"""How every number is labelled that nobody saw happen."""

ESTIMATED = (
    "not recorded and is estimated: within the limit that `licet process show` gives, in hours on duty alone, and no longer than the "
    "quarter of the step's events that went fastest."
)
"""How working time without a start is reckoned with, beside what the map of the process says of it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ProcessSimulation:
    """What a log shows of a process, and what playing it shows.

    Attributes:
        fitted: read out of the log: recorded or, where it says so, estimated.
        tested: how good a forecast of the later part of the log was.
        as_is: simulated.
        places: the steps, where AI would change most first; simulated.
        served: how a service level is kept; None: nobody asked. Simulated.
        plan: how it was played.
        further: which further columns the log has, and how far they were filled at each step.
    """

    fitted: Fitted
    tested: BackTest | TooShort
    as_is: Figures
    places: tuple[AiPlace, ...]
    plan: Plan
    further: FurtherColumns | Unknown = NOT_COUNTED
    served: Served | None = None

    @property
    def forecasts(self) -> bool:
        """Whether lead times of a to-be may be shown as a forecast: only where the back-test was better than the past itself."""
        return passed(self.tested)


def passed(tested: BackTest | TooShort) -> bool:
    """Whether a back-test was better than the past itself."""
    return isinstance(tested, BackTest) and isinstance(tested.verdict, Beats)


@dataclass(frozen=True, slots=True, kw_only=True)
class Belongs:
    """AI could change something to speak of at this step; `by` says what: "lead time", "people's hours", or both."""

    by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotHere:
    """AI at this step would change nothing to speak of, however good it is."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSimulation:
    """A simulation as it was kept.

    Attributes:
        log, log_digest: the log it stands on.
        digest: SHA-256 of `body`, as the ledger has it.
        body: as `simulation_to_json` wrote it.
    """

    id: SimulationId
    made_at: datetime
    by: str
    log: EventLogId
    log_digest: str
    seed: int
    replications: int
    digest: str
    body: Mapping[str, Json]


def simulate_process(log: EventLog, plan: Plan, level: ServiceLevel | None = None) -> ProcessSimulation:
    """Reads a process out of its log, tests the reading against the later part of the log, and plays it.

    Args:
        log: at least one event.
        plan: how often, and the seed: the same log and plan give the same figures.
        level: how soon cases are to be done; None: nobody asks.

    Returns:
        Everything; the places are empty where no step has people that are known.
    """
    every = plan.replications * (plan.cases or log.cases)
    places = cases_of_places(log.cases, len(log.activities), plan)
    fitted = fit(log)
    counted = 0 if level is None else cases_of_served(fitted.process, plan)
    plan.audience.expects(cases_of_back_test(log.cases, plan) + every + places + counted)
    tested = back_test(log, plan)
    as_is = simulate(fitted.process, ToBe(), plan)
    return ProcessSimulation(
        fitted=fitted,
        tested=tested,
        as_is=figures(as_is),
        places=places_for_ai(fitted.process, fitted.steps, plan),
        plan=plan,
        further=log.further,
        served=None if level is None else served(level, fitted.process, as_is, forecasts=passed(tested)),
    )


def place_of(place: AiPlace, *, forecasts: bool) -> Belongs | NotHere:
    """Says whether AI belongs at a step.

    Args:
        place: what was simulated.
        forecasts: whether lead times count: where the simulation forecasts them no better than the past itself, only hours do.
    """
    gains = (("lead time", forecasts and place.worth_time), ("people's hours", place.worth_hours))
    by = tuple(name for name, worth in gains if worth)
    if by:
        return Belongs(by=by)
    return NotHere(why=f"Without anybody's work there, people's hours fall by {place.of_hours:.1%}, lead time by {place.of_cycle:.1%}.")


def simulation_to_json(made: ProcessSimulation) -> Mapping[str, Json]:
    """A simulation for programs and for keeping: times in seconds; what nobody knows is null."""
    fitted = made.fitted
    tested = made.tested
    verdict = tested.word if isinstance(tested, TooShort) else tested.verdict.word
    return {
        "split": _plain(fitted.split),
        "steps": [_plain(one) for one in fitted.steps],
        "marks": list(fitted.marks),
        "timers": [{"step": name, **_plain(one), "says": timer_told(one)} for name, one in fitted.timers.items()],
        "shares": {
            "estimated": fitted.process.estimated,
            "overlap": fitted.overlap,
            "nobody": fitted.nobody,
            "untimed": fitted.untimed,
        },
        "pools": [_pool(one) for one in fitted.process.pools],
        "back_test": {**_plain(tested), "verdict": verdict},
        "forecasts": made.forecasts,
        "as_is": {**_plain(made.as_is), "label": SIMULATED},
        "places": [
            {**_place(one, forecasts=made.forecasts), "data_at_hand": filled_to_json(filled_at(made.further, one.step.name))}
            for one in made.places
        ],
        "service_level": None if made.served is None else served_to_json(made.served),
        "plan": _plan(made.plan),
    }


def beside_places(body: Mapping[str, Json], given: Given) -> Mapping[str, Json]:
    """A simulation as it was kept, with what people say today of each ranked step: it changes no figure and no rank."""
    places: Any = body["places"]
    return {**body, "places": [{**one, **beside_to_json(one["step"], filled_from_json(one.get("data_at_hand")), given)} for one in places]}


def timer_told(timer: Timer) -> str:
    """Why a step is not ranked that looks like a timer."""
    alike = f"{timer.share:.0%} of its waits are {timer.after / DAY_S:,.1f} days to within {timer.within / MINUTE_S:,.0f} minutes"
    return f"looks like a timer: nobody works here, as far as the log shows ({alike}, and whoever does it does nothing else)"


def _place(place: AiPlace, *, forecasts: bool) -> Mapping[str, Json]:
    found = place_of(place, forecasts=forecasts)
    return {
        "step": place.step.name,
        "typical": place.step.typical,
        "belongs": isinstance(found, Belongs),
        "by": list(found.by) if isinstance(found, Belongs) else [],
        "removed": _plain(place.removed),
        "sped": {"share": place.share, **_plain(place.sped)},
        "of_cycle": place.of_cycle,
        "of_hours": place.of_hours,
        "estimated": place.step.estimated,
        "label": SIMULATED,
    }


def _plan(plan: Plan) -> Mapping[str, Json]:
    """How it was played, without who looked on."""
    return {
        "replications": plan.replications,
        "seed": plan.seed,
        "cases": plan.cases,
        "warm_up": plan.warm_up,
        "within": plan.within,
    }


def _pool(pool: Pool) -> Mapping[str, Json]:
    return {"name": pool.name, "people": pool.people, "on_duty": [int(there) for there in pool.on_duty]}


def _plain(value: "DataclassInstance") -> Mapping[str, Json]:
    """A value made of plain dataclasses as JSON."""
    return asdict(value)

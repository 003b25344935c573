"""A process as it is told: in sentences and in plain JSON, the same for the command line, the API and the page."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import assert_never

from licet.core.beside import NOTHING_GIVEN, Given, beside_to_json, filled_at
from licet.core.canonical import Json
from licet.core.process import (
    AsIs,
    AtMost,
    Edge,
    Elapsed,
    Hand,
    Handling,
    Recorded,
    Span,
    Split,
    Step,
    Waited,
    Waiting,
    WorkCost,
)
from licet.core.refusal import Unknown
from licet.core.stated_process import Fit

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LONG = timedelta(hours=72)
SMALL = 0.001
WHOLE_FROM = 100.0
NAMED = 0.01
"""From this share of all case time on, pauses are named."""

PARTS: Mapping[str, str] = {
    "work": "work",
    "queue": "waiting before a step",
    "pause": "pauses between repetitions of a step",
    "untold": "waiting or work, not told apart",
}
"""Where the time of cases goes, as it is called."""


def lasting(length: timedelta) -> str:
    """A length of time to three digits: 12 s, 1.9 min, 25.8 h, 4.9 d."""
    for most, unit, sign in ((MINUTE, timedelta(seconds=1), "s"), (HOUR, MINUTE, "min"), (LONG, HOUR, "h")):
        if length < most:
            return f"{_digits(length / unit)} {sign}"
    return f"{_digits(length / DAY)} d"


def _digits(value: float) -> str:
    return f"{value:,.0f}" if value >= WHOLE_FROM else f"{value:.1f}".removesuffix(".0")


def share_of(part: timedelta, whole: timedelta) -> str:
    """A share in percent; what is there and too small to see is said to be below 0.1%."""
    share = part / whole if whole else 0.0
    return "below 0.1%" if 0.0 < share < SMALL else f"{100 * share:.1f}%".replace(".0%", "%")


def parts_of(split: Split) -> Sequence[tuple[str, timedelta]]:
    """The four parts of case time by their keys in `PARTS`."""
    return (("work", split.work), ("queue", split.queue), ("pause", split.pause), ("untold", split.untold))


def told(as_is: AsIs) -> list[str]:
    """The process in sentences, the most important first."""
    return [
        _time(as_is),
        bottleneck_told(as_is),
        *_paused(as_is),
        _rework(as_is),
        _hands(as_is),
        _recorded(as_is),
        fit_told(as_is.fit),
    ]


def _time(as_is: AsIs) -> str:
    whole, lead = as_is.split.whole, as_is.lead
    parts = ", ".join(f"{share_of(part, whole)} {PARTS[key]}" for key, part in parts_of(as_is.split) if part)
    takes = f"A case takes {lasting(lead.median)} (median), one in ten more than {lasting(lead.high)}"
    return f"{takes}. Of that time of all {as_is.cases:,} cases: {parts}." if whole else f"{takes}: all of each case has one time."


def bottleneck_told(as_is: AsIs) -> str:
    """The bottleneck in a sentence."""
    step = as_is.bottleneck
    if isinstance(step, Unknown):
        return f"No bottleneck is named. {step.why}"
    worked = handling_told(step.handling)
    match step.waiting:
        case Waited(span=span):
            times = f"median of {span.n:,} times, one in ten more than {lasting(span.high)}"
            return f"Bottleneck: {step.name}; a case that comes to it waits {lasting(span.median)} ({times}), and the work takes {worked}."
        case Elapsed(span=span):
            takes = f"{lasting(span.median)} pass until it is done (median of {span.n:,} times)"
            return f"Bottleneck: {step.name}; {takes}, waiting and work together: no start is recorded."
        case Unknown(why=why):
            return f"Bottleneck: {step.name}. {why}"
        case _:
            assert_never(step.waiting)


def _paused(as_is: AsIs) -> list[str]:
    step = as_is.paused
    if step is None or step.split.pause < NAMED * as_is.split.whole:
        return []
    share = share_of(step.split.pause, as_is.split.whole)
    why = "The log does not say for whom: people here, or somebody outside."
    return [f"{share} of the time passes between repetitions of {step.name}. {why}"]


def _rework(as_is: AsIs) -> str:
    again = [step for step in as_is.steps if step.rework.again]
    if not again:
        return "No step is done twice in one case."
    most = max(again, key=lambda step: step.rework.again)
    share = f"{most.rework.again:,} of its {most.cases:,} cases"
    times = sum(step.rework.at_once + step.rework.later for step in as_is.steps)
    at_once = sum(step.rework.at_once for step in as_is.steps)
    return (
        f"Steps are done again {times:,} times: {at_once:,} directly after themselves, {times - at_once:,} after another step. "
        f"Most often {most.name}, in {share}."
    )


def _hands(as_is: AsIs) -> str:
    over = as_is.hands_over
    if not over.told:
        return "Who did the steps was not recorded, so that hand-overs are unknown."
    share = f"{over.handed:,} of {over.told:,} times ({100 * over.handed / over.told:.0f}%)"
    never = f"{over.untouched:,} cases are never handed over."
    return f"{as_is.hand_count:,} people or systems; the next step is done by another one {share}. {never}"


def _recorded(as_is: AsIs) -> str:
    if as_is.started == 1.0:
        return "Every start is recorded, so that work and waiting are told apart throughout."
    if not as_is.started:
        apart = "No start is recorded: work and waiting are not told apart, and how long work takes is estimated at most"
        return f"{apart}; a simulation reckons with less."
    return f"{100 * as_is.started:.0f}% of the events have a recorded start; only there are work and waiting told apart."


def fit_told(fit: Fit | Unknown) -> str:
    """How cases fit what is stated, in a sentence."""
    if isinstance(fit, Unknown):
        return fit.why
    most = fit.deviations[0] if fit.deviations else None
    how = "" if most is None else f" The most frequent deviation: {most.step} is {most.kind.value}, in {most.cases:,} cases."
    return f"{fit.fitting:,} of {fit.cases:,} cases ({100 * fit.share:.1f}%) do exactly what process.yaml states.{how}"


def handling_told(handling: Handling) -> str:
    """How long work takes, in a few words."""
    match handling:
        case Recorded(span=span):
            return lasting(span.median)
        case AtMost(span=span):
            return f"at most {lasting(span.median)} (estimated)"
        case Unknown():
            return "an unknown time"
        case _:
            assert_never(handling)


def waiting_told(waiting: Waiting) -> str:
    """How long a case waits that comes to a step, in a few words."""
    match waiting:
        case Waited(span=span):
            return lasting(span.median)
        case Elapsed(span=span):
            return f"{lasting(span.median)} with its work"
        case Unknown():
            return "unknown"
        case _:
            assert_never(waiting)


def money(cost: WorkCost) -> str:
    """An amount with its currency's code, in minor units, which not every currency has a hundred of."""
    return f"{cost.minor:,} minor units {cost.currency}"


# --- for programs --------------------------------------------------------------------------------------------------------


def as_is_to_json(as_is: AsIs, given: Given = NOTHING_GIVEN) -> Mapping[str, Json]:
    """A process for programs: times in seconds, shares from 0 to 1, what nobody knows null; `given`: what people said of its steps."""
    bottleneck = as_is.bottleneck
    return {
        "says": told(as_is),
        "cases": as_is.cases,
        "events": as_is.events,
        "started": as_is.started,
        "lead": _span(as_is.lead),
        "time": _split(as_is.split),
        "bottleneck": None if isinstance(bottleneck, Unknown) else bottleneck.name,
        "steps": [{**_step(step), **beside_to_json(step.name, filled_at(as_is.further, step.name), given)} for step in as_is.steps],
        "edges": [_edge(as_is, edge) for edge in as_is.edges],
        "begins": {as_is.steps[step].name: cases for step, cases in as_is.begins.items()},
        "ends": {as_is.steps[step].name: cases for step, cases in as_is.ends.items()},
        "variants": {
            "count": as_is.variant_count,
            "told": [{"steps": [as_is.steps[at].name for at in one.steps], "cases": one.cases} for one in as_is.variants],
        },
        "hand_overs": {
            "handed": as_is.hands_over.handed,
            "told": as_is.hands_over.told,
            "untouched_cases": as_is.hands_over.untouched,
            "pairs": [{"from": one.giver, "to": one.taker, "times": one.times} for one in as_is.hands_over.pairs],
        },
        "people": {"count": as_is.hand_count, "told": [_hand(one) for one in as_is.hands]},
        "week": [list(day) for day in as_is.week],
        "fit": _fit(as_is.fit),
    }


def _span(span: Span | Unknown | None) -> Json:
    if span is None or isinstance(span, Unknown):
        return None
    return {
        "n": span.n,
        "median": span.median.total_seconds(),
        "p90": span.high.total_seconds(),
        "total": span.total.total_seconds(),
    }


def _split(split: Split) -> Json:
    return {key: part.total_seconds() for key, part in parts_of(split)}


def _step(step: Step) -> Mapping[str, Json]:
    cost = step.cost
    return {
        "step": step.name,
        "times": step.times,
        "cases": step.cases,
        "handling": _handling(step.handling),
        "waiting": _waiting(step.waiting),
        "pausing": _span(step.pausing),
        "time": _split(step.split),
        "rework": {"cases": step.rework.again, "at_once": step.rework.at_once, "later": step.rework.later},
        "handed": step.handed,
        "handed_told": step.told,
        "people": step.people,
        "cost": None if isinstance(cost, Unknown) else {"minor": cost.minor, "currency": cost.currency, "an_hour": cost.rate},
    }


def _handling(handling: Handling) -> Json:
    match handling:
        case Recorded(span=span):
            return {"kind": "recorded", "how": None, "time": _span(span)}
        case AtMost(span=span, how=how):
            return {"kind": "estimated_at_most", "how": how, "time": _span(span)}
        case Unknown(why=why):
            return {"kind": "unknown", "how": why, "time": None}
        case _:
            assert_never(handling)


def _waiting(waiting: Waiting) -> Json:
    match waiting:
        case Waited(span=span):
            return {"kind": "recorded", "time": _span(span)}
        case Elapsed(span=span):
            return {"kind": "with_work", "time": _span(span)}
        case Unknown():
            return {"kind": "unknown", "time": None}
        case _:
            assert_never(waiting)


def _edge(as_is: AsIs, edge: Edge) -> Json:
    return {"from": as_is.steps[edge.source].name, "to": as_is.steps[edge.target].name, "time": _span(edge.span)}


def _hand(hand: Hand) -> Json:
    return {
        "name": hand.name,
        "times": hand.times,
        "steps": hand.steps,
        "usual_hours_utc": list(hand.hours),
        "week": [list(day) for day in hand.week],
    }


def _fit(fit: Fit | Unknown) -> Json:
    if isinstance(fit, Unknown):
        return None
    return {
        "cases": fit.cases,
        "fitting": fit.fitting,
        "deviations": [{"kind": one.kind.value, "step": one.step, "cases": one.cases} for one in fit.deviations],
        "unheard": list(fit.unheard),
        "unstated": list(fit.unstated),
    }

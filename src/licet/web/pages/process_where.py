"""Where AI belongs: the newest simulation of a process as its page tells it, the back-test before any figure that stands on it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from licet.core.beside import NOT_ENOUGH, NOTHING_GIVEN, Given, said_once
from licet.core.redesign_told import value_told
from licet.core.simulated_redesign import Unit
from licet.core.simulation import ESTIMATED, ESTIMATED_SAYS, KeptSimulation, beside_places
from licet.core.time_parts import MEANS, PARTS
from licet.stats.ai_places import MOST_CASES, MOST_REPLICATIONS, WORTH_HOURS, WORTH_TIME
from licet.web.charts_interval import IntervalBars, Shown, interval_bars

LOOKS: Final[Mapping[str, str]] = {"service": "work", "contention": "busy", "off_duty": "off", "extraneous": "else"}
"""The parts of a case's time, and how each is coloured: its own, where the bar above it is of other parts."""

DISTANCES: Final[Mapping[str, tuple[str, str]]] = {
    "cycle": ("lead times", " h"),
    "n_gram": ("order of steps", ""),
    "circadian": ("hours of the day", " h"),
    "arrival": ("arrivals", " h"),
}
"""What the back-test compares, and in which unit."""

AN_HOUR: Final = 3600.0
WORTH_SAYING: Final = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a case's time; `share` in [0, 1]."""

    key: str
    words: str
    share: float
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """How far forecasts were from what came: the simulation's, with its interval, the past's, and that of luck."""

    about: str
    model: str
    between: str
    naive: str
    noise: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A step, and whether AI belongs there; `cycle` is empty where no lead time may be shown. `estimated`: so are its hours."""

    step: str
    belongs: bool
    estimated: bool
    says: str
    hours: str
    hours_between: str
    cycle: str
    cycle_between: str
    at_most: str
    at_most_between: str
    bars: IntervalBars
    note: str
    data: str
    stakes: str
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A simulation in words. `older`: of a log before the newest; `tone` and `verdict`: of the back-test; `timers`: steps not ranked."""

    made: KeptSimulation
    older: bool
    forecasts: bool
    tone: str
    verdict: tuple[str, str]
    worse: str
    rule: str
    played: str
    scale: str
    lead: str
    parts: tuple[Part, ...]
    distances: tuple[Distance, ...]
    places: tuple[Place, ...]
    timers: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def where_told(made: KeptSimulation, log: str, given: Given = NOTHING_GIVEN) -> Where:
    """What a simulation says of where AI belongs.

    Args:
        made: the simulation.
        log: the newest log, which the page draws.
        given: what people said of the steps.
    """
    body: Mapping[str, Any] = beside_places(made.body, given)
    forecasts, tested = bool(body["forecasts"]), body["back_test"]
    split = body["split"]
    whole = sum(split[key] for key in LOOKS) or 1.0
    return Where(
        made=made,
        older=made.log != log,
        forecasts=forecasts,
        tone="good" if forecasts else "bad",
        verdict=_verdict(tested, forecasts=forecasts),
        worse=_worse(tested),
        rule=_rule(forecasts=forecasts),
        played=f"played {min(made.replications, MOST_REPLICATIONS)} times, at most {MOST_CASES:,} cases each",
        scale=_scale(body["places"]),
        lead=_long(whole),
        parts=tuple(_part(key, split[key] / whole) for key in LOOKS),
        distances=tuple(_distance(key, tested[key]) for key in DISTANCES if key in tested),
        places=_places(body["places"], forecasts=forecasts),
        timers=tuple((one["step"], one["says"]) for one in body.get("timers", ())),
        notes=_notes(body, forecasts=forecasts),
    )


def _part(key: str, share: float) -> Part:
    words = PARTS[key] if key == "service" else f"{PARTS[key]}: {MEANS[key]}"
    return Part(key=LOOKS[key], words=words, share=share, says=f"{share:.1%}")


def _verdict(tested: Mapping[str, Any], *, forecasts: bool) -> tuple[str, str]:
    if "why" in tested:
        return "Not tested:", f"{tested['why']} So no lead time of a process without a step is shown."
    among = f"fitted on {tested['train']:,} earlier cases and held against {tested['test']:,} later ones"
    if forecasts:
        return "The simulation beats the past as a forecast of lead times:", f"{among}, all of its interval is nearer to what came."
    says = f"{among}, it is no nearer to what came. Believe it on work and lines; no lead times are shown."
    return "The simulation does not beat the past as a forecast of lead times:", says


def worse_than_the_past(tested: Mapping[str, Any]) -> tuple[str, ...]:
    """In what all of the simulation's interval is farther from what came than the past is."""
    return tuple(DISTANCES[key][0] for key in DISTANCES if key in tested and tested[key]["model"]["low"] > tested[key]["naive"])


def _worse(tested: Mapping[str, Any]) -> str:
    """Where the past is the better forecast, with both figures; empty where it is so nowhere."""
    keys = [key for key in DISTANCES if key in tested and DISTANCES[key][0] in worse_than_the_past(tested)]
    found = [_distance(key, tested[key]) for key in keys]
    return "; ".join(f"{one.about} {one.model} off, the past {one.naive}" for one in found)


def _rule(*, forecasts: bool) -> str:
    """From what on AI belongs at a step."""
    time = f"the lead time falls by {WORTH_TIME:.0%} or more, or " if forecasts else ""
    return f"{time}people's hours fall by {WORTH_HOURS:.0%} or more"


def _scale(found: list[Mapping[str, Any]]) -> str:
    """From where to where the pictures of intervals go."""
    hours = [one["removed"]["hours"] for one in found]
    low, high = min((0.0, *(one["low"] for one in hours))), max((0.0, *(one["high"] for one in hours)))
    return f"{_long(low * AN_HOUR)} to {_long(high * AN_HOUR) if high > 0.0 else '0'}"


def _distance(key: str, one: Mapping[str, Any]) -> Distance:
    about, unit = DISTANCES[key]
    model = one["model"]
    between = f"{_near(model['low'])} to {_near(model['high'])}"
    return Distance(
        about=about,
        model=f"{_near(model['mean'])}{unit}",
        between=between,
        naive=f"{_near(one['naive'])}{unit}",
        noise=f"{_near(one['noise'])}{unit}",
    )


def _near(value: float) -> str:
    return f"{value:,.1f}" if value >= 1.0 else f"{value:.3f}"


def _places(found: list[Mapping[str, Any]], *, forecasts: bool) -> tuple[Place, ...]:
    """Where lead times are no forecast, steps are not ranked by them either."""
    ranked = found if forecasts else sorted(found, key=lambda one: -float(one["of_hours"]))
    hours = [one["removed"]["hours"] for one in found]
    span = (min((one["low"] for one in hours), default=0.0), max((one["high"] for one in hours), default=0.0))
    places = tuple(_place(one, span, forecasts=forecasts) for one in ranked)
    data, stakes = said_once([one.data for one in places]), said_once([one.stakes for one in places])
    return tuple(replace(one, data="" if data else one.data, stakes="" if stakes else one.stakes) for one in places)


def _place(one: Mapping[str, Any], span: tuple[float, float], *, forecasts: bool) -> Place:
    removed = one["removed"]
    hours, cycle = removed["hours"], removed["cycle"]
    told = f"{_long(hours['mean'] * AN_HOUR)} of people's work a case"
    bars = interval_bars([Shown(kind="now", value=hours["mean"], low=hours["low"], high=hours["high"])], told, span=span)
    return Place(
        step=one["step"],
        belongs=one["belongs"],
        estimated=bool(one.get("estimated")),
        says=_says(one, forecasts=forecasts),
        hours=_long(hours["mean"] * AN_HOUR),
        hours_between=_between(hours, AN_HOUR),
        cycle=_long(cycle["mean"]) if forecasts else "",
        cycle_between=_between(cycle, 1.0) if forecasts else "",
        at_most=_long(removed["at_most"]["mean"]) if forecasts else "",
        at_most_between=_between(removed["at_most"], 1.0) if forecasts else "",
        bars=bars,
        note=_note(one),
        data=one["data_at_hand"]["says"],
        stakes=one["stakes"]["says"],
        level=one["stakes"]["level"] or "",
    )


def _says(one: Mapping[str, Any], *, forecasts: bool) -> str:
    if one["belongs"]:
        falls = {"lead time": one["of_cycle"], "people's hours": one["of_hours"]}
        return f"for {' and '.join(f'{by}: {falls[by]:.1%} less' if by in falls else by for by in one['by'])}, at least"
    of_time = f", lead time by {one['of_cycle']:.1%}" if forecasts else ""
    return f"without anybody's work there, people's hours fall by {one['of_hours']:.1%}{of_time}"


def _note(one: Mapping[str, Any]) -> str:
    half = one["sped"]
    of_half = f"{half['share']:.0%} of its cases: {_long(half['hours']['mean'] * AN_HOUR)}"
    return f"{of_half}; what follows most often follows {one['typical']:.0%} of the time"


def _long(seconds: float) -> str:
    """A time or a change of one, in the unit that fits it; what rounds to nothing has no sign."""
    return value_told(seconds if abs(seconds) >= 1.0 else 0.0, Unit.SECONDS)


def _between(one: Mapping[str, Any], factor: float) -> str:
    return f"{_long(one['low'] * factor)} to {_long(one['high'] * factor)}"


def _notes(body: Mapping[str, Any], *, forecasts: bool) -> tuple[str, ...]:
    """What a reader must know of the figures."""
    said = (
        ("estimated", f"of the working time was {ESTIMATED}"),
        ("untimed", "of the events took nobody knows how long; it counts as waiting."),
        ("nobody", "of the work names nobody who did it."),
    )
    shares: Mapping[str, float] = body["shares"]
    known = [f"{shares[key]:.1%} {words}" for key, words in said if shares[key] >= WORTH_SAYING]
    for title, key in (("Data at hand", "data_at_hand"), ("Stakes", "stakes")):
        once = said_once([one[key]["says"] for one in body["places"]])
        known += [f"{title}: {once}"] if once else []
    known += [NOT_ENOUGH] if any(one["data_at_hand"]["recorded"]["unknown"] is None for one in body["places"]) else []
    known += [ESTIMATED_SAYS] if any(one.get("estimated") for one in body["places"]) else []
    if forecasts:
        known.append(
            "Where a case waited although people were free, no log says for what: a customer (it stays), or somebody to turn to it."
        )
    return tuple(known)

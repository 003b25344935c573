"""What comes of a simulated redesign in a few sentences: people's hours, lead time and why, and whether its people are enough."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, cast

from licet.core.redesign_inputs import on_duty_told
from licet.core.redesign_told import value_told
from licet.core.simulated_redesign import Row, SimulatedRedesign, Span, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence; `tone`: good, bad or open; `verdict`: in a word, empty where the sentence says it."""

    tone: str
    says: str
    verdict: str = ""


LONGER: Final[Mapping[str, str]] = {
    "part.service": "people work {} longer on it",
    "part.machine": "AI takes {}",
    "in_line": "it stands {} longer in line, since all who do a step are busy",
    "part.off_duty": "it waits {} longer until somebody is on duty",
    "part.extraneous": "it waits {} longer although people are free",
}
SHORTER: Final[Mapping[str, str]] = {
    "part.service": "people work {} less on it",
    "part.machine": "AI takes {} less",
    "in_line": "it stands {} less in line",
    "part.off_duty": "it waits {} less until somebody is on duty",
    "part.extraneous": "it waits {} less although people are free",
}
"""Because of what a case takes longer, or less long."""


def concluded(one: SimulatedRedesign) -> tuple[Sentence, ...]:
    """What a process owner is told first: what people's hours become, and what lead time becomes and because of what."""
    rows = {row.key: row for row in one.shown}
    return tuple(_hours(rows)) + tuple(_lead(one, rows))


def _hours(rows: Mapping[str, Row]) -> Iterator[Sentence]:
    row = rows.get("hours")
    change = None if row is None else row.change
    if row is None or change is None:
        return
    of = "" if row.as_is is None else f", of {value_told(row.as_is.mean, Unit.HOURS_A_WEEK)}"
    if change.low <= 0.0 <= change.high:
        yield Sentence(tone="open", says=f"No difference in people's work is shown{of} a week.")
    elif change.high < 0.0:
        yield Sentence(tone="good", says=f"It saves people {_sized(change, Unit.HOURS_A_WEEK)} of work a week{of}.")
    else:
        yield Sentence(tone="bad", says=f"It costs people {_sized(change, Unit.HOURS_A_WEEK)} of work a week more{of}.")


def _lead(one: SimulatedRedesign, rows: Mapping[str, Row]) -> Iterator[Sentence]:
    row = rows.get("lead_time_mean")
    if not one.back_test.beats:
        yield Sentence(tone="open", says="Whether cases take longer or less long is not told: the model did not pass its back-test.")
    elif row is not None and row.change is not None:
        change = row.change
        if change.low <= 0.0 <= change.high:
            yield Sentence(tone="open", says="No difference in how long a case takes is shown, on average.")
            return
        longer = change.low > 0.0
        why = _because(one, rows, change, longer=longer)
        says = f"A case takes {_sized(change, Unit.SECONDS)} {'longer' if longer else 'less'} on average{why}."
        yield Sentence(tone="bad" if longer else "good", says=says)


MOST: Final = 0.5
"""From this share of a change on, one part of the time is its reason; below it is one of several."""


def _because(one: SimulatedRedesign, rows: Mapping[str, Row], lead: Span, *, longer: bool) -> str:
    """The part of its time that is shown to change most in that direction; empty where none is, or a simulation was kept without parts."""
    words, sign = (LONGER, 1.0) if longer else (SHORTER, -1.0)
    changes = {key: row.change for key in words if (row := rows.get(key)) is not None and row.change is not None}
    shown = {key: found.mean * sign for key, found in changes.items() if min(found.low * sign, found.high * sign) > 0.0}
    most = max(shown, key=lambda key: shown[key], default=None)
    if most is None or "part.off_duty" not in changes:
        return ""
    there = f" (reviewers: {there_told(one)})" if longer and most == "part.off_duty" and one.inputs.get("own_reviewers") else ""
    because = "because" if shown[most] >= MOST * abs(lead.mean) else "in part because"
    return f", {because} {words[most].format(value_told(shown[most], Unit.SECONDS))}{there}"


def there_told(one: SimulatedRedesign) -> str:
    """When the redesign says its reviewers are there."""
    said = cast("Mapping[str, object]", one.redesign.get("reviewers") or {})
    days, from_hour = said.get("days"), said.get("from_hour")
    if not isinstance(days, list | tuple) or not isinstance(from_hour, int | float):
        return "unknown"
    return on_duty_told([str(day) for day in days], float(from_hour))


def _sized(change: Span, unit: Unit) -> str:
    """How large a change is, whichever its sign, with its interval."""
    low, high = sorted((abs(change.low), abs(change.high)))
    return f"{value_told(abs(change.mean), unit)} ({value_told(low, unit)} to {value_told(high, unit)} at 95%)"


# --- are people enough ---------------------------------------------------------------------------------------------------


def enough(one: SimulatedRedesign) -> tuple[Sentence, ...]:
    """Whether people can do their work, and by itself whether the service level is kept, which today's process may miss as well."""
    rows = {row.key: row for row in one.shown}
    return tuple(_by_load(rows)) + tuple(_by_level(one, rows.get("inside_service_level")))


def _by_load(rows: Mapping[str, Row]) -> Iterator[Sentence]:
    loads = [(row.says, row.to_be) for row in rows.values() if row.key.startswith("load.") and row.to_be is not None]
    if not loads:
        yield Sentence(tone="open", verdict="unknown", says="Nobody's load is known: AI takes part in no step, or no log says who does it.")
        return
    name, busiest = max(loads, key=lambda found: found[1].high)
    most = f"{name[:1].lower()}{name[1:]} is {value_told(busiest.high, Unit.SHARE)} at most"
    if busiest.high >= 1.0:
        yield Sentence(tone="bad", verdict="no", says=f"More work comes than people can do: {most}.")
    else:
        yield Sentence(tone="good", verdict="yes", says=f"People can do the work that comes: {most}.")


def _by_level(one: SimulatedRedesign, row: Row | None) -> Iterator[Sentence]:
    level = one.service_level
    if level is None or row is None or row.to_be is None:
        yield Sentence(tone="open", verdict="not told", says=one.kept.says if level is None else one.needed.says)
        return
    within = f"within {level.within.total_seconds() / 3600:,.0f} hours"
    found = f"{value_told(row.to_be.mean, Unit.SHARE)} of the cases are done {within}, and {level.share:.0%} are to be"
    if row.to_be.low >= level.share:
        yield Sentence(tone="good", verdict="kept", says=f"{found}.")
        return
    today = "" if row.as_is is None else f" Today it is {'kept' if row.as_is.low >= level.share else 'missed, too'}: "
    before = "" if row.as_is is None else f"{value_told(row.as_is.mean, Unit.SHARE)}."
    yield Sentence(tone="bad", verdict="missed", says=f"{found}.{today}{before} {_reviewers(one)}".strip())


def _reviewers(one: SimulatedRedesign) -> str:
    """How many reviewers would keep it; where no number does, what the most that was tried would bring."""
    if one.needed.people is not None or not one.needed.tried:
        return one.needed.says
    people, share = one.needed.tried[-1]
    return f"More reviewers do not help: with {people:,}, so that nobody waits for one, it is {value_told(share.mean, Unit.SHARE)}."

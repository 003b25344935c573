"""A simulated redesign as it is told: the same words and digits for the command line and the page."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import assert_never

from licet.core.process_told import lasting
from licet.core.redesign import ServiceLevel
from licet.core.simulated_redesign import BackTested, Kind, Row, SimulatedRedesign, Span, Unit

UNKNOWN = "unknown"


def service_level_told(level: ServiceLevel) -> str:
    """A service level in words, as its author stated it: nothing says what would be a good one."""
    return f"{100.0 * level.share:g}% of cases within {lasting(level.within)}"


def value_told(value: float, unit: Unit) -> str:
    """One number with its unit; below 0 with a minus sign that is as wide as a plus, unless all digits are 0."""
    told = _size(abs(value), unit)
    below = value < 0.0 and any(one in "123456789" for one in told)
    return f"\N{MINUS SIGN}{told}" if below else told


def _size(size: float, unit: Unit) -> str:
    match unit:
        case Unit.SECONDS:
            return lasting(timedelta(seconds=size))
        case Unit.SHARE:
            return f"{size:.1%}"
        case Unit.HOURS_A_WEEK:
            return f"{size:,.1f} h"
        case Unit.MINOR_A_WEEK:
            return f"{size:,.0f}"
        case Unit.A_WEEK | Unit.CASES:
            return f"{size:,.1f}"
        case _:
            assert_never(unit)


def figure_told(value: float | None, unit: Unit) -> str:
    """A figure that went in; whole numbers of people and hours without digits that say nothing."""
    if value is None:
        return UNKNOWN
    return f"{value:g}" if unit is Unit.CASES else value_told(value, unit)


def span_told(span: Span | None, row: Row) -> str:
    """A figure with its interval; what is counted has none, and a bound says *at most*."""
    if span is None:
        return UNKNOWN
    if row.kind is Kind.ERRORS:
        return f"at most {value_told(span.high, row.unit)}"
    mean = value_told(span.mean, row.unit)
    if span.low == span.high:
        return mean
    return f"{mean} ({value_told(span.low, row.unit)} to {value_told(span.high, row.unit)})"


def signed_told(value: float, unit: Unit) -> str:
    """A change with its sign, unless all digits are 0; shares change by points."""
    told = value_told(value, unit)
    if unit is Unit.SHARE:
        told = f"{told.removesuffix('%')} points"
    return f"+{told}" if value > 0.0 and any(one in "123456789" for one in told) else told


def change_told(row: Row) -> str:
    """What the redesign changes, with its interval; where that holds 0, or all its digits are 0, that no difference is shown."""
    span = row.change
    if span is None:
        return "" if row.kind is Kind.ERRORS else UNKNOWN
    mean, low, high = (signed_told(one, row.unit) for one in (span.mean, span.low, span.high))
    if span.low == span.high:
        return mean
    unseen = not any(one in "123456789" for one in f"{mean}{low}{high}")
    return f"{mean} ({low.removesuffix(' points')} to {high}){', no difference shown' if unseen or span.low < 0.0 < span.high else ''}"


BETTER_LESS = frozenset({"lead_time_median", "lead_time_p90", "lead_time_mean", "in_line", "hours", "cost.people"})
BETTER_MORE = frozenset({"inside_service_level"})


def tone_of(row: Row) -> str:
    """Whether a change is good or bad; empty where its interval holds 0, or where nobody can say."""
    span = row.change
    if span is None or row.key not in BETTER_LESS | BETTER_MORE or span.low <= 0.0 <= span.high or "no difference" in change_told(row):
        return ""
    return "good" if (span.high < 0.0) == (row.key in BETTER_LESS) else "bad"


def note_told(row: Row) -> str:
    """What a reader must know of a row; that a bound is one stands before its number already, and a mark says that it is assumed."""
    return row.note.removeprefix("at most; ").removeprefix("at most ").removeprefix("assumed; ") if row.kind is Kind.ERRORS else row.note


def trust_told(found: BackTested) -> str:
    """Whether the model may be trusted with times, in a few words."""
    return "The model beats the naive forecast." if found.beats else "The model does not beat the naive forecast: no lead times are shown."


STEPS: Mapping[str, str] = {"person": "a person", "ai proposes": "AI proposes, a person decides", "ai alone": "AI decides alone"}


def changes_told(one: SimulatedRedesign) -> list[tuple[str, str]]:
    """What the redesign changes, step by step: the steps and what becomes of them."""
    said = one.redesign
    return [*_planned(said), *_rearranged(said)]


def _planned(said: Mapping[str, object]) -> list[tuple[str, str]]:
    steps = said.get("steps")
    planned = steps.items() if isinstance(steps, Mapping) else ()
    return [(str(name), STEPS.get(str(plan.get("by")), "") if isinstance(plan, Mapping) else "") for name, plan in planned]


def _rearranged(said: Mapping[str, object]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = [(str(name), "removed") for name in _list(said, "removed")]
    told: Mapping[str, Callable[[Mapping[str, object]], tuple[str, str]]] = {
        "merged": lambda each: (", ".join(map(str, _list(each, "steps"))), f"merged into {each.get('into')}"),
        "moved": lambda each: (str(each.get("step")), f"done after {each.get('after')}"),
    }
    for key, words in told.items():
        found += [words(each) for each in _list(said, key) if isinstance(each, Mapping)]
    found += [(", ".join(map(str, group)), "side by side") for group in _list(said, "parallel") if isinstance(group, list | tuple)]
    return found


def _list(said: Mapping[str, object], key: str) -> list[object]:
    found = said.get(key)
    return list(found) if isinstance(found, list | tuple) else []

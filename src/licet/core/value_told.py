"""A statement of value as a page tells it: one sentence on top, then each figure with its interval, and why one is not known."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from licet.core.cost import MILLION, amount_in_words
from licet.core.level import Level
from licet.core.process_told import lasting
from licet.core.refusal import Unknown
from licet.core.value import FIGURES, Value
from licet.stats.rollout import Difference

SAVED: Final = "hours_saved_a_week"

UNITS: Final[Mapping[str, str]] = {
    "turn_median": "time",
    "turn_p90": "time",
    "minutes": "min",
    "cases_a_week": "",
    "alone": "%",
    "errors": "%",
    "hours_a_week": "h",
    SAVED: "h",
    "spent_a_week": "money",
    "worth_a_week": "money",
    "lead_mean": "time",
    "lead_median": "time",
    "lead_p90": "time",
}
"""In what each figure is told; of money, in the currency of the statement."""

WHOLE_FROM, TENTHS_FROM = 99.95, 9.995
"""From here on a number of three digits has none, or one, behind the point."""

COUNTED: Final = frozenset({"cases_a_week", "spent_a_week"})
"""What is counted and not drawn; earlier statements wrote it as an interval without width."""

NO_INTERVAL: Final = "too few weeks for an interval"


def saved_of(value: Value) -> Level | Unknown:
    """Hours of people's work saved a week."""
    return next((one.now for one in value.figures if one.code == SAVED), Unknown(why="the statement does not say it"))


def headline(value: Value) -> str:
    """What it brought, in one sentence; where hours are unknown, what is missing."""
    saved = saved_of(value)
    if isinstance(saved, Unknown):
        return f"How many hours it saves is unknown: {saved.why}."
    hours = f"{_digits(abs(saved.value))} hours of people's work a week"
    if saved.low is None or saved.high is None:
        why = "what work took before is assumed" if saved.assumed else NO_INTERVAL
        return f"It {'saves' if saved.value >= 0.0 else 'takes'} {hours}{'' if saved.value >= 0.0 else ' more than before'} ({why})."
    between = f"{number(saved.low)} to {number(saved.high)} at 95%"
    if saved.low > 0.0:
        return f"It saves {hours} ({between})."
    if saved.high < 0.0:
        return f"It takes {hours} more than before ({number(-saved.high)} to {number(-saved.low)} at 95%)."
    return f"Whether it saves people's work is not shown: {number(saved.value)} hours a week ({between})."


def briefly(value: Value) -> str:
    """Hours saved a week in a few words, for a list of use cases."""
    saved = saved_of(value)
    if isinstance(saved, Unknown):
        return "hours saved unknown"
    between = "" if saved.low is None or saved.high is None else f" ({number(saved.low)} to {number(saved.high)})"
    said = ((saved.assumed, "assumed"), (value.simulated, "simulated people"), (value.before_simulated, "before: simulated"))
    marks = "".join(f", {words}" for so, words in said if so)
    return f"{number(saved.value)} h saved a week{between}{marks}"


def figure_told(code: str) -> str:
    """What a figure is; a time may be told in minutes or days."""
    says = FIGURES[code]
    return says.replace("hours", "time", 1) if UNITS[code] == "time" else says


def level_told(code: str, level: Level, currency: str | None) -> str:
    """How much it was, with its unit."""
    return _in_unit(level.value, UNITS[code], currency)


def interval_told(code: str, level: Level, currency: str | None) -> str:
    """Its interval, or why it has none."""
    if level.assumed and level.low is None:
        return "nobody measured it"
    if level.counted or (code in COUNTED and level.low == level.high):
        return "counted"
    if level.low is None and level.high is None:
        return "no interval"
    ends = [None if end is None else _in_unit(end, UNITS[code], currency) for end in (level.low, level.high)]
    if ends[1] is None:
        return f"{ends[0]} or more"
    return f"at most {ends[1]}" if ends[0] is None else f"{ends[0]} to {ends[1]}"


def caused_told(found: Difference, unit: str) -> str:
    """What AI's deciding changed, in a sentence."""
    size, between = _digits(abs(found.estimate)), f"{number(found.low)} to {number(found.high)} at 95%"
    if found.low <= 0.0 <= found.high:
        return f"No difference is shown: {number(found.estimate)} {unit} ({between})."
    return f"{size} {unit} {'less' if found.estimate < 0.0 else 'more'} ({between})."


def among_told(found: Difference) -> str:
    """Which cases a difference stands on."""
    steps = f"{found.steps:,} step{'' if found.steps == 1 else 's'} of the plan of exposure"
    left_out = f"; {found.left_out:,} cases of steps with too few on a side are left out" if found.left_out else ""
    return f"{found.given:,} cases that chance gave to AI, {found.left:,} that it left to people, within {steps}{left_out}"


def number(value: float) -> str:
    """A number to three digits, below 0 with a minus sign as wide as a plus."""
    return ("\N{MINUS SIGN}" if value < 0.0 else "") + _digits(abs(value))


def _in_unit(value: float, unit: str, currency: str | None) -> str:
    if unit == "%":
        return f"{value:.1%}"
    if unit == "time":
        return lasting(timedelta(hours=value))
    if unit == "money":
        sign = "\N{MINUS SIGN}" if value < 0.0 else ""
        return sign + _money(abs(value), currency)
    return f"{number(value)} {unit}".rstrip()


def _money(minor: float, currency: str | None) -> str:
    return f"{_digits(minor)} minor units" if currency is None else amount_in_words(round(minor) * MILLION, currency)


def _digits(size: float) -> str:
    """From 0: to three digits, and whole from 100 on."""
    if size == 0.0:
        return "0"
    if size >= WHOLE_FROM:
        return f"{size:,.0f}"
    return f"{size:.1f}" if size >= TENTHS_FROM else f"{size:.2f}"

"""A statement of value in words: whether it saves or takes work is said only where its interval says so."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from licet.core.level import Level
from licet.core.refusal import Unknown
from licet.core.value import Figure, Value
from licet.core.value_told import SAVED, among_told, briefly, caused_told, headline, interval_told, level_told, number
from licet.stats.rollout import Difference

AT = datetime(2030, 1, 1, tzinfo=UTC)


def level(value: float, low: float | None = None, high: float | None = None, *, assumed: bool = False) -> Level:
    return Level(value=value, low=low, high=high, n=10, assumed=assumed)


def value(saved: Level | Unknown) -> Value:
    figures = (Figure(code=SAVED, before=None, now=saved),)
    caused: Mapping[str, Difference | Unknown] = {}
    return Value(since=AT, until=AT, cases=10, open=0, figures=figures, caused=caused, incidents=0, currency=None, simulated=False)


@pytest.mark.parametrize(
    ("saved", "says"),
    [
        (level(14.2, 9.8, 18.6), "It saves 14.2 hours of people's work a week (9.80 to 18.6 at 95%)."),
        (level(-3.0, -4.0, -2.0), "It takes 3.00 hours of people's work a week more than before (2.00 to 4.00 at 95%)."),
        (level(1.0, -2.0, 4.0), "Whether it saves people's work is not shown: 1.00 hours a week (\N{MINUS SIGN}2.00 to 4.00 at 95%)."),
        (level(5.0), "It saves 5.00 hours of people's work a week (too few weeks for an interval)."),
        (level(-5.0, assumed=True), "It takes 5.00 hours of people's work a week more than before (what work took before is assumed)."),
        (Unknown(why="nobody measured the work before"), "How many hours it saves is unknown: nobody measured the work before."),
    ],
)
def test_the_sentence_on_top_says_no_more_than_the_interval(saved: Level | Unknown, says: str) -> None:
    assert headline(value(saved)) == says


def test_a_list_of_use_cases_says_it_in_a_few_words() -> None:
    assert briefly(value(level(14.2, 9.8, 18.6))) == "14.2 h saved a week (9.80 to 18.6)"
    assert briefly(value(level(5.0, assumed=True))) == "5.00 h saved a week, assumed"
    assert briefly(replace(value(level(5.0, 4.0, 6.0)), simulated=True)) == "5.00 h saved a week (4.00 to 6.00), simulated people"
    assert briefly(value(Unknown(why="x"))) == "hours saved unknown"


def test_each_figure_has_its_unit_and_its_interval_or_why_there_is_none() -> None:
    assert level_told("turn_median", level(0.5), None) == "30 min"
    assert level_told("alone", level(0.839), None) == "83.9%"
    assert level_told("minutes", level(12.34), None) == "12.3 min"
    assert level_told("worth_a_week", level(-12345.0), "EUR") == "\N{MINUS SIGN}123.45 EUR"
    assert level_told("spent_a_week", level(0.0), None) == "0 minor units"
    assert interval_told("alone", level(0.5, 0.4, 0.6), None) == "40.0% to 60.0%"
    assert interval_told("turn_p90", level(2.0, 1.0, None), None) == "1 h or more"
    assert interval_told("minutes", level(2.0, None, 3.0), None) == "at most 3.00 min"
    assert interval_told("minutes", level(2.0), None) == "no interval"
    assert interval_told("minutes", level(2.0, assumed=True), None) == "nobody measured it"
    for counted in (level(2.0, 2.0, 2.0), replace(level(2.0), counted=True)):
        assert interval_told("cases_a_week", counted, None) == "counted"


def test_what_ai_caused_is_a_difference_only_where_its_interval_leaves_out_0() -> None:
    found = Difference(estimate=-6.2, low=-7.1, high=-5.3, given=310, left=290, steps=1, left_out=12)
    minus = "\N{MINUS SIGN}"
    assert caused_told(found, "hours") == f"6.20 hours less ({minus}7.10 to {minus}5.30 at 95%)."
    assert "310 cases that chance gave to AI, 290 that it left to people, within 1 step of" in among_told(found)
    assert "12 cases of steps with too few on a side are left out" in among_told(found)
    unsure = Difference(estimate=1.0, low=-1.0, high=3.0, given=40, left=40, steps=2, left_out=0)
    assert caused_told(unsure, "hours") == f"No difference is shown: 1.00 hours ({minus}1.00 to 3.00 at 95%)."
    assert among_told(unsure).endswith("within 2 steps of the plan of exposure")


def test_numbers_have_three_digits() -> None:
    assert [number(one) for one in (0.0, 1.234, -12.34, 1234.5)] == ["0", "1.23", "\N{MINUS SIGN}12.3", "1,234"]

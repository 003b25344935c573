"""What a process owner is told first of a redesign: hours, lead time and why, whether people are enough, and what is only assumed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from licet.core.canonical import Json
from licet.core.ids import Digest, PersonId
from licet.core.redesign import ServiceLevel
from licet.core.redesign_concluded import concluded, enough
from licet.core.redesign_inputs import on_duty_told
from licet.core.redesign_told import change_told, note_told, tone_of
from licet.core.simulated_redesign import (
    BackTested,
    Kept,
    Kind,
    Needed,
    RedesignSimulationId,
    Row,
    SimulatedRedesign,
    Span,
    Unit,
    rests_on_assumed,
    simulation_to_json,
)

HOUR = 3600.0
LEVEL = ServiceLevel(within=timedelta(hours=48), share=0.9)


def span(mean: float, half: float = 0.0) -> Span:
    return Span(mean=mean, low=mean - half, high=mean + half)


def row(key: str, change: Span | None, *, unit: Unit = Unit.SECONDS, kind: Kind = Kind.TIME, to_be: Span | None = None) -> Row:
    return Row(key=key, says=key, kind=kind, unit=unit, as_is=span(400.0), to_be=to_be or span(300.0), change=change)


def inside(as_is: float, to_be: float) -> Row:
    found = row("inside_service_level", span(to_be - as_is), unit=Unit.SHARE, to_be=span(to_be, 0.001))
    return replace(found, as_is=span(as_is, 0.001))


HOURS = row("hours", span(-54.3, 0.6), unit=Unit.HOURS_A_WEEK, kind=Kind.LABOUR)
LONGER = row("lead_time_mean", span(4.2 * HOUR, 100.0))
DUTY = row("part.off_duty", span(4.4 * HOUR, 100.0))
LINE = row("in_line", span(-348.0, 30.0), kind=Kind.QUEUE)
LOAD = row("load.reviewers", span(0.38, 0.005), unit=Unit.SHARE, kind=Kind.QUEUE, to_be=span(0.38, 0.005))


def figure(value: float, *, assumed: bool) -> dict[str, Json]:
    return {"value": value, "basis": "", "assumed": assumed}


def simulated(*rows: Row, beats: bool = True, coverage_assumed: bool = True, tried: int | None = 1000) -> SimulatedRedesign:
    """A simulation with these rows."""
    behaviour: dict[str, Json] = {"coverage": figure(0.6, assumed=coverage_assumed), "error": figure(0.03, assumed=False)}
    inputs: dict[str, Json] = {"own_reviewers": True, "behaviours": {"check": {**behaviour, "cost": figure(2.0, assumed=True)}}}
    coverage = (("check: coverage", "0.6"),) if coverage_assumed else ()
    return SimulatedRedesign(
        id=RedesignSimulationId("s_1"),
        at=datetime(2026, 3, 2, tzinfo=UTC),
        by=PersonId("p_1"),
        redesign={"title": "AI checks", "reviewers": {"days": ["mon", "tue", "wed", "thu", "fri"], "from_hour": 8.0}},
        digest=Digest("d"),
        log="l",
        log_digest="d",
        system=None,
        standard=None,
        measured=False,
        inputs=inputs,
        assumed=(*coverage, ("an hour of a person, minor units of EUR", "4,500")),
        replications=3,
        seed=0,
        cases=10,
        back_test=BackTested(beats=beats, says=""),
        rows=rows,
        what_if=(),
        needed=Needed(people=None, tried=() if tried is None else ((tried, span(0.55)),), says="No number of reviewers keeps it."),
        service_level=LEVEL,
        kept=Kept(kept=False, says=""),
        notes=(),
    )


def says(one: SimulatedRedesign) -> str:
    return " ".join(each.says for each in concluded(one))


def test_hours_saved_come_first_and_then_that_a_case_takes_longer_and_why() -> None:
    hours, lead = concluded(simulated(HOURS, LONGER, DUTY, LINE))
    assert (hours.tone, lead.tone) == ("good", "bad")
    assert hours.says.startswith("It saves people 54.3 h (53.7 h to 54.9 h at 95%) of work a week")
    assert lead.says.startswith("A case takes 4.2 h (")
    assert "longer on average, because it waits 4.4 h longer until somebody is on duty" in lead.says
    assert "(reviewers: mon to fri from 08:00 UTC)" in lead.says


def test_shorter_is_good_and_its_reason_is_the_part_that_shrank_most() -> None:
    shorter = row("lead_time_mean", span(-2.0 * HOUR, 60.0))
    found = concluded(simulated(shorter, replace(DUTY, change=span(-300.0)), replace(LINE, change=span(-2.0 * HOUR))))[-1]
    assert found.tone == "good"
    assert found.says.endswith("less on average, because it stands 2 h less in line.")


def test_no_difference_is_shown_where_the_interval_holds_nothing_and_none_is_told_without_a_back_test() -> None:
    even = simulated(replace(HOURS, change=span(0.1, 0.5)), replace(LONGER, change=span(5.0, 9.0)))
    assert {one.tone for one in concluded(even)} == {"open"}
    assert says(even).count("No difference") == 2
    untested = simulated(HOURS, LONGER, DUTY, beats=False)
    assert "not told" in says(untested)
    assert "4.2 h" not in says(untested)


def test_a_part_of_which_no_difference_is_shown_is_no_reason() -> None:
    shorter = row("lead_time_mean", span(-HOUR, 60.0))
    unsure, sure = replace(DUTY, change=span(-HOUR, 2 * HOUR)), replace(LINE, change=span(-300.0, 10.0))
    assert "in part because it stands 5 min less in line" in says(simulated(shorter, unsure, sure))
    assert "because" not in says(simulated(shorter, unsure))


def test_a_simulation_kept_without_the_parts_of_time_gives_no_reason() -> None:
    assert says(simulated(LONGER, LINE)).endswith("longer on average.")


def test_people_may_be_enough_where_the_service_level_is_missed_and_was_before() -> None:
    people, level = enough(simulated(LOAD, inside(0.548, 0.547)))
    assert (people.verdict, people.tone) == ("yes", "good")
    assert "38.5% at most" in people.says
    assert (level.verdict, level.tone) == ("missed", "bad")
    assert "Today it is missed, too: 54.8%." in level.says
    assert "More reviewers do not help: with 1,000" in level.says


def test_people_are_not_enough_where_more_comes_than_they_can_do_and_a_level_that_is_kept_says_so() -> None:
    people, level = enough(simulated(replace(LOAD, to_be=span(0.99, 0.05)), inside(0.8, 0.95)))
    assert (people.verdict, level.verdict) == ("no", "kept")
    assert "kept" in enough(simulated(LOAD, inside(0.95, 0.5)))[1].says, "today it was"
    assert [one.verdict for one in enough(simulated())] == ["unknown", "not told"]


@pytest.mark.parametrize(
    ("key", "assumed"),
    [("alone.check", True), ("errors.check", True), ("hours", True), ("cost.people", True), ("cost.ai", True), ("alone.other", False)],
)
def test_what_rests_on_an_assumption_is_marked(key: str, *, assumed: bool) -> None:
    one = row(key, span(-1.0, 0.1), kind=Kind.LABOUR)
    assert rests_on_assumed(one, simulated(one)) is assumed
    told = simulation_to_json(simulated(one))["rows"]
    assert isinstance(told, list)
    assert isinstance(told[0], dict)
    assert told[0]["assumed"] is assumed


def test_what_is_measured_or_stays_as_it_is_is_not_marked() -> None:
    measured = simulated(coverage_assumed=False)
    assert not rests_on_assumed(row("alone.check", span(1.0)), measured)
    assert not rests_on_assumed(row("hours", span(-1.0, 0.1)), measured), "money alone is assumed"
    assert not rests_on_assumed(row("hours.other", span(0.0)), simulated())
    assert not rests_on_assumed(replace(HOURS, to_be=None), simulated())


def test_changes_have_a_sign_shares_change_by_points_and_what_shows_no_digit_shows_no_difference() -> None:
    assert change_told(row("load.x", span(0.088, 0.004), unit=Unit.SHARE)) == "+8.8 points (+8.4 to +9.2 points)"
    assert change_told(row("x", span(-0.0002, 0.0001), unit=Unit.SHARE)).endswith("0.0 points), no difference shown")
    assert change_told(LONGER).startswith("+4.2 h (")
    assert tone_of(LONGER) == "bad"
    assert tone_of(HOURS) == "good"
    assert tone_of(LOAD) == "", "who are busier may be meant to be"
    assert tone_of(inside(0.5, 0.6)) == "good"
    assert note_told(replace(HOURS, kind=Kind.ERRORS, note="at most; before audits find any")) == "before audits find any"


def test_days_in_a_row_are_told_as_one() -> None:
    assert on_duty_told(("mon", "tue", "wed", "thu", "fri"), 8.5) == "mon to fri from 08:30 UTC"
    assert on_duty_told(("mon", "wed"), 0.0) == "mon, wed from 00:00 UTC"

"""What a baseline says of a log, who may lock it, and what value is held against it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from licet.core.baseline import Baseline, StatedForBaseline, baseline_from_json, baseline_to_json
from licet.core.baseline_measured import leads_since, measured_baseline
from licet.core.cost import MILLION, Cost
from licet.core.event_log import EventLog
from licet.core.level import Level
from licet.core.refusal import Refused, Unknown
from licet.core.value import Around, Seen, Value, value_from_json, value_of, value_to_json
from licet.stats.rollout import Difference

HOUR, WEEK = 3600.0, 7 * 24 * 3600.0
BEGAN = datetime(2026, 1, 5, tzinfo=UTC)
CENTS = Cost(millionths=4800 * MILLION, currency="EUR")


def process(*, wait_hours: float = 24.0, timed: bool = True, shift: float = 0.0) -> EventLog:
    """Cases that are received and then decided after a wait that is longer in odd weeks, by six minutes of work."""
    weeks, a_week, work_minutes = 20, 10, 6.0
    cases = weeks * a_week
    came = BEGAN.timestamp() + shift + np.repeat(np.arange(weeks), a_week) * WEEK + np.tile(np.arange(a_week), weeks) * HOUR
    begun = came + HOUR * wait_hours * (1.0 + 0.1 * (np.repeat(np.arange(weeks), a_week) % 2))
    ended = begun + 60.0 * work_minutes
    both = np.stack([came, ended], axis=1).ravel()
    return EventLog(
        activities=("receive", "decide"),
        resources=("R1",),
        case=np.repeat(np.arange(cases), 2).astype(np.int32),
        activity=np.tile([0, 1], cases).astype(np.int32),
        resource=np.zeros(2 * cases, np.int32),
        start=np.stack([came, begun if timed else ended], axis=1).ravel(),
        end=both,
        started=np.full(2 * cases, timed),
    )


def measured(log: EventLog, stated: StatedForBaseline) -> Baseline:
    found = measured_baseline(log, "d" * 64, stated, span=(BEGAN, BEGAN + timedelta(weeks=20)))
    assert isinstance(found, Baseline)
    return found


def test_a_baseline_says_how_long_a_visit_to_the_step_takes_and_how_much_work_is_in_it() -> None:
    found = measured(process(), StatedForBaseline(step="decide"))
    assert isinstance(found.turn_median, Level)
    assert isinstance(found.minutes, Level)
    assert found.turn_median.value == pytest.approx(24.1, abs=0.01)
    assert found.turn_median.low is not None
    assert found.turn_median.high is not None
    assert found.turn_median.low <= found.turn_median.value <= found.turn_median.high
    assert found.minutes.value == pytest.approx(6.0)
    assert isinstance(found.a_week, Level)
    assert (found.visits, found.a_week.value) == (200, 10.0)


def test_where_the_log_does_not_tell_the_work_is_unknown_or_as_stated_and_then_assumed() -> None:
    assert isinstance(measured(process(timed=False), StatedForBaseline(step="decide")).minutes, Unknown)
    assumed = measured(process(timed=False), StatedForBaseline(step="decide", minutes_a_case=9.0)).minutes
    assert isinstance(assumed, Level)
    assert (assumed.value, assumed.assumed, assumed.low) == (9.0, True, None)
    told = measured(process(), StatedForBaseline(step="decide", minutes_a_case=9.0)).minutes
    assert isinstance(told, Level)
    assert (round(told.value, 6), told.assumed) == (6.0, False)


def test_a_step_that_nothing_comes_before_has_no_time_to_wait() -> None:
    assert isinstance(measured(process(), StatedForBaseline(step="receive")).turn_median, Unknown)


def test_a_step_the_log_does_not_know_is_refused_with_those_it_does() -> None:
    found = measured_baseline(process(), "d" * 64, StatedForBaseline(step="Decide"), span=(BEGAN, BEGAN))
    assert isinstance(found, Refused)
    assert (found.code, "'decide'" in found.remedy) == ("no_such_step", True)


def test_a_baseline_reads_back_equal() -> None:
    for stated in (StatedForBaseline(), StatedForBaseline(step="decide", minutes_a_case=3.0, hour=CENTS, error=CENTS)):
        found = measured(process(), stated)
        assert baseline_from_json(baseline_to_json(found)) == found


def laid_aside() -> EventLog:
    """The same cases, of which each is laid aside an hour after it was begun, and decided at a second sitting of six minutes."""
    whole = process()
    cases = whole.cases
    came, begun, ended = whole.end[::2], whole.start[1::2], whole.end[1::2]
    return EventLog(
        activities=whole.activities,
        resources=whole.resources,
        case=np.repeat(np.arange(cases), 3).astype(np.int32),
        activity=np.tile([0, 1, 1], cases).astype(np.int32),
        resource=np.zeros(3 * cases, np.int32),
        start=np.stack([came, begun, ended + HOUR], axis=1).ravel(),
        end=np.stack([came, ended, ended + HOUR + 360.0], axis=1).ravel(),
        started=np.ones(3 * cases, np.bool_),
    )


def test_a_case_that_is_laid_aside_and_taken_up_again_stays_once() -> None:
    once, twice = (measured(log, StatedForBaseline(step="decide")) for log in (process(), laid_aside()))
    assert twice.stays is not None
    assert (twice.visits, twice.stays.count, twice.stays.cases) == (400, 200, 200)
    assert isinstance(once.minutes, Level)
    assert isinstance(twice.minutes, Level)
    assert twice.minutes.value == pytest.approx(2 * once.minutes.value)
    assert isinstance(once.turn_median, Level)
    assert isinstance(twice.turn_median, Level)
    assert twice.turn_median.value == pytest.approx(once.turn_median.value + 1.1, abs=0.01)
    assert (
        once.a_week == replace(twice.a_week, n=once.a_week.n) if isinstance(twice.a_week, Level) and isinstance(once.a_week, Level) else 0
    )


def test_a_log_of_a_few_days_says_nothing_of_a_week() -> None:
    whole = process()
    day = whole.case < 10
    few = EventLog(
        activities=whole.activities,
        resources=whole.resources,
        case=whole.case[day],
        activity=whole.activity[day],
        resource=whole.resource[day],
        start=whole.start[day],
        end=whole.end[day],
        started=whole.started[day],
    )
    found = measured(few, StatedForBaseline(step="decide"))
    assert found.a_week == Unknown(why="in the log cases came on 1 day, and a week takes 7")


def test_a_baseline_that_was_locked_by_an_earlier_version_keeps_its_digest_and_says_what_it_counted() -> None:
    found = measured(process(), StatedForBaseline(step="decide"))
    earlier = {key: one for key, one in baseline_to_json(found).items() if key not in {"lead_mean", "stays"}}
    read = baseline_from_json(earlier)
    assert baseline_to_json(read) == earlier
    assert (read.stays, read.lead_mean) == (None, None)
    assert isinstance(read.a_week, Level)
    assert read.a_week.value == found.visits / found.weeks


def test_lead_times_since_are_of_cases_that_began_then_and_early_enough_to_be_done() -> None:
    log, since = process(wait_hours=12.0), BEGAN + timedelta(weeks=10)
    before = measured(process(), StatedForBaseline(step="decide"))
    found = leads_since(log, since, before)
    assert isinstance(found["lead_mean"], Level)
    assert found["lead_mean"].n == 90
    assert leads_since(log, BEGAN + timedelta(weeks=40), before) == {}


def seen(*, weeks: int = 12, a_week: int = 40, alone: float = 0.5, stratum: int = 0) -> Seen:
    """Cases that AI decides at once where chance gives them to it, and people in eight hours with two minutes of work."""
    chance = np.random.default_rng(4)
    n = weeks * a_week
    given = chance.random(n) < alone
    hours = np.where(given, 0.0, chance.exponential(8.0, n))
    return Seen(
        weeks=np.repeat(np.arange(weeks), a_week),
        hours=hours,
        open_hours=hours,
        alone=given,
        minutes=np.where(given, 0.0, 2.0),
        stratum=np.full(n, stratum),
        given=given,
    )


def around(*, timed: float | None = 1.0, errors: Level | Unknown | None = None) -> Around:
    return Around(
        since=BEGAN,
        until=BEGAN + timedelta(weeks=12),
        timed=timed,
        errors=errors or Level(value=0.01, low=0.0, high=0.03, n=300),
        spent=Cost(millionths=1200 * MILLION, currency="EUR"),
        incidents=0,
        simulated=False,
    )


def worth(found: Value, code: str) -> Level | Unknown:
    return next(one.now for one in found.figures if one.code == code)


PRICED = StatedForBaseline(step="decide", hour=CENTS, error=CENTS)


def test_hours_saved_are_todays_cases_as_they_were_less_as_they_are() -> None:
    found = value_of(measured(process(), PRICED), seen(), around())
    saved, hours = worth(found, "hours_saved_a_week"), worth(found, "hours_a_week")
    assert isinstance(saved, Level)
    assert isinstance(hours, Level)
    assert saved.value + hours.value == pytest.approx(40 * 6.0 / 60.0)
    assert saved.low is not None
    assert saved.low < saved.value


def test_worth_takes_off_what_was_paid_and_what_errors_cost_and_is_unknown_where_a_part_is() -> None:
    base = measured(process(), PRICED)
    found = value_of(base, seen(), around())
    money, saved = worth(found, "worth_a_week"), worth(found, "hours_saved_a_week")
    assert isinstance(money, Level)
    assert isinstance(saved, Level)
    errors = 0.01 * float(seen().alone.sum()) / 12
    assert money.value == pytest.approx(saved.value * 4800 - 100 - errors * 4800)
    for lacking in (around(timed=0.5), around(errors=Unknown(why="no audit"))):
        assert isinstance(worth(value_of(base, seen(), lacking), "worth_a_week"), Unknown)
    unpriced = value_of(measured(process(), StatedForBaseline(step="decide")), seen(), around())
    assert isinstance(worth(unpriced, "worth_a_week"), Unknown)


def test_amounts_of_two_currencies_are_never_taken_off_each_other() -> None:
    dollars = replace(around(), spent=Cost(millionths=1200 * MILLION, currency="USD"))
    mixed = value_of(measured(process(), PRICED), seen(), dollars)
    assert mixed.currency == "EUR"
    for code in ("spent_a_week", "worth_a_week"):
        lacking = worth(mixed, code)
        assert isinstance(lacking, Unknown)
        assert "USD" in lacking.why
        assert "EUR" in lacking.why
    unpriced = value_of(measured(process(), StatedForBaseline(step="decide")), seen(), dollars)
    assert (unpriced.currency, isinstance(worth(unpriced, "spent_a_week"), Level)) == ("USD", True)


def test_hours_that_somebody_states_are_never_shown_as_measured() -> None:
    stated = StatedForBaseline(step="decide", minutes_a_case=6.0, hour=CENTS, error=CENTS)
    found = value_of(measured(process(timed=False), stated), seen(), around())
    for code in ("hours_saved_a_week", "worth_a_week"):
        level = worth(found, code)
        assert isinstance(level, Level)
        assert level.assumed


def test_what_chance_assigned_shows_what_ai_caused() -> None:
    found = value_of(measured(process(), PRICED), seen(), around())
    turn, minutes = found.caused["turn"], found.caused["minutes"]
    assert isinstance(turn, Difference)
    assert isinstance(minutes, Difference)
    assert turn.high < -6.0
    assert minutes.estimate == pytest.approx(-2.0)
    assert isinstance(value_of(measured(process(), PRICED), seen(stratum=-1), around()).caused["turn"], Unknown)


def test_where_most_cases_are_not_done_the_median_is_unknown_and_not_short() -> None:
    some = seen()
    waiting = Seen(
        weeks=some.weeks,
        hours=np.where(some.given, some.hours, np.inf)[::1] + np.where(np.arange(some.hours.size) % 3 == 0, np.inf, 0.0),
        open_hours=some.open_hours,
        alone=some.alone,
        minutes=some.minutes,
        stratum=some.stratum,
        given=some.given,
    )
    assert isinstance(worth(value_of(measured(process(), PRICED), waiting, around()), "turn_median"), Unknown)


def test_a_statement_of_value_reads_back_equal() -> None:
    for lacking in (around(), around(timed=0.1, errors=Unknown(why="no audit"))):
        found = value_of(measured(process(), PRICED), seen(), lacking)
        assert value_from_json(value_to_json(found)) == found


def test_a_count_of_a_day_is_none_of_a_week() -> None:
    soon = replace(around(), until=BEGAN + timedelta(hours=20))
    found = value_of(measured(process(), PRICED), seen(weeks=1), soon)
    for code in ("cases_a_week", "hours_a_week", "hours_saved_a_week", "spent_a_week", "worth_a_week"):
        unknown = worth(found, code)
        assert isinstance(unknown, Unknown)
        assert "20 h" in unknown.why
    assert isinstance(worth(found, "minutes"), Level)


def test_what_is_counted_has_no_interval() -> None:
    found = worth(value_of(measured(process(), PRICED), seen(), around()), "cases_a_week")
    assert found == Level(value=40.0, low=None, high=None, n=480, counted=True)


def test_a_backlog_is_no_hours_saved() -> None:
    done, before = seen(), measured(process(), StatedForBaseline(step="decide"))
    late = ~done.given & (np.arange(done.hours.size) % 2 == 0)
    hours = np.where(late, np.inf, done.hours)
    backlog = replace(done, hours=hours, minutes=np.where(late, 0.0, done.minutes))
    figures = [{one.code: one.now for one in value_of(before, it, around()).figures} for it in (done, backlog)]
    assert figures[0]["minutes"] == figures[1]["minutes"]
    assert figures[0]["hours_saved_a_week"] == figures[1]["hours_saved_a_week"]
    caused = [value_of(before, it, around()).caused["minutes"] for it in (done, backlog)]
    assert caused[0] == caused[1]
    nobody = replace(backlog, hours=np.where(done.given, 0.0, np.inf))
    assert {one.code: one.now for one in value_of(before, nobody, around()).figures}["minutes"] == Unknown(
        why="no case was decided by people yet, and some wait for them"
    )


def test_an_answer_that_was_not_timed_took_as_long_as_one_that_was() -> None:
    done, before = seen(), measured(process(), StatedForBaseline(step="decide"))
    theirs = np.flatnonzero(~done.given)
    untimed = theirs[::20]
    minutes = done.minutes.copy()
    minutes[untimed] = 0.0
    share = 1.0 - untimed.size / theirs.size
    whole, part = (
        {one.code: one.now for one in value_of(before, it, around(timed=timed)).figures}["minutes"]
        for it, timed in ((done, 1.0), (replace(done, minutes=minutes), share))
    )
    assert isinstance(whole, Level)
    assert isinstance(part, Level)
    assert part.value == pytest.approx(whole.value)


def test_money_in_another_currency_than_the_baseline_states_is_unknown_and_so_is_the_worth() -> None:
    abroad = replace(around(), spent=Cost(millionths=MILLION, currency="USD"))
    found = value_of(measured(process(), PRICED), seen(), abroad)
    for code in ("spent_a_week", "worth_a_week"):
        unknown = worth(found, code)
        assert isinstance(unknown, Unknown)
        assert unknown.why == "it was spent in USD, and baseline.yaml states amounts in EUR"

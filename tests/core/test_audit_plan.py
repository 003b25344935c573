"""The rules of an audit plan: strata that can be read, chances that fit them, days planned from the past alone, and a digest over all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.audit import is_checked, is_drawn
from licet.core.audit_plan import (
    AtTrip,
    AuditPlan,
    Day,
    NotAnAuditPlanError,
    Stratum,
    WatchedSlice,
    audit_plan_from_json,
    audit_plan_to_json,
    chance_of,
    check_audit_plan,
    day_number,
    days_left,
    plan_in_words,
    planned_for,
    times_of,
)
from licet.core.ids import CaseNumber
from licet.core.measure import Slice
from licet.core.scope import NotStoredTermsError

FAX = Slice(attribute="channel", values=frozenset({"fax", "post"}))
UNSURE = Stratum(name="confidence<0.9", times=3.0, below=0.9)
BY_FAX = Stratum(name="channel=fax,post", times=2.0, part=FAX)
PLAN = AuditPlan(
    highest=0.5,
    strata=(UNSURE, BY_FAX),
    agreements=0.1,
    slices=(WatchedSlice(name="fax", part=FAX, target=0.02, at_trip=AtTrip.NARROW),),
)
DAY = Day(number=3, rate=0.1, planned=9)


def test_a_plan_survives_json_exactly() -> None:
    assert audit_plan_from_json(audit_plan_to_json(PLAN)) == PLAN
    for raw in (None, {}, {"highest": 0.5}, {**audit_plan_to_json(PLAN), "strata": [{}]}, {**audit_plan_to_json(PLAN), "slices": [{}]}):  # type: ignore[dict-item] # a mapping, as above
        with pytest.raises(NotStoredTermsError):
            audit_plan_from_json(raw)


def test_the_first_stratum_that_holds_says_how_often_a_case_is_drawn() -> None:
    unsure = chance_of(PLAN, DAY, {"channel": "fax"}, 0.8)
    by_fax = chance_of(PLAN, DAY, {"channel": "fax"}, 0.95)
    other = chance_of(PLAN, DAY, {"channel": "mail"}, 0.95)
    assert [(c.stratum, round(c.probability, 9), round(c.ratio, 9)) for c in (unsure, by_fax, other)] == [
        ("confidence<0.9", 0.3, round(1 / 3, 9)),
        ("channel=fax,post", 0.2, 0.5),
        ("", 0.1, 1.0),
    ]
    assert (unsure.slices, other.slices) == (("fax",), ())
    assert [times_of(PLAN, c) for c in (unsure, by_fax, other)] == [3.0, 2.0, 1.0]


def test_a_case_without_the_attribute_is_looked_at_more_not_less() -> None:
    assert chance_of(PLAN, DAY, {}, 0.95).stratum == "channel=fax,post"


@given(st.floats(0.001, 1.0), st.floats(0.0, 1.0), st.sampled_from(["fax", "mail"]))
def test_a_chance_is_never_below_the_days_rate_nor_above_one(rate: float, confidence: float, channel: str) -> None:
    found = chance_of(PLAN, replace(DAY, rate=rate), {"channel": channel}, confidence)
    assert rate <= found.probability <= 1.0
    assert 1 / PLAN.most_often - 1e-9 <= found.ratio <= 1.0


def test_a_day_is_planned_from_a_week_before_it() -> None:
    assert planned_for(0.1, [], usual=1000) == 120
    assert planned_for(0.1, [100.0] * 7 + [10**6], usual=1000) == 17
    assert planned_for(0.001, [1.0], usual=1000) == 1


def test_days_count_from_the_beginning_of_a_round() -> None:
    began = datetime(2026, 1, 1, 15, tzinfo=UTC)
    assert day_number(began, began + timedelta(hours=23)) == 0
    assert day_number(began, began + timedelta(hours=25)) == 1
    assert days_left(began, began + timedelta(days=29, seconds=1)) == 30


@pytest.mark.parametrize(
    "change",
    [
        {"highest": 0.05},
        {"highest": 1.5},
        {"agreements": 1.1},
        {"strata": (UNSURE, UNSURE)},
        {"strata": (replace(UNSURE, times=1.0),)},
        {"strata": (replace(UNSURE, times=50.0),)},
        {"strata": (Stratum(name="all", times=2.0),)},
        {"most_late": -1},
        {"late_after": timedelta(days=9)},
        {"at_trip": AtTrip.NARROW},
    ],
)
def test_a_plan_out_of_range_is_refused(change: dict[str, object]) -> None:
    check_audit_plan(PLAN, rate=0.1)
    with pytest.raises(NotAnAuditPlanError):
        check_audit_plan(replace(PLAN, **change), rate=0.1)  # type: ignore[arg-type] # one field, by name


def test_which_agreement_is_checked_says_nothing_of_which_case_was_drawn() -> None:
    secret = bytes(range(32))
    numbers = [CaseNumber(n) for n in range(2000)]
    drawn, checked = ({n for n in numbers if draws(secret, n, 0.5)} for draws in (is_drawn, is_checked))
    assert 0.4 < len(drawn & checked) / len(drawn) < 0.6


def test_a_plan_is_told_in_words() -> None:
    said = plan_in_words(PLAN, rate=0.1)
    assert "confidence below 0.9: 3 times as often" in said
    assert "channel 'fax' or 'post': 2 times as often" in said
    assert "slice fax watched at 2.0%, a trip: narrow" in said

"""What people find out about an incident, and when it can be closed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.ids import CaseNumber, MandateId, PersonId, UseCaseSlug
from licet.core.incident import Incident
from licet.core.inquiry import (
    MOST_ACTIONS,
    AnyInquiry,
    Beginning,
    ClosedInquiry,
    DoneAction,
    Finding,
    Found,
    Inquiry,
    LeftOut,
    NewAction,
    PendingAction,
    Point,
    Rechecked,
    Suspect,
    began,
    by_chance,
    close,
    end_action,
    plan_action,
    since_when,
    write_down,
)
from licet.core.people import Person, Role
from licet.core.reason import NotAReasonError
from licet.core.refusal import Refused, Unknown

NOW = datetime(2030, 5, 1, 9, tzinfo=UTC)
OLGA, RITA = PersonId("p_olga"), PersonId("p_rita")
OWNER = Person(id=OLGA, email="olga@example.org", name="Olga", roles=frozenset({Role.OWNER}))
RISK = Person(id=RITA, email="rita@example.org", name="Rita", roles=frozenset({Role.RISK}))
INCIDENT = Incident(use_case=UseCaseSlug("mails"), mandate=MandateId("m_1"), kind="watch_tripped", says="After 40 audits.", at=NOW)
BARE = Inquiry(number=3, incident=INCIDENT)
PLAN = NewAction(says="Retrain on May's mails.", who=OLGA, until=NOW + timedelta(days=7))


def found(finding: Finding, says: str = "The scanner was turned.") -> Found:
    return Found(finding=finding, number=1, says=says, by=RITA, at=NOW)


def explained(inquiry: Inquiry = BARE) -> Inquiry:
    return replace(inquiry, found=(found(Finding.CAUSE), found(Finding.LESSON)))


def planned() -> PendingAction:
    made = plan_action(BARE, PLAN, RITA, now=NOW)
    assert isinstance(made, PendingAction)
    return made


def code(result: object) -> str:
    assert isinstance(result, Refused)
    return result.code


def test_what_is_explained_and_has_nothing_left_to_do_can_be_closed() -> None:
    assert isinstance(close(explained(), RISK, unseen=0, why=None, now=NOW), ClosedInquiry)


def test_cases_that_may_be_wrong_are_left_out_by_risk_alone_and_for_a_reason() -> None:
    assert code(close(explained(), OWNER, unseen=3, why="They are old.", now=NOW)) == "suspects_left_out"
    assert code(close(explained(), RISK, unseen=3, why=None, now=NOW)) == "suspects_left_out"
    with pytest.raises(NotAReasonError):
        close(explained(), RISK, unseen=3, why=" ", now=NOW)
    closed = close(explained(), RISK, unseen=3, why="They are old.", now=NOW)
    assert isinstance(closed, ClosedInquiry)
    assert (closed.unseen, closed.left_out) == (3, LeftOut(cases=3, why="They are old."))
    closed = close(explained(), OWNER, unseen=0, why="Nothing is left.", now=NOW)
    assert isinstance(closed, ClosedInquiry)
    assert closed.left_out is None


@pytest.mark.parametrize(
    "lacking",
    [
        BARE,
        replace(BARE, found=(found(Finding.CAUSE),)),
        replace(BARE, found=(found(Finding.LESSON),)),
        explained(replace(BARE, actions=(planned(),))),
        explained(replace(BARE, rechecked=Rechecked(asked=5, answered=4))),
    ],
)
def test_an_incident_is_not_closed_while_anything_is_missing(lacking: Inquiry) -> None:
    assert code(close(lacking, RISK, unseen=0, why=None, now=NOW)) == "incident_not_done"


@pytest.mark.parametrize("dropped", [None, "The vendor did it."])
def test_an_action_that_is_done_or_dropped_stands_in_the_way_no_more(dropped: str | None) -> None:
    inquiry = explained(replace(BARE, actions=(planned(),)))
    ended = end_action(inquiry, 1, OLGA, dropped=dropped, now=NOW)
    assert not isinstance(ended, Refused)
    assert isinstance(ended, DoneAction) is (dropped is None)
    assert isinstance(close(replace(inquiry, actions=(ended,)), RISK, unseen=0, why=None, now=NOW), ClosedInquiry)
    assert code(end_action(replace(inquiry, actions=(ended,)), 1, OLGA, dropped=None, now=NOW)) == "no_such_action"


def test_nothing_is_added_to_what_is_closed() -> None:
    closed: AnyInquiry = ClosedInquiry(inquiry=explained(), by=RITA, at=NOW)
    assert code(write_down(closed, Finding.CAUSE, "Something else.", RITA, now=NOW)) == "incident_closed"
    assert code(plan_action(closed, PLAN, RITA, now=NOW)) == "incident_closed"
    assert code(end_action(closed, 1, RITA, dropped=None, now=NOW)) == "incident_closed"
    assert code(close(closed, RISK, unseen=0, why=None, now=NOW)) == "incident_closed"


def test_the_newest_cause_counts_and_the_one_before_stays() -> None:
    inquiry = replace(BARE, found=(found(Finding.CAUSE, "A bad day."),))
    made = write_down(inquiry, Finding.CAUSE, "The scanner was turned.", RITA, now=NOW)
    assert isinstance(made, Found)
    assert made.number == 2
    both = replace(inquiry, found=(*inquiry.found, made))
    assert both.newest(Finding.CAUSE) == made
    assert both.newest(Finding.LESSON) is None
    with pytest.raises(NotAReasonError):
        write_down(inquiry, Finding.CAUSE, "  ", RITA, now=NOW)


@pytest.mark.parametrize("until", [NOW, NOW - timedelta(days=1), NOW + timedelta(days=367)])
def test_an_action_is_due_on_a_day_to_come_and_within_a_year(until: datetime) -> None:
    assert code(plan_action(BARE, replace(PLAN, until=until), RITA, now=NOW)) == "not_a_day"


def test_the_number_of_actions_is_limited() -> None:
    full = replace(BARE, actions=tuple(replace(planned(), number=n + 1) for n in range(MOST_ACTIONS)))
    assert code(plan_action(full, PLAN, RITA, now=NOW)) == "too_many_actions"


def test_errors_began_after_the_last_audit_after_which_all_was_quiet() -> None:
    meters = [0.0, 0.1, 0.3, 0.2, 0.4, 0.9, 1.0]
    points = [Point(meter=meter, drawn_at=NOW + timedelta(days=day)) for day, meter in enumerate(meters)]
    assert began(points) == NOW + timedelta(days=3)
    assert began(points[4:]) == NOW + timedelta(days=4)
    assert isinstance(began([]), Unknown)


suspects = st.lists(
    st.builds(
        Suspect,
        case=st.integers(min_value=1, max_value=50).map(CaseNumber),
        chance=st.floats(min_value=0, max_value=1),
        familiarity=st.none() | st.floats(min_value=0, max_value=1),
    ),
    max_size=30,
)


@given(suspects)
def test_the_likeliest_to_be_wrong_come_first_and_none_is_lost(some: list[Suspect]) -> None:
    ordered = by_chance(some)
    assert sorted(map(repr, ordered)) == sorted(map(repr, some))
    assert all(one.chance >= other.chance for one, other in pairwise(ordered))


def test_where_no_audit_tells_since_when_it_is_the_grant_and_not_called_an_estimate() -> None:
    granted, said, estimate = NOW - timedelta(days=9), NOW - timedelta(days=2), NOW - timedelta(days=4)
    assert since_when(None, Unknown(why="no audit was counted"), granted) == (granted, Beginning.GRANT)
    assert since_when(None, estimate, granted) == (estimate, Beginning.ESTIMATED)
    assert since_when(said, estimate, granted) == (said, Beginning.SAID)
    assert since_when(None, estimate, granted, asked=said) == (estimate, Beginning.ESTIMATED)  # whoever asked late leaves nothing out by it
    assert since_when(None, estimate, granted, asked=granted) == (granted, Beginning.SAID)

"""An incident is looked into: which cases may be wrong, what people find out and do, and what that gives back to AI: nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.answer import Answer, Choice
from licet.core.audit import ANSWER_WITHIN
from licet.core.case import CaseBody
from licet.core.desk import Commit, Handed, NothingWaits
from licet.core.incident_report import report_to_markdown
from licet.core.inquiry import Beginning, ClosedInquiry, Finding, Inquiry, LeftOut, NewAction, Rechecked, whole
from licet.core.mandate import SuspendedMandate
from licet.core.people import Role
from licet.core.reason import NotAReasonError
from licet.core.refusal import Refused, Unknown
from licet.core.team import MAIN
from licet.flows.audit import audit_status
from licet.flows.desk import next_case
from licet.flows.grant import Wishes, reinstate_mandate
from licet.flows.hold import commit
from licet.flows.investigate import (
    Investigated,
    Touched,
    add_action,
    close_incident,
    count_incidents,
    find_out,
    finish_action,
    list_incidents,
    show_incident,
    timeline,
)
from licet.flows.recheck import ask_rechecks
from licet.flows.report_incident import report_incident
from licet.flows.respond import suspend_mandate
from licet.flows.review import worksheet
from licet.flows.settle import settle
from licet.store import corrections, use_cases
from licet.testing import World, done, past_cases, truth_of
from tests.flows.examples import MAILS, code, of_word

LIVE = past_cases(40, name="live")
WRONG = {str(one.body.content) for one in LIVE[:3]}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A mandate that decided forty cases alone, of which three audits or so agreed, and that its owner then suspended."""
    with World(tmp_path) as made:
        made.journey(MAILS, wishes=Wishes(audit_rate=0.1, planned_audits=400, daily_cap=500))
        made.submit(MAILS, LIVE)
        made.answer(MAILS)
        done(suspend_mandate(made.office, made.owner, name=MAILS, why="The scanner was turned."))
        yield made


def seen(world: World, number: int = 1) -> Investigated:
    return done(show_incident(world.office, number=number))


def touched(world: World) -> Touched:
    found = seen(world).touched
    assert isinstance(found, Touched)
    return found


def granted_at(world: World) -> Touched:
    mandate = world.mandate(MAILS)
    assert isinstance(mandate, SuspendedMandate)
    return replace(touched(world), since=mandate.active.granted_at)


def everything(world: World) -> int:
    """Has every case looked at again that can be; gives how many."""
    return done(ask_rechecks(world.office, world.risk, number=1, since=granted_at(world).since)).asked


def three_are_wrong(body: CaseBody) -> Answer:
    """What people say who look again: of three cases something else than AI said."""
    right = truth_of(body)
    assert isinstance(right, Choice)
    return Choice(value="no" if right.value == "yes" else "yes") if str(body.content) in WRONG else right


def explained(world: World) -> None:
    for finding in Finding:
        done(find_out(world.office, world.risk, number=1, finding=finding, says=f"The {finding.value}: the feeder was turned."))


def test_an_incident_says_which_cases_may_be_wrong_and_that_the_beginning_is_an_estimate(world: World) -> None:
    found = touched(world)
    assert found.basis is Beginning.ESTIMATED
    assert found.disagreed == 0
    assert 0 < found.audited < 40
    mine = done(ask_rechecks(world.office, world.owner, number=1, since=granted_at(world).since)).touched
    assert mine.basis is Beginning.SAID
    assert mine.alone == 40
    assert mine.unseen == 40 - found.audited


def test_people_look_again_blind_and_a_changed_answer_corrects_the_decision_with_its_effect(world: World) -> None:
    asked = everything(world)
    assert asked >= 30
    assert everything(world) == 0
    assert seen(world).found == replace(whole(seen(world).found), rechecked=Rechecked(asked=asked, answered=0, changed=0))
    world.answer(MAILS, three_are_wrong)
    again = whole(seen(world).found).rechecked
    assert again.answered == asked
    assert 1 <= again.changed <= 3
    with world.office.book.read() as tx:
        corrected = corrections.corrected(tx, use_cases.require(tx, MAILS), newest=10)
    assert len(corrected) == again.changed
    assert len(of_word(world, "case.corrected")) == again.changed
    assert len(of_word(world, "case.rechecked")) == asked
    assert {event.facts["changed"] for event in of_word(world, "case.rechecked")} == {True, False}


def test_nobody_has_a_case_in_hand_twice_for_an_audit_and_for_a_recheck(tmp_path: Path) -> None:
    """Breaks when whoever answered the lost audit's question is given, or finds on their sheet, the recheck of the same case."""
    with World(tmp_path) as world:
        second = world.person("sam", Role.REVIEWER)
        world.journey(MAILS, wishes=Wishes(audit_rate=1.0, planned_audits=400, daily_cap=500))
        world.submit(MAILS, LIVE[:2])
        world.clock.pass_time(ANSWER_WITHIN + timedelta(hours=1))
        assert done(audit_status(world.office, name=MAILS)).overdue == 2
        done(suspend_mandate(world.office, world.owner, name=MAILS, why="The scanner was turned."))
        assert everything(world) == 2
        sheet = done(worksheet(world.office, second, name=MAILS))
        assert sorted(str(one.body.content) for one in sheet) == sorted({str(one.body.content) for one in LIVE[:2]})
        first, other = (given(next_case(world.office, world.reviewer, name=MAILS)) for _ in range(2))
        assert first.body.content != other.body.content
        assert isinstance(next_case(world.office, world.reviewer, name=MAILS), NothingWaits)
        said = Commit(token=first.token, lease=first.lease.name, answer=truth_of(first.body), key="k")
        done(commit(world.office, world.reviewer, said))
        assert isinstance(next_case(world.office, world.reviewer, name=MAILS), NothingWaits)
        theirs = [given(next_case(world.office, second, name=MAILS)) for _ in range(2)]
        assert {one.token for one in theirs}.isdisjoint({first.token, other.token})
        assert done(worksheet(world.office, world.reviewer, name=MAILS)) == []


def given(found: object) -> Handed:
    assert isinstance(found, Handed), found
    return found


def test_looking_again_never_puts_a_mandate_back_in_force(world: World) -> None:
    """Breaks when a recheck counts as evidence: however well it goes, the mandate waits for a fresh verdict on sealed cases."""
    everything(world)
    world.answer(MAILS)
    explained(world)
    done(close_incident(world.office, world.risk, number=1))
    assert isinstance(world.mandate(MAILS), SuspendedMandate)
    assert isinstance(reinstate_mandate(world.office, world.risk, name=MAILS, why="All was right."), Refused)


def test_the_likeliest_wrong_are_due_first_and_no_more_than_asked_for(world: World) -> None:
    asked = done(ask_rechecks(world.office, world.risk, number=1, since=granted_at(world).since, most=5))
    assert asked.asked == 5
    assert done(ask_rechecks(world.office, world.risk, number=1, since=granted_at(world).since)).asked == asked.touched.unseen - 5


def test_whoever_asks_late_or_for_few_cannot_close_over_the_rest(world: World) -> None:
    """Breaks when an owner who has five cases looked at again may close as if nothing else could be wrong."""
    done(ask_rechecks(world.office, world.owner, number=1, since=touched(world).until))
    done(ask_rechecks(world.office, world.owner, number=1, since=granted_at(world).since, most=5))
    world.answer(MAILS)
    explained(world)
    left = touched(world).unseen
    assert touched(world).since == granted_at(world).since
    assert left >= 20
    assert code(close_incident(world.office, world.owner, number=1, why="The rest is old.")) == "suspects_left_out"
    assert code(close_incident(world.office, world.risk, number=1)) == "suspects_left_out"
    settle(world.office)
    report = done(report_incident(world.office, world.risk, number=1))
    assert report["not_rechecked"] == {"cases": left, "why": None}
    assert f"{left} cases that may be wrong were looked at again by nobody." in report_to_markdown(report)
    closed = done(close_incident(world.office, world.risk, number=1, why="The rest is old."))
    assert closed.left_out == LeftOut(cases=left, why="The rest is old.")
    assert seen(world).found == closed
    settle(world.office)
    report = done(report_incident(world.office, world.risk, number=1))
    assert report["not_rechecked"] == {"cases": left, "why": "The rest is old."}
    (event,) = of_word(world, "incident.closed")
    assert event.facts["left_out"] == left


def test_what_people_write_stays_out_of_the_ledger_and_what_is_missing_keeps_it_open(world: World) -> None:
    assert code(close_incident(world.office, world.risk, number=1)) == "incident_not_done"
    explained(world)
    until = world.clock.now() + timedelta(days=3)
    plan = NewAction(says="Check the feeder each morning.", who=world.reviewer.id, until=until)
    done(add_action(world.office, world.owner, number=1, plan=plan))
    done(add_action(world.office, world.owner, number=1, plan=plan))
    assert code(close_incident(world.office, world.risk, number=1)) == "incident_not_done"
    done(finish_action(world.office, world.owner, number=1, action=1))
    with pytest.raises(NotAReasonError):
        finish_action(world.office, world.owner, number=1, action=2, dropped=" ")
    done(finish_action(world.office, world.owner, number=1, action=2, dropped="Once is enough."))
    everything(world)
    world.answer(MAILS)
    closed = done(close_incident(world.office, world.owner, number=1))
    assert isinstance(closed, ClosedInquiry)
    assert code(find_out(world.office, world.risk, number=1, finding=Finding.CAUSE, says="More.")) == "incident_closed"
    assert not any(b"feeder" in entry for entry in world.entries())
    settle(world.office)
    told = [one for one in world.post.messages if one.to == world.reviewer.id and "feeder" in one.body]
    assert len(told) == 2, "whoever is to do something is told of each action"
    assert len(of_word(world, "incident.closed")) == 1


def test_only_risk_and_the_owner_of_the_use_case_investigate(world: World) -> None:
    for by in (world.builder, world.reviewer, world.other_owner):
        assert code(find_out(world.office, by, number=1, finding=Finding.CAUSE, says="Mine.")).startswith("not_")
        assert code(ask_rechecks(world.office, by, number=1)).startswith("not_")
        assert code(report_incident(world.office, by, number=1)).startswith("not_")
        assert count_incidents(world.office, by) == 0
    assert count_incidents(world.office, world.risk) == count_incidents(world.office, world.owner) == 1


def test_what_nobody_knows_is_not_there(world: World) -> None:
    assert code(show_incident(world.office, number=7)) == "not_there"
    assert code(close_incident(world.office, world.risk, number=7)) == "not_there"
    elsewhere = world.office.for_team(type(MAIN)("elsewhere"))
    assert code(show_incident(elsewhere, number=1)) == "not_there"
    assert list_incidents(elsewhere, name=None) == []
    stranger = NewAction(says="Do it.", who=type(world.owner.id)("p_nobody"), until=world.clock.now() + timedelta(days=1))
    assert code(add_action(world.office, world.owner, number=1, plan=stranger)) == "no_such_person"


def test_the_report_proves_each_step_and_names_nobody(world: World) -> None:
    everything(world)
    explained(world)
    settle(world.office)
    story = timeline(world.office, world.risk, seen(world))
    assert not isinstance(story, Refused)
    words = [one.event.what for one in story if one.event is not None]
    assert [one.index for one in story] == sorted({one.index for one in story})
    assert words.index("mandate.suspended") < words.index("incident.opened") < words.index("incident.explained")
    made = done(report_incident(world.office, world.risk, number=1))
    told = report_to_markdown(made)
    assert "## Cause" in told
    assert "    The cause: the feeder was turned." in told
    numbers = made["cases"]
    assert isinstance(numbers, dict)
    listed = numbers["numbers"]
    assert isinstance(listed, list)
    assert len(listed) == touched(world).alone
    for person in (world.owner, world.risk, world.reviewer, world.builder):
        assert person.email not in repr(made) + told
        assert person.name not in told
    assert len(of_word(world, "incident.reported")) == 1


def test_a_trip_dates_the_beginning_before_the_errors_it_counted(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=Wishes(audit_rate=1.0, planned_audits=400, daily_cap=500))
        world.submit(MAILS, LIVE)
        world.answer(MAILS)
        world.clock.pass_time(timedelta(days=1))
        turned = world.clock.now()
        for n in range(30):
            if isinstance(world.mandate(MAILS), SuspendedMandate):
                break
            world.submit(MAILS, past_cases(4, name=f"turned {n}"))
            for by in (world.reviewer, world.person(f"second {n}", *world.reviewer.roles)):
                world.answer_as(by, MAILS, lambda body: Choice(value="no" if truth_of(body) == Choice(value="yes") else "yes"))
        found = touched(world)
        assert isinstance(seen(world).found, Inquiry)
        assert not isinstance(seen(world).touched, Unknown)
        assert found.disagreed >= 3
        assert found.since <= turned + timedelta(hours=12)
        assert found.alone < 40 + 4 * 30

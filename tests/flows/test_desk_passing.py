"""Cases that are passed on: to a person, to a deputy, to a skill, aside, to whoever sent them; and what time does to them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.desk import DUE_WITHIN, INFORMATION_WITHIN, LEASE_LASTS, DeskRules, Handed, NothingWaits, TaskState
from licet.core.ids import UseCaseSlug
from licet.core.people import Person, Role
from licet.core.refusal import Refused
from licet.flows.absent import be_absent, be_back
from licet.flows.answer import answer_case
from licet.flows.chase_desk import TOLD_EVERY, chase_desk
from licet.flows.desk import next_case, release, skip
from licet.flows.desk_status import desk_status, task_state
from licet.flows.erase import erase_case
from licet.flows.hold import commit
from licet.flows.inquire import ask_sender, give_information
from licet.flows.pass_on import forward, hand_over, put_aside, remark, send_back
from licet.flows.review import answer_worksheet, worksheet
from licet.flows.skills import give_skill
from licet.store import desks, remarks
from licet.store.payloads import salts_of
from licet.testing import World, done, past_cases
from tests.flows.test_desk import YES, handed, refused, said, wait

SLIPS = UseCaseSlug("slips")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world in which two cases of `slips` wait for people."""
    with World(tmp_path / "world") as made:
        made.use_case("slips")
        wait(made, 2)
        yield made


@pytest.fixture
def rosa(world: World) -> Person:
    """Another reviewer."""
    return world.person("rosa", Role.REVIEWER)


def hands(world: World, case: Handed, to: Person) -> None:
    """Hands a case of rene's over."""
    done(hand_over(world.office, world.reviewer, token=case.token, lease=case.lease.name, to=to.email))


def state(world: World, case: Handed) -> TaskState:
    """How far a case is."""
    return done(task_state(world.office, world.reviewer, name="slips", token=case.token))


def away(world: World, person: Person, deputy: Person | None = None) -> None:
    """Lets somebody be away for a week."""
    now = world.clock.now()
    standing_in = None if deputy is None else deputy.email
    done(be_absent(world.office, person, of=person.email, starts_at=now, ends_at=now + timedelta(days=7), deputy=standing_in))


def test_what_was_handed_to_somebody_comes_to_them_first_and_to_nobody_else(world: World, rosa: Person) -> None:
    handed(world)
    late = handed(world)
    hands(world, late, rosa)
    assert state(world, late) is TaskState.RESERVED
    assert isinstance(next_case(world.office, world.reviewer, name="slips"), NothingWaits)
    world.clock.pass_time(LEASE_LASTS)
    assert handed(world, rosa).token == late.token


def test_a_case_is_handed_only_to_who_may_answer_it(world: World, rosa: Person) -> None:
    case = handed(world)
    for to, wanted in ((world.builder.email, "not_permitted"), ("nobody@example.org", "not_there")):
        found = hand_over(world.office, world.reviewer, token=case.token, lease=case.lease.name, to=to)
        assert refused(found) == wanted
    away(world, rosa)
    found = hand_over(world.office, world.reviewer, token=case.token, lease=case.lease.name, to=rosa.email)
    assert refused(found) == "person_absent"


def test_a_deputy_is_given_what_was_handed_to_whoever_is_away(world: World, rosa: Person) -> None:
    ruth = world.person("ruth", Role.REVIEWER)
    first, second = handed(world), handed(world)
    hands(world, first, rosa)
    away(world, rosa, deputy=ruth)
    hands(world, second, rosa)
    assert {handed(world, ruth).token for _ in range(2)} == {first.token, second.token}
    assert be_back(world.office, rosa, of=rosa.email) == 1


def test_what_waits_for_somebody_away_without_a_deputy_goes_back_to_the_queue(world: World, rosa: Person) -> None:
    case = handed(world)
    hands(world, case, rosa)
    away(world, rosa)
    assert chase_desk(world.office) > 0
    assert state(world, case) is TaskState.READY


def test_nobody_but_an_admin_says_that_somebody_else_is_away(world: World, rosa: Person) -> None:
    now = world.clock.now()
    found = be_absent(world.office, rosa, of=world.reviewer.email, starts_at=now, ends_at=now + timedelta(days=1), deputy=None)
    assert refused(found) == "not_permitted"


def test_a_case_put_aside_comes_back_by_itself(world: World) -> None:
    case = handed(world)
    until = world.clock.now() + timedelta(hours=3)
    done(put_aside(world.office, world.reviewer, token=case.token, lease=case.lease.name, until=until))
    assert state(world, case) is TaskState.SUSPENDED
    world.clock.pass_time(timedelta(hours=3))
    chase_desk(world.office)
    assert state(world, case) is TaskState.READY


def test_a_case_sent_back_is_anybodys_again(world: World, rosa: Person) -> None:
    case = handed(world)
    hands(world, case, rosa)
    mine = handed(world, rosa)
    done(send_back(world.office, rosa, token=mine.token, lease=mine.lease.name))
    assert (mine.token, state(world, case)) == (case.token, TaskState.READY)


def test_a_question_nobody_answers_comes_back_without_an_answer(world: World) -> None:
    case = handed(world)
    done(ask_sender(world.office, world.reviewer, token=case.token, lease=case.lease.name, question="Which?"))
    assert state(world, case) is TaskState.INFO_REQUESTED
    world.clock.pass_time(INFORMATION_WITHIN)
    chase_desk(world.office)
    again = next(one for one in (handed(world) for _ in range(2)) if one.token == case.token)
    assert [(one.question, one.answer) for one in again.information] == [("Which?", None)]
    found = give_information(world.office, world.operator, name="slips", case="new-0", text="This.")
    assert refused(found) == "nothing_asked"


def test_a_remark_of_somebody_who_answered_is_read_only_after_ones_own_answer(world: World, rosa: Person) -> None:
    case = handed(world)
    done(remark(world.office, world.reviewer, token=case.token, lease=case.lease.name, text="smudged"))
    done(release(world.office, world.reviewer, token=case.token, lease=case.lease.name))
    other = handed(world, rosa)
    assert [one.text for one in other.remarks] == ["smudged"]
    done(release(world.office, rosa, token=other.token, lease=other.lease.name))
    mine = handed(world)
    done(commit(world.office, world.reviewer, said(mine)))
    with world.office.book.read() as tx:
        item = desks.find(tx, case.token)
        assert item is not None
        salt = salts_of(tx, [item.case])[item.case]
        assert remarks.for_reader(tx, item.case, salt, rosa.id) == ()
        assert [one.text for one in remarks.for_reader(tx, item.case, salt, world.reviewer.id)] == ["smudged"]


def test_cases_that_ask_for_a_skill_come_to_those_who_have_it(world: World, rosa: Person) -> None:
    done(give_skill(world.office, world.person("ada", Role.ADMIN), name="slips", email=rosa.email, skill="french"))
    case = handed(world)
    assert refused(forward(world.office, world.reviewer, token=case.token, lease=case.lease.name, skill="greek")) == "not_there"
    done(forward(world.office, world.reviewer, token=case.token, lease=case.lease.name, skill="french"))
    assert handed(world).token != case.token
    assert isinstance(next_case(world.office, world.reviewer), NothingWaits)
    found = next_case(world.office, rosa)
    assert isinstance(found, Handed)
    assert found.token == case.token


class SetDesks:
    """Desks one sets."""

    def __init__(self, rules: DeskRules) -> None:
        self.there = rules

    def rules(self, slug: UseCaseSlug) -> DeskRules:
        """The same for each."""
        del slug
        return self.there


def test_urgent_cases_come_first_however_late_they_came(tmp_path: Path) -> None:
    with World(tmp_path / "urgent") as world:
        rules = DeskRules(urgent={"truth": frozenset({"yes"})}, skill_by="truth", skills={"no": "no-sayers"})
        object.__setattr__(world.office, "desks", SetDesks(rules))
        world.use_case("slips")
        wait(world, 4)
        assert {handed(world).body.attributes["truth"] for _ in range(2)} == {"yes"}
        assert isinstance(next_case(world.office, world.reviewer, name="slips"), NothingWaits)


def test_what_is_overdue_is_told_once_an_hour_and_waits_for_no_single_person(world: World, rosa: Person) -> None:
    case = handed(world)
    hands(world, case, rosa)
    world.clock.pass_time(DUE_WITHIN)
    assert chase_desk(world.office) > 0
    assert state(world, case) is TaskState.READY
    wait(world, 1, name="more")
    assert chase_desk(world.office) == 0
    world.clock.pass_time(DUE_WITHIN + TOLD_EVERY)
    chase_desk(world.office)
    told = [one for one in world.events() if one.what == "desk.escalated"]
    assert [one.facts["tasks"] for one in told] == [2, 1]
    assert done(desk_status(world.office, world.reviewer, name="slips")).overdue == 3


def test_a_worksheet_and_the_desk_never_answer_the_same_case_twice(world: World) -> None:
    listed = done(worksheet(world.office, world.reviewer, name="slips"))
    case = handed(world)
    sheet = answer_worksheet(world.office, world.reviewer, name="slips", answers={one.token: YES for one in listed})
    assert not isinstance(sheet, Refused)
    assert (sheet.taken, sheet.late, sheet.at_desk) == (1, 0, 1)
    assert done(worksheet(world.office, world.reviewer, name="slips")) == []
    text = case.body.content
    name = str(getattr(text, "text", "")).partition(":")[0].replace(" ", "-")
    assert refused(answer_case(world.office, world.reviewer, name="slips", case=name, answer=YES)) == "at_the_desk"
    done(commit(world.office, world.reviewer, said(case)))
    assert refused(answer_case(world.office, world.reviewer, name="slips", case=name, answer=YES)) == "at_the_desk"


def test_an_erased_case_leaves_the_desk(world: World) -> None:
    for name in ("new-0", "new-1"):
        done(erase_case(world.office, world.owner, name="slips", case=name))
    assert isinstance(next_case(world.office, world.reviewer, name="slips"), NothingWaits)


def test_the_ledger_names_no_case_that_waits_at_the_desk(world: World, rosa: Person) -> None:
    case = handed(world)
    done(skip(world.office, world.reviewer, token=case.token, lease=case.lease.name, reason="x"))
    other = handed(world, rosa)
    done(ask_sender(world.office, rosa, token=other.token, lease=other.lease.name, question="Which?"))
    words = {"task.skipped", "info.requested"}
    found = [one for one in world.events() if one.what in words]
    assert {one.what for one in found} == words
    assert all("case_number" not in one.facts and "task" in one.facts for one in found)


def test_the_status_counts_what_is_where_and_what_each_reviewer_has(world: World) -> None:
    wait(world, 2, name="more")
    for _ in range(2):
        handed(world)
    done(commit(world.office, world.reviewer, said(handed(world))))
    found = done(desk_status(world.office, world.reviewer, name="slips"))
    assert (found.waiting, found.in_hand, found.held, found.came, found.answered) == (4, 2, 1, 4, 0)
    assert [(one.in_hand, one.held) for one in found.load] == [(2, 1)]


def test_past_cases_are_on_no_desk(tmp_path: Path) -> None:
    with World(tmp_path / "past") as world:
        world.use_case("slips")
        world.import_cases("slips", past_cases(30))
        assert isinstance(next_case(world.office, world.reviewer), NothingWaits)

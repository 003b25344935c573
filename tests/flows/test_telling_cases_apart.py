"""What a reviewer could use to tell why a case came, before their own first answer: by the desk, the sheet, the counts, or a colleague."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from licet.core.audit import WAITS_WITHIN
from licet.core.desk import DUE_WITHIN, HELD_FOR, DeskRules, DeskStatus, Handed, Held, Load, NothingWaits, Revealed
from licet.core.people import Person, Role
from licet.core.use_case import Stage
from licet.flows.desk import next_case, release
from licet.flows.desk_status import desk_status
from licet.flows.exclude import excluded
from licet.flows.figures import own_figures
from licet.flows.grant import Wishes
from licet.flows.hold import commit, take_effect
from licet.flows.pass_on import hand_over, put_aside, remark
from licet.flows.read_on import waiting_for
from licet.flows.recheck import ask_rechecks
from licet.flows.respond import suspend_mandate
from licet.flows.review import answer_worksheet, worksheet
from licet.store import desks, tables, use_cases
from licet.testing import World, done, past_cases
from tests.flows.breakable import interrupted
from tests.flows.examples import MAILS
from tests.flows.test_desk import said
from tests.flows.test_desk_passing import SetDesks
from tests.flows.test_known_answers import handed, is_planted, next_planted, stage, truth
from tests.flows.test_known_answers import world as world_with_plants
from tests.flows.test_second_looks import asked

pytestmark = pytest.mark.one_database
world = world_with_plants
HALF = Wishes(audit_rate=0.5, planned_audits=400, daily_cap=500)


@pytest.fixture
def audited(tmp_path: Path) -> Iterator[World]:
    """A world in which nothing waits but audits of what AI decided alone."""
    with World(tmp_path / "audited") as made:
        made.journey(MAILS, wishes=HALF)
        made.submit(MAILS, past_cases(40, name="live"))
        made.clock.pass_time(WAITS_WITHIN)
        yield made


def status(world: World, name: str = MAILS) -> DeskStatus:
    return done(desk_status(world.office, world.reviewer, name=name))


def mine(world: World, person: Person | None = None) -> Load:
    who = (person or world.reviewer).id
    return next(one for one in status(world).load if one.person == who)


def later(world: World) -> datetime:
    return world.clock.now() + timedelta(days=1)


def rosa_of(world: World) -> Person:
    return world.person("rosa", Role.REVIEWER)


def roles(world: World, person: Person, these: frozenset[Role]) -> None:
    """As if they had been given these."""
    with world.office.book.write() as tx:
        tx.run(update(tables.person).where(tables.person.c.id == person.id).values(roles=json.dumps(sorted(one.value for one in these))))


def given(world: World, by: Person | None = None, name: str = MAILS) -> Handed:
    found = next_case(world.office, by or world.reviewer, name=name)
    assert isinstance(found, Handed), found
    return found


def test_a_sheet_lists_a_planted_case_as_it_lists_any_other(world: World) -> None:
    """Breaks when what one had in hand and gave back is on the sheet, unless its answer is known."""
    planted = next_planted(world)
    done(release(world.office, world.reviewer, token=planted.token, lease=planted.lease.name))
    sheet = done(worksheet(world.office, world.reviewer, name="slips"))
    assert planted.token in {one.token for one in sheet}
    assert [one.token for one in sheet] == sorted(one.token for one in sheet)
    rosa = world.person("rosa", Role.REVIEWER)
    assert planted.token not in {one.token for one in done(worksheet(world.office, rosa, name="slips"))}
    before = done(own_figures(world.office, world.reviewer, name="slips")).known
    taken = done(answer_worksheet(world.office, world.reviewer, name="slips", answers={planted.token: truth(planted)}))
    assert (taken.taken, taken.late, taken.at_desk) == (1, 0, 0)
    assert len(done(own_figures(world.office, world.reviewer, name="slips")).known) == len(before) + 1
    again = done(answer_worksheet(world.office, world.reviewer, name="slips", answers={planted.token: truth(planted)}))
    assert (again.taken, again.late) == (0, 1)


def test_somebody_elses_planted_case_is_answered_on_no_sheet(world: World) -> None:
    planted = next_planted(world)
    rosa = world.person("rosa", Role.REVIEWER)
    busy = done(answer_worksheet(world.office, rosa, name="slips", answers={planted.token: truth(planted)}))
    assert (busy.taken, busy.at_desk) == (0, 1)
    done(release(world.office, world.reviewer, token=planted.token, lease=planted.lease.name))
    found = done(answer_worksheet(world.office, rosa, name="slips", answers={planted.token: truth(planted)}))
    assert (found.taken, found.late) == (0, 1)


def test_handing_over_tells_nobody_that_a_colleague_answered_the_case_before(tmp_path: Path) -> None:
    """Breaks when a case is refused for a colleague who had a hand in it: then its answer is known, or it is looked at again."""
    with World(tmp_path / "twice") as made:
        rosa = made.person("rosa", Role.REVIEWER)
        asked(made, 1, share=1.0)
        made.answer_as(made.reviewer, MAILS)
        case = given(made, rosa)
        assert hand_over(made.office, rosa, token=case.token, lease=case.lease.name, to=made.reviewer.email) is None
        told = [one for one in made.events() if one.what == "task.handed_over"]
        assert [one.facts["to"] for one in told] == [made.reviewer.id]
        assert isinstance(next_case(made.office, made.reviewer, name=MAILS), NothingWaits)
        assert given(made, rosa).token == case.token


def test_no_remark_is_older_than_the_question_it_comes_with(tmp_path: Path) -> None:
    """Breaks when what was said about a case while it waited for another reason tells that it did."""
    with World(tmp_path / "remarks") as made:
        rosa, ilse = (made.person(name, Role.REVIEWER) for name in ("rosa", "ilse"))
        asked(made, 1, share=1.0)
        case = given(made, rosa)
        done(remark(made.office, rosa, token=case.token, lease=case.lease.name, text="smudged"))
        done(release(made.office, rosa, token=case.token, lease=case.lease.name))
        assert [one.text for one in given(made, ilse).remarks] == ["smudged"]
        made.clock.pass_time(timedelta(hours=1))
        made.answer_as(made.reviewer, MAILS)
        again = given(made, ilse)
        assert again.token != case.token
        assert not again.remarks


def test_the_counts_of_a_desk_change_alike_whatever_somebody_has_in_hand(audited: World) -> None:
    """Breaks when a case in hand, put aside or handed over is counted unless it is an audit: then what is not counted is one."""
    rosa = audited.person("rosa", Role.REVIEWER)
    before = status(audited)
    assert before.waiting > 2, "nothing is said to wait, and yet a case is given"
    cases = [given(audited), given(audited), given(audited)]
    held = status(audited)
    assert (held.in_hand, mine(audited).in_hand, held.waiting) == (3, 3, before.waiting)
    done(put_aside(audited.office, audited.reviewer, token=cases[0].token, lease=cases[0].lease.name, until=later(audited)))
    done(hand_over(audited.office, audited.reviewer, token=cases[1].token, lease=cases[1].lease.name, to=rosa.email))
    done(commit(audited.office, audited.reviewer, said(cases[2])))
    now = status(audited)
    assert (now.aside, now.held, mine(audited, rosa).handed, now.waiting) == (1, 1, 1, before.waiting)


def test_the_time_that_is_left_tells_no_drawn_case_from_one_that_came_just_now(tmp_path: Path) -> None:
    """Breaks when a drawn case, which comes to the desk later than it was routed, is due as if it had waited all along."""
    with World(tmp_path / "left") as made:
        made.journey(MAILS, wishes=HALF)
        made.submit(MAILS, past_cases(30, name="live"))
        assert done(worksheet(made.office, made.reviewer, name=MAILS)) == [], "what is on a sheet and not on the desk is an audit"
        step, left = WAITS_WITHIN / 48, []
        for _ in range(48):
            while isinstance(case := next_case(made.office, made.reviewer, name=MAILS), Handed):
                left.append(case.due_at - made.clock.now())
                done(commit(made.office, made.reviewer, said(case)))
            made.clock.pass_time(step)
        assert len(left) > 5
        assert all(DUE_WITHIN - step <= one <= DUE_WITHIN for one in left)


def test_a_planted_case_in_hand_is_counted_as_any_other(world: World) -> None:
    before = status(world, "slips").waiting
    planted = next_planted(world)
    answered = before - status(world, "slips").waiting
    assert (status(world, "slips").in_hand, status(world, "slips").waiting) == (1, before - answered)
    done(put_aside(world.office, world.reviewer, token=planted.token, lease=planted.lease.name, until=later(world)))
    assert status(world, "slips").aside == 1


def test_the_number_on_the_page_tells_no_planted_case_from_another(world: World) -> None:
    """Breaks when taking or answering one changes the number otherwise, while the answer can still be withdrawn."""
    for _ in range(40):
        before = waiting_for(world.office, world.reviewer)
        case = handed(world)
        taken = waiting_for(world.office, world.reviewer)
        kept = done(commit(world.office, world.reviewer, said(case)))
        assert (taken, waiting_for(world.office, world.reviewer)) == (before, before - 1)
        assert isinstance(kept, Held)
        if is_planted(case):
            break
        world.clock.pass_time(HELD_FOR)
        take_effect(world.office)
    assert is_planted(case)


def test_a_case_looked_at_again_is_due_and_asks_for_a_skill_as_if_it_were_new(tmp_path: Path) -> None:
    with World(tmp_path / "again") as made:
        rules = DeskRules(due_within=timedelta(hours=1), skill_by="truth", skills={"no": "no-sayers"})
        object.__setattr__(made.office, "desks", SetDesks(rules))
        made.journey(MAILS, wishes=Wishes(audit_rate=0.01, planned_audits=400, daily_cap=500))
        made.submit(MAILS, past_cases(12, name="live"))
        since = made.clock.now()
        done(suspend_mandate(made.office, made.owner, name=MAILS, why="The scanner was turned."))
        assert done(ask_rechecks(made.office, made.risk, number=1, since=since - timedelta(days=1))).asked > 3
        found = [one for _ in range(8) if isinstance(one := next_case(made.office, made.reviewer, name=MAILS), Handed)]
        assert found
        assert all(one.due_at <= made.clock.now() + timedelta(hours=1) for one in found)
        assert {one.body.attributes["truth"] for one in found} == {"yes"}


def test_whoever_built_a_system_audits_none_of_what_it_decided_and_looks_at_none_of_it_again(audited: World) -> None:
    """Breaks when a builder who also reviews says that their own system was right."""
    both = audited.person("bella", Role.BUILDER, Role.REVIEWER)
    assert isinstance(next_case(audited.office, both, name=MAILS), NothingWaits)
    assert done(worksheet(audited.office, both, name=MAILS)) == []
    done(suspend_mandate(audited.office, audited.owner, name=MAILS, why="The scanner was turned."))
    done(ask_rechecks(audited.office, audited.risk, number=1, since=audited.clock.now() - timedelta(days=9)))
    assert isinstance(next_case(audited.office, both, name=MAILS), NothingWaits)
    assert isinstance(next_case(audited.office, audited.reviewer, name=MAILS), Handed)


def test_who_saw_what_ai_proposes_is_not_given_the_case_as_if_they_had_not(world: World) -> None:
    """Breaks when somebody whose answer did not count after the reveal answers the same case first a second time."""
    stage(world, Stage.ASSISTED)
    case = handed(world)
    assert isinstance(done(commit(world.office, world.reviewer, said(case))), Revealed)
    roles(world, world.reviewer, frozenset())
    world.clock.pass_time(timedelta(minutes=11))
    take_effect(world.office)
    roles(world, world.reviewer, frozenset({Role.REVIEWER}))
    with world.office.book.read() as tx:
        back = desks.find(tx, case.token)
        assert back is not None
        assert back.lane == back.home
        assert excluded(tx, use_cases.require(tx, "slips"), back, world.reviewer, world.clock.now())
        assert not excluded(tx, use_cases.require(tx, "slips"), back, rosa_of(world), world.clock.now())


def test_an_answer_that_no_longer_counts_takes_the_case_out_of_nobody_elses_hands(world: World) -> None:
    """Breaks when two servers end the same answer, the second one after somebody else took the case."""
    rosa = rosa_of(world)
    case = handed(world)
    kept = done(commit(world.office, world.reviewer, said(case)))
    assert isinstance(kept, Held)
    roles(world, world.reviewer, frozenset())
    world.clock.pass_time(HELD_FOR)
    hers: list[Handed] = []

    def meanwhile() -> None:
        assert take_effect(world.office) == 0
        while not hers or hers[-1].token != case.token:
            hers.append(handed(world, rosa))

    assert take_effect(interrupted(world, meanwhile)) == 0
    done(commit(world.office, rosa, said(hers[-1], key="hers")))

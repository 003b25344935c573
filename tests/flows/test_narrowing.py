"""Narrowing a running mandate: effective with the next case, written down, never undone but by a new mandate."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from licet.core.mandate import ActiveMandate
from licet.core.narrowing import Narrowing
from licet.core.people import Actor, Role
from licet.core.reason import NotAReasonError
from licet.core.refusal import Refused
from licet.flows.audit import audit_status
from licet.flows.follow import narrowings_of
from licet.flows.grant import Wishes
from licet.flows.narrow import TakeBack, narrow_mandate
from licet.flows.respond import suspend_mandate
from licet.flows.take_back import Narrowed
from licet.store import looks
from licet.testing import World, done, past_cases
from tests.flows.examples import MAILS, code, of_word
from tests.flows.test_schema_in_force import SCHEMA, granted, ordinary, taken_in_by, with_attributes

LIVE = past_cases(80, name="live")


def narrowed(world: World, **asked: object) -> Narrowed:
    """A part is taken back by risk."""
    wish = TakeBack(**asked)  # type: ignore[arg-type] # checked by the class itself where it matters
    return done(narrow_mandate(world.office, world.risk, name=MAILS, asked=wish, why="Complaints."))


def test_what_is_taken_back_counts_with_the_next_case_and_is_written_down(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        before = world.journey(MAILS)
        assert world.submit(MAILS, LIVE[:20]).alone == 20
        found = narrowed(world, answers=frozenset({"yes"}))
        tally = world.submit(MAILS, LIVE[20:40])
        assert (tally.alone, tally.reasons) == (10, {"never_alone_answer": 10})
        now = world.mandate(MAILS)
        assert now == found.mandate
        assert isinstance(now, ActiveMandate)
        assert (now.terms, now.proposed.digest, now.round) == (before.terms, before.proposed.digest, 1)
        (event,) = of_word(world, "mandate.narrowed")
        assert event.facts["changed"] == {"never_alone_answers": {"was": [], "became": ["yes"]}}
        assert event.facts["certified"] is False
        assert "Complaints" not in str(event.facts)
        assert narrowings_of(world.office, before.id) == [found.narrowing]


def test_each_thing_that_can_be_taken_back(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=Wishes(daily_cap=50))
        narrowed(world, attributes={"truth": frozenset({"no"})})
        assert world.submit(MAILS, LIVE[:10]).reasons == {"never_alone_attribute": 5}
        narrowed(world, daily_cap=7)
        assert world.submit(MAILS, LIVE[10:20]).alone == 2
        narrowed(world, audit_rate=1.0)
        narrowed(world, expires_at=world.clock.at + timedelta(hours=20))
        world.clock.pass_time(timedelta(hours=16))
        found = world.submit(MAILS, LIVE[20:30])
        assert found.alone == 5
        status = done(audit_status(world.office, name=MAILS))
        assert status.drawn >= 5
        narrowed(world, threshold=1.0)
        assert world.submit(MAILS, LIVE[30:40]).alone == 0
        world.clock.pass_time(timedelta(hours=5))
        assert world.submit(MAILS, LIVE[40:50]).reasons == {"mandate_expired": 10}
        assert [list(dict(one.facts)["changed"]) for one in of_word(world, "mandate.narrowed")] == [  # type: ignore[arg-type] # a mapping
            ["never_alone_attributes"],
            ["daily_cap"],
            ["audit_rate"],
            ["expires_at"],
            ["threshold"],
        ]


def test_a_stricter_threshold_of_the_grid_is_certified_and_one_between_is_not(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        before = world.journey(MAILS)
        with world.office.book.read() as tx:
            tested = looks.by_id(tx, before.terms.look).look.thresholds
        stricter = tested[tested.index(before.scope.threshold) - 1]
        between = (stricter + before.scope.threshold) / 2
        assert narrowed(world, threshold=between).narrowing.certified is False
        assert narrowed(world, threshold=stricter).narrowing.certified is True
        assert narrowed(world, daily_cap=1).narrowing.certified is True


def test_audits_from_before_say_nothing_of_the_smaller_scope(tmp_path: Path) -> None:
    """Breaks when agreement on what was taken away makes what is left look good."""
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=Wishes(audit_rate=1.0, planned_audits=500))
        world.submit(MAILS, LIVE[:40])
        world.answer(MAILS)
        before = done(audit_status(world.office, name=MAILS))
        assert before.high < 0.2
        narrowed(world, answers=frozenset({"yes"}))
        after = done(audit_status(world.office, name=MAILS))
        assert (after.low, after.high) == (0.0, 1.0)
        assert (after.answered, after.evidence) == (before.answered, before.evidence)
        world.submit(MAILS, LIVE[40:])
        world.answer(MAILS)
        last = done(audit_status(world.office, name=MAILS))
        assert before.high < last.high < 1.0
        assert last.points[-1].high == last.high


def test_a_value_limit_leaves_large_and_unreadable_amounts_to_people(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        granted(world, ordinary(150))
        narrowed(world, value_limits={"amount": Decimal(500)})
        rows = ordinary(20, "live")
        large, blank = with_attributes(rows[:10], amount="500.01"), with_attributes(rows[10:15], amount="")
        small = with_attributes(rows[15:], amount="500")
        tally = world.submit(MAILS, taken_in_by(SCHEMA, [*large, *blank, *small]))
        assert (tally.alone, tally.reasons) == (5, {"never_alone_rule": 10, "guard_unknown": 5})
        found = narrow_mandate(world.office, world.risk, name=MAILS, asked=TakeBack(value_limits={"segment": Decimal(1)}), why="x")
        assert code(found) == "not_narrower"


def test_who_may_narrow_and_when(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=Wishes(daily_cap=100))
        cap = 99
        may: list[Actor] = [world.owner, world.risk, world.person("ada", Role.ADMIN)]
        for actor in may:
            done(narrow_mandate(world.office, actor, name=MAILS, asked=TakeBack(daily_cap=cap), why="x"))
            cap -= 1
        may_not: list[Actor] = [world.operator, world.builder, world.reviewer]
        for actor in may_not:
            refused = narrow_mandate(world.office, actor, name=MAILS, asked=TakeBack(daily_cap=1), why="x")
            assert code(refused) in {"person_needed", "not_permitted"}
        with pytest.raises(NotAReasonError):
            narrow_mandate(world.office, world.risk, name=MAILS, asked=TakeBack(daily_cap=1), why=" ")
        assert code(narrow_mandate(world.office, world.risk, name=MAILS, asked=TakeBack(daily_cap=100), why="x")) == "not_narrower"
        done(suspend_mandate(world.office, world.risk, name=MAILS, why="x"))
        refused = narrow_mandate(world.office, world.risk, name=MAILS, asked=TakeBack(daily_cap=1), why="x")
        assert code(refused) == "mandate_not_active"
        assert isinstance(refused, Refused)


def test_a_new_mandate_begins_as_wide_as_it_was_granted(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        narrowed(world, daily_cap=1)
        again = world.earn(MAILS)
        assert (again.limits, again.daily_cap) == (None, 1000)
        assert isinstance(narrowings_of(world.office, again.id), list)
        assert world.submit(MAILS, LIVE[:10]).alone == 10
        assert all(isinstance(one, Narrowing) for one in narrowings_of(world.office, again.id))

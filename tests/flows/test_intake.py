"""Intake: what counts is how things stand in the deciding transaction, and each case is decided exactly once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.case import Content
from licet.core.ids import CaseNumber
from licet.core.refusal import Refused
from licet.core.system import Proposed
from licet.flows.drain import PART
from licet.flows.grant import Wishes, revoke_mandate
from licet.flows.intake import Delivery, submit
from licet.flows.office import Office
from licet.flows.respond import suspend_mandate
from licet.store import cases, decisions, queue, use_cases
from licet.store.book import Book, Tx
from licet.testing import World, done, past_cases, says_like, vendor
from tests.flows.breakable import KilledError, breaks, second
from tests.flows.examples import MAILS, of_word

LIVE = past_cases(60, name="live")
QUIET = Wishes(audit_rate=0.0001, planned_audits=100)


def scripted(world: World, wishes: Wishes = QUIET) -> None:
    """A mandate for a scripted system that has an answer for every live case."""
    world.journey(MAILS, scripted=True, wishes=wishes)
    world.systems.there[MAILS].says = says_like(LIVE)


def between(world: World, act: Callable[[Office], object]) -> None:
    """Lets something happen while the system is asked: after cases were accepted, before they are decided."""
    says, once = world.systems.there[MAILS].says, [act]

    def interrupted(content: Content) -> Proposed:
        while once:
            once.pop()(second(world))
        return says(content)

    world.systems.there[MAILS].says = interrupted


def test_inside_its_mandate_ai_decides_alone(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        scripted(world)
        tally = world.submit(MAILS, LIVE, card=None)
        assert (tally.rows, tally.alone, tally.to_person) == (60, 60, 0)


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda world, office: suspend_mandate(office, world.risk, name=MAILS, why="stop"), "mandate_suspended"),
        (lambda world, office: revoke_mandate(office, world.risk, name=MAILS, why="stop"), "mandate_revoked"),
        (lambda world, office: world.clock.pass_time(timedelta(days=31)), "mandate_expired"),
    ],
)
def test_what_ends_between_acceptance_and_decision_ends_at_once(
    tmp_path: Path, act: Callable[[World, Office], object], reason: str
) -> None:
    """Breaks when state or expiry is read before the deciding transaction."""
    with World(tmp_path) as world:
        scripted(world)
        between(world, lambda office: act(world, office))
        tally = world.submit(MAILS, LIVE, card=None)
        assert (tally.alone, tally.reasons) == (0, {reason: 60})


def test_a_mandate_granted_meanwhile_is_not_used_for_what_another_one_was_asked(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        scripted(world)
        between(world, lambda office: world.earn(MAILS, QUIET))
        tally = world.submit(MAILS, LIVE, card=None)
        assert (tally.reasons, tally.alone) == ({"fingerprint_changed": PART}, 60 - PART)


def test_without_a_mandate_and_with_a_changed_or_absent_system_people_decide(tmp_path: Path) -> None:
    with World(tmp_path / "none") as world:
        world.use_case(MAILS)
        assert world.submit(MAILS, LIVE, card=None).reasons == {"no_mandate": 60}
    with World(tmp_path / "changed") as world:
        scripted(world)
        world.systems.there[MAILS].version = "2"
        assert world.submit(MAILS, LIVE, card=None).reasons == {"fingerprint_changed": 60}
    with World(tmp_path / "gone") as world:
        scripted(world)
        del world.systems.there[MAILS]
        tally = world.submit(MAILS, LIVE, card=None)
        assert (tally.alone, tally.to_person) == (0, 60)
    with World(tmp_path / "posted") as world:
        world.journey(MAILS, wishes=QUIET)
        assert world.submit(MAILS, LIVE, card=vendor("2")).reasons == {"fingerprint_changed": 60}
        silent = [replace(one, posted=None, external_id=f"s{k}") for k, one in enumerate(LIVE)]
        assert world.submit(MAILS, silent).reasons == {"system_failed": 60}


def test_a_system_that_fails_for_a_case_leaves_that_case_to_a_person(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        scripted(world)
        world.systems.there[MAILS].says = says_like(LIVE[:50])
        tally = world.submit(MAILS, LIVE, card=None)
        assert (tally.alone, tally.reasons) == (50, {"system_failed": 10})


def test_the_cap_holds_across_chunks_and_deliveries_and_is_new_each_day(tmp_path: Path) -> None:
    """Breaks when the count of the day is read outside the deciding transaction, or once per delivery."""
    with World(tmp_path) as world:
        scripted(world, replace(QUIET, daily_cap=40))
        assert world.submit(MAILS, LIVE[:30], card=None).alone == 30
        tally = world.submit(MAILS, LIVE[30:], card=None)
        assert (tally.alone, tally.reasons) == (10, {"cap_reached": 20})
        world.clock.pass_time(timedelta(days=1))
        more = past_cases(60, name="more")
        world.systems.there[MAILS].says = says_like(more)
        assert world.submit(MAILS, more, card=None).alone == 40


def test_the_cap_is_not_passed_by_a_delivery_that_comes_in_between(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        scripted(world, replace(QUIET, daily_cap=40))
        between(world, lambda office: list(submit(office, world.operator, delivery("other", slice(25, 60)))))
        mine = list(submit(world.office, world.operator, delivery("mine", slice(25))))
        assert mine
        with world.office.book.read() as tx:
            assert decisions.counts(tx, use_cases.require(tx, MAILS))["alone"] == 40


def delivery(source: str, part: slice) -> Delivery:
    """Some of the live cases, proposed for by the mandate's own system."""
    return Delivery(name=MAILS, rows=iter(LIVE[part]), source=source, card=None, simulated=False)


def decided(world: World) -> list[CaseNumber]:
    """Numbers of the cases that AI or a person decided, as the ledger tells."""
    return [CaseNumber(int(str(event.facts["case_number"]))) for event in of_word(world, "case.decided")]


def test_a_delivery_that_comes_twice_is_taken_once(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        scripted(world)
        world.submit(MAILS, LIVE, card=None)
        again = world.submit(MAILS, LIVE, card=None)
        assert (again.repeated, again.alone, again.to_person) == (60, 0, 0)
        assert len(decided(world)) == len(set(decided(world))) == 60


def test_a_delivery_that_runs_in_two_processes_at_once_is_taken_once(tmp_path: Path) -> None:
    """Breaks when the names that came in are read once at the start, or open cases outside the deciding transaction."""
    with World(tmp_path) as world:
        scripted(world)
        one = submit(world.office, world.operator, delivery("file", slice(60)))
        other = submit(second(world), world.operator, delivery("file", slice(60)))
        for _ in range(5):
            next(one, None)
            next(other, None)
        between(world, lambda office: list(submit(office, world.operator, delivery("late", slice(60)))))
        done([*one, *other])
        with world.office.book.read() as tx:
            assert len(cases.live(tx, use_cases.require(tx, MAILS))) == 60
        assert len(decided(world)) == len(set(decided(world))) == len(of_word(world, "case.accepted")) == 60


def test_two_processes_that_route_the_same_cases_at_once_decide_each_once(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        scripted(world)
        between(world, lambda office: list(submit(office, world.operator, delivery("file", slice(60)))))
        done(list(submit(world.office, world.operator, delivery("file", slice(60))))[-1])
        assert len(decided(world)) == len(set(decided(world))) == 60


@pytest.mark.parametrize("after_commit", [False, True])
@pytest.mark.parametrize("simulated", [False, True])
def test_whatever_is_killed_when_each_accepted_case_ends_in_exactly_one_decision(
    tmp_path: Path, *, after_commit: bool, simulated: bool
) -> None:
    """Breaks when a killed delivery loses a case, decides one twice, or asks two people for one answer."""
    with World(tmp_path) as world:
        scripted(world, Wishes(audit_rate=0.5, daily_cap=30))
        kills = 0
        for at in range(1, 40):
            with suppress(KilledError):
                order = replace(delivery("file", slice(60)), simulated=simulated)
                list(submit(breaks(world, at=at, after_commit=after_commit), world.operator, order))
                break
            kills += 1
        assert kills >= 3
        whole_once(world, simulated=simulated)


def whole_once(world: World, *, simulated: bool) -> None:
    """Every case was accepted, routed and decided once, or waits for exactly one person."""
    with world.office.book.read() as tx:
        use_case = use_cases.require(tx, MAILS)
        asked = [task.case for task in decisions.open_tasks(tx, use_case) if task.kind.value == "decision"]
        assert len(cases.live(tx, use_case)) == 60
        assert queue.depth(tx, use_case, at_most=60) == 0
    accepted, routed = of_word(world, "case.accepted"), of_word(world, "case.routed")
    assert len(accepted) == len(routed) == len({event.facts["case_number"] for event in routed}) == 60
    assert sorted([*decided(world), *asked]) == sorted({*decided(world), *asked})
    assert len(decided(world)) + len(asked) == 60
    assert not (simulated and asked)


def test_a_clock_that_goes_back_stops_everything_and_changes_nothing(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        scripted(world)
        before = len(world.entries())
        world.clock.pass_time(-timedelta(hours=1))
        with pytest.raises(Exception, match="clock"):
            world.submit(MAILS, LIVE, card=None)
        world.clock.pass_time(timedelta(hours=2))
        assert len(world.entries()) == before
        assert world.submit(MAILS, LIVE, card=None).alone == 60


def test_a_command_that_waited_for_another_is_not_taken_for_a_clock_that_went_back(tmp_path: Path) -> None:
    """Breaks when a flow takes the time before it has the write lock: the stop button would fail while cases stream in."""
    with World(tmp_path) as world:
        scripted(world)
        waits = replace(world.office, book=WaitingBook(world))
        assert done(suspend_mandate(waits, world.risk, name=MAILS, why="stop")).why == "stop"


class WaitingBook(Book):
    """A database whose lock is given only after another process has written for a minute."""

    def __init__(self, world: World) -> None:
        super().__init__(world.connect(), world.office.vault, world.draw)
        self._world = world

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """One transaction, late."""
        self._world.clock.pass_time(timedelta(minutes=1))
        self._world.person("late")
        with super().write() as tx:
            yield tx


def test_a_delivery_without_proposals_is_refused_where_only_proposals_are_decided_alone(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        delivery = Delivery(name=MAILS, rows=iter(LIVE), source="file", card=None, simulated=False)
        (refused,) = list(submit(world.office, world.operator, delivery))
        assert isinstance(refused, Refused)
        assert (refused.code, "--proposal" in refused.remedy) == ("system_missing", True)
        assert of_word(world, "case.accepted") == []
        assert world.submit(MAILS, LIVE).rows == len(LIVE)

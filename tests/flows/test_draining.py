"""Draining: a claim is worked off once, by whoever holds it; who was given up for dead and comes back decides nothing."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.answer import Choice
from licet.core.case import Content
from licet.core.history import PastCase
from licet.core.refusal import Refused
from licet.core.system import NoProposal, Proposal, Proposed
from licet.flows.answer import answer_case
from licet.flows.drain import CHUNK, LEASE, MOST_ATTEMPTS, Claimed, claim_cases, give_back, keep_claims, waiting_use_cases, work_off
from licet.flows.erase import erase_case
from licet.flows.grant import revoke_mandate
from licet.flows.intake import Accepted, Batch, Taken, accept, take_now
from licet.flows.register import retire_use_case
from licet.flows.respond import suspend_mandate
from licet.flows.speakers import Speakers
from licet.pretend import ScriptedSystem
from licet.store import decisions, live, queue, use_cases
from licet.store.engines import on_postgresql
from licet.testing import POSTED, World, done, past_cases, says_like
from tests.flows.breakable import second
from tests.flows.examples import MAILS, code, of_word

LIVE = past_cases(40, name="live")


def sent(world: World, rows: Sequence[PastCase] = LIVE, *, name: str = MAILS, posted: bool = True) -> list[Accepted]:
    """Cases put into the queue by a program."""
    batch = Batch(name=name, rows=rows, card=POSTED if posted else None, source="program")
    return done(accept(world.office, world.operator, batch))


def claimed(world: World, *, holder: str = "one", limit: int = CHUNK) -> Claimed | None:
    """What a worker claims; None where there is nothing for it."""
    waiting = waiting_use_cases(world.office)
    return claim_cases(world.office, waiting[0], holder=holder, limit=limit) if waiting else None


def must(found: Claimed | None) -> Claimed:
    """A claim that a test expects."""
    assert found is not None
    return found


def worked_off(world: World, one: Claimed) -> tuple[int, int]:
    """How many cases a claim decided alone, and how many it sent to people."""
    parts = list(work_off(world.office, Speakers(), use_case_id=one.use_case_id, claim=one.claim))
    return sum(part.alone for part in parts), sum(len(part.routes) - part.alone for part in parts)


def depth(world: World) -> int:
    """How many cases wait for a worker."""
    with world.office.book.read() as tx:
        return queue.depth(tx, use_cases.require(tx, MAILS), at_most=1000)


def test_what_a_program_sends_waits_until_a_worker_has_routed_it(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        accepted = sent(world)
        assert [one.name for one in accepted] == [one.external_id for one in LIVE]
        assert (depth(world), len(of_word(world, "case.accepted"))) == (40, 40)
        assert worked_off(world, must(claimed(world))) == (40, 0)
        assert depth(world) == 0
        assert waiting_use_cases(world.office) == []


def test_the_same_case_sent_again_is_taken_in_once_and_says_so(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        first = sent(world, LIVE[:3])
        again = sent(world, [LIVE[0], LIVE[0], LIVE[3]])
        assert [(one.number, one.repeated) for one in again] == [(first[0].number, True), (first[0].number, True), (again[2].number, False)]
        other = PastCase(line=1, body=LIVE[5].body, answer=None, external_id=LIVE[0].external_id)
        assert [(one.number, one.repeated, one.differs) for one in sent(world, [other])] == [(first[0].number, True, True)]
        assert depth(world) == 4


def test_two_claims_never_hold_the_same_case(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        sent(world)
        one, other = must(claimed(world, limit=25)), must(claimed(world, holder="other"))
        assert (one.cases, other.cases, claimed(world, holder="third")) == (25, 15, None)
        assert (worked_off(world, one), worked_off(world, other)) == ((25, 0), (15, 0))


def test_what_a_dead_worker_held_is_claimed_when_its_lease_ends_and_not_before(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        sent(world)
        dead = must(claimed(world, holder="dead"))
        assert claimed(world, holder="heir") is None
        world.clock.pass_time(LEASE)
        heir = must(claimed(world, holder="heir"))
        assert (heir.cases, heir.claim == dead.claim) == (40, False)
        assert worked_off(world, heir) == (40, 0)
        assert worked_off(world, dead) == (0, 0)
        assert len(of_word(world, "case.routed")) == 40


def test_a_worker_that_lost_its_claim_while_its_system_thought_decides_nothing(tmp_path: Path) -> None:
    """Breaks when the deciding transaction does not ask whether the claim still holds."""
    with World(tmp_path) as world:
        world.journey(MAILS, scripted=True)
        says, heirs = says_like(LIVE), list[tuple[int, int]]()

        def slowly(content: Content) -> Proposed:
            if not heirs:
                heirs.append((0, 0))
                world.clock.pass_time(LEASE + timedelta(seconds=1))
                heirs[0] = worked_off(world, must(claimed(world, holder="heir")))
            return says(content)

        world.systems.there[MAILS].says = slowly
        sent(world, posted=False)
        assert worked_off(world, must(claimed(world))) == (0, 0)
        assert heirs == [(40, 0)]
        assert len(of_word(world, "case.routed")) == 40


def test_a_lease_that_is_kept_alive_lasts(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        sent(world)
        alive = must(claimed(world))
        for _ in range(3):
            world.clock.pass_time(LEASE / 2)
            keep_claims(world.office, [alive.claim])
        assert claimed(world, holder="other") is None


def test_keeping_a_lease_alive_waits_for_no_case_that_is_being_decided(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        numbers = [one.number for one in sent(world)]
        alive = must(claimed(world))
        with world.office.book.write() as tx:
            assert len(queue.finish(tx, alive.claim, numbers[:5])) == 5
            if on_postgresql(tx.conn):
                with second(world).book.claim() as beside:
                    beside.conn.exec_driver_sql("SET LOCAL lock_timeout = 500")
                    queue.extend(beside, [alive.claim], world.clock.now() + 2 * LEASE)
        keep_claims(world.office, [alive.claim])
        assert sum(worked_off(world, alive)) == len(numbers) - 5


def test_what_is_given_back_is_claimed_at_once(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        sent(world)
        assert give_back(world.office, [must(claimed(world)).claim]) == 40
        assert must(claimed(world, holder="other")).cases == 40


def test_a_case_that_takes_its_worker_down_each_time_ends_with_a_person_and_takes_no_other_along(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        sent(world)
        for _ in range(2):
            must(claimed(world))
            world.clock.pass_time(LEASE)
        suspects = [must(claimed(world, holder=f"w{k}")).cases for k in range(3)]
        assert suspects == [1, 1, 1]
        for _ in range(MOST_ATTEMPTS):
            world.clock.pass_time(LEASE)
            last = must(claimed(world))
        assert worked_off(world, last) == (0, 1)
        assert of_word(world, "case.routed")[0].facts["reason"] == "system_failed"


def test_a_case_that_took_workers_down_has_its_turn_under_a_load_that_never_ends(tmp_path: Path) -> None:
    """Breaks when cases that come in later always go first: then an accepted case is never decided, although workers run."""
    with World(tmp_path) as world:
        world.journey(MAILS)
        suspects = sent(world, past_cases(2, name="suspect"))
        for _ in range(2):
            must(claimed(world))
            world.clock.pass_time(LEASE)
        for k in range(4):
            sent(world, past_cases(5, name=f"fresh-{k}"))
            worked_off(world, must(claimed(world)))
            world.clock.pass_time(queue.PATIENCE)
        with world.office.book.read() as tx:
            assert len(live.routed_among(tx, [one.number for one in suspects])) == len(suspects)


def test_however_many_cases_took_workers_down_one_at_a_time_is_tried_while_others_wait(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        sent(world)
        for _ in range(2):
            must(claimed(world))
            world.clock.pass_time(LEASE)
        world.clock.pass_time(queue.PATIENCE)
        sent(world, past_cases(5, name="fresh"))
        assert [must(claimed(world, holder=f"w{k}")).cases for k in range(2)] == [1, 5]


def test_nothing_is_decided_alone_once_the_stop_button_was_pressed(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        sent(world)
        one = must(claimed(world))
        done(suspend_mandate(world.office, world.risk, name=MAILS, why="look into it"))
        assert worked_off(world, one) == (0, 40)


def test_an_erased_case_leaves_the_queue_and_nobody_is_asked_about_it(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        sent(world)
        done(erase_case(world.office, world.owner, name=MAILS, case="live-7"))
        assert worked_off(world, must(claimed(world))) == (39, 0)
        assert depth(world) == 0


def test_a_use_case_is_not_retired_while_a_case_that_came_in_is_not_decided(tmp_path: Path) -> None:
    """Breaks when what waits for a worker or a person is left where nobody may decide it any more."""
    with World(tmp_path) as world:
        world.journey(MAILS)
        sent(world, past_cases(2, name="q"))
        done(revoke_mandate(world.office, world.risk, name=MAILS, why="over"))
        assert code(retire_use_case(world.office, world.owner, name=MAILS)) == "cases_waiting"
        assert worked_off(world, must(claimed(world))) == (0, 2)
        assert code(retire_use_case(world.office, world.owner, name=MAILS)) == "cases_waiting"
        done(erase_case(world.office, world.owner, name=MAILS, case="q-1"))
        assert answer_case(world.office, world.reviewer, name=MAILS, case="q-0", answer=Choice(value="yes")) is None
        done(retire_use_case(world.office, world.owner, name=MAILS))


def test_a_full_queue_refuses_and_takes_nothing_in(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        batch = Batch(name=MAILS, rows=LIVE, card=POSTED, source="program")
        refused = accept(world.office, world.operator, batch, backlog=39)
        assert code(refused) == "backlog_full"
        assert depth(world) == 0
        assert isinstance(accept(world.office, world.operator, batch, backlog=40), list)


def test_a_posted_proposal_is_routed_in_the_transaction_that_takes_it_in(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        sure, unsure = past_cases(2, unsure=1, name="now")
        speakers = Speakers()
        first, second, again = (
            done(take_now(world.office, speakers, world.operator, name=MAILS, row=row, card=POSTED)) for row in (sure, unsure, sure)
        )
        assert [type(one.route).__name__ for one in (first, second, again)] == ["Alone", "ToPerson", "NoneType"]
        assert again.accepted.number == first.accepted.number
        assert depth(world) == 0
        assert [event.facts["route"] for event in of_word(world, "case.routed")] == ["alone", "to_person"]


def test_a_posted_proposal_without_one_or_of_another_system_goes_to_a_person(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        bare = PastCase(line=1, body=LIVE[0].body, answer=None, external_id="bare")
        taken = take_now(world.office, Speakers(), world.operator, name=MAILS, row=bare, card=POSTED)
        assert isinstance(taken, Taken)
        assert taken.route is not None
        assert getattr(taken.route, "reason", None) == "system_failed"


def test_a_retired_use_case_takes_nothing_in(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        done(retire_use_case(world.office, world.owner, name=MAILS))
        batch = Batch(name=MAILS, rows=LIVE, card=POSTED, source="program")
        found = accept(world.office, world.operator, batch)
        assert isinstance(found, Refused)
        assert code(found) == "retired"


@pytest.mark.parametrize("wrong", [NoProposal(why="none"), Proposal(answer=LIVE[0].posted.answer, confidence=0.1)])  # type: ignore[union-attr]
def test_what_the_system_does_not_know_waits_for_a_person_and_costs_a_row(tmp_path: Path, wrong: Proposed) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS, scripted=True)
        world.systems.there[MAILS] = ScriptedSystem(says=lambda content: wrong)
        sent(world, posted=False)
        assert worked_off(world, must(claimed(world))) == (0, 40)
        with world.office.book.read() as tx:
            assert len(decisions.open_tasks(tx, use_cases.require(tx, MAILS))) == 40

"""The desk: one case after the other, each in one pair of hands, and answers that take effect once."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from licet.core.answer import Choice
from licet.core.desk import HELD_FOR, LEASE_LASTS, REVEALED_FOR, Commit, Handed, Held, NothingWaits, Revealed
from licet.core.people import Actor, Identity, Person, Role
from licet.core.refusal import Refused
from licet.core.use_case import Stage, UseCase
from licet.flows import hold
from licet.flows.chase_desk import chase_desk
from licet.flows.desk import in_hand, next_case, release, renew, skip
from licet.flows.hold import commit, keep_or_change, take_effect, withdraw
from licet.flows.office import Office
from licet.store import decisions, held, people, tables, use_cases
from licet.store.book import Tx
from licet.store.desk_tables import desk_item
from licet.store.payloads import read_answer, salts_of
from licet.testing import POSTED, World, done, past_cases

YES, NO = Choice(value="yes"), Choice(value="no")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world in which five cases of `slips` wait for people."""
    with World(tmp_path / "world") as made:
        made.use_case("slips")
        wait(made, 5)
        yield made


def wait(world: World, count: int, name: str = "new") -> None:
    """Lets cases come in; without a mandate all of them wait for people."""
    for _ in world.deliver("slips", past_cases(count, name=name)):
        pass


def handed(world: World, by: Actor | None = None, *, ahead: bool = False) -> Handed:
    """The next case, which there must be."""
    found = next_case(world.office, by or world.reviewer, name="slips", ahead=ahead)
    assert isinstance(found, Handed), found
    return found


def said(case: Handed, answer: Choice = YES, *, key: str | None = None) -> Commit:
    """An answer on a case under its lease."""
    return Commit(token=case.token, lease=case.lease.name, answer=answer, key=key or f"key of {case.token}")


def answered(world: World, case: Handed, answer: Choice = YES) -> Held:
    """An answer on a case that must be taken and held."""
    found = commit(world.office, world.reviewer, said(case, answer))
    assert isinstance(found, Held), found
    return found


def decided(world: World) -> int:
    """How many cases are decided."""
    with world.office.book.read() as tx:
        return len(decisions.decided(tx, use_cases.require(tx, "slips")))


def refused(result: object) -> str:
    """The code of a refusal, which it must be."""
    assert isinstance(result, Refused), result
    return result.code


def test_a_person_takes_a_case_answers_it_and_it_is_decided_after_eight_seconds(world: World) -> None:
    case = handed(world)
    answered(world, case)
    assert (take_effect(world.office), decided(world)) == (0, 0)
    world.clock.pass_time(HELD_FOR)
    assert (take_effect(world.office), decided(world)) == (1, 1)
    assert (take_effect(world.office), decided(world)) == (0, 1)


def test_two_reviewers_and_two_tabs_never_get_the_same_case(world: World) -> None:
    other = world.person("rosa", Role.REVIEWER)
    tokens = [handed(world, by).token for by in (world.reviewer, other, world.reviewer, other, other)]
    assert len(set(tokens)) == 5
    assert next_case(world.office, other, name="slips") == NothingWaits()


def test_threads_that_ask_at_the_same_moment_each_get_their_own_case(world: World) -> None:
    wait(world, 27, name="more")
    people = [world.person(f"p{k}", Role.REVIEWER) for k in range(8)]
    got: list[str] = []

    def work(person: Person) -> None:
        for _ in range(4):
            got.append(handed(world, person).token)

    threads = [threading.Thread(target=work, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(got), len(set(got))) == (32, 32)


def test_a_lease_ends_without_a_sign_of_life_and_lasts_with_one(world: World) -> None:
    case = handed(world)
    world.clock.pass_time(LEASE_LASTS - timedelta(seconds=20))
    done(renew(world.office, world.reviewer, token=case.token, lease=case.lease.name))
    world.clock.pass_time(LEASE_LASTS - timedelta(seconds=20))
    other = world.person("rosa", Role.REVIEWER)
    assert case.token not in {handed(world, other).token for _ in range(4)}
    world.clock.pass_time(LEASE_LASTS)
    assert handed(world, world.person("ruth", Role.REVIEWER)).token == case.token


def test_an_answer_after_the_lease_ended_is_taken_while_nobody_else_has_the_case(world: World) -> None:
    case = handed(world)
    world.clock.pass_time(LEASE_LASTS * 2)
    assert isinstance(commit(world.office, world.reviewer, said(case)), Held)


def test_what_somebody_may_still_be_reading_is_not_fetched_ahead_by_their_own_page(world: World) -> None:
    case = handed(world)
    world.clock.pass_time(LEASE_LASTS * 2)
    ahead = {handed(world, ahead=True).token for _ in range(4)}
    assert (len(ahead), case.token in ahead) == (4, False)
    assert next_case(world.office, world.reviewer, name="slips", ahead=True) == NothingWaits()
    assert isinstance(commit(world.office, world.reviewer, said(case)), Held)


def test_what_was_only_fetched_ahead_may_be_fetched_ahead_again(world: World) -> None:
    first = handed(world, ahead=True)
    world.clock.pass_time(LEASE_LASTS * 2)
    assert handed(world, ahead=True).token == first.token


def test_an_answer_after_somebody_else_took_the_case_is_refused_in_words(world: World) -> None:
    case = handed(world)
    world.clock.pass_time(LEASE_LASTS * 2)
    other = world.person("rosa", Role.REVIEWER)
    assert handed(world, other).token == case.token
    found = commit(world.office, world.reviewer, said(case))
    assert isinstance(found, Refused)
    assert (found.code, "keep what you wrote" in found.remedy) == ("lease_lost", True)


def test_a_commit_sent_again_is_taken_once(world: World) -> None:
    case = handed(world)
    first, again = (commit(world.office, world.reviewer, said(case)) for _ in range(2))
    assert first == again
    assert refused(commit(world.office, world.reviewer, said(case, NO))) == "idempotency_conflict"
    world.clock.pass_time(HELD_FOR)
    assert (take_effect(world.office), decided(world)) == (1, 1)
    assert isinstance(commit(world.office, world.reviewer, said(case)), Held)


def test_a_withdrawn_answer_never_counts_and_its_case_waits_again(world: World) -> None:
    case = handed(world)
    given = answered(world, case)
    done(withdraw(world.office, world.reviewer, held_id=given.id))
    world.clock.pass_time(HELD_FOR)
    assert (take_effect(world.office), decided(world)) == (0, 0)
    assert handed(world).token == case.token


def test_an_answer_cannot_be_withdrawn_after_eight_seconds_or_by_another(world: World) -> None:
    given = answered(world, handed(world))
    assert refused(withdraw(world.office, world.person("rosa", Role.REVIEWER), held_id=given.id)) == "not_on_the_desk"
    world.clock.pass_time(HELD_FOR)
    assert refused(withdraw(world.office, world.reviewer, held_id=given.id)) == "too_late_to_withdraw"


def test_a_skipped_case_comes_to_others_first_and_to_the_same_person_last(world: World) -> None:
    case = handed(world)
    assert refused(skip(world.office, world.reviewer, token=case.token, lease=case.lease.name, reason=" ")) == "reason_needed"
    done(skip(world.office, world.reviewer, token=case.token, lease=case.lease.name, reason="I know the sender"))
    assert [handed(world).token == case.token for _ in range(5)] == [False] * 4 + [True]


def test_a_released_case_is_given_to_the_next_who_asks(world: World) -> None:
    case = handed(world)
    done(release(world.office, world.reviewer, token=case.token, lease=case.lease.name))
    assert handed(world, world.person("rosa", Role.REVIEWER)).token == case.token


def test_a_page_that_was_closed_finds_what_it_had_and_the_tab_before_has_it_no_more(world: World) -> None:
    case = handed(world)
    again = done(in_hand(world.office, world.reviewer))[0]
    assert again.token == case.token
    assert refused(commit(world.office, world.reviewer, said(case))) == "lease_lost"
    assert isinstance(commit(world.office, world.reviewer, said(again)), Held)


def test_only_people_who_may_review_are_given_cases(world: World) -> None:
    assert refused(next_case(world.office, world.operator, name="slips")) == "person_needed"
    assert refused(next_case(world.office, world.operator)) == "person_needed"
    assert refused(next_case(world.office, world.builder, name="slips")) == "not_permitted"
    assert isinstance(next_case(world.office, world.builder), NothingWaits)


def test_one_person_has_no_more_than_ten_cases_in_hand(world: World) -> None:
    wait(world, 10, name="more")
    for _ in range(10):
        handed(world)
    assert refused(next_case(world.office, world.reviewer, name="slips")) == "too_many_in_hand"


def test_in_the_stage_assisted_the_first_answer_stays_and_the_second_decides(tmp_path: Path) -> None:
    with World(tmp_path / "assisted") as world:
        world.journey("slips")
        with world.office.book.write() as tx:
            use_cases.set_stage(tx, use_cases.require(tx, "slips"), Stage.ASSISTED)
        for _ in world.deliver("slips", past_cases(1, unsure=1, name="new"), card=POSTED):
            pass
        case = handed(world)
        shown = commit(world.office, world.reviewer, said(case, YES))
        assert isinstance(shown, Revealed)
        assert refused(withdraw(world.office, world.reviewer, held_id=shown.id)) == "too_late_to_withdraw"
        changed = [keep_or_change(world.office, world.reviewer, held_id=shown.id, answer=NO) for _ in range(2)]
        assert changed[0] == changed[1]
        assert refused(keep_or_change(world.office, world.reviewer, held_id=shown.id, answer=YES)) == "already_done"
        done(withdraw(world.office, world.reviewer, held_id=shown.id))
        assert isinstance(keep_or_change(world.office, world.reviewer, held_id=shown.id, answer=NO), Held)
        world.clock.pass_time(HELD_FOR)
        assert take_effect(world.office) == 1
        with world.office.book.read() as tx:
            use_case = use_cases.require(tx, "slips")
            (number,) = decisions.decided(tx, use_case)
            salt = salts_of(tx, [number])[number]
            assert decisions.answer_of(tx, use_case, number, salt) == NO
            ((_, given),) = held.given(tx, use_case, [number])
            assert (given.first, given.final, given.revealed) == (YES, NO, shown.proposal)
            (first,) = tx.conn.execute(select(tables.review.c.answer)).scalars()
            assert read_answer(tx, salt, first, use_case.answer_kind)[0] == YES
        words = [one.what for one in world.events()]
        assert [words.count(one) for one in ("proposal.revealed", "answer.reconsidered", "answer.withdrawn")] == [1, 2, 1]


def test_nothing_more_said_after_the_proposal_lets_the_first_answer_stand(tmp_path: Path) -> None:
    with World(tmp_path / "silent") as world:
        world.journey("slips")
        with world.office.book.write() as tx:
            use_cases.set_stage(tx, use_cases.require(tx, "slips"), Stage.ASSISTED)
        for _ in world.deliver("slips", past_cases(1, unsure=1, name="new"), card=POSTED):
            pass
        assert isinstance(commit(world.office, world.reviewer, said(handed(world), YES)), Revealed)
        assert take_effect(world.office) == 0
        world.clock.pass_time(REVEALED_FOR)
        assert (take_effect(world.office), decided(world)) == (1, 1)


def test_the_ledger_says_how_whoever_answered_had_shown_who_they_are(world: World) -> None:
    rene = replace(world.reviewer, identity=Identity.SIGNED_IN)
    office = world.office.for_person(rene)
    case = next_case(office, rene, name="slips")
    assert isinstance(case, Handed)
    assert isinstance(commit(office, rene, said(case)), Held)
    world.clock.pass_time(HELD_FOR)
    assert take_effect(world.office) == 1
    assert [one.facts["identity"] for one in world.events() if one.what == "case.decided"] == [Identity.SIGNED_IN.value]


def test_what_came_before_the_desk_comes_to_it(world: World) -> None:
    with world.office.book.write() as tx:
        tx.conn.execute(delete(desk_item))
    assert isinstance(next_case(world.office, world.reviewer), NothingWaits)
    assert chase_desk(world.office) == 5
    assert len({handed(world).token for _ in range(5)}) == 5


def test_an_answer_of_somebody_who_lost_the_right_meanwhile_counts_for_nothing_and_the_case_waits(world: World) -> None:
    case = handed(world)
    answered(world, case)
    with world.office.book.write() as tx:
        people.set_roles(tx, world.reviewer.id, frozenset({Role.AUDITOR}), "Rene")
    world.clock.pass_time(HELD_FOR)
    assert (take_effect(world.office), decided(world)) == (0, 0)
    rosa = world.person("rosa", Role.REVIEWER)
    assert case.token in {handed(world, rosa).token for _ in range(5)}


def test_one_answer_that_cannot_take_effect_holds_up_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [handed(world) for _ in range(3)]
    for case in cases:
        answered(world, case)
    effect = hold._effect

    def fails(office: Office, tx: Tx, use_case: UseCase, kept: held.Kept, now: datetime) -> bool:
        if kept.given.token == cases[0].token:
            raise ZeroDivisionError
        return effect(office, tx, use_case, kept, now)

    monkeypatch.setattr(hold, "_effect", fails)
    world.clock.pass_time(HELD_FOR)
    with pytest.raises(ZeroDivisionError):
        take_effect(world.office)
    assert decided(world) == 2
    monkeypatch.undo()
    assert (take_effect(world.office), decided(world)) == (1, 3)

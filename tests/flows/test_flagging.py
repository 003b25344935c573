"""Flagging: what people's answers at the desk and second looks came to, for senior reviewers and risk alone."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.answer import Answer, Choice
from licet.core.case import CaseBody
from licet.core.desk import HELD_FOR, Commit, Handed
from licet.core.people import Person, Role
from licet.core.refusal import Refused
from licet.core.second import SecondLooks
from licet.core.standard import Standard
from licet.flows.desk import next_case
from licet.flows.flag import reviewer_flags
from licet.flows.hold import commit, take_effect
from licet.flows.review import worksheet
from licet.testing import World, done, past_cases, promise, truth_of
from tests.flows.adjudicating import clear
from tests.flows.examples import MAILS, always_wrong


def ruled(**rule: object) -> Standard:
    """A standard with second looks."""
    return Standard(measures=promise().measures, second_looks=SecondLooks(**rule))  # type: ignore[arg-type]


def slips(body: CaseBody, every: int) -> Answer:
    """The truth, but for every so manieth case."""
    return always_wrong(body) if _number(body) % every == 0 else truth_of(body)


@pytest.mark.one_database
def test_answers_faster_than_reading_are_counted_by_the_rule(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS, ruled(too_fast=timedelta(seconds=5)))
        world.sign(MAILS)
        world.submit(MAILS, past_cases(24, name="live"))
        for place in range(24):
            found = next_case(world.office, world.reviewer, name=MAILS)
            assert isinstance(found, Handed)
            world.clock.pass_time(timedelta(seconds=2 if place % 2 else 20))
            given = Commit(token=found.token, lease=found.lease.name, answer=Choice(value="yes"), key=found.token)
            assert not isinstance(commit(world.office, world.reviewer, given), Refused)
        world.clock.pass_time(HELD_FOR)
        take_effect(world.office)
        (pace,) = done(reviewer_flags(world.office, world.risk, name=MAILS)).paces
        assert (pace.person, pace.answers, pace.fast) == (world.reviewer.id, 24, 12)
        assert isinstance(pace.low, float)


def both(world: World, one: Person, other: Person, name: str, every: tuple[int, int]) -> None:
    """Two people answer the same new cases; where they differ, somebody senior tells the truth."""
    world.submit(MAILS, past_cases(40, name=name))
    world.answer_as(one, MAILS, lambda body: slips_of(body, every[0], 0))
    world.answer_as(other, MAILS, lambda body: slips_of(body, every[0], every[1]))


def slips_of(body: CaseBody, every: int, shift: int) -> Answer:
    """The truth, but for every so manieth case, counted from `shift`."""
    return always_wrong(body) if _number(body) % every == shift else truth_of(body)


def _number(body: CaseBody) -> int:
    return int("".join(sign for sign in str(body.content).split(":")[0] if sign.isdigit()))


@pytest.mark.one_database
def test_a_pair_that_errs_in_the_same_cases_stands_out_and_is_kept_apart(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS, ruled(share=1.0, apart=True))
        world.sign(MAILS)
        one, two, three = world.reviewer, world.person("rosa", Role.REVIEWER), world.person("rolf", Role.REVIEWER)
        sven = world.person("sven", Role.SENIOR_REVIEWER)
        both(world, one, two, "aa", (3, 0))
        both(world, one, three, "bb", (3, 1))
        both(world, two, three, "cc", (3, 1))
        clear(world, sven)
        found = done(reviewer_flags(world.office, sven, name=MAILS))
        assert [{pair.one, pair.other} for pair in found.pairs if pair.stands_out] == [{one.id, two.id}]
        world.submit(MAILS, past_cases(1, name="dd"))
        world.answer_as(one, MAILS)
        assert done(worksheet(world.office, two, name=MAILS)) == []
        assert len(done(worksheet(world.office, three, name=MAILS))) == 1


@pytest.mark.one_database
def test_who_says_the_same_again_is_counted_by_content(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        first = past_cases(25, name="live")
        again = [replace(row, external_id=f"again-{k}") for k, row in enumerate(first)]
        world.submit(MAILS, first)
        world.answer_as(world.reviewer, MAILS)
        world.submit(MAILS, again)
        world.answer_as(world.reviewer, MAILS, lambda body: slips(body, 5))
        (found,) = done(reviewer_flags(world.office, world.risk, name=MAILS)).consistency
        assert (found.repeated, found.same) == (25, 20)
        assert isinstance(found.low, float)


@pytest.mark.one_database
def test_reviewers_owners_and_builders_do_not_see_them(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        for person in (world.reviewer, world.owner, world.builder):
            refused = reviewer_flags(world.office, person, name=MAILS)
            assert isinstance(refused, Refused)
            assert refused.code == "not_permitted"

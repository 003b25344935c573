"""Only people answer at the desk: no program, no operator, and nobody who may not review; and nobody acts on what another has in hand."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.answer import Choice
from licet.core.desk import Commit, Handed
from licet.core.people import Actor, Caller, Operator, Role
from licet.core.refusal import Refused
from licet.flows.desk import in_hand, next_case, release, renew, skip
from licet.flows.hold import commit
from licet.flows.inquire import ask_sender
from licet.flows.pass_on import forward, hand_over, put_aside, remark, send_back
from licet.store import people
from licet.testing import World, past_cases

PROGRAM = Caller(token="k_1", name="a program")  # noqa: S106 - a public id
Try = Callable[[World, Actor, Handed], object]
YES = Choice(value="yes")

ACTS: dict[str, Try] = {
    "renew": lambda w, by, c: renew(w.office, by, token=c.token, lease=c.lease.name),
    "release": lambda w, by, c: release(w.office, by, token=c.token, lease=c.lease.name),
    "skip": lambda w, by, c: skip(w.office, by, token=c.token, lease=c.lease.name, reason="x"),
    "commit": lambda w, by, c: commit(w.office, by, Commit(token=c.token, lease=c.lease.name, answer=YES, key="x")),
    "hand over": lambda w, by, c: hand_over(w.office, by, token=c.token, lease=c.lease.name, to="rene@example.org"),
    "forward": lambda w, by, c: forward(w.office, by, token=c.token, lease=c.lease.name, skill="x"),
    "send back": lambda w, by, c: send_back(w.office, by, token=c.token, lease=c.lease.name),
    "put aside": lambda w, by, c: put_aside(w.office, by, token=c.token, lease=c.lease.name, until=w.clock.now() + timedelta(hours=1)),
    "remark": lambda w, by, c: remark(w.office, by, token=c.token, lease=c.lease.name, text="x"),
    "ask": lambda w, by, c: ask_sender(w.office, by, token=c.token, lease=c.lease.name, question="x"),
}


@pytest.fixture(scope="module")
def at_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Handed]]:
    """A world in which rene has a case in hand."""
    folder: Path = tmp_path_factory.mktemp("people") / "world"
    with World(folder) as world:
        world.use_case("slips")
        for _ in world.deliver("slips", past_cases(2, name="new")):
            pass
        case = next_case(world.office, world.reviewer, name="slips")
        assert isinstance(case, Handed)
        world.person("rosa", Role.REVIEWER)
        yield world, case


def code(found: object) -> str:
    """Of a refusal, which it must be."""
    assert isinstance(found, Refused), found
    return found.code


@pytest.mark.parametrize("act", ACTS)
def test_no_program_and_no_operator_does_anything_with_a_case_even_with_its_lease(at_work: tuple[World, Handed], act: str) -> None:
    world, case = at_work
    assert {code(ACTS[act](world, by, case)) for by in (PROGRAM, Operator())} == {"person_needed"}


@pytest.mark.parametrize("act", ACTS)
def test_nobody_acts_on_what_another_has_in_hand_though_they_know_token_and_lease(at_work: tuple[World, Handed], act: str) -> None:
    world, case = at_work
    with world.office.book.read() as tx:
        rosa = people.by_email(tx, "rosa@example.org")
    assert rosa is not None
    assert code(ACTS[act](world, rosa, case)) == "lease_lost"
    assert code(ACTS[act](world, world.builder, case)) == "not_permitted"


def test_no_program_and_no_operator_is_given_a_case(at_work: tuple[World, Handed]) -> None:
    world, _ = at_work
    for by in (PROGRAM, Operator()):
        assert {code(next_case(world.office, by, name=name)) for name in ("slips", None)} == {"person_needed"}
        assert code(in_hand(world.office, by)) == "person_needed"

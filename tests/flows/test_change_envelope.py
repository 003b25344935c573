"""A change envelope: a new version inside approved bounds gets its mandate after a window for a veto, and nothing else does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.approval import OpenRequest, PassedRequest, Subject
from licet.core.change import ChangeRule
from licet.core.envelope import NotAnEnvelopeError
from licet.core.mandate import ActiveMandate
from licet.core.refusal import Refused
from licet.flows.approve import approve_gate
from licet.flows.bound_changes import WantedBounds, close_envelope, propose_envelope, show_envelope, use_envelope, veto_change
from licet.flows.grant import grant_mandate
from licet.flows.register import rename_use_case
from licet.flows.respond import suspend_mandate
from licet.flows.settle import settle
from licet.flows.sweep import sweep
from licet.pretend import START
from licet.testing import World, done
from tests.flows.approving import asked, met, request
from tests.flows.examples import MAILS, code, of_word

LIMITS = WantedBounds(
    versions="2.*",
    may_change=frozenset({"weights"}),
    lose_at_most=0.05,
    changes=2,
    window=timedelta(hours=24),
    until=START + timedelta(days=60),
)


def running(world: World, change: ChangeRule | None = None) -> ActiveMandate:
    """A mandate in force, of version 2.0 of the scripted system."""
    met(world, 400, version="2.0", attempts=(0.25, 0.25, 0.25, 0.25), change=change)
    done(approve_gate(world.office, world.risk, name=MAILS, digest=asked(world)))
    return done(grant_mandate(world.office, world.owner, name=MAILS))


def bounded(world: World, wanted: WantedBounds = LIMITS, change: ChangeRule | None = None) -> ActiveMandate:
    """The same, with an envelope that risk approved."""
    mandate = running(world, change)
    done(propose_envelope(world.office, world.builder, name=MAILS, wanted=wanted))
    digest = request(world, subject=Subject.ENVELOPE).request.digest
    assert code(approve_gate(world.office, world.other_owner, name=MAILS, digest=digest)) == "not_permitted"
    done(approve_gate(world.office, world.risk, name=MAILS, digest=digest))
    assert isinstance(request(world, subject=Subject.ENVELOPE), PassedRequest)
    assert show_envelope(world.office, name=MAILS).in_force
    return mandate


def another(world: World, version: str = "2.1", **parts: str) -> None:
    """Another version of the system is evaluated."""
    world.systems.there[MAILS].version = version
    world.systems.there[MAILS].parts = {"prompt": "p", "weights": "b", **parts}
    world.evaluate(MAILS)


def test_a_version_inside_the_bounds_is_in_force_after_its_window_without_a_new_approval(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        first = bounded(world)
        another(world)
        before = len(of_word(world, "approval.given"))
        made = done(use_envelope(world.office, world.builder, name=MAILS))
        settle(world.office)
        assert {m.to for m in world.post.messages if "waits for a veto" in m.subject} == {world.owner.id, world.risk.id}
        sweep(world.office)
        assert world.mandate(MAILS) == first
        assert code(grant_mandate(world.office, world.owner, name=MAILS)) == "approved"
        world.clock.pass_time(timedelta(hours=24))
        sweep(world.office)
        found = world.mandate(MAILS)
        assert isinstance(found, ActiveMandate)
        assert (found.id, found.granted_by) == (made.id, "licet")
        assert found.expires_at <= first.expires_at
        assert len(of_word(world, "approval.given")) == before
        assert [entry.facts["mandate"] for entry in of_word(world, "mandate.revoked")] == [first.id]


def test_after_the_window_the_owner_may_grant_it_before_the_sweep_does(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        bounded(world)
        another(world)
        made = done(use_envelope(world.office, world.builder, name=MAILS))
        world.clock.pass_time(timedelta(hours=24))
        granted = done(grant_mandate(world.office, world.owner, name=MAILS))
        assert (granted.id, granted.granted_by) == (made.id, world.owner.id)
        sweep(world.office)
        assert world.mandate(MAILS) == granted


@pytest.mark.parametrize("who", ["owner", "risk"])
def test_owner_and_risk_may_veto_it_and_the_running_mandate_stays(tmp_path: Path, who: str) -> None:
    with World(tmp_path) as world:
        first = bounded(world)
        another(world)
        done(use_envelope(world.office, world.builder, name=MAILS))
        assert code(veto_change(world.office, world.builder, name=MAILS, why="no")) == "not_permitted"
        done(veto_change(world.office, getattr(world, who), name=MAILS, why="The release notes worry me."))
        world.clock.pass_time(timedelta(hours=24))
        sweep(world.office)
        assert world.mandate(MAILS) == first
        assert code(veto_change(world.office, world.risk, name=MAILS, why="again")) == "no_mandate"


OUTSIDE: dict[str, Callable[[World], object]] = {
    "another version": lambda w: another(w, "3.0"),
    "a part that may not change": lambda w: another(w, prompt="q"),
    "a part that was not there": lambda w: another(w, tools="t"),
    "the same system": lambda w: None,
}


@pytest.mark.parametrize("change", OUTSIDE)
def test_what_is_outside_the_bounds_takes_approvals(tmp_path: Path, change: str) -> None:
    with World(tmp_path) as world:
        bounded(world)
        OUTSIDE[change](world)
        assert code(use_envelope(world.office, world.builder, name=MAILS)) == "outside_envelope"


def end(world: World) -> object:
    """The running mandate is suspended."""
    return suspend_mandate(world.office, world.risk, name=MAILS, why="x")


MOVES: dict[str, Callable[[World], object]] = {
    "the envelope is closed": lambda w: close_envelope(w.office, w.risk, name=MAILS),
    "the tier rises": lambda w: w.assess(MAILS, undo="later"),
    "it is evaluated again": lambda w: another(w, "2.2"),
    "the running mandate is suspended": end,
    "it is renamed and back": lambda w: (
        rename_use_case(w.office, w.owner, name=MAILS, new_name="post"),
        rename_use_case(w.office, w.owner, name="post", new_name=MAILS),
    ),
}


@pytest.mark.parametrize("move", MOVES)
def test_a_change_under_which_something_moves_never_takes_effect(tmp_path: Path, move: str) -> None:
    with World(tmp_path) as world:
        bounded(world)
        another(world)
        made = done(use_envelope(world.office, world.builder, name=MAILS))
        MOVES[move](world)
        world.clock.pass_time(timedelta(hours=24))
        sweep(world.office)
        found = world.mandate(MAILS)
        assert found is None or getattr(found, "id", "") != made.id
        assert len(of_word(world, "envelope.void")) == 1


def test_an_envelope_lets_no_more_changes_through_than_it_says_also_after_a_veto(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        bounded(world, replace(LIMITS, changes=1))
        another(world)
        done(use_envelope(world.office, world.builder, name=MAILS))
        done(veto_change(world.office, world.risk, name=MAILS, why="no"))
        another(world, "2.2")
        assert code(use_envelope(world.office, world.builder, name=MAILS)) == "outside_envelope"


def test_bounds_nobody_approved_let_nothing_through(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        running(world)
        another(world)
        assert code(use_envelope(world.office, world.builder, name=MAILS)) == "outside_envelope"
        done(propose_envelope(world.office, world.builder, name=MAILS, wanted=LIMITS))
        assert isinstance(request(world, subject=Subject.ENVELOPE), OpenRequest)
        assert code(use_envelope(world.office, world.builder, name=MAILS)) == "outside_envelope"


def test_an_envelope_takes_a_mandate_that_runs_and_bounds_that_bound(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world, version="2.0")
        assert isinstance(propose_envelope(world.office, world.builder, name=MAILS, wanted=LIMITS), Refused)
        for wrong in (
            replace(LIMITS, versions="*"),
            replace(LIMITS, versions="2.*.1"),
            replace(LIMITS, window=timedelta(minutes=1)),
            replace(LIMITS, changes=0),
            replace(LIMITS, lose_at_most=1.0),
        ):
            world_has_mandate(world)
            with pytest.raises(NotAnEnvelopeError):
                propose_envelope(world.office, world.builder, name=MAILS, wanted=wrong)


def world_has_mandate(world: World) -> None:
    """Grants a mandate where none is active."""
    if world.mandate(MAILS) is None:
        done(approve_gate(world.office, world.risk, name=MAILS, digest=asked(world)))
        done(grant_mandate(world.office, world.owner, name=MAILS))


def test_a_veto_stops_the_change_that_would_take_effect_also_where_another_was_asked_for_before(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        first = bounded(world)
        another(world)
        done(use_envelope(world.office, world.builder, name=MAILS))
        another(world, "2.2")
        second = done(use_envelope(world.office, world.builder, name=MAILS))
        vetoed = done(veto_change(world.office, world.risk, name=MAILS, why="The release notes worry me."))
        assert vetoed.waiting.mandate == second.id
        world.clock.pass_time(timedelta(hours=24))
        sweep(world.office)
        assert world.mandate(MAILS) == first
        assert len(of_word(world, "envelope.void")) == 1

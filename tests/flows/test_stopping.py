"""Stopping: while the stop is pressed nothing is decided alone, and when it is lifted everything is as it was before."""

from pathlib import Path

import pytest

from licet.core.case import Content
from licet.core.mandate import ActiveMandate
from licet.core.people import Actor, Caller, Role
from licet.core.reason import NotAReasonError
from licet.core.stop import Reach
from licet.core.system import Proposed
from licet.flows.register import rename_use_case
from licet.flows.stop import lift_stop, press_stop, stop_status
from licet.pretend import ScriptedSystem
from licet.testing import World, done, past_cases, says_like
from tests.flows.breakable import KilledError, breaks
from tests.flows.examples import MAILS, code, of_word, renamed

LIVE = past_cases(60, name="live")
MAILROOM = Caller(token="k_1", name="mail room")  # noqa: S106 - a public id
EITHER = pytest.mark.parametrize("where", [MAILS, None])


@EITHER
def test_while_the_stop_is_pressed_people_decide_and_afterwards_the_same_mandate_does(tmp_path: Path, where: str | None) -> None:
    """Breaks when a drill costs the mandate anything: its state, its round, its stage, its verdict."""
    with World(tmp_path) as world:
        granted = world.journey(MAILS)
        assert world.submit(MAILS, LIVE[:20]).alone == 20
        since = len(world.words())
        done(press_stop(world.office, world.owner, name=where, why="a try"))
        tally = world.submit(MAILS, LIVE[20:40])
        assert (tally.alone, tally.reasons, tally.mandate) == (0, {"stopped": 20}, granted)
        done(lift_stop(world.office, world.risk, name=where))
        assert world.submit(MAILS, LIVE[40:]).alone == 20
        assert world.mandate(MAILS) == granted
        assert not {"mandate.suspended", "stage.changed", "incident.opened"} & set(world.words()[since:])


def test_the_stop_counts_in_the_very_deciding_transaction(tmp_path: Path) -> None:
    """Breaks when the stop is read before the system is asked: here it is pressed while the system thinks."""
    with World(tmp_path) as world:
        world.journey(MAILS, scripted=True)
        says = says_like(LIVE)

        def thinks(content: Content) -> Proposed:
            done(press_stop(world.office, world.risk, name=MAILS, why="now"))
            return says(content)

        world.systems.there[MAILS] = ScriptedSystem(says=thinks)
        tally = world.submit(MAILS, LIVE[:5], card=None)
        assert (tally.alone, tally.reasons) == (0, {"stopped": 5})


def test_a_stop_reaches_its_use_case_only_and_the_installations_reaches_all(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        for name in (MAILS, "letters"):
            world.use_case(name)
            world.import_cases(name, renamed(past_cases(150, name=name), name))
            world.sign(name)
            world.evaluate(name)
            world.earn(name)
        done(press_stop(world.office, world.owner, name=MAILS, why="here"))
        assert world.submit(MAILS, LIVE[:5]).reasons == {"stopped": 5}
        assert world.submit("letters", LIVE[:5]).alone == 5
        done(press_stop(world.office, world.risk, name=None, why="everywhere"))
        assert world.submit("letters", LIVE[5:10]).reasons == {"stopped": 5}
        done(lift_stop(world.office, world.owner, name=MAILS))
        assert world.submit(MAILS, LIVE[5:10]).reasons == {"stopped": 5}
        assert code(lift_stop(world.office, world.owner, name=MAILS)) == "not_stopped"
        done(lift_stop(world.office, world.risk, name=None))
        assert (world.submit(MAILS, LIVE[10:15]).alone, world.submit("letters", LIVE[10:15]).alone) == (5, 5)


@EITHER
def test_pressing_twice_keeps_the_first_and_one_lift_lifts(tmp_path: Path, where: str | None) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        drilled = len(of_word(world, "stop.pressed"))
        first = done(press_stop(world.office, world.owner, name=where, why="first"))
        again = done(press_stop(world.office, world.risk, name=where, why="second"))
        assert (first.repeated, again.repeated, again.stop) == (False, True, first.stop)
        assert len(of_word(world, "stop.pressed")) == drilled + 1
        lifted = done(lift_stop(world.office, world.risk, name=where))
        assert (lifted.stop, lifted.lifted_by) == (first.stop, world.risk.id)
        assert code(lift_stop(world.office, world.risk, name=where)) == "not_stopped"
        found = stop_status(world.office, name=MAILS)
        assert found.pressed == ()
        assert lifted in found.lifted
        assert lifted in stop_status(world.office, name=None).lifted


def test_who_may_press_and_who_may_lift(tmp_path: Path) -> None:
    """Breaks when a token, the operator, an admin or another use case's owner gives AI its authority back."""
    with World(tmp_path) as world:
        world.journey(MAILS)
        admin = world.person("ada", Role.ADMIN)
        may_not: list[Actor] = [world.operator, world.builder, world.reviewer]
        for actor in may_not:
            assert code(press_stop(world.office, actor, name=MAILS, why="x")) in {"person_needed", "not_permitted"}
        pressing: list[Actor] = [world.owner, world.other_owner, world.risk, admin, MAILROOM]
        for actor in pressing:
            for where in (MAILS, None):
                done(press_stop(world.office, actor, name=where, why="x"))
                done(lift_stop(world.office, world.risk, name=where))
        done(press_stop(world.office, world.risk, name=MAILS, why="x"))
        done(press_stop(world.office, world.risk, name=None, why="x"))
        refusals: dict[Actor, str] = {
            MAILROOM: "person_needed",
            world.operator: "person_needed",
            world.builder: "not_permitted",
            world.reviewer: "not_permitted",
            admin: "not_permitted",
        }
        for actor, expected in refusals.items():
            assert {code(lift_stop(world.office, actor, name=where)) for where in (MAILS, None)} == {expected}
        assert code(lift_stop(world.office, world.other_owner, name=MAILS)) == "not_the_owner"
        assert code(lift_stop(world.office, world.owner, name=None)) == "not_permitted"
        done(lift_stop(world.office, world.risk, name=MAILS))
        done(lift_stop(world.office, world.risk, name=None))


def test_what_risk_or_an_admin_stopped_the_owner_does_not_start_again(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        admin = world.person("ada", Role.ADMIN)
        stoppers: list[Actor] = [world.risk, admin, world.other_owner]
        for stopper in stoppers:
            done(press_stop(world.office, stopper, name=MAILS, why="x"))
            assert code(lift_stop(world.office, world.owner, name=MAILS)) == "not_permitted"
            done(lift_stop(world.office, world.risk, name=MAILS))
        own: list[Actor] = [world.owner, MAILROOM]
        for stopper in own:
            done(press_stop(world.office, stopper, name=MAILS, why="x"))
            done(lift_stop(world.office, world.owner, name=MAILS))


def test_the_ledger_says_who_pressed_and_never_why(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        done(press_stop(world.office, MAILROOM, name=MAILS, why="Mrs Smith rang"))
        done(press_stop(world.office, world.risk, name=None, why="Mrs Smith rang again"))
        done(lift_stop(world.office, world.owner, name=MAILS))
        drill, here, everywhere = of_word(world, "stop.pressed")
        assert drill.by == world.owner.id
        assert (here.by, here.facts, here.use_case) == ("token:k_1", {"reach": "use_case", "identity": "token"}, MAILS)
        assert (everywhere.by, everywhere.facts, everywhere.use_case) == (
            world.risk.id,
            {"reach": "installation", "identity": "asserted"},
            None,
        )
        assert [event.facts["reach"] for event in of_word(world, "stop.lifted")] == ["use_case", "use_case"]
        assert not [raw for raw in world.entries() if b"Smith" in raw]


def test_a_stop_and_its_ledger_entry_are_written_together_or_not_at_all(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        before = world.words()
        with pytest.raises(KilledError):
            press_stop(breaks(world, at=1, after_commit=False), world.risk, name=MAILS, why="x")
        assert stop_status(world.office, name=None).pressed == ()
        assert world.words() == before
        done(press_stop(world.office, world.risk, name=MAILS, why="x"))
        assert [stop.reach for stop in stop_status(world.office, name=None).pressed] == [Reach.USE_CASE]


def test_a_stop_of_no_words_is_not_pressed(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        with pytest.raises(NotAReasonError):
            press_stop(world.office, world.risk, name=MAILS, why="  ")
        assert stop_status(world.office, name=None).pressed == ()


def test_an_idle_use_case_can_be_stopped_before_its_mandate_is_granted(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        world.import_cases(MAILS, past_cases(150))
        world.sign(MAILS)
        world.evaluate(MAILS)
        world.ready(MAILS)
        done(press_stop(world.office, world.owner, name=MAILS, why="not yet"))
        assert isinstance(world.earn(MAILS), ActiveMandate)
        assert world.submit(MAILS, LIVE[:5]).reasons == {"stopped": 5}


def test_a_stop_pressed_under_an_earlier_name_is_lifted_under_the_new_one(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        done(press_stop(world.office, world.owner, name=MAILS, why="x"))
        done(rename_use_case(world.office, world.owner, name=MAILS, new_name="post"))
        world.submit("post", LIVE[:5])
        done(lift_stop(world.office, world.owner, name="post"))
        assert world.submit("post", LIVE[5:10]).alone == 5
        assert {lifted.stop.use_case for lifted in stop_status(world.office, name="post").lifted} == {"post"}

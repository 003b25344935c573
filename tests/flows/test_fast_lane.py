"""The fast lane: risk's standing approval passes what is low, small and about nobody, says so, and ends when what it stood on does."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest

from licet.core.approval import DeclinedRequest, OpenRequest, PassedRequest
from licet.core.fast_lane import Budget, FastLane, NotAFastLaneError
from licet.core.gate_rules import Code
from licet.core.ids import PersonId, TeamName
from licet.core.mandate import ActiveMandate
from licet.core.people import Caller, Role
from licet.core.refusal import Refused
from licet.flows.change_gates import propose_gate_rules
from licet.flows.fast_track import close_fast_lane, fast_lanes_of, open_fast_lane, veto_fast
from licet.flows.grant import grant_mandate, propose_mandate
from licet.flows.settle import settle
from licet.store import accounts, use_cases
from licet.testing import World, done
from tests.flows.approving import WISHES, affirmed, asked, met, request
from tests.flows.examples import MAILS, code, of_word
from tests.flows.test_approvals import gates_of

BUDGET = Budget(mandates=1, daily_cap=500, least_audited=0.5, longest=timedelta(days=30))


def opened(world: World, budget: Budget = BUDGET, names: Sequence[str] = (MAILS,)) -> FastLane:
    """Rob, of risk, who has no hand in anything, opens it for a month; the risk answers of these use cases are affirmed."""
    for name in names:
        affirmed(world, name)
    rob = world.person("rob", Role.RISK)
    return done(open_fast_lane(world.office, rob, budget=budget, until=world.clock.at + timedelta(days=30)))


def test_a_low_risk_mandate_passes_at_once_and_says_by_whose_standing_approval(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world)
        lane = opened(world)
        done(propose_mandate(world.office, world.builder, name=MAILS, wishes=WISHES))
        found = request(world)
        assert isinstance(found, PassedRequest)
        (yes,) = found.request.given
        assert (str(yes.by), yes.fast_lane, yes.identity) == (lane.id, lane.id, "standing approval")
        (given,) = of_word(world, "approval.given")
        assert (given.by, given.facts["fast_lane"], given.facts["standing_approval_of"]) == ("licet", lane.id, lane.opened_by)
        (line,) = [line for line in world.gate(MAILS).requirements if line.code is Code.APPROVED]
        assert line.shows == f"passed by the fast lane, standing approval of Rob of {lane.opened_at:%Y-%m-%d}"
        settle(world.office)
        assert [message.to for message in world.post.messages] == [lane.opened_by]
        assert isinstance(done(grant_mandate(world.office, world.owner, name=MAILS)), ActiveMandate)


def giver(world: World) -> PersonId:
    """Whose standing approval it is."""
    return fast_lanes_of(world.office)[-1].lane.opened_by


def involve(world: World) -> object:
    """Who opened it takes a hand in the use case."""
    with world.office.book.write() as tx:
        use_cases.involve(tx, use_cases.require(tx, MAILS), giver(world), "evaluator")
    return None


def disable(world: World) -> object:
    """The account of who opened it is disabled."""
    with world.office.book.write() as tx:
        accounts.set_disabled(tx, giver(world), world.clock.now())
    return None


def later(world: World) -> object:
    """Its time is over; the stop is exercised meanwhile."""
    world.clock.pass_time(timedelta(days=31))
    return None


AGAINST: dict[str, Callable[[World], object]] = {
    "the tier is medium": lambda w: w.assess(MAILS, undo="later"),
    "cases hold personal data": lambda w: w.assess(MAILS, personal_data="personal"),
    "an answer was changed and changed back": lambda w: (w.assess(MAILS, scale="thousands"), w.assess(MAILS)),
    "gates changed": lambda w: propose_gate_rules(w.office, w.owner, wanted=gates_of(w, 3)),
    "risk closed it": lambda w: close_fast_lane(w.office, w.risk),
    "its time is over": later,
    "its giver has a hand in it": involve,
    "its giver is disabled": disable,
}


@pytest.mark.parametrize("change", AGAINST)
def test_what_the_fast_lane_does_not_pass_waits_for_people(tmp_path: Path, change: str) -> None:
    with World(tmp_path) as world:
        met(world)
        opened(world)
        AGAINST[change](world)
        asked(world)
        assert isinstance(request(world), OpenRequest)
        assert of_word(world, "approval.given") == []


@pytest.mark.parametrize(
    "wishes",
    [replace(WISHES, daily_cap=501), replace(WISHES, audit_rate=0.4), replace(WISHES, lasts=timedelta(days=31))],
)
def test_what_is_over_the_budget_waits_for_people(tmp_path: Path, wishes: object) -> None:
    with World(tmp_path) as world:
        met(world)
        opened(world)
        done(propose_mandate(world.office, world.builder, name=MAILS, wishes=wishes))  # type: ignore[arg-type] # a wish each
        assert isinstance(request(world), OpenRequest)


def test_the_budget_is_counted_over_thirty_days(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world)
        opened(world)
        asked(world)
        done(grant_mandate(world.office, world.owner, name=MAILS))
        asked(world)
        assert isinstance(request(world), OpenRequest)


def test_what_it_passed_is_void_when_the_gates_change_and_the_lane_ends_in_the_same_act(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world)
        opened(world)
        asked(world)
        done(propose_gate_rules(world.office, world.owner, wanted=gates_of(world, 3)))
        assert code(grant_mandate(world.office, world.owner, name=MAILS)) == "approved"
        assert len(of_word(world, "approval.voided")) == len(of_word(world, "fast_lane.closed")) == 1
        assert [shown.holds for shown in fast_lanes_of(world.office)] == [False]


def test_risk_pulls_out_what_it_passed_before_it_is_granted(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world)
        opened(world)
        asked(world)
        for actor in (world.owner, world.builder, world.other_owner, world.operator):
            assert isinstance(veto_fast(world.office, actor, name=MAILS, why="no"), Refused)
        done(veto_fast(world.office, world.risk, name=MAILS, why="Look at the slices first."))
        assert isinstance(request(world), DeclinedRequest)
        assert code(grant_mandate(world.office, world.owner, name=MAILS)) == "approved"
        assert code(veto_fast(world.office, world.risk, name=MAILS, why="again")) == "request_not_open"


def test_who_closes_it_takes_back_what_it_passed_and_nobody_granted_yet(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        met(world)
        opened(world)
        asked(world)
        done(close_fast_lane(world.office, world.risk))
        assert isinstance(request(world), DeclinedRequest)
        assert code(grant_mandate(world.office, world.owner, name=MAILS)) == "approved"
        settle(world.office)
        assert world.post.messages[-1].to == world.builder.id
        world.approve(MAILS)
        assert isinstance(done(grant_mandate(world.office, world.owner, name=MAILS)), ActiveMandate)


def test_only_risk_opens_and_closes_it_and_not_from_within_a_team(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        until = world.clock.at + timedelta(days=30)
        admin = world.person("ada", Role.ADMIN)
        for actor in (world.owner, world.builder, admin, world.operator, Caller(token="t", name="t")):  # noqa: S106 - a public id
            assert code(open_fast_lane(world.office, actor, budget=BUDGET, until=until)) in {"not_permitted", "person_needed"}
            assert code(close_fast_lane(world.office, actor)) in {"not_permitted", "person_needed"}
        office = world.office.for_team(TeamName("north"))
        assert code(open_fast_lane(office, world.risk, budget=BUDGET, until=until)) == "beyond_the_team"
        assert code(close_fast_lane(world.office, world.risk)) == "not_there"
        with pytest.raises(NotAFastLaneError):
            open_fast_lane(world.office, world.risk, budget=BUDGET, until=world.clock.at - timedelta(days=1))
        with pytest.raises(NotAFastLaneError):
            open_fast_lane(world.office, world.risk, budget=replace(BUDGET, least_audited=0.0), until=until)


def test_many_proposals_at_once_never_pass_more_than_the_budget(tmp_path: Path) -> None:
    names = [f"mails-{number}" for number in range(4)]
    with World(tmp_path) as world:
        for name in names:
            met(world, name=name)
        lane, start = opened(world, replace(BUDGET, mandates=2), names), Barrier(len(names))

        def propose(name: str) -> object:
            start.wait(timeout=30)
            return done(propose_mandate(world.office, world.builder, name=name, wishes=WISHES))

        with ThreadPoolExecutor(len(names)) as pool:
            list(pool.map(propose, names))
        states = sorted(type(request(world, name)).__name__ for name in names)
        assert states == ["OpenRequest", "OpenRequest", "PassedRequest", "PassedRequest"]
        assert [given.facts["fast_lane"] for given in of_word(world, "approval.given")] == [lane.id, lane.id]

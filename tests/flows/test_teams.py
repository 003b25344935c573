"""Teams: what belongs to one team is not there for another, whichever way it is asked for."""

import inspect
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

import licet.flows
from licet.core.answer import AnswerKind, Choice
from licet.core.effect import Way
from licet.core.ids import Digest, LookId, PersonId, TeamName
from licet.core.people import Act, Caller, Person, Role
from licet.core.qualification import QualificationRule
from licet.core.refusal import Refused
from licet.core.team import MAIN, OtherTeamError
from licet.core.token import TokenScope
from licet.core.use_case import Stage
from licet.flows.adjudicate import hand_out, take_in
from licet.flows.affirm_risk import affirm_risk, affirmations_of
from licet.flows.after_round import after_round
from licet.flows.answer import answer_case
from licet.flows.approve import approve_gate
from licet.flows.ask import ask_approval
from licet.flows.ask_policy import explain
from licet.flows.assess_risk import answer_risk, risk_versions, show_risk
from licet.flows.audit import audit_status, standing
from licet.flows.bound_changes import close_envelope, propose_envelope, show_envelope, use_envelope, veto_change
from licet.flows.calibrate import calibrate
from licet.flows.check_flakiness import check_flakiness
from licet.flows.compare_standards import compare_standards
from licet.flows.contest import Verdict, contest, contested, settle_contest
from licet.flows.correct import correct_decision
from licet.flows.deliver import deliver_due, deliver_some, not_arrived
from licet.flows.desk import next_case
from licet.flows.desk_status import desk_status, task_state
from licet.flows.draft_standard import draft_standard
from licet.flows.drill import drill_stop
from licet.flows.enter_stage import enter_stage
from licet.flows.erase import erase_case
from licet.flows.evaluate import Request, evaluate
from licet.flows.explore import explore
from licet.flows.expose import Turn, exposure_now, turn_exposure
from licet.flows.fast_track import veto_fast
from licet.flows.figures import ceiling_of, figures_of, own_figures, reviewers
from licet.flows.flag import reviewer_flags, see_flags
from licet.flows.follow import use_case_named
from licet.flows.grant import Wishes, grant_mandate, propose_mandate, reinstate_mandate, revoke_mandate
from licet.flows.hold_gate import gate_with_names, show_gate
from licet.flows.import_history import import_history, undo_import
from licet.flows.inquire import give_information
from licet.flows.intake import Batch, Delivery, accept, submit, take_now
from licet.flows.investigate import list_incidents
from licet.flows.issue_tokens import TokenWish, admit, list_tokens, new_token, revoke_token
from licet.flows.judge_estimate import judge_estimate
from licet.flows.label import hand_out_labels, label, take_in_labels
from licet.flows.list_approvals import list_requests, newest_request, request_of
from licet.flows.list_capacity import team_capacity
from licet.flows.list_obligations import list_obligations
from licet.flows.list_qualified import team_readiness
from licet.flows.look_at_errors import list_looks, look_at_errors
from licet.flows.look_closely import look_closely
from licet.flows.monitor import monitor, monitor_for
from licet.flows.narrow import TakeBack, narrow_mandate
from licet.flows.office import Office
from licet.flows.open_sealed import figures, open_sealed
from licet.flows.plant import set_share
from licet.flows.play import answer_in_round, begin_round, case_to_play, explained_case, round_now, settle_in_round
from licet.flows.practise import answer_practice, next_practice, own_practice
from licet.flows.qualify import set_qualification_rule
from licet.flows.read_on import answer_form
from licet.flows.receive import Parcel, press_stop_once, receive_batch
from licet.flows.register import move_use_case, new_use_case, rename_use_case, retire_use_case
from licet.flows.replay import replay_effects
from licet.flows.report import export_cases, gather
from licet.flows.respond import suspend_mandate
from licet.flows.review import answer_worksheet, worksheet
from licet.flows.second import next_second_look
from licet.flows.see_contests import contest_settled, contest_to_settle
from licet.flows.set_standard import countersign_standard, lock_standard, revise_standard, show_standard
from licet.flows.skills import give_skill, take_skill
from licet.flows.sort_history import Order
from licet.flows.speakers import Speakers
from licet.flows.stop import lift_stop, press_stop, stop_status
from licet.flows.time_gates import time_gates
from licet.pretend import ScriptedSystem
from licet.store import people, stops, teams, use_cases
from licet.store.use_cases import UnknownUseCaseError
from licet.testing import ALL_SEALED, POSTED, World, done, past_cases, promise, says_like
from tests.flows import comparing, evaluating, stepping, studying, templating
from tests.flows.examples import MAILS, code, of_word
from tests.flows.test_change_envelope import LIMITS

ADMIN = Person(id=PersonId("p_ada"), email="ada@example.org", name="Ada", roles=frozenset({Role.ADMIN}))
PROGRAM, PARCEL = Caller(token="k", name="x"), Parcel(key=None, digest="0" * 64)  # noqa: S106 - a public id
NORTH, SOUTH = TeamName("north"), TeamName("south")
ROWS = past_cases(3, name="live")


def order(name: str) -> Order:
    """An import."""
    return Order(name=name, rows=lambda: iter(ROWS), times=None, shares=ALL_SEALED, seed=1, file_digest="0" * 64, mapping="", card=POSTED)


def delivered(office: Office, world: World, name: str) -> object:
    """The first thing a delivery says."""
    return next(iter(submit(office, world.operator, Delivery(name=name, rows=iter(ROWS), source="x", card=POSTED, simulated=False))))


def request(name: str) -> Request:
    """An evaluation."""
    return Request(name=name, on_disk=promise(), posted_as=None)


def wish(use_case: str | None) -> TokenWish:
    """A token to bring cases in with."""
    return TokenWish(name="intake", scopes=frozenset({TokenScope.CASES_WRITE}), use_case=use_case, lasts=timedelta(days=1))


NAME_OF_ONE = "t_x"
Journey = Callable[[Office, World, str], object]
SIXTY = QualificationRule(cases=60, agreement=0.9)
WAYS: dict[str, Journey] = {
    **comparing.WAYS,
    **evaluating.WAYS,
    **stepping.WAYS,
    **studying.WAYS,
    **templating.WAYS,
    "calibrate": lambda o, w, name: calibrate(o, w.builder, name=name, system=ScriptedSystem(says=says_like(())), on_disk=promise()),
    "next_practice": lambda o, w, name: next_practice(o, w.reviewer, name=name),
    "answer_practice": lambda o, w, name: answer_practice(o, w.reviewer, name=name, token=name, answer=Choice(value="yes")),
    "own_practice": lambda o, w, name: own_practice(o, w.reviewer, name=name),
    "begin_round": lambda o, w, name: begin_round(o, w.reviewer, name=name),
    "round_now": lambda o, w, name: round_now(o, w.reviewer, name=name),
    "answer_in_round": lambda o, w, name: answer_in_round(o, w.reviewer, name=name, token=name, answer=Choice(value="yes")),
    "settle_in_round": lambda o, w, name: settle_in_round(o, w.reviewer, name=name, token=name, answer=None),
    "explained_case": lambda o, w, name: explained_case(o, w.reviewer, name=name, token=name),
    "case_to_play": lambda o, w, name: case_to_play(o, w.reviewer, name=name, token=name),
    "after_round": lambda o, w, name: after_round(o, w.reviewer, name=name),
    "team_readiness": lambda o, w, name: team_readiness(o, w.risk, name=name),
    "team_capacity": lambda o, w, name: team_capacity(o, w.risk, name=name),
    "set_qualification_rule": lambda o, w, name: set_qualification_rule(o, w.owner, name=name, asked=SIXTY),
    "hand_out": lambda o, w, name: hand_out(o, w.reviewer, name=name),
    "take_in": lambda o, w, name: take_in(o, w.reviewer, name=name, answers={}),
    "next_second_look": lambda o, w, name: next_second_look(o, w.reviewer, name=name),
    "own_figures": lambda o, w, name: own_figures(o, w.reviewer, name=name),
    "figures_of": lambda o, w, name: figures_of(o, w.risk, name=name, email="rene@example.org"),
    "reviewers": lambda o, w, name: reviewers(o, w.risk, name=name),
    "contest": lambda o, w, name: contest(o, w.reviewer, name=name, token=NAME_OF_ONE, why="x"),
    "contested": lambda o, w, name: contested(o, w.risk, name=name),
    "contest_to_settle": lambda o, w, name: contest_to_settle(o, w.risk, name=name, token=NAME_OF_ONE),
    "contest_settled": lambda o, w, name: contest_settled(o, w.risk, name=name, token=NAME_OF_ONE),
    "see_flags": lambda o, w, name: see_flags(o, w.risk, name=name),
    "settle_contest": lambda o, w, name: settle_contest(o, w.risk, name=name, token=NAME_OF_ONE, said=Verdict(answer=Choice(value="yes"))),
    "set_share": lambda o, w, name: set_share(o, w.owner, name=name, share=0.0),
    "reviewer_flags": lambda o, w, name: reviewer_flags(o, w.risk, name=name),
    "audit_status": lambda o, w, name: audit_status(o, name=name),
    "monitor_for": lambda o, w, name: monitor_for(o, w.owner, name=name),
    "monitor": lambda o, w, name: monitor(o, name=name),
    "standing": lambda o, w, name: standing(o, name=name),
    "correct_decision": lambda o, w, name: correct_decision(o, w.owner, name=name, case="x", answer=Choice(value="yes"), why="x"),
    "erase_case": lambda o, w, name: erase_case(o, w.owner, name=name, case="x"),
    "evaluate": lambda o, w, name: evaluate(o, w.owner, request(name)),
    "label": lambda o, w, name: label(o, w.owner, request(name)),
    "hand_out_labels": lambda o, w, name: hand_out_labels(o, w.reviewer, name=name),
    "take_in_labels": lambda o, w, name: take_in_labels(o, w.reviewer, name=name, answers={}),
    "judge_estimate": lambda o, w, name: judge_estimate(o, w.owner, request(name)),
    "explore": lambda o, w, name: explore(o, w.owner, request(name)),
    "check_flakiness": lambda o, w, name: check_flakiness(o, w.owner, request(name)),
    "propose_mandate": lambda o, w, name: propose_mandate(o, w.builder, name=name, wishes=Wishes()),
    "show_gate": lambda o, w, name: show_gate(o, name=name, to=Stage.DELEGATED),
    "approve_gate": lambda o, w, name: approve_gate(o, w.risk, name=name, digest=Digest("x")),
    "ask_approval": lambda o, w, name: ask_approval(o, w.builder, name=name),
    "list_incidents": lambda o, w, name: list_incidents(o, name=name),
    "list_requests": lambda o, w, name: list_requests(o, name=name),
    "request_of": lambda o, w, name: request_of(o, name=name, digest=Digest("x")),
    "newest_request": lambda o, w, name: newest_request(o, name=name),
    "veto_fast": lambda o, w, name: veto_fast(o, w.risk, name=name, why="x"),
    "propose_envelope": lambda o, w, name: propose_envelope(o, w.builder, name=name, wanted=LIMITS),
    "use_envelope": lambda o, w, name: use_envelope(o, w.builder, name=name),
    "veto_change": lambda o, w, name: veto_change(o, w.risk, name=name, why="x"),
    "close_envelope": lambda o, w, name: close_envelope(o, w.risk, name=name),
    "show_envelope": lambda o, w, name: show_envelope(o, name=name),
    "grant_mandate": lambda o, w, name: grant_mandate(o, w.owner, name=name),
    "revoke_mandate": lambda o, w, name: revoke_mandate(o, w.owner, name=name, why="x"),
    "reinstate_mandate": lambda o, w, name: reinstate_mandate(o, w.risk, name=name, why="Retrained."),
    "narrow_mandate": lambda o, w, name: narrow_mandate(o, w.risk, name=name, asked=TakeBack(daily_cap=1), why="x"),
    "turn_exposure": lambda o, w, name: turn_exposure(o, w.risk, name=name, turn=Turn.HOLD),
    "exposure_now": lambda o, w, name: exposure_now(o, name=name),
    "suspend_mandate": lambda o, w, name: suspend_mandate(o, w.risk, name=name, why="x"),
    "import_history": lambda o, w, name: import_history(o, w.operator, order(name)),
    "undo_import": lambda o, w, name: undo_import(o, w.operator, name=name),
    "accept": lambda o, w, name: accept(o, w.operator, Batch(name=name, rows=ROWS, card=POSTED, source="x")),
    "take_now": lambda o, w, name: take_now(o, Speakers(), w.operator, name=name, row=ROWS[0], card=POSTED),
    "submit": delivered,
    "open_sealed": lambda o, w, name: open_sealed(o, w.owner, name=name),
    "look_at_errors": lambda o, w, name: look_at_errors(o, w.risk, name=name, misses=()),
    "list_looks": lambda o, w, name: list_looks(o, name=name),
    "figures": lambda o, w, name: figures(o, name=name, look=LookId(1)),
    "rename_use_case": lambda o, w, name: rename_use_case(o, w.owner, name=name, new_name="post"),
    "retire_use_case": lambda o, w, name: retire_use_case(o, w.owner, name=name),
    "move_use_case": lambda o, w, name: move_use_case(o, ADMIN, name=name, team=NORTH),
    "gather": lambda o, w, name: gather(o, w.operator, name=name),
    "export_cases": lambda o, w, name: export_cases(o, w.operator, name=name),
    "worksheet": lambda o, w, name: worksheet(o, w.reviewer, name=name),
    "answer_worksheet": lambda o, w, name: answer_worksheet(o, w.reviewer, name=name, answers={}),
    "lock_standard": lambda o, w, name: lock_standard(o, w.owner, name=name, draft=promise()),
    "countersign_standard": lambda o, w, name: countersign_standard(o, w.risk, name=name),
    "revise_standard": lambda o, w, name: revise_standard(o, w.owner, name=name),
    "show_standard": lambda o, w, name: show_standard(o, name=name, on_disk=promise()),
    "compare_standards": lambda o, w, name: compare_standards(o, name=name, on_disk=promise(), before=None, after=None),
    "draft_standard": lambda o, w, name: draft_standard(o, w.owner, request(name)),
    "deliver_due": lambda o, w, name: deliver_due(o, w.operator, name=name),
    "not_arrived": lambda o, w, name: not_arrived(o, name=name, dead_only=False, limit=10),
    "replay_effects": lambda o, w, name: replay_effects(o, w.owner, name=name, case=None),
    "answer_case": lambda o, w, name: answer_case(o, w.reviewer, name=name, case="x", answer=Choice(value="yes")),
    "receive_batch": lambda o, w, name: receive_batch(o, PROGRAM, Batch(name=name, rows=ROWS, card=POSTED, source=""), PARCEL),
    "press_stop_once": lambda o, w, name: press_stop_once(o, PROGRAM, PARCEL, name=name, why="x"),
    "new_token": lambda o, w, name: new_token(o, w.owner, wish(name)),
    "press_stop": lambda o, w, name: press_stop(o, w.risk, name=name, why="x"),
    "lift_stop": lambda o, w, name: lift_stop(o, w.risk, name=name),
    "answer_risk": lambda o, w, name: answer_risk(o, w.builder, name=name, answers={"undo": "never"}),
    "affirm_risk": lambda o, w, name: affirm_risk(o, w.risk, name=name, digest=Digest("0" * 64)),
    "affirmations_of": lambda o, w, name: affirmations_of(o, name=name),
    "list_obligations": lambda o, w, name: list_obligations(o, name=name, on=None),
    "explain": lambda o, w, name: explain(o, w.owner, Act.LOOK, name=name),
    "show_risk": lambda o, w, name: show_risk(o, name=name),
    "risk_versions": lambda o, w, name: risk_versions(o, name=name),
    "enter_stage": lambda o, w, name: enter_stage(o, w.owner, name=name, to=Stage.SHADOW, why="x"),
    "gate_with_names": lambda o, w, name: gate_with_names(o, name=name, to=Stage.DELEGATED),
    "time_gates": lambda o, w, name: time_gates(o, name=name),
    "drill_stop": lambda o, w, name: drill_stop(o, w.risk, name=name),
    "next_case": lambda o, w, name: next_case(o, w.reviewer, name=name),
    "desk_status": lambda o, w, name: desk_status(o, w.reviewer, name=name),
    "task_state": lambda o, w, name: task_state(o, w.reviewer, name=name, token="t_x"),  # noqa: S106 - of a case
    "give_information": lambda o, w, name: give_information(o, PROGRAM, name=name, case="x", text="x"),
    "give_skill": lambda o, w, name: give_skill(o, w.owner, name=name, email="rene@example.org", skill="x"),
    "take_skill": lambda o, w, name: take_skill(o, w.owner, name=name, email="rene@example.org", skill="x"),
    "answer_form": lambda o, w, name: answer_form(o, w.reviewer, name=name),
    "ceiling_of": lambda o, w, name: ceiling_of(o, name=name),
    "stop_status": lambda o, w, name: stop_status(o, name=name),
}
"""Every journey into a use case by its name."""

ELSEWHERE = {
    *("add_person", "new_use_case", "revoke_token", "deliver_some", "use_case_named", "admit", "office_of", "look_closely"),
    *("show_template", "read_template", "use_template", "withdraw_template"),
}
"""Journeys whose name is no use case's; and those that raise nothing, tried alone: the worker's, the server's and the page's door."""


def journeys() -> Iterator[str]:
    """The public functions of the flows that take an office and a use case's name, or a value that carries one."""
    for found in iter_modules(licet.flows.__path__):
        module = import_module(f"licet.flows.{found.name}")
        for name, function in vars(module).items():
            if inspect.isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_"):
                parameters = inspect.signature(function).parameters
                carries = any("name" in getattr(p.annotation, "__dataclass_fields__", {}) for p in parameters.values() if p.name != "by")
                takes = ("name" in parameters or carries) and not {"tx", "use_case"} & set(parameters)
                if takes and next(iter(parameters)) == "office":
                    yield name


def test_every_journey_into_a_use_case_is_tried_here() -> None:
    """Breaks when a new journey takes a name and nobody looked whose use case it finds."""
    assert set(journeys()) - ELSEWHERE - {"who", "office_of"} <= set(WAYS)
    assert set(WAYS) <= set(journeys())


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A use case of the team *north* that is ready for everything."""
    with World(tmp_path) as made:
        with made.office.book.write() as tx:
            people.add(tx, ADMIN, salt=bytes(32), at=made.clock.now())
        made.journey(MAILS)
        done(move_use_case(made.office, ADMIN, name=MAILS, team=NORTH))
        yield made


def complaint(office: Office, world: World, way: Journey, name: str) -> str:
    """What is said of a use case that is not there."""
    with pytest.raises(UnknownUseCaseError) as missed:
        way(office, world, name)
    return str(missed.value).replace(name, "NAME")


def test_whatever_is_asked_another_teams_use_case_is_not_there(world: World) -> None:
    """Breaks when any journey finds it, names it, or says of it anything but what it says of a name that nobody gave."""
    before = world.entries()
    for team in (SOUTH, MAIN):
        office = world.office.for_team(team)
        for way in WAYS.values():
            said = complaint(office, world, way, MAILS)
            assert MAILS not in said
            assert said == complaint(office, world, way, "nowhere")
    assert world.entries() == before


def test_effects_of_another_team_are_neither_listed_nor_delivered(world: World) -> None:
    world.effects.ways[MAILS] = Way.WEBHOOK
    world.submit(MAILS, ROWS)
    office, own = world.office.for_team(SOUTH), world.office.for_team(NORTH)
    assert [deliver_some(office, world.clock.now(), name=name) for name in (MAILS, "nowhere", None)] == [0, 0, 0]
    hidden = not_arrived(office, name=None, dead_only=False, limit=10)
    assert (hidden.effects, hidden.waiting, hidden.dead) == ((), 0, 0)
    assert len(not_arrived(own, name=None, dead_only=False, limit=10).effects) == 3
    assert deliver_some(own, world.clock.now()) > 0


def test_a_token_of_a_team_opens_that_teams_use_cases_and_no_other(world: World) -> None:
    """Breaks when a token lets a program into another team's use case, or says that it is there."""
    scope = TokenScope.CASES_WRITE
    south = done(new_token(world.office.for_team(SOUTH), ADMIN, wish(None)))
    north = done(new_token(world.office.for_team(NORTH), ADMIN, wish(None)))
    whole = done(new_token(world.office, ADMIN, wish(None)))
    bound = done(new_token(world.office, ADMIN, wish(MAILS)))
    for made in (north, whole, bound):
        assert done(admit(world.office, made.text, scope, name=MAILS)).use_case.slug == MAILS
    assert admit(world.office, south.text, scope, name=MAILS) == admit(world.office, south.text, scope, name="nowhere")
    hidden, absent = (use_case_named(world.office.for_team(SOUTH), name=name) for name in (MAILS, "nowhere"))
    assert code(hidden) == code(absent) == "not_there"
    assert [one.token.id for one in list_tokens(world.office.for_team(SOUTH))] == [south.token.id]
    assert {one.token.id for one in list_tokens(world.office.for_team(NORTH))} == {north.token.id, bound.token.id}
    assert len(list_tokens(world.office)) == 4
    assert code(revoke_token(world.office.for_team(SOUTH), ADMIN, name=north.token.id)) == "not_there"
    done(move_use_case(world.office, ADMIN, name=MAILS, team=SOUTH))
    assert code(admit(world.office, north.text, scope, name=MAILS)) == "not_there"
    assert done(admit(world.office, south.text, scope, name=MAILS)).use_case.slug == MAILS


def test_the_page_of_another_teams_use_case_is_not_there(world: World) -> None:
    hidden, absent = (look_closely(world.office.for_team(SOUTH), world.risk, name=name) for name in (MAILS, "nowhere"))
    assert isinstance(hidden, Refused)
    assert isinstance(absent, Refused)
    assert hidden.why.replace(MAILS, "nowhere") == absent.why
    assert code(hidden) == code(absent) == "not_there"
    assert done(look_closely(world.office.for_team(NORTH), world.risk, name=MAILS)).use_case.slug == MAILS


def test_its_own_team_finds_it(world: World) -> None:
    office = world.office.for_team(NORTH)
    assert done(worksheet(office, world.reviewer, name=MAILS)) == []
    assert done(press_stop(office, Caller(token="k", name="x"), name=MAILS, why="x")).stop.use_case == MAILS  # noqa: S106 - a public id
    assert [stop.use_case for stop in stop_status(office, name=None).pressed] == [MAILS]
    assert stop_status(world.office.for_team(SOUTH), name=None).pressed == ()


def test_a_name_is_given_once_in_an_installation(world: World) -> None:
    office = world.office.for_team(SOUTH)

    def create(name: str, **how: TeamName) -> object:
        return new_use_case(office, world.operator, name=name, title="x", kind=AnswerKind.CHOICE, **how)

    assert code(create(MAILS)) == "use_case_exists"
    assert code(create("letters", team=NORTH)) == "beyond_the_team"
    done(create("letters"))
    assert code(rename_use_case(office, world.owner, name="letters", new_name=MAILS)) == "use_case_exists"
    with world.office.book.read() as tx:
        assert teams.of(tx, use_cases.require(tx, "letters")) == SOUTH
        assert [found.slug for found in use_cases.every(tx)] == [MAILS, "letters"]
    with office.book.read() as tx:
        assert [found.slug for found in use_cases.every(tx)] == ["letters"]
    assert [event.facts["team"] for event in of_word(world, "use_case.created")] == ["main", "south"]


def test_what_reaches_beyond_a_team_is_refused_in_it(world: World) -> None:
    office = world.office.for_team(NORTH)
    assert code(press_stop(office, world.risk, name=None, why="x")) == "beyond_the_team"
    assert code(lift_stop(office, world.risk, name=None)) == "beyond_the_team"
    assert code(move_use_case(office, ADMIN, name=MAILS, team=SOUTH)) == "beyond_the_team"
    with pytest.raises(OtherTeamError), office.for_team(SOUTH).book.read():
        pass


def test_the_installations_stop_holds_in_every_team(world: World) -> None:
    done(press_stop(world.office, world.risk, name=None, why="x"))
    with world.office.for_team(NORTH).book.read() as tx:
        assert stops.pressed(tx, use_cases.require(tx, MAILS).id) is not None


def test_only_an_admin_moves_a_use_case_and_the_ledger_says_where(world: World) -> None:
    for actor in (world.owner, world.risk, world.builder, world.operator):
        assert code(move_use_case(world.office, actor, name=MAILS, team=SOUTH)) in {"not_permitted", "person_needed"}
    assert code(move_use_case(world.office, ADMIN, name=MAILS, team=NORTH)) == "already_done"
    done(move_use_case(world.office, ADMIN, name=MAILS, team=MAIN))
    assert done(worksheet(world.office.for_team(MAIN), world.reviewer, name=MAILS)) == []
    moves = [(event.facts["was"], event.facts["team"]) for event in of_word(world, "use_case.moved")]
    assert moves == [("main", "north"), ("north", "main")]


def test_a_transaction_that_fails_leaves_no_view_behind(world: World) -> None:
    with pytest.raises(UnknownUseCaseError):
        worksheet(world.office.for_team(SOUTH), world.reviewer, name=MAILS)
    assert done(worksheet(world.office, world.reviewer, name=MAILS)) == []

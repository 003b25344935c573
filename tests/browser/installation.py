"""An installation as people find it in their browser: use cases at every stage, people with accounts, and its server on loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from PIL import Image

from licet.core.account import NEEDS_FACTOR
from licet.core.answer import AnswerKind
from licet.core.baseline import StatedForBaseline
from licet.core.capacity import Staffing
from licet.core.case import ImageContent
from licet.core.change import ChangeRule
from licet.core.comparison import Judged, Source
from licet.core.cost import MILLION, Cost
from licet.core.desk import DeskRules
from licet.core.level import Level
from licet.core.outside_rows import Claim, Outcome, OutsideFile, Provenance, Row
from licet.core.people import Person, Role
from licet.core.redesign import Assumed, Doer, StepPlan
from licet.core.redesign_play import RedesignPlay
from licet.core.refusal import Refused
from licet.core.simulated_redesign import BackTested, RedesignSimulationId
from licet.core.slicing import SliceBy
from licet.core.use_case import Stage
from licet.core.value import value_to_json
from licet.core.value_told import SAVED
from licet.core.workflow_json import workflow_from_json
from licet.edge.drawing import Easel
from licet.edge.evaluation_files import evaluation_text
from licet.edge.played_apart import played_apart
from licet.edge.redesign_text import redesign_file
from licet.flows.compare import Wish, ask_both, plan_comparison
from licet.flows.enter_stage import enter_stage
from licet.flows.grant import Wishes, propose_mandate
from licet.flows.import_evidence import import_evidence
from licet.flows.import_log import import_log
from licet.flows.label_differences import hand_out_differences, take_in_differences
from licet.flows.measure_value import measure_value
from licet.flows.open_sealed import open_sealed
from licet.flows.play_redesign import begin_play
from licet.flows.register import new_use_case
from licet.flows.set_baseline import countersign_the_baseline, lock_the_baseline
from licet.flows.set_steps import register_workflow
from licet.flows.settle import settle
from licet.flows.sign_in import open_session
from licet.flows.simulate_as_is import simulate_as_is
from licet.flows.simulate_redesign import simulate_redesign
from licet.flows.walk import start_item, walk_on
from licet.stats.rollout import Difference
from licet.stats.simulated_process import Plan
from licet.store import baselines, redesigns, use_cases
from licet.store.baselines import Statement
from licet.testing import World, done, past_cases, promise, truth_of, vendor
from licet.web.desk import Service
from tests.core.logs import claims
from tests.flows.comparing import BUILD, said
from tests.flows.redesigning import WHOLE, office_log, with_log
from tests.flows.signing import Member, member
from tests.flows.studying import brought
from tests.web.serving import read_plain, started

CONTRACTS = "contract-summaries"
STEPS = workflow_from_json(
    {
        "begin": "check",
        "due": "2 days",
        "steps": {
            "check": {"rule": [{"when": [{"fact": "amount", "above": "200"}], "to": "look"}, {"to": "rest"}]},
            "rest": {"wait": "30 minutes", "next": "paid"},
            "look": {
                "person": "supplier-mails",
                "due": "15 minutes",
                "next": [{"when": [{"fact": "answer", "one_of": ["no"]}], "to": "refused"}, {"to": "paid"}],
            },
            "paid": "end",
            "refused": "end",
        },
    }
)
"""Refunds over 200 are looked at; the others are paid after a while."""
FORECAST, REPLIES, WARRANTY, SUPPLIERS, REFUNDS = "parts-forecast", "service-desk-replies", "warranty-triage", "supplier-mails", "refunds"
TITLES = {
    CONTRACTS: "Supplier contract summaries",
    FORECAST: "Parts forecast commentary",
    REPLIES: "Service-desk replies",
    WARRANTY: "Warranty triage by e-mail",
    SUPPLIERS: "Supplier mails: who answers",
    REFUNDS: "Marketplace refund decisions",
}


@dataclass(slots=True)
class Installation:
    """A world that is served.

    Attributes:
        world: everything behind the server; tests change what they look at through it.
        address: where the server is.
        people: who is there, by the name their address begins with.
        members: the same with what they sign in with; nobody where people are taken at their word.
    """

    world: World
    address: str
    people: dict[str, Person] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)

    def session_of(self, person: Person) -> str:
        """Opens a session for a person with an account; gives its token, as a browser keeps it."""
        with self.world.office.book.write() as tx:
            return open_session(self.world.office, tx, person, self.world.clock.now()).text


@contextmanager
def installed(folder: Path, *, seeded: bool = True, accounts: bool = True) -> Iterator[Installation]:
    """A served installation.

    Args:
        folder: an empty one.
        seeded: with use cases at every stage; else with people alone.
        accounts: with accounts, so that people sign in; else they are taken at their word (`--asserted`).
    """
    with World(folder) as world:
        people = _people(world)
        if seeded:
            _use_cases(world)
        members: dict[str, Member] = {}
        if accounts:
            members = {name: _member(world, person) for name, person in people.items()}
        if seeded:
            _playing(world, CONTRACTS)
        settle(world.office)
        world.clock.tick = timedelta(0)
        service = Service(
            office=world.office,
            read_case=read_plain,
            asserted=not accounts,
            pictures=Easel(),
            write_evaluation=evaluation_text,
            write_redesign=redesign_file,
            play=played_apart,
            plan=Plan(replications=2),
        )
        with started(service) as address:
            yield Installation(world=world, address=address, people=people, members=members)


def _people(world: World) -> dict[str, Person]:
    more = {"sven": Role.SENIOR_REVIEWER, "ute": Role.AUDITOR, "ada": Role.ADMIN}
    added = {name: world.person(name, role) for name, role in more.items()}
    return {"olga": world.owner, "rita": world.risk, "bo": world.builder, "rene": world.reviewer, "otto": world.other_owner, **added}


def _member(world: World, person: Person) -> Member:
    """An account, with a second factor where it is not set up without one. The admin's comes last: from then on admins let people in."""
    return member(world, person, factor=not person.roles.isdisjoint(NEEDS_FACTOR))


def _use_cases(world: World) -> None:
    """One use case at each stage, stuck on something else each; days go by between what people do."""
    for name, title in TITLES.items():
        world.clock.pass_time(timedelta(days=9 if name in {CONTRACTS, FORECAST} else 1))
        slices = (SliceBy(attribute="truth"),)
        refunds = replace(promise(target=0.03), slices=slices, change=ChangeRule(margin=0.05))
        world.standards[name] = refunds if name == REFUNDS else promise()
        done(new_use_case(world.office, world.builder, name=name, title=title, kind=AnswerKind.CHOICE))
    for name in (CONTRACTS, REPLIES, WARRANTY, SUPPLIERS, REFUNDS):
        _to_sandbox(world, name)
    for name in (WARRANTY, SUPPLIERS, REFUNDS):
        world.sign(name)
        world.clock.pass_time(timedelta(days=1))
    done(enter_stage(world.office, world.owner, name=WARRANTY, to=Stage.SHADOW, why=""))
    _delegated(world)
    world.desks.there[WARRANTY] = DeskRules(staffing=Staffing(hours_a_day=4.0, cases_a_day=180.0, seconds_a_case=150.0))
    world.evaluate(SUPPLIERS)
    world.drill(SUPPLIERS)
    done(enter_stage(world.office, world.owner, name=SUPPLIERS, to=Stage.ASSISTED, why=""))
    done(propose_mandate(world.office, world.builder, name=SUPPLIERS, wishes=Wishes()))
    world.clock.pass_time(timedelta(days=12, hours=5))
    _measured_outside(world, REFUNDS)
    done(import_log(world.office, world.owner, brought(claims(300)), name=REPLIES))
    _compared(world, REFUNDS)
    _redesigned(world, REFUNDS)
    _brought(world)
    _stepped(world, REFUNDS)


def _stepped(world: World, name: str) -> None:
    """A workflow with items that are held, late, on their way and ended."""
    done(register_workflow(world.office, world.owner, name=name, workflow=STEPS))
    for k, amount in enumerate(("20", "250", "60,00", "900", "30")):
        row = replace(past_cases(1, name=f"{name} step {k}")[0], external_id=f"R-10{k}", answer=None)
        body = replace(row.body, attributes={"amount": amount} if k != 3 else {})
        done(start_item(world.office, world.operator, name=name, row=replace(row, body=body)))
        world.clock.pass_time(timedelta(minutes=20))
        walk_on(world.office)


def _compared(world: World, name: str) -> None:
    """A posted version against the one before: better on most cases on which they differ, worse on one."""
    rows = past_cases(120, name=f"{name} fresh")
    for version, slips in (("2", set(range(20))), ("3", {40})):
        world.import_cases(name, said(rows, slips, wrong="other"), card=vendor(version), shares=BUILD)
        if version == "2":
            wish = Wish(name=name, on_disk=world.standards[name], source=Source.UNLABELLED, cases=120, new="vendor@3", old="vendor@2")
            done(plan_comparison(world.office, world.operator, wish))
    assert not isinstance(ask_both(world.office, world.operator, name=name), Refused)
    lines = done(hand_out_differences(world.office, world.reviewer, name=name))
    answers = {line.token: truth_of(line.body) for line in lines}
    assert isinstance(take_in_differences(world.office, world.reviewer, name=name, answers=answers), Judged)


def _redesigned(world: World, name: str) -> None:
    """A process of which a log is here, and a redesign in which AI checks, simulated on it."""
    with_log(world, name, office_log(600))
    proposed = StepPlan(by=Doer.AI_PROPOSES, assumed=Assumed(latency_seconds=2.0, time_saved=0.2))
    planned = replace(WHOLE, title="AI checks refunds", steps={**WHOLE.steps, "register": proposed})
    found = done(simulate_redesign(world.office, world.owner, planned, name=name, plan=Plan(replications=3)))
    with_log(world, SUPPLIERS, office_log(100))
    trusted = BackTested(beats=True, says="On 250 later cases it was off by 2.1 h (1.9 to 2.3), the past by 9.0 h; luck makes 0.8 h.")
    with world.office.book.write() as tx:
        other = use_cases.require(tx, SUPPLIERS)
        redesigns.add(tx, other, replace(found, id=RedesignSimulationId("s_trusted"), back_test=trusted))


def _playing(world: World, name: str) -> None:
    """A redesign that is being simulated, by nobody here, so that it always is."""
    with_log(world, name, office_log(60))
    assert isinstance(begin_play(world.office, world.owner, replace(WHOLE, title="AI checks summaries"), name=name), RedesignPlay)


def _brought(world: World) -> None:
    """How the refunds were before AI and what changed since; of the suppliers what is said where chance chose who decides."""
    hour = Cost(millionths=4800 * MILLION, currency="EUR")
    locked = done(lock_the_baseline(world.office, world.owner, name=REFUNDS, stated=StatedForBaseline(step="check", hour=hour)))
    done(countersign_the_baseline(world.office, world.risk, name=REFUNDS, digest=locked.digest))
    measured = done(measure_value(world.office, world.owner, name=REFUNDS))
    done(lock_the_baseline(world.office, world.owner, name=SUPPLIERS, stated=StatedForBaseline(step="check")))
    found = Difference(estimate=-6.2, low=-7.1, high=-5.3, given=310, left=290, steps=2, left_out=12)
    hours = Level(value=14.2, low=9.8, high=18.6, n=600)
    saved = tuple(replace(one, now=hours) if one.code == SAVED else one for one in measured.value.figures)
    causal = replace(measured.value, figures=saved, caused={**measured.value.caused, "turn": found}, simulated=False)
    with world.office.book.write() as tx:
        made = Statement(baseline="0" * 64, says=value_to_json(causal), by=world.owner.id, at=world.clock.now())
        baselines.state(tx, use_cases.require(tx, SUPPLIERS), made)
    for name in (REPLIES, SUPPLIERS):
        done(simulate_as_is(world.office, world.owner, Plan(replications=2, cases=100), name=name))


def _measured_outside(world: World, name: str) -> None:
    """What two other tools said of a system: one file of passes and failures, one of grades with a summary that is wrong."""
    rows = [Row(case=f"{name}-{k}", measure="exact", outcome=Outcome.FAILED if k % 9 == 0 else Outcome.PASSED) for k in range(90)]
    broke = [Row(case=f"{name}-{k}", measure="exact", outcome=Outcome.ERRORED) for k in range(90, 96)]
    grades = [Row(case=f"{name}-{k}", measure="<b>tone</b>", outcome=Outcome.GRADED, score=k / 40, judged=True) for k in range(40)]
    told = Provenance(format="inspect", tool="Inspect", version="0.3.285", made_at=world.clock.now(), system="vendor/1", finished=False)
    asked = replace(told, format="deepeval", tool="DeepEval", version=None, made_at=None)
    wrong = (Claim(says="mean", value=0.9, measure="<b>tone</b>"),)
    for file in (
        OutsideFile(provenance=told, rows=lambda: iter([*rows, *broke]), digest="1" * 64),
        OutsideFile(provenance=asked, rows=lambda: iter(grades), claims=wrong, digest="2" * 64),
    ):
        done(import_evidence(world.office, world.owner, file, name=name))


def drawn() -> bytes:
    """A small picture, as a scan of one character is."""
    out = BytesIO()
    Image.linear_gradient("L").resize((8, 8)).save(out, format="PNG")
    return out.getvalue()


def _to_sandbox(world: World, name: str) -> None:
    rows = past_cases(160, name=name, unsure=8 if name == REFUNDS else 0)
    picture = replace(rows[-1].body, content=ImageContent(data=drawn(), media_type="image/png"))
    world.import_cases(name, [*rows[:-1], replace(rows[-1], body=picture)] if name == REFUNDS else rows)
    world.assess(name, **({"money": "up_to_1000"} if name == WARRANTY else {}))
    world.clock.pass_time(timedelta(days=2))


def _delegated(world: World) -> None:
    """The one that decides alone: audits come in and are answered, a few cases wait for people."""
    world.evaluate(REFUNDS)
    world.clock.pass_time(timedelta(days=4))
    done(open_sealed(world.office, world.owner, name=REFUNDS))
    world.earn(REFUNDS, Wishes(audit_rate=0.25, planned_audits=80, daily_cap=1000))
    world.clock.pass_time(timedelta(days=1))
    world.submit(REFUNDS, past_cases(120, name="monday", unsure=12), simulated=True)
    world.answer(REFUNDS)
    world.submit(REFUNDS, past_cases(60, name="tuesday", unsure=9))

"""Processes and workflows in BPMN: what the diagram lets happen is what was stated, and its picture can be read."""

from collections.abc import Mapping
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.core.as_is import study
from licet.core.bpmn import MOST_BOXES, Diagram, Kind, readable
from licet.core.bpmn_as_is import as_is_diagram
from licet.core.bpmn_drawn import drawn
from licet.core.bpmn_process import redesigned_diagram, stated_diagram
from licet.core.bpmn_workflow import workflow_diagram
from licet.core.canonical import Json
from licet.core.process import StatedForProcess
from licet.core.redesign import Doer, Merge, Move, Redesign, StepPlan
from licet.core.refusal import Refused
from licet.core.stated_process import Among, Block, StatedProcess, conform
from licet.core.workflow import End, Rule, StepName, Wait, Workflow, branches_of
from licet.core.workflow_json import workflow_from_json
from tests.core.bpmn_playing import WORK, allows, walked
from tests.core.logs import claims
from tests.core.test_workflow import workflows

NAMES = [f"step {k}" for k in range(12)]


@st.composite
def stated(draw: st.DrawFn) -> StatedProcess:
    """Stated processes of up to four places."""
    names, blocks = list(NAMES), []
    for _ in range(draw(st.integers(1, 4))):
        steps = tuple(names.pop(0) for _ in range(draw(st.integers(1, 3))))
        among, optional, repeat = draw(st.sampled_from(Among)), draw(st.booleans()), draw(st.booleans())
        blocks.append(Block(steps=steps, among=among, optional=optional, repeat=repeat))
    return StatedProcess(blocks=tuple(blocks))


@given(process=stated(), seed=st.integers(0, 999))
@settings(deadline=None)
def test_whatever_the_diagram_of_a_stated_process_lets_happen_is_as_stated(process: StatedProcess, seed: int) -> None:
    """Breaks when an arrow leads past a step that must be done, or back to one that may not come again."""
    case = walked(stated_diagram(process, name="loans"), seed)
    assert conform(process, [(case, 1)]).share == 1.0


@given(process=stated(), data=st.data())
@settings(deadline=None)
def test_whatever_is_stated_the_diagram_lets_happen(process: StatedProcess, data: st.DataObject) -> None:
    case: list[str] = []
    for block in process.blocks:
        most = 0 if block.optional and data.draw(st.booleans()) else 1 + block.repeat
        for _ in range(most):
            case += data.draw(st.permutations(block.steps)) if block.among is Among.ALL else [data.draw(st.sampled_from(block.steps))]
    diagram = stated_diagram(process, name="loans")
    assert allows(diagram, case)
    assert not allows(diagram, [*case, "something else"])


@given(workflow=workflows(), seed=st.integers(0, 999))
@settings(deadline=None)
def test_the_ways_through_a_workflow_are_those_through_its_diagram(workflow: Workflow, seed: int) -> None:
    diagram = workflow_diagram(workflow, name="slips", version="version 1")
    path = [StepName(one) for one in walked(diagram, seed) if not one.endswith(": a person decides")]
    assert path == [] or path[0] == workflow.begin
    assert all(b in {one.to for one in branches_of(workflow.steps[a])} for a, b in pairwise(path))
    ends = {name for name, step in workflow.steps.items() if isinstance(step, End)}
    assert not path or ends & {one.to for one in branches_of(workflow.steps[path[-1]])}
    boxes = {node.name: node.kind for node in diagram.nodes}
    assert set(workflow.steps) <= set(boxes)
    assert all((boxes[name] is Kind.TIMER) == isinstance(step, Wait) for name, step in workflow.steps.items())
    assert all((boxes[name] is Kind.RULE) == isinstance(step, Rule) for name, step in workflow.steps.items())


def test_branches_meet_once_for_each_whatever_way_each_takes_and_a_way_back_says_how_often() -> None:
    steps: dict[str, Json] = {
        "both": {"parallel": ["look", "read"]},
        "look": {"rule": [{"when": [{"fact": "amount", "above": "9"}], "to": "twice"}, {"to": "met"}]},
        "twice": {"wait": "1 hour", "next": "met"},
        "read": {"wait": "1 hour", "next": "met"},
        "met": {"join": "both", "next": "check"},
        "check": {"rule": [{"when": [{"fact": "amount", "below": "1"}], "back": "both", "at_most": "2"}, {"to": "done"}]},
        "done": "end",
    }
    diagram = workflow_diagram(workflow_from_json({"begin": "both", "steps": steps}), name="slips", version="version 1")
    for once in (["look", "read"], ["read", "look"], ["look", "twice", "read"], ["read", "look", "twice"], ["look", "read", "twice"]):
        assert allows(diagram, [*once, "check"])
        assert allows(diagram, [*once, "check", "look", "read", "check"]), "it goes back"
    for never in (["look", "check"], ["read", "check"], ["look", "twice", "check"], ["look", "twice", "read", "read", "check"]):
        assert not allows(diagram, never), never
    assert "amount below 1 (back, at most 2 times)" in {flow.name for flow in diagram.flows}


def wide(diagram: Diagram) -> Mapping[str, tuple[float, float, float, float]]:
    """Left, top, right and bottom of each box."""
    return {node: (at.x, at.y, at.x + at.width, at.y + at.height) for node, at in drawn(diagram).places.items()}


@given(workflow=workflows(), process=stated(), which=st.booleans())
@settings(deadline=None)
def test_no_box_covers_another_and_no_arrow_goes_through_a_box(workflow: Workflow, process: StatedProcess, *, which: bool) -> None:
    diagram = workflow_diagram(workflow, name="x", version="1") if which else stated_diagram(process, name="x")
    boxes, ways = wide(diagram), drawn(diagram).ways
    for (_, one), (_, other) in combinations(boxes.items(), 2):
        assert one[0] >= other[2] or other[0] >= one[2] or one[1] >= other[3] or other[1] >= one[3]
    for flow in diagram.flows:
        for (x, y), (to_x, to_y) in pairwise(ways[flow.id]):
            assert x == to_x or y == to_y, "arrows turn at right angles"
            for left, top, right, bottom in boxes.values():
                assert min(x, to_x) >= right or max(x, to_x) <= left or min(y, to_y) >= bottom or max(y, to_y) <= top
        for node, (x, y) in ((flow.source, ways[flow.id][0]), (flow.target, ways[flow.id][-1])):
            left, top, right, bottom = boxes[node]
            assert left <= x <= right and top <= y <= bottom, "an arrow begins and ends at its boxes"  # noqa: PT018 - one thing


LOANS = StatedProcess(
    blocks=(
        *(Block(steps=(name,)) for name in ("Register", "Copy", "Credit", "Fraud", "Check")),
        Block(steps=("Ask",), optional=True, repeat=True),
        Block(steps=("Approve", "Decline")),
    ),
    aside=frozenset({"Note"}),
)


def redesigned(redesign: Redesign) -> Diagram:
    """The loans, redesigned."""
    made = redesigned_diagram(LOANS, redesign, name="loans")
    assert isinstance(made, Diagram)
    return made


def test_a_redesign_takes_out_puts_together_side_by_side_and_elsewhere() -> None:
    made = redesigned(
        Redesign(
            title="Less",
            removed=("Copy",),
            parallel=(("Credit", "Fraud"),),
            moved=(Move(step="Check", after="Register"),),
        )
    )
    assert allows(made, ["Register", "Check", "Fraud", "Credit", "Approve"])
    assert allows(made, ["Register", "Check", "Credit", "Fraud", "Ask", "Ask", "Decline"])
    assert not allows(made, ["Register", "Check", "Credit", "Approve"])
    assert sum(node.kind is Kind.TOGETHER for node in made.nodes) == 2
    assert {node.kind for node in made.nodes if node.kind in WORK} == {Kind.TASK}, "nobody said who does a step that stays as it is"
    merged = redesigned(Redesign(title="One", merged=(Merge(steps=("Credit", "Fraud"), into="Risk"),), removed=("Approve",)))
    assert allows(merged, ["Register", "Copy", "Risk", "Check"]), "who was approved is now neither approved nor declined"
    assert allows(merged, ["Register", "Copy", "Risk", "Check", "Decline"])
    assert "nothing here was measured" in made.says
    assert "Note" in made.says


def test_who_does_a_step_is_its_kind() -> None:
    steps = {"Credit": StepPlan(by=Doer.AI_ALONE), "Fraud": StepPlan(by=Doer.AI_PROPOSES), "Check": StepPlan(by=Doer.PERSON)}
    made = redesigned(Redesign(title="AI", steps=steps, parallel=(("Credit", "Fraud"),)))
    kinds = {node.name: node.kind for node in made.nodes}
    assert (kinds["Credit"], kinds["Credit: a person decides"]) == (Kind.AI, Kind.PERSON)
    assert (kinds["Fraud: AI proposes"], kinds["Fraud"], kinds["Check"]) == (Kind.AI, Kind.PERSON, Kind.PERSON)
    asked = ["Register", "Copy", "Fraud: AI proposes", "Credit", "Credit: a person decides", "Fraud", "Check", "Approve"]
    assert allows(made, asked)
    assert allows(made, [one for one in asked if one != "Credit: a person decides"])
    assert not allows(made, [one for one in asked if one != "Fraud"]), "where AI proposes a person decides every case"


@pytest.mark.parametrize(
    ("redesign", "offender"),
    [
        (Redesign(title="x", removed=("Post",)), "'Post'"),
        (Redesign(title="x", steps={"Post": StepPlan(by=Doer.PERSON)}), "'Post'"),
        (Redesign(title="x", moved=(Move(step="Ask", after="Copy"),)), "'Ask'"),
        (Redesign(title="x", merged=(Merge(steps=("Fraud", "Credit"), into="Risk"),)), "'Fraud'"),
        (Redesign(title="x", parallel=(("Copy", "Fraud"),)), "'Copy'"),
    ],
    ids=["removed", "planned", "moved", "merged", "parallel"],
)
def test_what_cannot_be_carried_over_exactly_is_refused_by_name(redesign: Redesign, offender: str) -> None:
    found = redesigned_diagram(LOANS, redesign, name="loans")
    assert isinstance(found, Refused)
    assert found.code == "bpmn_cannot_say"
    assert offender in found.why
    assert found.remedy


def test_main_paths_say_what_they_are_and_lead_from_begin_to_end() -> None:
    as_is = study(claims(120), StatedForProcess())
    made = as_is_diagram(as_is, name="claims", share=0.8, simulated=True)
    assert "SIMULATED" in made.says
    assert "no model to be executed" in made.says
    assert {node.name for node in made.nodes if node.kind is Kind.TASK} == {step.name for step in as_is.steps}
    assert all(flow.name.endswith(" times") for flow in made.flows if flow.name)
    most = as_is.variants[0]
    assert allows(made, [as_is.steps[at].name for at in most.steps]), "the most frequent way can be gone"


def test_more_boxes_than_anybody_reads_are_refused() -> None:
    many = StatedProcess(blocks=tuple(Block(steps=tuple(f"{k} {j}" for j in range(200))) for k in range(3)))
    found = readable(stated_diagram(many, name="loans"))
    assert isinstance(found, Refused)
    assert str(MOST_BOXES) in found.why

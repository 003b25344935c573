"""Files in BPMN: valid XML whatever people call their steps, read back as they were, and without a finding of the standard's own lint."""

import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.core.as_is import study
from licet.core.bpmn import Diagram, Kind
from licet.core.bpmn_as_is import as_is_diagram
from licet.core.bpmn_process import redesigned_diagram, stated_diagram
from licet.core.bpmn_workflow import workflow_diagram
from licet.core.process import StatedForProcess
from licet.core.redesign import Doer, Redesign, StepPlan
from licet.core.stated_process import Among, Block, StatedProcess
from licet.core.workflow import Workflow
from licet.edge.bpmn_file import UNNAMED, bpmn_bytes, duration, text
from tests.core.logs import claims
from tests.core.test_bpmn import NAMES, stated
from tests.core.test_workflow import workflows

bpmn_io = pytest.importorskip("bpmn_io", reason="the extra `bpmn` is not installed")
lint = pytest.importorskip("bpmn_io.lint", reason="the extra `bpmn` is not installed")
resolver = pytest.importorskip("bpmn_io.lint.resolver", reason="the extra `bpmn` is not installed")
MODEL: Any = bpmn_io.BpmnModdle()
RULES: Any = resolver.NodeResolver()


class Resolver:
    """Where rules are found: each is looked up once, which takes longer than asking it."""

    resolve_rule = staticmethod(cache(RULES.resolve_rule))
    resolve_config = staticmethod(cache(RULES.resolve_config))


def read(written: bytes) -> Mapping[str, Any]:
    """The file's elements by their ids, as bpmn-io's reader has them; it must warn of nothing."""
    ElementTree.fromstring(written)  # noqa: S314 - our own
    found = MODEL.from_xml(written.decode())
    assert found.warnings == []
    elements: Mapping[str, Any] = found.elements_by_id
    return elements


def findings(written: bytes) -> Mapping[str, object]:
    """What every rule that there is finds."""
    root = MODEL.from_xml(written.decode()).root_element
    found: Mapping[str, object] = lint.Linter(resolver=Resolver()).lint(root, {"extends": "bpmnlint:all"})
    return found


def same(diagram: Diagram, written: bytes) -> None:
    """Holds a file against the diagram that it was written from, each box and each arrow."""
    there = read(written)
    for node in diagram.nodes:
        element = there[node.id]
        assert element.type_ == f"bpmn:{node.kind.value}"
        assert (element.get("name") or "") == text(node.name)
        assert [one.get("text") for one in element.get("documentation")] == ([text(node.says)] if node.says else [])
    for flow in diagram.flows:
        element = there[flow.id]
        assert (element.get("sourceRef").get("id"), element.get("targetRef").get("id")) == (flow.source, flow.target)
        assert (element.get("name") or "") == text(flow.name)
    names = [*(node.id for node in diagram.nodes), *(flow.id for flow in diagram.flows)]
    assert {f"{name}_drawn" for name in names} <= set(there), "everything is drawn"


@given(workflow=workflows())
@settings(deadline=None, max_examples=15)
def test_a_workflow_is_read_back_as_it_was_and_lint_finds_nothing(workflow: Workflow) -> None:
    diagram = workflow_diagram(workflow, name="slips", version="version 1")
    written = bpmn_bytes(diagram)
    same(diagram, written)
    assert findings(written) == {}
    assert written == bpmn_bytes(diagram), "the same diagram gives the same bytes"


@given(process=stated(), plans=st.lists(st.sampled_from(Doer), min_size=len(NAMES), max_size=len(NAMES)))
@settings(deadline=None, max_examples=15)
def test_a_process_and_its_redesign_are_read_back_as_they_were_and_lint_finds_nothing(process: StatedProcess, plans: list[Doer]) -> None:
    there = {step for block in process.blocks for step in block.steps}
    steps = {name: StepPlan(by=by) for name, by in zip(NAMES, plans, strict=True) if name in there}
    planned = redesigned_diagram(process, Redesign(title="AI", steps=steps), name="loans")
    assert isinstance(planned, Diagram)
    for diagram in (stated_diagram(process, name="loans"), planned):
        written = bpmn_bytes(diagram)
        same(diagram, written)
        assert findings(written) == {}


HOSTILE = [
    "<script>alert('x')</script>",
    "a & b \"c\" 'd' ]]> &#0; <!-- -->",
    "null \x00 bell \x07 escape \x1b end",
    "\ufffe\uffff\ud800",
    "long " * 60,
    "\U0001f600 \u202e right to left \u200b",
    "tab\tline\nend\r",
    "]]><bpmn:task id='n1'/>",
    "\x01",
]


@pytest.mark.parametrize("name", HOSTILE, ids=lambda one: ascii(one[:12]))
def test_a_step_may_be_called_anything(name: str) -> None:
    blocks = (Block(steps=(name,), optional=True, repeat=True), Block(steps=(name + "2", "other"), among=Among.ALL))
    diagram = stated_diagram(StatedProcess(blocks=blocks, aside=frozenset({name + "3"})), name="loans")
    written = bpmn_bytes(diagram)
    same(diagram, written)
    assert findings(written) == {}
    assert [node.kind for node in diagram.nodes if node.name == name] == [Kind.TASK]


@given(raw=st.text(st.characters(), max_size=300))
@settings(deadline=None, max_examples=60)
def test_no_text_breaks_the_file(raw: str) -> None:
    process = StatedProcess(blocks=(Block(steps=(raw or "x",)),))
    written = bpmn_bytes(stated_diagram(process, name=raw))
    name = next(one.get("name") for one in read(written).values() if one.type_ == "bpmn:Task")
    assert name == (text(raw or "x") or UNNAMED)


def test_main_paths_pass_the_lint_too() -> None:
    for share in (0.3, 0.8, 1.0):
        diagram = as_is_diagram(study(claims(60), StatedForProcess()), name="claims", share=share, simulated=False)
        written = bpmn_bytes(diagram)
        same(diagram, written)
        assert findings(written) == {}


def test_a_time_is_written_as_the_standard_has_it() -> None:
    told = {
        timedelta(hours=1): "PT1H",
        timedelta(days=2): "P2D",
        timedelta(days=1, minutes=30): "P1DT30M",
        timedelta(seconds=90): "PT1M30S",
    }
    assert {lasts: duration(lasts) for lasts in told} == told


def test_without_the_extra_the_remedy_is_named() -> None:
    script = (
        "import sys; sys.modules['bpmn_io'] = None\nfrom licet.core.bpmn import Diagram, Kind, Node\n"
        "from licet.edge.bpmn_file import BpmnMissingError, bpmn_bytes\n"
        "try:\n    bpmn_bytes(Diagram(name='x', says='', nodes=(Node(id='a', kind=Kind.START),), flows=()))\n"
        "except BpmnMissingError as missing:\n    print(missing)"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603 - our own
    assert "pip install 'licet[bpmn]'" in found.stdout

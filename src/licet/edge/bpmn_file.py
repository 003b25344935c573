"""A diagram as a file in BPMN 2.0, written with bpmn-io: the one thing that takes the extra `bpmn`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from licet.core.bpmn import Diagram, Flow, Kind, Node
from licet.core.bpmn_drawn import Drawing, Place, drawn

NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot carry, however they are escaped."""
UNNAMED = "(no name)"
SPACE = "urn:licet:bpmn"
CLEAR = {"isMarkerVisible": True}
"""Shows the cross in a choice."""


class BpmnMissingError(RuntimeError):
    """A file in BPMN is wanted, and what writes it is not installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    """What makes elements by their names in BPMN: bpmn-io's model."""

    model: Any

    def make(self, what: str, **given: Any) -> Any:  # noqa: ANN401 - elements of bpmn-io have no types of their own
        """One element with its properties."""
        return self.model.create(what, given)


def bpmn_bytes(diagram: Diagram) -> bytes:
    """Writes a diagram with its drawing, in UTF-8; the same diagram gives the same bytes.

    Raises:
        BpmnMissingError: when the extra is not installed.
    """
    try:
        from bpmn_io import BpmnModdle
    except ModuleNotFoundError as missing:
        if missing.name != "bpmn_io":
            raise
        message = "BPMN is written with bpmn-io, which is not installed. Run `pip install 'licet[bpmn]'`."
        raise BpmnMissingError(message) from None
    writer = _Writer(model=BpmnModdle())
    nodes = {node.id: _node(writer, node) for node in diagram.nodes}
    flows = {flow.id: _flow(writer, flow, nodes) for flow in diagram.flows}
    process = writer.make("bpmn:Process", id="process", name=text(diagram.name) or UNNAMED, isExecutable=False)
    _document(writer, process, diagram.says)
    process.get("flowElements").extend([*nodes.values(), *flows.values()])
    whole = writer.make("bpmn:Definitions", id="licet", targetNamespace=SPACE, exporter="Licet")
    whole.get("rootElements").append(process)
    whole.get("diagrams").append(_picture(writer, process, nodes, flows, drawn(diagram)))
    written: str = writer.model.to_xml(whole, {"format": True}).xml
    return written.encode()


def text(raw: str) -> str:
    """What a file in XML can carry of a text; a character that it cannot becomes U+FFFD."""
    return NO_XML.sub("\ufffd", raw).strip()


def _node(writer: _Writer, node: Node) -> Any:  # noqa: ANN401 - of bpmn-io
    made = writer.make(f"bpmn:{node.kind.value}", id=node.id)
    if node.name or node.kind not in (Kind.CHOICE, Kind.TOGETHER):
        made.name = text(node.name) or UNNAMED
    _document(writer, made, node.says)
    if node.lasts is not None:
        lasts = writer.make("bpmn:FormalExpression", body=duration(node.lasts))
        made.get("eventDefinitions").append(writer.make("bpmn:TimerEventDefinition", timeDuration=lasts))
    return made


def _flow(writer: _Writer, flow: Flow, nodes: Mapping[str, Any]) -> Any:  # noqa: ANN401 - of bpmn-io
    source, target = nodes[flow.source], nodes[flow.target]
    made = writer.make("bpmn:SequenceFlow", id=flow.id, sourceRef=source, targetRef=target)
    if flow.name:
        made.name = text(flow.name) or UNNAMED
    source.get("outgoing").append(made)
    target.get("incoming").append(made)
    return made


def _document(writer: _Writer, element: Any, says: str) -> None:  # noqa: ANN401 - of bpmn-io
    if says:
        element.get("documentation").append(writer.make("bpmn:Documentation", text=text(says)))


def _picture(writer: _Writer, process: Any, nodes: Mapping[str, Any], flows: Mapping[str, Any], drawing: Drawing) -> Any:  # noqa: ANN401
    plane = writer.make("bpmndi:BPMNPlane", id="plane", bpmnElement=process)
    shapes = [_shape(writer, node, nodes[node], place) for node, place in drawing.places.items()]
    for flow, way in drawing.ways.items():
        points = [writer.make("dc:Point", x=x, y=y) for x, y in way]
        shapes.append(writer.make("bpmndi:BPMNEdge", id=f"{flow}_drawn", bpmnElement=flows[flow], waypoint=points))
    plane.get("planeElement").extend(shapes)
    return writer.make("bpmndi:BPMNDiagram", id="diagram", plane=plane)


def _shape(writer: _Writer, name: str, element: Any, place: Place) -> Any:  # noqa: ANN401 - of bpmn-io
    bounds = writer.make("dc:Bounds", x=place.x, y=place.y, width=place.width, height=place.height)
    more = CLEAR if element.type_ == f"bpmn:{Kind.CHOICE.value}" else {}
    return writer.make("bpmndi:BPMNShape", id=f"{name}_drawn", bpmnElement=element, bounds=bounds, **more)


def duration(lasts: timedelta) -> str:
    """A time as ISO 8601 writes it, in days, hours, minutes and seconds."""
    hours, rest = divmod(lasts.seconds, 3600)
    parts = ((hours, "H"), (rest // 60, "M"), (rest % 60, "S"))
    clock = "".join(f"{n}{sign}" for n, sign in parts if n)
    days = f"{lasts.days}D" if lasts.days else ""
    return f"P{days}{'T' if clock else ''}{clock}" if days or clock else "PT0S"

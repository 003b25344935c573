"""Study: how often bpmn-io's layout and our own fail on workflows made by chance, and draw an arrow through a box (ADR 0071)."""

import random
import re
import sys
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from licet.core.bpmn import Diagram, Kind, Sketch
from licet.core.bpmn_drawn import drawn
from licet.edge.bpmn_file import bpmn_bytes
from studies._table import Row, show

SIZES: Final = ((15, 3, 200), (50, 6, 120))
"""Most steps, most ways from each, and how many graphs."""
FARTHEST: Final = 8
LINE: Final = 2
DRAWN: Final = re.compile(r"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", re.DOTALL)

Corners = tuple[float, float, float, float]
Points = Sequence[tuple[float, float]]


def graph(seed: int, most: int, ways: int) -> Diagram:
    """Steps that lead onwards, each to up to so many of the next eight."""
    chance, sketch = random.Random(seed), Sketch()  # noqa: S311 - no secret
    count = chance.randint(LINE, most)
    start = sketch.add(Kind.START, "begins")
    leads: dict[int, list[int]] = {}
    open_, boxes = {0}, dict[int, str]()
    for at in range(count):
        if at not in open_:
            continue
        onwards = (
            {min(count - 1, chance.randint(at + 1, at + FARTHEST)) for _ in range(chance.randint(1, ways))} if at < count - 1 else set()
        )
        leads[at] = sorted(onwards)
        open_ |= onwards
        boxes[at] = sketch.add(Kind.TASK if onwards else Kind.END, f"step {at}")
    sketch.lead(((start, ""),), boxes[0])
    for at, onwards_to in leads.items():
        out = ((boxes[at], ""),)
        if len(onwards_to) > 1:
            out = ((sketch.then(out, Kind.CHOICE, "which?"), "this"),)
        for target in onwards_to:
            sketch.lead(out, boxes[target])
    return sketch.done("made by chance", "")


def crossed(boxes: Mapping[str, Corners], ways: Sequence[Points]) -> bool:
    """Whether an arrow goes through the inside of a box."""
    return any(
        min(x, to_x) < right and max(x, to_x) > left and min(y, to_y) < bottom and max(y, to_y) > top
        for way in ways
        for (x, y), (to_x, to_y) in pairwise(way)
        for left, top, right, bottom in boxes.values()
    )


def ours(diagram: Diagram) -> bool:
    """Whether our drawing has an arrow through a box."""
    found = drawn(diagram)
    return crossed({k: (at.x, at.y, at.x + at.width, at.y + at.height) for k, at in found.places.items()}, list(found.ways.values()))


def theirs(bpmn_io: Any, diagram: Diagram) -> bool | None:  # noqa: ANN401 - a module
    """The same of bpmn-io's drawing; None where there is none."""
    bare = DRAWN.sub("", bpmn_bytes(diagram).decode())
    try:
        laid_out = bpmn_io.layout_process(bare)
    except (AttributeError, bpmn_io.LayoutError):
        return None
    (picture,) = bpmn_io.BpmnModdle().from_xml(laid_out).root_element.get("diagrams")
    boxes: dict[str, Corners] = {}
    ways: list[Points] = []
    for one in picture.get("plane").get("planeElement"):
        if one.type_ == "bpmndi:BPMNEdge":
            ways.append([(point.get("x"), point.get("y")) for point in one.get("waypoint")])
        else:
            at = one.get("bounds")
            boxes[one.get("id")] = (at.get("x"), at.get("y"), at.get("x") + at.get("width"), at.get("y") + at.get("height"))
    return crossed(boxes, ways)


def main() -> int:
    """Prints the figures of ADR 0071."""
    try:
        import bpmn_io  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        print("This study takes the extra: pip install 'licet[bpmn]'")
        return 0
    rows = []
    for most, ways, many in SIZES:
        graphs = [graph(seed, most, ways) for seed in range(many)]
        found = [theirs(bpmn_io, one) for one in graphs]
        of = f"of {many} graphs of at most {most} steps, up to {ways} ways from each"
        rows += [
            Row(what=f"bpmn-io's layout fails, {of}", value=str(found.count(None))),
            Row(what=f"its drawing has an arrow through a box, {of}", value=str(found.count(True))),
            Row(what=f"ours has, {of}", value=str(sum(ours(one) for one in graphs))),
        ]
    show("Layouts of BPMN", rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())

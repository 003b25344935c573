"""The main paths of an event log in BPMN: which step follows which and how often, and not more than that."""

from collections import defaultdict

from licet.core.bpmn import Diagram, Kind, Sketch
from licet.core.main_paths import kept_edges, kept_ends
from licet.core.process import AsIs

SAYS = (
    "The main paths of {cases:,} cases of {name}, as its event log shows them{made_up}: {kept:,} of {edges:,} ways from one step to the "
    "next, which carry at least {share:.0%} of what passes. It says what directly followed what, and how often; no more. Every gateway is "
    "drawn as a choice: what was done side by side looks like a choice too, a path may be drawn that no case took as a whole, and numbers "
    "at a box need not add up, for rare ways are left out. It is no model to be executed; what should be done, process.yaml states."
)


def as_is_diagram(as_is: AsIs, *, name: str, share: float, simulated: bool) -> Diagram:
    """Draws what directly follows what.

    Args:
        as_is: the process.
        name: of the use case.
        share: of what passes from step to step that is drawn at the least, in (0, 1].
        simulated: whether the log says of itself that it is made up.
    """
    sketch, edges = Sketch(), kept_edges(as_is, share)
    out: dict[str, list[tuple[str, int]]] = defaultdict(list)
    start = sketch.add(Kind.START, "A case begins")
    boxes = [sketch.add(Kind.TASK, step.name, says=f"{step.times:,} times, in {step.cases:,} cases.") for step in as_is.steps]
    end = sketch.add(Kind.END, "The case ends")
    for step, n in kept_ends(as_is, as_is.begins):
        out[start].append((boxes[step], n))
    for edge in edges:
        out[boxes[edge.source]].append((boxes[edge.target], edge.span.n))
    for step, n in kept_ends(as_is, as_is.ends):
        out[boxes[step]].append((end, n))
    for source in (start, *boxes):
        _lead(sketch, source, out[source])
    says = SAYS.format(
        cases=as_is.cases, name=name, kept=len(edges), edges=len(as_is.edges), share=share, made_up=" (SIMULATED)" if simulated else ""
    )
    return sketch.done(name, says)


def _lead(sketch: Sketch, source: str, ways: list[tuple[str, int]]) -> None:
    if len(ways) > 1:
        split = sketch.then(((source, ""),), Kind.CHOICE, "then")
        for target, n in ways:
            sketch.lead(((split, f"{n:,} times"),), target)
        return
    for target, _ in ways:
        sketch.lead(((source, ""),), target)

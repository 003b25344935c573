"""A process in the words of BPMN 2.0: boxes and arrows that other tools read, without where they stand."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from licet.core.refusal import Refused

MOST_BOXES = 400
"""Boxes of a diagram that is drawn: nobody reads more, and finding places for them takes minutes."""


class Kind(StrEnum):
    """What a box is, as BPMN calls it."""

    START = "StartEvent"
    END = "EndEvent"
    TIMER = "IntermediateCatchEvent"
    """A time that passes."""
    TASK = "Task"
    """Work of which nobody said who does it."""
    PERSON = "UserTask"
    AI = "ServiceTask"
    RULE = "BusinessRuleTask"
    CHOICE = "ExclusiveGateway"
    """One way is taken, or one of several was."""
    TOGETHER = "ParallelGateway"
    """Every way is taken, or all of them were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A box.

    Attributes:
        id: unique in its diagram: letters and digits, a letter first.
        kind: what it is.
        name: what it is called; empty where ways come together again.
        says: more of it, in sentences.
        lasts: how long a `TIMER` takes.
    """

    id: str
    kind: Kind
    name: str = ""
    says: str = ""
    lasts: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """An arrow from one box to another, by their ids; `name`: what a case must be like to go there."""

    id: str
    source: str
    target: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagram:
    """A process; its first box is where it begins. `says`: what it was drawn from, and what it leaves out."""

    name: str
    says: str
    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]


Ends = tuple[tuple[str, str], ...]
"""Arrows that lead nowhere yet: the box that each leaves, and its name."""


class Sketch:
    """A diagram while it is drawn. Several arrows may lead to one box: `done` lets them come together before it."""

    def __init__(self) -> None:
        """Begins with nothing on the sheet."""
        self.nodes: list[Node] = []
        self.flows: list[tuple[str, str, str]] = []

    def add(self, kind: Kind, name: str = "", *, says: str = "", lasts: timedelta | None = None) -> str:
        """Draws a box, and gives its id."""
        made = Node(id=f"n{len(self.nodes) + 1}", kind=kind, name=name, says=says, lasts=lasts)
        self.nodes.append(made)
        return made.id

    def lead(self, ends: Ends, target: str) -> None:
        """Lets arrows lead to a box."""
        self.flows += [(source, target, name) for source, name in ends]

    def then(self, ends: Ends, kind: Kind, name: str = "", *, says: str = "") -> str:
        """Draws the next box."""
        made = self.add(kind, name, says=says)
        self.lead(ends, made)
        return made

    def done(self, name: str, says: str) -> Diagram:
        """The diagram, in which ways come together at gateways alone."""
        into: dict[str, int] = defaultdict(int)
        out: dict[str, int] = defaultdict(int)
        for source, target, _ in self.flows:
            into[target] += 1
            out[source] += 1
        joins: dict[str, str] = {}
        for node in tuple(self.nodes):
            gateway = node.kind in (Kind.CHOICE, Kind.TOGETHER) and out[node.id] == 1
            if into[node.id] > 1 and not gateway:
                joins[node.id] = self.add(Kind.CHOICE)
        ways = [(source, joins.get(target, target), says_when) for source, target, says_when in self.flows]
        ways += [(join, target, "") for target, join in joins.items()]
        flows = tuple(Flow(id=f"f{at}", source=one, target=to, name=when) for at, (one, to, when) in enumerate(ways, start=1))
        return Diagram(name=name, says=says, nodes=tuple(self.nodes), flows=flows)


def alone_or_person(sketch: Sketch, ends: Ends, name: str, *, says: str) -> tuple[str, Ends]:
    """Draws a step that AI decides where it may, and a person where it may not; gives its first box, and the arrows behind it."""
    ai = sketch.then(ends, Kind.AI, name, says=says)
    split = sketch.then(((ai, ""),), Kind.CHOICE, "AI decides alone?")
    person = sketch.then(((split, "no"),), Kind.PERSON, f"{name}: a person decides")
    return ai, ((split, "yes"), (person, ""))


def readable(diagram: Diagram) -> Diagram | Refused:
    """The diagram, or `Refused` where it has more boxes than anybody reads."""
    if len(diagram.nodes) <= MOST_BOXES:
        return diagram
    why = f"The diagram of {diagram.name!r} has {len(diagram.nodes):,} boxes; at most {MOST_BOXES} are drawn."
    return Refused(code="bpmn_cannot_say", why=why, remedy="State fewer steps, or draw a smaller share of what passes.")

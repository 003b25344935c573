"""A diagram in BPMN, played: tokens run through its boxes as the standard says they do."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from random import Random

from licet.core.bpmn import Diagram, Flow, Kind, Node

Marking = frozenset[tuple[str, int]]
"""How many tokens lie on each arrow, by its id."""

WORK = (Kind.TASK, Kind.PERSON, Kind.AI, Kind.RULE, Kind.TIMER)


class Played:
    """What a diagram lets happen."""

    def __init__(self, diagram: Diagram) -> None:
        """Takes the diagram apart."""
        self.into: Mapping[str, list[Flow]] = {node.id: [one for one in diagram.flows if one.target == node.id] for node in diagram.nodes}
        self.out: Mapping[str, list[Flow]] = {node.id: [one for one in diagram.flows if one.source == node.id] for node in diagram.nodes}
        self.nodes = diagram.nodes

    def begun(self) -> Marking:
        """As a case begins."""
        return _marked(Counter(flow.id for flow in self.out[self.nodes[0].id]))

    def steps(self, marking: Marking) -> Iterator[tuple[str | None, Marking]]:
        """What may happen next: the step that is done (None: nothing that anybody sees), and how the tokens lie then."""
        there = Counter(dict(marking))
        for node in self.nodes:
            for taken in self._taken(node, there):
                for put in self._put(node):
                    then = there - Counter(taken) + Counter(put)
                    yield (node.name if node.kind in WORK else None), _marked(then)

    def _taken(self, node: Node, there: Counter[str]) -> list[list[str]]:
        flows = [flow.id for flow in self.into[node.id]]
        if node.kind is Kind.TOGETHER:
            return [flows] if flows and all(there[flow] for flow in flows) else []
        return [[flow] for flow in flows if there[flow]]

    def _put(self, node: Node) -> list[list[str]]:
        flows = [flow.id for flow in self.out[node.id]]
        return [[flow] for flow in flows] if node.kind is Kind.CHOICE else [flows]


def _marked(tokens: Counter[str]) -> Marking:
    return frozenset((flow, n) for flow, n in tokens.items() if n)


def walked(diagram: Diagram, seed: int) -> list[str]:
    """The steps of one case that goes through the diagram by chance, in order."""
    chance, played, done = Random(seed), Played(diagram), []  # noqa: S311 - no secret
    marking = played.begun()
    while marking:
        step, marking = chance.choice(list(played.steps(marking)))
        done += [] if step is None else [step]
    return done


def allows(diagram: Diagram, steps: Sequence[str]) -> bool:
    """Whether a case may do exactly these steps, in this order, and be done then."""
    played = Played(diagram)
    here = _silent(played, {played.begun()})
    for step in steps:
        here = _silent(played, {then for marking in here for done, then in played.steps(marking) if done == step})
    return frozenset() in here


def _silent(played: Played, markings: set[Marking]) -> set[Marking]:
    """These, and all that follow from them without a step that anybody sees."""
    seen, open_ = set(markings), list(markings)
    while open_:
        fresh = {then for done, then in played.steps(open_.pop()) if done is None} - seen
        seen |= fresh
        open_ += fresh
    return seen

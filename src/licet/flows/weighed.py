"""Weighed by precedents: a system says an answer, and the built-in one says how likely that answer is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from licet.core.answer import answer_label
from licet.core.case import Content
from licet.core.system import NoProposal, Proposal, Proposed, SystemCard, weighed_card
from licet.ports import System


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighedSystem:
    """A system whose confidence is the calibrated probability that past cases give to its answer (the port `System`).

    The past cases are those that the built-in system was trained on, none of them sealed; which ones is part of the card.

    Attributes:
        inner: says the answer.
        engine: the built-in system; says how likely it is.
    """

    inner: System
    engine: System

    @property
    def card(self) -> SystemCard:
        """The inner system's card, with the fingerprint of the built-in one."""
        return weighed_card(self.inner.card, self.engine.card.fingerprint)

    def propose(self, contents: Sequence[Content]) -> list[Proposed]:
        """What the inner system answers, as sure as past cases are of that answer; 0 where none of them was ever answered so."""
        said = self.inner.propose(contents)
        answered = [place for place, one in enumerate(said) if isinstance(one, Proposal)]
        weighed = dict(zip(answered, self.engine.propose([contents[place] for place in answered]), strict=True))
        return [_weighed(one, weighed[place]) if isinstance(one, Proposal) else one for place, one in enumerate(said)]

    def longest(self, cases: int) -> timedelta:
        """How long the inner system may wait; the built-in one waits for nobody."""
        return self.inner.longest(cases)


def _weighed(said: Proposal, by: Proposed) -> Proposed:
    if isinstance(by, NoProposal):
        return NoProposal(why="No past case says how sure its answer is: the case is of another kind than they are.")
    likely = by.probabilities.get(answer_label(said.answer), 0.0)
    return replace(said, confidence=likely, probabilities=by.probabilities, precedents=by.precedents)

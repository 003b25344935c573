"""A closed list: where a use case names all answers there are, a system that says another one has said nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import cast

from licet.core.answer import Choice
from licet.core.canonical import Json
from licet.core.case import Content
from licet.core.system import NoProposal, Proposal, Proposed, SystemCard
from licet.ports import System

NOT_LISTED = NoProposal(why="Its answer is not one of those that use_case.yaml lists.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSystem:
    """A system whose choices are held against a closed list (the port `System`).

    The list is part of its card: a mandate was granted for what was judged, and a longer list lets in answers that were not.

    Attributes:
        inner: the system.
        answers: the closed list; not empty.
    """

    inner: System
    answers: frozenset[str]

    @property
    def card(self) -> SystemCard:
        """The inner system's card, with the list."""
        card = self.inner.card
        return replace(card, parts={**card.parts, "answers": cast("Json", sorted(self.answers))})

    def propose(self, contents: Sequence[Content]) -> list[Proposed]:
        """What the inner system proposes; what is not in the list is no proposal."""
        return [self._listed(one) for one in self.inner.propose(contents)]

    def longest(self, cases: int) -> timedelta:
        """How long the inner system may wait."""
        return self.inner.longest(cases)

    def _listed(self, said: Proposed) -> Proposed:
        strange = isinstance(said, Proposal) and isinstance(said.answer, Choice) and said.answer.value not in self.answers
        return NOT_LISTED if strange else said

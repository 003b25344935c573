"""Grading: what a system proposed, held against what counts as right; and which of it a scope lets be decided alone."""

from collections.abc import Mapping, Sequence

from licet.core.answer import Answer, answer_label
from licet.core.evaluation import Graded, members_of
from licet.core.grading import loss
from licet.core.ids import CaseNumber
from licet.core.region import memberships
from licet.core.routing import guarded
from licet.core.scope import Scope
from licet.core.standard import Standard
from licet.core.system import Proposal
from licet.flows.propose import Spoken


def confidence_of(spoken: Sequence[Spoken]) -> list[float]:
    """The confidence of each proposal; 0 where there is none."""
    return [one.proposed.confidence if isinstance(one.proposed, Proposal) else 0.0 for one in spoken]


def eligible_in(scope: Scope, spoken: Sequence[Spoken]) -> list[bool]:
    """Whether guards, lists and rules let each be decided alone, at whatever confidence."""
    return [isinstance(one.proposed, Proposal) and guarded(scope, one.attributes, one.proposed) is None for one in spoken]


def grade(standard: Standard, scope: Scope, spoken: Sequence[Spoken], answers: Mapping[CaseNumber, Answer | None]) -> Graded:
    """Holds proposals against what counts as right; a case without a proposal is never decided alone, and counts for nothing else."""
    truths = [answers.get(one.number) for one in spoken]
    losses = [
        loss(one.proposed.answer, truth) if isinstance(one.proposed, Proposal) else 1.0 for one, truth in zip(spoken, truths, strict=True)
    ]
    return Graded(
        confidence=confidence_of(spoken),
        loss=losses,
        eligible=eligible_in(scope, spoken),
        high_stakes=[truth is None or answer_label(truth) in standard.high_stakes for truth in truths],
        members=members_of(standard, [one.attributes for one in spoken]),
        regions=memberships(scope.regions, [one.attributes for one in spoken]),
    )

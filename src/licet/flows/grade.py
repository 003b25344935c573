"""Grading: what a system proposed, held against what counts as right; and which of it a scope lets be decided alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from licet.core.answer import Answer, answer_label
from licet.core.cluster import clusters_of
from licet.core.evaluation import Graded, members_of, names_of
from licet.core.grading import loss
from licet.core.ids import CaseNumber
from licet.core.region import memberships
from licet.core.routing import guarded
from licet.core.scope import Scope
from licet.core.standard import Standard
from licet.core.system import Proposal
from licet.flows.propose import Spoken
from licet.store.heads import CaseHead


def confidence_of(spoken: Sequence[Spoken]) -> list[float]:
    """The confidence of each proposal; 0 where there is none."""
    return [one.proposed.confidence if isinstance(one.proposed, Proposal) else 0.0 for one in spoken]


def answers_of(spoken: Sequence[Spoken]) -> list[Answer]:
    """What was proposed, in order, where anything was."""
    return [one.proposed.answer for one in spoken if isinstance(one.proposed, Proposal)]


def eligible_in(scope: Scope, spoken: Sequence[Spoken]) -> list[bool]:
    """Whether guards, lists and rules let each be decided alone, at whatever confidence."""
    return [isinstance(one.proposed, Proposal) and guarded(scope, one.attributes, one.proposed) is None for one in spoken]


def grade(standard: Standard, scope: Scope, spoken: Sequence[Spoken], answers: Mapping[CaseNumber, Answer | None]) -> Graded:
    """Holds proposals against what counts as right; a case without a proposal is never decided alone, and counts for nothing else."""
    truths = [answers.get(one.number) for one in spoken]
    losses = [
        loss(one.proposed.answer, truth, standard.grading) if isinstance(one.proposed, Proposal) else 1.0
        for one, truth in zip(spoken, truths, strict=True)
    ]
    given = [one.proposed.answer if isinstance(one.proposed, Proposal) else None for one in spoken]
    facts = [one.attributes for one in spoken]
    return Graded(
        confidence=confidence_of(spoken),
        loss=losses,
        eligible=eligible_in(scope, spoken),
        high_stakes=[truth is None or answer_label(truth) in standard.high_stakes for truth in truths],
        members=members_of(standard, facts),
        regions=memberships(scope.regions, facts),
        named=names_of(standard, given, truths),
        clusters=clusters_of(standard.clusters, facts),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A sealed case that was erased. It keeps its place and counts as a confident error, so that erasing never helps."""

    number: CaseNumber


def in_place(spoken: Sequence[Spoken], waiting: Sequence[CaseHead]) -> tuple[Spoken | Gone, ...]:
    """What was said, in the order in which the cases were drawn; an erased case keeps its place."""
    by_number = {one.number: one for one in spoken}
    return tuple(by_number.get(one.number, Gone(number=one.number)) for one in waiting)


def grade_in_place(
    standard: Standard, scope: Scope, spoken: Sequence[Spoken | Gone], answers: Mapping[CaseNumber, Answer | None]
) -> Graded:
    """Holds proposals against what counts as right, in the order in which cases were drawn; erased ones count as confident errors."""
    heard = [one for one in spoken if isinstance(one, Spoken)]
    judged = grade(standard, scope, heard, answers)
    rows = iter(zip(judged.confidence, judged.loss, judged.eligible, judged.high_stakes, strict=True))
    whole = [next(rows) if isinstance(one, Spoken) else (1.0, 1.0, True, True) for one in spoken]
    return Graded(
        confidence=[row[0] for row in whole],
        loss=[row[1] for row in whole],
        eligible=[row[2] for row in whole],
        high_stakes=[row[3] for row in whole],
        members={name: _with_erased(inside, spoken) for name, inside in judged.members.items()},
        named={name: _with_erased(inside, spoken) for name, inside in judged.named.items()},
        clusters=_with_lone(judged.clusters, spoken) if judged.clusters else (),
        regions=tuple(_with_erased(inside, spoken) for inside in judged.regions),
    )


def _with_erased(inside: Sequence[bool], spoken: Sequence[Spoken | Gone]) -> list[bool]:
    """An erased case counts as in the slice or region: nobody knows that it was not."""
    rows = iter(inside)
    return [next(rows) if isinstance(one, Spoken) else True for one in spoken]


def _with_lone(clusters: Sequence[int], spoken: Sequence[Spoken | Gone]) -> list[int]:
    """An erased case is a cluster of its own: nobody knows which it was in."""
    rows, alone = iter(clusters), count(len(spoken))
    return [next(rows) if isinstance(one, Spoken) else next(alone) for one in spoken]

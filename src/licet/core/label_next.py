"""What to label next: the one step by which answers of people bring a verdict forward, and where it is taken."""

from dataclasses import dataclass

from licet.core.labelling import may_begin
from licet.core.opened import more_in_words
from licet.core.refusal import Refused
from licet.core.sealed import SealedSet
from licet.core.standard import Method, Standard
from licet.stats.pilot import PILOT
from licet.stats.planning import LabelMore, NotCertifiable, OutOfReach


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """How labels of a use case stand.

    Attributes:
        mine: cases that wait for the answer of whoever looks.
        waiting: cases that wait for anybody's.
        pilot: whether a pilot was drawn from the sealed set.
        judged: labels that the newest look at its target region counted; 0 before the first.
        sealed: the sealed set; None where there is none.
        standard: the countersigned standard; None where there is none.
        more: what more labels would unlock, once the cases are open; None where that is not known.
    """

    mine: int
    waiting: int
    pilot: bool
    judged: int
    sealed: SealedSet | None
    standard: Standard | None
    more: LabelMore | NotCertifiable | OutOfReach | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelNext:
    """The next step.

    Attributes:
        says: why, in a sentence.
        page: the page on which it is taken; empty where it takes a command.
        command: the command that takes it; empty where a page does.
    """

    says: str
    page: str = ""
    command: str = ""


def label_next(slug: str, labels: Labels) -> LabelNext | None:
    """The step that comes next; None where no label would help, or nobody knows which.

    Args:
        slug: of the use case.
        labels: how its labels stand.
    """
    sealed = labels.sealed
    new = 0 if sealed is None or sealed.target is None else sealed.target.labelled - labels.judged
    if labels.waiting and (labels.mine or new <= 0):
        return _asked(slug, labels)
    if sealed is None or labels.standard is None:
        return None
    if labels.pilot and sealed.opened_scope is None:
        return _after_pilot(slug, sealed, new)
    if not isinstance(may_begin(labels.standard, sealed), Refused) and sealed.labelled < sealed.cases:
        says = f"A pilot of {PILOT} of the {sealed.cases:,} sealed cases shows where labels are worth most."
        return LabelNext(says=says, command=f"licet label {slug}")
    if labels.more is not None:
        return LabelNext(says=more_in_words(labels.more), command=f"licet import {slug} FILE --content COL --answer COL --fresh")
    return _without_answer(slug, sealed, labels.standard.method)


def _asked(slug: str, labels: Labels) -> LabelNext:
    if labels.mine:
        return LabelNext(says=f"{labels.mine:,} {_cases(labels.mine)} for your answer, blind.", page=f"/labels/{slug}")
    says = f"{labels.waiting:,} {_cases(labels.waiting)} for answers of others, who find them on the page Labels."
    return LabelNext(says=says, page="/labels")


def _cases(count: int) -> str:
    return "case waits" if count == 1 else "cases wait"


def _after_pilot(slug: str, sealed: SealedSet, new: int) -> LabelNext | None:
    command = f"licet label {slug}"
    if sealed.target is None:
        return LabelNext(says="All of the pilot is answered: the region in which labels prove most can be fixed.", command=command)
    if new <= 0:
        return None
    return LabelNext(says=f"{new:,} labels inside the region came since the last look: see whether they are enough.", command=command)


def _without_answer(slug: str, sealed: SealedSet, method: Method) -> LabelNext | None:
    if sealed.labelled == sealed.cases or sealed.opened_scope is not None:
        return None
    says = "Some sealed cases have no answer, and count as errors: bring the answers to them."
    if method is Method.ANYTIME:
        says = f"{sealed.labelled:,} of {sealed.cases:,} sealed cases count, up to the first without an answer: bring the others' answers."
    return LabelNext(says=says, command=f"licet import {slug} FILE --content COL --answer COL")

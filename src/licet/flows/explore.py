"""Exploring: a system on unsealed cases, with everything to see and nothing it could open."""

from dataclasses import dataclass

from licet.core.case import Part
from licet.core.evaluation import Graded
from licet.core.people import Actor
from licet.core.refusal import Refused
from licet.core.system import SystemCard
from licet.core.use_case import UseCase
from licet.flows.evaluate import Request, may_evaluate
from licet.flows.grade import grade
from licet.flows.hear import HeardUnder, hear
from licet.flows.office import Office
from licet.flows.open_sealed import Figures, figures_of
from licet.flows.own_grades import standard_at_hand, warnings_of
from licet.flows.propose import speaker
from licet.flows.run import ALONE, Matter, Runner
from licet.store import cases
from licet.store.heads import part_heads


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """What unsealed cases show. It is no verdict, and no gate takes it.

    Attributes:
        n: cases of the calibration part.
        right: how many of them the system answered as people did.
        judged: the cases, graded by the standard as the folder has it.
    """

    use_case: UseCase
    card: SystemCard
    n: int
    right: int
    figures: Figures
    judged: Graded
    warnings: tuple[str, ...]


def explore(office: Office, by: Actor, request: Request, runner: Runner = ALONE) -> Explored | Refused:
    """Holds a system against the calibration part; works without a locked standard."""
    with office.book.read() as tx:
        use_case = may_evaluate(office, tx, by, request.name)
        stored = [] if isinstance(use_case, Refused) else part_heads(tx, use_case, Part.CALIBRATION)
    if isinstance(use_case, Refused):
        return use_case
    if not stored:
        why = f"{use_case.slug!r} has no calibration part to explore on."
        return Refused(code="no_history", why=why, remedy="Import with a split such as --parts 50:20:30.")
    speaks = speaker(office, use_case, wanted=request.system, posted_as=request.posted_as)
    if isinstance(speaks, Refused):
        return speaks
    under = HeardUnder(standard=request.on_disk, schema=request.schema)
    heard = hear(office, Matter(use_case=use_case, speaker=speaks, by=by.id), stored, under, runner)
    if isinstance(heard, Refused):
        return heard
    with office.book.read() as tx:
        truths = {past.number: past.answer for past in cases.history(tx, use_case, Part.CALIBRATION)}
    standard = standard_at_hand(office, use_case, request.on_disk)
    judged = grade(standard, heard.scope, heard.spoken, truths)
    return Explored(
        use_case=use_case,
        card=speaks.card,
        n=len(judged.loss),
        right=_right(judged),
        figures=figures_of(standard, heard.spoken, truths, judged),
        judged=judged,
        warnings=(*heard.warnings, *warnings_of(standard)),
    )


def _right(judged: Graded) -> int:
    return sum(1 for one in judged.loss if one == 0.0)

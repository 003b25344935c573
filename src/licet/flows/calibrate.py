"""Calibrating: what share of right answers a system's words about its own certainty stood for, on unsealed cases."""

from dataclasses import dataclass

from licet.core.case import Part
from licet.core.grading import agrees
from licet.core.people import Actor
from licet.core.refusal import Refused
from licet.core.standard import Standard
from licet.core.system import Cause, NoProposal, Proposal
from licet.flows.evaluate import may_evaluate
from licet.flows.office import Office
from licet.flows.own_grades import at_hand
from licet.ports import System
from licet.stats.rising import FEWEST, rising_curve
from licet.store import cases


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """What calibration found.

    Attributes:
        cases: how many past cases were asked about and answered.
        right: how many of them rightly, by the standard's grader.
        said: the mean of the certainty that was claimed.
        curve: the share of right answers from each claimed certainty on, as rising pairs.
    """

    cases: int
    right: int
    said: float
    curve: tuple[tuple[float, float], ...]


def calibrate(office: Office, by: Actor, *, name: str, system: System, on_disk: Standard) -> Calibrated | Refused:
    """Asks a system about the calibration part, none of which is sealed, and fits what its certainty is worth; writes nothing.

    Args:
        office: the office.
        by: who asks for it; must be allowed to evaluate.
        name: the use case.
        system: gives certainty as it is claimed.
        on_disk: the standard as the folder has it; by its grader an answer is right that loses nothing.
    """
    with office.book.read() as tx:
        use_case = may_evaluate(office, tx, by, name)
        if isinstance(use_case, Refused):
            return use_case
        past = [one for one in cases.history(tx, use_case, Part.CALIBRATION) if one.answer is not None]
    said = system.propose([one.body.content for one in past])
    unasked = [one for one in said if isinstance(one, NoProposal) and one.cause is not Cause.UNUSABLE]
    if unasked:
        why = f"{len(unasked):,} of {len(past):,} cases got no answer. {unasked[0].why}"
        return Refused(code="system_unavailable", why=why, remedy="Calibrate again once it answers.")
    heard = [(one, truth.answer) for one, truth in zip(said, past, strict=True) if isinstance(one, Proposal)]
    grading = at_hand(office, use_case, on_disk.grading)
    right = [truth is not None and agrees(one.answer, truth, grading) for one, truth in heard]
    curve = rising_curve(confidence=[one.confidence for one, _ in heard], right=right)
    if not curve:
        why = f"{name!r} has {len(heard)} calibration cases with an answer of the system; {FEWEST} are needed."
        return Refused(code="no_history", why=why, remedy="Import more with a split such as --parts 50:20:30.")
    claimed = sum(one.confidence for one, _ in heard) / len(heard)
    return Calibrated(cases=len(heard), right=sum(right), said=claimed, curve=curve)

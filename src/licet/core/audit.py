"""An audit: a blind review of a randomly drawn case that AI decided alone, and the watch it feeds."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from licet.core.answer import Answer
from licet.core.grading import EXACT, Grading, loss
from licet.core.ids import CaseNumber, MandateId
from licet.stats.sampling import uniform

ANSWER_WITHIN = timedelta(days=5)
"""An audit that is not answered by then counts as an error: silence must not look like agreement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A case drawn for audit.

    Attributes:
        mandate: under which the case was decided.
        round: of the mandate; a reinstated mandate has a watch of its own.
        order: counted from 1 in the order of drawing.
        case: which case.
        probability: with which it was drawn, in (0, 1].
        drawn_at: when.
        due_at: when an answer is late.
    """

    mandate: MandateId
    round: int
    order: int
    case: CaseNumber
    probability: float
    drawn_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """The blind answer says what AI said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreed:
    """The blind answer says something else. `loss`: how wrong AI's is by it, in (0, 1]."""

    loss: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """Nobody answered in time; counts as an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotTell:
    """A senior reviewer, or the only one who could be asked, cannot tell what is right; counts as an error, as silence does."""


Outcome = Agreed | Disagreed | Overdue | CannotTell


def audited(decided: Answer, answer: Answer, *, blind: bool, grading: Grading = EXACT) -> Outcome:
    """What an answer on a drawn case says about AI's.

    Args:
        decided: what AI decided.
        answer: what a person says.
        blind: whether the person had not seen what AI decided. One who had, by correcting it, counts as disagreeing, whatever they
            say: an agreement must come from somebody who could not know what to agree with.
        grading: how answers are held against each other, by the standard that the mandate stands on.
    """
    lost = loss(decided, answer, grading) if blind else 1.0
    return Agreed() if lost == 0.0 else Disagreed(loss=lost)


def outcome_loss(outcome: Outcome) -> float:
    """What an outcome counts, in [0, 1]: 0.0 for agreement, 1.0 for silence or what nobody can tell, and else how wrong AI was."""
    match outcome:
        case Agreed():
            return 0.0
        case Disagreed(loss=lost):
            return lost
        case Overdue() | CannotTell():
            return 1.0
        case _:
            assert_never(outcome)


def is_drawn(secret: bytes, case: CaseNumber, rate: float) -> bool:
    """Draws a case for audit, in a way nobody can predict without the secret and anybody can check with it.

    The first 53 bits of HMAC-SHA256(secret, case number in decimal), as a number in [0, 1), are compared with the rate.

    Args:
        secret: made when the mandate was granted, 32 bytes.
        case: the number the store gave the case.
        rate: the probability of an audit, in (0, 1].

    Returns:
        Whether the case is audited.
    """
    return place(secret, case) < rate


AGREEMENT_PURPOSE = b"licet.agreement.draw"
"""What the mandate's secret is turned into a third one with, so that who is audited says nothing of which agreement is checked."""


def is_checked(secret: bytes, case: CaseNumber, share: float) -> bool:
    """Draws an audit that agrees with AI to be checked by a second person, as `is_drawn` draws audits, with a secret of its own.

    Args:
        secret: the one made when the mandate was granted; what draws here is HMAC-SHA256(secret, "licet.agreement.draw").
        case: the number the store gave the case.
        share: the probability of a check, in [0, 1].
    """
    return place(hmac.digest(secret, AGREEMENT_PURPOSE, "sha256"), case) < share


WAITS_WITHIN = timedelta(hours=4)
"""Within so long a drawn case comes to the desk: one more that waits in the very moment in which AI decided one would tell of a draw."""

WAIT_PURPOSE = b"licet.audit.wait"


def waits_from(secret: bytes, case: CaseNumber, *, drawn_at: datetime, due_at: datetime) -> datetime:
    """From when on a drawn case is counted and given at the desk: a moment that nobody can tell without the secret.

    When the audit is due does not change, nor what silence counts.

    Args:
        secret: the one made when the mandate was granted.
        case: the drawn case.
        drawn_at: when.
        due_at: when it is due at the desk; it comes there in the first half of the time until then.

    Returns:
        `drawn_at` and a part of `WAITS_WITHIN` that follows from HMAC-SHA256(HMAC-SHA256(secret, "licet.audit.wait"), case number).
    """
    most = max(timedelta(0), min(WAITS_WITHIN, (due_at - drawn_at) / 2))
    return drawn_at + most * place(hmac.digest(secret, WAIT_PURPOSE, "sha256"), case)


OVERDUE_PURPOSE = b"licet.audit.overdue"
CHECK_PURPOSE = b"licet.agreement.said"
"""What the mandate's secret is turned into further ones with, for what the ledger says of a case without naming it."""


def overdue_reference(secret: bytes, case: CaseNumber) -> str:
    """Names an overdue audit to the ledger: its question may wait still, and whoever reads there must not know of which case it is.

    HMAC-SHA256(HMAC-SHA256(secret, "licet.audit.overdue"), case number in decimal), in hex; once the secret is revealed, anybody can tell.
    """
    return _tagged(secret, OVERDUE_PURPOSE, str(case)).hex()


def check_commitment(secret: bytes, case: CaseNumber, *, drawn: bool) -> str:
    """Commits to whether an agreement was drawn to be checked, alike for those that were and those that were not.

    HMAC-SHA256(HMAC-SHA256(secret, "licet.agreement.said"), "case number drawn" or "case number left"), in hex.
    """
    return _tagged(secret, CHECK_PURPOSE, f"{case} {'drawn' if drawn else 'left'}").hex()


def _tagged(secret: bytes, purpose: bytes, said: str) -> bytes:
    return hmac.digest(hmac.digest(secret, purpose, "sha256"), said.encode("ascii"), "sha256")


def place(secret: bytes, case: CaseNumber) -> float:
    """The case's place in [0, 1) under a secret (RFC 2104 HMAC, 53 bits)."""
    return uniform(hmac.digest(secret, str(case).encode("ascii"), "sha256"))


def commitment(secret: bytes) -> str:
    """What the ledger holds of a secret until it is revealed: its SHA-256, in hex."""
    return hashlib.sha256(secret).hexdigest()

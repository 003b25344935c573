"""A held answer: what may still be done with an answer that somebody gave at the desk, and what is shown after it."""

from datetime import datetime

from licet.core.desk import HELD_FOR, HeldState
from licet.core.refusal import Refused
from licet.core.use_case import Stage


def is_shown_proposal(stage: Stage, *, senior: bool) -> bool:
    """Whether what AI proposes is shown after the first answer: in assisted work, and to whoever says which of two people is right."""
    return stage is Stage.ASSISTED or senior


def sent_again(state: HeldState) -> Refused | None:
    """Says no to an answer that comes again under its key after it was withdrawn, or came too late; None: it is told as before."""
    if state is HeldState.WITHDRAWN:
        return Refused(code="already_done", why="This answer was withdrawn.", remedy="Send the new one under a key of its own.")
    if state is HeldState.LATE:
        why = "This answer came too late, or was not yours to give by the time it was to take effect."
        return Refused(code="not_waiting", why=why, remedy="It is kept and counts for nothing; take the next case.")
    return None


def may_withdraw(state: HeldState, effect_at: datetime, now: datetime) -> Refused | None:
    """Says no once an answer took effect, or while it stays because AI's proposal was shown after it."""
    if state is HeldState.HELD and now < effect_at:
        return None
    why = "The answer took effect." if state is not HeldState.REVEALED else "AI's proposal was shown after it, so it stays."
    return Refused(code="too_late_to_withdraw", why=why, remedy="A decision is corrected with `licet cases correct`.")


def may_say_more(*, same_again: bool) -> Refused | None:
    """Says no to a second record where nothing was shown, or where another stands; the same said again is taken once."""
    if same_again:
        return None
    why = "Nothing was shown after this answer, or it was kept or changed already."
    return Refused(code="already_done", why=why, remedy=f"Withdraw within {HELD_FOR.total_seconds():.0f} seconds to say it anew.")

"""Moving: the way from one stage to another: forward through every gate on it, back freely, with a reason."""

from collections.abc import Sequence

from licet.core.refusal import Refused
from licet.core.use_case import Stage

WAY = (Stage.IDEA, Stage.SANDBOX, Stage.SHADOW, Stage.ASSISTED, Stage.DELEGATED)
"""The stages in order."""


def gates_between(was: Stage, to: Stage, *, why: str) -> Sequence[Stage] | Refused:
    """The stages whose gates must be open to get from one to another.

    Args:
        was: where the use case is.
        to: where it is to go.
        why: in words; empty where none is given, which does for the way forward.

    Returns:
        The stages to be entered, in order; none on the way back. `Refused` where this way is not walked so.
    """
    if was is to:
        return Refused(code="already_done", why=f"It is at stage {to.value!r}.", remedy="")
    if to is Stage.DELEGATED:
        why = "Delegated is entered by granting a mandate, and by nothing else."
        return Refused(code="entered_by_grant", why=why, remedy="`licet gate show` says what is missing; then `licet mandate grant`.")
    if was is Stage.DELEGATED:
        why = "While a mandate is in force the use case is delegated."
        remedy = "Take it back: `licet mandate suspend`, or `licet mandate revoke`."
        return Refused(code="left_with_mandate", why=why, remedy=remedy)
    if WAY.index(to) < WAY.index(was) and not why:
        return Refused(code="reason_needed", why=f"From {was.value} back to {to.value} takes a reason.", remedy="Give one: --why TEXT.")
    return WAY[WAY.index(was) + 1 : WAY.index(to) + 1]

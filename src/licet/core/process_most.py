"""The step at which most of the cases' time goes: not always the one before which a case waits longest."""

from licet.core.process import AsIs, Split
from licet.core.process_told import PARTS, parts_of, share_of

NAMED = 0.1
"""From this share of all case time on, a step is named beside the bottleneck."""


def most_told(as_is: AsIs) -> tuple[str, str] | None:
    """The step with the biggest share of all case time and what it is made of; None where that is the bottleneck, or small."""
    whole = as_is.split.whole
    most = max(as_is.steps, key=lambda step: step.split.whole, default=None)
    if most is None or most == as_is.bottleneck or not whole or most.split.whole < NAMED * whole:
        return None
    says = f"{most.name}, with {share_of(most.split.whole, whole)} of all case time: {_made_of(most.split, as_is.split)}."
    return "Most of the time:", says


def _made_of(split: Split, all_of_it: Split) -> str:
    return ", ".join(f"{share_of(part, all_of_it.whole)} {PARTS[key]}" for key, part in parts_of(split) if part)

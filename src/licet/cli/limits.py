"""The honest limits: what a use case's numbers do not say, in sentences with its own numbers in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from licet.core.measure import Measure
from licet.core.people import Identity
from licet.core.terms import Terms
from licet.stats import watch as watching
from licet.stats.bounds import smallest_n
from licet.stats.planning import EstimatedDelay, delay_to_find
from licet.web.charts import percent

LOOKED_AHEAD = 5000
"""Audits that are simulated at most, to say when a worse error would be found."""

_DOUBLED = 2.0
_STRICTER = (1, 2, 4, 10, 20, 40, 100, 200, 400, 1000, 2000, 4000, 10_000, 100_000, 1_000_000)
"""By how much a promise is tightened, step by step, until the cases there are cannot carry it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """How much evidence there is.

    Attributes:
        measure: the promise.
        usable: sealed cases that could be decided alone at most; None where that is not known.
        agreements_checked: whether an adjudicator looked at cases on which AI and people agree.
    """

    measure: Measure
    usable: int | None
    agreements_checked: bool


def honest_limits(volume: Volume | None, terms: Terms | None, shown: Sequence[str]) -> tuple[str, ...]:
    """What the numbers of a use case do not say.

    Args:
        volume: None before a verdict.
        terms: of the mandate; None without one.
        shown: how those who acted showed who they are, the weakest first.
    """
    found = [*_of_any(), _who(shown)]
    if volume is not None:
        found += [_labels(volume), *_volume(volume)]
    if terms is not None:
        found += [_between(terms), _draws()]
    return tuple(found)


def _of_any() -> Iterator[str]:
    yield (
        "Exchangeability: the bound is about cases like the sealed ones, drawn as they were drawn. Cases of another kind are outside it; "
        "guards turn away what resembles no past case, audits find some of the rest, neither finds all."
    )


def _who(shown: Sequence[str]) -> str:
    proves = "The ledger proves what was written down and when, not who sat at the keyboard."
    if Identity.ASSERTED.value not in shown:
        return f"Whoever acted had signed in. {proves}"
    if len(shown) == 1:
        return f"Who acted is asserted: nobody has signed in. {proves}"
    return f"Some acts are asserted, by people who had not signed in; each entry says how its person showed who they are. {proves}"


def _labels(volume: Volume) -> str:
    checked = (
        "A sample of cases on which AI and people agree was looked at again."
        if volume.agreements_checked
        else "Nobody has looked again at cases on which AI and people agree."
    )
    return f"Right means: as the people who answered said. An error that they share with the AI is invisible here. {checked}"


def _volume(volume: Volume) -> Iterator[str]:
    measure, usable = volume.measure, volume.usable
    if usable is None or usable < 1:
        return
    least = 1.0 - measure.delta ** (1.0 / usable)
    yield (
        f"This volume cannot certify everything: {usable:,} sealed cases that could be decided alone show {percent(least)} at best, "
        "without a single error among them."
    )


def stricter(measure: Measure, cases: int) -> str:
    """What stricter promises would take, in sentences that hold whatever the answers are.

    Args:
        measure: the promise; the next one is half of it.
        cases: how many there are to be labelled.
    """
    half = measure.target / 2
    clean, one, two = (smallest_n(target=half, delta=measure.delta, errors=errors) for errors in range(3))
    found = f"A promise of {percent(half)} takes {clean:,} cases without a single error, {one:,} with one, {two:,} with two. "
    never = next(measure.target / by for by in _STRICTER if smallest_n(target=measure.target / by, delta=measure.delta) > cases)
    needed = smallest_n(target=never, delta=measure.delta)
    return f"{found}One of {percent(never)} takes {needed:,}: these {cases:,} cannot show it, whatever their answers are."


def _between(terms: Terms) -> str:
    fresh = watching.start(target=terms.target, delta=1.0 - terms.confidence, planned=terms.planned_audits)
    doubled = min(1.0, _DOUBLED * terms.target)
    found = delay_to_find(fresh, error=doubled, audits_left=min(terms.planned_audits, LOOKED_AHEAD))
    if isinstance(found, EstimatedDelay):
        cases = round(found.audits / terms.audit_rate)
        when = f"would be found after about {found.audits:,} audits, that is after about {cases:,} cases decided alone (estimated)"
    else:
        when = f"would more often than not stay unfound within the {terms.planned_audits:,} planned audits (estimated)"
    return f"Between audits drift is unseen: an error of {percent(doubled)}, twice what was promised, {when}. Larger ones are found sooner."


def _draws() -> str:
    return (
        "Which cases are audited cannot be foretold by builder, owner or reviewer, but it can by whoever operates the machine and reads "
        "its key file. The secret is revealed when the mandate ends, so that anybody can check the draws."
    )

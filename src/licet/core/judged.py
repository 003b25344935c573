"""Judged: what a judge says beside people's labels, and what both together say of a system's errors. No gate and no verdict takes it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from licet.core.judge import Opinion
from licet.core.known import Ceiling
from licet.core.refusal import Unknown
from licet.stats.agreement import Rate, rate
from licet.stats.judge import (
    MOST_STRATA,
    Correlation,
    Estimate,
    Stratum,
    correlation,
    correlation_worth,
    cut,
    differ_p_value,
    join_small,
    post_stratified,
    stratify,
    unlike_p_value,
)

YES_FROM = 0.5
"""From here on an opinion says that the answer is right."""

DRIFTS_BELOW = 0.05
UNLIKE_BELOW = 0.01
"""Chances below which a difference is said; each is also said of so many judges that nothing is wrong with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """How far a judge agrees with people, on answers that both spoke about.

    Attributes:
        same: where both say right, or both say wrong.
        found: of the answers that people call wrong, those that the judge calls wrong too; None where people call none wrong.
        right: people's own share of right answers: a judge that always says yes agrees so often.
        correlation: of its opinions with theirs; unknown where either always says the same.
        worth: how many labels one label counts for beside a judge that correlates so, in [1, 4].
    """

    same: Rate
    found: Rate | None
    right: Rate
    correlation: Correlation | Unknown
    worth: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A judge's agreement with people on the older half of the cases and on the newer. `p_value`: chance of such a difference or more."""

    older: Rate
    newer: Rate
    p_value: float

    @property
    def differs(self) -> bool:
        """Whether chance is no good explanation."""
        return self.p_value < DRIFTS_BELOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A judge beside people's labels.

    Attributes:
        cases: all answers of the system that it was asked about.
        labelled: of them, those whose case people labelled.
        failed: of all, those of which it said nothing; they are sorted into a stratum of their own, and are in no agreement.
        agreed: its agreement with people; unknown where both spoke about none.
        drift: of that agreement; unknown for fewer than two.
        strata: what it made of all answers before a label was read.
        estimate: the share of wrong answers among all; unknown without labels.
        alone: the same from people's labels alone.
        unlike: chance of labels lying so unevenly over the strata, had they been drawn at random.
    """

    cases: int
    labelled: int
    failed: int
    agreed: Agreed | Unknown
    drift: Drift | Unknown
    strata: tuple[Stratum, ...]
    estimate: Estimate | Unknown
    alone: Rate | Unknown
    unlike: float


def sorted_by(opinions: Sequence[Opinion], *, labels: int) -> tuple[int, ...]:
    """Sorts answers into strata by what a judge says of them, before any label is read.

    Args:
        opinions: of each answer.
        labels: how many of their cases are labelled.

    Returns:
        Per answer the number of its stratum from 0 up, at most five in all; those of which nothing was said are one, the last, and small
        ones are joined with their neighbours.
    """
    said = [one for one in opinions if not isinstance(one, Unknown)]
    places = iter(cut(said, strata=MOST_STRATA if len(said) == len(opinions) else MOST_STRATA - 1).tolist())
    found = [MOST_STRATA if isinstance(one, Unknown) else int(next(places)) for one in opinions]
    return tuple(join_small(found, labels=labels).tolist())


def weigh(opinions: Sequence[Opinion], places: Sequence[int], right: Sequence[bool | None]) -> Weighed:
    """Holds a judge against people's labels, and estimates beside it how many of all answers are wrong.

    Args:
        opinions: of each answer, the oldest case first.
        places: the strata that `sorted_by` made of them.
        right: whether people's label says that the answer is right; None: nobody labelled the case.
    """
    strata = stratify(places, labelled=[one is not None for one in right], wrong=[one is False for one in right])
    labelled, wrong = sum(one.labelled for one in strata), sum(one.errors for one in strata)
    both = [
        (said, is_right) for said, is_right in zip(opinions, right, strict=True) if not isinstance(said, Unknown) and is_right is not None
    ]
    nobody = Unknown(why="no case is labelled")
    return Weighed(
        cases=len(opinions),
        labelled=labelled,
        failed=sum(isinstance(one, Unknown) for one in opinions),
        agreed=_agreed(both),
        drift=_drift([(said >= YES_FROM) is is_right for said, is_right in both]),
        strata=strata,
        estimate=nobody if labelled == 0 else post_stratified(strata) or nobody,
        alone=rate(hits=wrong, n=labelled) or nobody,
        unlike=unlike_p_value(strata),
    )


def _agreed(both: Sequence[tuple[float, bool]]) -> Agreed | Unknown:
    n, wrong = len(both), [said for said, is_right in both if not is_right]
    same = rate(hits=sum((said >= YES_FROM) is is_right for said, is_right in both), n=n)
    right = rate(hits=n - len(wrong), n=n)
    if same is None or right is None:
        return Unknown(why="there is no case of which both judge and people spoke")
    found = rate(hits=sum(said < YES_FROM for said in wrong), n=len(wrong))
    goes = correlation([said for said, _ in both], [is_right for _, is_right in both])
    unknown = Unknown(why="the judge or people always say the same, or too few cases are labelled")
    return Agreed(
        same=same, found=found, right=right, correlation=goes or unknown, worth=1.0 if goes is None else correlation_worth(goes.value)
    )


def _drift(same: Sequence[bool]) -> Drift | Unknown:
    half = len(same) // 2
    older, newer = rate(hits=sum(same[:half]), n=half), rate(hits=sum(same[half:]), n=len(same) - half)
    if older is None or newer is None:
        return Unknown(why="fewer than two cases of which both judge and people spoke")
    return Drift(older=older, newer=newer, p_value=differ_p_value(older, newer))


def warnings_on(weighed: Weighed, ceiling: Ceiling | Unknown) -> tuple[str, ...]:
    """What a reader must know of a judge before its estimate is used; empty where there is nothing."""
    return (*_of_strata(weighed), *_of_agreement(weighed, ceiling))


def _of_strata(weighed: Weighed) -> Iterator[str]:
    if weighed.failed == weighed.cases:
        yield "The judge says nothing: the estimate stands on people's labels alone."
    elif weighed.failed:
        yield f"The judge failed on {weighed.failed:,} of {weighed.cases:,} answers: that is no opinion, and in no agreement."
    if weighed.failed < weighed.cases and len(weighed.strata) == 1:
        yield "Its opinions make one stratum, being the same or too few otherwise: it adds nothing to people's labels."
    if weighed.unlike < UNLIKE_BELOW:
        yield (
            f"Labelled cases lie in the judge's strata unlike the others (p = {weighed.unlike:.2g}): they were not drawn at random, or the "
            "judge was made from these labels. Do not use the estimate."
        )


def _of_agreement(weighed: Weighed, ceiling: Ceiling | Unknown) -> Iterator[str]:
    agreed, drift = weighed.agreed, weighed.drift
    if isinstance(agreed, Unknown):
        return
    if agreed.same.hits <= agreed.right.hits:
        yield f"A judge that always said yes would agree with people as often or more ({agreed.right.rate:.1%})."
    if isinstance(agreed.correlation, Correlation) and agreed.correlation.high < 0.0:
        yield "The judge says the reverse of what people say."
    if isinstance(ceiling, Ceiling) and agreed.same.rate < ceiling.same:
        surely = "Surely below" if agreed.same.high < ceiling.low else "Below"
        told = f"it agrees with people in {agreed.same.rate:.1%}, they with each other in {ceiling.same:.1%}"
        yield f"{surely} the human ceiling: {told}."
    if isinstance(drift, Drift) and drift.differs:
        yield (
            f"It agrees otherwise than before: in {drift.older.rate:.1%} of the older half and {drift.newer.rate:.1%} of the newer one "
            f"(p = {drift.p_value:.2g})."
        )

"""The AI's behaviour at a step: measured by an evaluation, or assumed by an author and marked so; otherwise unknown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from licet.core.canonical import Json
from licet.core.capacity import Figure
from licet.core.cost import MILLION, Cost
from licet.core.ids import Digest, Fingerprint
from licet.core.redesign import Assumed
from licet.core.refusal import Unknown

FEWEST_ASKED = 30
"""From fewer proposals neither a time nor a cost is measured."""

SIMPLY_ASSUMED = "assumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What an evaluation shows of a use case's system, and what asking it took.

    Attributes:
        fingerprint: of the system.
        standard: digest of the standard that it was judged by.
        coverage: share of the sealed cases in the region that is certified, in [0, 1]; None: no region is.
        bound: share of errors in there, at most; None: no region is certified.
        confidence: of the bound.
        took_ms: how long proposals took, those of which it was kept.
        paid: what proposals cost, those of which it was kept.
    """

    fingerprint: Fingerprint
    standard: Digest
    coverage: float | None
    bound: float | None
    confidence: float | None
    took_ms: Sequence[int] = ()
    paid: Sequence[Cost] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """AI at one step, each figure with what it stands on.

    Attributes:
        coverage: share of the cases that it decides alone.
        error: share of these that are wrong, at most.
        latency_seconds: that it takes for a case.
        cost: of asking it once, in minor units.
        time_saved: share of a person's time that its proposal saves; nothing here measures it.
    """

    coverage: Figure | Unknown
    error: Figure | Unknown
    latency_seconds: Figure | Unknown
    cost: Figure | Unknown
    time_saved: Figure

    @property
    def figures(self) -> Mapping[str, Figure | Unknown]:
        """All of it by name."""
        return {name: getattr(self, name) for name in self.__slots__}


def behaviour_of(stated: Assumed, measured: Measured | Unknown, *, currency: str | None) -> Behaviour:
    """How AI behaves at a step: as measured, and where nothing is measured as its author assumes.

    What is measured counts also where the author assumes something else.

    Args:
        stated: by the author.
        measured: of the system at this step; `Unknown` where the use case does not decide it, or nothing is evaluated.
        currency: in which money is counted; None: nobody said, and then the currency of what was paid.
    """
    coverage, error = _certified(measured)
    return Behaviour(
        coverage=_or_assumed(coverage, stated.coverage),
        error=_or_assumed(error, stated.error),
        latency_seconds=_or_assumed(_latency(measured), stated.latency_seconds),
        cost=_or_assumed(_cost(measured, currency), stated.cost),
        time_saved=_saved(stated.time_saved),
    )


def _saved(stated: float | None) -> Figure:
    if stated is None:
        return Figure(value=0.0, basis="assumed: people take as long with a proposal as without", assumed=True)
    return Figure(value=stated, basis=SIMPLY_ASSUMED, assumed=True)


def _or_assumed(found: Figure | Unknown, stated: float | None) -> Figure | Unknown:
    if isinstance(found, Figure):
        return found
    return found if stated is None else Figure(value=stated, basis=SIMPLY_ASSUMED, assumed=True)


def _certified(measured: Measured | Unknown) -> tuple[Figure | Unknown, Figure | Unknown]:
    if isinstance(measured, Unknown):
        return measured, measured
    if measured.coverage is None or measured.bound is None:
        why = Unknown(why="the newest verdict certifies no region")
        return why, why
    sure = "" if measured.confidence is None else f" at {measured.confidence:.0%} confidence"
    return (
        Figure(value=measured.coverage, basis="share of the sealed cases in the certified region", assumed=False),
        Figure(value=measured.bound, basis=f"at most{sure}, as the verdict shows", assumed=False),
    )


def _latency(measured: Measured | Unknown) -> Figure | Unknown:
    if isinstance(measured, Unknown):
        return measured
    took = measured.took_ms
    if len(took) < FEWEST_ASKED:
        return Unknown(why=f"of {len(took):,} proposals it is known how long they took, and it takes {FEWEST_ASKED} to measure by")
    basis = f"mean of {len(took):,} proposals, median {median(took) / 1000:.2f} s"
    return Figure(value=fmean(took) / 1000.0, basis=basis, assumed=False)


def _cost(measured: Measured | Unknown, currency: str | None) -> Figure | Unknown:
    if isinstance(measured, Unknown):
        return measured
    paid = measured.paid
    if len(paid) < FEWEST_ASKED:
        return Unknown(why=f"of {len(paid):,} proposals it is known what they cost, and it takes {FEWEST_ASKED} to measure by")
    kinds = sorted({one.currency for one in paid})
    if len(kinds) > 1 or (currency is not None and kinds != [currency]):
        return Unknown(why=f"proposals were paid in {', '.join(kinds)}, and costs are counted in {currency or 'one currency'}")
    return Figure(value=fmean(one.millionths for one in paid) / MILLION, basis=f"mean of {len(paid):,} proposals", assumed=False)


def figure_to_json(found: Figure | Unknown) -> Mapping[str, Json]:
    """A figure for programs: the value, null where unknown; what it stands on, or why it is unknown; and whether it is assumed."""
    if isinstance(found, Unknown):
        return {"value": None, "basis": found.why, "assumed": False}
    return {"value": found.value, "basis": found.basis, "assumed": found.assumed}

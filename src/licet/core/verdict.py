"""A verdict: met, not met or undecided, with the region it speaks of and what became of each measure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from licet.core.canonical import Json
from licet.core.measure import MeasureKind
from licet.core.region import RegionVerdict, verdicts_to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """The cases a verdict speaks of.

    Attributes:
        threshold: lowest confidence inside, full precision, ties included.
        coverage: share of all sealed cases inside, in [0, 1].
        cases: how many sealed cases are inside.
        bound: the error rate among cases decided alone is at most this, at the standard's confidence. It is the target: after the
            choice of a region among many, the target is what is proven.
    """

    threshold: float
    coverage: float
    cases: int
    bound: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureVerdict:
    """What became of one measure.

    Attributes:
        n: labelled cases inside the largest allowed region (error_alone); None where saying it would show an answer.
        needed: fewest labels that can certify the target, with no error among them.
    """

    name: str
    kind: MeasureKind
    target: float
    confidence: float
    verdict: str
    bound: float | None
    n: int | None
    needed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A region keeps every promise."""

    region: Region
    measures: tuple[MeasureVerdict, ...]
    regions: tuple[RegionVerdict, ...] = ()
    word: str = field(default="met", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMet:
    """The largest allowed region is shown to break a promise, and no smaller one is shown to keep all."""

    measures: tuple[MeasureVerdict, ...]
    regions: tuple[RegionVerdict, ...] = ()
    word: str = field(default="not_met", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """Neither is shown. `why` says what is short, without saying anything of the answers."""

    measures: tuple[MeasureVerdict, ...]
    why: str
    regions: tuple[RegionVerdict, ...] = ()
    word: str = field(default="undecided", init=False)


Verdict = Met | NotMet | Undecided


def verdict_to_json(verdict: Verdict) -> Mapping[str, Json]:
    """Writes a verdict as plain JSON; estimates and errors are null, for they show sealed answers. Regions stand in it where declared."""
    region = verdict.region if isinstance(verdict, Met) else None
    parts: dict[str, Json] = {"regions": verdicts_to_json(verdict.regions)} if verdict.regions else {}
    return parts | {
        "verdict": verdict.word,
        "measures": [
            {
                "name": m.name,
                "kind": m.kind.value,
                "target": m.target,
                "confidence": m.confidence,
                "verdict": m.verdict,
                "bound": m.bound,
                "n": m.n,
                "needed": m.needed,
                "estimate": None,
                "errors": None,
            }
            for m in verdict.measures
        ],
        "region": None
        if region is None
        else {"threshold": region.threshold, "coverage": region.coverage, "cases": region.cases, "bound": region.bound},
        "why": verdict.why if isinstance(verdict, Undecided) else None,
    }


def measures_met(verdict: Json) -> frozenset[str]:
    """The names of the measures that a verdict, as `verdict_to_json` wrote it, shows to be kept."""
    rows = verdict.get("measures") if isinstance(verdict, Mapping) else None
    listed = rows if isinstance(rows, list | tuple) else []
    return frozenset(str(row["name"]) for row in listed if isinstance(row, Mapping) and row.get("verdict") == "met")

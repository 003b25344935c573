"""A comparison: whether a new version is not worse than the old one on the same cases, of which people answer those that differ.

Byte for byte the same output has the same grade, so that only cases on which the versions differ are answered. That tells the
difference between the two, and never how good either is by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, assert_never

from licet.core.answer import Answer, answer_to_json
from licet.core.canonical import Json, canonical_bytes, digest
from licet.core.change import ChangeRule, change_to_json
from licet.core.cluster import clusters_of
from licet.core.grading import Grading, is_ungraded, loss
from licet.core.ids import CaseNumber, Digest, Fingerprint, PersonId
from licet.core.refusal import Refused, Unknown
from licet.core.slicing import slices_of
from licet.core.standard import Standard
from licet.core.system import NoProposal, Proposal, Proposed
from licet.stats import compare
from licet.stats.compare import Paired
from licet.stats.slices import Standing

ComparisonId = NewType("ComparisonId", str)
"""A comparison of two versions."""

DIGITS = 12
"""To which a chance is shown: 1 - 0.95 is 0.05."""

GAINED, SAME, LOST = 1, 0, -1
"""What a new version does to a case: it loses less there than the old one, as much, or more."""


class Source(StrEnum):
    """Where the cases come from; sealed cases are no source, so that no look at them is spent."""

    LIVE = "live"
    """The newest cases that came in to be decided."""
    UNLABELLED = "unlabelled"
    """Imported cases of the build part that nobody has answered, from the newest on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is fixed before the new version is asked about any of the cases.

    Attributes:
        old, new: the two systems.
        standard: digest of the locked standard that the rule stands in.
        cases: all of them, in the order of their numbers; erased ones keep their place.
        attempt: how often these two were compared under this standard, this time included.
        share: the part of the accepted chance that this attempt may spend, in (0, 1].
        came_before: cases that were here before the new system was registered: what they say could have gone into it.
    """

    old: Fingerprint
    new: Fingerprint
    standard: Digest
    source: Source
    rule: ChangeRule
    cases: tuple[CaseNumber, ...]
    attempt: int
    share: float
    came_before: int

    @property
    def delta(self) -> float:
        """The chance of a false verdict that this attempt accepts."""
        return self.rule.delta * self.share


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan that is in the ledger; the new version was not asked yet."""

    id: ComparisonId
    plan: Plan
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelling:
    """Both versions were asked; people answer the cases on which they differ. `open`: how many still wait, erased ones not counted."""

    planned: Planned
    asked_at: datetime
    differing: int
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceFound:
    """What the cases show of a slice; `standing` is of the new version beside the old one there."""

    name: str
    n: int
    gained: int
    lost: int
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a comparison shows.

    Attributes:
        word: `met` (not worse by the margin), `not_met` (worse by more) or `undecided`.
        n: all cases compared.
        gained, lost: cases on which the new version loses less, or more, than the old one; erased ones that differed are lost.
        erased: erased cases among the lost ones.
        better: whether the new version is shown to be better; unknown where clusters leave no test for it.
        clusters: how many groups of cases there are; None without such a rule.
        slices: unknown where cases come in clusters.
        needed: about how many cases would decide it, an estimate; None where it is decided or nothing differs.
    """

    word: str
    n: int
    gained: int
    lost: int
    erased: int
    better: bool | Unknown
    clusters: int | None
    slices: tuple[SliceFound, ...] | Unknown
    needed: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Every case that differs was answered or erased, and the verdict given; it does not change any more."""

    planned: Planned
    asked_at: datetime
    differing: int
    found: Found
    at: datetime


AnyComparison = Planned | Labelling | Judged


def planned_of(one: AnyComparison) -> Planned:
    """The plan of a comparison in whatever state."""
    return one if isinstance(one, Planned) else one.planned


def comparison_state(one: AnyComparison) -> str:
    """The word for where a comparison stands."""
    match one:
        case Planned():
            return "planned"
        case Labelling():
            return "labelling"
        case Judged():
            return "judged"
        case _:
            assert_never(one)


def plan_digest(plan: Plan) -> Digest:
    """Names a plan by all it fixes (64 hex characters)."""
    said = {"old": plan.old, "new": plan.new, "standard": plan.standard, "source": plan.source.value, "attempt": plan.attempt}
    return Digest(digest({**said, "rule": change_to_json(plan.rule), "share": plan.share, "cases": list(plan.cases)}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """By which rule two versions may be compared, and the part of its accepted chance that may be spent, in (0, 1]."""

    rule: ChangeRule
    share: float


def allowance_for(standard: Standard, *, before: int) -> Allowance | Refused:
    """What the next comparison of the same two versions may spend, as the standard spreads it over attempts.

    Args:
        standard: the locked one.
        before: comparisons of these two planned under it so far.

    Returns:
        The allowance; or `Refused`, also where the standard has no rule for changes.
    """
    if standard.change is None:
        why = "The standard has no block `change:`, so no margin was locked before the versions were compared."
        return Refused(code="no_change_rule", why=why, remedy="Begin a version with `licet standard revise`, write it, and lock it.")
    if before >= len(standard.attempts):
        why = f"These two versions were compared {before} times; the standard declares {len(standard.attempts)} attempts."
        return Refused(code="attempts_used_up", why=why, remedy="Change the new version, or declare more attempts in a new standard.")
    return Allowance(rule=standard.change, share=standard.attempts[before])


def differ(old: Proposed, new: Proposed) -> bool:
    """Whether two outputs differ by a byte of the answer; no output is the same as no output."""
    return _output(old) != _output(new)


def _output(one: Proposed) -> bytes | None:
    return None if isinstance(one, NoProposal) else canonical_bytes(answer_to_json(one.answer))


def change_of(old: Proposed, new: Proposed, right: Answer, grading: Grading) -> int:
    """What a new version does to a case.

    Where the old one said nothing a person answered, so it counts as right; where the new one says nothing it counts as wrong: a
    version never looks better because the other one was silent.

    Args:
        old: what the old version said.
        new: what the new one says.
        right: what people said without seeing either.
        grading: the standard's.

    Returns:
        `GAINED`, `SAME` or `LOST`. With losses in part it says which one loses less, not by how much. Where the grader fails on either, the
        case is lost: nobody knows that it is not.
    """
    if any(isinstance(one, Proposal) and is_ungraded(one.answer, right, grading) for one in (old, new)):
        return LOST
    was = 0.0 if isinstance(old, NoProposal) else loss(old.answer, right, grading)
    becomes = 1.0 if isinstance(new, NoProposal) else loss(new.answer, right, grading)
    return (becomes < was) - (becomes > was)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A case of a comparison.

    Attributes:
        change: `GAINED`, `SAME` or `LOST`.
        facts: what is known of it, by which it is grouped; nothing for an erased one.
        erased: whether it is lost because it was erased.
    """

    change: int
    facts: Mapping[str, str]
    erased: bool = False


def judge(plan: Plan, standard: Standard, compared: Sequence[Compared]) -> Found:
    """Tells whether the new version is not worse by the margin, whether it is better, and where.

    Args:
        plan: what was fixed beforehand.
        standard: the one the plan names.
        compared: every case of the plan, in its order.

    Returns:
        What they show. *Better* is asked only once *not worse* is met, so that both together err as rarely as one.

    Source: `licet.stats.compare`; slices by Holm's method over both directions.
    """
    changes = [one.change for one in compared]
    paired = _paired(changes)
    groups = clusters_of(standard.clusters, [one.facts for one in compared])
    word = _verdict(plan, changes, groups)
    better: bool | Unknown = Unknown(why="cases that come in clusters have no test of it here")
    if not groups:
        better = word is compare.Comparison.MET and compare.is_better(paired, delta=plan.delta)
    return Found(
        word=word.value.replace(" ", "_"),
        n=paired.n,
        gained=paired.gained,
        lost=paired.lost,
        erased=sum(one.erased for one in compared),
        better=better,
        clusters=len(set(groups)) if groups else None,
        slices=Unknown(why="cases that come in clusters have no test of it here") if groups else _slices(plan, standard, compared),
        needed=_needed(plan, paired) if word is compare.Comparison.UNDECIDED else None,
    )


def _paired(changes: Sequence[int]) -> Paired:
    return Paired(gained=changes.count(GAINED), lost=changes.count(LOST), n=len(changes))


def _verdict(plan: Plan, changes: Sequence[int], groups: Sequence[int]) -> compare.Comparison:
    if groups:
        named = [str(group) for group in groups]
        return compare.not_worse_in_clusters([float(one) for one in changes], named, margin=plan.rule.margin, delta=plan.delta)
    return compare.not_worse(_paired(changes), margin=plan.rule.margin, delta=plan.delta)


def _slices(plan: Plan, standard: Standard, compared: Sequence[Compared]) -> tuple[SliceFound, ...]:
    """Where the new version stands out for better or worse; the chance of naming any slice wrongly is that of the plan."""
    members = slices_of(standard.slices, [one.facts for one in compared])
    counts = {name: _paired([one.change for one, there in zip(compared, inside, strict=True) if there]) for name, inside in members.items()}
    claims = {f"+{name}": compare.better_p_value(one) for name, one in counts.items()}
    claims |= {f"-{name}": compare.better_p_value(_turned(one)) for name, one in counts.items()}
    named = compare.holm(claims, delta=plan.delta) if claims else frozenset()
    return tuple(
        SliceFound(name=name, n=one.n, gained=one.gained, lost=one.lost, standing=_standing(name, named)) for name, one in counts.items()
    )


def _turned(one: Paired) -> Paired:
    return Paired(gained=one.lost, lost=one.gained, n=one.n)


def _standing(name: str, named: frozenset[str]) -> Standing:
    if f"+{name}" in named:
        return Standing.BETTER
    return Standing.WORSE if f"-{name}" in named else Standing.ALIKE


def _needed(plan: Plan, paired: Paired) -> int | None:
    differing = paired.gained + paired.lost
    if differing == 0:
        return None
    return compare.cases_needed(differing=differing / paired.n, margin=plan.rule.margin, delta=plan.delta)


# --- as it is stored and shown -------------------------------------------------------------------------------------------


def found_to_json(found: Found) -> dict[str, Json]:
    """Writes what a comparison shows; what is unknown is null."""
    slices: list[Json] | None = None
    if not isinstance(found.slices, Unknown):
        slices = [
            {"name": one.name, "n": one.n, "gained": one.gained, "lost": one.lost, "standing": one.standing.value} for one in found.slices
        ]
    return {
        "verdict": found.word,
        "n": found.n,
        "gained": found.gained,
        "lost": found.lost,
        "erased": found.erased,
        "better": None if isinstance(found.better, Unknown) else found.better,
        "clusters": found.clusters,
        "slices": slices,
        "needed": found.needed,
    }


def comparison_to_json(made: AnyComparison) -> dict[str, Json]:
    """Writes a comparison; what was not reached yet is null. Nothing that a version said is in it."""
    planned = planned_of(made)
    fixed = planned.plan
    return {
        "comparison": planned.id,
        "state": comparison_state(made),
        "old": fixed.old,
        "new": fixed.new,
        "standard": fixed.standard,
        "source": fixed.source.value,
        "cases": len(fixed.cases),
        "came_before": fixed.came_before,
        "margin": fixed.rule.margin,
        "accepted_chance": round(fixed.delta, DIGITS),
        "attempt": fixed.attempt,
        "differing": made.differing if isinstance(made, Labelling | Judged) else None,
        "open": made.open if isinstance(made, Labelling) else None,
        "found": found_to_json(made.found) if isinstance(made, Judged) else None,
    }


class NotAComparisonError(ValueError):
    """A value does not say what a comparison shows."""


def found_from_json(raw: Json) -> Found:
    """Reads what `found_to_json` wrote.

    Raises:
        NotAComparisonError: when it is not that.
    """
    match raw:
        case {
            "verdict": str(word), "n": int(n), "gained": int(gained), "lost": int(lost), "erased": int(erased),
            "better": bool() | None as better, "clusters": int() | None as clusters, "slices": [*_] | None as slices,
            "needed": int() | None as needed,
        }:  # fmt: skip
            unknown = Unknown(why="cases that come in clusters have no test of it here")
            return Found(
                word=word, n=n, gained=gained, lost=lost, erased=erased, clusters=clusters, needed=needed,
                better=unknown if better is None else better,
                slices=unknown if slices is None else tuple(map(_slice, slices)),
            )  # fmt: skip
        case _:
            raise NotAComparisonError(f"{raw!r} is not what a comparison shows; restore a backup.")


def _slice(raw: Json) -> SliceFound:
    match raw:
        case {"name": str(name), "n": int(n), "gained": int(gained), "lost": int(lost), "standing": str(standing)}:
            return SliceFound(name=name, n=n, gained=gained, lost=lost, standing=Standing(standing))
        case _:
            raise NotAComparisonError(f"{raw!r} is no slice of a comparison; restore a backup.")

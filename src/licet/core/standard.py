"""A standard: what good means for a use case, written down and locked before any result can be seen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypedDict

from licet.core.canonical import Json, digest
from licet.core.change import ChangeRule, change_from_json, change_to_json, faults_in_change
from licet.core.cluster import Clusters, clusters_from_json, clusters_to_json, faults_in_clusters
from licet.core.grading import EXACT, Costs, Exact, Grading, always_wrong, dearest_error, is_partial, name_of
from licet.core.grading_form import faults_in_grading, grading_from_json, grading_to_json
from licet.core.ids import Digest, PersonId, UseCaseSlug
from licet.core.measure import HALF, Measure, MeasureKind, NotAMeasureError, faults_in_measures, measure_from_json, measure_to_json
from licet.core.not_said import NotSaidThereError
from licet.core.people import Act
from licet.core.policy import Permission
from licet.core.refusal import Refused
from licet.core.region import RegionRule, faults_in
from licet.core.region import rules_from_json as regions_from_json
from licet.core.region import rules_to_json as regions_to_json
from licet.core.second import SecondLooks, faults_of, second_looks_from_json, second_looks_to_json
from licet.core.slicing import SliceBy, faults_in_slicing, slicing_from_json, slicing_to_json


class Method(StrEnum):
    """How labels are looked at."""

    EXACT = "exact"
    """Exact tests, only at the looks declared here."""
    ANYTIME = "anytime"
    """One e-process: any number of looks, at the price of some labels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredLook:
    """When the sealed labels may be looked at, and the share of the accepted chance it spends.

    Attributes:
        labels: at how many labelled cases, in the order they were drawn; None: at all sealed cases there are.
        share: in (0, 1]; the shares of a standard's looks sum to 1 at most.
    """

    labels: int | None
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardRules:
    """What a case must be, besides confidently answered, to be decided alone.

    Attributes:
        high_stakes_max: highest probability of a high-stakes answer; None: no such guard.
        unfamiliar_share: share of ordinary unsealed cases that the familiarity guard may turn away; None: no such guard.
    """

    high_stakes_max: float | None = 0.01
    unfamiliar_share: float | None = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """What good means. All of it is in the digest."""

    measures: tuple[Measure, ...]
    method: Method = Method.EXACT
    looks: tuple[DeclaredLook, ...] = (DeclaredLook(labels=None, share=1.0),)
    attempts: tuple[float, ...] = (1.0,)
    min_coverage: float = 0.0
    high_stakes: frozenset[str] = frozenset()
    never_alone_answers: frozenset[str] = frozenset()
    never_alone_attributes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    guards: GuardRules = field(default_factory=GuardRules)
    second_looks: SecondLooks | None = None
    regions: tuple[RegionRule, ...] = ()
    grading: Grading = EXACT
    clusters: Clusters | None = None
    min_labels: int = 0
    slices: tuple[SliceBy, ...] = ()
    change: ChangeRule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedStandard:
    """A standard its owner locked. Results stay out of reach until a second person has signed it too."""

    use_case: UseCaseSlug
    version: int
    standard: Standard
    locked_by: PersonId
    locked_at: datetime

    @property
    def digest(self) -> Digest:
        """Digest over what the standard says, for which use case, in which version."""
        return standard_digest(self.use_case, self.version, self.standard)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountersignedStandard:
    """A standard that two people stand behind: only with this one are sealed answers read."""

    locked: LockedStandard
    countersigned_by: PersonId
    countersigned_at: datetime

    @property
    def digest(self) -> Digest:
        """The digest that was locked."""
        return self.locked.digest

    @property
    def standard(self) -> Standard:
        """What it says."""
        return self.locked.standard


def locked_part(signed: LockedStandard | CountersignedStandard) -> LockedStandard:
    """What its owner locked, whether a second person signed it or not."""
    return signed.locked if isinstance(signed, CountersignedStandard) else signed


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftStandard:
    """A standard that may still be changed."""

    use_case: UseCaseSlug
    version: int
    standard: Standard


def standard_digest(use_case: UseCaseSlug, version: int, standard: Standard) -> Digest:
    """Digest over canonical bytes: use case, version and every line of the standard (64 hex characters)."""
    return Digest(digest({"use_case": use_case, "version": version, "standard": standard_to_json(standard)}))


def lock(draft: DraftStandard, by: Permission, *, owner: PersonId | None, now: datetime) -> LockedStandard | Refused:
    """Locks a draft. The first owner to lock becomes the owner of the use case.

    Args:
        draft: what is to be locked.
        by: who was permitted to lock; must be the owner of this use case, or any owner while it has none.
        owner: the present owner, if any.
        now: when.

    Returns:
        The locked standard, or `Refused`.
    """
    person = by.person(Act.LOCK)
    if owner not in {None, person.id}:
        why = f"{person.email!r} is not the owner of this use case and may not lock its standard."
        return Refused(code="not_the_owner", why=why, remedy="Let the owner of this use case do it.")
    return LockedStandard(use_case=draft.use_case, version=draft.version, standard=draft.standard, locked_by=person.id, locked_at=now)


def countersign(locked: LockedStandard, by: Permission, *, now: datetime) -> CountersignedStandard | Refused:
    """Puts a second person's name under a locked standard: risk, and never the one who locked it."""
    person = by.person(Act.COUNTERSIGN)
    if person.id == locked.locked_by:
        why = f"{person.email!r} locked this standard and may not countersign it."
        return Refused(code="same_person", why=why, remedy="Let another person of risk countersign.")
    return CountersignedStandard(locked=locked, countersigned_by=person.id, countersigned_at=now)


def standard_to_json(standard: Standard) -> Json:
    """Writes a standard as plain JSON: what is hashed, stored and shown. Older ones keep their digests: what is not said is left out."""
    said: dict[str, Json] = {
        "measures": [measure_to_json(m) for m in standard.measures],
        "method": standard.method.value,
        "looks": [{"labels": look.labels, "share": look.share} for look in standard.looks],
        "attempts": list(standard.attempts),
        "min_coverage": standard.min_coverage,
        "high_stakes": sorted(standard.high_stakes),
        "never_alone": {
            "answers": sorted(standard.never_alone_answers),
            "attributes": {name: sorted(values) for name, values in standard.never_alone_attributes.items()},
        },
        "guards": {"high_stakes_max": standard.guards.high_stakes_max, "unfamiliar_share": standard.guards.unfamiliar_share},
    }
    return {**said, **_added(standard)}


def _added(standard: Standard) -> Mapping[str, Json]:
    """What standards came to say over time; each is left out where it is not said."""
    looks, clusters, change = standard.second_looks, standard.clusters, standard.change
    added: dict[str, Json | None] = {
        "second_looks": None if looks is None else second_looks_to_json(looks),
        "regions": regions_to_json(standard.regions) if standard.regions else None,
        "grading": None if standard.grading == EXACT else grading_to_json(standard.grading),
        "clusters": None if clusters is None else clusters_to_json(clusters),
        "min_labels": standard.min_labels or None,
        "slices": slicing_to_json(standard.slices) if standard.slices else None,
        "change": None if change is None else change_to_json(change),
    }
    return {name: value for name, value in added.items() if value is not None}


class NotAStandardError(NotSaidThereError):
    """A value does not say a standard."""


def check_standard(standard: Standard) -> tuple[NotAStandardError, ...]:
    """Finds what is wrong with a standard beyond its form: numbers out of range, shares that overspend, measures without cases.

    Returns:
        One error per offender, in the order of the standard; empty when it can be locked.
    """
    found: list[NotAStandardError] = []
    measures = faults_in_measures(standard.measures, standard.high_stakes)
    found.extend(NotAStandardError(("measures", *path), why, remedy) for path, why, remedy in measures)
    found.extend(_check_spending(standard))
    if not 0.0 <= standard.min_coverage <= 1.0:
        found.append(NotAStandardError(("min_coverage",), f"{standard.min_coverage!r} is not in [0, 1].", "Write a share such as 0.4."))
    high, share = standard.guards.high_stakes_max, standard.guards.unfamiliar_share
    if high is not None and not 0.0 <= high <= 1.0:
        found.append(NotAStandardError(("guards", "high_stakes_max"), f"{high!r} is not in [0, 1].", "Write a probability such as 0.01."))
    if share is not None and not 0.0 <= share <= HALF:
        found.append(NotAStandardError(("guards", "unfamiliar_share"), f"{share!r} is not in [0, 0.5].", "Write a share such as 0.02."))
    for key, why, remedy in () if standard.second_looks is None else faults_of(standard.second_looks, standard.high_stakes):
        found.append(NotAStandardError(("second_looks", key), why, remedy))
    found.extend(NotAStandardError(("regions", *path), why, remedy) for path, why, remedy in faults_in(standard.regions))
    found.extend(_check_evidence(standard))
    return tuple(found)


def _check_evidence(standard: Standard) -> Iterator[NotAStandardError]:
    """How answers are graded and grouped, and whether the method holds for that."""
    clusters, change = standard.clusters, standard.change
    for path, why, remedy in faults_in_grading(standard.grading):
        yield NotAStandardError(("grading", *path), why, remedy)
    yield from _check_costs(standard)
    yield from _check_lists(standard)
    for key, why, remedy in () if clusters is None else faults_in_clusters(clusters):
        yield NotAStandardError(("clusters", key), why, remedy)
    for key, why, remedy in () if change is None else faults_in_change(change):
        yield NotAStandardError(("change", key), why, remedy)
    for at, why, remedy in faults_in_slicing(standard.slices):
        yield NotAStandardError(("slices", *at), why, remedy)
    if standard.min_labels < 0:
        yield NotAStandardError(("min_labels",), f"{standard.min_labels!r} is below 0.", "Write a number of labelled cases such as 300.")
    if clusters is not None and standard.method is Method.ANYTIME:
        why = "with clusters the labels are looked at as declared: one cluster grows while labels come in."
        yield NotAStandardError(("method",), why, "Write method: exact and declare looks.")
    if is_partial(standard.grading) and clusters is None and standard.method is Method.EXACT:
        why = f"the grader {name_of(standard.grading)!r} says how wrong an answer is, and the exact test counts errors."
        yield NotAStandardError(("method",), why, "Write method: anytime, or take a grader that says right or wrong.")


def _check_costs(standard: Standard) -> Iterator[NotAStandardError]:
    """A promise that every system keeps is none."""
    dearest = dearest_error(standard.grading)
    loosest = max((one.target for one in standard.measures if one.kind is MeasureKind.ERROR_ALONE), default=0.0)
    if isinstance(standard.grading, Costs) and dearest <= loosest:
        why = f"no error between the answers it names costs more than {dearest!r}, so that every system keeps a promise of {loosest!r}."
        yield NotAStandardError(("grading", "costs"), why, "Let the worst error cost 1, and name what costs less.")


def hollow_costs(standard: Standard, said: Mapping[str, int]) -> NotAStandardError | None:
    """A promise that a system keeps which is wrong in every case, told by the answers that people give; `check_standard` sees names alone.

    Args:
        standard: as it is to be locked.
        said: how often people gave each answer on past cases that are not sealed; empty where there are none.
    """
    costs = always_wrong(standard.grading, said)
    loosest = max((one.target for one in standard.measures if one.kind is MeasureKind.ERROR_ALONE), default=0.0)
    if costs > loosest:
        return None
    why = (
        f"a system that is wrong in every case, with answers people give, costs {costs:.3g} on average and keeps a promise of {loosest!r}."
    )
    return NotAStandardError(("grading", "costs"), why, "Let errors between answers that people give cost more.")


def _check_lists(standard: Standard) -> Iterator[NotAStandardError]:
    """Answers are found on lists as they are written: one that is written otherwise and still right would slip past them."""
    listed = standard.high_stakes or standard.never_alone_answers or any(one.kind is MeasureKind.NEVER for one in standard.measures)
    if listed and not isinstance(standard.grading, Exact | Costs):
        why = f"the grader {name_of(standard.grading)!r} takes answers for right that are written otherwise than the lists have them."
        yield NotAStandardError(("grading",), why, "Take the grader exact or costs, or name no answers in lists and errors.")


def _check_spending(standard: Standard) -> list[NotAStandardError]:
    found: list[NotAStandardError] = []
    for key, shares in (("looks", tuple(look.share for look in standard.looks)), ("attempts", standard.attempts)):
        if not shares:
            found.append(NotAStandardError((key,), "there is none.", "Declare at least one."))
        if any(not 0.0 < share <= 1.0 for share in shares) or sum(shares) > 1.0 + 1e-9:
            why = f"shares {list(shares)!r} must each be in (0, 1] and sum to 1 at most."
            found.append(NotAStandardError((key,), why, "Write for example 0.5, 0.25, 0.25."))
    labels = [look.labels for look in standard.looks if look.labels is not None]
    if any(n < 1 for n in labels) or labels != sorted(set(labels)):
        found.append(
            NotAStandardError(("looks",), f"labels {labels!r} must be positive and rise.", "Declare looks in the order of their labels.")
        )
    if any(look.labels is None for look in standard.looks[:-1]):
        found.append(NotAStandardError(("looks",), "only the last look may be at all labels.", "Give the earlier ones a number of labels."))
    return found


def standard_from_json(raw: Json) -> Standard:
    """Reads a standard that `standard_to_json` wrote.

    Raises:
        NotAStandardError: when it is not one.
    """
    match raw:
        case {
            "measures": [*measures],
            "method": str(method),
            "looks": [*looks],
            "attempts": [*attempts],
            "min_coverage": int() | float() as min_coverage,
            "high_stakes": [*high_stakes],
            "never_alone": {"answers": [*answers], "attributes": Mapping() as attributes},
            "guards": {"high_stakes_max": None | int() | float() as high, "unfamiliar_share": None | int() | float() as unfamiliar},
        }:
            return Standard(
                measures=_measures_from_json(measures),
                method=Method(method),
                looks=tuple(_look_from_json(look) for look in looks),
                attempts=tuple(float(a) for a in attempts if isinstance(a, int | float)),
                min_coverage=float(min_coverage),
                high_stakes=frozenset(map(str, high_stakes)),
                never_alone_answers=frozenset(map(str, answers)),
                never_alone_attributes={str(k): frozenset(map(str, v)) for k, v in attributes.items() if isinstance(v, list | tuple)},
                guards=GuardRules(high_stakes_max=high, unfamiliar_share=unfamiliar),
                **_added_from(raw if isinstance(raw, Mapping) else {}),
            )
        case _:
            raise NotAStandardError((), "this is not a standard.", "Write it with `licet use-case new`.")


class _Added(TypedDict):
    second_looks: SecondLooks | None
    regions: tuple[RegionRule, ...]
    grading: Grading
    clusters: Clusters | None
    min_labels: int
    slices: tuple[SliceBy, ...]
    change: ChangeRule | None


def _added_from(raw: Mapping[str, Json]) -> _Added:
    """What standards came to say over time; what one does not say is as it was before it could be said."""
    least = raw.get("min_labels", 0)
    return _Added(
        second_looks=second_looks_from_json(raw.get("second_looks")),
        regions=regions_from_json(raw.get("regions")),
        grading=grading_from_json(raw["grading"]) if "grading" in raw else EXACT,
        clusters=clusters_from_json(raw.get("clusters")),
        min_labels=least if isinstance(least, int) else 0,
        slices=slicing_from_json(raw.get("slices")),
        change=change_from_json(raw.get("change")),
    )


def _measures_from_json(raw: Sequence[Json]) -> tuple[Measure, ...]:
    try:
        return tuple(measure_from_json(one) for one in raw)
    except NotAMeasureError as error:
        raise NotAStandardError(("measures",), error.why, error.remedy) from None


def _look_from_json(raw: Json) -> DeclaredLook:
    match raw:
        case {"labels": None | int() as labels, "share": int() | float() as share}:
            return DeclaredLook(labels=labels, share=float(share))
        case _:
            raise NotAStandardError(("looks",), f"{raw!r} is not a look.", "Give labels and share.")

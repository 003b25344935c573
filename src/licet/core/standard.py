"""A standard: what good means for a use case, written down and locked before any result can be seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from licet.core.canonical import Json, digest
from licet.core.ids import Digest, PersonId, UseCaseSlug
from licet.core.people import Act
from licet.core.policy import Permission
from licet.core.refusal import Refused
from licet.core.region import RegionRule, faults_in
from licet.core.region import rules_from_json as regions_from_json
from licet.core.region import rules_to_json as regions_to_json
from licet.core.second import SecondLooks, faults_of, second_looks_from_json, second_looks_to_json

HALF = 0.5


class MeasureKind(StrEnum):
    """What a measure counts."""

    ERROR_ALONE = "error_alone"
    """Share of wrong answers among the cases decided alone."""
    MISSED_HIGH_STAKES = "missed_high_stakes"
    """Share of the high-stakes cases that are decided alone and wrongly."""


class Method(StrEnum):
    """How labels are looked at."""

    EXACT = "exact"
    """Exact tests, only at the looks declared here."""
    ANYTIME = "anytime"
    """One e-process: any number of looks, at the price of some labels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A part of the cases that is judged on its own: those in which an attribute has one of some values."""

    attribute: str
    values: frozenset[str]

    def holds(self, attributes: Mapping[str, str]) -> bool:
        """Whether a case is in it."""
        return attributes.get(self.attribute) in self.values


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A loss per case in [0, 1] and the target its mean must not exceed, at a confidence; of all cases, or of a slice."""

    name: str
    kind: MeasureKind
    target: float
    confidence: float
    slice: Slice | None = None

    @property
    def delta(self) -> float:
        """The chance of a false promise that is accepted: 1 - confidence."""
        return 1.0 - self.confidence


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
        "measures": [_measure_to_json(m) for m in standard.measures],
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
    looks, regions = standard.second_looks, standard.regions
    said |= {} if looks is None else {"second_looks": second_looks_to_json(looks)}
    return said | {"regions": regions_to_json(regions)} if regions else said


def _measure_to_json(measure: Measure) -> Mapping[str, Json]:
    """A measure of all cases is written as it always was, so that older standards keep their digests."""
    said: dict[str, Json] = {
        "name": measure.name, "kind": measure.kind.value, "target": measure.target, "confidence": measure.confidence
    }
    part = measure.slice
    return said if part is None else {**said, "slice": {"attribute": part.attribute, "values": sorted(part.values)}}


class NotAStandardError(ValueError):
    """A value does not say a standard; carries the path of the offender within it.

    Attributes:
        path: keys and positions that lead to the offender, such as ("measures", 0, "target").
        why: what is wrong with it, and the limit.
        remedy: what to write instead.
    """

    def __init__(self, path: tuple[str | int, ...], why: str, remedy: str) -> None:
        """Names the offender by its path."""
        super().__init__(f"{'.'.join(map(str, path))}: {why} {remedy}")
        self.path = path
        self.why = why
        self.remedy = remedy


def check_standard(standard: Standard) -> tuple[NotAStandardError, ...]:
    """Finds what is wrong with a standard beyond its form: numbers out of range, shares that overspend, measures without cases.

    Returns:
        One error per offender, in the order of the standard; empty when it can be locked.
    """
    found: list[NotAStandardError] = []
    if not standard.measures:
        found.append(NotAStandardError(("measures",), "there is no measure.", "Add at least one with name, kind, target and confidence."))
    if standard.measures and not any(m.kind is MeasureKind.ERROR_ALONE for m in standard.measures):
        why = "none counts the errors among cases decided alone, which is what a mandate promises."
        found.append(NotAStandardError(("measures",), why, "Add one with kind: error_alone."))
    for i, measure in enumerate(standard.measures):
        found.extend(_check_measure(measure, i, standard))
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
    return tuple(found)


def _check_measure(measure: Measure, i: int, standard: Standard) -> list[NotAStandardError]:
    found: list[NotAStandardError] = []
    if not 0.0 < measure.target < HALF:
        found.append(
            NotAStandardError(
                ("measures", i, "target"), f"{measure.target!r} is not between 0 and 0.5.", "Write a share such as 0.05 for 5%."
            )
        )
    if not HALF <= measure.confidence < 1.0:
        remedy = "Write a share such as 0.95 for 95%."
        found.append(NotAStandardError(("measures", i, "confidence"), f"{measure.confidence!r} is not in [0.5, 1).", remedy))
    if measure.kind is MeasureKind.MISSED_HIGH_STAKES and not standard.high_stakes:
        found.append(
            NotAStandardError(("measures", i, "kind"), "it counts high-stakes cases, and none are named.", "List them under high_stakes.")
        )
    found.extend(_check_slice(measure, i, standard))
    if measure.name in {m.name for m in standard.measures[:i]}:
        found.append(NotAStandardError(("measures", i, "name"), f"{measure.name!r} is there twice.", "Give each measure its own name."))
    return found


def _check_slice(measure: Measure, i: int, standard: Standard) -> list[NotAStandardError]:
    if measure.slice is None:
        return []
    place = ("measures", i, "slice")
    if measure.kind is not MeasureKind.ERROR_ALONE:
        return [NotAStandardError(place, f"{measure.kind.value!r} counts all cases.", "Give a slice to kind: error_alone only.")]
    if not any(m.kind is MeasureKind.ERROR_ALONE and m.slice is None for m in standard.measures[:i]):
        why = "no measure before it promises anything of all cases, which is what a mandate is granted on."
        return [NotAStandardError(place, why, "Put a measure of kind: error_alone without a slice first.")]
    return [] if measure.slice.values else [NotAStandardError(place, "it names no value.", "Name at least one value of the attribute.")]


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
                measures=tuple(_measure_from_json(m) for m in measures),
                method=Method(method),
                looks=tuple(_look_from_json(look) for look in looks),
                attempts=tuple(float(a) for a in attempts if isinstance(a, int | float)),
                min_coverage=float(min_coverage),
                high_stakes=frozenset(map(str, high_stakes)),
                never_alone_answers=frozenset(map(str, answers)),
                never_alone_attributes={str(k): frozenset(map(str, v)) for k, v in attributes.items() if isinstance(v, list | tuple)},
                guards=GuardRules(high_stakes_max=high, unfamiliar_share=unfamiliar),
                second_looks=second_looks_from_json(raw.get("second_looks")) if isinstance(raw, Mapping) else None,
                regions=regions_from_json(raw.get("regions")) if isinstance(raw, Mapping) else (),
            )
        case _:
            raise NotAStandardError((), "this is not a standard.", "Write it with `licet use-case new`.")


def _measure_from_json(raw: Json) -> Measure:
    match raw:
        case {"name": str(name), "kind": str(kind), "target": int() | float() as target, "confidence": int() | float() as confidence}:
            part = _slice_from_json(raw.get("slice")) if isinstance(raw, Mapping) else None
            return Measure(name=name, kind=MeasureKind(kind), target=float(target), confidence=float(confidence), slice=part)
        case _:
            raise NotAStandardError(("measures",), f"{raw!r} is not a measure.", "Give name, kind, target and confidence.")


def _slice_from_json(raw: Json) -> Slice | None:
    match raw:
        case None:
            return None
        case {"attribute": str(attribute), "values": [*values]}:
            return Slice(attribute=attribute, values=frozenset(map(str, values)))
        case _:
            raise NotAStandardError(("measures",), f"{raw!r} is not a slice.", "Give attribute and values.")


def _look_from_json(raw: Json) -> DeclaredLook:
    match raw:
        case {"labels": None | int() as labels, "share": int() | float() as share}:
            return DeclaredLook(labels=labels, share=float(share))
        case _:
            raise NotAStandardError(("looks",), f"{raw!r} is not a look.", "Give labels and share.")

"""A narrowing: a part of a running mandate is taken back without ending it. It never widens; to widen takes a new mandate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from licet.core.canonical import Json
from licet.core.case_rules import FIELD, Above, CaseRule, rule_in_words
from licet.core.case_schema import CaseSchema, FieldType
from licet.core.ids import MandateId, PersonId
from licet.core.mandate import ActiveMandate, Limits
from licet.core.refusal import Refused
from licet.core.region import ScopeRegion
from licet.core.scope import NotStoredTermsError, Scope, scope_from_json, scope_to_json, with_regions


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be taken back; whatever is not named stays.

    Attributes:
        threshold: a higher lowest confidence; with regions in each of them.
        regions: a higher lowest confidence by the name of a region.
        without: names of regions in which AI is to decide nothing any more.
        answers: answers that AI is not to give alone any more.
        attributes: attribute values whose cases AI is not to decide alone any more.
        value_limits: numbers above which a person decides, by the name of a field or attribute of the schema.
        daily_cap: a lower cap; 1 at least.
        audit_rate: a higher one.
        expires_at: an earlier end, in the future.
    """

    threshold: float | None = None
    regions: Mapping[str, float] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    answers: frozenset[str] = frozenset()
    attributes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    value_limits: tuple[CaseRule, ...] = ()
    daily_cap: int | None = None
    audit_rate: float | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """A narrowing that was done, as it is remembered.

    Attributes:
        number: counts those of a mandate, from 1.
        changed: what became of each thing that changed, as plain JSON: name → from and to.
        certified: whether the verdict that the mandate was granted on speaks of the scope as it is now.
    """

    mandate: MandateId
    number: int
    changed: Mapping[str, Json]
    certified: bool
    by: PersonId
    at: datetime
    why: str


def value_limit(schema: CaseSchema | None, name: str, limit: Above) -> CaseRule | Refused:
    """Reads a value limit: a field or attribute of the schema that holds numbers, and the number above which a person decides.

    A case whose value is missing or no number goes to a person too: `guard_unknown`.
    """
    found = None if schema is None else schema.fields.get(name)
    fact = name if found is None else FIELD + name
    found = found or (None if schema is None else schema.attributes.get(name))
    if found is None or found.type not in {FieldType.INTEGER, FieldType.NUMBER}:
        why = f"The schema that the mandate is bound to has no field or attribute {name!r} that holds numbers."
        return Refused(code="not_narrower", why=why, remedy="Declare it in use_case.yaml; a new schema takes a new mandate.")
    return CaseRule(fact=fact, condition=limit)


def narrow(active: ActiveMandate, wish: Wish, *, now: datetime) -> ActiveMandate | Refused:
    """Takes a part of a mandate back.

    Args:
        active: the mandate.
        wish: what is to be taken back.
        now: the moment.

    Returns:
        The mandate with narrower limits, whose scope lies within the one before; or `Refused` where the wish would widen anything,
        or changes nothing.
    """
    wider = _wider(active, wish, now)
    if wider is not None:
        remedy = "A narrowing only takes back. To give more, propose a new mandate: `licet mandate propose`."
        return Refused(code="not_narrower", why=wider, remedy=remedy)
    scope, since = _narrowed(active.scope, wish), None if active.limits is None else active.limits.since
    limits = Limits(
        scope=scope,
        daily_cap=active.daily_cap if wish.daily_cap is None else wish.daily_cap,
        audit_rate=active.audit_rate if wish.audit_rate is None else wish.audit_rate,
        narrowing=1 if active.limits is None else active.limits.narrowing + 1,
        since=since if scope == active.scope else now,
    )
    made = replace(active, limits=limits, expires_at=wish.expires_at or active.expires_at)
    if not changes(active, made):
        why = "Everything that was named is so already."
        return Refused(code="not_narrower", why=why, remedy="`licet mandate show` says what AI may decide alone.")
    return made


def _wider(active: ActiveMandate, wish: Wish, now: datetime) -> str | None:
    """What of a wish would widen the mandate, in a sentence; None where nothing would."""
    scope = active.scope
    if wish.threshold is not None and not scope.threshold <= wish.threshold <= 1.0:
        return f"A threshold of {wish.threshold!r} is not in {scope.threshold!r} to 1."
    if wish.daily_cap is not None and not 1 <= wish.daily_cap <= active.daily_cap:
        return f"A daily cap of {wish.daily_cap!r} is not in 1 to {active.daily_cap:,}."
    if wish.audit_rate is not None and not active.audit_rate <= wish.audit_rate <= 1.0:
        return f"An audit rate of {wish.audit_rate!r} is not in {active.audit_rate!r} to 1."
    if wish.expires_at is not None and not now < wish.expires_at <= active.expires_at:
        return f"{wish.expires_at:%Y-%m-%d %H:%M} UTC is past, or after the end at {active.expires_at:%Y-%m-%d %H:%M} UTC."
    if wish.value_limits and not scope.schema:
        return "The mandate's cases have no schema, so that no value in them can be relied on."
    return _strange_region(scope, wish)


def _strange_region(scope: Scope, wish: Wish) -> str | None:
    """What is wrong with the regions a wish names: unknown, left to people already, or to be widened; None where nothing is."""
    now = {one.name: one.threshold for one in scope.regions}
    unknown = sorted({*wish.regions, *wish.without} - now.keys())
    if unknown:
        return f"The mandate has no region {unknown[0]!r}; it has {', '.join(sorted(now)) or 'none'}."
    for name, wanted in sorted(wish.regions.items()):
        threshold = now[name]
        if threshold is None or not threshold <= wanted <= 1.0:
            least = "which people decide" if threshold is None else f"where {threshold!r} to 1 may be asked for"
            return f"A threshold of {wanted!r} would widen region {name!r}, {least}."
    return None


def _raised(one: ScopeRegion, wish: Wish) -> ScopeRegion:
    if one.threshold is None or one.name in wish.without:
        return replace(one, threshold=None)
    return replace(one, threshold=max(one.threshold, wish.threshold or 0.0, wish.regions.get(one.name, 0.0)))


def _narrowed(scope: Scope, wish: Wish) -> Scope:
    names = {*scope.never_alone_attributes, *wish.attributes}
    both = {name: scope.never_alone_attributes.get(name, frozenset()) | wish.attributes.get(name, frozenset()) for name in names}
    rules = tuple(rule for rule in wish.value_limits if rule not in scope.rules.never_alone)
    kept = with_regions(scope, tuple(_raised(one, wish) for one in scope.regions)) if scope.regions else scope
    return replace(
        kept,
        threshold=kept.threshold if wish.threshold is None or scope.regions else wish.threshold,
        never_alone_answers=scope.never_alone_answers | wish.answers,
        never_alone_attributes=both,
        rules=replace(scope.rules, never_alone=scope.rules.never_alone + rules),
    )


def changes(before: ActiveMandate, after: ActiveMandate) -> Mapping[str, Json]:
    """What differs between a mandate and itself narrowed: name → what was and what became."""
    return {name: {"was": was, "became": became} for name, (was, became) in _pairs(before, after).items() if was != became}


def _pairs(before: ActiveMandate, after: ActiveMandate) -> Mapping[str, tuple[Json, Json]]:
    was, became = before.scope, after.scope
    return {
        "threshold": (None, None) if was.regions else (was.threshold, became.threshold),
        "regions": (_thresholds(was), _thresholds(became)),
        "never_alone_answers": (sorted(was.never_alone_answers), sorted(became.never_alone_answers)),
        "never_alone_attributes": (_listed(was), _listed(became)),
        "never_alone_rules": ([*map(rule_in_words, was.rules.never_alone)], [*map(rule_in_words, became.rules.never_alone)]),
        "daily_cap": (before.daily_cap, after.daily_cap),
        "audit_rate": (before.audit_rate, after.audit_rate),
        "expires_at": (before.expires_at.isoformat(), after.expires_at.isoformat()),
    }


def _thresholds(scope: Scope) -> Json:
    return {one.name: one.threshold for one in scope.regions}


def _listed(scope: Scope) -> Json:
    return {name: sorted(values) for name, values in sorted(scope.never_alone_attributes.items())}


def is_certified(granted: Scope, now: Scope, tested: Sequence[float], grids: Sequence[Sequence[float]] = ()) -> bool:
    """Whether the verdict on which a scope was granted speaks of the scope as it is now.

    Testing goes from strict to lenient and stops at the first failure, so that with the verdict's confidence every region of the
    grid down to the certified one keeps the promise, all of them together (Angelopoulos et al. 2021, Learn then Test). A scope
    that is smaller in another way is a sub-population nobody judged: errors may sit in what is left.

    Args:
        granted: the scope of the terms.
        now: the scope that holds.
        tested: the thresholds of the verdict's grid.
        grids: with regions the grid of each. A region that was taken back leaves the others as certified as they were.
    """
    if granted.regions:
        return _regions_certified(granted, now, grids)
    same = scope_to_json(replace(now, threshold=granted.threshold)) == scope_to_json(granted)
    return same and (now.threshold == granted.threshold or (now.threshold > granted.threshold and now.threshold in tested))


def _regions_certified(granted: Scope, now: Scope, grids: Sequence[Sequence[float]]) -> bool:
    same = scope_to_json(with_regions(now, granted.regions)) == scope_to_json(granted)
    if not same or len(now.regions) != len(granted.regions) or len(grids) != len(granted.regions):
        return False
    rows = zip(granted.regions, now.regions, grids, strict=True)
    return all(is_now.threshold in {None, was.threshold, *grid} for was, is_now, grid in rows)


def limits_to_json(limits: Limits) -> Json:
    """Writes what narrowings left as plain JSON."""
    return {
        "scope": scope_to_json(limits.scope),
        "daily_cap": limits.daily_cap,
        "audit_rate": limits.audit_rate,
        "narrowing": limits.narrowing,
        "since": None if limits.since is None else limits.since.isoformat(),
    }


def limits_from_json(raw: Json) -> Limits:
    """Reads limits that `limits_to_json` wrote.

    Raises:
        NotStoredTermsError: when they are not.
    """
    match raw:
        case {
            "scope": scope,
            "daily_cap": int(cap),
            "audit_rate": int() | float() as rate,
            "narrowing": int(number),
            "since": None | str() as since,
        }:
            at = None if since is None else datetime.fromisoformat(since)
            return Limits(scope=scope_from_json(scope), daily_cap=cap, audit_rate=float(rate), narrowing=number, since=at)
        case _:
            message = f"{raw!r} are not limits."
            raise NotStoredTermsError(message)

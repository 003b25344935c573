"""Regions: parts of the cases, told apart by a rule before any result is seen, each certified with a threshold of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from licet.core.canonical import Json

OTHER = "other"
"""The region of every case that no declared rule holds for."""

MOST = 20
"""Regions a standard may declare: each one shares the accepted chance, so that many of them certify nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionRule:
    """A declared region: the cases whose attribute has one of some values, and for which no rule before it holds."""

    name: str
    attribute: str
    values: frozenset[str]

    def holds(self, facts: Mapping[str, str]) -> bool:
        """Whether the rule holds for a case, whatever the rules before it say."""
        return facts.get(self.attribute) in self.values


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeRegion:
    """A region of a scope.

    Attributes:
        name: of the region.
        rule: which cases; None: the rest, `other`.
        threshold: lowest confidence in [0, 1], ties included; None: no certificate, or taken back: a person decides.
    """

    name: str
    rule: RegionRule | None
    threshold: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionVerdict:
    """What became of one region.

    Attributes:
        sealed: how many sealed cases are in it.
        threshold, cases, coverage: what is certified of it, `coverage` as a share of all sealed cases; None where nothing is.
    """

    name: str
    verdict: str
    sealed: int
    threshold: float | None
    cases: int | None
    coverage: float | None


class NotARegionError(ValueError):
    """Stored regions cannot be read: the database was written by another version or altered."""


def region_of(rules: Sequence[RegionRule], facts: Mapping[str, str]) -> str:
    """The one region a case is in: the first whose rule holds, in the order declared, and otherwise `other`."""
    return next((rule.name for rule in rules if rule.holds(facts)), OTHER)


def widest(rules: Sequence[RegionRule]) -> tuple[ScopeRegion, ...]:
    """The regions of a scope before anything is certified: every confidence; none where no region is declared."""
    declared = tuple(ScopeRegion(name=rule.name, rule=rule, threshold=0.0) for rule in rules)
    return (*declared, ScopeRegion(name=OTHER, rule=None, threshold=0.0)) if declared else ()


def rules_of(regions: Sequence[ScopeRegion]) -> tuple[RegionRule, ...]:
    """The rules of a scope's regions, in their order."""
    return tuple(one.rule for one in regions if one.rule is not None)


def place(regions: Sequence[ScopeRegion], facts: Mapping[str, str]) -> ScopeRegion | None:
    """The region of a scope that a case is in; None where the scope has no such region, and then a person decides."""
    name = region_of(rules_of(regions), facts)
    return next((one for one in regions if one.name == name), None)


def memberships(regions: Sequence[ScopeRegion], facts: Sequence[Mapping[str, str]]) -> tuple[tuple[bool, ...], ...]:
    """Which cases are in each region, in the regions' order; each case is in exactly one."""
    rules = rules_of(regions)
    names = [region_of(rules, one) for one in facts]
    return tuple(tuple(name == region.name for name in names) for region in regions)


def faults_in(rules: Sequence[RegionRule]) -> tuple[tuple[tuple[int | str, ...], str, str], ...]:
    """What is wrong with declared regions: path within them, why, and the remedy; empty when nothing is."""
    found: list[tuple[tuple[int | str, ...], str, str]] = []
    if len(rules) > MOST:
        found.append(((), f"{len(rules)} are more than {MOST}, and each shares the accepted chance.", "Declare the few that differ."))
    for i, rule in enumerate(rules):
        if rule.name == OTHER:
            found.append(((i, "name"), f"{OTHER!r} is the region of all cases that are in no other.", "Give it another name."))
        if rule.name in {one.name for one in rules[:i]}:
            found.append(((i, "name"), f"{rule.name!r} is there twice.", "Give each region its own name."))
        if not rule.values:
            found.append(((i, "values"), "it names no value.", "Name at least one value of the attribute."))
    return tuple(found)


def regions_in_words(regions: Sequence[ScopeRegion]) -> str:
    """The regions of a scope as a process owner reads them: where AI decides, from which confidence on, and where people do."""
    alone = [f"{_which(one)} with confidence of at least {one.threshold:.4g}" for one in regions if one.threshold is not None]
    people = [_which(one) for one in regions if one.threshold is None]
    return "; ".join([*alone, *(f"{which} never" for which in people)])


def rule_said(rule: RegionRule) -> str:
    """A region's rule in words."""
    return f"{rule.attribute} {' or '.join(repr(value) for value in sorted(rule.values))}"


def _which(one: ScopeRegion) -> str:
    return f"region {one.name!r} (" + ("all other cases)" if one.rule is None else f"{rule_said(one.rule)})")


def rules_to_json(rules: Sequence[RegionRule]) -> list[Json]:
    """Writes declared regions as plain JSON, in their order, which is a part of what they say."""
    return [{"name": one.name, "attribute": one.attribute, "values": sorted(one.values)} for one in rules]


def rules_from_json(raw: Json) -> tuple[RegionRule, ...]:
    """Reads what `rules_to_json` wrote; nothing where there is nothing.

    Raises:
        NotARegionError: when it is not that.
    """
    if raw is None:
        return ()
    if not isinstance(raw, list | tuple):
        message = f"{raw!r} is no list of regions."
        raise NotARegionError(message)
    return tuple(_rule(one) for one in raw)


def _rule(raw: Json) -> RegionRule:
    match raw:
        case {"name": str(name), "attribute": str(attribute), "values": [*values]}:
            return RegionRule(name=name, attribute=attribute, values=frozenset(map(str, values)))
        case _:
            message = f"{raw!r} is not a region."
            raise NotARegionError(message)


def regions_to_json(regions: Sequence[ScopeRegion]) -> list[Json]:
    """Writes the regions of a scope as plain JSON, in their order."""
    rest: dict[str, Json] = {"attribute": None, "values": []}
    return [
        {"name": one.name, "threshold": one.threshold}
        | (rest if one.rule is None else {"attribute": one.rule.attribute, "values": sorted(one.rule.values)})
        for one in regions
    ]


def regions_from_json(raw: Json) -> tuple[ScopeRegion, ...]:
    """Reads what `regions_to_json` wrote.

    Raises:
        NotARegionError: when it is not that, or says nothing of all other cases.
    """
    found = tuple(_region(one) for one in raw) if isinstance(raw, list | tuple) else ()
    if [one.name for one in found if one.rule is None] != [OTHER] or found[-1].name != OTHER:
        message = f"{raw!r} are no regions with {OTHER!r} as the last of them."
        raise NotARegionError(message)
    return found


def _region(raw: Json) -> ScopeRegion:
    match raw:
        case {"name": str(name), "threshold": None | int() | float() as threshold, "attribute": None}:
            rule = None
        case {"name": str(name), "threshold": None | int() | float() as threshold}:
            rule = _rule(raw)
        case _:
            message = f"{raw!r} is not a region of a scope."
            raise NotARegionError(message)
    return ScopeRegion(name=name, rule=rule, threshold=None if threshold is None else float(threshold))


def certified_in(verdict: Json) -> Mapping[str, float]:
    """The regions that a stored verdict certifies, with their thresholds; none where it was judged without regions."""
    rows = verdict.get("regions") if isinstance(verdict, Mapping) else None
    found: dict[str, float] = {}
    for row in rows if isinstance(rows, list | tuple) else ():
        match row:
            case {"name": str(name), "threshold": int() | float() as threshold}:
                found[name] = float(threshold)
            case _:
                pass
    return found


def verdicts_to_json(regions: Sequence[RegionVerdict]) -> list[Json]:
    """Writes what became of each region as plain JSON."""
    return [
        {"name": r.name, "verdict": r.verdict, "sealed": r.sealed, "threshold": r.threshold, "cases": r.cases, "coverage": r.coverage}
        for r in regions
    ]

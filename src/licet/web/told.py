"""Told: standard, verdict, curve and mandate of a use case in the words of its report and of its pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from licet.core.canonical import Json
from licet.core.exposure import plan_in_words
from licet.core.known import ceiling_in_words
from licet.core.mandate import ActiveMandate, Mandate, RevokedMandate, SuspendedMandate, proposed_of, state_of
from licet.core.measure import MeasureKind
from licet.core.opened import MeasureFigures
from licet.core.region import rule_said
from licet.core.scope import in_words
from licet.core.standard import CountersignedStandard, LockedStandard, Standard
from licet.core.terms import Terms
from licet.core.use_case import UseCase
from licet.flows.figures import human_ceiling
from licet.flows.open_sealed import Figures
from licet.flows.report import active_of
from licet.store import looks, systems
from licet.store.book import Tx
from licet.web.charts import percent
from licet.web.report import CurveFacts, MandateFacts, MeasureFacts, RegionFacts, StandardFacts, VerdictFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is read in one transaction, for everything else to be made of."""

    use_case: UseCase
    signed: LockedStandard | CountersignedStandard | None
    look: looks.StoredLook | None
    shown: Figures | None
    mandate: Mandate | None
    names: Mapping[str, str]


def standard_facts(seen: Seen) -> StandardFacts | None:
    """The standard, once it is locked."""
    signed = seen.signed
    if signed is None:
        return None
    locked = signed.locked if isinstance(signed, CountersignedStandard) else signed
    state = "countersigned" if isinstance(signed, CountersignedStandard) else "locked, not countersigned"
    return StandardFacts(version=locked.version, digest=locked.digest, state=state, rules=rules_in_words(locked.standard))


def rules_in_words(standard: Standard) -> tuple[str, ...]:
    """The rules of a standard beside its measures, in sentences."""
    found = []
    if standard.high_stakes and standard.guards.high_stakes_max is not None:
        stakes = " or ".join(sorted(standard.high_stakes))
        found.append(f"Never alone where the chance of {stakes} is above {percent(standard.guards.high_stakes_max)}.")
    if standard.guards.unfamiliar_share is not None:
        found.append("Never alone on a case that resembles no past case closely enough.")
    if standard.never_alone_answers:
        found.append(f"Never answered alone: {', '.join(sorted(standard.never_alone_answers))}.")
    for attribute, values in sorted(standard.never_alone_attributes.items()):
        found.append(f"Never alone where {attribute} is {' or '.join(sorted(values))}.")
    for region in standard.regions:
        found.append(f"Region {region.name}: {rule_said(region)}; certified on its own.")
    if standard.regions:
        found.append("Region other: all other cases; certified on its own. In a region without a certificate people decide.")
    return tuple(found)


def verdict_facts(tx: Tx, seen: Seen) -> VerdictFacts | None:
    """The newest verdict."""
    look = seen.look
    if look is None or not isinstance(look.verdict, Mapping):
        return None
    system = systems.find(tx, seen.use_case, look.fingerprint)
    region = look.verdict.get("region")
    within = region if isinstance(region, Mapping) else {}
    return VerdictFacts(
        word=look.word,
        why=str(look.verdict.get("why") or ""),
        digest=look.verdict_digest,
        look=look.look.number,
        labelled=look.look.labels,
        sealed=looks.cases_of(tx, seen.use_case, look.look.sealed_set),
        system="" if system is None else f"{system.card.name}@{system.card.version}",
        fingerprint=look.fingerprint,
        opened=seen.shown is not None,
        measures=measures_told(look.verdict, seen.shown),
        coverage=_float(within.get("coverage")),
        threshold=_float(within.get("threshold")),
        cases=_int(within.get("cases")),
        regions=regions_told(look.verdict),
        ceiling=ceiling_in_words(human_ceiling(tx, seen.use_case)),
    )


def regions_told(verdict: Mapping[str, Json]) -> tuple[RegionFacts, ...]:
    """The regions of a stored verdict; none where the standard declares none."""
    rows = verdict.get("regions")
    return tuple(
        RegionFacts(
            name=str(row["name"]),
            verdict=str(row["verdict"]),
            sealed=_int(row["sealed"]) or 0,
            threshold=_float(row["threshold"]),
            coverage=_float(row["coverage"]),
        )
        for row in (rows if isinstance(rows, Sequence) else ())
        if isinstance(row, Mapping)
    )


def measures_told(verdict: Mapping[str, Json], shown: Figures | None) -> tuple[MeasureFacts, ...]:
    """The measures of a stored verdict; errors and intervals only where the sealed cases are open."""
    rows = verdict.get("measures")
    opened = {} if shown is None else {m.name: m for m in shown.found.measures}
    found = [_measure(row, opened) for row in rows] if isinstance(rows, Sequence) else []
    return tuple(one for one in found if one is not None)


def _measure(row: Json, opened: Mapping[str, MeasureFigures]) -> MeasureFacts | None:
    """A measure as a stored verdict has it; errors and interval only where the cases are open."""
    match row:
        case {
            "name": str(name),
            "target": int() | float() as target,
            "confidence": int() | float() as confidence,
            "verdict": str(word),
            "bound": None | int() | float() as bound,
            "n": None | int() as n,
            "needed": int(needed),
        }:
            measure = MeasureFacts(name=name, target=target, confidence=confidence, verdict=word, bound=bound, n=n, needed=needed)
        case _:
            return None
    figure = opened.get(name)
    return measure if figure is None else replace(measure, n=figure.n, errors=figure.errors, low=figure.low, high=figure.high)


def _float(value: Json) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _int(value: Json) -> int | None:
    return int(value) if isinstance(value, int | float) else None


def curve_facts(seen: Seen) -> CurveFacts | None:
    """The risk-coverage curve, once the sealed cases are open."""
    if seen.shown is None or seen.signed is None or seen.look is None or not isinstance(seen.look.verdict, Mapping):
        return None
    standard = seen.signed.standard
    measure = next((m for m in standard.measures if m.kind is MeasureKind.ERROR_ALONE), standard.measures[0])
    region = seen.look.verdict.get("region")
    coverage = _float(region.get("coverage")) if isinstance(region, Mapping) else None
    return CurveFacts(points=seen.shown.found.curve, target=measure.target, confidence=measure.confidence, coverage=coverage)


def mandate_facts(seen: Seen) -> MandateFacts | None:
    """The mandate as it stands."""
    if seen.mandate is None:
        return None
    proposed, active = proposed_of(seen.mandate), active_of(seen.mandate)
    terms = proposed.terms
    now = terms if active is None else active
    return MandateFacts(
        id=proposed.id,
        state=state_of(seen.mandate),
        scope=in_words(now.scope),
        digest=proposed.digest,
        system=terms.system,
        target=terms.target,
        confidence=terms.confidence,
        audit_rate=now.audit_rate,
        planned_audits=terms.planned_audits,
        daily_cap=now.daily_cap,
        exposure=_exposure(terms, active),
        narrowed=active is not None and active.limits is not None,
        expires_at=None if active is None else active.expires_at,
        why=seen.mandate.why if isinstance(seen.mandate, SuspendedMandate | RevokedMandate) else "",
    )


def _exposure(terms: Terms, active: ActiveMandate | None) -> str:
    """The plan in words, and the share that holds now; empty where there is no plan."""
    if not terms.exposure:
        return ""
    now = "" if active is None else f" Now: {active.share:.4g}."
    return f"{plan_in_words(terms.exposure)}.{now}"

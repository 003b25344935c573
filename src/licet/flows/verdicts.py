"""Verdicts in force: which one stands now, and which is fresh enough to give authority back."""

from collections.abc import Sequence
from datetime import datetime

from licet.core.mandate import SuspendedMandate
from licet.core.region import certified_in
from licet.core.scope import Scope, scope_to_json, widest
from licet.core.standard import CountersignedStandard
from licet.core.use_case import UseCase
from licet.store import looks, notices, standards
from licet.store.book import Tx


def newest_look(tx: Tx, use_case: UseCase) -> looks.StoredLook | None:
    """The newest look judged by the standard as it is signed now; None where there is none."""
    return tx.once(("newest look", use_case.id), lambda: _newest_look(tx, use_case))


def _newest_look(tx: Tx, use_case: UseCase) -> looks.StoredLook | None:
    signed = standards.newest(tx, use_case)
    if not isinstance(signed, CountersignedStandard):
        return None
    found = [look for look in looks.looks_of(tx, use_case) if look.standard == signed.digest]
    return found[-1] if found else None


def outlives_trips(tx: Tx, use_case: UseCase, last: looks.StoredLook) -> bool:
    """Whether a verdict stands on sealed cases that were first looked at after the last trip of a watch."""
    trips = notices.trips(tx, use_case)
    return not trips or first_seen(tx, last) > max(trips)


def first_seen(tx: Tx, stored: looks.StoredLook) -> datetime:
    """When the cases of a verdict were looked at first, in this set or in another that holds them too."""
    sealed = looks.set_by_id(tx, stored.look.sealed_set)
    return min(look.at for look in (*sealed.elsewhere, *sealed.looks))


def fresh_verdict(tx: Tx, use_case: UseCase, suspended: SuspendedMandate) -> datetime | None:
    """When the newest verdict on this very system, guards and standard was given.

    None where it is not met, not about the mandate's whole scope, or stands on sealed cases looked at before the suspension.
    """
    terms = suspended.active.terms
    whole = scope_to_json(widest(terms.scope))
    for stored in reversed(looks.looks_of(tx, use_case)):
        if stored.fingerprint != terms.fingerprint or stored.standard != terms.standard:
            continue
        match stored.plan:
            case {"scope": scope, "guardian": terms.guardian} if scope == whole and stored.word == "met":
                fresh = first_seen(tx, stored) > suspended.suspended_at and _reaches(tx, stored, terms.scope)
                return stored.look.at if fresh else None
            case _:
                return None
    return None


def _reaches(tx: Tx, stored: looks.StoredLook, scope: Scope) -> bool:
    """Whether a verdict is about everything a scope lets AI decide: it is certified down to there, or on all cases, with none further down.

    With regions that is asked of each region in which AI decides.
    """
    labels = {look.labels for look in looks.set_by_id(tx, stored.look.sealed_set).looks}
    whole = labels == {stored.look.labels} and not stored.targeted
    if not scope.regions:
        return _down_to(stored.threshold, scope.threshold, stored.look.thresholds, whole=whole)
    found, tested = certified_in(stored.verdict), stored.look.grids
    if len(tested) != len(scope.regions):
        return False
    asked = [(one.name, one.threshold, grid) for one, grid in zip(scope.regions, tested, strict=True) if one.threshold is not None]
    return all(_down_to(found.get(name), threshold, grid, whole=whole) for name, threshold, grid in asked)


def _down_to(certified: float | None, threshold: float, tested: Sequence[float], *, whole: bool) -> bool:
    return certified is not None and (certified <= threshold or (whole and certified == min(tested)))

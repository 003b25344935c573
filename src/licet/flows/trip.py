"""Tripping: the watch found more errors than promised, and the plan's consequence, incident and messages are written in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from licet.core.audit_plan import WHOLE, AtTrip, WatchedSlice
from licet.core.canonical import Json
from licet.core.ids import LICET
from licet.core.incident import Incident
from licet.core.mandate import ActiveMandate, Mandate, RevokedMandate, revoke
from licet.core.narrowing import Wish, narrow
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.flows.announce import tell_owner
from licet.flows.grant import ended_events, step_back
from licet.flows.office import entry
from licet.flows.respond import suspend_at_once
from licet.flows.take_back import take_back
from licet.stats import watch as watching
from licet.store import mandates, notices
from licet.store.book import Tx

KIND = notices.TRIPPED


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """A watch that tripped.

    Attributes:
        name: of the slice; empty: the watch over all cases.
        watch: as it tripped.
        does: what the plan says for it.
    """

    name: str
    watch: watching.Watch
    does: AtTrip


def trip(tx: Tx, use_case: UseCase, mandate: ActiveMandate, found: Trip, *, now: datetime) -> Mandate:
    """Does what the plan says for a watch that tripped; gives the mandate as it stands then."""
    tx.record(entry("watch.tripped", by=LICET, now=now, use_case=use_case, **_facts(mandate, found)))
    match found.does:
        case AtTrip.SUSPEND:
            return suspend_at_once(tx, use_case, mandate, by=LICET, kind=KIND, why=_why(found), now=now)
        case AtTrip.NARROW:
            return _narrow(tx, use_case, mandate, found, now)
        case AtTrip.FULL_REVIEW:
            return _to_full_review(tx, use_case, mandate, found, now)
        case _:
            assert_never(found.does)


def _facts(mandate: ActiveMandate, found: Trip) -> dict[str, Json]:
    evidence, line = watching.evidence(found.watch), watching.trip_line(found.watch)
    facts: dict[str, Json] = {"mandate": mandate.id, "audits": found.watch.fed, "evidence": evidence, "line": line}
    if mandate.terms.audits is not None:
        facts["does"] = found.does.value
    return facts if found.name == WHOLE else {**facts, "slice": found.name}


def _why(found: Trip) -> str:
    where = "" if found.name == WHOLE else f" of slice {found.name!r}"
    target = found.watch.plan.target
    return f"After {found.watch.fed} audits{where} the evidence against an error of at most {target:.1%} crossed the trip line."


def _narrow(tx: Tx, use_case: UseCase, mandate: ActiveMandate, found: Trip, now: datetime) -> Mandate:
    """Takes the slice out of the scope. A slice that cannot be taken out suspends instead: what tripped never goes on alone."""
    part = _slice(mandate, found.name)
    if part is None:
        return suspend_at_once(tx, use_case, mandate, by=LICET, kind=KIND, why=_why(found), now=now)
    narrower = narrow(mandate, Wish(attributes={part.part.attribute: part.part.values}), now=now)
    if isinstance(narrower, Refused):
        return suspend_at_once(tx, use_case, mandate, by=LICET, kind=KIND, why=_why(found), now=now)
    why = f"{_why(found)} People decide these cases from now on; the rest of the mandate goes on."
    taken = take_back(tx, use_case, mandate, narrower, by=LICET, why=why, now=now).mandate
    _open(tx, use_case, mandate, why, now)
    tell_owner(tx, use_case, subject="a slice was taken out of the mandate", body=why, now=now)
    return taken


def _to_full_review(tx: Tx, use_case: UseCase, mandate: ActiveMandate, found: Trip, now: datetime) -> RevokedMandate:
    """Ends the mandate: people review everything again."""
    why = f"{_why(found)} The mandate ended by its plan: people review every case."
    ended = revoke(mandate, by=LICET, why=why, now=now)
    mandates.write_state(tx, ended)
    tx.record(*ended_events(tx, use_case, ended, now))
    _open(tx, use_case, mandate, why, now)
    tell_owner(tx, use_case, subject="the mandate ended, back to full review", body=why, now=now)
    step_back(tx, use_case, now, LICET)
    return ended


def _slice(mandate: ActiveMandate, name: str) -> WatchedSlice | None:
    found = () if mandate.terms.audits is None else mandate.terms.audits.slices
    return next((one for one in found if one.name == name), None)


def _open(tx: Tx, use_case: UseCase, mandate: ActiveMandate, why: str, now: datetime) -> None:
    number = notices.open_incident(tx, use_case, Incident(use_case=use_case.slug, mandate=mandate.id, kind=KIND, says=why, at=now))
    tx.record(entry("incident.opened", by=LICET, now=now, use_case=use_case, mandate=mandate.id, incident=number, kind=KIND))

"""A change envelope: bounds inside which a running mandate's system may be replaced without new approvals, with time for a veto.

People approve the bounds once. A new fingerprint inside them gets a mandate of its own that is nowhere wider than the running one and
ends no later; owner and risk are told, and may say no while the window is open. Until it is in force the running mandate stays.

What *not worse* means here, and no more: the new system's verdict on sealed cases is met by the very same standard, and the share of
cases it is certified to decide alone is at most `lose_at_most` smaller. Where that standard has a rule for changes, the two systems are
compared case by case as well, and the comparison must be met.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NewType

from licet.core.canonical import Json, digest
from licet.core.gate import OpenedGate
from licet.core.ids import LICET, Digest, MandateId, PersonId, UseCaseSlug
from licet.core.mandate import ActiveMandate, ProposedMandate
from licet.core.refusal import Refused
from licet.core.scope import at_thresholds_of
from licet.core.system import UNVERSIONED, SystemCard
from licet.core.terms import Terms

EnvelopeId = NewType("EnvelopeId", str)
"""A change envelope."""

SHORTEST_WINDOW = timedelta(hours=1)
LONGEST_OPEN = timedelta(days=366)
MOST_CHANGES = 100


class NotAnEnvelopeError(ValueError):
    """Bounds that no envelope can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What may change, and how often.

    Attributes:
        kind, name: of the system; they stay.
        versions: the versions that are allowed: one to the letter, or the beginning of one and `*`.
        may_change: names of the card's parts that may change; every other part must stay as it is, and none may come or go.
        lose_at_most: by how much the share of cases certified to be decided alone may shrink, in [0, 1).
        changes: how many changes at most.
        window: how long owner and risk may veto a change before it is in force.
        until: when the envelope ends.
    """

    kind: str
    name: str
    versions: str
    may_change: frozenset[str]
    lose_at_most: float
    changes: int
    window: timedelta
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Bounds somebody asks for; they hold once a request for them passed, and until that request is void, or they are closed."""

    id: EnvelopeId
    use_case: UseCaseSlug
    bounds: Bounds
    proposed_by: PersonId
    proposed_at: datetime
    closed_at: datetime | None = None
    closed_by: PersonId | None = None

    @property
    def digest(self) -> Digest:
        """Names it by what it says, for the request that covers it."""
        bounds = bounds_to_json(self.bounds)
        return Digest(digest({"envelope": self.id, "use_case": self.use_case, "bounds": bounds, "proposed_by": self.proposed_by}))


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingUse:
    """A change inside an envelope that waits for its window to end.

    Attributes:
        mandate: the proposed mandate of the new system.
        replaces: the mandate that runs meanwhile.
        covered: digest of all that the envelope's approval covered when the change was asked for.
    """

    mandate: MandateId
    envelope: EnvelopeId
    replaces: MandateId
    at: datetime
    window_ends: datetime
    covered: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantedUse:
    """A change that took effect."""

    waiting: WaitingUse
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VetoedUse:
    """A change owner or risk said no to."""

    waiting: WaitingUse
    at: datetime
    by: PersonId
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidUse:
    """A change under which something moved while it waited; it never takes effect."""

    waiting: WaitingUse
    at: datetime


Use = WaitingUse | GrantedUse | VetoedUse | VoidUse


def check_bounds(bounds: Bounds, *, now: datetime) -> None:
    """Refuses bounds out of range.

    Raises:
        NotAnEnvelopeError: names the offender, the limit and the remedy.
    """
    checks = (
        (bounds.versions.count("*") == 0 or bounds.versions.find("*") == len(bounds.versions) - 1,
         f"versions {bounds.versions!r}: a * may only end it, as in '2.*'."),
        (len(bounds.versions.rstrip("*")) > 0, "versions '*' would allow every version; name how they begin, as in '2.*'."),
        (not UNVERSIONED.startswith(bounds.versions.rstrip("*")), f"versions {bounds.versions!r} would allow a system that names none."),
        (0.0 <= bounds.lose_at_most < 1.0, f"{bounds.lose_at_most!r} is no share from 0 to below 1."),
        (1 <= bounds.changes <= MOST_CHANGES, f"{bounds.changes!r} changes are not 1 to 100."),
        (bounds.window >= SHORTEST_WINDOW, f"a window of {bounds.window} is shorter than an hour; people need time to say no."),
        (now < bounds.until <= now + LONGEST_OPEN, f"{bounds.until:%Y-%m-%d} is not within the next {LONGEST_OPEN.days} days."),
    )  # fmt: skip
    for holds, message in checks:
        if not holds:
            raise NotAnEnvelopeError(message)


def allows_version(bounds: Bounds, version: str) -> bool:
    """Whether a version is one of those allowed."""
    return version.startswith(bounds.versions[:-1]) if bounds.versions.endswith("*") else version == bounds.versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change somebody asks for under an envelope.

    Attributes:
        was, becomes: the cards of the running system and of the new one.
        share_was, share_becomes: shares of sealed cases each is certified to decide alone.
        used: how many changes the envelope has let through or has waiting.
        not_worse: whether a comparison on the locked margin is met; None where the standard has no rule for changes.
    """

    was: SystemCard
    becomes: SystemCard
    share_was: float
    share_becomes: float
    used: int
    not_worse: bool | None = None


def within(bounds: Bounds, change: Change, running: Terms, terms: Terms, *, now: datetime) -> Refused | None:
    """Says whether a change lies inside the bounds, and its terms are nowhere wider than the running mandate's. None where it is so."""
    new, old = change.becomes, change.was
    moved = _moved(old.parts, new.parts) - bounds.may_change
    floor = change.share_was - bounds.lose_at_most
    checks = (
        (now < bounds.until, f"the envelope ended at {bounds.until:%Y-%m-%d %H:%M} UTC"),
        (change.used < bounds.changes, f"{change.used} of {bounds.changes} changes are used"),
        (new.fingerprint != old.fingerprint, "the newest verdict is of the system that runs already"),
        ((new.kind.value, new.name) == (bounds.kind, bounds.name), f"{new.name!r} is another system than {bounds.name!r}"),
        (old.name == bounds.name, f"the running system {old.name!r} is not the one the envelope is for"),
        (allows_version(bounds, new.version), f"version {new.version!r} is none of {bounds.versions!r}"),
        (not moved, f"part {min(moved, default='')!r} changed, which may not"),
        (change.share_becomes >= floor, f"it may decide {change.share_becomes:.1%} alone, less than {floor:.1%}"),
        (change.not_worse is not False, "no comparison shows it not worse than the running one by the locked margin: `licet compare plan`"),
        (_no_wider(running, terms), "its terms are wider than the running mandate's, or of another standard"),
    )
    wrong = next((why for holds, why in checks if not holds), None)
    if wrong is None:
        return None
    remedy = "Propose a mandate and let people approve it: `licet mandate propose`."
    return Refused(code="outside_envelope", why=f"The change is outside the envelope: {wrong}.", remedy=remedy)


def _moved(was: Mapping[str, Json], becomes: Mapping[str, Json]) -> frozenset[str]:
    """The parts that changed, came or went."""
    return frozenset(name for name in {*was, *becomes} if name not in was or name not in becomes or was[name] != becomes[name])


def _no_wider(running: Terms, terms: Terms) -> bool:
    """Whether new terms are the running ones to the letter, but for system, verdict and threshold, and where tighter."""
    same = replace(
        terms,
        fingerprint=running.fingerprint, system=running.system, look=running.look, verdict=running.verdict, guardian=running.guardian,
        scope=at_thresholds_of(terms.scope, running.scope),
        audit_rate=running.audit_rate, planned_audits=running.planned_audits, daily_cap=running.daily_cap, lasts=running.lasts,
    )  # fmt: skip
    tighter = (
        terms.audit_rate >= running.audit_rate,
        terms.daily_cap <= running.daily_cap,
        terms.lasts <= running.lasts,
        bool(terms.guardian) == bool(running.guardian),
    )
    return same == running and all(tighter)


def grant_within(proposed: ProposedMandate, gate: OpenedGate, waiting: WaitingUse, *, now: datetime) -> ActiveMandate | Refused:
    """Puts a change in force by rule, once its window is over and its gate is open; nobody is said to have granted it."""
    if waiting.mandate != proposed.id or gate.mandate != proposed.digest:
        why = "The gate was opened for another mandate than the one that waits."
        return Refused(code="digest_mismatch", why=why, remedy="See `licet envelope show`.")
    if now < waiting.window_ends:
        why = f"The window for a veto is open until {waiting.window_ends:%Y-%m-%d %H:%M} UTC."
        return Refused(code="veto_window_open", why=why, remedy="Wait until then.")
    return ActiveMandate(proposed=proposed, granted_by=LICET, granted_at=now, expires_at=now + proposed.terms.lasts)


def no_later(granted: ActiveMandate, running: ActiveMandate) -> ActiveMandate:
    """A mandate for a change inside an envelope ends no later than the one it replaces: nobody approved a longer time."""
    return replace(granted, expires_at=min(granted.expires_at, running.expires_at))


def veto(use: Use | None, by: PersonId, why: str, *, now: datetime) -> VetoedUse | Refused:
    """Says no to a change that waits."""
    if not isinstance(use, WaitingUse):
        why = "No change waits in a veto window."
        return Refused(code="no_mandate", why=why, remedy="To take a mandate back: `licet mandate suspend`.")
    return VetoedUse(waiting=use, at=now, by=by, why=why)


def bounds_to_json(bounds: Bounds) -> dict[str, Json]:
    """Writes bounds as plain JSON: what is hashed, stored and shown."""
    return {
        "kind": bounds.kind,
        "name": bounds.name,
        "versions": bounds.versions,
        "may_change": sorted(bounds.may_change),
        "lose_at_most": bounds.lose_at_most,
        "changes": bounds.changes,
        "window_seconds": int(bounds.window.total_seconds()),
        "until": bounds.until.isoformat(),
    }


def bounds_from_json(raw: Json) -> Bounds:
    """Reads what `bounds_to_json` wrote.

    Raises:
        NotAnEnvelopeError: when it is not.
    """
    match raw:
        case {
            "kind": str(kind), "name": str(name), "versions": str(versions), "may_change": [*parts],
            "lose_at_most": int() | float() as lose, "changes": int(changes), "window_seconds": int(window), "until": str(until),
        }:  # fmt: skip
            return Bounds(
                kind=kind, name=name, versions=versions, may_change=frozenset(str(part) for part in parts), lose_at_most=float(lose),
                changes=changes, window=timedelta(seconds=window), until=datetime.fromisoformat(until),
            )  # fmt: skip
        case _:
            message = f"{raw!r} are not bounds of an envelope; restore a backup."
            raise NotAnEnvelopeError(message)

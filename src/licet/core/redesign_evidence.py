"""Evidence of a redesign: whether it was simulated on what counts now, with the measured system, and whether its people are enough."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from licet.core.canonical import Json
from licet.core.ids import Digest, Fingerprint
from licet.core.redesign_told import service_level_told
from licet.core.simulated_redesign import SimulatedRedesign

ERASED = "the event log was erased: bring one again"
"""What stands in the way where a log was here and is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessShown:
    """What is known of a use case's process, as a gate sees it.

    Attributes:
        log: digest of the newest event log that can be read; None where none is here.
        erased: digest of the newest event log where every one that was brought was erased; what a log showed is asked for all the same,
            or erasing it would be a way past a gate.
        system: fingerprint that the newest verdict is about; None before one.
        standard: digest of the standard that is in force; None before one.
        simulated: the newest simulation of a redesign; None before one.
        simulations: how many were made: of many, with one seed after another, the newest may be the luckiest.
        simulated_log: whether that baseline was measured from a simulated log.
        baseline: digest of the newest baseline; None before one was locked.
        locked_at, signed_at: when its owner locked the newest baseline, and when a second person put their name under it; None before.
    """

    log: str | None
    system: Fingerprint | None
    standard: Digest | None
    simulated: SimulatedRedesign | None
    baseline: Digest | None = None
    locked_at: datetime | None = None
    signed_at: datetime | None = None
    erased: str | None = None
    simulations: int = 0
    simulated_log: bool = False

    @property
    def counts(self) -> str | None:
        """Digest of the log that a gate goes by: the newest that can be read, else the newest that was erased; None where none ever was."""
        return self.erased if self.log is None else self.log


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Whether something is shown, since when, and what is there or missing, in words."""

    met: bool
    says: str
    since: datetime | None = None


def outdated(shown: ProcessShown, one: SimulatedRedesign) -> tuple[str, ...]:
    """What changed since a simulation, in words; nothing where it still stands on what counts now."""
    changes = (
        (one.log_digest != shown.counts, "another event log counts now"),
        (
            one.system != shown.system,
            f"the newest verdict is about another system{'' if one.system else ': none was judged then'}",
        ),
        (one.standard != shown.standard, f"another standard is in force{'' if one.standard else ': none was then'}"),
    )
    return tuple(says for changed, says in changes if changed)


def baseline_locked(shown: ProcessShown | None, *, log_needed: bool) -> Shown:
    """Whether the process as it was is held by two people, so that what AI changes can be told.

    Args:
        shown: what is known; None: nobody looked.
        log_needed: whether it is asked for also where no event log is here.
    """
    if shown is None or (shown.counts is None and shown.locked_at is None):
        return Shown(met=not log_needed, says="no event log is imported" + ("" if log_needed else ": there is nothing to measure"))
    if shown.locked_at is None:
        return Shown(met=False, says="not locked" if shown.erased is None else f"not locked, and {ERASED}")
    of = ", measured from a simulated log" if shown.simulated_log else ""
    if shown.signed_at is None:
        return Shown(met=False, says=f"locked, not countersigned{of}", since=shown.locked_at)
    return Shown(met=True, says=f"locked and countersigned {shown.signed_at:%Y-%m-%d}{of}", since=shown.signed_at)


def simulated_as_measured(shown: ProcessShown | None, *, log_needed: bool) -> Shown:
    """Whether a redesign was simulated with the system as it was measured, on what counts now.

    Args:
        shown: what is known; None: nobody looked.
        log_needed: whether it is asked for also where no event log is here.
    """
    if shown is None or shown.counts is None:
        return Shown(met=not log_needed, says="no event log is imported" + ("" if log_needed else ": there is nothing to simulate"))
    one = shown.simulated
    if one is None:
        missing = "an event log is imported, and no redesign was simulated" if shown.erased is None else f"{ERASED}, and simulate on it"
        return Shown(met=False, says=missing)
    changes = outdated(shown, one)
    if changes:
        return Shown(met=False, says=f"simulated {one.at:%Y-%m-%d}; since then {' and '.join(changes)}", since=one.at)
    if not one.measured:
        return Shown(met=False, says=f"simulated {one.at:%Y-%m-%d} with AI as assumed, not as measured", since=one.at)
    of = f", the newest of {shown.simulations:,} simulations" if shown.simulations > 1 else ""
    return Shown(met=True, says=f"{one.title!r}, simulated {one.at:%Y-%m-%d} with the measured system{of}", since=one.at)


def redesign_stood_on(shown: ProcessShown | None) -> Mapping[str, Json]:
    """What a stage was entered on, for the ledger: which simulation of which redesign; nothing where there is none."""
    one = None if shown is None else shown.simulated
    if shown is None or one is None:
        return {}
    stood_on = {"simulation": one.id, "digest": one.digest, "log_digest": one.log_digest}
    return {"redesign": {**stood_on, "seed": one.seed, "simulations": shown.simulations}}


def people_suffice(shown: ProcessShown | None, *, log_needed: bool) -> Shown:
    """Whether in the simulation that counts now people are enough for the service level."""
    found = simulated_as_measured(shown, log_needed=log_needed)
    one = None if shown is None else shown.simulated
    if not found.met or one is None or shown is None or shown.counts is None:
        return found
    level = "" if one.service_level is None else f" The service level, as stated: {service_level_told(one.service_level)}."
    return Shown(met=one.kept.kept is True, says=f"{one.kept.says}{level}", since=one.at)

"""Setting the baseline: how the process was, measured from its log, locked by its owner and countersigned by risk."""

from dataclasses import dataclass, replace
from datetime import datetime

from licet.core.baseline import (
    AnyBaseline,
    Baseline,
    CountersignedBaseline,
    LockedBaseline,
    StatedForBaseline,
    countersign_baseline,
    lock_baseline,
)
from licet.core.baseline_measured import measured_baseline
from licet.core.canonical import Json
from licet.core.ids import Digest
from licet.core.mandate import granted_of
from licet.core.people import Act, Actor
from licet.core.policy import Permission, told_as
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.flows.import_log import newest_in
from licet.flows.office import Office, entry, permitted, working
from licet.store import baselines, event_logs, mandates, use_cases
from licet.store.book import Tx


def not_signed(there: AnyBaseline | None, use_case: UseCase) -> Refused:
    """The no where a baseline is missing, or lacks its second signature: what brings it."""
    lock = f"`licet process baseline lock {use_case.slug} --as OWNER`"
    if there is None:
        why, remedy = f"No baseline of {use_case.slug!r} is locked.", f"Let its owner lock it: {lock}."
    else:
        why = f"Version {version_of(there)} of the baseline of {use_case.slug!r} is locked and waits for its second signature."
        sign = f"`licet process baseline countersign {use_case.slug} {locked_part(there).digest} --as RISK`"
        remedy = f"Let somebody of risk countersign it: {sign}."
    return Refused(code="baseline_not_locked", why=why, remedy=remedy)


def lock_the_baseline(office: Office, by: Actor, *, name: str, stated: StatedForBaseline) -> LockedBaseline | Refused:
    """Measures the newest event log and locks what it shows, as the next version.

    Args:
        office: the office.
        by: the owner.
        name: the use case.
        stated: what `baseline.yaml` says.

    Returns:
        The locked baseline, or `Refused`: without a log, without the step in it, and where AI decided already while it was recorded.
        A version before it that nobody countersigned is void from then on; the ledger says so.
    """
    with office.book.read() as tx:  # a long log takes seconds, in which others may write
        measured = _measured(office, tx, by, name, stated)
    if isinstance(measured, Refused):
        return measured
    with office.book.write() as tx:
        now, newest = office.clock.now(), event_logs.newest(tx, use_cases.require(tx, name))
        if newest is None or newest.digest != measured.log:
            measured = _measured(office, tx, by, name, stated)
        again = _may_lock(office, tx, by, name)
        if isinstance(measured, Refused):
            return measured
        return again if isinstance(again, Refused) else _locked(tx, measured, again, now)


def _may_lock(office: Office, tx: Tx, by: Actor, name: str) -> tuple[UseCase, Permission] | Refused:
    use_case = working(tx, name)
    if isinstance(use_case, Refused):
        return use_case
    permission = permitted(office, tx, by, Act.LOCK, use_case)
    return told_as(permission, Act.LOCK, "lock a baseline") if isinstance(permission, Refused) else (use_case, permission)


def _measured(office: Office, tx: Tx, by: Actor, name: str, stated: StatedForBaseline) -> Baseline | Refused:
    """What the newest log shows, for whoever may lock it."""
    found = _may_lock(office, tx, by, name)
    return found if isinstance(found, Refused) else measured_now(tx, found[0], stated)


def _locked(tx: Tx, measured: Baseline, found: tuple[UseCase, Permission], now: datetime) -> LockedBaseline | Refused:
    """Keeps the next version, with its entry."""
    use_case, permission = found
    before = baselines.newest(tx, use_case)
    if before is not None and locked_part(before).baseline == measured:
        return _said_already(before, use_case)
    place = use_case.slug, 1 if before is None else version_of(before) + 1, use_case.owner
    locked = lock_baseline(measured, permission, place=place, granted_at=first_grant(tx, use_case), now=now)
    if isinstance(locked, Refused):
        return locked
    baselines.lock(tx, use_case, locked)
    facts: dict[str, Json] = {"version": locked.version, "digest": locked.digest, "log": measured.log, "policy": permission.policy}
    facts |= {"voids": before.digest} if isinstance(before, LockedBaseline) else {}
    tx.record(entry("baseline.locked", by=locked.locked_by, now=now, use_case=use_case, **facts))
    return locked


def _said_already(there: AnyBaseline, use_case: UseCase) -> Refused:
    """The no to a version that says the same as the one before: it would take both signatures anew, for nothing."""
    why = f"Version {version_of(there)} of the baseline of {use_case.slug!r} says exactly this."
    waits = not isinstance(there, CountersignedBaseline)
    return Refused(code="already_done", why=why, remedy=not_signed(there, use_case).remedy if waits else "")


def countersign_the_baseline(office: Office, by: Actor, *, name: str, digest: Digest) -> CountersignedBaseline | Refused:
    """Puts risk's signature under the newest baseline, if it has exactly this digest: what risk looked at, and no other."""
    with office.book.write() as tx:
        now = office.clock.now()
        use_case = working(tx, name)
        if isinstance(use_case, Refused):
            return use_case
        there = baselines.newest(tx, use_case)
        if there is None:
            return not_signed(there, use_case)
        if isinstance(there, CountersignedBaseline):
            return Refused(code="already_done", why=f"Version {there.locked.version} is countersigned already.", remedy="")
        permission = permitted(office, tx, by, Act.COUNTERSIGN, use_case)
        if isinstance(permission, Refused):
            return told_as(permission, Act.COUNTERSIGN, "countersign a baseline")
        signed = countersign_baseline(there, permission, now=now) if there.digest == digest else _another(there, digest)
        if isinstance(signed, Refused):
            return signed
        baselines.countersign(tx, use_case, signed)
        facts: dict[str, Json] = {"version": there.version, "digest": signed.digest, "policy": permission.policy}
        tx.record(entry("baseline.countersigned", by=signed.countersigned_by, now=now, use_case=use_case, **facts))
        return signed


def _another(there: LockedBaseline, digest: Digest) -> Refused:
    waits = f"version {there.version} ({there.digest[:12]}), locked {there.locked_at:%Y-%m-%d %H:%M} UTC"
    why = f"{digest[:12]!r} is not what waits for a second signature: that is {waits}."
    remedy = f"Look at it: `licet process baseline show {there.use_case}`; then countersign its digest."
    return Refused(code="digest_mismatch", why=why, remedy=remedy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A baseline as it stands, and what the newest log would say now with what the file states.

    Attributes:
        signed: the newest version; None before one was locked.
        now: what would be locked; `Refused` where nothing can be measured.
    """

    signed: AnyBaseline | None
    now: Baseline | Refused


def show_baseline(office: Office, *, name: str, stated: StatedForBaseline) -> Shown:
    """The baseline as it stands, beside what the newest log shows."""
    with office.book.read() as tx:
        use_case = use_cases.require(tx, name)
        return Shown(signed=baselines.newest(tx, use_case), now=measured_now(tx, use_case, stated))


def version_of(there: AnyBaseline) -> int:
    """The number of a version."""
    return locked_part(there).version


def locked_part(there: AnyBaseline) -> LockedBaseline:
    """What the owner locked."""
    return there.locked if isinstance(there, CountersignedBaseline) else there


def first_grant(tx: Tx, use_case: UseCase) -> datetime | None:
    """When AI was first allowed to decide cases alone; None: never."""
    granted = (granted_of(one) for one in mandates.every(tx, use_case))
    return min((one.granted_at for one in granted if one is not None), default=None)


def measured_now(tx: Tx, use_case: UseCase, stated: StatedForBaseline) -> Baseline | Refused:
    """What the newest event log shows, with what the owner states."""
    found = newest_in(tx, use_case)
    if isinstance(found, Refused):
        return found
    kept, log = found
    measured = measured_baseline(log, kept.digest, stated, span=(kept.first_at, kept.last_at))
    return measured if isinstance(measured, Refused) else replace(measured, simulated=kept.simulated)

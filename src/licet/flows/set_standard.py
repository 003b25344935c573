"""Setting the standard: locked by its owner, countersigned by risk, revised in the open."""

from dataclasses import dataclass

from licet.core.canonical import Json
from licet.core.grading import Costs
from licet.core.ids import PersonId
from licet.core.own_grader import OwnGrader
from licet.core.people import Act, Actor
from licet.core.refusal import Refused
from licet.core.standard import (
    CountersignedStandard,
    DraftStandard,
    LockedStandard,
    Standard,
    check_standard,
    countersign,
    hollow_costs,
    lock,
    locked_part,
    standard_digest,
    standard_to_json,
)
from licet.core.use_case import UseCase
from licet.flows.cover import void_if_changed
from licet.flows.office import Office, entry, permitted, person_at_work_on, working
from licet.store import cases, standards, use_cases
from licet.store.book import Tx


def lock_standard(office: Office, by: Actor, *, name: str, draft: Standard) -> LockedStandard | Refused:
    """Locks what the use case's folder says; the first owner to lock becomes the owner.

    Raises:
        NotAStandardError: when the draft promises nothing that can be kept, such as shares that overspend.
    """
    for wrong in check_standard(draft):
        raise wrong
    with office.book.write() as tx:
        now = office.clock.now()
        use_case = working(tx, name)
        if isinstance(use_case, Refused):
            return use_case
        there = standards.newest(tx, use_case)
        if isinstance(there, LockedStandard | CountersignedStandard):
            why = f"Version {locked_part(there).version} is locked already ({there.digest[:12]})."
            return Refused(code="already_done", why=why, remedy="To change it: `licet standard revise`.")
        version = 1 if there is None else there.next_version
        permission = permitted(office, tx, by, Act.LOCK, use_case)
        if isinstance(permission, Refused):
            return permission
        _check_costs(tx, use_case, draft)
        locked = lock(DraftStandard(use_case=use_case.slug, version=version, standard=draft), permission, owner=use_case.owner, now=now)
        if isinstance(locked, Refused):
            return locked
        standards.lock(tx, use_case, locked)
        _own(tx, use_case, locked.locked_by)
        document: dict[str, Json] = {"standard": standard_to_json(draft), "version": version, "digest": locked.digest}
        document["policy"] = permission.policy
        tx.record(entry("standard.locked", by=locked.locked_by, now=now, use_case=use_case, **document))
        void_if_changed(office, tx, use_case, now)
        return locked


def _check_costs(tx: Tx, use_case: UseCase, standard: Standard) -> None:
    """Refuses costs by which a system that is always wrong keeps the promise, told by what people answered."""
    hollow = hollow_costs(standard, cases.choices_counted(tx, use_case)) if isinstance(standard.grading, Costs) else None
    if hollow is not None:
        raise hollow


def _own(tx: Tx, use_case: UseCase, person: PersonId) -> None:
    use_cases.involve(tx, use_case, person, "locker")
    if use_case.owner is None:
        use_cases.set_owner(tx, use_case, person)


def countersign_standard(office: Office, by: Actor, *, name: str) -> CountersignedStandard | Refused:
    """Puts risk's signature under the locked standard.

    Raises:
        NotAStandardError: when past cases that came in since show that it promises nothing.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        use_case = working(tx, name)
        if isinstance(use_case, Refused):
            return use_case
        there = standards.newest(tx, use_case)
        if isinstance(there, CountersignedStandard):
            return Refused(code="already_done", why=f"Version {there.locked.version} is countersigned already.", remedy="")
        if not isinstance(there, LockedStandard):
            return Refused(code="standard_not_locked", why="No standard is locked.", remedy="Let its owner lock it: `licet standard lock`.")
        permission = permitted(office, tx, by, Act.COUNTERSIGN, use_case)
        if isinstance(permission, Refused):
            return permission
        _check_costs(tx, use_case, there.standard)
        signed = countersign(there, permission, now=now)
        if isinstance(signed, Refused):
            return signed
        standards.countersign(tx, use_case, signed)
        facts: dict[str, Json] = {"digest": signed.digest, "version": there.version, "policy": permission.policy}
        tx.record(entry("standard.countersigned", by=signed.countersigned_by, now=now, use_case=use_case, **facts))
        return signed


def revise_standard(office: Office, by: Actor, *, name: str) -> int | Refused:
    """Opens the standard for a next version. What stood on the old version stands on it still.

    Returns:
        The number of the coming version, or `Refused`.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        at_work = person_at_work_on(office, tx, by, Act.REVISE, name=name)
        if isinstance(at_work, Refused):
            return at_work
        use_case, person = at_work
        there = standards.newest(tx, use_case)
        if not isinstance(there, LockedStandard | CountersignedStandard):
            return Refused(code="standard_not_locked", why="No standard is locked; the file may be edited as it is.", remedy="")
        version = locked_part(there).version
        standards.revise(tx, use_case, version)
        tx.record(entry("standard.revised", by=person.id, now=now, use_case=use_case, version=version, digest=there.digest))
        void_if_changed(office, tx, use_case, now)
        return version + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A standard as it stands, with names. `edited` says that the file no longer says what was locked."""

    signed: standards.Signed | standards.Revised | None
    edited: bool


def show_standard(office: Office, *, name: str, on_disk: Standard) -> Shown:
    """The standard as it stands, held against the file."""
    with office.book.read() as tx:
        there = standards.newest(tx, use_cases.require(tx, name))
    if not isinstance(there, LockedStandard | CountersignedStandard):
        return Shown(signed=there, edited=False)
    return Shown(signed=there, edited=is_edited(there, on_disk))


def is_edited(signed: standards.Signed, on_disk: Standard) -> bool:
    """Whether the file says something else than what was locked."""
    locked = locked_part(signed)
    return standard_digest(locked.use_case, locked.version, on_disk) != locked.digest


def signed_standard(tx: Tx, use_case: UseCase, on_disk: Standard) -> CountersignedStandard | Refused:
    """The standard two people signed, if the file still says it."""
    there = standards.newest(tx, use_case)
    if there is None or isinstance(there, standards.Revised):
        why = f"The standard of {use_case.slug!r} is not locked."
        return Refused(code="standard_not_locked", why=why, remedy="`licet standard lock`, or look at unsealed cases with --exploratory.")
    if is_edited(there, on_disk):
        files = "standard.yaml or grader.py" if isinstance(on_disk.grading, OwnGrader) else "standard.yaml"
        why = f"{files} of {use_case.slug!r} was edited after version {locked_part(there).version} ({there.digest[:12]}) was locked."
        return Refused(code="standard_edited", why=why, remedy="Restore it, or begin a new version with `licet standard revise`.")
    if isinstance(there, LockedStandard):
        why = f"The standard of {use_case.slug!r} is locked, but nobody of risk has countersigned it."
        return Refused(code="standard_not_locked", why=why, remedy="Let risk run `licet standard countersign`.")
    return there

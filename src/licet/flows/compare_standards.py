"""Comparing a use case's standards: two versions, or a version and the file as it is now."""

from dataclasses import dataclass

from licet.core.refusal import Refused
from licet.core.standard import Standard, locked_part
from licet.core.standard_diff import Difference, differences
from licet.flows.office import Office
from licet.store import standards, use_cases


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two standards and what differs.

    Attributes:
        versions: all there are, oldest first.
        before: the version that was held against the other.
        after: the other version; None: the file.
    """

    versions: tuple[int, ...]
    before: int
    after: int | None
    found: tuple[Difference, ...]


def compare_standards(office: Office, *, name: str, on_disk: Standard, before: int | None, after: int | None) -> Compared | Refused:
    """Holds two standards of a use case against each other.

    Args:
        office: the office.
        name: the use case.
        on_disk: what the file says.
        before: a version; None: the newest, or the one before `after`.
        after: another version; None: the file.

    Returns:
        What differs, or `Refused` where there is no such version.
    """
    with office.book.read() as tx:
        signed = [locked_part(one) for one in standards.versions(tx, use_cases.require(tx, name))]
    said = {one.version: one.standard for one in signed}
    first = before if before is not None else _usual(tuple(said), after)
    missing = [one for one in (first, after) if one is not None and one not in said]
    if first is None or missing:
        return _not_there(name, tuple(said), missing)
    other = said[after] if after is not None else on_disk
    return Compared(versions=tuple(said), before=first, after=after, found=differences(said[first], other))


def _usual(versions: tuple[int, ...], after: int | None) -> int | None:
    """The newest version there is, or the newest before another one."""
    return max((one for one in versions if after is None or one < after), default=None)


def _not_there(name: str, versions: tuple[int, ...], missing: list[int]) -> Refused:
    there = f"There are: {', '.join(map(str, versions))}." if versions else "None was locked yet."
    what = f"version {missing[0]}" if missing else "earlier version"
    why = f"The standard of {name!r} has no {what}. {there}"
    return Refused(code="not_there", why=why, remedy="Name one of them with --from and --to.")

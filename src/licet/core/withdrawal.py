"""A withdrawal: whoever answers for a template takes it back, for a reason; who uses it keeps it and is told, and nobody begins anew."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from licet.core.canonical import Json
from licet.core.ids import Digest, PersonId, TemplateName
from licet.core.published import SHORTEST_PIN, Published
from licet.core.refusal import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """A version that was taken back. It is never undone, and a next version changes nothing of it.

    Attributes:
        name: the template's.
        version: the one taken back.
        digest: of its files.
        published_at: when that version was published: copies of it came later.
        reason: in the words of whoever took it back.
        by: who that was.
        at: when.
    """

    name: TemplateName
    version: int
    digest: Digest
    published_at: datetime
    reason: str
    by: PersonId
    at: datetime


def withdrawal_of(digest: Digest, published_at: datetime, known: Iterable[Withdrawal]) -> Withdrawal | None:
    """The first withdrawal that holds for a version: its own, or that of the same files published before it under any name.

    A withdrawal follows the files into every copy; that of a copy leaves alone what it was copied from, which is another's to take back.

    Args:
        digest: of the version's files.
        published_at: when it was published or brought here.
        known: withdrawals, in any order.
    """
    holding = [one for one in known if one.digest == digest and one.published_at <= published_at]
    return min(holding, key=lambda one: (one.at, one.name, one.version), default=None)


def may_begin(wanted: Published, withdrawn: Withdrawal | None, *, newest: Published | None) -> Published | Refused:
    """Says whether a use case may begin from a version.

    Args:
        wanted: the version.
        withdrawn: what holds for it, or None.
        newest: the newest version of the same template that nobody took back, or None.
    """
    if withdrawn is None:
        return wanted
    why = f"Nobody begins from version {wanted.version} of {wanted.name!r} any more. It was {told(wanted, withdrawn)}"
    remedy = f"Ask team {wanted.origin.team!r} for a next version, or begin from another: `licet template list`."
    if newest is not None:
        remedy = f"Begin from version {newest.version}, the newest that stands: {newest.name}@{newest.digest[:SHORTEST_PIN]}."
    return Refused(code="template_withdrawn", why=why, remedy=remedy)


def may_publish(withdrawn: Withdrawal | None) -> Refused | None:
    """Says no to publishing, or bringing here, files that were taken back; `withdrawn` is what holds for them, or None."""
    if withdrawn is None:
        return None
    where = f"as version {withdrawn.version} of {withdrawn.name!r}"
    why = f"Exactly these files were withdrawn here on {withdrawn.at:%Y-%m-%d}, {where}, because: {withdrawn.reason}"
    return Refused(code="template_withdrawn", why=why, remedy="Change what was wrong with them, and publish that.")


def told(one: Published, withdrawn: Withdrawal) -> str:
    """What people read of a withdrawal beside a version: when, as what if it was taken back under another name, and why."""
    own = (one.name, one.version) == (withdrawn.name, withdrawn.version)
    where = "" if own else f" as version {withdrawn.version} of {withdrawn.name!r}, the same files"
    return f"withdrawn on {withdrawn.at:%Y-%m-%d}{where}, because: {withdrawn.reason}"


def withdrawal_to_json(withdrawn: Withdrawal | None) -> Mapping[str, Json] | None:
    """A withdrawal for programs; None where there is none."""
    if withdrawn is None:
        return None
    return {"at": withdrawn.at.isoformat(), "reason": withdrawn.reason, "template": withdrawn.name, "version": withdrawn.version}

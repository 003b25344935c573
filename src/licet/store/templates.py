"""Templates' rows: versions and their files, what was withdrawn, who began from them, what was offered back. They are every team's."""

import base64
import json
import zlib
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import func, insert, select, update

from licet.core.canonical import canonical_bytes, read_json
from licet.core.ids import Digest, PersonId, TemplateName
from licet.core.published import AcceptedOffer, DeclinedOffer, Offer, Offered, OpenOffer, Origin, Published, Reference, Reuse, Use
from licet.core.template_files import Fact, Listing, files_digest, listing
from licet.core.use_case import UseCase
from licet.core.withdrawal import Withdrawal
from licet.store import tables
from licet.store.book import Record, Tx
from licet.store.teams import bound, in_view
from licet.store.template_tables import template_offer, template_use, template_version, template_withdrawal

_V, _U, _O, _W = template_version.c, template_use.c, template_offer.c, template_withdrawal.c
_WITHOUT_FILES = [column for column in template_version.c if column.name != "files"]
_OFFER = [column for column in template_offer.c if column.name != "files"]


class BrokenTemplateError(ValueError):
    """The files of a template are not those that its digest names: somebody changed the database."""

    def __init__(self, digest: str) -> None:
        """Names the digest."""
        super().__init__(f"The files kept under digest {digest!r} are others than were published. Nothing of them was given out.")


def publish(tx: Tx, made: Published, files: Mapping[str, bytes]) -> None:
    """Writes a version; it is never changed after."""
    values = {
        "name": made.name,
        "version": made.version,
        "digest": made.digest,
        "says": made.says,
        "use_case_id": made.owned_by,
        "use_case": made.origin.use_case,
        "team": made.origin.team,
        "elsewhere": made.origin.elsewhere,
        "by": made.by,
        "at": made.at,
        "offer_id": made.offer,
        "listing": _listing_text(made.listing),
        "files": _packed(files),
    }
    tx.run(insert(template_version).values(values))


def newest(tx: Tx, name: TemplateName) -> Published | None:
    """The newest version of a template; None where there is none."""
    return find(tx, Reference(name=name, pin=None))


def find(tx: Tx, wanted: Reference) -> Published | None:
    """The version that is meant, the newest where several have these files; None where there is none."""
    asked = select(*_WITHOUT_FILES).where(_V.name == wanted.name).order_by(_V.version.desc()).limit(1)
    if wanted.pin is not None:
        asked = asked.where(_V.digest.startswith(wanted.pin, autoescape=True))
    row = tx.run(asked).one_or_none()
    return None if row is None else _published(row)


def versions(tx: Tx, name: TemplateName, *, most: int | None = None) -> list[Published]:
    """The versions of a template, the newest first; all, or so many at most."""
    wanted = select(*_WITHOUT_FILES).where(_V.name == name).order_by(_V.version.desc()).limit(most)
    return [_published(row) for row in tx.run(wanted)]


def every_newest(tx: Tx, *, after: str = "", most: int | None = None) -> list[Published]:
    """The newest version of each template, by name: all, or so many at most of those whose names come after one."""
    last = select(_V.name.label("n"), func.max(_V.version).label("v")).group_by(_V.name).subquery()
    wanted = select(*_WITHOUT_FILES).join(last, (last.c.n == _V.name) & (last.c.v == _V.version))
    wanted = wanted.where(_V.name > after).order_by(_V.name).limit(most)
    return [_published(row) for row in tx.run(wanted)]


def files_of(tx: Tx, one: Published) -> Mapping[str, bytes]:
    """The files of a version, held against its digest.

    Raises:
        BrokenTemplateError: when they are others.
    """
    found = tx.run(select(_V.files).where(_V.name == one.name, _V.version == one.version)).scalar_one()
    return _unpacked(found, one.digest)


def withdraw(tx: Tx, made: Withdrawal) -> None:
    """Writes that a version was taken back."""
    what = {"name": made.name, "version": made.version, "digest": made.digest, "published_at": made.published_at}
    tx.run(insert(template_withdrawal).values(**what, reason=made.reason, by=made.by, at=made.at))


def withdrawals(tx: Tx, digests: Collection[Digest]) -> list[Withdrawal]:
    """The versions with these files that were taken back, under any name."""
    return [_withdrawal(row) for row in tx.run(select(template_withdrawal).where(_W.digest.in_(sorted(set(digests)))))]


def users(tx: Tx, taken: Withdrawal) -> set[PersonId]:
    """Who began a use case from what was taken back, or from a copy of it, and who owns that use case now; whichever team they are of."""
    there = tables.use_case.c
    copies = (_V.name == _U.name) & (_V.version == _U.version)
    asked = select(_U.by, there.owner).join(template_version, copies).join(tables.use_case, there.id == _U.use_case_id)
    rows = tx.run(asked.where(_V.digest == taken.digest, _V.at >= taken.published_at))
    return {PersonId(one) for row in rows for one in row if one is not None}


def begin(tx: Tx, use_case: UseCase, made: Use) -> None:
    """Writes from which version a use case began."""
    values = {"name": made.name, "version": made.version, "digest": made.digest, "team": made.team, "by": made.by, "at": made.at}
    tx.run(insert(template_use).values(use_case_id=use_case.id, **values))


def used_by(tx: Tx, use_case: UseCase) -> Use | None:
    """From which version a use case began; None where from none."""
    r = tx.run(select(template_use).where(_U.use_case_id == use_case.id)).one_or_none()
    if r is None:
        return None
    return Use(name=TemplateName(r.name), version=r.version, digest=Digest(r.digest), team=r.team, by=PersonId(r.by), at=r.at)


def reuse(tx: Tx) -> dict[str, Reuse]:
    """How often use cases began from each template, whichever version, and of how many teams: numbers alone, for everybody."""
    counted = select(_U.name, func.count().label("uses"), func.count(_U.team.distinct()).label("teams")).group_by(_U.name)
    return {row.name: Reuse(uses=row.uses, teams=row.teams) for row in tx.run(counted)}


def offer(tx: Tx, use_case: UseCase, made: Offered, files: Mapping[str, bytes]) -> None:
    """Writes an offer."""
    values = {
        "id": made.id,
        "name": made.name,
        "use_case_id": use_case.id,
        "use_case": made.origin.use_case,
        "team": made.origin.team,
        "base": made.base,
        "digest": made.digest,
        "why": made.why,
        "by": made.by,
        "at": made.at,
        "listing": _listing_text(made.listing),
        "files": _packed(files),
    }
    tx.run(insert(template_offer).values(values))


def offers(tx: Tx) -> list[Offer]:
    """The offers that concern a use case in view, as the one that offers or as the one that publishes, the newest first.

    Offers on a template that was brought from elsewhere, which no use case publishes, are there where the whole installation is.
    """
    mine = select(tables.use_case.c.id).where(in_view(tx))
    ours = _V.use_case_id.in_(mine)
    published = select(_V.name).where(ours if bound(tx) else ours | _V.use_case_id.is_(None))
    wanted = select(*_OFFER).where(_O.use_case_id.in_(mine) | _O.name.in_(published)).order_by(_O.at.desc(), _O.id)
    return [_offer(row) for row in tx.run(wanted)]


def offered_files(tx: Tx, one: Offered) -> Mapping[str, bytes]:
    """The files of an offer, held against its digest.

    Raises:
        BrokenTemplateError: when they are others.
    """
    return _unpacked(tx.run(select(_O.files).where(_O.id == one.id)).scalar_one(), one.digest)


def accepted(tx: Tx, one: Offered, *, version: int, by: PersonId, at: datetime) -> None:
    """Writes that an offer became a version."""
    tx.run(update(template_offer).where(_O.id == one.id).values(version=version, answered_by=by, answered_at=at))


def declined(tx: Tx, one: Offered, *, reason: str, by: PersonId, at: datetime) -> None:
    """Writes that an offer became nothing, and why."""
    tx.run(update(template_offer).where(_O.id == one.id).values(reason=reason, answered_by=by, answered_at=at))


def _packed(files: Mapping[str, bytes]) -> bytes:
    return zlib.compress(canonical_bytes({path: base64.b64encode(data).decode() for path, data in files.items()}))


def _unpacked(packed: bytes, digest: Digest) -> Mapping[str, bytes]:
    try:
        read = read_json(zlib.decompress(packed))
        files = {path: base64.b64decode(str(text)) for path, text in read.items()} if isinstance(read, Mapping) else {}
    except (zlib.error, ValueError):
        raise BrokenTemplateError(digest) from None
    if files_digest(listing(files)) != digest:
        raise BrokenTemplateError(digest)
    return files


def _listing_text(found: Listing) -> str:
    return canonical_bytes({path: [one.sha256, one.size] for path, one in found.items()}).decode()


def _listing(text: str) -> Listing:
    return {path: Fact(sha256=sha256, size=size) for path, (sha256, size) in json.loads(text).items()}


def _published(r: Record) -> Published:
    return Published(
        name=TemplateName(r.name),
        version=r.version,
        digest=Digest(r.digest),
        says=r.says,
        origin=Origin(team=r.team, use_case=r.use_case, elsewhere=r.elsewhere),
        by=PersonId(r.by),
        at=r.at,
        listing=_listing(r.listing),
        owned_by=r.use_case_id,
        offer=r.offer_id,
    )


def _withdrawal(r: Record) -> Withdrawal:
    return Withdrawal(
        name=TemplateName(r.name),
        version=r.version,
        digest=Digest(r.digest),
        published_at=r.published_at,
        reason=r.reason,
        by=PersonId(r.by),
        at=r.at,
    )


def _offer(r: Record) -> Offer:
    offered = Offered(
        id=r.id,
        name=TemplateName(r.name),
        base=Digest(r.base),
        digest=Digest(r.digest),
        listing=_listing(r.listing),
        origin=Origin(team=r.team, use_case=r.use_case),
        why=r.why,
        by=PersonId(r.by),
        at=r.at,
    )
    if r.answered_by is None:
        return OpenOffer(offered=offered)
    by = PersonId(r.answered_by)
    if r.version is not None:
        return AcceptedOffer(offered=offered, version=r.version, by=by, at=r.answered_at)
    return DeclinedOffer(offered=offered, reason=r.reason, by=by, at=r.answered_at)

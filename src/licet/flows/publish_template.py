"""Publishing a template: a use case's files, unchangeable and named by their digest, there for every team of the installation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from licet.core.canonical import Json
from licet.core.ids import PersonId
from licet.core.people import Act, Actor
from licet.core.published import Origin, Publication, Published, Reference, Reuse, next_version, words_of
from licet.core.refusal import Refused
from licet.core.template_files import check_files, files_digest, listing
from licet.core.use_case import UseCase
from licet.core.withdrawal import Withdrawal, may_publish, withdrawal_of
from licet.flows.office import Office, allowed_person, entry, person_at_work_on
from licet.store import teams, templates
from licet.store.book import Tx

NEVER_USED = Reuse(uses=0, teams=0)
MOST_VERSIONS = 100
"""Versions that are told beside one, at most: the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A template as a file from elsewhere says it.

    Attributes:
        template: what is to be published here.
        origin: where its file says that it came from; nobody checked that.
    """

    template: Publication
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A version, how often the template was used, and what took the version back, if anything did."""

    template: Published
    reuse: Reuse
    withdrawn: Withdrawal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown(Counted):
    """A version beside all versions of its template, the newest first, each with what took it back; `MOST_VERSIONS` at most."""

    versions: tuple[tuple[Published, Withdrawal | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A version with the contents of its files; they stay there for those who use it when it was taken back."""

    template: Published
    withdrawn: Withdrawal | None = None
    files: Mapping[str, bytes] = field(repr=False)


def publish_template(office: Office, by: Actor, wanted: Publication, *, name: str) -> Published | Refused:
    """Publishes a use case's files as the next version under a name, for every team of the installation.

    Args:
        office: the office.
        by: an owner or builder of the use case.
        wanted: under which name, and which files.
        name: the use case they are from.

    Raises:
        NotATemplateError: when the files cannot be a template.
    """
    check_files(wanted.files)
    with office.book.write() as tx:
        now = office.clock.now()
        found = person_at_work_on(office, tx, by, Act.PUBLISH, name=name)
        if isinstance(found, Refused):
            return found
        use_case, person = found
        made = published_within(tx, wanted, Source(origin=origin_of(tx, use_case), by=person.id, owner=use_case.id), now=now)
        if not isinstance(made, Refused):
            facts = facts_of(made, left_out=wanted.left_out)
            tx.record(entry("template.published", by=person.id, now=now, use_case=use_case, **facts))
        return made


def import_template(office: Office, by: Actor, brought: Brought) -> Published | Refused:
    """Publishes what came from elsewhere, under the same rules; its name belongs to no use case here.

    Raises:
        NotATemplateError: when the files cannot be a template.
    """
    check_files(brought.template.files)
    with office.book.write() as tx:
        now = office.clock.now()
        person = allowed_person(office, tx, by, Act.PUBLISH, None)
        if isinstance(person, Refused):
            return person
        made = published_within(tx, brought.template, Source(origin=brought.origin, by=person.id, owner=None), now=now)
        if not isinstance(made, Refused):
            tx.record(entry("template.imported", by=person.id, now=now, use_case=None, **facts_of(made)))
        return made


def list_templates(office: Office, *, after: str = "", most: int | None = None) -> list[Counted]:
    """The newest version of every template of the installation, by name, whichever team published it.

    Args:
        office: the office, of any team.
        after: only those whose names come after this one.
        most: so many at most; None: all.
    """
    with office.book.read() as tx:
        used, found = templates.reuse(tx), templates.every_newest(tx, after=after, most=most)
        taken = with_withdrawals(tx, found)
        return [Counted(template=one, reuse=used.get(one.name, NEVER_USED), withdrawn=withdrawn) for one, withdrawn in taken]


def show_template(office: Office, wanted: Reference) -> Shown | Refused:
    """One version, how often the template was used, and which versions there are."""
    with office.book.read() as tx:
        found = version_of(tx, wanted)
        if isinstance(found, Refused):
            return found
        (_, withdrawn), *versions = with_withdrawals(tx, [found, *templates.versions(tx, found.name, most=MOST_VERSIONS)])
        used = templates.reuse(tx).get(found.name, NEVER_USED)
        return Shown(template=found, reuse=used, withdrawn=withdrawn, versions=tuple(versions))


def read_template(office: Office, wanted: Reference) -> Whole | Refused:
    """One version with its files.

    Raises:
        BrokenTemplateError: when the files kept are not those that were published.
    """
    with office.book.read() as tx:
        found = version_of(tx, wanted)
        if isinstance(found, Refused):
            return found
        ((_, withdrawn),) = with_withdrawals(tx, [found])
        return Whole(template=found, withdrawn=withdrawn, files=templates.files_of(tx, found))


def with_withdrawals(tx: Tx, versions: list[Published]) -> list[tuple[Published, Withdrawal | None]]:
    """Versions in the same order, each with what took it back, or None."""
    known = templates.withdrawals(tx, [one.digest for one in versions])
    return [(one, withdrawal_of(one.digest, one.at, known)) for one in versions]


def standing(tx: Tx, versions: list[Published]) -> list[Published]:
    """Those of some versions that nobody took back, in the same order."""
    return [one for one, withdrawn in with_withdrawals(tx, versions) if withdrawn is None]


def version_of(tx: Tx, wanted: Reference) -> Published | Refused:
    """The version that is meant, or `Refused` with those there are."""
    found = templates.find(tx, wanted)
    if found is not None:
        return found
    there = [f"{one.name}@{one.digest[:12]}" for one in templates.versions(tx, wanted.name)]
    listed = there or [one.name for one in templates.every_newest(tx)] or ["none yet"]
    return Refused(code="no_such_template", why=f"There is no template {str(wanted)!r}.", remedy=f"There are: {', '.join(listed)}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a version comes from.

    Attributes:
        origin: what others see of it.
        by: who publishes it.
        owner: row of the use case that publishes; None: it came from elsewhere.
        offer: id of the offer that it was; None: it was none.
    """

    origin: Origin
    by: PersonId
    owner: int | None
    offer: str | None = None


def published_within(tx: Tx, wanted: Publication, source: Source, *, now: datetime) -> Published | Refused:
    """Writes the next version inside a transaction; whoever calls has asked whether they may, and records it."""
    says = words_of(wanted.says, "What is said of a template")
    if isinstance(says, Refused):
        return says
    found = listing(wanted.files)
    digest = files_digest(found)
    refused = may_publish(withdrawal_of(digest, now, templates.withdrawals(tx, [digest])))
    if refused is not None:
        return refused
    version = next_version(templates.newest(tx, wanted.name), owner=source.owner, digest=digest)
    if isinstance(version, Refused):
        return version
    made = Published(
        name=wanted.name,
        version=version,
        digest=digest,
        says=says,
        origin=source.origin,
        by=source.by,
        at=now,
        listing=found,
        owned_by=source.owner,
        offer=source.offer,
    )
    templates.publish(tx, made, wanted.files)
    return made


def origin_of(tx: Tx, use_case: UseCase) -> Origin:
    """Team and name of a use case: all that others see of where something came from."""
    return Origin(team=teams.of(tx, use_case), use_case=use_case.slug)


def facts_of(made: Published, **more: Json) -> Mapping[str, Json]:
    """What the ledger holds of a version: names, digest and counts, no content."""
    counts: dict[str, Json] = {"files": len(made.listing), "bytes": made.size}
    return {"template": made.name, "version": made.version, "digest": made.digest, **counts, **more}

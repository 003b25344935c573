"""A template: a working use case's files as one team published them, unchangeable, named by their digest, for others to begin from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from licet.core.canonical import Json
from licet.core.ids import Digest, PersonId, TemplateName
from licet.core.refusal import Refused
from licet.core.template_files import Listing
from licet.core.use_case import SLUG, SLUG_LIMIT

LONGEST_SAYS = 500
"""Characters of what is said of a template, or of an offer."""
SHORTEST_PIN = 12
"""Hex digits of a digest by which a version may be named, at least: among a million versions two share 12 with a chance of 1 in 560."""
_PIN = re.compile(rf"[0-9a-f]{{{SHORTEST_PIN},64}}")


class NotATemplateNameError(ValueError):
    """A template's name, or a reference to a version of it, is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Which template is meant: `NAME` the newest version, `NAME@DIGEST` exactly one; `pin` is how its digest begins, or None."""

    name: TemplateName
    pin: str | None

    def __str__(self) -> str:
        return self.name if self.pin is None else f"{self.name}@{self.pin}"


def template_name(raw: str) -> TemplateName:
    """Reads a template's name: as a use case's.

    Raises:
        NotATemplateNameError: names the offender, the limit and an example.
    """
    if len(raw) > SLUG_LIMIT or not SLUG.fullmatch(raw):
        raise NotATemplateNameError(
            f"{raw!r} is no template's name: lower-case letters, digits and single hyphens, a letter first, "
            f"{SLUG_LIMIT} characters at most. For example 'mail-sorting'."
        )
    return TemplateName(raw)


def reference(raw: str) -> Reference:
    """Reads `NAME` or `NAME@DIGEST`.

    Raises:
        NotATemplateNameError: names the offender and the limit.
    """
    name, at, pin = raw.partition("@")
    if at and not _PIN.fullmatch(pin):
        raise NotATemplateNameError(f"{pin!r} is no digest: {SHORTEST_PIN} to 64 hex digits, as `licet template show {name}` prints them.")
    return Reference(name=template_name(name), pin=pin if at else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a template came from, and nothing else of it: team and name; of one brought from elsewhere, as its file says."""

    team: str
    use_case: str
    elsewhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One version of a template, without the contents of its files.

    Attributes:
        version: counted from 1 under its name.
        digest: of its files, see `files_digest`.
        says: what it is for, in the publisher's words; may be empty.
        by: who published it or brought it here.
        owned_by: row of the use case that publishes under this name; None: it was brought from elsewhere.
        offer: id of the offer that became this version; None: none did.
    """

    name: TemplateName
    version: int
    digest: Digest
    says: str
    origin: Origin
    by: PersonId
    at: datetime
    listing: Listing
    owned_by: int | None
    offer: str | None = None

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(one.size for one in self.listing.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reuse:
    """How often use cases began from a template, any version of it, and of how many different teams."""

    uses: int
    teams: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """From which version a use case began; `team` is whose it was then."""

    name: TemplateName
    version: int
    digest: Digest
    team: str
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A team's changes, offered back to whoever publishes the template. Nobody's folder changes by it.

    Attributes:
        base: digest of the version that the team began from.
        digest: of the files offered.
        origin: whose they are.
        why: in the team's words.
    """

    id: str
    name: TemplateName
    base: Digest
    digest: Digest
    listing: Listing
    origin: Origin
    why: str
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOffer:
    """Nobody answered it yet."""

    offered: Offered


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedOffer:
    """It became the version named."""

    offered: Offered
    version: int
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclinedOffer:
    """It became nothing, for a reason."""

    offered: Offered
    reason: str
    by: PersonId
    at: datetime


Offer = OpenOffer | AcceptedOffer | DeclinedOffer


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What somebody wants to publish: under which name, in which words, which files; `left_out` counts those that stay at home."""

    name: TemplateName
    says: str
    files: Mapping[str, bytes] = field(repr=False)
    left_out: int = 0


def words_of(raw: str, what: str) -> str | Refused:
    """What somebody says, in one line without white space around it; `Refused` where it is too long or no line.

    Args:
        raw: as it was typed; empty is one too.
        what: names it in the refusal.
    """
    text = raw.strip()
    if len(text) > LONGEST_SAYS or not text.isprintable():
        why = f"{what} has {len(text):,} characters, or more than one line; {LONGEST_SAYS} in one line are the most."
        return Refused(code="not_a_template", why=why, remedy="Shorten it.")
    return text


def next_version(newest: Published | None, *, owner: int | None, digest: Digest) -> int | Refused:
    """Which version the next one under a name is.

    A name belongs to the use case that published first under it: others offer. What is published already is not published twice.

    Args:
        newest: under this name; None where there is none.
        owner: row of the use case that publishes; None: it comes from elsewhere.
        digest: of its files.
    """
    if newest is None:
        return 1
    if newest.owned_by != owner:
        why = f"{newest.name!r} is published by {newest.origin.use_case!r} of team {newest.origin.team!r}."
        return Refused(code="template_name_taken", why=why, remedy="Choose another name, or offer your changes: `licet template offer`.")
    if newest.digest == digest:
        why = f"Exactly these files are published already, as version {newest.version} of {newest.name!r}."
        return Refused(code="already_done", why=why, remedy="")
    return newest.version + 1


def accept(offer: OpenOffer, newest: Published, *, over: int | None) -> Offered | Refused:
    """Says whether an offer may become the next version.

    Args:
        offer: as it stands.
        newest: of the template now.
        over: the version that whoever accepts knows to be replaced, where it is not the one that the team began from.
    """
    if offer.offered.base != newest.digest and over != newest.version:
        why = f"Version {newest.version} was published since the team began; what it changed would be undone where the offer differs."
        remedy = f"See `licet template offers {offer.offered.id}`, then accept with --over {newest.version}, or decline."
        return Refused(code="offer_outdated", why=why, remedy=remedy)
    return offer.offered


def published_to_json(one: Published, reuse: Reuse) -> Mapping[str, Json]:
    """A version for programs, without contents."""
    return {
        "name": one.name,
        "version": one.version,
        "digest": one.digest,
        "says": one.says,
        "from": {"team": one.origin.team, "use_case": one.origin.use_case, "elsewhere": one.origin.elsewhere},
        "published_at": one.at.isoformat(),
        "offer": one.offer,
        "uses": reuse.uses,
        "teams": reuse.teams,
        "files": {path: {"sha256": fact.sha256, "size": fact.size} for path, fact in one.listing.items()},
    }

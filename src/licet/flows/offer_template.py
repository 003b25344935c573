"""Offering back: a team's changes go to whoever publishes the template, who accepts them as the next version or says why not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from licet.core.canonical import Json
from licet.core.ids import PersonId
from licet.core.incident import Message
from licet.core.people import Act, Actor, Person
from licet.core.published import AcceptedOffer, DeclinedOffer, Offer, Offered, OpenOffer, Publication, Published, accept, words_of
from licet.core.refusal import Refused
from licet.core.template_files import Collected, FileChange, changes, check_files, files_digest, listing
from licet.core.use_case import UseCase
from licet.flows.office import Office, allowed_person, entry, person_at_work_on, whole_installation, working
from licet.flows.publish_template import Source, facts_of, origin_of, published_within
from licet.flows.use_template import began_from, newest_of
from licet.store import notices, templates, use_cases
from licet.store.book import Tx

NOTHING = Refused(code="nothing_to_offer", why="The use case's files are those of its template, or of its newest version.", remedy="")
NEEDS_REASON = Refused(code="reason_needed", why="An offer, and a no to one, say why.", remedy="Say it with --why.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An offer beside the newest version, with what it would change of that.

    Attributes:
        before: the newest version's files.
        after: the files offered.
    """

    offer: Offer
    newest: Published
    changed: tuple[FileChange, ...]
    before: Mapping[str, bytes] = field(repr=False)
    after: Mapping[str, bytes] = field(repr=False)


def offer_changes(office: Office, by: Actor, collected: Collected, *, name: str, why: str) -> Offered | Refused:
    """Offers a use case's files as the next version of the template that it began from.

    Args:
        office: the office.
        by: an owner or builder of the use case.
        collected: its files.
        name: the use case.
        why: in the team's words.

    Raises:
        NotATemplateError: when the files cannot be a template.
    """
    check_files(collected.files)
    said = words_of(why, "What is said of an offer") or NEEDS_REASON
    if isinstance(said, Refused):
        return said
    with office.book.write() as tx:
        now = office.clock.now()
        found = person_at_work_on(office, tx, by, Act.PUBLISH, name=name)
        if isinstance(found, Refused):
            return found
        use_case, person = found
        began = _to_offer(tx, use_case, collected)
        if isinstance(began, Refused):
            return began
        mine = listing(collected.files)
        ends = {"base": began.digest, "digest": files_digest(mine)}
        origin, token = origin_of(tx, use_case), office.draw.token("f_")
        made = Offered(id=token, name=began.name, listing=mine, origin=origin, why=said, by=person.id, at=now, **ends)
        templates.offer(tx, use_case, made, collected.files)
        differs = len(changes(began.listing, mine))
        facts: dict[str, Json] = {"offer": made.id, "template": made.name, **ends, "changed": differs}
        tx.record(entry("template.offered", by=person.id, now=now, use_case=use_case, **facts))
        body = f"{origin.use_case!r} of team {origin.team!r} changed {differs} files. See `licet template offers {made.id}`."
        _tell(tx, newest_of(tx, began).by, f"Changes to template {made.name!r} are offered", body, now)
        return made


def list_offers(office: Office) -> list[Offer]:
    """The offers that a use case here made or that are for a template published here, the newest first."""
    with office.book.read() as tx:
        return templates.offers(tx)


def see_offer(office: Office, *, offer: str) -> Held | Refused:
    """One offer, file by file, held against the newest version: what would change if it were accepted."""
    with office.book.read() as tx:
        found = _offer(tx, offer)
        if isinstance(found, Refused):
            return found
        newest = _newest(tx, found.offered)
        before, after = templates.files_of(tx, newest), templates.offered_files(tx, found.offered)
        return Held(offer=found, newest=newest, changed=changes(newest.listing, found.offered.listing), before=before, after=after)


def accept_offer(office: Office, by: Actor, *, offer: str, over: int | None = None) -> Published | Refused:
    """Publishes an offer as the next version; no team's folder changes by it.

    Args:
        office: the office.
        by: an owner or builder of the use case that publishes the template.
        offer: its id.
        over: the version that it replaces, where that is not the one that the team began from.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        found = _to_answer(office, tx, by, offer)
        if isinstance(found, Refused):
            return found
        offered = accept(found.offer, found.newest, over=over)
        if isinstance(offered, Refused):
            return offered
        wanted = Publication(name=offered.name, says=found.newest.says, files=templates.offered_files(tx, offered))
        source = Source(origin=found.newest.origin, by=found.person.id, owner=found.newest.owned_by, offer=offered.id)
        made = published_within(tx, wanted, source, now=now)
        if isinstance(made, Refused):
            return made
        templates.accepted(tx, offered, version=made.version, by=found.person.id, at=now)
        facts = facts_of(made, offer=offered.id)
        tx.record(entry("template.published", by=found.person.id, now=now, use_case=found.use_case, **facts))
        _tell(tx, offered.by, f"Your changes to template {made.name!r} are version {made.version}", "Your own folder stays as it is.", now)
        return made


def decline_offer(office: Office, by: Actor, *, offer: str, why: str) -> Offered | Refused:
    """Says no to an offer, with a reason that its team is told."""
    reason = words_of(why, "A reason") or NEEDS_REASON
    if isinstance(reason, Refused):
        return reason
    with office.book.write() as tx:
        now = office.clock.now()
        found = _to_answer(office, tx, by, offer)
        if isinstance(found, Refused):
            return found
        offered = found.offer.offered
        templates.declined(tx, offered, reason=reason, by=found.person.id, at=now)
        facts = {"offer": offered.id, "template": offered.name, "digest": offered.digest}
        tx.record(entry("template.offer_declined", by=found.person.id, now=now, use_case=found.use_case, **facts))
        _tell(tx, offered.by, f"Your changes to template {offered.name!r} were declined", reason, now)
        return offered


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answerable:
    """An open offer and who may answer it; `use_case` publishes the template, None: it was brought from elsewhere."""

    offer: OpenOffer
    newest: Published
    use_case: UseCase | None
    person: Person


def _to_answer(office: Office, tx: Tx, by: Actor, offer: str) -> _Answerable | Refused:
    found = _offer(tx, offer)
    if isinstance(found, Refused):
        return found
    newest = _newest(tx, found.offered)
    use_case = _publisher(tx, newest, offer)
    if isinstance(use_case, Refused):
        return use_case
    person = allowed_person(office, tx, by, Act.PUBLISH, use_case)
    if isinstance(person, Refused):
        return person
    if isinstance(found, AcceptedOffer | DeclinedOffer):
        return Refused(code="offer_not_open", why=f"Offer {offer!r} was answered already.", remedy="")
    return _Answerable(offer=found, newest=newest, use_case=use_case, person=person)


def _publisher(tx: Tx, newest: Published, offer: str) -> UseCase | Refused | None:
    """The use case that publishes a template, if it is there for this transaction and still takes acts."""
    if newest.owned_by is None:
        return whole_installation(tx)
    there = use_cases.find_by_id(tx, newest.owned_by)
    return _unknown(offer) if there is None else working(tx, there.slug)


def _offer(tx: Tx, offer: str) -> Offer | Refused:
    return next((one for one in templates.offers(tx) if one.offered.id == offer), None) or _unknown(offer)


def _unknown(offer: str) -> Refused:
    return Refused(code="no_such_offer", why=f"There is no offer {offer!r} here.", remedy="See `licet template offers`.")


def _newest(tx: Tx, offered: Offered) -> Published:
    newest = templates.newest(tx, offered.name)
    if newest is None:
        message = f"offer {offered.id!r} is for a template {offered.name!r} that is not there"
        raise LookupError(message)
    return newest


def _to_offer(tx: Tx, use_case: UseCase, collected: Collected) -> Published | Refused:
    """The version that a use case began from, where its files differ from that and from the newest one."""
    found = began_from(tx, use_case)
    if isinstance(found, Refused):
        return found
    began = found[1]
    mine = listing(collected.files)
    return began if changes(began.listing, mine) and changes(newest_of(tx, began).listing, mine) else NOTHING


def _tell(tx: Tx, to: PersonId, subject: str, body: str, now: datetime) -> None:
    notices.tell(tx, Message(to=to, subject=subject, body=body), at=now)

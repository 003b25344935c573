"""Withdrawing a template: it is taken back for a reason, stays readable for those who use it, and nobody begins from it any more."""

from dataclasses import dataclass
from datetime import datetime

from licet.core.canonical import Json
from licet.core.incident import Message
from licet.core.people import Act, Actor, Person
from licet.core.published import Published, Reference, words_of
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.core.withdrawal import Withdrawal
from licet.flows.office import Office, allowed_person, entry, whole_installation
from licet.flows.publish_template import standing, version_of
from licet.store import notices, people, templates, use_cases
from licet.store.book import Tx

NEEDS_REASON = Refused(code="reason_needed", why="Whoever uses a template reads why it was withdrawn.", remedy="Say it with --reason.")


def withdraw_template(office: Office, by: Actor, wanted: Reference, *, reason: str) -> tuple[Withdrawal, ...] | Refused:
    """Takes versions of a template back, for good: the one that a digest names, or without a digest every one there is under the name.

    Args:
        office: the office.
        by: an owner in the use case that publishes it, risk, or an admin; for one brought from elsewhere the same of the installation.
        wanted: the template, or one version of it.
        reason: in one line; every team reads it.

    Returns:
        What was taken back, the newest version first.
    """
    said = words_of(reason, "A reason") or NEEDS_REASON
    if isinstance(said, Refused):
        return said
    with office.book.write() as tx:
        now = office.clock.now()
        found = _to_withdraw(office, tx, by, wanted)
        if isinstance(found, Refused):
            return found
        return tuple(_taken_back(tx, found, one, reason=said, now=now) for one in found.versions)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Withdrawable:
    """Versions that still stand, and who may take them back; `use_case` publishes them, None: they were brought from elsewhere."""

    versions: list[Published]
    use_case: UseCase | None
    person: Person


def _to_withdraw(office: Office, tx: Tx, by: Actor, wanted: Reference) -> _Withdrawable | Refused:
    found = version_of(tx, wanted)
    if isinstance(found, Refused):
        return found
    use_case = _publisher(tx, found)
    if isinstance(use_case, Refused):
        return use_case
    person = allowed_person(office, tx, by, Act.WITHDRAW, use_case)
    if isinstance(person, Refused):
        return person
    versions = standing(tx, templates.versions(tx, found.name) if wanted.pin is None else [found])
    if not versions:
        return Refused(code="already_done", why=f"Template {str(wanted)!r} is withdrawn already.", remedy="")
    return _Withdrawable(versions=versions, use_case=use_case, person=person)


def _publisher(tx: Tx, found: Published) -> UseCase | Refused | None:
    """The use case that publishes a template, retired or not; None: none does."""
    if found.owned_by is None:
        return whole_installation(tx)
    there = use_cases.find_by_id(tx, found.owned_by)
    if there is not None:
        return there
    why = f"{found.name!r} is published by {found.origin.use_case!r} of team {found.origin.team!r}, which reaches beyond team {tx.team!r}."
    return Refused(
        code="beyond_the_team", why=why, remedy="Let its owner withdraw it, or risk or an admin who is not bound to another team."
    )


def _taken_back(tx: Tx, found: _Withdrawable, one: Published, *, reason: str, now: datetime) -> Withdrawal:
    made = Withdrawal(name=one.name, version=one.version, digest=one.digest, published_at=one.at, reason=reason, by=found.person.id, at=now)
    templates.withdraw(tx, made)
    facts: dict[str, Json] = {"template": one.name, "version": one.version, "digest": one.digest}
    tx.record(entry("template.withdrawn", by=found.person.id, now=now, use_case=found.use_case, **facts))
    subject = f"Version {one.version} of template {one.name!r} was withdrawn"
    body = f"{reason} A use case of yours began from it. Your own folder stays as it is: see `licet template diff`."
    for person in sorted(templates.users(tx, made)):
        if people.by_id(tx, person) is not None:
            notices.tell(tx, Message(to=person, subject=subject, body=body), at=now)
    return made

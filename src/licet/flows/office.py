"""The office: what every flow stands on, and how it knows who acts."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from licet.core.canonical import Json
from licet.core.gate_rules import GateRules
from licet.core.ids import LICET, OPERATOR, PROGRAM, PersonId, TeamName, UseCaseSlug
from licet.core.ledger import Event
from licet.core.people import Act, Actor, Operator, Person, permit, permit_person
from licet.core.refusal import Refused
from licet.core.use_case import UseCase, in_use
from licet.ports import Clock, Draw, Effects, FarWitness, GuardianMaker, Post, Seal, Systems, Trainer, Vault, Witness
from licet.store import people, use_cases
from licet.store.book import Book, Tx
from licet.store.team_book import TeamBook

ASSERTED = "asserted"
"""Until people sign in, who acts is what they say: every entry and every report says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The database and the outside world, behind their ports; and the gate rules that came with the release."""

    book: Book
    clock: Clock
    draw: Draw
    vault: Vault
    seal: Seal
    witness: Witness
    post: Post
    trainer: Trainer
    guardians: GuardianMaker
    systems: Systems
    effects: Effects
    gates: GateRules
    far_witness: FarWitness | None = None

    def for_team(self, team: TeamName) -> Self:
        """The office of one team: in every transaction, whatever is asked, use cases of other teams are not there.

        Whoever acts for a team (a token, a person who signed in) is given this office and no other.
        """
        return replace(self, book=TeamBook(self.book, team))


class UnknownPersonError(LookupError):
    """Nobody of this address was added."""

    def __init__(self, email: str, known: list[str]) -> None:
        """Names the offender and who there is."""
        there = ", ".join(known) if known else "nobody yet"
        super().__init__(f"Nobody here has the address {email!r}. There are: {there}. Add a person with `licet person add`.")


def who(office: Office, email: str | None) -> Actor:
    """Finds who acts: a person by address, or the operator where nobody is named.

    Raises:
        UnknownPersonError: when nobody has the address.
    """
    if email is None:
        return Operator()
    with office.book.read() as tx:
        found = people.by_email(tx, email)
        if found is None:
            raise UnknownPersonError(email, [p.email for p, _ in people.everyone(tx)])
        return found


def working(tx: Tx, slug: str) -> UseCase | Refused:
    """The use case by name, if it still takes acts."""
    return in_use(use_cases.require(tx, slug))


def allowed(office: Office, tx: Tx, by: Actor, act: Act, use_case: UseCase | None) -> Actor | Refused:
    """Says whether somebody may do something: in a use case, or with None in the installation. Each act of each flow asks this."""
    del office, tx
    return permit(by, act, use_case_owner=None if use_case is None else use_case.owner)


def allowed_person(office: Office, tx: Tx, by: Actor, act: Act, use_case: UseCase | None) -> Person | Refused:
    """As `allowed`, for acts that leave a person's name behind: neither the operator nor a token ever passes."""
    del office, tx
    return permit_person(by, act, use_case_owner=None if use_case is None else use_case.owner)


def at_work_on(office: Office, tx: Tx, by: Actor, act: Act, *, name: str) -> tuple[UseCase, Actor] | Refused:
    """The use case by name and who acts in it, if it still takes acts and the act is theirs."""
    use_case = working(tx, name)
    if isinstance(use_case, Refused):
        return use_case
    permitted = allowed(office, tx, by, act, use_case)
    return permitted if isinstance(permitted, Refused) else (use_case, permitted)


def entry(what: str, *, by: PersonId, now: datetime, use_case: UseCase | UseCaseSlug | None, **facts: Json) -> Event:
    """A ledger entry; acts of people say that their identity is asserted, those of programs that a token showed it."""
    slug = use_case.slug if isinstance(use_case, UseCase) else use_case
    said: dict[str, Json] = dict(facts)
    if by.startswith(PROGRAM):
        said["identity"] = "token"
    elif by not in {LICET, OPERATOR}:
        said["identity"] = ASSERTED
    return Event(what=what, at=now, by=by, use_case=slug, facts=said)

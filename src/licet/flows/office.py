"""The office: what every flow stands on, and how it knows who acts."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from licet.core.canonical import Json
from licet.core.ids import LICET, OPERATOR, PROGRAM, PersonId, TeamName, UseCaseSlug
from licet.core.ledger import Event
from licet.core.people import Act, Actor, Identity, Operator, Person, permit, permit_person
from licet.core.refusal import Refused
from licet.core.use_case import UseCase, in_use
from licet.ports import Clock, Codes, Draw, Effects, FarWitness, GuardianMaker, Passwords, Post, Seal, Systems, Trainer, Vault, Witness
from licet.store import accounts, people, use_cases
from licet.store.book import Book, Tx
from licet.store.person_book import PersonBook
from licet.store.team_book import TeamBook

ASSERTED = Identity.ASSERTED.value

@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The database and the outside world, behind their ports.

    Attributes:
        signed_in: who signed in and works in this office; None: nobody did. Their ledger entries say how they showed who they are.
    """

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
    far_witness: FarWitness | None = None
    passwords: Passwords
    codes: Codes
    signed_in: Person | None = None

    def for_person(self, person: Person) -> Self:
        """The office of a person who signed in: entries of theirs carry `person.identity`, and `who` finds them without being told."""
        return replace(self, book=PersonBook(self.book, person), signed_in=person)

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


class SignInNeededError(PermissionError):
    """Somebody was named who acts, where nobody is taken at their word; `refused` says it as a rule does."""

    def __init__(self, refused: Refused) -> None:
        """Takes the refusal."""
        super().__init__(refused.why)
        self.refused = refused


def who(office: Office, email: str | None) -> Actor:
    """Finds who acts: whoever signed in, else a person by address as long as nobody here has an account, else the operator.

    From the moment on in which the first account is set up, a name is no longer enough for anybody: who has no account yet would
    be the name to use.

    Raises:
        UnknownPersonError: when nobody has the address.
        SignInNeededError: when a person is named and people have accounts here, or the person's is disabled.
    """
    if email is None:
        return office.signed_in or Operator()
    with office.book.read() as tx:
        found = people.by_email(tx, email)
        if found is None:
            raise UnknownPersonError(email, [p.email for p, _ in people.everyone(tx)])
        if office.signed_in is not None and office.signed_in.id == found.id:
            return office.signed_in
        taken = taken_at_word(tx, found)
    if isinstance(taken, Refused):
        raise SignInNeededError(taken)
    return taken


def taken_at_word(tx: Tx, person: Person) -> Person | Refused:
    """Says whether somebody who did not sign in may act under a name: only while nobody has an account, and never if theirs is disabled."""
    theirs = accounts.find(tx, person.id)
    if theirs is not None and theirs.disabled_at is not None:
        why = f"The account of {person.email!r} is disabled."
        return Refused(code="account_disabled", why=why, remedy="Ask an admin: `licet account enable E-MAIL`.")
    if accounts.any_set_up(tx):
        why = f"People have accounts here, and nobody is taken at their word any more, not for {person.email!r} either."
        return Refused(code="sign_in_needed", why=why, remedy=f"Sign in: `licet login {person.email}`, and leave --as out.")
    return person


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
    """A ledger entry. Acts of programs say that a token showed who they are; acts of people that they are asserted.

    In the office of a person who signed in, the book says of that person's entries how they showed it instead (`Tx.record`).
    """
    slug = use_case.slug if isinstance(use_case, UseCase) else use_case
    said: dict[str, Json] = dict(facts)
    if by.startswith(PROGRAM):
        said["identity"] = "token"
    elif by not in {LICET, OPERATOR}:
        said["identity"] = Identity.ASSERTED.value
    return Event(what=what, at=now, by=by, use_case=slug, facts=said)

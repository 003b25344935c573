"""The office: what every flow stands on, and how it knows who acts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Self

from licet.core.canonical import Json
from licet.core.coded_rule import NoRules, Rules
from licet.core.ids import LICET, OPERATOR, PROGRAM, PersonId, TeamName, UseCaseSlug
from licet.core.ledger import Event
from licet.core.own_grader import Graders, NoGraders
from licet.core.people import Act, Actor, Caller, Identity, Operator, Person
from licet.core.policy import Asked, Permission, Permitted, Place, PolicyAnswer, Who, hand, person_needed, why_not
from licet.core.process import NothingStated
from licet.core.refusal import Refused
from licet.core.risk import Tier
from licet.core.rules import RuleKind
from licet.core.use_case import UseCase, in_use
from licet.flows.roles import person_here
from licet.ports import (
    Announcer,
    Clock,
    Codes,
    Desks,
    Draw,
    Effects,
    FarWitness,
    GuardianMaker,
    Judges,
    Passwords,
    Policies,
    Post,
    Seal,
    Systems,
    Trainer,
    Vault,
    Witness,
)
from licet.ports_process import StatedProcesses
from licet.store import accounts, approvals, people, risks, rules, use_cases
from licet.store.book import Book, Tx
from licet.store.person_book import PersonBook
from licet.store.team_book import TeamBook

if TYPE_CHECKING:
    from licet.core.gate_rules import GateRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The database and the outside world, behind their ports.

    Attributes:
        shipped_gates: gives the gate rules that came with the release.
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
    policies: Policies
    shipped_gates: Callable[[], "GateRules"]
    passwords: Passwords
    codes: Codes
    desks: Desks
    judges: Judges
    far_witness: FarWitness | None = None
    announcer: Announcer | None = None
    processes: StatedProcesses = field(default_factory=NothingStated)
    graders: Graders = field(default_factory=NoGraders)
    rules: Rules = field(default_factory=NoRules)
    signed_in: Person | None = None

    @property
    def gates(self) -> "GateRules":
        """The gate rules that came with the release; most commands never ask for them."""
        return self.shipped_gates()

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
    """Says whether somebody may do something: in a use case, or with None in the installation. Each act of each flow asks this.

    Returns:
        Who acts, a person with the roles that hold there; or `Refused` with what is missing.
    """
    asked, answer, here = question_of(office, tx, by, act, use_case)
    return here if isinstance(answer, Permitted) else why_not(asked, answer, here)


def allowed_person(office: Office, tx: Tx, by: Actor, act: Act, use_case: UseCase | None) -> Person | Refused:
    """As `allowed`, for acts that leave a person's name behind: neither the operator nor a token ever passes."""
    found = permitted(office, tx, by, act, use_case)
    return found if isinstance(found, Refused) else found.by


def permitted(office: Office, tx: Tx, by: Actor, act: Act, use_case: UseCase | None) -> Permission | Refused:
    """As `allowed_person`, for acts of high stake: what comes back names the policies that said yes, and nothing is signed without it."""
    asked, answer, here = question_of(office, tx, by, act, use_case)
    if not isinstance(answer, Permitted):
        return why_not(asked, answer, here)
    if not isinstance(here, Person):
        return person_needed(here, act, answer.takes)
    return Permission(by=here, act=act, use_case=None if use_case is None else use_case.slug, policy=answer.policy)


def question_of(office: Office, tx: Tx, by: Actor, act: Act, use_case: UseCase | None) -> tuple[Asked, PolicyAnswer, Actor]:
    """Asks the policies in force with the facts of this transaction; gives question, answer, and who acts with the roles that hold here."""
    here = person_here(tx, by, use_case) if isinstance(by, Person) else by
    asked = asked_of(tx, here, act, use_case)
    held = tx.once(("policy",), lambda: rules.digest_in_force(tx, RuleKind.POLICY))
    return asked, office.policies.answer(asked, held, lambda: policy_additions(tx)), here


def policy_additions(tx: Tx) -> str:
    """What the organisation added to the policies that Licet ships, as text; empty: nothing."""
    held = rules.in_force(tx, RuleKind.POLICY)
    return "" if held is None else held.text


def asked_of(tx: Tx, by: Actor, act: Act, use_case: UseCase | None) -> Asked:
    """The question as it stands in this transaction."""
    person = isinstance(by, Person)
    return Asked(
        who=_SORTS[type(by)],
        id=by.id,
        roles=by.roles if isinstance(by, Person) else frozenset(),
        act=act,
        place=None if use_case is None else _place(tx, use_case),
        identity=by.identity if isinstance(by, Person) else Identity.ASSERTED,
        break_glass=_in_an_emergency(tx, by),
        hands=frozenset(map(hand, use_cases.hands_of(tx, use_case, by.id))) if person and use_case is not None else frozenset(),
        signers=len(approvals.signers(tx, use_case)) if use_case is not None and act in _COUNTING else 0,
    )


def _in_an_emergency(tx: Tx, by: Actor) -> bool:
    """Whether somebody came in by an account that was made from the machine itself; who did not sign in came in by none."""
    if not isinstance(by, Person) or by.identity is Identity.ASSERTED:
        return False
    account = tx.once(("account", by.id), lambda: accounts.find(tx, by.id))
    return account is not None and account.break_glass


def _place(tx: Tx, use_case: UseCase) -> Place:
    tier = tx.once(("tier", use_case.id), lambda: _tier(tx, use_case))
    return Place(slug=use_case.slug, owner=use_case.owner, stage=use_case.stage, tier=tier)


def _tier(tx: Tx, use_case: UseCase) -> Tier | None:
    answered = risks.newest(tx, use_case)
    return None if answered is None else answered.tier


_SORTS: Mapping[type[Actor], Who] = {Person: Who.PERSON, Operator: Who.OPERATOR, Caller: Who.TOKEN}
_COUNTING = frozenset({Act.GRANT, Act.EXPOSE})
"""Acts for which the people who approved what is proposed now are counted."""


def at_work_on(office: Office, tx: Tx, by: Actor, act: Act, *, name: str) -> tuple[UseCase, Actor] | Refused:
    """The use case by name and who acts in it, if it still takes acts and the act is theirs."""
    use_case = working(tx, name)
    if isinstance(use_case, Refused):
        return use_case
    actor = allowed(office, tx, by, act, use_case)
    return actor if isinstance(actor, Refused) else (use_case, actor)


def person_at_work_on(office: Office, tx: Tx, by: Actor, act: Act, *, name: str) -> tuple[UseCase, Person] | Refused:
    """As `at_work_on`, for acts that leave a person's name behind (`allowed_person`)."""
    use_case = working(tx, name)
    if isinstance(use_case, Refused):
        return use_case
    person = allowed_person(office, tx, by, act, use_case)
    return person if isinstance(person, Refused) else (use_case, person)


def whole_installation(tx: Tx) -> Refused | None:
    """Says no, in the office of one team, to what holds for the whole installation: its rules, the fast lane. None in any other office."""
    if tx.team is None:
        return None
    why = f"This holds for the whole installation, which reaches beyond team {tx.team!r}."
    return Refused(code="beyond_the_team", why=why, remedy="Let somebody do it who is not bound to one team.")


def entry(what: str, *, by: PersonId, now: datetime, use_case: UseCase | UseCaseSlug | None, **facts: Json) -> Event:
    """A ledger entry. Acts of programs say that a token showed who they are; acts of people that they are asserted.

    In the office of a person who signed in, the book says of that person's entries how they showed it instead (`Tx.record`).
    """
    slug = use_case.slug if isinstance(use_case, UseCase) else use_case
    said: dict[str, Json] = dict(facts)
    if by.startswith(PROGRAM):
        said.setdefault("identity", "token")
    elif by not in {LICET, OPERATOR}:
        said.setdefault("identity", Identity.ASSERTED.value)
    return Event(what=what, at=now, by=by, use_case=slug, facts=said)

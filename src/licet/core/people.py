"""People: who they are, how they showed it, which roles they carry, and who may do what."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from licet.core.ids import OPERATOR, PROGRAM, PersonId
from licet.core.refusal import Refused


class Role(StrEnum):
    """What a person stands for. One person may carry several; they still count as one person."""

    OWNER = "owner"
    BUILDER = "builder"
    REVIEWER = "reviewer"
    SENIOR_REVIEWER = "senior reviewer"
    RISK = "risk"
    ADMIN = "admin"
    AUDITOR = "auditor"


class Identity(StrEnum):
    """How somebody showed who they are; the ledger says it with each of their acts."""

    ASSERTED = "asserted"
    """They said so. Counts only while nobody in the installation has an account."""

    SIGNED_IN = "signed in"
    """They signed in, and the session still lasts."""

    CONFIRMED = "confirmed"
    """They signed in and showed it once more within the last minutes, with the second factor where the account has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a name. `id` goes into the ledger; name and e-mail address never do. `identity`: how they showed who they are."""

    id: PersonId
    email: str
    name: str
    roles: frozenset[Role]
    identity: Identity = Identity.ASSERTED

    def has(self, *roles: Role) -> bool:
        """Whether the person carries at least one of the roles."""
        return not self.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Nobody in particular: whoever runs the command without saying who acts."""

    id: PersonId = OPERATOR
    name: str = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A program with a token of the API. It brings cases in and may press the stop; it is nobody, and signs nothing.

    Attributes:
        token: which token, by its public id; the ledger carries it as `id`.
        name: what people call it.
    """

    token: str
    name: str

    @property
    def id(self) -> PersonId:
        """Who acts, as the ledger says it."""
        return PersonId(PROGRAM + self.token)


Actor = Person | Operator | Caller


class Act(StrEnum):
    """What can be done, as far as it needs somebody's right to do it."""

    SET_UP = "set up"
    ADD_PERSON = "add a person"
    CREATE_USE_CASE = "create a use case"
    IMPORT = "import history"
    EVALUATE = "evaluate"
    EXPORT = "export"
    SUBMIT = "submit cases"
    LOCK = "lock a standard"
    REVISE = "revise a standard"
    COUNTERSIGN = "countersign a standard"
    OPEN_SEALED = "open sealed cases"
    APPROVE = "approve a gate"
    PROPOSE = "propose a mandate"
    GRANT = "grant a mandate"
    SUSPEND = "suspend a mandate"
    STOP = "press the stop"
    LIFT = "lift the stop"
    LIFT_TEAM = "lift the stop of a team"
    LIFT_EVERYWHERE = "lift the stop of the installation"
    REINSTATE = "reinstate a mandate"
    REVOKE = "revoke a mandate"
    ADJUDICATE = "adjudicate"
    REVIEW = "review"
    CORRECT = "correct a decision"
    ERASE = "erase a case"
    RETIRE = "retire a use case"
    MOVE = "move a use case to another team"
    ISSUE = "make or revoke a token"
    ISSUE_EVERYWHERE = "make or revoke a token for all use cases"
    DELIVER = "deliver effects"
    REPLAY = "replay effects"
    LOOK = "look"
    MAKE_LINK = "make a set-up link"
    DISABLE = "disable or enable an account"
    GIVE_ROLE = "give or take a role"
    ANSWER_RISK = "answer the risk questions"
    CHANGE_RULES = "propose a change of the rules"
    APPROVE_RULES = "approve a change of the rules"
    ENTER_STAGE = "enter a stage"
    ASK_APPROVAL = "ask for approval"
    QUESTION = "ask a question about a request"
    DECLINE = "decline a request"
    PRE_APPROVE = "approve a change envelope"
    VETO = "veto a change"
    NARROW = "narrow a mandate"
    EXPOSE = "widen a mandate's exposure"
    DRILL = "exercise the stop"
    WITNESS = "take in a witness's signature"


OPERATOR_ACTS = frozenset({Act.SET_UP, Act.ADD_PERSON, Act.CREATE_USE_CASE, Act.IMPORT, Act.EVALUATE, Act.EXPORT, Act.SUBMIT, Act.DELIVER})

TOKEN_ACTS = frozenset({Act.SUBMIT, Act.STOP})
"""What a token may do: bring work in, and take AI's authority away. It never gives any."""

ROLES_FOR: Mapping[Act, frozenset[Role]] = {
    Act.SET_UP: frozenset(Role) - {Role.AUDITOR},
    Act.ADD_PERSON: frozenset({Role.ADMIN, Role.OWNER}),
    Act.CREATE_USE_CASE: frozenset({Role.OWNER, Role.BUILDER, Role.ADMIN}),
    Act.IMPORT: frozenset({Role.OWNER, Role.BUILDER, Role.ADMIN}),
    Act.EVALUATE: frozenset({Role.OWNER, Role.BUILDER, Role.RISK, Role.ADMIN}),
    Act.EXPORT: frozenset(Role),
    Act.SUBMIT: frozenset(Role) - {Role.AUDITOR},
    Act.LOCK: frozenset({Role.OWNER}),
    Act.REVISE: frozenset({Role.OWNER}),
    Act.COUNTERSIGN: frozenset({Role.RISK}),
    Act.OPEN_SEALED: frozenset({Role.OWNER}),
    Act.APPROVE: frozenset({Role.RISK, Role.OWNER}),
    Act.PROPOSE: frozenset({Role.OWNER, Role.BUILDER}),
    Act.GRANT: frozenset({Role.OWNER}),
    Act.SUSPEND: frozenset({Role.OWNER, Role.RISK, Role.ADMIN}),
    Act.STOP: frozenset({Role.OWNER, Role.RISK, Role.ADMIN}),
    Act.LIFT: frozenset({Role.OWNER, Role.RISK}),
    Act.LIFT_TEAM: frozenset({Role.RISK}),
    Act.LIFT_EVERYWHERE: frozenset({Role.RISK}),
    Act.REINSTATE: frozenset({Role.RISK}),
    Act.REVOKE: frozenset({Role.OWNER, Role.RISK, Role.ADMIN}),
    Act.ADJUDICATE: frozenset({Role.REVIEWER, Role.SENIOR_REVIEWER, Role.OWNER, Role.RISK}),
    Act.REVIEW: frozenset({Role.REVIEWER, Role.SENIOR_REVIEWER, Role.OWNER}),
    Act.CORRECT: frozenset({Role.REVIEWER, Role.SENIOR_REVIEWER, Role.OWNER}),
    Act.ERASE: frozenset({Role.OWNER, Role.ADMIN}),
    Act.RETIRE: frozenset({Role.OWNER, Role.ADMIN}),
    Act.MOVE: frozenset({Role.ADMIN}),
    Act.ISSUE: frozenset({Role.OWNER, Role.ADMIN}),
    Act.ISSUE_EVERYWHERE: frozenset({Role.ADMIN}),
    Act.DELIVER: frozenset(Role) - {Role.AUDITOR},
    Act.REPLAY: frozenset({Role.OWNER, Role.ADMIN}),
    Act.LOOK: frozenset(Role),
    Act.MAKE_LINK: frozenset({Role.ADMIN}),
    Act.DISABLE: frozenset({Role.ADMIN}),
    Act.GIVE_ROLE: frozenset({Role.ADMIN}),
    Act.ANSWER_RISK: frozenset({Role.OWNER, Role.BUILDER, Role.RISK}),
    Act.CHANGE_RULES: frozenset({Role.RISK, Role.ADMIN, Role.OWNER}),
    Act.APPROVE_RULES: frozenset({Role.RISK}),
    Act.ENTER_STAGE: frozenset({Role.OWNER}),
    Act.ASK_APPROVAL: frozenset({Role.OWNER, Role.BUILDER}),
    Act.QUESTION: frozenset({Role.RISK, Role.OWNER}),
    Act.DECLINE: frozenset({Role.RISK, Role.OWNER}),
    Act.PRE_APPROVE: frozenset({Role.RISK}),
    Act.VETO: frozenset({Role.RISK, Role.OWNER}),
    Act.NARROW: frozenset({Role.OWNER, Role.RISK, Role.ADMIN}),
    Act.EXPOSE: frozenset({Role.OWNER, Role.RISK}),
    Act.DRILL: frozenset({Role.OWNER, Role.RISK, Role.ADMIN}),
    Act.WITNESS: frozenset({Role.RISK, Role.ADMIN, Role.AUDITOR}),
}

OWNERS_OWN = frozenset(
    {
        *(Act.LOCK, Act.REVISE, Act.GRANT, Act.OPEN_SEALED, Act.LIFT, Act.CORRECT, Act.ISSUE, Act.ENTER_STAGE, Act.EXPOSE),
        *(Act.ASK_APPROVAL, Act.ANSWER_RISK),
    }
)
"""Acts in which being an owner counts in one's own use case only; another role that permits the act counts in each."""


def permit(actor: Actor, act: Act, *, use_case_owner: PersonId | None) -> Actor | Refused:
    """Says whether somebody may do something, by role and ownership.

    Args:
        actor: who acts.
        act: what is to be done.
        use_case_owner: who owns the use case; None while nobody does (or for acts outside one).

    Returns:
        The actor, or `Refused` with `person_needed`, `not_permitted` or `not_the_owner`.
    """
    if not isinstance(actor, Person):
        may = OPERATOR_ACTS if isinstance(actor, Operator) else TOKEN_ACTS
        return actor if act in may else _person_needed(actor, act)
    if not actor.has(*ROLES_FOR[act]):
        why = f"{actor.email!r} ({_names(actor.roles)}) may not {act.value}; it takes: {_names(ROLES_FOR[act])}."
        return Refused(code="not_permitted", why=why, remedy="Let somebody with that role do it.")
    as_owner = not actor.has(*(ROLES_FOR[act] - {Role.OWNER}))
    if act in OWNERS_OWN and as_owner and use_case_owner not in {None, actor.id}:
        why = f"{actor.email!r} is not the owner of this use case and may not {act.value}."
        return Refused(code="not_the_owner", why=why, remedy="Let the owner of this use case do it.")
    return actor


def permit_person(actor: Actor, act: Act, *, use_case_owner: PersonId | None) -> Person | Refused:
    """As `permit`, for acts that leave a person's name behind: neither the operator nor a token ever passes."""
    permitted = permit(actor, act, use_case_owner=use_case_owner)
    return permitted if isinstance(permitted, Person | Refused) else _person_needed(permitted, act)


def _person_needed(actor: Operator | Caller, act: Act) -> Refused:
    who = "The operator" if isinstance(actor, Operator) else f"The token {actor.name!r}"
    needed = _names(ROLES_FOR[act])
    return Refused(
        code="person_needed",
        why=f"{who} may not {act.value}; it takes a named person.",
        remedy=f"Repeat with --as E-MAIL of: {needed}.",
    )


def _names(roles: frozenset[Role]) -> str:
    return ", ".join(sorted(role.value for role in roles)) or "no role"

"""People: who they are, how they showed it, which roles they carry, and what can be done; policies say who may do what."""

from dataclasses import dataclass
from enum import StrEnum

from licet.core.ids import OPERATOR, PROGRAM, PersonId


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
    IMPORT_EVIDENCE = "import outside evidence"
    STUDY = "study a process"
    PUBLISH = "publish a template"
    WITHDRAW = "withdraw a template"
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
    SEE_FLAGS = "see flags of reviewers"
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
    BREAK_GLASS = "make an admin for an emergency"
    DISABLE = "disable or enable an account"
    GIVE_ROLE = "give or take a role"
    ANSWER_RISK = "answer the risk questions"
    AFFIRM_RISK = "affirm the risk answers"
    CHANGE_RULES = "propose a change of the rules"
    APPROVE_RULES = "approve a change of the rules"
    ENTER_STAGE = "enter a stage"
    ASK_APPROVAL = "ask for approval"
    QUESTION = "ask a question about a request"
    DECLINE = "decline a request"
    PRE_APPROVE = "approve a change envelope"
    OPEN_FAST_LANE = "open or close the fast lane"
    VETO = "veto a change"
    NARROW = "narrow a mandate"
    EXPOSE = "widen a mandate's exposure"
    DRILL = "exercise the stop"
    INVESTIGATE = "investigate an incident"
    SET_STEPS = "set the steps of a workflow"
    WITNESS = "take in a witness's signature"

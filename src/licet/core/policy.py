"""Policy: the question who may do what, and the answer, which says what is missing where it is no."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from licet.core.ids import Digest, PersonId, UseCaseSlug
from licet.core.people import Act, Actor, Caller, Identity, Operator, Person, Role
from licet.core.refusal import CODES, Refused
from licet.core.risk import Tier
from licet.core.use_case import Stage


class Who(StrEnum):
    """What sort of somebody asks."""

    PERSON = "person"
    OPERATOR = "operator"
    TOKEN = "token"  # noqa: S105 - a word
    PLUGIN = "plugin"
    AI = "ai"


class Hand(StrEnum):
    """What somebody did in a use case before."""

    CREATOR = "creator"
    IMPORTER = "importer"
    EVALUATOR = "evaluator"
    LOCKER = "locker"
    PROPOSER = "proposer"
    RISK_ANSWERS = "risk answers"
    BUILDER = "builder"
    OTHER = "other"


def hand(word: str) -> Hand:
    """Reads what somebody did; what has no word of its own is a hand all the same."""
    return Hand(word) if word in set(Hand) else Hand.OTHER


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The use case that a question is about.

    Attributes:
        owner: who owns it; None while nobody does.
        tier: how much care it takes; None while the risk questions are not answered.
    """

    slug: UseCaseSlug
    owner: PersonId | None
    stage: Stage
    tier: Tier | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question: may this one do that, there?

    Attributes:
        who: what sort of somebody.
        id: as the ledger names them.
        roles: those that hold in this use case; none of what is no person.
        act: what is to be done.
        place: the use case; None: the installation.
        identity: how they showed who they are.
        break_glass: whether they came in by the account for emergencies.
        hands: what they did in the use case before.
        signers: how many different people approved exactly what is proposed now; counted by Licet, never by who asks.
    """

    who: Who
    id: PersonId
    roles: frozenset[Role]
    act: Act
    place: Place | None
    identity: Identity = Identity.ASSERTED
    break_glass: bool = False
    hands: frozenset[Hand] = frozenset()
    signers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One policy, as far as an answer tells of it.

    Attributes:
        id: its name in the policy files.
        says: the rule in words.
        code: the refusal's code; empty where the policy names none.
        remedy: what to do where it says no; empty where the policy names nothing.
    """

    id: str
    says: str
    code: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """A policy that would permit the act, and what it takes that is not there.

    Attributes:
        roles: one of these is needed; empty where the role is there, or none would help.
        conditions: what else is missing, in words.
    """

    rule: Rule
    roles: frozenset[Role]
    conditions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Permitted:
    """Yes, by these policies. `takes`: the roles to which some policy permits the act at all."""

    by: tuple[str, ...]
    policy: Digest
    takes: frozenset[Role] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """No: some policies forbid it, or none permits it; then what each that could have permitted it lacks."""

    forbidden: tuple[Rule, ...]
    lacks: tuple[Lack, ...]
    policy: Digest
    takes: frozenset[Role] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """The policies gave no answer: they or the question are malformed, failed or took too long. It counts as no."""

    why: str
    policy: Digest


PolicyAnswer = Permitted | Denied | Unanswered


class NotAskedError(RuntimeError):
    """A permission was used for another act than the one it was given for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What a question leaves behind that was answered yes: who may do what, where, and by which policies. Only the door makes one.

    Attributes:
        by: the person, with the roles that hold there.
        act: what was asked for.
        use_case: where; None: the installation.
        policy: digest of the policies that said yes.
    """

    by: Person
    act: Act
    use_case: UseCaseSlug | None
    policy: Digest

    def person(self, act: Act) -> Person:
        """The person, for the act that was asked for.

        Raises:
            NotAskedError: for any other.
        """
        if act is not self.act:
            message = f"Permitted was to {self.act.value}, not to {act.value}. Ask before acting."
            raise NotAskedError(message)
        return self.by


def why_not(asked: Asked, answer: Denied | Unanswered, by: Actor) -> Refused:
    """Says no in words: what forbids it, or what is missing."""
    if isinstance(answer, Unanswered):
        why = f"The policies gave no answer whether {_name(by)} may {asked.act.value}: {answer.why}"
        return Refused(code="policy_error", why=why, remedy="Nothing is permitted without one. Run `licet policy check`.")
    if not isinstance(by, Person):
        return person_needed(by, asked.act, answer.takes)
    held = [lack for lack in answer.lacks if not lack.roles]
    if not held:
        return _role_missing(asked, answer, by)
    return _forbidden(asked, answer.forbidden, by) if answer.forbidden else _condition_missing(asked, held, by)


def told_as(refused: Refused, act: Act, says: str) -> Refused:
    """The same no, with the act called as whoever asks knows it, where one act of the policies stands for another thing, too."""
    return replace(
        refused, why=refused.why.replace(f"may not {act.value}", f"may not {says}", 1).replace(f"may {act.value}", f"may {says}", 1)
    )


def person_needed(by: Operator | Caller, act: Act, takes: frozenset[Role]) -> Refused:
    """Says that neither the operator nor a token does this."""
    who = "The operator" if isinstance(by, Operator) else f"The token {by.name!r}"
    return Refused(
        code="person_needed",
        why=f"{who} may not {act.value}; it takes a named person.",
        remedy=f"Sign in with `licet login`, or, while nobody has an account, repeat with --as E-MAIL of: {names(takes)}.",
    )


def names(roles: frozenset[Role]) -> str:
    """Roles in words."""
    return ", ".join(sorted(role.value for role in roles)) or "no role"


def _role_missing(asked: Asked, answer: Denied, by: Person) -> Refused:
    also = "".join(f" {rule.says}" for rule in answer.forbidden)
    why = f"{by.email!r} ({names(asked.roles)}) may not {asked.act.value}; it takes: {names(answer.takes)}.{also}"
    return Refused(code="not_permitted", why=why, remedy="Let somebody with that role do it.")


def _forbidden(asked: Asked, rules: tuple[Rule, ...], by: Person) -> Refused:
    first = next((rule for rule in rules if rule.code in CODES), rules[0])
    said = " ".join(rule.says or f"Policy {rule.id!r} forbids it." for rule in rules)
    why = f"{by.email!r} may not {asked.act.value}. {said}"
    return Refused(code=first.code if first.code in CODES else "policy_forbids", why=why, remedy=first.remedy)


def _condition_missing(asked: Asked, lacks: list[Lack], by: Person) -> Refused:
    if all(lack.rule.code == "not_the_owner" for lack in lacks):
        why = f"{by.email!r} is not the owner of this use case and may not {asked.act.value}."
        return Refused(code="not_the_owner", why=why, remedy="Let the owner of this use case do it.")
    said = "; or ".join(" and ".join(lack.conditions) for lack in lacks)
    why = f"{by.email!r} ({names(asked.roles)}) may not {asked.act.value}; it takes {said}."
    return Refused(code="not_permitted", why=why, remedy="See `licet policy explain`.")


def _name(by: Actor) -> str:
    return repr(by.email) if isinstance(by, Person) else by.name

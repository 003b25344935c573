"""Ways around the second pair of eyes: each tries to get a yes that its author must not give. `ROUTES` names them all."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from licet.core.approval import Approval, PassedRequest, Subject
from licet.core.fast_lane import Budget
from licet.core.gate_rules import Code, GateRules
from licet.core.ids import Digest, PersonId
from licet.core.mandate import ActiveMandate
from licet.core.people import Caller, Identity, Operator, Person, Role
from licet.core.rules import RuleKind, RulesInForce
from licet.flows.approve import approve_gate
from licet.flows.ask import ask_approval
from licet.flows.change_gates import propose_gate_rules
from licet.flows.change_rules import approve_rules
from licet.flows.fast_track import open_fast_lane
from licet.flows.grant import grant_mandate, propose_mandate
from licet.flows.set_standard import countersign_standard, lock_standard
from licet.store import accounts, approvals, rules, use_cases
from licet.testing import ALL_SEALED, World, done, past_cases
from tests.flows.approving import WISHES, affirmed, asked, confirmed, met
from tests.flows.examples import MAILS

Route = Callable[[World], bool]
"""Tries its way in a world of its own; says whether it succeeded: whether a yes was taken that must not count."""


def _yes(world: World, by: object, digest: Digest) -> bool:
    """Whether somebody's yes to a digest was taken."""
    return isinstance(approve_gate(world.office, by, name=MAILS, digest=digest), Approval)  # type: ignore[arg-type] # whoever tries


def _granted(world: World) -> bool:
    """Whether the owner gets a mandate."""
    return isinstance(grant_mandate(world.office, world.owner, name=MAILS), ActiveMandate)


def owner_who_locked(world: World) -> bool:
    """The owner, who locked the standard, approves their own mandate; also as somebody who has since become risk."""
    met(world)
    digest = asked(world)
    return _yes(world, world.owner, digest) or _yes(world, world.person("olga", Role.RISK), digest)


def proposer(world: World) -> bool:
    """Somebody of risk who is also an owner proposes the mandate and approves it."""
    met(world)
    both = world.person("pia", Role.RISK, Role.OWNER)
    done(propose_mandate(world.office, both, name=MAILS, wishes=WISHES))
    return _yes(world, both, world.asked(MAILS))


def builder(world: World) -> bool:
    """A builder approves, also with the role risk beside."""
    met(world)
    digest = asked(world)
    return _yes(world, world.builder, digest) or _yes(world, world.person("bo", Role.RISK), digest)


def importer(world: World) -> bool:
    """Somebody of risk who imported history approves."""
    met(world)
    ivo = world.person("ivo", Role.RISK, Role.ADMIN)
    world.import_cases(MAILS, past_cases(50, name="more"), card=None, by=ivo, shares=ALL_SEALED)
    return _yes(world, ivo, asked(world))


def evaluator(world: World) -> bool:
    """Somebody of risk who evaluated the system approves; the first time or after their yes was given."""
    met(world)
    digest = asked(world)
    done(approve_gate(world.office, world.risk, name=MAILS, digest=digest))
    world.evaluate(MAILS, by=world.risk)
    return _granted(world) or _yes(world, world.risk, world.asked(MAILS))


def risk_answerer(world: World) -> bool:
    """An owner of another use case answered the risk questions of this one, and approves it."""
    met(world)
    both = world.person("ron", Role.OWNER, Role.RISK)
    with world.office.book.write() as tx:
        use_cases.involve(tx, use_cases.require(tx, MAILS), both.id, "risk answers")
    return _yes(world, both, asked(world))


def token(world: World) -> bool:
    """A program with a token approves."""
    met(world)
    return _yes(world, Caller(token="t", name="all"), asked(world))  # noqa: S106 - a public id


def operator(world: World) -> bool:
    """Whoever runs the machine approves without a name."""
    met(world)
    return _yes(world, Operator(), asked(world))


def admin(world: World) -> bool:
    """An admin approves."""
    met(world)
    return _yes(world, world.person("ada", Role.ADMIN), asked(world))


def delegate(world: World) -> bool:
    """An admin hands in the name of risk: the act takes who acts, and nobody on whose behalf; a borrowed id is found out by its roles."""
    met(world)
    pretended = Person(id=world.risk.id, email="ada@example.org", name="Ada", roles=frozenset({Role.ADMIN}))
    return _yes(world, pretended, asked(world)) or "behalf" in approve_gate.__annotations__


def old_digest(world: World) -> bool:
    """A yes to an earlier proposal is said again after a new one was made."""
    met(world)
    first = asked(world)
    second = asked(world)
    return first == second or _yes(world, world.risk, first) or _granted(world)


def twice(world: World) -> bool:
    """At a high tier one person says yes twice, once in each role, and passes alone."""
    met(world, 400)
    world.assess(MAILS, harm="yes")
    digest = asked(world)
    both = confirmed(world.person("rob", Role.RISK, Role.OWNER))
    first, second = _yes(world, both, digest), _yes(world, replace(both, roles=frozenset({Role.OWNER})), digest)
    with world.office.book.read() as tx:
        return not first or second or isinstance(approvals.newest(tx, use_cases.require(tx, MAILS), Subject.MANDATE), PassedRequest)


def after_it_was_void(world: World) -> bool:
    """A risk answer is changed and changed back; the yes given before is counted again."""
    met(world)
    done(approve_gate(world.office, world.risk, name=MAILS, digest=asked(world)))
    world.assess(MAILS, money="up_to_100")
    world.assess(MAILS)
    if _granted(world):
        return True
    done(ask_approval(world.office, world.builder, name=MAILS))
    return _granted(world)


def edited_gates(world: World) -> bool:
    """The quorum of the gates is changed while a request is open, and what was said so far is to be enough."""
    met(world)
    digest = asked(world)
    done(propose_gate_rules(world.office, world.owner, wanted=_asking(world, 3)))
    return _yes(world, world.risk, digest) or _granted(world)


def lowered_quorum(world: World) -> bool:
    """The owner loosens the gates of their own use case: loosening waits for risk's yes, and voids what is open."""
    met(world, 400)
    world.assess(MAILS, harm="yes")
    digest = asked(world)
    done(approve_gate(world.office, confirmed(world.risk), name=MAILS, digest=digest))
    done(propose_gate_rules(world.office, world.owner, wanted=_asking(world, 1)))
    with world.office.book.read() as tx:
        waiting = rules.proposed(tx, RuleKind.GATES)
    return waiting is None or isinstance(approve_rules(world.office, world.owner, digest=waiting.digest), RulesInForce) or _granted(world)


def _asking(world: World, people: int) -> GateRules:
    gates = world.office.gates
    changed = {at: {c: people if c is Code.APPROVED else n for c, n in wanted.items()} for at, wanted in gates.gates.items()}
    return replace(gates, gates=changed)


def disabled(world: World) -> bool:
    """At a high tier a yes of somebody whose account is disabled since completes the quorum."""
    met(world, 400)
    world.assess(MAILS, harm="yes")
    digest = asked(world)
    rob = confirmed(world.person("rob", Role.RISK))
    done(approve_gate(world.office, rob, name=MAILS, digest=digest))
    with world.office.book.write() as tx:
        accounts.set_disabled(tx, rob.id, world.clock.now())
    done(approve_gate(world.office, confirmed(world.risk), name=MAILS, digest=digest))
    with world.office.book.read() as tx:
        return isinstance(approvals.newest(tx, use_cases.require(tx, MAILS), Subject.MANDATE), PassedRequest)


def asserted_at_a_high_tier(world: World) -> bool:
    """At a high tier somebody only says who they are, or signed in a while ago."""
    met(world, 400)
    world.assess(MAILS, harm="yes")
    digest = asked(world)
    return _yes(world, world.risk, digest) or _yes(world, replace(world.risk, identity=Identity.SIGNED_IN), digest)


def own_fast_lane(world: World) -> bool:
    """Somebody of risk opens the fast lane for the use case they have a hand in."""
    met(world)
    affirmed(world, by=world.person("rob", Role.RISK))
    with world.office.book.write() as tx:
        use_cases.involve(tx, use_cases.require(tx, MAILS), world.risk.id, "evaluator")
    budget = Budget(mandates=9, daily_cap=1000, least_audited=0.1, longest=WISHES.lasts)
    done(open_fast_lane(world.office, world.risk, budget=budget, until=world.clock.at + WISHES.lasts))
    asked(world)
    return _granted(world)


def countersigner_who_locked(world: World) -> bool:
    """One person locks the standard and countersigns it in their other role."""
    world.use_case(MAILS)
    both = world.person("both", Role.OWNER, Role.RISK)
    done(lock_standard(world.office, both, name=MAILS, draft=world.standards[MAILS]))
    return getattr(countersign_standard(world.office, both, name=MAILS), "code", "") != "same_person"


def later_hand(world: World) -> bool:
    """Whoever approved becomes the one who locked, before the mandate is granted."""
    met(world)
    done(approve_gate(world.office, world.risk, name=MAILS, digest=asked(world)))
    with world.office.book.write() as tx:
        use_cases.involve(tx, use_cases.require(tx, MAILS), PersonId(world.risk.id), "locker")
    return _granted(world)


ROUTES: Mapping[str, Route] = {
    route.__name__: route
    for route in (
        owner_who_locked, proposer, builder, importer, evaluator, risk_answerer, token, operator, admin, delegate, old_digest, twice,
        after_it_was_void, edited_gates, lowered_quorum, disabled, asserted_at_a_high_tier, own_fast_lane, countersigner_who_locked,
        later_hand,
    )
}  # fmt: skip
"""Every route by name."""

"""The rules in force: what gates ask for and who may do what, as they hold in this transaction."""

from licet.core.gate_rules import GateRules, in_force, own_rules
from licet.core.ids import OPERATOR, Digest
from licet.core.people import Act
from licet.core.policy import Asked, Who
from licet.core.rules import RuleKind
from licet.flows.office import Office, policy_additions
from licet.store import rules
from licet.store.book import Tx


def gate_rules_in_force(office: Office, tx: Tx) -> GateRules:
    """What gates ask for in this transaction: what the database says, and the shipped rules where it says nothing."""
    return tx.once(("gates",), lambda: _gates(office, tx))


def _gates(office: Office, tx: Tx) -> GateRules:
    own = rules.in_force(tx, RuleKind.GATES)
    return in_force(None if own is None else own_rules(own.text), office.gates)


def policy_in_force(office: Office, tx: Tx) -> Digest:
    """Names who may do what: the policies that Licet ships, with what an organisation added to them."""
    held = rules.digest_in_force(tx, RuleKind.POLICY)
    return office.policies.answer(_ANY, held, lambda: policy_additions(tx)).policy


_ANY = Asked(who=Who.OPERATOR, id=OPERATOR, roles=frozenset(), act=Act.LOOK, place=None)
"""Some question: whatever the answer is, it names the policies that gave it."""


def gates_in_force(office: Office, tx: Tx) -> Digest:
    """Names what gates ask for."""
    return gate_rules_in_force(office, tx).digest

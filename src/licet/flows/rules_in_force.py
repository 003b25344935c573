"""The rules in force: what gates ask for and who may do what, as they hold in this transaction."""

from licet.core.gate_rules import GateRules, in_force, own_rules
from licet.core.ids import Digest
from licet.core.people import shipped_policy
from licet.core.rules import RuleKind
from licet.flows.office import Office
from licet.store import rules
from licet.store.book import Tx


def gate_rules_in_force(office: Office, tx: Tx) -> GateRules:
    """What gates ask for in this transaction: what the database says, and the shipped rules where it says nothing."""
    own = rules.in_force(tx, RuleKind.GATES)
    return in_force(None if own is None else own_rules(own.text), office.gates)


def policy_in_force(tx: Tx) -> Digest:
    """Names who may do what: the policy an organisation gave itself, or else the shipped one."""
    return rules.digest_in_force(tx, RuleKind.POLICY) or shipped_policy()


def gates_in_force(office: Office, tx: Tx) -> Digest:
    """Names what gates ask for."""
    return gate_rules_in_force(office, tx).digest

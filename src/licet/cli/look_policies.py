"""Looks at the organisation's own policies: those on disk against those in force."""

from licet.cli.findings import Found, OpenRoom, error, fine, warning
from licet.core.rules import NotRulesError, RuleKind, rules_digest
from licet.edge.policy_files import policy_text
from licet.flows.change_rules import rules_of


def policies(room: OpenRoom) -> Found:
    """Whether the organisation's policies in force can be read, and are those on disk."""
    stands = rules_of(room.office, kind=RuleKind.POLICY)
    held = "" if stands.in_force is None else stands.in_force.text
    try:
        room.office.policies.check(held)
    except NotRulesError as wrong:
        return error(f"The policies in force permit nothing: {wrong} Approve others with `licet policy approve`, from an older Licet.")
    if policy_text(room.home.policies) == held:
        return fine("those on disk are in force" if held else "only those that Licet ships")
    waiting = stands.proposed
    if waiting is not None and waiting.digest == rules_digest(RuleKind.POLICY, policy_text(room.home.policies)):
        return warning(f"Those on disk are proposed and wait for a yes: `licet policy approve {waiting.digest}`.")
    return warning(f"What {str(room.home.policies)!r} says is not in force. Propose it: `licet policy propose`; or put the files back.")

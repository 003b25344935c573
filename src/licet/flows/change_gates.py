"""Changing what gates ask for: what tightens holds at once, what loosens waits for risk's approval."""

from dataclasses import dataclass

from licet.core.gate_rules import GateRules, OwnRules, loosened, own_rules, own_text
from licet.core.ids import Digest
from licet.core.people import Actor
from licet.core.refusal import Refused
from licet.core.rules import ProposedRules, RuleKind, RulesInForce
from licet.flows.change_rules import propose_rules
from licet.flows.office import Office
from licet.flows.rules_in_force import gate_rules_in_force
from licet.store import rules


@dataclass(frozen=True, slots=True, kw_only=True)
class GateChange:
    """A change of the gate rules: in force where it only tightens, proposed where it loosens anything, with what it loosens."""

    made: ProposedRules | RulesInForce
    loosens: tuple[str, ...]


def propose_gate_rules(office: Office, by: Actor, *, wanted: GateRules | None) -> GateChange | Refused:
    """Asks for other gate rules.

    Args:
        office: the office of the whole installation.
        by: who proposes: an owner, risk or an admin.
        wanted: all that gates are to ask for; None: what the release ships.
    """
    text = "" if wanted is None else own_text(OwnRules(rules=wanted, beside=office.gates.digest))
    with office.book.read() as tx:
        before, compared = gate_rules_in_force(office, tx), rules.digest_in_force(tx, RuleKind.GATES)
    loosens = loosened(wanted or office.gates, before)
    made = propose_rules(office, by, kind=RuleKind.GATES, text=text, needs_approval=bool(loosens), compared_with=compared)
    return made if isinstance(made, Refused) else GateChange(made=made, loosens=loosens)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRulesShown:
    """The rules in force, and those that wait for a yes.

    Attributes:
        rules: what gates ask for.
        own: whether the organisation gave itself its own.
        waits: what is proposed; None where nothing is.
        wanted: what that asks for; None where it goes back to the shipped rules.
        loosens: what it asks less than the rules in force.
    """

    rules: GateRules
    own: bool
    waits: ProposedRules | None
    wanted: GateRules | None
    loosens: tuple[str, ...]

    @property
    def digest(self) -> Digest:
        """The digest that stages and mandates record."""
        return self.rules.digest


def show_gate_rules(office: Office) -> GateRulesShown:
    """What gates ask for now, and what is proposed."""
    with office.book.read() as tx:
        held = gate_rules_in_force(office, tx)
        own, waits = rules.in_force(tx, RuleKind.GATES), rules.proposed(tx, RuleKind.GATES)
    asked = None if waits is None else own_rules(waits.text)
    wanted = None if asked is None else asked.rules
    loosens = () if waits is None else loosened(wanted or office.gates, held)
    return GateRulesShown(rules=held, own=own is not None and bool(own.text), waits=waits, wanted=wanted, loosens=loosens)

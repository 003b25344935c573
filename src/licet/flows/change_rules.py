"""Changing the rules: an organisation's policy or gates are proposed by one person and put in force by another, in the open."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from licet.core.canonical import Json
from licet.core.ids import Digest, PersonId
from licet.core.people import Act, Actor, Identity
from licet.core.policy import Permitted
from licet.core.refusal import Refused
from licet.core.rules import ProposedRules, RuleKind, RulesInForce, check_rules_text, rules_digest, second
from licet.flows.cover import void_everywhere
from licet.flows.fast_track import end_fast_lane_if_changed
from licet.flows.office import Office, allowed_person, asked_of, entry, whole_installation
from licet.flows.roles import roles_here
from licet.store import people, rules
from licet.store.book import Tx


def propose_rules(
    office: Office, by: Actor, *, kind: RuleKind, text: str, needs_approval: bool = True, compared_with: Digest | None = None
) -> ProposedRules | RulesInForce | Refused:
    """Asks for rules in the place of those in force. A proposal that waited before is withdrawn: of each kind one waits at most.

    Args:
        office: the office of the whole installation.
        by: who proposes: an owner, risk or an admin.
        kind: what the rules are about.
        text: all the organisation's rules of this kind, as they are to be; empty: none but those that Licet ships.
        needs_approval: False only where the caller has shown that the change tightens and nothing else: it holds at once.
        compared_with: digest of the rules in force that this was shown against; where others hold by now, it waits for a yes.

    Returns:
        The proposal; the rules in force where no approval is needed; or `Refused`.

    Raises:
        NotRulesError: when the text cannot be rules of this kind.
    """
    check_rules_text(text)
    _CHECKS.get(kind, _anything)(office, text)
    with office.book.write() as tx:
        now = office.clock.now()
        person = whole_installation(tx) or allowed_person(office, tx, by, Act.CHANGE_RULES, None)
        if isinstance(person, Refused):
            return person
        refused = _nothing_new(tx, kind, text)
        if refused is not None:
            return refused
        _withdraw_waiting(tx, kind, person.id, now)
        made = ProposedRules(kind=kind, version=rules.next_version(tx, kind), text=text, proposed_by=person.id, proposed_at=now)
        rules.propose(tx, made)
        tx.record(entry("rules.proposed", by=person.id, now=now, use_case=None, **_facts(made)))
        if needs_approval or compared_with != rules.digest_in_force(tx, kind):
            return made
        held = RulesInForce(proposed=made, approved_by=None, at=now)
        _write_in_force(office, tx, held, person.id)
        return held


def approve_rules(office: Office, by: Actor, *, digest: Digest) -> RulesInForce | Refused:
    """Puts the proposed rules of exactly this digest in force, in every process from its next question on: risk, and never who proposed."""
    with office.book.write() as tx:
        now = office.clock.now()
        person = whole_installation(tx) or allowed_person(office, tx, by, Act.APPROVE_RULES, None)
        if isinstance(person, Refused):
            return person
        approved = second(digest, rules.by_digest(tx, digest), person, now=now)
        refused = approved if isinstance(approved, Refused) else _shuts_out(office, tx, approved.proposed)
        if isinstance(approved, Refused) or refused is not None:
            return refused or approved
        _write_in_force(office, tx, approved, person.id)
        return approved


def withdraw_rules(office: Office, by: Actor, *, kind: RuleKind) -> ProposedRules | Refused:
    """Takes back what is proposed, before anybody approved it."""
    with office.book.write() as tx:
        now = office.clock.now()
        person = whole_installation(tx) or allowed_person(office, tx, by, Act.CHANGE_RULES, None)
        if isinstance(person, Refused):
            return person
        waiting = rules.proposed(tx, kind)
        if waiting is None:
            return Refused(code="not_there", why=f"No change of the {kind.value} rules is proposed.", remedy="")
        _withdraw_waiting(tx, kind, person.id, now)
        return waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """An organisation's rules of one kind: those in force, those that wait for a yes, and what became of all versions."""

    in_force: RulesInForce | None
    proposed: ProposedRules | None
    versions: tuple[tuple[ProposedRules, str], ...]


def rules_of(office: Office, *, kind: RuleKind) -> Rules:
    """How the organisation's rules of a kind stand."""
    with office.book.read() as tx:
        return Rules(in_force=rules.in_force(tx, kind), proposed=rules.proposed(tx, kind), versions=tuple(rules.versions(tx, kind)))


def _shuts_out(office: Office, tx: Tx, made: ProposedRules) -> Refused | None:
    """Says no to policies under which, of the people who are here, no two could change them back: one proposes, another approves."""
    if made.kind is not RuleKind.POLICY:
        return None
    approve, propose = (_who_could(office, tx, made, act) for act in (Act.APPROVE_RULES, Act.CHANGE_RULES))
    if approve and len(approve | propose) > 1 and propose:
        return None
    why = "Under these policies no two of the people who are here could change them back."
    return Refused(code="policy_forbids", why=why, remedy="Narrow what they forbid, and propose them anew: `licet policy propose`.")


def _who_could(office: Office, tx: Tx, made: ProposedRules, act: Act) -> frozenset[PersonId]:
    """Who, having just shown who they are, would be permitted an act by policies that are not in force yet."""
    here = [replace(one, roles=roles_here(tx, one, None), identity=Identity.CONFIRMED) for one, _ in people.everyone(tx)]
    asked = [asked_of(tx, one, act, None) for one in here if one.roles]
    return frozenset(one.id for one in asked if isinstance(office.policies.answer(one, made.digest, lambda: made.text), Permitted))


def _nothing_new(tx: Tx, kind: RuleKind, text: str) -> Refused | None:
    held, waiting, asked = rules.digest_in_force(tx, kind), rules.proposed(tx, kind), rules_digest(kind, text)
    if asked == (held or rules_digest(kind, "")):
        return Refused(code="already_done", why=f"These {kind.value} rules are in force.", remedy="")
    if waiting is not None and waiting.digest == asked:
        return Refused(code="already_done", why=f"These {kind.value} rules are proposed already ({asked[:12]}).", remedy="")
    return None


def _withdraw_waiting(tx: Tx, kind: RuleKind, by: PersonId, now: datetime) -> None:
    waiting = rules.proposed(tx, kind)
    if waiting is not None:
        rules.withdraw(tx, waiting)
        tx.record(entry("rules.withdrawn", by=by, now=now, use_case=None, **_facts(waiting)))


def _write_in_force(office: Office, tx: Tx, made: RulesInForce, by: PersonId) -> None:
    before = rules.digest_in_force(tx, made.kind)
    rules.put_in_force(tx, made)
    facts = {**_facts(made.proposed), "replaces": before, "second_person": made.approved_by is not None}
    tx.record(entry("rules.approved", by=by, now=made.at, use_case=None, **facts))
    void_everywhere(office, tx, made.at)
    end_fast_lane_if_changed(office, tx, made.at)


def _anything(office: Office, text: str) -> None:
    """Rules whose form their own flow checks before it proposes them."""
    del office, text


_CHECKS: Mapping[RuleKind, Callable[[Office, str], None]] = {RuleKind.POLICY: lambda office, text: office.policies.check(text)}
"""What refuses a text that is no rules of a kind, and never lets one come in force that shuts everybody out."""


def _facts(made: ProposedRules) -> dict[str, Json]:
    return {"kind": made.kind.value, "version": made.version, "digest": made.digest}

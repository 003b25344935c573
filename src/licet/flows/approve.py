"""Approving: a person says yes to exactly what has a digest."""

from licet.core.canonical import Json
from licet.core.gate import Approval, Involvement, approve
from licet.core.ids import Digest
from licet.core.people import Act, Actor
from licet.core.refusal import Refused
from licet.core.use_case import Stage
from licet.flows.hold_gate import evidence_of
from licet.flows.office import Office, entry, permitted, working
from licet.store import mandates, use_cases


def approve_gate(office: Office, by: Actor, *, name: str, digest: Digest) -> Approval | Refused:
    """Gives a person's yes to what has exactly this digest now."""
    with office.book.write() as tx:
        now = office.clock.now()
        use_case = working(tx, name)
        if isinstance(use_case, Refused):
            return use_case
        involved = Involvement(authors=use_cases.involved(tx, use_case), owner=use_case.owner)
        permission = permitted(office, tx, by, Act.APPROVE, use_case)
        if isinstance(permission, Refused):
            return permission
        covers = evidence_of(office, tx, use_case, now=now).covers
        given = approve(digest, covers, permission, involved, now=now)
        if isinstance(given, Refused):
            return given
        if not mandates.add_approval(tx, use_case, given):
            return Refused(code="already_done", why="You approved exactly this before.", remedy="")
        facts: dict[str, Json] = {"digest": given.digest, "to": Stage.DELEGATED.value, "policy": permission.policy}
        tx.record(entry("approval.given", by=given.by, now=now, use_case=use_case, **facts))
        return given

"""Affirming risk: somebody outside the team says that the answers are right; without that nothing passes by the fast lane."""

from dataclasses import dataclass

from licet.core.affirmation import Affirmation, affirm
from licet.core.approval import PassedRequest
from licet.core.canonical import Json
from licet.core.consent import not_independent
from licet.core.ids import Digest
from licet.core.people import Act, Actor
from licet.core.refusal import Refused
from licet.flows.ask import pass_fast
from licet.flows.cover import hands_in, void_if_changed
from licet.flows.office import Office, entry, permitted, working
from licet.store import affirmations, risks, use_cases


@dataclass(frozen=True, slots=True, kw_only=True)
class Affirmed:
    """What affirming led to; `passed`: the request that waited for it and that the fast lane passed now, None where none did."""

    affirmation: Affirmation
    passed: PassedRequest | None


def affirm_risk(office: Office, by: Actor, *, name: str, digest: Digest) -> Affirmed | Refused:
    """Says, as risk or as an owner of another use case, that the risk answers which have this digest are right.

    It is void with the next change of an answer, and counts for nothing once its giver takes a hand in the use case. It approves nothing.
    """
    with office.book.write() as tx:
        now, use_case = office.clock.now(), working(tx, name)
        if isinstance(use_case, Refused):
            return use_case
        permission = permitted(office, tx, by, Act.AFFIRM_RISK, use_case)
        if isinstance(permission, Refused):
            return permission
        person = permission.person(Act.AFFIRM_RISK)
        answered = risks.newest(tx, use_case)
        if answered is None:
            why = f"Nobody answered the risk questions of {use_case.slug!r} yet."
            return Refused(code="not_there", why=why, remedy="Answer them: `licet risk answer`.")
        yes = Affirmation(version=answered.version, digest=answered.digest, by=person.id, at=now)
        given = not_independent(person, hands_in(tx, use_case)) or affirm(
            digest, yes, affirmations.of_version(tx, use_case, answered.version)
        )
        if isinstance(given, Refused):
            return given
        affirmations.add(tx, use_case, given)
        facts: dict[str, Json] = {"version": given.version, "digest": given.digest, "tier": answered.tier.value}
        tx.record(entry("risk.affirmed", by=person.id, now=now, use_case=use_case, policy=permission.policy, **facts))
        void_if_changed(office, tx, use_case, now)
        return Affirmed(affirmation=given, passed=pass_fast(tx, use_case, now))


def affirmations_of(office: Office, *, name: str) -> list[Affirmation]:
    """Who affirmed the risk answers as they stand, oldest first; nobody where nothing was answered yet."""
    with office.book.read() as tx:
        use_case = use_cases.require(tx, name)
        answered = risks.newest(tx, use_case)
        return [] if answered is None else affirmations.of_version(tx, use_case, answered.version)

"""Skills: what somebody can answer in a use case beyond what anybody can who may review, such as letters in French."""

import re

from licet.core.people import Act, Actor, Person
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.flows.office import Office, at_work_on, entry
from licet.store import desks, people
from licet.store.book import Tx

SKILL = re.compile(r"[a-z][a-z0-9-]{0,39}")
"""How a skill is called: lower-case letters, digits and hyphens, a letter first."""


def give_skill(office: Office, by: Actor, *, name: str, email: str, skill: str) -> bool | Refused:
    """Says that somebody has a skill in a use case; says whether that was new."""
    with office.book.write() as tx:
        there = _asked(office, tx, by, name=name, email=email, skill=skill)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        now = office.clock.now()
        new = desks.set_skill(tx, use_case, person.id, skill, by=by.id, at=now)
        if new:
            tx.record(entry("skill.given", by=by.id, now=now, use_case=use_case, person=person.id, skill=skill))
        return new


def take_skill(office: Office, by: Actor, *, name: str, email: str, skill: str) -> bool | Refused:
    """Takes a skill from somebody; says whether they had it."""
    with office.book.write() as tx:
        there = _asked(office, tx, by, name=name, email=email, skill=skill)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        now = office.clock.now()
        had = desks.take_skill(tx, use_case, person.id, skill)
        if had:
            tx.record(entry("skill.taken", by=by.id, now=now, use_case=use_case, person=person.id, skill=skill))
        return had


def _asked(office: Office, tx: Tx, by: Actor, *, name: str, email: str, skill: str) -> tuple[UseCase, Person] | Refused:
    there = at_work_on(office, tx, by, Act.GIVE_ROLE, name=name)
    if isinstance(there, Refused):
        return there
    person = people.by_email(tx, email)
    if person is None:
        return Refused(code="not_there", why=f"Nobody here has the address {email!r}.", remedy="Give the address they were added with.")
    if not SKILL.fullmatch(skill):
        why = f"{skill!r} is no skill: lower-case letters, digits and hyphens, a letter first, 40 characters at most."
        return Refused(code="not_there", why=why, remedy="Write it as `desk: skills:` in use_case.yaml does.")
    return there[0], person

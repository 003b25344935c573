"""Planting: cases whose right answer is known, among those that wait, so that it shows how sure people are."""

import hmac
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from licet.core.answer import Answer, answer_to_json
from licet.core.canonical import Json
from licet.core.case import CaseBody
from licet.core.case_rules import facts_of
from licet.core.desk import Given
from licet.core.ids import CaseNumber
from licet.core.known import (
    Candidate,
    KnownRule,
    PlantDraw,
    chance_of,
    checked_rule,
    heard,
    is_planted,
    may_plant,
    pick,
    shows_error,
)
from licet.core.people import Act, Actor, Person
from licet.core.refusal import Refused
from licet.core.use_case import Stage, UseCase
from licet.flows.office import Office, entry, person_at_work_on
from licet.store import absences, cases, decisions, desks, known
from licet.store.book import Tx
from licet.store.payloads import commit_to, write_answer

PLANTS = "known answers"
"""What the key is for by which it is drawn when one is planted; it cannot be read by any command."""


def offer(office: Office, tx: Tx, use_case: UseCase, person: Person, now: datetime) -> str | None:
    """The token of a case with a known answer that somebody gets next, by recorded chance; None: a case that waits.

    One comes only where a case waits for the person, too, and takes its place in the order; so a queue that is empty stays empty.
    """
    rule = known.rule_of(tx, use_case)
    if not may_plant(rule, use_case.answer_kind):
        return None
    waits = _waits(tx, use_case, person, now)
    so_far, one_waits = known.planted_so_far(tx, use_case, person.id)
    if waits is None or one_waits:
        return None
    chance = _chance(tx, use_case, f"{person.id} {waits.token} {so_far}")
    if not is_planted(chance, rule):
        return None
    found = _found(tx, use_case, person, waits, (chance, rule))
    return None if found is None else _put(office, tx, use_case, person, found, (waits, rule, now))


def _waits(tx: Tx, use_case: UseCase, person: Person, now: datetime) -> desks.Item | None:
    """The case that the person would get."""
    skilled = [desks.for_skill(skill) for skill in desks.skills(tx, use_case, person.id)]
    named = [desks.for_person(one) for one in (person.id, *absences.stands_in_for(tx, person.id, now))]
    return next(desks.waiting(tx, use_case, [desks.ANYBODY, *skilled, *named], person.id, now=now, skipped=False), None)


def _chance(tx: Tx, use_case: UseCase, said: str) -> PlantDraw:
    """Chance that depends on who asks, what waits, and how often: asking again for the same case changes nothing."""
    key = tx.vault.key(PLANTS, sha256(f"use case {use_case.id}".encode()).digest())
    return chance_of(hmac.digest(key, said.encode(), "sha256"))


def _found(tx: Tx, use_case: UseCase, person: Person, waits: desks.Item, drawn: tuple[PlantDraw, KnownRule]) -> Candidate | None:
    chance, rule = drawn
    advised = use_case.stage is Stage.ASSISTED
    routed = decisions.routed(tx, waits.case) if advised else None
    fingerprint = None if routed is None else routed.fingerprint
    there = known.candidates(tx, use_case, person.id, place=chance.place, fingerprint=fingerprint)
    return pick(there, person, advised=advised, error=shows_error(chance, rule))


def _put(
    office: Office, tx: Tx, use_case: UseCase, person: Person, found: Candidate, how: tuple[desks.Item, KnownRule, datetime]
) -> str | None:
    waits, rule, now = how
    body = _body(tx, found)
    if body is None:
        return None
    rules, facts = office.desks.rules(use_case.slug), facts_of(body)
    if rules.skill(facts) not in {None, *desks.skills(tx, use_case, person.id)}:
        return None
    token = office.draw.token("t_")
    due = rules.due(facts, waits.since)
    item = desks.NewItem(token=token, case=found.case, due_at=due, skill=None)
    desks.clear(tx, known.skipped_on_desk(tx, use_case, person.id))  # at most one comes back to whoever skips: others answer the rest
    desks.plant(tx, use_case, item, person.id, at=waits.since)
    known.plant(tx, use_case, known.Planted(token=token, what=found, person=person.id, probability=rule.share), at=now)
    return token


def _body(tx: Tx, found: Candidate) -> CaseBody | None:
    stored = cases.by_number(tx, found.case)
    return None if stored is None else cases.body_of(tx, stored)


def advice(tx: Tx, use_case: UseCase, token: str) -> tuple[Answer, float] | None:
    """What is shown as AI's proposal on a planted case, with its confidence; None: what a system proposed for it, if one did."""
    return known.advice_on(tx, use_case, token)


def take(office: Office, tx: Tx, use_case: UseCase, given: Given, now: datetime) -> bool:
    """Takes somebody's answer on a planted case; says whether the token was one.

    It decides nothing and is counted in no queue; the ledger commits to it, and says to nobody whether it was right.
    """
    del office
    found = known.waiting(tx, use_case, given.token)
    if found is None:
        return False
    _, person, truth, salt, probability = found
    if person != given.by:
        return True  # handed over to somebody it was not drawn for: it counts for nobody
    if known.answer(tx, given.token, write_answer(tx, salt, given.first, by=given.by), heard(given, truth), at=given.given_at):
        committed = commit_to(tx, salt, "known answer", {"first": answer_to_json(given.first), "counts": answer_to_json(given.counts)})
        facts: dict[str, Json] = {"task": given.token, "probability": probability, "commitment": committed}
        tx.record(entry("known.answered", by=given.by, now=now, use_case=use_case, **facts))
    return True


def back_in_queue(office: Office, tx: Tx, use_case: UseCase, person: Person) -> list[tuple[str, CaseNumber]]:
    """Planted cases that somebody was given and gave back, for their sheet: one that is not there would be known for what it is."""
    there = known.in_lane_of(tx, use_case, person.id)
    taken = desks.in_use(tx, [token for token, _ in there], office.clock.now())
    return [(token, number) for token, number in there if token not in taken]


def take_from_sheet(office: Office, tx: Tx, use_case: UseCase, person: Person, answers: Mapping[str, Answer]) -> int:
    """Takes what a sheet says on planted cases of theirs; gives how many. Nobody had them in hand, so no time is told of them."""
    now = office.clock.now()
    theirs = {token for token, _ in back_in_queue(office, tx, use_case, person)} & answers.keys()
    for token in theirs:
        said = answers[token]
        given = Given(token=token, by=person.id, first=said, final=None, revealed=None, handed_at=None, given_at=now)
        take(office, tx, use_case, given, now)
    desks.clear(tx, sorted(theirs))
    return len(theirs)


def set_share(office: Office, by: Actor, *, name: str, share: float, errors: float = 0.5) -> KnownRule | Refused:
    """Says how many known answers are planted in a use case, and how many of these are known errors of AI; the owner's to say."""
    with office.book.write() as tx:
        now = office.clock.now()
        there = person_at_work_on(office, tx, by, Act.REVISE, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        rule = checked_rule(share=share, errors=errors)
        if isinstance(rule, Refused):
            return rule
        known.set_rule(tx, use_case, rule, by=person.id, at=now)
        tx.record(entry("known.share_set", by=person.id, now=now, use_case=use_case, share=share, errors=errors))
        return rule

"""Intake: a case comes in and is written down before anybody is told so; from then on it is not lost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from licet.core.case import Part, body_to_json
from licet.core.case_rules import facts_of
from licet.core.history import PastCase
from licet.core.ids import LICET, CaseNumber, PersonId
from licet.core.ledger import Event
from licet.core.mandate import ActiveMandate, Mandate
from licet.core.people import Act, Actor
from licet.core.refusal import Refused
from licet.core.routing import Route
from licet.core.system import SystemCard, SystemKind
from licet.core.use_case import UseCase
from licet.flows.audit import advance
from licet.flows.decide import Done, Item, decide
from licet.flows.drain import PART, proposal_of, work_off
from licet.flows.office import Office, at_work_on, entry
from licet.flows.review import answer_simulated
from licet.flows.sort_history import DIGEST, content_digest
from licet.flows.speakers import Speakers, say, whom_to_ask
from licet.store import cases, mandates, queue, seconds, systems
from licet.store.book import Tx
from licet.store.payloads import commit_to
from licet.store.queue import Lease, Queued

COMMAND_LEASE = timedelta(minutes=2)
"""How long a command that was killed keeps its last chunk from workers; running it again takes it up at once."""

BACKLOG = 100_000
"""Cases of one use case that may wait for a worker, unless the server is told otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Cases that come in together from a file.

    Attributes:
        rows: the cases; `answer` holds what simulated people will say, where `simulated` is set.
        source: names this delivery, so that cases without a name of their own are not taken in twice.
        card: the outside system whose proposals the rows carry; None: the mandate's own system proposes.
        simulated: whether people are simulated from the rows' answers.
    """

    name: str
    rows: Iterator[PastCase]
    source: str
    card: SystemCard | None
    simulated: bool


# --- cases of a program -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A case that was written down.

    Attributes:
        number: its number here.
        name: what the outside calls it.
        repeated: whether it had come in before under this name.
        differs: whether it said something else then; what it said first is what counts.
    """

    number: CaseNumber
    name: str
    repeated: bool
    differs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Cases that a program sends together.

    Attributes:
        name: the use case.
        rows: the cases; one without a name of its own gets it from `source` and its line.
        card: the outside system whose proposals the rows carry; None: the mandate's own system proposes.
        source: names this batch, so that sending it again takes nothing in twice.
    """

    name: str
    rows: Sequence[PastCase]
    card: SystemCard | None
    source: str


def accept(office: Office, by: Actor, batch: Batch, *, backlog: int = BACKLOG) -> list[Accepted] | Refused:
    """Writes cases down and puts them into the queue, all of them or none.

    Args:
        office: the office.
        by: who brings them.
        batch: the cases.
        backlog: how many cases of the use case may wait; more are refused with `backlog_full`, to be sent again later.

    Returns:
        What was written down, in the order of the rows.
    """
    with office.book.write() as tx:
        permitted = at_work_on(office, tx, by, Act.SUBMIT, name=batch.name)
        if isinstance(permitted, Refused):
            return permitted
        use_case, actor = permitted
        waiting = queue.depth(tx, use_case, at_most=backlog + 1)
        if waiting + len(batch.rows) > backlog:
            why = f"{waiting:,} cases of {use_case.slug!r} wait for a worker; with {len(batch.rows):,} more they would be over {backlog:,}."
            return Refused(code="backlog_full", why=why, remedy="Nothing was taken in. Send them again later, or start more workers.")
        intake = _Intake(use_case=use_case, by=actor.id, card=batch.card, lease=None, now=office.clock.now())
        return _write_down(office, tx, intake, batch.rows, _names(batch.rows, batch.source))


def accept_step(office: Office, tx: Tx, use_case: UseCase, row: PastCase, now: datetime) -> Accepted:
    """Writes down one case that comes from a step of a workflow, in the transaction in which its item comes there."""
    intake = _Intake(use_case=use_case, by=LICET, card=None, lease=None, now=now)
    return _write_down(office, tx, intake, [row], _names([row], ""))[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A case that came in with a proposal at a moment, and who decides it; `route` is None where it had come in before."""

    accepted: Accepted
    route: Route | None
    at: datetime


def take_now(office: Office, speakers: Speakers, by: Actor, *, name: str, row: PastCase, card: SystemCard) -> Taken | Refused:
    """Takes in one case with an outside system's proposal and routes it in the same transaction: no worker is waited for."""
    with office.book.read() as tx:
        permitted = at_work_on(office, tx, by, Act.SUBMIT, name=name)
        if isinstance(permitted, Refused):
            return permitted
        use_case, actor = permitted
        asked = whom_to_ask(office, tx, speakers, use_case)
    said = say(asked, [row.body.content], [None if row.posted is None else proposal_of(row.posted)], card)
    with office.book.write() as tx, tx.together():
        now = office.clock.now()
        intake = _Intake(use_case=use_case, by=actor.id, card=card, lease=None, now=now, queued=False)
        (accepted,) = _write_down(office, tx, intake, [row], _names([row], office.draw.token("n_")))
        if accepted.repeated:
            return Taken(accepted=accepted, route=None, at=now)
        salt = intake.salts[accepted.number]
        item = Item(number=accepted.number, salt=salt, attributes=facts_of(row.body), proposed=said.proposed[0])
        done = decide(office, tx, use_case, [item], said, now)
    return Taken(accepted=accepted, route=done.routes[accepted.number], at=now)


# --- cases of a file --------------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of a delivery so far: counts, and reasons by how often they applied."""

    rows: int = 0
    repeated: int = 0
    alone: int = 0
    to_person: int = 0
    audits: int = 0
    answered: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    mandate: Mandate | None = None


def submit(office: Office, by: Actor, delivery: Delivery) -> Iterator[Tally | Refused]:
    """Takes cases in and routes them, chunk by chunk, each as soon as it is accepted.

    Running it again after a kill takes no case twice and routes what was accepted and not routed.

    Yields:
        The tally so far after each chunk (so that progress can be shown); or one `Refused`.
    """
    with office.book.read() as tx:
        permitted = at_work_on(office, tx, by, Act.SUBMIT, name=delivery.name)
        refused = permitted if isinstance(permitted, Refused) else _speechless(tx, permitted[0], delivery)
    if isinstance(permitted, Refused) or refused is not None:
        yield permitted if isinstance(permitted, Refused) else refused  # type: ignore[misc] # one of them is the refusal
        return
    use_case, actor = permitted
    tally = Tally()
    desk = _Desk(office=office, use_case=use_case, delivery=delivery, by=actor.id, claim=office.draw.token("c_"))
    yield tally
    while chunk := list(islice(delivery.rows, PART)):
        _take(desk, chunk, tally)
        yield tally
    with office.book.write() as tx:
        tally.mandate = advance(tx, use_case, office.clock.now())
    yield tally


def _speechless(tx: Tx, use_case: UseCase, delivery: Delivery) -> Refused | None:
    """Refuses, before a case is taken in, a delivery without proposals where only proposals can be decided alone."""
    mandate = mandates.in_force(tx, use_case)
    if delivery.card is not None or not isinstance(mandate, ActiveMandate):
        return None
    system = systems.find(tx, use_case, mandate.terms.fingerprint)
    if system is None or system.card.kind is not SystemKind.POSTED:
        return None
    why = f"The mandate is for proposals of {mandate.terms.system!r}, and this file brings none; every case would go to a person."
    remedy = f"Name them: --proposal COL --confidence COL --system {mandate.terms.system}. Nothing was taken in."
    return Refused(code="system_missing", why=why, remedy=remedy)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What a delivery works with; its cases are claimed in its own name, so that no worker takes them up meanwhile."""

    office: Office
    use_case: UseCase
    delivery: Delivery
    by: PersonId
    claim: str
    speakers: Speakers = field(default_factory=Speakers)


def _take(desk: _Desk, chunk: Sequence[PastCase], tally: Tally) -> None:
    office, use_case = desk.office, desk.use_case
    accepted = _claimed(desk, chunk)
    tally.rows += len(chunk)
    tally.repeated += sum(one.repeated for one in accepted)
    for done in work_off(office, desk.speakers, use_case_id=use_case.id, claim=desk.claim):
        _add(tally, done)
    truths = {one.number: past.answer for one, past in zip(accepted, chunk, strict=True) if past.answer is not None}
    if desk.delivery.simulated and truths:
        tally.mandate = answer_simulated(office, use_case, truths, now=office.clock.now())
        tally.answered += len(truths)


def _claimed(desk: _Desk, chunk: Sequence[PastCase]) -> list[Accepted]:
    """Writes a chunk down under the delivery's own claim; takes over what an earlier run left behind."""
    office = desk.office
    with office.book.write() as tx:
        now = office.clock.now()
        lease = Lease(claim=desk.claim, holder="a command", until=now + COMMAND_LEASE)
        intake = _Intake(use_case=desk.use_case, by=desk.by, card=desk.delivery.card, lease=lease, now=now)
        accepted = _write_down(office, tx, intake, chunk, _names(chunk, desk.delivery.source))
        queue.take_over(tx, [one.number for one in accepted if one.repeated], lease)
    return accepted


def _add(tally: Tally, done: Done) -> None:
    tally.mandate = done.mandate
    tally.alone += done.alone
    tally.to_person += len(done.routes) - done.alone
    tally.audits += done.audits
    for reason, count in done.reasons.items():
        tally.reasons[reason] = tally.reasons.get(reason, 0) + count


# --- writing down -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Intake:
    """How cases are written down; `salts` are the keys made for them, by number."""

    use_case: UseCase
    by: PersonId
    card: SystemCard | None
    lease: Lease | None
    now: datetime
    queued: bool = True
    salts: dict[CaseNumber, bytes] = field(default_factory=dict)


def _names(rows: Sequence[PastCase], source: str) -> list[str]:
    return [past.external_id or f"{source}:{past.line}" for past in rows]


def _write_down(office: Office, tx: Tx, intake: _Intake, rows: Sequence[PastCase], names: Sequence[str]) -> list[Accepted]:
    """Writes cases down in the caller's transaction; those with a known name are the ones that came in before."""
    key = office.vault.key(DIGEST, b"")
    digests = [content_digest(key, past) for past in rows]
    known = cases.names_among(tx, intake.use_case, names)
    first = {name: place for place, name in reversed(list(enumerate(names))) if name not in known}
    fresh = sorted(first.values())
    numbers = (CaseNumber(n) for n in tx.take_numbers("case", len(fresh))) if fresh else iter(())
    new = [_new_case(office, rows[place], names[place], number, digests[place]) for place, number in zip(fresh, numbers, strict=True)]
    with tx.together():
        cases.add(tx, intake.use_case, new, batch=None, sealed_set=None, at=intake.now)
        asked = [(case.number, case.salt, rows[place].requester) for place, case in zip(fresh, new, strict=True) if rows[place].requester]
        seconds.remember_requesters(tx, asked)
        tx.record(*[_accepted(tx, intake.use_case, case, intake.by, intake.now) for case in new])
    if intake.queued:
        waiting = [Queued(number=case.number, salt=case.salt, posted=rows[place].posted) for place, case in zip(fresh, new, strict=True)]
        queue.put(tx, intake.use_case, waiting, intake.card, at=intake.now, lease=intake.lease)
    intake.salts.update({case.number: case.salt for case in new})
    known.update({names[place]: (case.number, case.digest) for place, case in zip(fresh, new, strict=True)})
    return [
        Accepted(number=known[name][0], name=name, repeated=first.get(name) != place, differs=known[name][1] != digests[place])
        for place, name in enumerate(names)
    ]


def _accepted(tx: Tx, use_case: UseCase, case: cases.NewCase, by: PersonId, now: datetime) -> Event:
    committed = commit_to(tx, case.salt, "body", body_to_json(case.body))
    return entry("case.accepted", by=by, now=now, use_case=use_case, case_number=case.number, commitment=committed)


def _new_case(office: Office, past: PastCase, name: str, number: CaseNumber, digest: bytes) -> cases.NewCase:
    return cases.NewCase(
        number=number,
        part=Part.LIVE,
        body=past.body,
        answer=None,
        answered_by="",
        external_id=name,
        happened_at=past.happened_at,
        digest=digest,
        place=b"\x00" * 8,
        salt=office.draw.secret(),
    )

"""Intake: a case comes in, a system proposes, and routing decides who decides; each step in one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from licet.core.answer import Answer
from licet.core.case import Content, Part, body_to_json
from licet.core.case_rules import facts_of
from licet.core.history import PastCase, proposal_of
from licet.core.ids import CaseNumber, Fingerprint, PersonId
from licet.core.ledger import Event
from licet.core.mandate import ActiveMandate, Mandate, proposed_of
from licet.core.people import Act, Actor, permit
from licet.core.refusal import Refused
from licet.core.system import NoProposal, Proposed, SystemCard, SystemKind
from licet.core.use_case import UseCase
from licet.flows.audit import advance
from licet.flows.decide import Item, decide
from licet.flows.office import Office, entry, working
from licet.flows.propose import Speaker, ask, restore
from licet.flows.review import answer_simulated
from licet.flows.sort_history import DIGEST, content_digest
from licet.store import cases, mandates, systems
from licet.store.book import Tx
from licet.store.payloads import commit_to, read_body

CHUNK = 25
"""Cases per deciding transaction: a killed process repeats at most so many model calls, and what trips acts from the next one on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Cases that come in together.

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
        use_case = working(tx, delivery.name)
        permitted = use_case if isinstance(use_case, Refused) else permit(by, Act.SUBMIT, use_case_owner=use_case.owner)
        known = {} if isinstance(use_case, Refused) else cases.live_names(tx, use_case)
        speechless = None if isinstance(use_case, Refused) else _speechless(tx, use_case, delivery)
    if speechless is not None:
        yield speechless
        return
    if isinstance(use_case, Refused) or isinstance(permitted, Refused):
        yield use_case if isinstance(use_case, Refused) else permitted  # type: ignore[misc] # one of them is the refusal
        return
    tally = Tally()
    desk = _Desk(office=office, use_case=use_case, delivery=delivery, known=dict(known), by=permitted.id)
    yield tally
    while chunk := list(islice(delivery.rows, CHUNK)):
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


@dataclass(slots=True, kw_only=True)
class _Desk:
    """What a delivery works with: its use case, the names that came in before, and the system as last restored."""

    office: Office
    use_case: UseCase
    delivery: Delivery
    known: dict[str, CaseNumber]
    by: PersonId
    speaker: Speaker | None = None
    speaks_for: str = ""


def _take(desk: _Desk, chunk: Sequence[PastCase], tally: Tally) -> None:
    accepted, posted, truths = _accept(desk, chunk, tally)
    _route(desk, accepted, posted, tally)
    if desk.delivery.simulated and truths:
        tally.mandate = answer_simulated(desk.office, desk.use_case, truths, now=desk.office.clock.now())
        tally.answered += len(truths)


def _accept(
    desk: _Desk, chunk: Sequence[PastCase], tally: Tally
) -> tuple[list[cases.StoredCase], dict[CaseNumber, Proposed], dict[CaseNumber, Answer]]:
    """Writes cases down: from here on they are not lost. Cases with a known name are the ones that came in before."""
    office, use_case = desk.office, desk.use_case
    names = [past.external_id or f"{desk.delivery.source}:{past.line}" for past in chunk]
    with office.book.write() as tx:
        now = office.clock.now()
        desk.known.update(cases.names_among(tx, use_case, names))
        fresh = [(past, name) for past, name in zip(chunk, names, strict=True) if name not in desk.known]
        numbers = iter(tx.take_numbers("case", len(fresh)))
        new = [_new_case(office, past, name, CaseNumber(next(numbers))) for past, name in fresh]
        cases.add(tx, use_case, new, batch=None, sealed_set=None, at=now)
        tx.record(*[_accepted(tx, use_case, case, desk.by, now) for case in new])
    desk.known.update({case.external_id: case.number for case in new if case.external_id is not None})
    tally.rows += len(chunk)
    tally.repeated += len(chunk) - len(new)
    with office.book.read() as tx:
        open_ones = cases.not_routed(tx, [desk.known[name] for name in names])
    by_number = {desk.known[name]: past for past, name in zip(chunk, names, strict=True)}
    posted: dict[CaseNumber, Proposed] = {number: proposal_of(past.posted) for number, past in by_number.items() if past.posted is not None}
    truths = {number: past.answer for number, past in by_number.items() if past.answer is not None}
    return open_ones, posted, truths


def _accepted(tx: Tx, use_case: UseCase, case: cases.NewCase, by: PersonId, now: datetime) -> Event:
    committed = commit_to(tx, case.salt, "body", body_to_json(case.body))
    return entry("case.accepted", by=by, now=now, use_case=use_case, case_number=case.number, commitment=committed)


def _new_case(office: Office, past: PastCase, name: str, number: CaseNumber) -> cases.NewCase:
    return cases.NewCase(
        number=number,
        part=Part.LIVE,
        body=past.body,
        answer=None,
        answered_by="",
        external_id=name,
        happened_at=past.happened_at,
        digest=content_digest(office.vault.key(DIGEST, b""), past),
        place=b"\x00" * 8,
        salt=office.draw.secret(),
    )


def _route(desk: _Desk, accepted: Sequence[cases.StoredCase], posted: Mapping[CaseNumber, Proposed], tally: Tally) -> None:
    """Lets the system propose outside any transaction, then decides in one, on the mandate as it stands there."""
    if not accepted:
        return
    office = desk.office
    with office.book.read() as tx:
        bodies = [read_body(tx, one.salt or b"", one.body) for one in accepted]
    speaker = _speaker(desk)
    said = _say(speaker, [body.content for body in bodies], [posted.get(one.number) for one in accepted], desk.delivery.card)
    with office.book.write() as tx:
        still_open = {one.number for one in cases.not_routed(tx, [one.number for one in accepted])}
        items = [
            Item(number=one.number, salt=one.salt or b"", attributes=facts_of(body), proposed=proposed)
            for one, body, proposed in zip(accepted, bodies, said.proposed, strict=True)
            if one.number in still_open
        ]
        done = decide(office, tx, desk.use_case, items, _still_speaks(tx, desk, said), office.clock.now())
    tally.mandate = done.mandate
    tally.alone += done.alone
    tally.to_person += len(items) - done.alone
    tally.audits += done.audits
    for reason, count in done.reasons.items():
        tally.reasons[reason] = tally.reasons.get(reason, 0) + count


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What a system said about a chunk, and which system that was."""

    fingerprint: Fingerprint
    proposed: list[Proposed]


def _still_speaks(tx: Tx, desk: _Desk, said: _Said) -> Fingerprint:
    """Which system spoke; none that counts where another mandate came into force meanwhile, with guards that were not asked."""
    mandate = mandates.in_force(tx, desk.use_case)
    return said.fingerprint if mandate is None or proposed_of(mandate).id == desk.speaks_for else Fingerprint("")


def _speaker(desk: _Desk) -> Speaker | None:
    """The system of the mandate in force, restored once for as long as that mandate stands."""
    with desk.office.book.read() as tx:
        mandate = mandates.in_force(tx, desk.use_case)
        if mandate is None:
            return None
        terms = proposed_of(mandate).terms
        name = proposed_of(mandate).id
        if desk.speaks_for != name:
            desk.speaker = restore(desk.office, tx, desk.use_case, terms.fingerprint, terms.guardian)
            desk.speaks_for = name
    return desk.speaker


def _say(speaker: Speaker | None, contents: Sequence[Content], posted: Sequence[Proposed | None], card: SystemCard | None) -> _Said:
    if card is not None:
        guardian = None if speaker is None else speaker.guardian
        outside = Speaker(card=card, system=None, guardian=guardian, artifact=None, basis="")
        return _Said(fingerprint=card.fingerprint, proposed=ask(outside, contents, posted))
    if speaker is None:
        return _Said(fingerprint=Fingerprint(""), proposed=[NoProposal(why="no system is in charge")] * len(contents))
    return _Said(fingerprint=speaker.card.fingerprint, proposed=ask(speaker, contents, [None] * len(contents)))

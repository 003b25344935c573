"""Draining: a worker claims cases that wait, lets the system propose, and routes them; what a dead worker held is claimed anew."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from licet.core.case import CaseBody
from licet.core.case_rules import facts_of
from licet.core.history import PostedProposal
from licet.core.ids import UseCaseSlug
from licet.core.system import NoProposal, Proposal, Proposed, SystemCard
from licet.core.use_case import UseCase
from licet.flows.decide import Done, Item, decide
from licet.flows.office import Office
from licet.flows.speakers import Addressee, Said, Speakers, say, whom_to_ask
from licet.store import cases, queue, use_cases
from licet.store.queue import Held, Lease

LEASE = timedelta(seconds=15)
"""How long a claim lasts without a sign of life from its holder."""

CHUNK = 500
"""Cases in one claim at most."""

PART = 25
"""Cases per deciding transaction where a system is called: a killed process repeats at most so many calls."""

QUIET_PART = 250
"""The same where no system is called, and a kill repeats nothing that costs."""

LONGEST_STEP = timedelta(minutes=2)
"""So long a part may take us at most, the time that its system may take aside: what takes longer stands still, and is left."""

MOST_ATTEMPTS = 4
"""A case that was taken up so often and never decided goes to a person without its system being asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """Cases a worker has claimed: the claim's name, whose cases, and how many."""

    claim: str
    use_case_id: int
    slug: UseCaseSlug
    cases: int


def waiting_use_cases(office: Office) -> list[tuple[int, UseCaseSlug]]:
    """The use cases in which a case waits for a worker."""
    with office.book.read() as tx:
        return queue.ready(tx, office.clock.now())


def claim_cases(office: Office, use_case: tuple[int, UseCaseSlug], *, holder: str, limit: int = CHUNK) -> Claimed | None:
    """Claims the cases of a use case that wait longest; None where another worker was quicker."""
    use_case_id, slug = use_case
    with office.book.claim() as tx:
        now = office.clock.now()
        lease = Lease(claim=office.draw.token("c_"), holder=holder, until=now + LEASE)
        count = queue.claim(tx, use_case_id, lease, limit=limit, now=now)
    return Claimed(claim=lease.claim, use_case_id=use_case_id, slug=slug, cases=count) if count else None


def keep_claims(office: Office, claims: Sequence[str]) -> None:
    """Renews the leases of claims that are being worked off."""
    with office.book.claim() as tx:
        queue.extend(tx, claims, office.clock.now() + LEASE)


def give_back(office: Office, claims: Sequence[str]) -> int:
    """Lets other workers go on at once with what was claimed and not decided.

    Returns:
        How many cases were given back.
    """
    with office.book.claim() as tx:
        return queue.give_back(tx, claims)


def _nobody(longest: timedelta) -> None:
    del longest


def work_off(
    office: Office,
    speakers: Speakers,
    *,
    use_case_id: int,
    claim: str,
    limit: int | None = None,
    expect: Callable[[timedelta], None] = _nobody,
) -> Iterator[Done]:
    """Routes what a claim still holds, part by part, each in one transaction.

    May run any number of times, in several processes at once: each case is decided by whoever takes it out of the queue.

    Args:
        office: the office.
        speakers: the systems that propose.
        use_case_id: row id of the use case.
        claim: the claim's name.
        limit: cases per part; None: as many as may be repeated after a kill.
        expect: told before each step how long it may take at most.

    Yields:
        What became of each part.
    """
    while True:
        expect(LONGEST_STEP)
        with office.book.read() as tx:
            use_case = use_cases.by_id(tx, use_case_id)
            asked = whom_to_ask(office, tx, speakers, use_case)
            part = limit or (PART if asked.calls_out else QUIET_PART)
            held = queue.held(tx, claim, use_case.answer_kind, limit=part)
            readable = [(one, body) for one in held if (body := cases.body_of(tx, one.case)) is not None]
        if not readable:
            break
        expect(LONGEST_STEP + asked.longest(len(readable)))
        yield from _decide_part(office, use_case, asked, claim, readable)
    expect(LONGEST_STEP)
    with office.book.claim() as tx:
        queue.forget_erased(tx, claim)


def _decide_part(office: Office, use_case: UseCase, asked: Addressee, claim: str, held: Sequence[tuple[Held, CaseBody]]) -> Iterator[Done]:
    """Lets the systems propose outside any transaction, then decides in one, on the mandate as it stands there."""
    cards = {_name(one.card): one.card for one, _ in held}
    groups = [(card, [(one, body) for one, body in held if _name(one.card) == name]) for name, card in cards.items()]
    heard = [(group, _hear(asked, group, card)) for card, group in groups]
    with office.book.write() as tx:
        mine = queue.finish(tx, claim, [one.case.number for one, _ in held])
        now = office.clock.now()
        done = [decide(office, tx, use_case, _items(group, said.proposed, mine), said, now) for group, said in heard]
    yield from done


def _items(group: Sequence[tuple[Held, CaseBody]], proposed: Sequence[Proposed], mine: frozenset[int]) -> list[Item]:
    return [
        Item(number=one.case.number, salt=one.case.salt or b"", attributes=facts_of(body), proposed=said)
        for (one, body), said in zip(group, proposed, strict=True)
        if one.case.number in mine
    ]


def _hear(asked: Addressee, group: Sequence[tuple[Held, CaseBody]], card: SystemCard | None) -> Said:
    """Asks the system, except about cases that were taken up too often: whatever is wrong with them, a person sees it."""
    fresh = [place for place, (one, _) in enumerate(group) if one.attempts <= MOST_ATTEMPTS]
    posted = [_posted(group[place][0]) for place in fresh]
    said = say(asked, [group[place][1].content for place in fresh], posted, card)
    tired: Proposed = NoProposal(why=f"taken up more than {MOST_ATTEMPTS} times and never decided")
    proposed = dict(zip(fresh, said.proposed, strict=True))
    return Said(fingerprint=said.fingerprint, proposed=[proposed.get(place, tired) for place in range(len(group))], mandate=said.mandate)


def _name(card: SystemCard | None) -> str:
    return "" if card is None else card.fingerprint


def _posted(one: Held) -> Proposed | None:
    return None if one.posted is None else proposal_of(one.posted)


def proposal_of(posted: PostedProposal) -> Proposal:
    """What an outside system posted, as a proposal."""
    return Proposal(answer=posted.answer, confidence=posted.confidence, probabilities=posted.probabilities, reason=posted.reason)

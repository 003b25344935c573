"""Running: a system is asked about many cases, chunk by chunk, outside any transaction; each chunk is kept in one.

Whoever asks holds a lease on the chunk. After a kill the others of the run, or the next who begins it, ask about that chunk alone: what is
kept is never asked for again, in whatever set its content comes back. Two who begin the same run share its chunks.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta

from licet.core.cost import Cost
from licet.core.ids import CaseNumber, PersonId
from licet.core.refusal import Refused
from licet.core.run import Chunk, Run, TwoCurrencies, given_up, paid, parts_of, sort_out
from licet.core.system import Proposed, SystemKind
from licet.core.use_case import UseCase
from licet.flows.office import Office
from licet.flows.propose import Speaker, ask, register
from licet.store import heads, runs, systems
from licet.store.book import Tx
from licet.store.heads import CaseHead, ReadCase
from licet.store.queue import Lease

CHUNK = 200
"""Cases in a chunk at most: a killed process repeats so many calls, and one slow call holds up no more than so many others."""

QUIET_CHUNK = 2_000
"""The same of a system that is computed here, where a kill repeats nothing that costs."""

CHUNK_BYTES = 16 * 1024 * 1024
"""Stored content of a chunk at most, so that large cases do not fill the memory."""

LEASE = timedelta(seconds=15)
"""How long a chunk is held without a sign of life."""

LOOK_AGAIN = timedelta(milliseconds=200)
"""How often who has nothing left to ask about looks whether the others are done."""


FREELY = runs.Terms()
"""Nobody helps, and it may cost what it costs."""


def _tell_nobody(run: Run) -> None:
    del run


def _go_on(span: timedelta) -> None:
    del span


def _kept_alive(claim: str) -> AbstractContextManager[None]:
    del claim
    return nullcontext()


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """Who carries a run out.

    Attributes:
        holder: under which name leases are held.
        tell: told how the run stands, at first and after each chunk.
        wait: lets time pass while others hold the last chunks.
        alive: surrounds the asking about a chunk, by its claim, and renews its lease meanwhile.
        terms: whether workers help, and what the run may cost.
    """

    holder: str = "here"
    tell: Callable[[Run], None] = _tell_nobody
    wait: Callable[[timedelta], None] = _go_on
    alive: Callable[[str], AbstractContextManager[None]] = _kept_alive
    terms: runs.Terms = FREELY


ALONE = Runner()
"""Nobody else works on the run, and nobody looks on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What a run is about: whose cases, which system is asked, and on whose behalf."""

    use_case: UseCase
    speaker: Speaker
    by: PersonId


def ask_about(office: Office, matter: Matter, cases: Sequence[CaseHead], runner: Runner) -> Refused | None:
    """Asks a system about all cases it has not spoken on; answers are not read.

    Returns:
        None when everything is kept; or `Refused` where the system stopped answering or the budget is spent: what was said until then is
        kept, and asked again it is asked about the others only.
    """
    run = None if matter.speaker.system is None else _begun(office, matter, cases, runner)
    if run is None:
        return None
    runner.tell(run)
    if run.budget_spent:
        return _rests(matter.use_case, run)
    try:
        return _asked_through(office, matter, run, runner)
    except BaseException:
        with office.book.claim() as tx:
            runs.stop(tx, run.id, "It was broken off.", at=office.clock.now())
        raise


def _asked_through(office: Office, matter: Matter, run: Run, runner: Runner) -> Refused | None:
    while True:
        claimed = claim_chunk(office, run, runner.holder)
        if claimed is not None:
            stopped = work_on(office, matter, claimed, runner)
            if stopped is not None:
                return stopped
        elif not _others_work(office, run):
            return None
        else:
            runner.wait(LOOK_AGAIN)


def _begun(office: Office, matter: Matter, cases: Sequence[CaseHead], runner: Runner) -> Run | None:
    """Begins a run, or joins the one there is, with the cases that it lacks; None where all is said."""
    fingerprint = matter.speaker.card.fingerprint
    with office.book.read() as tx:
        if not _unsaid(tx, matter, cases):
            return None
    with office.book.write() as tx:
        now = office.clock.now()
        unsaid = _unsaid(tx, matter, cases)
        run = runs.unfinished(tx, matter.use_case, fingerprint) or runs.begin(tx, matter.use_case, fingerprint, by=matter.by, at=now)
        covered = runs.covered(tx, run)
        quiet = matter.speaker.card.kind is SystemKind.BUILTIN
        if runner.terms.spread and not quiet:
            register(tx, matter.use_case, matter.speaker, by=matter.by, now=now)
        most = QUIET_CHUNK if quiet else CHUNK
        chunks = heads.blocks([head for head in unsaid if head.number not in covered], most=most, most_bytes=CHUNK_BYTES)
        return runs.go_on(tx, run, [[head.number for head in block] for block in chunks], runner.terms, at=now)


def _unsaid(tx: Tx, matter: Matter, cases: Sequence[CaseHead]) -> list[CaseHead]:
    """The readable cases on which a system has not spoken, in the order of their numbers."""
    readable = sorted((head for head in cases if head.readable), key=lambda head: head.number)
    said = systems.spoken_on(tx, matter.speaker.card.fingerprint, [head.number for head in readable])
    return [head for head in readable if head.number not in said]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A chunk under a lease of this name."""

    chunk: Chunk
    claim: str


def claim_chunk(office: Office, run: Run, holder: str) -> Claimed | None:
    """Takes a chunk of a run; None where nothing is left that nobody holds."""
    with office.book.claim() as tx:
        now = office.clock.now()
        lease = Lease(claim=office.draw.token("r_"), holder=holder, until=now + LEASE)
        chunk = runs.claim(tx, run.id, lease, now=now)
    return None if chunk is None else Claimed(chunk=chunk, claim=lease.claim)


def keep_alive(office: Office, claims: Collection[str]) -> None:
    """Renews the leases of chunks that are being asked about."""
    if claims:
        with office.book.claim() as tx:
            runs.extend(tx, claims, office.clock.now() + LEASE)


def _others_work(office: Office, run: Run) -> bool:
    """Whether others still hold cases of a run; where nobody does, it is ended."""
    with office.book.read() as tx:
        waits = runs.waits(tx, run.id)
    if not waits:
        with office.book.write() as tx:
            runs.end(tx, run.id, at=office.clock.now())
    return waits


def work_on(office: Office, matter: Matter, claimed: Claimed, runner: Runner) -> Refused | None:
    """Asks about a chunk and keeps what comes of it; lets go of it where the asking is broken off.

    Returns:
        None to go on; or `Refused` with why the run rests.
    """
    if claimed.chunk.suspect:
        _cut_up(office, claimed)
        return None
    try:
        asked = _asked(office, matter, claimed, runner)
        with office.book.claim() as tx:
            run = _kept(office, tx, matter, claimed, asked)
    except BaseException:
        with office.book.claim() as tx:
            runs.release(tx, claimed.claim)
        raise
    if run is None or isinstance(run, Refused):
        return run
    runner.tell(run)
    return None if run.stopped is None else _rests(matter.use_case, run)


def _cut_up(office: Office, claimed: Claimed) -> None:
    """Puts smaller chunks in the place of one that ended whoever asked about it; a case that did so alone gets no proposal."""
    chunk = claimed.chunk
    with office.book.write() as tx:
        if not runs.take_out(tx, chunk, claimed.claim):
            return
        if len(chunk.cases) > 1:
            runs.cut(tx, chunk, parts_of(chunk))
            return
        now, run = office.clock.now(), runs.by_id(tx, chunk.run)
        systems.keep_proposals(tx, run.fingerprint, given_up(chunk.cases), runs.salts(tx, chunk))
        runs.count_on(tx, chunk.run, len(chunk.cases), cost=None, at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The readable cases of a chunk, and what was said about each."""

    cases: Sequence[ReadCase]
    said: Mapping[CaseNumber, Proposed]


def _asked(office: Office, matter: Matter, claimed: Claimed, runner: Runner) -> _Asked:
    """What the system says: of content that it spoke on before, what it said then; content that is there twice is asked about once."""
    use_case, speaker = matter.use_case, matter.speaker
    with office.book.read() as tx:
        readable = heads.read_cases(tx, use_case, claimed.chunk.cases)
        before = _said_before(tx, use_case, speaker, readable)
    first = {one.digest: one for one in reversed(readable)}
    with runner.alive(claimed.claim):
        proposed = ask(speaker, [one.body.content for one in first.values()], [before.get(digest) for digest in first])
    said = dict(zip(first, proposed, strict=True))
    return _Asked(cases=readable, said={one.number: said[one.digest] for one in readable})


def _said_before(tx: Tx, use_case: UseCase, speaker: Speaker, readable: Sequence[ReadCase]) -> dict[bytes, Proposed]:
    alike = runs.said_of_alike(tx, use_case, speaker.card.fingerprint, [one.digest for one in readable])
    said = systems.proposals_for(tx, use_case, speaker.card.fingerprint, list(alike.values()))
    return {digest: _for_nothing(said[number]) for digest, number in alike.items() if number in said}


def _for_nothing(one: Proposed) -> Proposed:
    """What was said before costs nothing again."""
    return replace(one, cost=None)


def _kept(office: Office, tx: Tx, matter: Matter, claimed: Claimed, asked: _Asked) -> Run | Refused | None:
    """Keeps what was said about a chunk; None where the lease was lost, and another asks or has asked about it.

    What was paid in another currency than before is kept, for it was paid; but the run ends there, since nobody could say what it costs.
    """
    chunk, now = claimed.chunk, office.clock.now()
    if not runs.take_out(tx, chunk, claimed.claim):
        return None
    found = sort_out(asked.said, again=chunk.again)
    salts = {one.number: one.salt for one in asked.cases}
    systems.keep_proposals(tx, matter.speaker.card.fingerprint, found.kept, salts)
    runs.put_back(tx, chunk, found.left, again=chunk.again or found.stopped is None)
    cost = paid(asked.said.values())
    told = None if isinstance(cost, TwoCurrencies) else cost
    counted = runs.count_on(tx, chunk.run, len(chunk.cases) - len(found.left), cost=told, at=now)
    run = runs.by_id(tx, chunk.run)
    mixed = _mixed(matter.use_case, run, cost) if isinstance(cost, TwoCurrencies) or not counted else None
    if mixed is not None:
        runs.stop(tx, chunk.run, mixed.why, at=now)
        return mixed
    stopped = found.stopped or ("Its budget is spent." if run.budget_spent and run.left else None)
    if stopped is None:
        return replace(run, stopped=None)
    runs.stop(tx, chunk.run, stopped, at=now)
    return replace(run, stopped=stopped)


def _mixed(use_case: UseCase, run: Run, cost: Cost | TwoCurrencies | None) -> Refused | None:
    """Says in which currencies a run was paid; None where it was paid in none."""
    if cost is None:
        return None
    paid_in = [cost.one, cost.other] if isinstance(cost, TwoCurrencies) else [run.spent.currency if run.spent else "", cost.currency]
    why = (
        f"Asking the system of {use_case.slug!r} was paid in {paid_in[0]} and in {paid_in[1]}, which have no sum and no budget. "
        f"{run.done:,} of {run.cases:,} cases are kept; what the last ones cost is not counted in this run."
    )
    return Refused(
        code="currencies_mixed", why=why, remedy=f"Write `prices: {{currency: {paid_in[0]}, …}}` in use_case.yaml, and run it again."
    )


def _rests(use_case: UseCase, run: Run) -> Refused:
    """Says what is kept and what is not; of a part of the cases nobody makes a verdict."""
    kept = f"{run.done:,} of {run.cases:,} cases are kept, {run.left:,} are still to be asked about."
    if run.budget_spent:
        why = f"The budget for asking the system of {use_case.slug!r} is spent. {kept}"
        return Refused(code="budget_spent", why=why, remedy="Run it again with a larger --budget: it goes on with the cases that are left.")
    why = f"The system of {use_case.slug!r} stopped answering. {kept} {run.stopped}"
    return Refused(code="system_unavailable", why=why, remedy="Ask again once it answers: what it said is kept, and no look was spent.")

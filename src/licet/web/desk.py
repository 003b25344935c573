"""The desk: what the server's addresses stand on, and how they do slow work without holding the others up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request

from licet.core.canonical import Json
from licet.core.case_schema import Problem
from licet.core.history import SentCase
from licet.core.log_reading import LogWish, ReadLog
from licet.core.people import Actor
from licet.core.picture import undrawn
from licet.core.redesign import Redesign
from licet.core.redesign_outcome import simulated
from licet.core.refusal import Refused
from licet.core.signal import Fact, checked
from licet.core.use_case import UseCase
from licet.flows.import_evidence import SentEvidence, Weighed
from licet.flows.office import Office
from licet.flows.sign_in_outside import Outside
from licet.flows.simulate_redesign import USUAL, Play
from licet.flows.speakers import Speakers
from licet.flows.study_process import Memory
from licet.ports import Journal, Pictures, Trace
from licet.stats.simulated_process import Plan
from licet.web.limits import Limits
from licet.web.lookout import Lookout
from licet.web.plays import Plays

T = TypeVar("T")

HASHING = 2
"""Requests that hash a password at the same time; others wait, without a thread."""

ASKING = 4
"""Requests that wait for the identity provider at the same time; others wait, without a thread."""

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class CaseReader(Protocol):
    """Reads a case by the schema of its use case."""

    def __call__(self, use_case: UseCase, raw: Mapping[str, object], *, line: int) -> SentCase | Sequence[Problem]:
        """Reads one object; gives all that is wrong with it where it cannot be read.

        Args:
            use_case: whose case it is.
            raw: the object as it was sent.
            line: its place in what was sent, from 1.
        """
        ...


class EvidenceDoor(Protocol):
    """Reads a file of another tool, and takes in what it measured."""

    def __call__(self, office: Office, by: Actor, sent: SentEvidence, *, name: str) -> Weighed | Refused:
        """Gives what it is worth; or `Refused`, also where it cannot be read.

        Args:
            office: whose installation.
            by: who brings it.
            sent: the file.
            name: of the use case.
        """
        ...


class EvaluationWriter(Protocol):
    """Writes an evaluation for other tools."""

    def __call__(self, suffix: str, data: Mapping[str, Json], *, at: datetime) -> str:
        """Gives the text of a file.

        Args:
            suffix: the ending that says its form: `.xml`, `.json` or `.csv`.
            data: the evaluation.
            at: when it was judged.
        """
        ...


def no_evidence(office: Office, by: Actor, sent: SentEvidence, *, name: str) -> Refused:
    """A door that is shut: a server that nobody gave a reader of files takes none in."""
    del office, by, name
    return Refused(code="file_not_read", why=f"{sent.name!r} is read by nobody here.", remedy="Use `licet import-evidence`.")


class LogReader(Protocol):
    """Reads an event log as it was sent."""

    def __call__(self, raw: bytes, media_type: str, wish: LogWish, *, now: datetime) -> ReadLog | Refused:
        """Reads a body; refuses what is no log, with what is wrong and what to do."""
        ...


def unread(raw: bytes, media_type: str, wish: LogWish, *, now: datetime) -> ReadLog | Refused:
    """Stands where nobody reads event logs."""
    del raw, media_type, wish, now
    return Refused(code="not_an_event_log", why="This server reads no event logs.", remedy="Bring it with `licet process import`.")


def unwritten(redesign: Redesign) -> str | Refused:
    """Stands where nobody writes the files of redesigns."""
    del redesign
    return Refused(code="redesign_unfit", why="This server writes no files.", remedy="Write it by hand; docs/redesign.md shows how.")


def no_redesign(said: Mapping[str, Json]) -> Redesign | tuple[str, ...]:
    """Stands where nobody reads redesigns that people send."""
    del said
    return ("This server reads no redesigns. Simulate with `licet process compare`.",)


class NotOnLoopbackError(ValueError):
    """The server was to take people's word for who they are where others can reach it."""


def silent(signal: str, /, **facts: Fact) -> None:
    """A journal nobody reads; signals are held against what is declared all the same."""
    checked(signal, facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What a server is made of.

    Attributes:
        office: the installation.
        read_case: reads cases by their use case's schema.
        limits: what one request may take.
        speakers: the systems in charge, shared with the worker of this process where there is one.
        host: where the server listens.
        asserted: whether people may say who they are without signing in; on loopback only.
        outside: the identity provider people may sign in through; None: there is none.
        proxies: addresses of proxies whose word is taken for where a request comes from.
        worker_within: a worker must have been seen so lately for the server to be ready; None: none is expected.
        wake: is called when cases were queued, so that a worker in this process begins at once.
        journal: is told of each request and each failure, never of what a request said.
        trace: measures each request; None: nobody does.
        pictures: draws what cases bring, for pages.
        take_evidence: reads files of other tools.
        write_evaluation: writes files for other tools; None: there is nothing to download.
        read_log: reads event logs that people send.
        read_redesign: reads a redesign with the keys of its file; gives all that is wrong with what is none.
        write_redesign: writes a redesign as the file that says it; `Refused` where no file can.
        play: plays a redesign, apart from what the server does else.
        plan: how often redesigns are played, and the seed.
    """

    office: Office
    read_case: CaseReader
    limits: Limits = field(default_factory=Limits)
    speakers: Speakers = field(default_factory=Speakers)
    host: str = "127.0.0.1"
    asserted: bool = False
    outside: Outside | None = None
    proxies: frozenset[str] = frozenset()
    worker_within: timedelta | None = None
    wake: Callable[[], None] = lambda: None
    journal: Journal = silent
    trace: Trace | None = None
    pictures: Pictures = undrawn
    take_evidence: EvidenceDoor = no_evidence
    write_evaluation: EvaluationWriter | None = None
    read_log: LogReader = unread
    read_redesign: Callable[[Mapping[str, Json]], Redesign | tuple[str, ...]] = no_redesign
    write_redesign: Callable[[Redesign], str | Refused] = unwritten
    play: Play = simulated
    plan: Plan = USUAL

    def __post_init__(self) -> None:
        """Refuses asserted names where others could assert them.

        Raises:
            NotOnLoopbackError: names the address and the remedy.
        """
        if self.asserted and self.host not in LOOPBACK:
            message = f"--asserted takes people's word for who they are, and {self.host!r} can be reached by others. Listen on 127.0.0.1."
            raise NotOnLoopbackError(message)


class Desk:
    """A service at work."""

    def __init__(self, service: Service) -> None:
        """Takes the service; nothing runs yet."""
        self.service = service
        self.office = service.office
        self.limits = service.limits
        self.lookout = Lookout(service.office, self.run)
        self.memory = Memory()
        self.plays = Plays(service.play, service.journal)
        self._limiter: CapacityLimiter | None = None
        self._hashing: CapacityLimiter | None = None
        self._asking: CapacityLimiter | None = None

    async def run(self, work: Callable[[], T]) -> T:
        """Does work that waits for the database, in a thread of its own; at most `limits.threads` at once."""
        if self._limiter is None:
            self._limiter = CapacityLimiter(self.limits.threads)
        return await to_thread.run_sync(work, limiter=self._limiter)

    async def hashing(self, work: Callable[[], T]) -> T:
        """As `run`, for work that hashes passwords: few at once, so that those who sign in hold nobody else up."""
        if self._hashing is None:
            self._hashing = CapacityLimiter(HASHING)
        return await to_thread.run_sync(work, limiter=self._hashing)

    async def asking(self, work: Callable[[], T]) -> T:
        """As `run`, for work that asks the identity provider: few at once, so that one that hangs holds nobody else up."""
        if self._asking is None:
            self._asking = CapacityLimiter(ASKING)
        return await to_thread.run_sync(work, limiter=self._asking)


def desk_of(request: Request) -> Desk:
    """The desk of the server a request came to."""
    found = request.app.state.desk
    if not isinstance(found, Desk):
        message = f"{found!r} is no desk; make the app with licet.web.app.make_app."
        raise TypeError(message)
    return found

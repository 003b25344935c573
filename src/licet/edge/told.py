"""What is told of ports: systems and receivers of effects are watched from outside, so that flows know nothing of logs and traces."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from licet.core.answer import AnswerKind
from licet.core.canonical import Json
from licet.core.case import Content
from licet.core.effect import Delivered, Failed, Outcome, Way
from licet.core.ids import Digest, UseCaseSlug
from licet.core.policy import Asked, PolicyAnswer, Unanswered
from licet.core.signal import Fact
from licet.core.system import Cause, NoProposal, Proposal, Proposed, SystemCard, SystemKind
from licet.ports import Effects, Journal, Policies, System, Systems, Trace

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NoTrace:
    """Measures nothing (the port `Trace`)."""

    def span(self, name: str, /, **facts: Fact) -> AbstractContextManager[None]:
        """Surrounds a step with nothing."""
        del name, facts
        return nullcontext()


def traced(trace: Trace, parts: Iterator[T], **facts: Fact) -> Iterator[T]:
    """Measures each part of a chunk under the name decide; what its system took is inside, under propose."""
    while True:
        with trace.span("decide", **facts):
            part = next(parts, None)
        if part is None:
            return
        yield part


@dataclass(slots=True)
class _Watched:
    """Which systems are being left alone, so that it is said once."""

    alone_since: dict[UseCaseSlug, float] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldSystem:
    """A system of which is told what it gave and how long it took (the port `System`)."""

    system: System
    slug: UseCaseSlug
    journal: Journal
    trace: Trace
    _watched: _Watched

    @property
    def card(self) -> SystemCard:
        """Which system it is."""
        return self.system.card

    def propose(self, contents: Sequence[Content]) -> Sequence[Proposed]:
        """Lets the system propose."""
        began = time.monotonic()
        with self.trace.span("propose", use_case=self.slug, kind=self.card.kind.value, cases=len(contents)):
            said = self.system.propose(contents)
        found = Counter(_outcome(one) for one in said)
        ms = round(1000 * (time.monotonic() - began))
        self.journal(
            "system.asked",
            use_case=self.slug,
            kind=self.card.kind.value,
            proposed=found[""],
            no_proposal=len(said) - found[""] - found[Cause.NOT_ASKED],
            refused=found[Cause.NOT_ASKED],
            ms=ms,
        )
        for failure, cases in found.items():
            if failure not in {"", Cause.NOT_ASKED}:
                self.journal("system.failed", use_case=self.slug, kind=self.card.kind.value, failure=failure, cases=cases)
        self._tell_breaker(refused=found[Cause.NOT_ASKED], answered=found[""])
        return said

    def longest(self, cases: int) -> timedelta:
        """How long the system may wait."""
        return self.system.longest(cases)

    def _tell_breaker(self, *, refused: int, answered: int) -> None:
        with self._watched.lock:
            since = self._watched.alone_since.get(self.slug)
            if refused and since is None:
                self._watched.alone_since[self.slug] = time.monotonic()
                self.journal("breaker.opened", use_case=self.slug, cases=refused)
            elif answered and not refused and since is not None:
                del self._watched.alone_since[self.slug]
                self.journal("breaker.closed", use_case=self.slug, seconds=round(time.monotonic() - since))


def _outcome(said: Proposed) -> str:
    """Empty for a proposal; else the cause in one word."""
    match said:
        case Proposal():
            return ""
        case NoProposal(cause=cause):
            return cause.value


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldSystems:
    """Systems of which is told what they do (the port `Systems`)."""

    systems: Systems
    journal: Journal
    trace: Trace = field(default_factory=NoTrace)
    _watched: _Watched = field(default_factory=_Watched)

    def load(self, slug: UseCaseSlug, answers: AnswerKind, where: SystemKind) -> ToldSystem | None:
        """The system of a use case; None where its folder has none."""
        found = self.systems.load(slug, answers, where)
        if found is None:
            return None
        return ToldSystem(system=found, slug=slug, journal=self.journal, trace=self.trace, _watched=self._watched)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldEffects:
    """Receivers of effects of which is told what came of each attempt (the port `Effects`)."""

    effects: Effects
    journal: Journal
    trace: Trace = field(default_factory=NoTrace)

    def way(self, slug: UseCaseSlug) -> Way | None:
        """How decisions of a use case take effect; None where they do not."""
        return self.effects.way(slug)

    def deliver(self, slug: UseCaseSlug, message: Mapping[str, Json], now: datetime) -> Outcome:
        """Tells the receiver."""
        began = time.monotonic()
        with self.trace.span("effect", use_case=slug):
            outcome = self.effects.deliver(slug, message, now)
        ms = round(1000 * (time.monotonic() - began))
        way = self.effects.way(slug)
        self.journal(_word(outcome), use_case=slug, way=None if way is None else way.value, ms=ms)
        return outcome


def _word(outcome: Outcome) -> str:
    match outcome:
        case Delivered():
            return "effect.done"
        case Failed(retry=True):
            return "effect.failed"
        case _:
            return "effect.dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldPolicies:
    """Policies of which is told where they gave no answer (the port `Policies`)."""

    policies: Policies
    journal: Journal

    def answer(self, asked: Asked, held: Digest | None, read: Callable[[], str]) -> PolicyAnswer:
        """Asks, and tells of what failed: the act and the policies, never who asked."""
        found = self.policies.answer(asked, held, read)
        if isinstance(found, Unanswered):
            self.journal("policy.failed", act=asked.act.name.lower(), policy=found.policy)
        return found

    def check(self, text: str) -> None:
        """Checks."""
        self.policies.check(text)

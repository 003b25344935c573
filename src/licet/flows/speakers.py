"""Speakers: the systems of the mandates in force, each restored once and shared by all threads that let it propose."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from licet.core.case import Content
from licet.core.ids import Fingerprint, MandateId
from licet.core.mandate import Mandate, proposed_of
from licet.core.system import NoProposal, Proposed, SystemCard, SystemKind
from licet.core.use_case import UseCase
from licet.flows.office import Office
from licet.flows.propose import Speaker, ask, restore
from licet.store import mandates
from licet.store.book import Tx

AGAIN_AFTER = timedelta(seconds=10)
"""After so long a system that could not be loaded is tried again."""

WAITED_FOR = timedelta(seconds=10)
"""A thread waits so long for another that loads the same system; its cases are claimed anew later."""

LOADED_WITHIN = timedelta(minutes=2)
"""A system that takes longer to load hangs: its cases go to people."""


class StillLoadingError(RuntimeError):
    """Another thread has been loading a system for a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    mandate: MandateId
    speaker: Speaker | None
    at: datetime


@dataclass(slots=True)
class _Loading:
    """Which thread loads a use case's system, and since when."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    since: datetime | None = None


@dataclass(slots=True)
class Speakers:
    """The systems by use case. What runs is what was loaded when its mandate was first met: its fingerprint is that of its code then."""

    _kept: dict[int, _Kept] = field(default_factory=dict)
    _loading: dict[int, _Loading] = field(default_factory=dict)

    def of(self, office: Office, tx: Tx, use_case: UseCase, mandate: Mandate | None) -> Speaker | None:
        """The system of a mandate; None where nobody has granted one, or its system cannot be loaded.

        Raises:
            StillLoadingError: when another thread loads it, and is not done soon.
        """
        if mandate is None:
            return None
        name, now = proposed_of(mandate).id, office.clock.now()
        kept = self._sound(use_case, name, now)
        if kept is None:
            with self._turn(use_case, now) as came:
                kept = self._sound(use_case, name, now) if came else _Kept(mandate=name, speaker=None, at=now)
                if kept is None:
                    terms = proposed_of(mandate).terms
                    speaker = restore(office, tx, use_case, terms.fingerprint, terms.guardian)
                    kept = self._kept[use_case.id] = _Kept(mandate=name, speaker=speaker, at=now)
        return kept.speaker

    @contextmanager
    def _turn(self, use_case: UseCase, now: datetime) -> Iterator[bool]:
        """Lets one thread load a system at a time; says no where one has been at it for so long that it hangs."""
        loading = self._loading.setdefault(use_case.id, _Loading())
        if not loading.turn.acquire(timeout=WAITED_FOR.total_seconds()):
            if loading.since is None or now < loading.since + LOADED_WITHIN:
                message = f"The system of {use_case.slug!r} is being loaded. Its cases are tried again when it is there."
                raise StillLoadingError(message)
            yield False
            return
        loading.since = now
        try:
            yield True
        finally:
            loading.turn.release()

    def _sound(self, use_case: UseCase, name: MandateId, now: datetime) -> _Kept | None:
        kept = self._kept.get(use_case.id)
        if kept is None or kept.mandate != name or (kept.speaker is None and now >= kept.at + AGAIN_AFTER):
            return None
        return kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a system said about cases, which system that was, and the mandate whose guards were asked (None: none was in force)."""

    fingerprint: Fingerprint
    proposed: Sequence[Proposed]
    mandate: MandateId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Whom to ask about cases of a use case: the system of the mandate in force, as it stood when they were taken up."""

    speaker: Speaker | None
    mandate: MandateId | None

    @property
    def calls_out(self) -> bool:
        """Whether each proposal may take long or cost money, so that little of it may be repeated after a kill."""
        speaker = self.speaker
        return speaker is not None and speaker.system is not None and speaker.card.kind is not SystemKind.BUILTIN

    def longest(self, cases: int) -> timedelta:
        """How long its proposals for so many cases may take beside our own work."""
        system = None if self.speaker is None else self.speaker.system
        return timedelta(0) if system is None else system.longest(cases)


def whom_to_ask(office: Office, tx: Tx, speakers: Speakers, use_case: UseCase) -> Addressee:
    """Finds the system that proposes for a use case now."""
    mandate = mandates.in_force(tx, use_case)
    speaker = speakers.of(office, tx, use_case, mandate)
    return Addressee(speaker=speaker, mandate=None if mandate is None else proposed_of(mandate).id)


def say(asked: Addressee, contents: Sequence[Content], posted: Sequence[Proposed | None], card: SystemCard | None) -> Said:
    """Lets a system propose; outside any transaction.

    Args:
        asked: from `whom_to_ask`.
        contents: of the cases.
        posted: what an outside system proposes for each; only read where there is a card.
        card: the outside system; None: the mandate's own system proposes.
    """
    speaker, mandate = asked.speaker, asked.mandate
    if card is not None:
        guardian = None if speaker is None else speaker.guardian
        outside = Speaker(card=card, system=None, guardian=guardian, artifact=None, basis="")
        return Said(fingerprint=card.fingerprint, proposed=ask(outside, contents, posted), mandate=mandate)
    if speaker is None:
        silent = [NoProposal(why="no system is in charge")] * len(contents)
        return Said(fingerprint=Fingerprint(""), proposed=silent, mandate=mandate)
    return Said(fingerprint=speaker.card.fingerprint, proposed=ask(speaker, contents, [None] * len(contents)), mandate=mandate)


def who_spoke(said: Said, mandate: Mandate | None) -> Fingerprint:
    """Which system spoke; none that counts where another mandate came into force meanwhile, with guards that were not asked."""
    return said.fingerprint if mandate is None or proposed_of(mandate).id == said.mandate else Fingerprint("")

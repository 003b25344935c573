"""A callable system: a Python function in the use case's folder that proposes answers."""

import asyncio
import inspect
import math
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import cast

from licet.core.answer import AnswerKind
from licet.core.canonical import Json, canonical_bytes, digest
from licet.core.case import Content
from licet.core.circuit import Ask
from licet.core.system import NoProposal, Proposed, SystemCard, SystemKind
from licet.edge.aside import aside
from licet.edge.async_asking import AsyncAsking
from licet.edge.callable_room import MOST_HANGING, TOO_MANY_HANG, CallableRoom
from licet.edge.code_folder import SYSTEM_FILE, NotLoadableError, code_digests, load_module, raised_in
from licet.edge.contract import content_to_dict, read_proposal
from licet.edge.hands import Job
from licet.edge.loops import Loop
from licet.edge.system_blocks import USUAL, longest_for

_CHUNK = 100

One = Callable[[dict[str, object]], object]
Many = Callable[[list[dict[str, object]]], object]


@dataclass(slots=True, kw_only=True, eq=False)
class _Asked:
    """Cases that are asked about in one call, and the permission to."""

    contents: Sequence[Content]
    permission: Ask = field(default_factory=Ask)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallableSystem:
    """The system in a folder's `system.py`.

    Attributes:
        card: which one it is, as it was when it was loaded.
        folder: where it is.
        kind: what its answers are.
        one: its `propose`, plain or async; None where it has only `propose_many`.
        many: its `propose_many`; None where it has only `propose`.
        room: where its code runs.
    """

    card: SystemCard
    folder: Path
    kind: AnswerKind
    one: One | None
    many: Many | None
    room: CallableRoom

    def propose(self, contents: Sequence[Content]) -> list[Proposed]:
        """Proposes an answer for each case, in order.

        What raises, takes too long, and is not an answer with a confidence, is `NoProposal` for its own case alone. What the code prints
        goes to stderr. Where `propose_many` raises for a list, it is asked again for each case of it; where it takes too long, the whole
        list has no proposal.
        """
        if self.many is None and inspect.iscoroutinefunction(self.one):
            return self._ask_async(contents)
        size, do = (1, self._ask) if self.many is None else (_CHUNK, self._ask_many)
        works = [_Asked(contents=contents[start : start + size]) for start in range(0, len(contents), size)]
        jobs = self.room.hands.each(do, works, timeout_s=self.room.block.timeout_seconds, late=self._late)
        return [found for job in jobs for found in self._of(job)]

    def longest(self, cases: int) -> timedelta:
        """How long the calls for so many cases may take, where it is called for others too."""
        block, size = self.room.block, 1 if self.many is None else _CHUNK
        return longest_for(math.ceil(cases / size), each_s=block.timeout_seconds, concurrency=block.concurrency)

    def _of(self, job: Job[_Asked, list[Proposed]]) -> list[Proposed]:
        if job.done is not None:
            return job.done
        return [self.room.too_late() if job.hangs else TOO_MANY_HANG for _ in job.work.contents]

    def _late(self, asked: _Asked) -> None:
        self.room.breaker.heard(asked.permission, answered=False)

    def _ask(self, asked: _Asked) -> list[Proposed]:
        permission = self.room.breaker.ask()
        if isinstance(permission, NoProposal):
            return [permission]
        asked.permission = permission
        began = time.perf_counter()
        try:
            said = self.one(content_to_dict(asked.contents[0])) if self.one is not None else None
            found = read_proposal(self.kind, said, latency_ms=_since(began))
        except BaseException as error:  # noqa: BLE001 - the entry point of other people's code; recorded in the result
            found = self._failed(error)
        self.room.breaker.heard(permission, answered=True)
        return [found]

    def _ask_many(self, asked: _Asked) -> list[Proposed]:
        permission = self.room.breaker.ask()
        if isinstance(permission, NoProposal):
            return [permission for _ in asked.contents]
        asked.permission = permission
        found = self._said_of(asked.contents)
        self.room.breaker.heard(permission, answered=True)
        return found

    def _said_of(self, contents: Sequence[Content]) -> list[Proposed]:
        if self.many is None:
            return []
        began = time.perf_counter()
        try:
            said = self.many([content_to_dict(content) for content in contents])
            answered = list(cast("Sequence[object]", said))
            if len(answered) != len(contents):
                why = f"propose_many gave {len(answered)} answers for {len(contents)} cases."
                return [NoProposal(why=why) for _ in contents]
            each_ms = _since(began) // len(contents)
            return [read_proposal(self.kind, one, latency_ms=each_ms) for one in answered]
        except BaseException as error:  # noqa: BLE001 - the entry point of other people's code; recorded in the result
            if len(contents) == 1:
                return [self._failed(error)]
            return [found for content in contents for found in self._said_of([content])]

    def _ask_async(self, contents: Sequence[Content]) -> list[Proposed]:
        if self.room.strays >= MOST_HANGING:
            return [TOO_MANY_HANG for _ in contents]
        loop, turn = self.room.loop()
        asking = AsyncAsking(self.room, turn, self._awaited, contents)
        self._wait_for(loop, asking.all())
        return [self.room.too_late() if one is None else one for one in list(asking.found)]

    def _wait_for(self, loop: Loop, asking: Coroutine[object, object, None]) -> None:
        """Waits as long as the loop moves; one that is blocked by code in it is left to itself."""
        within_s = self.room.block.timeout_seconds
        with aside():
            waiting = loop.submit(asking)
            while True:
                try:
                    waiting.result(within_s)
                except NotYet:
                    if loop.moves(within_s=within_s):
                        continue
                    self.room.breaker.heard(Ask(), answered=False)
                    self.room.leave(loop)
                return

    async def _awaited(self, content: Content) -> Proposed:
        began = time.perf_counter()
        try:
            said = await cast("Coroutine[object, object, object]", self.one(content_to_dict(content)) if self.one else None)
            return read_proposal(self.kind, said, latency_ms=_since(began))
        except BaseException as error:
            if isinstance(error, asyncio.CancelledError) and _cancelled_from_outside():
                raise
            return self._failed(error)

    def _failed(self, error: BaseException) -> NoProposal:
        """Says what failed and where, without the error's own words: they may quote the case."""
        return NoProposal(why=raised_in(self.folder, error))


def load_callable(folder: Path, kind: AnswerKind, room: Callable[[SystemCard], CallableRoom] | None = None) -> CallableSystem:
    """Loads the system in a folder.

    `system.py` defines `propose(content: dict) -> dict`, plain or async, or `propose_many(contents: list[dict]) -> list[dict]`. A content
    is `{"text": ...}`, `{"cells": {...}}` or `{"image": bytes, "media_type": ...}`; a proposal `{"answer": ..., "confidence": ...}` with,
    where there are any, `"probabilities"` of all answers and a `"reason"`. Optional is `SYSTEM = {"name": ..., "version": ..., ...}` with
    whatever else its answers depend on; under `"files"` names of files in the folder, which count by what is in them.

    Args:
        folder: holds `system.py`.
        kind: what the use case's answers are.
        room: finds where the system runs, by its card; None: a room of its own with the usual limits.

    Returns:
        The system. Its fingerprint changes with any Python file in the folder, any of `"files"`, and anything in `SYSTEM`.

    Raises:
        NotLoadableError: names the file and line, whatever went wrong.
    """
    before = code_digests(folder)
    module = load_module(folder)
    one, many = getattr(module, "propose", None), getattr(module, "propose_many", None)
    if not callable(one) and not callable(many):
        raise NotLoadableError(folder / SYSTEM_FILE, None, "it defines neither propose(content) nor propose_many(contents).")
    about = _about(folder, getattr(module, "SYSTEM", {}))
    code = {**before, **code_digests(folder, _files(folder, about))}
    name, version = str(about.get("name", SYSTEM_FILE)), str(about.get("version", digest(code)[:12]))
    card = SystemCard(kind=SystemKind.CALLABLE, name=name, version=version, parts={"code": code, "system": dict(about)})
    return CallableSystem(
        card=card,
        folder=folder,
        kind=kind,
        one=one if callable(one) else None,
        many=many if callable(many) else None,
        room=CallableRoom(USUAL) if room is None else room(card),
    )


def _cancelled_from_outside() -> bool:
    """Whether somebody asked the running task to end; other people's code may raise the same by itself."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _since(began: float) -> int:
    return round(1000.0 * (time.perf_counter() - began))


def _about(folder: Path, said: object) -> Mapping[str, Json]:
    error = NotLoadableError(folder / SYSTEM_FILE, None, "SYSTEM must be a dict of plain values: strings, finite numbers, lists and dicts.")
    if not isinstance(said, Mapping) or not all(isinstance(name, str) for name in said):
        raise error
    try:
        canonical_bytes(cast("Json", dict(said)))
    except (TypeError, ValueError):
        raise error from None
    return dict(said)


def _files(folder: Path, about: Mapping[str, Json]) -> list[str]:
    match about.get("files"):
        case None:
            return []
        case [*names] if all(isinstance(name, str) for name in names):
            return [str(name) for name in names]
        case _:
            raise NotLoadableError(folder / SYSTEM_FILE, None, "SYSTEM['files'] must be a list of file names.")

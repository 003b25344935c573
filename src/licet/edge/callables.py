"""A callable system: a Python function in the use case's folder that proposes answers."""

import asyncio
import inspect
import math
import sys
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import assert_never, cast

from licet.core.answer import AnswerKind, NotAnAnswerError, answer_from_json
from licet.core.canonical import Json, canonical_bytes, digest
from licet.core.case import Content, ImageContent, TableContent, TextContent
from licet.core.ids import UseCaseSlug
from licet.core.system import NoProposal, Proposal, Proposed, SystemCard, SystemKind
from licet.edge.code_folder import SYSTEM_FILE, NotLoadableError, code_digests, line_in, load_module

LONGEST_REASON = 2_000
"""Characters of a reason that are kept."""

_AT_ONCE = 16
_CHUNK = 100
_SLACK = 0.01

One = Callable[[dict[str, object]], object]
Many = Callable[[list[dict[str, object]]], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallableSystem:
    """The system in a folder's `system.py`.

    Attributes:
        card: which one it is, as it was when it was loaded.
        folder: where it is.
        kind: what its answers are.
        one: its `propose`, plain or async; None where it has only `propose_many`.
        many: its `propose_many`; None where it has only `propose`.
    """

    card: SystemCard
    folder: Path
    kind: AnswerKind
    one: One | None
    many: Many | None

    def propose(self, contents: Sequence[Content]) -> list[Proposed]:
        """Proposes an answer for each case, in order.

        What raises, and what is not an answer with a confidence, is `NoProposal` for its own case alone. What the code prints goes to
        stderr. Where `propose_many` fails for a list, it is asked again for each case of it.
        """
        with redirect_stdout(sys.stderr):
            if self.many is not None:
                return [found for start in range(0, len(contents), _CHUNK) for found in self._ask_many(contents[start : start + _CHUNK])]
            if inspect.iscoroutinefunction(self.one):
                return asyncio.run(self._ask_async(contents))
            return [self._ask(content) for content in contents]

    def _ask(self, content: Content) -> Proposed:
        began = time.perf_counter()
        try:
            said = self.one(content_to_dict(content)) if self.one is not None else None
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the entry point of other people's code; recorded in the result
            return self._failed(error)
        return read_proposal(self.kind, said, latency_ms=_since(began))

    def _ask_many(self, contents: Sequence[Content]) -> list[Proposed]:
        if self.many is None:
            return []
        began = time.perf_counter()
        try:
            said = self.many([content_to_dict(content) for content in contents])
            answered = list(cast("Sequence[object]", said))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the entry point of other people's code; recorded in the result
            if len(contents) == 1:
                return [self._failed(error)]
            return [found for content in contents for found in self._ask_many([content])]
        if len(answered) != len(contents):
            why = f"propose_many gave {len(answered)} answers for {len(contents)} cases."
            return [NoProposal(why=why) for _ in contents]
        each_ms = _since(began) // len(contents)
        return [read_proposal(self.kind, one, latency_ms=each_ms) for one in answered]

    async def _ask_async(self, contents: Sequence[Content]) -> list[Proposed]:
        turn = asyncio.Semaphore(_AT_ONCE)

        async def ask(content: Content) -> Proposed:
            async with turn:
                began = time.perf_counter()
                try:
                    said = await cast("Coroutine[object, object, object]", self.one(content_to_dict(content)) if self.one else None)
                except (Exception, SystemExit) as error:  # noqa: BLE001 - the entry point of other people's code; recorded in the result
                    return self._failed(error)
                return read_proposal(self.kind, said, latency_ms=_since(began))

        return list(await asyncio.gather(*(ask(content) for content in contents)))

    def _failed(self, error: BaseException) -> NoProposal:
        """Says what failed and where, without the error's own words: they may quote the case."""
        line = line_in(self.folder, error)
        place = SYSTEM_FILE if line is None else f"{SYSTEM_FILE}:{line}"
        return NoProposal(why=f"{place} raised {type(error).__name__}.")


class FolderCallables:
    """Finds the Python function in a use case's folder (the port `Callables`)."""

    def __init__(self, root: Path) -> None:
        """Takes the folder that holds one folder for each use case."""
        self._root = root

    def load(self, slug: UseCaseSlug, kind: AnswerKind) -> CallableSystem | None:
        """Loads a use case's system as its files are now; None where its folder has no `system.py`.

        Raises:
            NotLoadableError: names the file and line, whatever went wrong.
        """
        folder = self._root / slug
        return load_callable(folder, kind) if (folder / SYSTEM_FILE).is_file() else None


def load_callable(folder: Path, kind: AnswerKind) -> CallableSystem:
    """Loads the system in a folder.

    `system.py` defines `propose(content: dict) -> dict`, plain or async, or `propose_many(contents: list[dict]) -> list[dict]`. A content
    is `{"text": ...}`, `{"cells": {...}}` or `{"image": bytes, "media_type": ...}`; a proposal `{"answer": ..., "confidence": ...}` with,
    where there are any, `"probabilities"` of all answers and a `"reason"`. Optional is `SYSTEM = {"name": ..., "version": ..., ...}` with
    whatever else its answers depend on; under `"files"` names of files in the folder, which count by what is in them.

    Args:
        folder: holds `system.py`.
        kind: what the use case's answers are.

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
    return CallableSystem(card=card, folder=folder, kind=kind, one=one if callable(one) else None, many=many if callable(many) else None)


def content_to_dict(content: Content) -> dict[str, object]:
    """Writes a content as the code in the folder sees it; a copy, which it may change."""
    match content:
        case TextContent(text=text):
            return {"text": text}
        case TableContent(cells=cells):
            return {"cells": dict(cells)}
        case ImageContent(data=data, media_type=media_type):
            return {"image": data, "media_type": media_type}
        case _:
            assert_never(content)


def read_proposal(kind: AnswerKind, said: object, *, latency_ms: int) -> Proposed:
    """Reads what somebody's code proposed.

    Args:
        kind: what the use case's answers are.
        said: anything.
        latency_ms: how long it took.

    Returns:
        The proposal, or `NoProposal` that says what is wrong with it. Wrong values are not repeated: they may quote the case.
    """
    if not isinstance(said, Mapping):
        return NoProposal(why=f"It gave {type(said).__name__}, not a dict with 'answer' and 'confidence'.")
    missing = [name for name in ("answer", "confidence") if name not in said]
    if missing:
        return NoProposal(why=f"Its dict has no {missing[0]!r}.")
    confidence = _probability(said["confidence"])
    if confidence is None:
        return NoProposal(why="Its confidence is not a number in [0, 1].")
    probabilities = _probabilities(said.get("probabilities"))
    if probabilities is None:
        return NoProposal(why="Its probabilities are not a dict of numbers in [0, 1] whose sum is 1.")
    try:
        answer = answer_from_json(kind, cast("Json", said["answer"]))
    except (NotAnAnswerError, TypeError):
        return NoProposal(why=f"Its answer is not a {kind}.")
    reason = said.get("reason")
    text = "" if reason is None else str(reason)[:LONGEST_REASON]
    return Proposal(answer=answer, confidence=confidence, probabilities=probabilities, reason=text, latency_ms=latency_ms)


def _probability(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, Real):
        return None
    number = float(value)
    return number if math.isfinite(number) and 0.0 <= number <= 1.0 else None


def _probabilities(value: object) -> Mapping[str, float] | None:
    """Reads probabilities; a list that leaves answers out would hide how likely a high-stakes one is, so the sum must be 1 within 0.01."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        return None
    read = {str(name): number for name, said in value.items() if (number := _probability(said)) is not None}
    if len(read) != len(value) or (read and abs(sum(read.values()) - 1.0) > _SLACK):
        return None
    return read


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

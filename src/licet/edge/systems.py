"""A use case's own system: the Python function in its folder, or the endpoint or language model that its `use_case.yaml` names."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from licet.core.answer import AnswerKind
from licet.core.canonical import digest
from licet.core.ids import UseCaseSlug
from licet.core.system import SystemCard, SystemKind, SystemNotLoadableError
from licet.edge.bad_file import BadFolderError
from licet.edge.callable_room import CallableRoom
from licet.edge.callables import CallableSystem, load_callable
from licet.edge.closed_list import ListedSystem
from licet.edge.code_folder import SYSTEM_FILE
from licet.edge.decision_block import DecisionBlock
from licet.edge.folder import USE_CASE_FILE, load_use_case
from licet.edge.forms import UseCaseFile
from licet.edge.llm_block import LlmBlock
from licet.edge.llm_folder import load_step
from licet.edge.purse import PocketPurse
from licet.edge.system_blocks import USUAL, CallableBlock, HttpBlock
from licet.ports import Draw, Purse, System
from licet.settings import SecretMissingError

if TYPE_CHECKING:
    from licet.edge.http_system import HttpRoom, HttpSystem
    from licet.edge.llm_system import LlmRoom, LlmSystem

RoomT = TypeVar("RoomT")


class FolderSystems:
    """Finds the systems of use cases in their folders (the port `Systems`).

    One for a process: the threads, connections and circuit of a system are kept here, so that every thread that loads it shares them.
    """

    def __init__(self, root: Path, secret: Callable[[str], str], draw: Draw, purse: Purse | None = None) -> None:
        """Takes the folder that holds one folder for each use case, the reader of secrets by name, chance, and what counts money.

        Without a purse a budget holds for this process alone.
        """
        self._root, self._secret, self._draw, self._purse = root, secret, draw, purse or PocketPurse()
        self._lock = threading.Lock()
        self._rooms: dict[tuple[UseCaseSlug, SystemKind], tuple[str, object]] = {}

    def load(self, slug: UseCaseSlug, answers: AnswerKind, where: SystemKind) -> System | None:
        """A use case's system as its folder is now.

        Returns:
            The function in `system.py`, what stands at the endpoint, or the language model, held against the closed list of answers where
            there is one; None where the folder holds no such file, or names none.

        Raises:
            SystemNotLoadableError: names the file and line, whatever went wrong.
        """
        folder = self._root / slug
        told = _told(folder) if (folder / USE_CASE_FILE).is_file() else None
        found = self._found(slug, answers, where, told)
        listed = frozenset() if told is None else frozenset(told.answers)
        return ListedSystem(inner=found, answers=listed) if found is not None and listed else found

    def uncalibrated(self, slug: UseCaseSlug) -> System:
        """A use case's LLM step with its certainty as the model puts it in words, to be calibrated; it may decide nothing.

        Raises:
            SystemNotLoadableError: when there is none, or its certainty is made otherwise.
        """
        told = _told(self._root / slug)
        if told.llm is None or told.llm.confidence != "verbal":
            message = f"{self._root / slug / USE_CASE_FILE}: only an LLM step with `confidence: verbal` is calibrated so. Nothing was done."
            raise SystemNotLoadableError(message)
        found = self._llm(self._root / slug, told, told.llm, curve=False)
        return cast("System", found)

    def _found(
        self, slug: UseCaseSlug, answers: AnswerKind, where: SystemKind, told: UseCaseFile | None
    ) -> "CallableSystem | HttpSystem | LlmSystem | None":
        folder = self._root / slug
        match where:
            case SystemKind.CALLABLE if (folder / SYSTEM_FILE).is_file():
                block = USUAL if told is None else told.callable
                return load_callable(folder, answers, lambda card: self._callable_room(slug, card, block))
            case SystemKind.HTTP if told is not None and told.http is not None:
                return self._http(slug, answers, told.http)
            case SystemKind.DECISION if told is not None and told.decision is not None:
                return self._decision(slug, told.decision, told.answers)
            case SystemKind.LLM if told is not None and told.llm is not None:
                return self._llm(folder, told, told.llm)
            case _:
                return None

    def _callable_room(self, slug: UseCaseSlug, card: SystemCard, block: CallableBlock) -> CallableRoom:
        key = digest([card.fingerprint, block.model_dump_json()])
        return self._room((slug, card.kind), key, lambda: CallableRoom(block))

    def _http(self, slug: UseCaseSlug, answers: AnswerKind, block: HttpBlock) -> "HttpSystem":
        from licet.edge.http_system import load_http

        return load_http(block, answers, self._asked_from(slug, block))

    def _decision(self, slug: UseCaseSlug, block: DecisionBlock, answers: Sequence[str]) -> "HttpSystem":
        from licet.edge.decision_system import load_decision

        return load_decision(block, answers, self._asked_from(slug, block), source=str(self._root / slug / USE_CASE_FILE))

    def _asked_from(self, slug: UseCaseSlug, block: HttpBlock) -> "Callable[[SystemCard], HttpRoom]":
        """Finds the room from which an endpoint is asked, with its secrets as they are now."""
        from licet.edge.http_system import HttpRoom

        secrets = {name: self._secret_of(slug, secret) for name, secret in block.secret_headers.items()}

        def room(card: SystemCard) -> "HttpRoom":
            key = digest([card.fingerprint, block.model_dump_json(), secrets])
            return self._room((slug, card.kind), key, lambda: HttpRoom(block, secrets, self._chance))

        return room

    def _llm(self, folder: Path, told: UseCaseFile, block: LlmBlock, *, curve: bool = True) -> "LlmSystem | None":
        try:
            from licet.edge.llm_models import provider_model
            from licet.edge.llm_system import LlmRoom, load_llm
        except ImportError as missing:
            raise SystemNotLoadableError(_NO_EXTRA.format(file=folder / USE_CASE_FILE, name=missing.name)) from None
        try:
            step = load_step(folder, told, curve=curve)
        except BadFolderError as error:
            raise SystemNotLoadableError(str(error)) from None
        secrets = {name: self._secret_of(told.slug, name) for name in block.secrets}

        def open_room() -> "LlmRoom":
            try:
                model = provider_model(block, secrets)
            except ImportError as missing:
                raise SystemNotLoadableError(_NO_EXTRA.format(file=folder / USE_CASE_FILE, name=missing.name)) from None
            return LlmRoom(block, model, slug=told.slug, purse=self._purse, jitter=self._chance)

        def room(card: SystemCard) -> "LlmRoom":
            key = digest([card.fingerprint, block.model_dump_json(), secrets])
            return self._room((told.slug, card.kind), key, open_room)

        return None if step is None else load_llm(step, room)

    def _room(self, place: tuple[UseCaseSlug, SystemKind], key: str, make: Callable[[], RoomT]) -> RoomT:
        """The room that stands at a place, or a new one where another system, or another way to ask, took the place of the old."""
        with self._lock:
            before = self._rooms.get(place)
            if before is not None and before[0] == key:
                return cast("RoomT", before[1])
            made = make()
            self._rooms[place] = (key, made)
            return made

    def _secret_of(self, slug: UseCaseSlug, name: str) -> str:
        try:
            return self._secret(name)
        except SecretMissingError as missing:
            message = f"{self._root / slug / USE_CASE_FILE}: {missing}"
            raise SystemNotLoadableError(message) from None

    def _chance(self) -> float:
        return int.from_bytes(self._draw.secret()[:4], "big") / 2**32


_NO_EXTRA = "{file}: `llm:` takes an extra ({name} is missing): pip install 'licet[llm]', or licet[llm-anthropic], licet[llm-bedrock]."


def _told(folder: Path) -> UseCaseFile:
    try:
        return load_use_case(folder)
    except BadFolderError as error:
        raise SystemNotLoadableError(str(error)) from None

"""A use case's own system: the Python function in its folder, or the endpoint that its `use_case.yaml` names."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from licet.core.answer import AnswerKind
from licet.core.canonical import digest
from licet.core.ids import UseCaseSlug
from licet.core.system import SystemCard, SystemKind, SystemNotLoadableError
from licet.edge.bad_file import BadFolderError
from licet.edge.callables import CallableRoom, CallableSystem, load_callable
from licet.edge.closed_list import ListedSystem
from licet.edge.code_folder import SYSTEM_FILE
from licet.edge.decision_block import DecisionBlock
from licet.edge.folder import USE_CASE_FILE, load_use_case
from licet.edge.forms import UseCaseFile
from licet.edge.system_blocks import USUAL, CallableBlock, HttpBlock
from licet.ports import Draw, System
from licet.settings import SecretMissingError

if TYPE_CHECKING:
    from licet.edge.http_system import HttpRoom, HttpSystem

RoomT = TypeVar("RoomT")


class FolderSystems:
    """Finds the systems of use cases in their folders (the port `Systems`).

    One for a process: the threads, connections and circuit of a system are kept here, so that every thread that loads it shares them.
    """

    def __init__(self, root: Path, secret: Callable[[str], str], draw: Draw) -> None:
        """Takes the folder that holds one folder for each use case, the reader of secrets by name, and chance."""
        self._root, self._secret, self._draw = root, secret, draw
        self._lock = threading.Lock()
        self._rooms: dict[tuple[UseCaseSlug, SystemKind], tuple[str, object]] = {}

    def load(self, slug: UseCaseSlug, answers: AnswerKind, where: SystemKind) -> System | None:
        """A use case's system as its folder is now.

        Returns:
            The function in `system.py`, or what stands at the endpoint, held against the closed list of answers where there is one; None
            where the folder holds no such file, or names no endpoint.

        Raises:
            SystemNotLoadableError: names the file and line, whatever went wrong.
        """
        folder = self._root / slug
        told = _told(folder) if (folder / USE_CASE_FILE).is_file() else None
        found = self._found(slug, answers, where, told)
        listed = frozenset() if told is None else frozenset(told.answers)
        return ListedSystem(inner=found, answers=listed) if found is not None and listed else found

    def _found(
        self, slug: UseCaseSlug, answers: AnswerKind, where: SystemKind, told: UseCaseFile | None
    ) -> "CallableSystem | HttpSystem | None":
        folder = self._root / slug
        match where:
            case SystemKind.CALLABLE if (folder / SYSTEM_FILE).is_file():
                block = USUAL if told is None else told.callable
                return load_callable(folder, answers, lambda card: self._callable_room(slug, card, block))
            case SystemKind.HTTP if told is not None and told.http is not None:
                return self._http(slug, answers, told.http)
            case SystemKind.DECISION if told is not None and told.decision is not None:
                return self._decision(slug, told.decision, told.answers)
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


def _told(folder: Path) -> UseCaseFile:
    try:
        return load_use_case(folder)
    except BadFolderError as error:
        raise SystemNotLoadableError(str(error)) from None

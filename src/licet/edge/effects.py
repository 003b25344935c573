"""Effects as use cases' folders say them: a function in `effect.py`, or a webhook."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from licet.core.canonical import Json
from licet.core.effect import Death, Delivered, Failed, Outcome, Undeliverable, Way
from licet.core.ids import UseCaseSlug
from licet.edge.addresses import AllowListError, Resolve, allowed_from, resolve
from licet.edge.aside import aside_here
from licet.edge.bad_file import BadFolderError
from licet.edge.code_folder import EFFECT_FILE, NotLoadableError, line_in, load_module
from licet.edge.effect_block import EffectBlock, FunctionBlock, WebhookBlock
from licet.edge.folder import USE_CASE_FILE, load_use_case
from licet.edge.time_limit import TimeLimit
from licet.edge.webhook import SecretOf, Webhooks
from licet.settings import SecretMissingError

AT_ONCE = 8
"""Calls of one use case's function at once, those that hang included."""

MISSING = f"{USE_CASE_FILE} is not there. Put the use case's folder back; every machine with a worker needs it."
"""Nobody can tell whether there is an effect; decisions made meanwhile wait for it, as where the file cannot be read."""

Function = Callable[[dict[str, object]], object]
Stamp = tuple[tuple[str, int, int], ...]
"""What tells that files are still the same: name, time of the last change, size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What a folder said when it was read; `block` is why not, where it could not be."""

    stamp: Stamp
    block: EffectBlock | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    """A folder's function as it was loaded, and the places of its calls."""

    stamp: Stamp
    function: Function
    limit: TimeLimit[Outcome]


class FolderEffects:
    """Tells receivers as the use cases' folders say (the port `Effects`); for any number of threads."""

    def __init__(self, root: Path, secret: SecretOf, allow: str = "", resolver: Resolve = resolve) -> None:
        """Takes the folder that holds one folder for each use case, secrets by name, and what LICET_WEBHOOK_ALLOW says."""
        self._root, self._secret, self._allow, self._resolver = root, secret, allow, resolver
        self._read: dict[UseCaseSlug, _Read] = {}
        self._loaded: dict[UseCaseSlug, _Loaded] = {}
        self._webhooks: Webhooks | None = None

    def way(self, slug: UseCaseSlug) -> Way | None:
        """How decisions of a use case take effect; a folder that cannot be read now is read again at delivery."""
        match self._block(slug):
            case EffectBlock() as block:
                return block.way
            case None:
                return None
            case _:
                return Way.UNREADABLE

    def deliver(self, slug: UseCaseSlug, message: Mapping[str, Json], now: datetime) -> Outcome:
        """Tells the receiver that the folder names now."""
        match self._block(slug):
            case EffectBlock(webhook=WebhookBlock() as webhook):
                return self._send(webhook, message, now)
            case EffectBlock(callable=FunctionBlock() as function):
                return self._call(slug, function, message)
            case str(why):
                return Failed(why=why, retry=True)
            case _:
                return Undeliverable(death=Death.NOWHERE, why=f"{USE_CASE_FILE} names no effect any more.")

    def _block(self, slug: UseCaseSlug) -> EffectBlock | str | None:
        file = self._root / slug / USE_CASE_FILE
        stamp = _stamp(file)
        found = self._read.get(slug)
        if found is None or found.stamp != stamp:
            found = self._read[slug] = _Read(stamp=stamp, block=_said_in(file.parent) if stamp else MISSING)
        return found.block

    # --- webhooks -----------------------------------------------------------------------------------------------------

    def _send(self, block: WebhookBlock, message: Mapping[str, Json], now: datetime) -> Outcome:
        try:
            if self._webhooks is None:
                self._webhooks = Webhooks(allowed=allowed_from(self._allow), resolver=self._resolver)
            return self._webhooks.send(block, self._secret(block.secret), message, now)
        except (AllowListError, SecretMissingError) as wrong:
            return Failed(why=str(wrong), retry=True)

    # --- functions ----------------------------------------------------------------------------------------------------

    def _call(self, slug: UseCaseSlug, block: FunctionBlock, message: Mapping[str, Json]) -> Outcome:
        folder = self._root / slug
        try:
            loaded = self._function(slug, folder)
        except NotLoadableError as error:
            return Failed(why=f"{_place(error.line)} cannot be loaded. `licet check` and a look at that line say why.", retry=True)
        found = loaded.limit.run(lambda: _called(folder, loaded.function, message), seconds=block.timeout_seconds)
        return Failed(why=f"{EFFECT_FILE} did not end within {block.timeout_seconds:g} s.", retry=True) if found is None else found

    def _function(self, slug: UseCaseSlug, folder: Path) -> _Loaded:
        stamp = _stamp(*sorted(folder.rglob("*.py")))
        found = self._loaded.get(slug)
        if found is None or found.stamp != stamp:
            limit = TimeLimit[Outcome](AT_ONCE) if found is None else found.limit
            found = self._loaded[slug] = _Loaded(stamp=stamp, function=load_effect(folder), limit=limit)
        return found


def load_effect(folder: Path) -> Function:
    """Loads the function `effect(decision: dict)` in a folder's `effect.py`.

    Raises:
        NotLoadableError: names the file and line, whatever went wrong.
    """
    function = getattr(load_module(folder, EFFECT_FILE), "effect", None)
    if not callable(function) or inspect.iscoroutinefunction(function):
        raise NotLoadableError(folder / EFFECT_FILE, None, "it defines no plain function effect(decision).")
    return cast("Function", function)


def _called(folder: Path, function: Function, message: Mapping[str, Json]) -> Outcome:
    """Says what failed and where, without the error's own words: they may quote the case."""
    try:
        with aside_here():
            function(dict(message))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the entry point of other people's code; recorded in the result
        return Failed(why=f"{_place(line_in(folder, error, EFFECT_FILE))} raised {type(error).__name__}.", retry=True)
    return Delivered()


def _place(line: int | None) -> str:
    return EFFECT_FILE if line is None else f"{EFFECT_FILE}:{line}"


def _said_in(folder: Path) -> EffectBlock | str | None:
    try:
        return load_use_case(folder).effect
    except BadFolderError as error:
        place = USE_CASE_FILE if error.line is None else f"{USE_CASE_FILE}:{error.line}"
        return f"{place} cannot be read. Run `licet check` and correct it."


def _stamp(*files: Path) -> Stamp:
    """Names and states of files; of those that are there."""
    found = []
    for file in files:
        try:
            state = file.stat()
        except OSError:
            continue
        found.append((file.name, state.st_mtime_ns, state.st_size))
    return tuple(found)

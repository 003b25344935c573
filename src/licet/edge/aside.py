"""Aside: what other people's code prints goes to stderr, so that it never mixes with what a command says on stdout."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO, cast

_LOCK = threading.Lock()
_THREAD = threading.local()


class _Router:
    """Stands in for stdout while such code runs."""

    def __init__(self, inner: TextIO) -> None:
        self.inner = inner
        self.waited_for = 0
        self.running = 0

    def __getattr__(self, name: str) -> object:
        aside = self.waited_for > 0 or getattr(_THREAD, "aside", False)
        return getattr(sys.stderr if aside else self.inner, name)


@contextmanager
def aside() -> Iterator[None]:
    """Sends to stderr whatever any thread prints until the block ends; blocks of several threads may overlap as they like."""
    router = _entered(waits=1)
    try:
        yield
    finally:
        _left(router, waits=1)


@contextmanager
def aside_here() -> Iterator[None]:
    """Sends to stderr what this thread prints until the block ends, also where nobody waits for it any more."""
    router = _entered(waits=0)
    _THREAD.aside = True
    try:
        yield
    finally:
        _THREAD.aside = False
        _left(router, waits=0)


def _entered(*, waits: int) -> _Router:
    with _LOCK:
        router = cast("object", sys.stdout)
        if not isinstance(router, _Router):
            router = _Router(sys.stdout)
            sys.stdout = cast("TextIO", router)
        router.running += 1
        router.waited_for += waits
        return router


def _left(router: _Router, *, waits: int) -> None:
    with _LOCK:
        router.running -= 1
        router.waited_for -= waits
        if router.running == 0 and cast("object", sys.stdout) is router:
            sys.stdout = router.inner

"""Asking one by one: each case by itself, some at once, by whoever answers over a connection."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence

from licet.core.case import Content
from licet.core.system import NoProposal, Proposed
from licet.edge.loops import Loop

Asking = Callable[[Content], Awaitable[Proposed]]


def ask_each(loop: Loop, ask: Asking, contents: Sequence[Content], *, at_once: int, unasked: NoProposal) -> list[Proposed]:
    """Asks about each case in a loop, and waits for all; when whoever waits is interrupted, what runs is cancelled.

    Args:
        loop: where it is asked from.
        ask: asks about one case; must not raise.
        contents: the cases.
        at_once: how many are asked about at once.
        unasked: what stands for a case that nobody came to ask about.

    Returns:
        What was said, in order.
    """
    asking = loop.submit(_ask_all(ask, contents, at_once, unasked))
    try:
        return asking.result()
    finally:
        asking.cancel()


async def _ask_all(ask: Asking, contents: Sequence[Content], at_once: int, unasked: NoProposal) -> list[Proposed]:
    found: list[Proposed | None] = [None] * len(contents)
    waiting = iter(enumerate(contents))
    await asyncio.gather(*(_ask_some(ask, waiting, found) for _ in range(min(len(contents), at_once))))
    return [unasked if one is None else one for one in found]


async def _ask_some(ask: Asking, waiting: Iterator[tuple[int, Content]], found: list[Proposed | None]) -> None:
    for place, content in waiting:
        found[place] = await ask(content)

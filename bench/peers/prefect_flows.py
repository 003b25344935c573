"""A side: Prefect, a flow run for each case, paused where a person is asked and resumed with the answer.

The runner starts it with Prefect's settings: a server of its own on this machine, a home of its own, nothing reported to anyone.
Its processor time is the client's; the server is a process beside it, as a database's is.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from typing import Final
from uuid import UUID

from prefect import flow, get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.exceptions import NotPausedError
from prefect.flow_runs import apause_flow_run, aresume_flow_run
from prefect.runtime import flow_run

from bench.peers.work import Given, given, measured, propose_async, proved, report

THRESHOLD: Final = 0.9
LOOKS_EVERY_S: Final = 0.25
TOO_EARLY_S: Final = 0.05
WARM: Final = 2
COMPLETED: Final = FlowRunFilter.model_validate({"state": {"type": {"any_": ["COMPLETED"]}}})

Case = Callable[[int], Coroutine[object, object, str]]


def case_flow(waiting: asyncio.Queue[UUID]) -> Case:
    """The flow of a case; where it stops for a person it puts its run into the queue."""

    async def case(number: int) -> str:
        proposal = await propose_async(number)
        if proposal["confidence"] >= THRESHOLD:
            return proposal["answer"]
        waiting.put_nowait(UUID(str(flow_run.get_id())))
        return str(await apause_flow_run(wait_for_input=str, poll_interval=LOOKS_EVERY_S))

    made: Case = flow(case)
    return made


async def answer(waiting: asyncio.Queue[UUID]) -> None:
    """A person who answers whatever waits, at once."""
    while True:
        run = await waiting.get()
        while True:
            with suppress(NotPausedError):
                await aresume_flow_run(run, run_input={"value": "card"})
                break
            await asyncio.sleep(TOO_EARLY_S)


async def through(case: Case, numbers: Iterator[int]) -> None:
    """A worker: takes the next case when it is free."""
    for number in numbers:
        await case(number)


async def work(told: Given) -> None:
    """All cases, with a few people who answer; at the end every run must be complete on the server."""
    waiting: asyncio.Queue[UUID] = asyncio.Queue()
    case = case_flow(waiting)
    people = [asyncio.create_task(answer(waiting)) for _ in range(told.workers)]
    await through(case, iter(range(WARM)))
    with measured() as meter:
        numbers = iter(range(told.cases))
        await asyncio.gather(*(through(case, numbers) for _ in range(told.workers)))
    for person in people:
        person.cancel()
    async with get_client() as client:
        complete = await client.count_flow_runs(flow_run_filter=COMPLETED)
    proved(complete - WARM, told.cases)
    report(told.cases, meter)


if __name__ == "__main__":
    if os.environ.get("DO_NOT_TRACK") != "1":
        sys.exit("Start it with `python -m bench.runtime`, which keeps Prefect from reporting to anyone.")
    asyncio.run(work(given(__doc__)))

"""A side: LangGraph, a thread of a graph for each case, with interrupt and resume where a person is asked.

At its best, as tried: coroutines rather than threads, a checkpoint where a run stops rather than after each step (`durability="exit"`),
and on PostgreSQL a connection for each coroutine, because a saver lets one of its callers in at a time.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from typing import Final, TypedDict

import aiosqlite
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, interrupt

from bench.peers.work import Given, Proposal, alone, given, measured, propose_async, proved, report

THRESHOLD: Final = 0.9


class Case(TypedDict, total=False):
    """What a graph knows of a case."""

    number: int
    answer: str
    confidence: float
    decision: str
    by: str


async def ask(case: Case) -> Proposal:
    """Asks the system."""
    return await propose_async(case["number"])


async def decide(case: Case) -> Case:
    """Decides, or stops until a person has answered."""
    if case["confidence"] >= THRESHOLD:
        return {"decision": case["answer"], "by": "alone"}
    return {"decision": interrupt({"proposed": case["answer"]}), "by": "ann@example.org"}


def graph(saver: BaseCheckpointSaver[str]) -> CompiledStateGraph:
    """The two steps of a case."""
    steps = StateGraph(Case)
    steps.add_node("ask", ask)
    steps.add_node("decide", decide)
    steps.add_edge(START, "ask")
    steps.add_edge("ask", "decide")
    steps.add_edge("decide", END)
    return steps.compile(checkpointer=saver)


async def savers(stack: AsyncExitStack, told: Given) -> list[BaseCheckpointSaver[str]]:
    """Opens the savers that workers share, and makes their tables."""
    if told.on_postgresql:
        made = [await stack.enter_async_context(AsyncPostgresSaver.from_conn_string(told.database)) for _ in range(told.workers)]
        await made[0].setup()
        return [*made]
    saver = AsyncSqliteSaver(await stack.enter_async_context(aiosqlite.connect(told.database)))
    await saver.setup()
    return [saver]


async def through(graphs: list[CompiledStateGraph], numbers: Iterable[int], given_for: Callable[[int], object]) -> None:
    """Runs each case until it is decided or waits; every worker takes the next case when it is free."""
    queue = iter(numbers)

    async def worker(mine: CompiledStateGraph) -> None:
        for number in queue:
            await mine.ainvoke(given_for(number), {"configurable": {"thread_id": str(number)}}, durability="exit")

    await asyncio.gather(*(worker(one) for one in graphs))


async def work(told: Given) -> None:
    """All cases as far as they go alone, then the answers of people; at the end every case must have its decision."""
    async with AsyncExitStack() as stack:
        opened = await savers(stack, told)
        graphs = [graph(opened[place % len(opened)]) for place in range(told.workers)]
        numbers = range(told.cases)
        with measured() as meter:
            await through(graphs, numbers, lambda number: {"number": number})
            await through(graphs, [n for n in numbers if not alone(n)], lambda _: Command(resume="card"))
        proved(await decided(graphs[0], numbers), told.cases)
    report(told.cases, meter)


async def decided(one: CompiledStateGraph, numbers: Iterable[int]) -> int:
    """How many cases have a decision in the database."""
    states = [await one.aget_state({"configurable": {"thread_id": str(number)}}) for number in numbers]
    return sum("decision" in state.values and not state.next for state in states)


if __name__ == "__main__":
    asyncio.run(work(given(__doc__)))

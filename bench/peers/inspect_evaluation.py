"""The side of Inspect: a task with one sample a case, its exact scorer and its log file, 50 samples at once."""

import asyncio
import os
from pathlib import Path

from inspect_ai import Task, eval  # noqa: A004 - Inspect's own name
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ModelOutput
from inspect_ai.scorer import exact
from inspect_ai.solver import Generate, Solver, TaskState, solver

from bench.peers.evaluated import SYSTEM_S, answer, text, truth
from bench.peers.work import Given, given, measured, proved, report


@solver  # type: ignore[untyped-decorator] # Inspect is not installed where types are checked
def system() -> Solver:
    """The system: it waits a millisecond."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        del generate
        await asyncio.sleep(SYSTEM_S)
        state.output = ModelOutput.from_content(model="mockllm/model", content=answer(state.input_text))
        return state

    return solve


def work(told: Given) -> None:
    """Evaluates all cases, and counts the scores in the log."""
    logs = Path(told.database).parent / "logs"
    dataset = MemoryDataset([Sample(id=number, input=text(number), target=truth(number)) for number in range(told.cases)])
    task = Task(dataset=dataset, solver=system(), scorer=exact())
    with measured() as meter:
        log = eval(task, model="mockllm/model", max_samples=told.workers, log_dir=str(logs), display="none")[0]
    found = 0 if log.results is None else log.results.scores[0].scored_samples or 0
    proved(found, told.cases)
    report(told.cases, meter)


if __name__ == "__main__":
    os.environ["INSPECT_LOG_LEVEL"] = "error"
    work(given(__doc__))

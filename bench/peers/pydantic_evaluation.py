"""The side of pydantic-evals: a dataset with one case each, whose output equals what is expected, 50 at once."""

import asyncio

from pydantic_evals import Case, Dataset
from pydantic_evals.evaluators import EqualsExpected

from bench.peers.evaluated import SYSTEM_S, answer, text, truth
from bench.peers.work import Given, given, measured, proved, report


async def system(content: str) -> str:
    """The system: it waits a millisecond."""
    await asyncio.sleep(SYSTEM_S)
    return answer(content)


def work(told: Given) -> None:
    """Evaluates all cases, and counts the assertions in the report."""
    cases = [Case(name=str(number), inputs=text(number), expected_output=truth(number)) for number in range(told.cases)]
    dataset = Dataset(name="cases", cases=cases, evaluators=[EqualsExpected()])
    with measured() as meter:
        found = dataset.evaluate_sync(system, max_concurrency=told.workers, progress=False)
    proved(sum(bool(one.assertions) for one in found.cases), told.cases)
    report(told.cases, meter)


if __name__ == "__main__":
    work(given(__doc__))

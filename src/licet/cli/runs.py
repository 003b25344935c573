"""How a command asks a system about many cases: with progress, within a budget, and with the help of workers."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from licet.cli.progress import RunProgress

if TYPE_CHECKING:
    from licet.flows.office import Office
    from licet.flows.run import Runner

P = ParamSpec("P")
R = TypeVar("R")

MILLION = 1_000_000


def run_options(command: Callable[P, R]) -> Callable[P, R]:
    """Adds the options of whatever asks a system about many cases."""
    budget = click.option(
        "--budget",
        type=click.IntRange(min=1),
        metavar="AMOUNT",
        help="Stop once asking has cost so much, in minor units of the system's currency (500: 5.00 EUR); it can go on later.",
    )
    spread = click.option("--spread", is_flag=True, help="Let running `licet worker` processes ask about a part of the cases.")
    return budget(spread(command))


@contextmanager
def running(office: "Office", given: Mapping[str, object], *, as_json: bool) -> Iterator["Runner"]:
    """A runner by the options of `run_options`, which shows how far it is until the block ends."""
    from licet.edge.runner import runner_here
    from licet.store.runs import Terms

    budget = given.get("budget")
    terms = Terms(spread=bool(given.get("spread")), budget=budget * MILLION if isinstance(budget, int) else None)
    with RunProgress(hidden=as_json) as progress, runner_here(office, progress.tell, terms) as runner:
        yield runner

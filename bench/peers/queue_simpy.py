"""The side of simpy: an M/M/5 line with the times given, one process a customer."""

import sys
import time
from collections.abc import Iterator

import numpy as np
import simpy


def work(customers: int, servers: int, load: float) -> None:
    """Prints the customers it plays in a second of processor time, and how long they wait on average."""
    chance = np.random.default_rng(1)
    gaps, times = chance.exponential(1.0, customers).tolist(), chance.exponential(load, customers).tolist()
    began, waited = time.process_time(), [0.0]
    world = simpy.Environment()
    desk = simpy.Resource(world, capacity=servers)

    def customer(service: float) -> Iterator[object]:
        came = world.now
        with desk.request() as turn:
            yield turn
            waited[0] += world.now - came
            yield world.timeout(service)

    def door() -> Iterator[object]:
        for gap, service in zip(gaps, times, strict=True):
            yield world.timeout(gap)
            world.process(customer(service))

    world.process(door())
    world.run()
    print(customers / (time.process_time() - began), waited[0] / customers)


if __name__ == "__main__":
    work(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))

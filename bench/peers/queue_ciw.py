"""The side of ciw: an M/M/5 line that draws its times itself, as ciw does."""

import sys
import time

import ciw


def work(customers: int, servers: int, load: float) -> None:
    """Prints the customers it plays in a second of processor time, and how long they wait on average."""
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=1.0)],
        service_distributions=[ciw.dists.Exponential(rate=1.0 / load)],
        number_of_servers=[servers],
    )
    ciw.seed(1)
    began = time.process_time()
    world = ciw.Simulation(network)
    world.simulate_until_max_customers(customers, method="Finish")
    spent = time.process_time() - began
    records = world.get_all_records()
    print(len(records) / spent, sum(one.waiting_time for one in records) / len(records))


if __name__ == "__main__":
    work(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))

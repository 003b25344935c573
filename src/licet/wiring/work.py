"""A worker of an installation: loaded by the processes that work, so that a command which only asks or writes does not pay for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from licet.edge.late import LateDurable
from licet.edge.runner import Assistant
from licet.edge.slots import Slot, take_slot
from licet.edge.told import ToldEffects, ToldPolicies, ToldSystems
from licet.edge.worker import Worker
from licet.flows.announce import announce_due
from licet.flows.deliver import deliver_some
from licet.flows.office import Office
from licet.flows.witness import tell_far_witness
from licet.ports import Journal, Trace
from licet.settings import Home


def watched(office: Office, journal: Journal, trace: Trace) -> Office:
    """The same office, of whose systems, receivers of effects and policies is told what they do."""
    systems = ToldSystems(systems=office.systems, journal=journal, trace=trace)
    effects = ToldEffects(effects=office.effects, journal=journal, trace=trace)
    return replace(office, systems=systems, effects=effects, policies=ToldPolicies(policies=office.policies, journal=journal))


def worker_of(office: Office, slot: Slot, journal: Journal, trace: Trace) -> Worker:
    """A worker of this process."""
    engine, told = LateDurable(file=slot.engine, executor=slot.name), watched(office, journal, trace)

    def deliver() -> int:
        return deliver_some(told, told.clock.now())

    def witness() -> bool:
        tell_far_witness(told)
        return False

    def announce() -> bool:
        announce_due(told)
        return False

    far = None if told.far_witness is None else witness
    return Worker(
        office=told,
        engine=engine,
        name=slot.name,
        journal=journal,
        trace=trace,
        deliver=deliver,
        witness=far,
        announce=announce,
        assist=Assistant(office=told, name=slot.name).round,
    )


@contextmanager
def at_work_in(home: Home, office: Office, journal: Journal, trace: Trace) -> Iterator[Worker]:
    """Runs a worker in threads of this process until the block ends; what it holds is finished or given back then.

    Raises:
        WorkerRunningError: when there may be no other worker.
    """
    slot = take_slot(home.inner, several=home.database_url is not None)
    try:
        worker = worker_of(office, slot, journal, trace)
        worker.start()
        try:
            yield worker
        finally:
            worker.stop()
    finally:
        slot.free()

"""Checking readiness: whether the database answers, has the right schema, and a worker is there."""

from dataclasses import dataclass
from datetime import timedelta

from licet.flows.office import Office
from licet.store import duties
from licet.store.engines import SchemaError


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """Everything that is needed is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReady:
    """Something is missing, in a sentence that says nothing of the installation."""

    why: str


def check_readiness(office: Office, *, worker_within: timedelta | None) -> Ready | NotReady:
    """Asks the database, for its schema and for the last sign of life of a worker.

    Args:
        office: the office.
        worker_within: so lately a worker must have been seen; None: none is expected.

    Raises:
        DatabaseBusyError, DatabaseUnreachableError, BrokenDatabaseError: when it cannot be asked.
    """
    try:
        office.book.check_schema()
    except SchemaError:
        return NotReady(why="The database has another schema than this Licet writes.")
    if worker_within is None:
        return Ready()
    with office.book.read() as tx:
        seen = duties.newest_sign(tx)
    if seen is None or office.clock.now() - seen > worker_within:
        return NotReady(why="No worker was seen lately; cases wait.")
    return Ready()

"""The durable engine: a chunk of cases begun by a process that was killed is gone on with as soon as that process is back.

DBOS keeps what was begun in a file of its own beside the worker. Nothing is right because of it: cases carry leases in our own
rows, and what a worker that never comes back held is claimed by another when its lease ends. It makes the common case, a process
that is started again, quick.
"""

import logging
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from dbos import DBOS, DBOSConfig, SetWorkflowID, WorkflowSerializationFormat

from licet.store.engine_file import QuickConnection, discard_if_damaged

PROTOCOL = "1"
"""Version of what a chunk means to the engine: raised when an older worker could not go on with what a newer one began."""

PRUNED_AT_ONCE = 1000

_work: list[Callable[[int, str], None]] = []


@DBOS.workflow(name="chunk.v1", max_recovery_attempts=100, serialization_type=WorkflowSerializationFormat.PORTABLE)
def _chunk(use_case_id: int, claim: str) -> None:
    for work in _work:
        work(use_case_id, claim)


class DurableEngine:
    """Runs chunks so that a restart of this worker goes on with them (the port `Durable`); one in a process."""

    def __init__(self, file: Path, *, executor: str) -> None:
        """Takes the engine's own file, and a name for this worker that is the same after a restart and no other worker's."""
        self._file = file
        self._executor = executor

    def launch(self, work: Callable[[int, str], None]) -> None:
        """Begins, and goes on in threads of its own with what this worker had begun before it was killed."""
        logging.getLogger("dbos").setLevel(logging.ERROR)
        discard_if_damaged(self._file)
        _private(self._file)
        _work[:] = [work]
        config: DBOSConfig = {
            "name": "licet",
            "system_database_url": f"sqlite:///{self._file}",
            "application_version": PROTOCOL,
            "executor_id": self._executor,
            "log_level": "ERROR",
            "db_engine_kwargs": {"connect_args": {"factory": QuickConnection, "timeout": 10}},
        }
        DBOS(config=config)
        DBOS.launch()

    def run(self, use_case_id: int, claim: str) -> None:
        """Works a claim off; raises what the work raises."""
        with SetWorkflowID(claim):
            _chunk(use_case_id, claim)

    def prune(self, before: datetime) -> int:
        """Forgets what ended before a moment.

        Returns:
            How many chunks were forgotten.
        """
        ended = DBOS.list_workflows(
            status=["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"],
            completed_before=before.isoformat(),
            limit=PRUNED_AT_ONCE,
            load_input=False,
            load_output=False,
        )
        DBOS.delete_workflows([one.workflow_id for one in ended])
        return len(ended)

    def close(self) -> None:
        """Ends; what is begun is gone on with at the next launch."""
        DBOS.destroy()
        _work.clear()


def _private(file: Path) -> None:
    """Makes the file, for nobody else to read."""
    if not file.exists():
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))

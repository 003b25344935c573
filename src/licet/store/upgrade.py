"""Upgrading: brings a database's schema to what this Licet writes, step by step, each in one transaction.

A `pre_` step only adds, so that workers of the release before run on while it is done. A `post_` step takes away what they still
used: it waits until none of them is left. So an upgrade is: `licet db upgrade`, replace the workers one by one, `licet db upgrade --post`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, delete, insert, select

from licet import __version__
from licet.store.duties import SEEN_WITHIN
from licet.store.engines import NEEDS, begin_write, named_errors, schema_of
from licet.store.tables import counter
from licet.store.work_tables import worker

HERE = Path(__file__).parent / "migrations"
STEPS = HERE / "versions"

PRE, POST = "pre", "post"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of the schema: its number, and whether older workers may run while it is done (pre) or not (post)."""

    revision: str
    kind: str


class NotAStepError(ValueError):
    """A file among the steps whose name does not say what it is."""


class OldWorkersError(RuntimeError):
    """Workers of an older release run still, and would not survive the step."""


def steps(folders: Sequence[Path] = (STEPS,)) -> tuple[Step, ...]:
    """The steps in their order, as their files' names say: `pre_0002_volume.py`.

    Raises:
        NotAStepError: names the file.
    """
    files = sorted((file for folder in folders for file in folder.glob("*_*.py") if not file.name.startswith("__")), key=_number)
    return tuple(Step(kind=_parts(file)[0], revision=_parts(file)[1]) for file in files)


def _parts(file: Path) -> tuple[str, str]:
    kind, _, rest = file.stem.partition("_")
    number = rest.partition("_")[0]
    if kind not in {PRE, POST} or not (number.isdigit() and len(number) == len("0001")):
        message = f"{str(file)!r} is no step: name it pre_NUMBER_what.py or post_NUMBER_what.py, with four digits."
        raise NotAStepError(message)
    return kind, number


def _number(file: Path) -> str:
    return _parts(file)[1]


def waiting(found: str | None, folders: Sequence[Path] = (STEPS,)) -> tuple[Step, ...]:
    """The steps a database of this schema has not taken yet."""
    return tuple(step for step in steps(folders) if found is None or step.revision > found)


def upgrade(
    engine: Engine, *, post: bool = False, now: datetime | None = None, folders: Sequence[Path] = (STEPS,)
) -> tuple[str | None, str]:
    """Brings a database to the present schema; does nothing where it is there already.

    Args:
        engine: from `open_engine`.
        post: whether to take the last `post_` steps too, that is, to be done with the release before.
        now: the present moment; needed for `post_` steps of a database that workers use, and for nothing else.
        folders: where the steps are.

    Returns:
        The schema before (None for an empty file) and after.

    Raises:
        OldWorkersError: when a `post_` step is due and a worker of an older release was seen a moment ago; what came before it is done.
    """
    before = after = schema_of(engine)
    due = _due(waiting(before, folders), post=post)
    for step in due:
        with named_errors(engine), engine.connect() as connection:
            begin_write(connection)
            if step.kind == POST and before is not None:
                _refuse_old_workers(connection, step, now)
            _take(connection, step, folders)
            _note(connection, step, after)
            connection.exec_driver_sql("COMMIT")
        after = step.revision
    return before, after or ""


def _due(left: Sequence[Step], *, post: bool) -> Sequence[Step]:
    """What is to be done: everything, or everything up to the last `pre_` step."""
    last_pre = max((place for place, step in enumerate(left) if step.kind == PRE), default=-1)
    return left if post else left[: last_pre + 1]


def _take(connection: Connection, step: Step, folders: Sequence[Path]) -> None:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("version_locations", "\n".join(map(str, folders)))
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    command.upgrade(config, step.revision)


def _note(connection: Connection, step: Step, before: str | None) -> None:
    """Writes down the oldest schema whose code still runs on this one, for that code to read when it starts."""
    c = counter
    known = connection.execute(select(c.c.value).where(c.c.name == f"{NEEDS}{before}")).scalar_one_or_none()
    needs = int(step.revision) if step.kind == POST or known is None else known
    connection.execute(delete(c).where(c.c.name.startswith(NEEDS)))
    connection.execute(insert(c).values(name=f"{NEEDS}{step.revision}", value=needs))


def _refuse_old_workers(connection: Connection, step: Step, now: datetime | None) -> None:
    if now is None:
        message = f"Step {step.revision} needs to know the time, to see whether older workers run. Say `licet db upgrade --post`."
        raise OldWorkersError(message)
    w = worker.c
    rows = connection.execute(select(w.name, w.version).where(w.seen_at > now - SEEN_WITHIN)).all()
    old = sorted(f"{row.name} ({row.version})" for row in rows if older(row.version))
    if old:
        message = (
            f"Step {step.revision} takes away what older workers use. Within {SEEN_WITHIN.seconds // 60} minutes ran: {', '.join(old)}. "
            f"Stop them or replace them by {__version__}, wait {SEEN_WITHIN.seconds // 60} minutes, and repeat `licet db upgrade --post`."
        )
        raise OldWorkersError(message)


def older(version: str, than: str = __version__) -> bool:
    """Whether a release is older than another; one whose number cannot be read is taken to be."""
    numbers = _numbers(version)
    return numbers is None or numbers < (_numbers(than) or ())


def _numbers(version: str) -> tuple[int, ...] | None:
    parts = version.split(".")
    return tuple(map(int, parts)) if all(part.isascii() and part.isdigit() for part in parts) else None

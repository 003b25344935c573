"""A PostgreSQL of the tests' own: started in a temporary folder on a free port of this machine, and gone when they end."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from sqlalchemy import Engine, create_engine

from licet.store.engines import HEAD, open_engine
from licet.store.upgrade import upgrade

TOOLS = ("initdb", "pg_ctl")
OWNER, PASSWORD = "owner", "a-password-nobody-may-read"
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB", "max_connections=60")
"""Settings for a cluster that is thrown away: nothing of it must outlive the machine."""

HONEST = ("fsync=on", "synchronous_commit=on", "full_page_writes=on", "shared_buffers=128MB", "max_connections=200")
"""Settings for a cluster whose speed is measured, or that is stopped in the middle: each commit waits for the disk."""

NOBODY = 65534
NUMBERS = count(1)


EMPTY = """
DO $$ DECLARE one record; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT oid::regclass AS name FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0 LOOP
    EXECUTE format('DELETE FROM %%s', one.name);
  END LOOP;
  PERFORM setval(format('%%I.%%I', schemaname, sequencename)::regclass, 1, false) FROM pg_sequences WHERE last_value IS NOT NULL;
END $$
"""
"""Empties what a test filled, many times as quickly as truncating every table; one of which nothing was ever written is not looked into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A running server."""

    port: int
    folder: Path
    options: str
    free: list[str] = field(default_factory=list)

    def stop(self) -> None:
        """Stops it at once, as a power cut does: no transaction is ended, and nothing more is written."""
        _run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    def start(self) -> None:
        """Starts it, on the same port as before."""
        _run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-l", str(self.folder / "log"), "-o", self.options, "start")

    def url(self, database: str, *, user: str = OWNER, password: str = PASSWORD) -> str:
        """The address of a database."""
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def run(self, *statements: str, database: str = "postgres") -> None:
        """Runs statements as the owner of everything, each for itself."""
        engine = self.engine(database)
        try:
            with engine.connect() as conn:
                for statement in statements:
                    conn.exec_driver_sql(statement)
        finally:
            engine.dispose()

    def grant(self, *statements: str, database: str) -> None:
        """Runs statements that make roles and give rights; a role that another test made already stays as it is."""
        engine = self.engine(database)
        try:
            with engine.connect() as conn:
                roles = set(conn.exec_driver_sql("SELECT rolname FROM pg_roles").scalars())
        finally:
            engine.dispose()
        new = [one for one in statements if not (one.startswith("CREATE ROLE ") and one.split()[2] in roles)]
        self.run(*new, database=database)

    def engine(self, database: str, *, user: str = OWNER) -> Engine:
        """A bare engine, as somebody with `psql` has it."""
        return create_engine(self.url(database, user=user).replace("postgresql", "postgresql+psycopg"), isolation_level="AUTOCOMMIT")

    def new_database(self, *, like: str = "template0") -> str:
        """Makes a database, empty or a copy of another, and gives its address."""
        name = f"world_{next(NUMBERS)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {like} STRATEGY file_copy")
        return self.url(name)

    def new_world(self) -> str:
        """Gives the address of a database with the tables in it, as `upgrade` makes them, and nothing else."""
        return self.free.pop() if self.free else self.new_database(like="founded")

    def take_back(self, url: str) -> None:
        """Empties a database that a test is done with, for the next one; whoever is still connected is thrown out."""
        name = url.rpartition("/")[2]
        self.run(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()",  # noqa: S608
            EMPTY,
            f"UPDATE alembic_version SET version_num = '{HEAD}'",  # noqa: S608 - our own schema
            database=name,
        )
        self.free.append(url)

    @contextmanager
    def lending(self) -> Iterator[Callable[[], str]]:
        """Lends databases for one test."""
        lent: list[str] = []

        def lend() -> str:
            lent.append(self.new_world())
            return lent[-1]

        yield lend
        for url in lent:
            self.take_back(url)


def missing() -> str | None:
    """Why no PostgreSQL can be started here; None where one can."""
    absent = [tool for tool in TOOLS if shutil.which(tool) is None]
    return f"PostgreSQL is not installed: no {' and no '.join(absent)} on PATH" if absent else None


@contextmanager
def running(settings: Sequence[str] = QUICK) -> Iterator[Cluster]:
    """Starts a server and stops it; for root it runs as nobody, because PostgreSQL refuses root."""
    with tempfile.TemporaryDirectory(prefix="licet-postgresql-") as name:
        folder = Path(name)
        cluster = _made(folder, settings)
        cluster.start()
        try:
            cluster.run("CREATE DATABASE founded")
            engine = open_engine(folder, url=cluster.url("founded"))
            upgrade(engine)
            engine.dispose()
            yield cluster
        finally:
            if (folder / "data" / "postmaster.pid").exists():
                cluster.stop()


def _made(folder: Path, settings: Sequence[str]) -> Cluster:
    """Makes a cluster, with a port that is free now."""
    secret = folder / "password"
    secret.write_text(PASSWORD, "ascii")
    if os.geteuid() == 0:
        for path in (folder, secret):
            os.chown(path, NOBODY, NOBODY)
    data = str(folder / "data")
    _run("initdb", "-D", data, "-U", OWNER, "--pwfile", str(secret), "--auth=scram-sha-256", "--no-sync", "--locale=C", "-E", "UTF8")
    port = _free_port()
    options = " ".join([f"-p {port} -h 127.0.0.1 -k ''", *(f"-c {one}" for one in settings)])
    return Cluster(port=port, folder=folder, options=options)


def _run(*words: str) -> None:
    root = NOBODY if os.geteuid() == 0 else None
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own tools
        [str(shutil.which(words[0])), *words[1:]],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd="/",
        check=False,
        text=True,
        user=root,
        group=root,
        extra_groups=None if root is None else [],
    )
    if done.returncode:
        message = f"{words[0]} ended with {done.returncode}: {done.stderr}"
        raise RuntimeError(message)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

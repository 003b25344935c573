"""Founding: makes an installation, and brings its database to the present schema."""

import shutil
from dataclasses import replace

from licet.edge.clock import SystemClock
from licet.edge.draw import SystemDraw
from licet.edge.seal import create_seal
from licet.edge.vault import create_key, open_key
from licet.flows.register import set_up
from licet.flows.settle import settle
from licet.settings import FOLDER, Home
from licet.store.book import Book
from licet.store.engines import HEAD, check_schema, open_engine, schema_of
from licet.store.upgrade import upgrade, waiting
from licet.wiring import office_of


class HomeExistsError(FileExistsError):
    """There is an installation in the folder already."""


def create(home: Home) -> str:
    """Makes an installation: folders, keys, database, the first ledger entry; a killed one leaves nothing in its place.

    Returns:
        The public key, to be handed to whoever will verify.

    Raises:
        HomeExistsError: when there is one, here or in the database on PostgreSQL; nothing is changed.
        OSError: when the folder cannot be made or written.
    """
    if home.inner.exists():
        message = f"There is an installation in {str(home.root)!r} already. Nothing was changed."
        raise HomeExistsError(message)
    _leave_alone(home)
    home.use_cases.mkdir(parents=True, exist_ok=True)
    unfinished = home.root / f"{FOLDER}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    elsewhere = home.key_file.parent != home.inner
    making = replace(home, root=unfinished, key_file=home.key_file if elsewhere else unfinished / FOLDER / home.key_file.name)
    vkey = _found(making)
    making.inner.rename(home.inner)
    unfinished.rmdir()
    return vkey


def _leave_alone(home: Home) -> None:
    """Refuses a database on PostgreSQL that holds an installation already, or one that a killed `licet init` left."""
    if home.database_url is None:
        return
    engine = open_engine(home.database, url=home.database_url)
    try:
        found = schema_of(engine)
    finally:
        engine.dispose()
    if found is not None:
        message = (
            f"The database of LICET_DATABASE_URL has the tables of a Licet installation already (schema {found}). Nothing was changed. "
            "Name an empty database; where a `licet init` was killed half-way, drop it and create it anew."
        )
        raise HomeExistsError(message)


def _found(home: Home) -> str:
    home.inner.mkdir(mode=0o700)
    (home.inner / ".gitignore").write_text("*\n", encoding="utf-8")
    vault = create_key(home.key_file) if not home.key_file.exists() else open_key(home.key_file)
    seal = create_seal(home.ledger_key)
    if home.database_url is None:
        home.database.touch(mode=0o600)
    engine = open_engine(home.database, url=home.database_url)
    try:
        upgrade(engine)
        office = office_of(home, Book(engine, vault, SystemDraw()), vault, seal)
        set_up(office, now=office.clock.now())
        settle(office)
    finally:
        engine.dispose()
    return seal.vkey


def check_database(home: Home) -> tuple[str, tuple[str, ...]]:
    """The schema of the database, on which this Licet runs, and the `post_` steps that wait for `licet db upgrade --post`.

    Raises:
        SchemaError: when it is another; names the remedy.
    """
    engine = open_engine(home.database, url=home.database_url)
    try:
        check_schema(engine)
        found = schema_of(engine)
    finally:
        engine.dispose()
    return found or HEAD, tuple(step.revision for step in waiting(found))


def upgrade_database(home: Home, *, post: bool = False) -> tuple[str | None, str]:
    """Brings the database to the present schema; returns the schema before and after.

    Raises:
        OldWorkersError: when a `post_` step is due while workers of an older release run.
    """
    engine = open_engine(home.database, url=home.database_url)
    try:
        return upgrade(engine, post=post, now=SystemClock().now())
    finally:
        engine.dispose()

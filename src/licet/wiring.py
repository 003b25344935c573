"""Wiring: puts the real world behind the ports, once, for a command."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from licet.edge.builtin import Engine
from licet.edge.callables import FolderCallables
from licet.edge.clock import SystemClock
from licet.edge.draw import SystemDraw
from licet.edge.post import FilePost
from licet.edge.precedents import Guardians
from licet.edge.seal import Seal, create_seal, open_seal, verify_checkpoint
from licet.edge.vault import FileVault, create_key, open_key
from licet.edge.witness import FileWitness
from licet.flows.office import Office
from licet.flows.register import set_up
from licet.settings import Home
from licet.store import ledger, notices
from licet.store.book import Book, check_schema, open_engine
from licet.store.upgrade import upgrade


class HomeExistsError(FileExistsError):
    """There is an installation in the folder already."""


def create(home: Home) -> str:
    """Makes an installation: folders, keys, database, the first ledger entry.

    Returns:
        The public key, to be handed to whoever will verify.

    Raises:
        HomeExistsError: when there is one; nothing is changed.
    """
    if home.inner.exists():
        message = f"There is an installation in {str(home.root)!r} already. Nothing was changed."
        raise HomeExistsError(message)
    home.inner.mkdir(parents=True, mode=0o700)
    home.use_cases.mkdir(exist_ok=True)
    (home.inner / ".gitignore").write_text("*\n", encoding="utf-8")
    vault = create_key(home.key_file) if not home.key_file.exists() else open_key(home.key_file)
    seal = create_seal(home.ledger_key)
    engine = open_engine(home.database, create=True)
    upgrade(engine)
    office = _office(home, Book(engine, vault, SystemDraw()), vault, seal)
    set_up(office, now=office.clock.now())
    settle(office)
    engine.dispose()
    return seal.vkey


def _office(home: Home, book: Book, vault: FileVault, seal: Seal) -> Office:
    return Office(
        book=book,
        clock=SystemClock(),
        draw=SystemDraw(),
        vault=vault,
        seal=seal,
        witness=FileWitness(path=home.checkpoints),
        post=FilePost(path=home.messages),
        trainer=Engine(),
        guardians=Guardians(),
        callables=FolderCallables(home.use_cases),
    )


@contextmanager
def opened(home: Home) -> Iterator[Office]:
    """Opens an installation for one command, and settles its ledger and its post before letting go.

    Raises:
        DatabaseMissingError, SchemaError, KeyFileError, SealError, ClockWentBackError: each names the remedy.
    """
    engine = open_engine(home.database)
    try:
        check_schema(engine)
        vault = open_key(home.key_file)
        office = _office(home, Book(engine, vault, SystemDraw()), vault, open_seal(home.ledger_key))
        try:
            yield office
        finally:
            settle(office)
    finally:
        engine.dispose()


def settle(office: Office) -> None:
    """Numbers and signs what is pending in the ledger, and delivers what waits in the outbox."""
    now = office.clock.now()
    ledger.sequence(office.book, office.seal, office.witness, now)
    notices.deliver(office.book, office.post, now)


def upgrade_database(home: Home) -> tuple[str | None, str]:
    """Brings the database to the present schema; returns the schema before and after."""
    engine = open_engine(home.database)
    try:
        return upgrade(engine)
    finally:
        engine.dispose()


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerCheck:
    """What a check of the ledger found; `outside` is the size the last checkpoint outside the database has."""

    entries: int
    root: bytes
    problems: tuple[str, ...]
    outside: int | None


def check_ledger(office: Office) -> LedgerCheck:
    """Recomputes the tree and holds it against what was signed last, inside and outside the database."""
    settle(office)
    with office.book.read() as tx:
        found = ledger.check(tx)
        inside = ledger.newest_checkpoint(tx)
        problems = list(found.problems)
        note = office.witness.newest()
        outside = None if note is None else verify_checkpoint(note, office.seal.vkey)
        signed = None if inside is None else verify_checkpoint(inside, office.seal.vkey)
    if signed is None:
        problems.append("the last checkpoint in the database was not signed with this installation's key")
    elif (signed.size, signed.root) != (found.entries, found.root):
        problems.append(f"the last checkpoint was signed over {signed.size} entries with another root")
    if outside is None:
        problems.append("there is no checkpoint outside the database that this installation's key signed")
    elif outside.size > found.entries:
        problems.append(f"truncated: the checkpoint outside has {outside.size} entries, the database {found.entries}")
    elif outside.size == found.entries and outside.root != found.root:
        problems.append("the checkpoint outside has another root: the ledger was rewritten")
    return LedgerCheck(
        entries=found.entries, root=found.root, problems=tuple(problems), outside=None if outside is None else outside.size
    )

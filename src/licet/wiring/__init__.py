"""Wiring: puts the real world behind the ports, once, for a command."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import timedelta

from licet.core.checkpoint import Checkpoint, MalformedNoteError
from licet.edge.clock import SteadyClock, SystemClock
from licet.edge.draw import SystemDraw
from licet.edge.late import (
    LateAnnouncer,
    LateCodes,
    LateDesks,
    LateEffects,
    LateEngine,
    LateFarWitness,
    LateGraders,
    LateGuardians,
    LateJudges,
    LatePasswords,
    LatePolicies,
    LateProcesses,
    LateRules,
    LateSystems,
    late_gates,
)
from licet.edge.post import FilePost
from licet.edge.purse import BookPurse
from licet.edge.seal import Seal, open_seal, verify_checkpoint
from licet.edge.vault import FileVault, open_key
from licet.edge.witness import FileWitness
from licet.flows.announce import announce_due
from licet.flows.office import Office
from licet.flows.settle import settle
from licet.ports import Clock
from licet.settings import Home, notify_urls, secret
from licet.store import installations, ledger
from licet.store.book import Book, ClockWentBackError, check_skew
from licet.store.engines import BrokenDatabaseError, DatabaseBusyError, check_schema, open_engine
from licet.store.group import GroupBook


def office_of(home: Home, book: Book, vault: FileVault, seal: Seal, clock: Clock | None = None) -> Office:
    """An office on an open database, with this machine's clock, chance, files and keys."""
    clock = clock or SystemClock()
    return Office(
        book=book,
        clock=clock,
        draw=SystemDraw(),
        vault=vault,
        seal=seal,
        witness=FileWitness(path=home.checkpoints),
        post=FilePost(path=home.messages),
        trainer=LateEngine(),
        guardians=LateGuardians(),
        systems=LateSystems(root=home.use_cases, secret=secret, draw=SystemDraw(), purse=BookPurse(book=book, clock=clock)),
        effects=LateEffects(root=home.use_cases, secret=secret, allow=home.webhook_allow),
        policies=LatePolicies(),
        shipped_gates=late_gates,
        far_witness=_far_witness(home),
        announcer=_announcer(),
        passwords=LatePasswords(),
        codes=LateCodes(),
        desks=LateDesks(root=home.use_cases),
        judges=LateJudges(root=home.use_cases),
        processes=LateProcesses(root=home.use_cases),
        graders=LateGraders(root=home.use_cases),
        rules=LateRules(root=home.use_cases),
    )


def _announcer() -> LateAnnouncer | None:
    urls = notify_urls()
    return LateAnnouncer(urls=urls) if urls else None


def _far_witness(home: Home) -> LateFarWitness | None:
    if home.witness_url is None:
        return None
    return LateFarWitness(url=home.witness_url, every=timedelta(seconds=home.witness_every), secret=secret, allow=home.webhook_allow)


class OtherInstallationError(RuntimeError):
    """The database belongs to another installation than the keys do."""


class RolledBackError(RuntimeError):
    """The database is older than a checkpoint that was kept outside it."""


@contextmanager
def opened(home: Home, *, rolled_back: bool = False) -> Iterator[Office]:
    """Opens an installation for one command, and settles its ledger and its post before letting go.

    Args:
        home: where.
        rolled_back: opens also what is older than the checkpoints outside say: to look at it, or to write the roll-back down.

    Raises:
        DatabaseMissingError, DatabaseUnreachableError, SchemaError, KeyFileError, SealError, ClockOffError,
            ClockWentBackError, OtherInstallationError, RolledBackError: each names the remedy.
    """
    engine = open_engine(home.database, url=home.database_url)
    try:
        check_schema(engine)
        vault = open_key(home.key_file)
        office = office_of(home, Book(engine, vault, SystemDraw()), vault, open_seal(home.ledger_key))
        _check_whose(office, home)
        _check_clock(office)
        behind = _behind(office)
        if behind is not None and not rolled_back:
            raise RolledBackError(behind)
        with _settling(office) if behind is None else nullcontext():
            yield office
    finally:
        engine.dispose()


@contextmanager
def serving(home: Home) -> Iterator[Office]:
    """Opens an installation for a process that runs for long and has many threads: a server or a worker.

    Raises:
        DatabaseMissingError, DatabaseUnreachableError, SchemaError, KeyFileError, SealError, OtherInstallationError,
            ClockOffError, RolledBackError: as `opened`.
    """
    engine = open_engine(home.database, url=home.database_url, serving=True)
    try:
        check_schema(engine)
        vault = open_key(home.key_file)
        office = office_of(home, GroupBook(engine, vault, SystemDraw()), vault, open_seal(home.ledger_key), SteadyClock())
        _check_whose(office, home)
        _check_clock(office)
        behind = _behind(office)
        if behind is not None:
            raise RolledBackError(behind)
        yield office
    finally:
        engine.dispose()


def _check_whose(office: Office, home: Home) -> None:
    """A database on a server can be named from any folder; only the one with its keys may sign for it."""
    if home.database_url is None:
        return
    with office.book.read() as tx:
        found = installations.read(tx)
    if found is None or found.vkey != office.seal.vkey:
        message = (
            f"The database of LICET_DATABASE_URL does not belong to the installation in {str(home.root)!r}: its key is another. "
            "Nothing was done. Set the address of its own database, or name the right folder with --home."
        )
        raise OtherInstallationError(message)


def _check_clock(office: Office) -> None:
    with office.book.read() as tx:
        check_skew(tx, office.clock.now())


@contextmanager
def _settling(office: Office) -> Iterator[None]:
    """Settles at the end, also when the command failed; a database that was busy for one is not waited for once more."""
    try:
        yield
    except DatabaseBusyError:
        raise
    except BaseException:
        with suppress(DatabaseBusyError, BrokenDatabaseError, ClockWentBackError, OSError):
            settle(office)
        raise
    settle(office)
    announce_due(office)


def _behind(office: Office) -> str | None:
    """Says that the database was put back by hand; going on would sign a shorter ledger over a longer one. None where it was not."""
    outside = checkpoint_outside(office)
    with office.book.read() as tx:
        size = ledger.head(tx).size
    if outside is None or outside.size <= size:
        return None
    return (
        f"The database has {size:,} ledger entries, but a checkpoint outside it has {outside.size:,}: "
        "an older copy was put in its place. "
        "Nothing was done. Put the newer one back, or accept the loss, which the ledger then tells: with `licet restore BACKUP`, "
        "on PostgreSQL with `licet db accept-rollback`."
    )


def checkpoint_outside(office: Office) -> Checkpoint | None:
    """The newest checkpoint in the file beside the database; None where there is none that this installation's key signed."""
    note = office.witness.newest()
    try:
        return None if note is None else verify_checkpoint(note, office.seal.vkey)
    except MalformedNoteError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerCheck:
    """What a check of the ledger found; `outside` is the size the last checkpoint outside the database has."""

    entries: int
    root: bytes
    problems: tuple[str, ...]
    outside: int | None


def check_ledger(office: Office) -> LedgerCheck:
    """Recomputes the tree and holds it against what was signed last, inside and outside the database."""
    if _behind(office) is None:
        settle(office)
    outside = checkpoint_outside(office)
    with office.book.read() as tx:
        found = ledger.check(tx, at=None if outside is None else outside.size)
        inside = ledger.newest_checkpoint(tx)
    problems = [*found.problems, *_inside(office, inside, found)]
    if outside is None:
        problems.append("there is no checkpoint outside the database that this installation's key signed")
    elif outside.size > found.entries:
        problems.append(f"truncated: the checkpoint outside has {outside.size} entries, the database {found.entries}")
    elif found.root_at != outside.root:
        problems.append(f"the first {outside.size} entries are not those of the checkpoint outside: the ledger was rewritten")
    return LedgerCheck(entries=found.entries, root=found.root, problems=tuple(problems), outside=None if outside is None else outside.size)


def _inside(office: Office, note: str | None, found: ledger.Check) -> list[str]:
    """What is wrong with the checkpoint in the database."""
    try:
        signed = None if note is None else verify_checkpoint(note, office.seal.vkey)
    except MalformedNoteError:
        signed = None
    if signed is None:
        return ["the last checkpoint in the database was not signed with this installation's key"]
    if (signed.size, signed.root) != (found.entries, found.root):
        return [f"the last checkpoint was signed over {signed.size} entries with another root"]
    return []

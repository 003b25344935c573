"""Settling: what was written down gets its number in the signed ledger, and whoever is to be told is told."""

from licet.flows.office import Office
from licet.store import ledger, notices


def settle(office: Office) -> None:
    """Numbers and signs what is pending in the ledger, and delivers what waits in the outbox; writes nothing where nothing is."""
    now = office.clock.now()
    with office.book.read() as tx:
        pending, newest = ledger.is_pending(tx), ledger.newest_checkpoint(tx)
    if pending:
        ledger.sequence(office.book, office.seal, office.witness, now)
    elif newest is not None:
        office.witness.keep(newest)
    notices.deliver(office.book, office.post, now)

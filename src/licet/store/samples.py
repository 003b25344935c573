"""Samples: one stored secret of each kind there is, read only to see whether the payload key is the right one."""

from sqlalchemy import select

from licet.store import tables
from licet.store.book import CASE, Tx
from licet.store.mandates import PURPOSE
from licet.store.systems import ARTIFACT


def read_sample(tx: Tx) -> bool:
    """Decrypts the newest case that can be read, or else an artifact or a mandate's secret.

    Returns:
        Whether there was anything to decrypt.

    Raises:
        NotReadableError: when the key is another.
    """
    c, k, a, m = tables.case.c, tables.case_key.c, tables.artifact.c, tables.mandate.c
    newest = select(k.salt, c.body).join_from(tables.case_key, tables.case, c.number == k.case_number).order_by(k.case_number.desc())
    kinds = (
        (CASE, newest),
        (ARTIFACT, select(a.salt, a.body)),
        (PURPOSE, select(m.secret_salt, m.secret).where(m.secret.is_not(None))),
    )
    for purpose, wanted in kinds:
        row = tx.conn.execute(wanted.limit(1)).first()
        if row is not None:
            tx.vault.decrypt(tx.vault.key(purpose, row[0]), row[1])
            return True
    return False

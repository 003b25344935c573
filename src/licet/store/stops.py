"""Stop switches' rows: who pressed one, why, and who lifted it."""

from sqlalchemy import or_, select

from licet.store.book import Tx
from licet.store.work_tables import stop


def pressed(tx: Tx, use_case_id: int) -> bool:
    """Whether a stop switch is on: the use case's own, or the installation's."""
    concerns = or_(stop.c.use_case_id == use_case_id, stop.c.use_case_id.is_(None))
    return tx.run(select(stop.c.id).where(stop.c.lifted_at.is_(None), concerns).limit(1)).first() is not None

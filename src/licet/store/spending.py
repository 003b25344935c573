"""Spending's rows: what a use case spent on asking its system, counted before it is spent so that no process can go beyond a budget."""

from sqlalchemy import Update, select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from licet.core.cost import Cost
from licet.core.use_case import UseCase
from licet.store.book import Tx
from licet.store.engines import on_postgresql
from licet.store.spending_tables import spending

_C = spending.c


def take(tx: Tx, use_case: UseCase, period: str, amount: Cost, *, most: Cost | None) -> bool:
    """Counts an amount as spent, unless that would go beyond the most; says whether it did.

    Args:
        tx: the transaction.
        use_case: whose money.
        period: the day or month, or `ever`.
        amount: what may be spent at most by what is to be asked.
        most: the budget of the period; None: no budget, which is never gone beyond.
    """
    insert = insert_postgresql if on_postgresql(tx.conn) else insert_sqlite
    row = {"use_case_id": use_case.id, "period": period, "currency": amount.currency, "millionths": 0}
    tx.run(insert(spending).values(**row).on_conflict_do_nothing())
    counted = _row(use_case, period, amount.currency).values(millionths=_C.millionths + amount.millionths)
    within = counted if most is None else counted.where(_C.millionths + amount.millionths <= most.millionths)
    return tx.conn.execute(within).rowcount == 1


def settle(tx: Tx, use_case: UseCase, period: str, *, counted: Cost, spent: Cost) -> None:
    """Puts what was really spent in place of what was counted before."""
    change = spent.millionths - counted.millionths
    tx.run(_row(use_case, period, counted.currency).values(millionths=_C.millionths + change))


def spent_in(tx: Tx, use_case: UseCase, period: str, currency: str) -> Cost:
    """What a use case spent in a period; nothing where it asked nothing."""
    wanted = select(_C.millionths).where(_C.use_case_id == use_case.id, _C.period == period, _C.currency == currency)
    return Cost(millionths=tx.conn.execute(wanted).scalar_one_or_none() or 0, currency=currency)


def _row(use_case: UseCase, period: str, currency: str) -> Update:
    return update(spending).where(_C.use_case_id == use_case.id, _C.period == period, _C.currency == currency)

"""Two signatures: the columns of whatever one person locks and another countersigns. Only the store reads this."""

from typing import Any

from sqlalchemy import Column, Text

from licet.store.moments import Moment


def two_signatures() -> tuple[Column[Any], ...]:
    """Who locked a version and when, and who put their name beside it."""
    return (
        Column("locked_by", Text, nullable=False),
        Column("locked_at", Moment, nullable=False),
        Column("countersigned_by", Text),
        Column("countersigned_at", Moment),
    )

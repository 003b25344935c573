"""Moments: aware times as text that sorts, the same in every database."""

from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import Dialect, String, TypeDecorator


@lru_cache(maxsize=64)
def moment_text(value: datetime) -> str:
    """Writes an aware time as UTC text that sorts.

    Raises:
        ValueError: for a naive time.
    """
    if value.tzinfo is None:
        message = f"{value!r} has no time zone; pass an aware UTC time."
        raise ValueError(message)
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")  # strftime writes the year 1 as "1"


class Moment(TypeDecorator[datetime]):
    """An aware time, stored as UTC text that sorts; naive times are refused."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Writes UTC with microseconds."""
        del dialect
        if value is None:
            return None
        return moment_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Reads it back, aware."""
        del dialect
        return None if value is None else datetime.fromisoformat(value)

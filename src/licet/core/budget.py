"""A budget: what a use case may spend on asking its system in a day, a month or ever; then cases go to people."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from licet.core.cost import Cost
from licet.core.ids import UseCaseSlug


class Per(StrEnum):
    """How long a budget is for, by the days and months of UTC."""

    DAY = "day"
    MONTH = "month"
    EVER = "ever"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The most that may be spent, and in what time."""

    most: Cost
    per: Per


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Money counted as spent, until it is settled: a process that is killed in between leaves it counted."""

    slug: UseCaseSlug
    period: str
    amount: Cost


def period_of(per: Per, now: datetime) -> str:
    """Names the time that a moment belongs to: `2026-11-28`, `2026-11` or `ever`."""
    match per:
        case Per.DAY:
            return f"{now:%Y-%m-%d}"
        case Per.MONTH:
            return f"{now:%Y-%m}"
        case Per.EVER:
            return "ever"
        case _:
            assert_never(per)

"""What is counted when somebody attacks: how often it was tried, and how often it succeeded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cluster import Cluster

MOST_TOLD = 20
"""How many attacks that succeeded are told by name."""


@dataclass(slots=True, kw_only=True)
class Count:
    """How an attack went.

    Attributes:
        tried: how often it was tried.
        succeeded: how often it succeeded; 0 is what we promise.
        how: the first ones that succeeded.
        more: what else is worth knowing.
        skipped: what could not be tried here, and why.
    """

    tried: int = 0
    succeeded: int = 0
    how: list[str] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)

    def saw(self, name: str, *, succeeded: bool) -> None:
        """Counts one attempt."""
        self.tried += 1
        if succeeded:
            self.succeeded += 1
            if len(self.how) < MOST_TOLD:
                self.how.append(name)

    def to_json(self) -> Mapping[str, Any]:
        """As `build/abuse.json` tells it."""
        told = {"tried": self.tried, "succeeded_attacks": self.succeeded, **self.more}
        return {**told, **({"how": self.how} if self.how else {}), **({"skipped": self.skipped} if self.skipped else {})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where attacks are tried.

    Attributes:
        folder: an empty one, for one kind alone.
        cluster: a PostgreSQL server; None where none is installed.
        share: of the full size, in (0, 1].
        seed: what chance starts from.
    """

    folder: Path
    cluster: Cluster | None
    share: float
    seed: int

    def size(self, full: int, *, least: int = 1) -> int:
        """So many of what the full run has."""
        return max(least, round(full * self.share))

"""An audience that remembers what it was told of a play."""

from dataclasses import dataclass


@dataclass(slots=True)
class Audience:
    """How many cases were to be played at most, and how many were."""

    expected: int = 0
    seen: int = 0

    def expects(self, cases: int) -> None:
        """Before anything is played."""
        assert self.seen == 0
        self.expected = cases

    def sees(self, cases: int) -> None:
        """After each replication."""
        self.seen += cases

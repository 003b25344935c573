"""The outside world as flows on processes see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from licet.core.ids import UseCaseSlug
    from licet.core.process import StatedForProcess


class StatedProcesses(Protocol):
    """Finds what an owner states of the process: in the use case's folder."""

    def stated(self, slug: UseCaseSlug) -> StatedForProcess:
        """The steps in order and what an hour of work costs; with `wrong` where the file cannot be read. Never raises."""
        ...

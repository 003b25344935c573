"""The witness: keeps signed checkpoints in a file outside the database, so that a ledger cut short is noticed."""

import os
from dataclasses import dataclass
from pathlib import Path

NOTE_LINES = 5
"""A checkpoint is five lines: name, size, root, an empty one, and one signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileWitness:
    """Appends signed checkpoints to a file (the port `Witness`). Copy it elsewhere now and then."""

    path: Path

    def keep(self, note: str) -> None:
        """Appends one checkpoint and makes sure that it lasts; one that is there already is not added again."""
        if self.newest() == note:
            return
        with self.path.open("a", encoding="utf-8") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())

    def newest(self) -> str | None:
        """The checkpoint kept last; None when there is none."""
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        lines = text.splitlines(keepends=True)
        return "".join(lines[-NOTE_LINES:]) if len(lines) >= NOTE_LINES else None

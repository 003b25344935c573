"""Where the time of a simulated case goes: one name for each part, wherever it is told."""

from collections.abc import Mapping
from typing import Final

PARTS: Final[Mapping[str, str]] = {
    "service": "work",
    "machine": "AI",
    "contention": "waiting in line, since all who do the step are busy",
    "off_duty": "waiting for somebody on duty, at most",
    "extraneous": "waiting although people are free: for a customer, a document, or somebody to turn to it",
}
"""The parts of a case's time by their keys."""

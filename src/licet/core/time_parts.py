"""Where the time of a simulated case goes: one name for each part, wherever it is told."""

from collections.abc import Mapping
from typing import Final

PARTS: Final[Mapping[str, str]] = {
    "service": "work",
    "machine": "AI",
    "contention": "all busy",
    "off_duty": "off duty at most",
    "extraneous": "waiting for something else",
}
"""The parts of a case's time by their keys."""

MEANS: Final[Mapping[str, str]] = {
    "service": "somebody works on the case",
    "machine": "AI answers",
    "contention": "all who do the step had other work under way",
    "off_duty": "nobody who does the step was there",
    "extraneous": "people were there and free: for a customer, a document, or somebody to turn to it",
}
"""What each part means."""

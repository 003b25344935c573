"""History: past cases with the answers people gave, split once into parts that build, calibrate and judge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from licet.core.answer import Answer
from licet.core.case import CaseBody, Part
from licet.core.likeness import Alike
from licet.core.system import SystemCard

SMALLEST_HISTORY = 30
"""Fewer past cases than this say nothing about a system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedProposal:
    """A proposal that came in beside the case: what an outside system says.

    Attributes:
        answer: what it would decide.
        confidence: in [0, 1].
        probabilities: probability of each class, by class; empty where it gives none.
        reason: its own words, if any; untrusted text.
    """

    answer: Answer
    confidence: float
    probabilities: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCase:
    """One row of history, read and checked.

    Attributes:
        line: where it stood in the file, counted from 1 with the header; for messages.
        body: content and attributes.
        answer: what a person decided; None while nobody has.
        external_id: what the outside calls it; None where it has no name.
        happened_at: when; aware, None where the file has no times.
        posted: the outside system's proposal, if the file has one.
        answered_by: who answered, as the file names them; empty where it does not.
        requester: e-mail address of whoever asked for the case, who never reviews it; empty where nobody says.
    """

    line: int
    body: CaseBody
    answer: Answer | None
    external_id: str | None = None
    happened_at: datetime | None = None
    posted: PostedProposal | None = None
    answered_by: str = ""
    requester: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentCase:
    """A case that a program sent, checked.

    Attributes:
        past: the case; `posted` is its proposal.
        card: the system that proposed; None without a proposal.
    """

    past: PastCase
    card: SystemCard | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """How history is split, in percent; sums to 100."""

    build: int = 50
    calibration: int = 20
    sealed: int = 30

    def __post_init__(self) -> None:
        """Refuses shares that do not make a whole.

        Raises:
            NotSharesError: names the shares.
        """
        shares = (self.build, self.calibration, self.sealed)
        if min(shares) < 0 or sum(shares) != 100:  # noqa: PLR2004 - percent
            raise NotSharesError(":".join(map(str, shares)))

    def part_at(self, place: float) -> Part:
        """The part for a place in [0, 1): the first shares go to build, the last to sealed."""
        if place * 100 < self.build:
            return Part.BUILD
        return Part.CALIBRATION if place * 100 < self.build + self.calibration else Part.SEALED


class NotSharesError(ValueError):
    """Shares of history do not sum to a whole."""

    def __init__(self, raw: str) -> None:
        """Names the offender, the limit and an example."""
        super().__init__(f"{raw!r} is not a split: three whole percentages for build:calibration:sealed that sum to 100, such as 50:20:30.")


def shares_from(raw: str) -> Shares:
    """Reads `50:20:30`.

    Raises:
        NotSharesError: when it is not three whole percentages that sum to 100.
    """
    pieces = raw.split(":")
    if len(pieces) != 3 or not all(piece.strip().isdigit() for piece in pieces):  # noqa: PLR2004 - three parts
        raise NotSharesError(raw)
    build, calibration, sealed = (int(piece) for piece in pieces)
    return Shares(build=build, calibration=calibration, sealed=sealed)


def cut_times(times: Sequence[datetime], shares: Shares) -> tuple[datetime | None, datetime | None]:
    """Where a history with times is cut, so that what is sealed is the newest.

    Args:
        times: when each case happened, in any order; at least one.
        shares: how much goes where.

    Returns:
        First moment of calibration and first moment of sealed; None where that part is empty. Cases of the same moment
        stay together, on the later side of a cut.
    """
    ordered = sorted(times)
    n = len(ordered)
    first = n * shares.build // 100
    second = n * (shares.build + shares.calibration) // 100
    return (ordered[first] if first < n else None, ordered[second] if second < n else None)


def part_by_time(moment: datetime, cuts: tuple[datetime | None, datetime | None]) -> Part:
    """The part of a case that happened at a moment, given `cut_times`."""
    calibration, sealed = cuts
    if sealed is not None and moment >= sealed:
        return Part.SEALED
    return Part.CALIBRATION if calibration is not None and moment >= calibration else Part.BUILD


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did, in numbers.

    Attributes:
        rows: rows read.
        parts: cases per part.
        skipped: rows that were there already (same name and content, or an import that was repeated).
        same_content: cases whose content occurs more than once in this file.
        resealed: cases that were sealed earlier and went to the sealed part again, or were left out of the other parts.
        unlabelled: cases without an answer.
        labelled: cases that were there without an answer and have one now.
        spoken: cases that were there already and have an outside system's proposal now.
        answers: distinct answers in the build part (for choices).
        alike: sealed cases that nearly repeat others; None where nothing new came in.
        warnings: what the importer should know, in sentences.
    """

    rows: int
    parts: Mapping[str, int]
    skipped: int = 0
    same_content: int = 0
    resealed: int = 0
    unlabelled: int = 0
    labelled: int = 0
    spoken: int = 0
    answers: int = 0
    alike: Alike | None = None
    warnings: tuple[str, ...] = field(default_factory=tuple)

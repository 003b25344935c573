"""A judge: what says of a system's answers whether they are right. It ranks, finds, drafts and estimates, and never counts as a label."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from licet.core.canonical import Json, digest
from licet.core.ids import Digest, UseCaseSlug
from licet.core.refusal import Unknown

Opinion = float | Unknown
"""What a judge says of an answer: from 0, surely wrong, to 1, surely right; unknown where it failed to say anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeCard:
    """Which judge it is. `parts` holds everything its opinions depend on, as digests and plain values."""

    name: str
    version: str
    parts: Mapping[str, Json] = field(default_factory=dict)

    @property
    def digest(self) -> Digest:
        """Digest over name, version and parts (64 hex characters); any change of them is another judge."""
        return Digest(digest({"judge": self.name, "version": self.version, "parts": dict(self.parts)}))


class NoJudges:
    """Judges of use cases that have none."""

    def load(self, slug: UseCaseSlug) -> None:
        """The judge of a use case: none."""
        del slug

"""A rule for changes: by how much a new version may be worse than the old one, locked before either is compared."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from licet.core.canonical import Json

LARGEST_MARGIN = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRule:
    """What a new version must show on the same cases to take an old one's place.

    Attributes:
        margin: the share of right answers that would be given up, in (0, 0.5).
        confidence: of the verdict, in [0.5, 1).
    """

    margin: float
    confidence: float = 0.95

    @property
    def delta(self) -> float:
        """The chance of a false verdict that is accepted: 1 - confidence."""
        return 1.0 - self.confidence


class NotAChangeRuleError(ValueError):
    """A value does not say a rule for changes."""


def change_to_json(rule: ChangeRule) -> Mapping[str, Json]:
    """Writes the rule."""
    return {"margin": rule.margin, "confidence": rule.confidence}


def change_from_json(raw: Json) -> ChangeRule | None:
    """Reads what `change_to_json` wrote; None for nothing.

    Raises:
        NotAChangeRuleError: when it is no rule.
    """
    match raw:
        case None:
            return None
        case {"margin": int() | float() as margin, "confidence": int() | float() as confidence}:
            return ChangeRule(margin=float(margin), confidence=float(confidence))
        case _:
            raise NotAChangeRuleError(f"{raw!r} is no rule for changes: give margin and confidence.")


def faults_in_change(rule: ChangeRule) -> Iterator[tuple[str, str, str]]:
    """What is wrong with a rule beyond its form: the key, why, and what to write instead."""
    if not 0.0 < rule.margin < LARGEST_MARGIN:
        yield "margin", f"{rule.margin!r} is not between 0 and 0.5.", "Write a share such as 0.01 for one in a hundred."
    if not LARGEST_MARGIN <= rule.confidence < 1.0:
        yield "confidence", f"{rule.confidence!r} is not in [0.5, 1).", "Write a share such as 0.95."

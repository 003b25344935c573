"""An own grader: a Python function of a use case's folder, by the digest of its code; what it says of answers comes from outside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from licet.core.answer import Answer, answer_to_json
from licet.core.canonical import digest
from licet.core.ids import Digest, UseCaseSlug
from licet.core.refusal import Unknown

Grade = float | Unknown
"""What a grader says of an answer: a loss in [0, 1]; unknown where it failed to say one."""

Asked = Callable[[Answer, Answer], Grade]
"""Says the loss of an answer, given first, against the right one."""

GIVEN_FUNCTION = "grade"
"""How the function is called where nothing else is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnGrader:
    """A function that says how wrong an answer is. It is asked only where two answers do not say the same, which lose nothing.

    So what it fails on, and what nobody can ask it any more, can count as wholly wrong: exact grading is never more lenient.

    Attributes:
        function: its name in the folder's `grader.py`.
        code: digest of that file (64 hex characters): changed code is another grader, and so another standard.
        ask: asks it; None where its code is not at hand. It is no part of what the standard says.
    """

    function: str = GIVEN_FUNCTION
    code: str = ""
    ask: Asked | None = field(default=None, compare=False, repr=False)

    @property
    def version(self) -> str:
        """Under which its grades are kept: function and code."""
        return f"{self.function} {self.code}"

    def says(self, answer: Answer, truth: Answer) -> Grade:
        """Its loss for answers that differ, in [0, 1]; unknown where it failed or is not at hand."""
        return Unknown(why="The code of the grader is not at hand.") if self.ask is None else self.ask(answer, truth)


def pair_key(answer: Answer, truth: Answer) -> Digest:
    """Names an answer held against a right one, whatever order fields were written in."""
    return Digest(digest({"given": answer_to_json(answer), "right": answer_to_json(truth)}))


class Grader(Protocol):
    """Says of answers how wrong they are."""

    def grades(self, pairs: Sequence[tuple[Answer, Answer]]) -> Sequence[Grade]:
        """The loss of each answer, given first, against the right one, in order; never raises for a single pair."""


class Graders(Protocol):
    """Finds a use case's own grader: the Python function in its folder."""

    def load(self, slug: UseCaseSlug, wanted: OwnGrader) -> Grader | Unknown:
        """The grader that a standard names; unknown where its code is not there any more."""


class NoGraders:
    """Graders of use cases that have none."""

    def load(self, slug: UseCaseSlug, wanted: OwnGrader) -> Unknown:
        """A grader of a use case: none."""
        del wanted
        return Unknown(why=f"{slug!r} has no grader of its own here.")

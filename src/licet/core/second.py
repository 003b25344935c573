"""A second look: which cases two people answer before one counts, when they agree, and who may say who is right."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from licet.core.answer import Answer, answer_label
from licet.core.canonical import Json
from licet.core.grading import EXACT, Grading, agrees
from licet.core.people import Person, Role
from licet.core.policy import Hand
from licet.core.review import Review

TOO_FAST = timedelta(seconds=2)
"""An answer that comes sooner than this after its case was handed out is counted as faster than a case can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondLooks:
    """Which cases two people answer, as the standard says it. All of it is in the standard's digest.

    Attributes:
        share: of all cases that people decide, drawn by keyed chance, in [0, 1].
        stakes: whether each case is among them on which the first person or AI gives a high-stakes answer.
        attributes: the cases among them by attribute: stakes such as an amount's band, or a slice.
        too_fast: answers that come sooner count as faster than a case can be read.
        apart: whether two whose agreement stands out are not given the same case.
    """

    share: float = 0.0
    stakes: bool = False
    attributes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    too_fast: timedelta = TOO_FAST
    apart: bool = False


class Cause(StrEnum):
    """Why a case is looked at twice. Nobody who answers is told."""

    ATTRIBUTE = "attribute"
    HIGH_STAKES = "high_stakes"
    CHANCE = "chance"


@dataclass(frozen=True, slots=True, kw_only=True)
class LookTwice:
    """A case takes a second person's answer, too. `probability`: with which it came to that, in (0, 1]."""

    cause: Cause
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OneIsEnough:
    """The first person's answer decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What is known of a case when its first answer comes.

    Attributes:
        facts: as `case_rules.facts_of` finds them.
        given: the answers that stand on it: the person's, and AI's where it proposed one.
        place: its place in [0, 1), drawn by keyed chance.
    """

    facts: Mapping[str, str]
    given: tuple[Answer, ...]
    place: float


def looks_needed(rule: SecondLooks, high_stakes: frozenset[str], case: Answered) -> LookTwice | OneIsEnough:
    """Says whether a case takes a second answer.

    Args:
        rule: what the standard says.
        high_stakes: the standard's high-stakes answers.
        case: what is known of it.

    Returns:
        The first cause that applies, what is certain before what is drawn; or that one answer is enough.
    """
    if any(case.facts.get(name) in values for name, values in rule.attributes.items()):
        return LookTwice(cause=Cause.ATTRIBUTE, probability=1.0)
    if not rule.attributes.keys() <= case.facts.keys():
        return LookTwice(cause=Cause.ATTRIBUTE, probability=1.0)  # what cannot be told is looked at twice
    if rule.stakes and any(answer_label(one) in high_stakes for one in case.given):
        return LookTwice(cause=Cause.HIGH_STAKES, probability=1.0)
    if case.place < rule.share:
        return LookTwice(cause=Cause.CHANCE, probability=rule.share)
    return OneIsEnough()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """What somebody said on a case: their own answer before they saw any other, and the one that counts."""

    first: Answer
    counts: Answer


def stands(review: Review) -> Stands:
    """What a review says."""
    return Stands(first=review.answer, counts=review.counts)


def agree(one: Stands, other: Stands, grading: Grading = EXACT) -> bool:
    """Whether two people say the same, as the standard grades it: blind as well as in the end.

    Whom AI's proposal brought together did not agree by themselves.
    """
    return agrees(one.first, other.first, grading) and agrees(one.counts, other.counts, grading)


def in_order(answers: tuple[Answer, Answer], drawn: bytes) -> tuple[Answer, Answer]:
    """Two people's answers in an order that chance gives, so that it tells neither who said which nor who said it first.

    Args:
        answers: the two.
        drawn: bytes of a keyed digest of the case's name, so that the order stays the same.
    """
    one, other = answers
    return (other, one) if drawn[0] & 1 else (one, other)


_BUILT = frozenset({Hand.CREATOR, Hand.IMPORTER, Hand.EVALUATOR})


def may_judge(person: Person, hands: frozenset[Hand]) -> bool:
    """Whether somebody may say who is right, a person or AI: nobody who built, made, fed or evaluated what is judged."""
    return not person.has(Role.BUILDER) and hands.isdisjoint(_BUILT)


def may_adjudicate(person: Person, hands: frozenset[Hand]) -> bool:
    """Whether somebody may say which of two people is right: senior reviewers who may judge."""
    return person.has(Role.SENIOR_REVIEWER) and may_judge(person, hands)


# --- as the standard holds it --------------------------------------------------------------------------------------------


def second_looks_to_json(rule: SecondLooks) -> Json:
    """Writes a rule as plain JSON: what is hashed with the standard, stored and shown."""
    return {
        "share": rule.share,
        "stakes": rule.stakes,
        "attributes": {name: sorted(values) for name, values in rule.attributes.items()},
        "too_fast_seconds": rule.too_fast.total_seconds(),
        "apart": rule.apart,
    }


class NotSecondLooksError(ValueError):
    """A value does not say which cases are looked at twice."""


def second_looks_from_json(raw: Json) -> SecondLooks | None:
    """Reads a rule that `second_looks_to_json` wrote; None where there is none.

    Raises:
        NotSecondLooksError: when it is not one.
    """
    match raw:
        case None:
            return None
        case {
            "share": int() | float() as share,
            "stakes": bool(stakes),
            "attributes": Mapping() as attributes,
            "too_fast_seconds": int() | float() as seconds,
            "apart": bool(apart),
        }:
            named = {str(name): frozenset(map(str, values)) for name, values in attributes.items() if isinstance(values, list | tuple)}
            fast = timedelta(seconds=float(seconds))
            return SecondLooks(share=float(share), stakes=stakes, attributes=named, too_fast=fast, apart=apart)
        case _:
            raise NotSecondLooksError(f"{raw!r} does not say which cases are looked at twice. Restore a backup.")


def faults_of(rule: SecondLooks, high_stakes: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    """What is wrong with a rule beyond its form: the key, why, and what to write instead."""
    if not 0.0 <= rule.share <= 1.0:
        yield "share", f"{rule.share!r} is not in [0, 1].", "Write a share such as 0.05."
    if rule.stakes and not high_stakes:
        yield "stakes", "it asks for high-stakes cases, and none are named.", "List the answers under high_stakes of the standard."
    if not all(rule.attributes.values()):
        yield "attributes", "an attribute names no value.", "Name at least one value of each."
    if not timedelta(0) < rule.too_fast <= timedelta(minutes=1):
        yield "too_fast_seconds", f"{rule.too_fast.total_seconds()!r} is not in (0, 60].", "Write seconds such as 2."

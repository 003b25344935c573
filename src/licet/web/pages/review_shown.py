"""What the review page shows of a case: content, answer form, when it is due, and how the reviewer stands. Never why it came."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import assert_never

from licet.core.answer import Answer, AnswerKind, Choice, Fields, Number, Text, answer_label
from licet.core.answer_form import FormFault
from licet.core.desk import AnswerForm, Handed
from licet.flows.read_on import LookBack, Standing
from licet.ports import Pictures
from licet.web.answer_form import ANSWER, OF_FIELD
from licet.web.content import CaseShown, case_shown, spoken
from licet.web.pages.viewer import Taste

AT_A_GLANCE = 10
"""Choices up to which each has a digit and stands on the page; more are searched."""

SOON = timedelta(hours=4)
CANNOT_TELL = "I cannot tell from what is here"
"""What the page sends for *cannot tell*, which is an answer of its own and no skip."""

KEPT_REASONS = ("This is not my subject", "Something is missing or broken", "I know the people in it")
"""Reasons for skipping a case that somebody can pick."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When a case is due. Tone: `late`, `soon` or `later`."""

    at: datetime
    tone: str
    left: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What is in an answer form, by the names of its controls, and what is wrong with it."""

    values: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


EMPTY = Filled()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A case on the page.

    Attributes:
        named: the use case's name where the page keeps to one; empty: cases of all come.
        digits: the key of each choice, where they stand on the page.
        lease_ms: how long the case is theirs without a sign of life.
    """

    handed: Handed
    case: CaseShown
    due: Due
    filled: Filled
    question: str
    searched: bool
    digits: tuple[str, ...]
    named: str
    lease_ms: int
    reveals: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One's own first answer beside what AI proposes.

    Attributes:
        mine: the place of one's own answer in the closed list; None: it is none of it, or there is no list.
        theirs: the same for AI's.
        rows: for fields: each with both values and whether they differ.
    """

    id: str
    first: str
    proposal: str
    confidence: float
    agree: bool
    mine: int | None
    theirs: int | None
    rows: tuple[tuple[str, str, str, bool], ...]
    ai: Mapping[str, str]
    left_ms: int


def shown(handed: Handed, standing: Standing, pictures: Pictures, *, now: datetime, named: str, filled: Filled = EMPTY) -> Shown:
    """Makes a case ready for the page."""
    form = handed.form
    return Shown(
        handed=handed,
        case=case_shown(handed.body, pictures),
        due=due(handed.due_at, now),
        filled=filled,
        question=form.rules.question or question(form),
        searched=is_searched(form),
        digits=digits(form.choices or form.known),
        named=named,
        lease_ms=ms(handed.lease.until - now),
        reveals=standing.reveals,
    )


def is_searched(form: AnswerForm) -> bool:
    """Whether there are so many answers to pick from that they are searched; beside known ones stands the way to another."""
    most = AT_A_GLANCE if form.choices else AT_A_GLANCE - 1
    return form.kind is AnswerKind.CHOICE and len(form.choices or form.known) > most


def digits(choices: tuple[str, ...]) -> tuple[str, ...]:
    """The key of each choice: 1 to 9, then 0; where the choices are digits themselves, each is its own key."""
    if len(choices) > AT_A_GLANCE:
        return ()
    own = len(set(choices)) == len(choices) and all(len(one) == 1 and one.isascii() and one.isdigit() for one in choices)
    return choices if own else tuple(str(place % AT_A_GLANCE) for place in range(1, len(choices) + 1))


def question(form: AnswerForm) -> str:
    """What is asked where the owner wrote no question."""
    match form.kind:
        case AnswerKind.CHOICE:
            return "What is the answer?"
        case AnswerKind.FIELDS:
            return "What does the case say?"
        case AnswerKind.NUMBER:
            return "What is the number?"
        case AnswerKind.TEXT:
            return "What is the text?"
        case _:
            assert_never(form.kind)


def due(at: datetime, now: datetime) -> Due:
    """How soon an answer is due."""
    left = at - now
    tone = "late" if left < timedelta(0) else "soon" if left < SOON else "later"
    return Due(at=at, tone=tone, left=abs(left))


def ms(length: timedelta) -> int:
    """A length of time for a script; 0 where it is over."""
    return max(0, int(length.total_seconds() * 1000))


def compared(found: LookBack, *, now: datetime) -> Compared:
    """Lays one's own answer and AI's beside each other."""
    first, proposal, choices = found.first, found.revealed.proposal, found.handed.form.choices
    return Compared(
        id=found.revealed.id,
        first=answer_label(first),
        proposal=answer_label(proposal),
        confidence=found.revealed.confidence,
        agree=first == proposal,
        mine=place_in(first, choices),
        theirs=place_in(proposal, choices),
        rows=side_by_side(first, proposal),
        ai=values_of(proposal, choices),
        left_ms=ms(found.revealed.until - now),
    )


def place_in(answer: Answer, choices: tuple[str, ...]) -> int | None:
    """The place of an answer in the closed list; None where it is none of it, or there is no list."""
    return choices.index(answer.value) if isinstance(answer, Choice) and answer.value in choices else None


def side_by_side(first: Answer, proposal: Answer) -> tuple[tuple[str, str, str, bool], ...]:
    """Two answers of fields, field by field: its name, both values, and whether they differ; empty for other kinds."""
    if not isinstance(first, Fields) or not isinstance(proposal, Fields):
        return ()
    names = [*first.values, *(name for name in proposal.values if name not in first.values)]
    pairs = [(spoken(name), first.values.get(name, ""), proposal.values.get(name, "")) for name in names]
    return tuple((name, mine, theirs, mine != theirs) for name, mine, theirs in pairs)


def values_of(answer: Answer, choices: tuple[str, ...]) -> Mapping[str, str]:
    """An answer as an answer form holds it."""
    match answer:
        case Choice(value=value):
            place = place_in(answer, choices)
            return {ANSWER: value if place is None else str(place)}
        case Text(value=value):
            return {ANSWER: value}
        case Number(value=number):
            return {ANSWER: f"{number:g}"}
        case Fields(values=values):
            lines = "\n".join(f"{name}: {value}" for name, value in values.items())
            return {**{OF_FIELD + name: value for name, value in values.items()}, ANSWER: lines}
        case _:
            assert_never(answer)


def filled_in(values: Mapping[str, str], faults: tuple[FormFault, ...]) -> Filled:
    """A form as it was sent, with what is wrong with it."""
    return Filled(values=values, faults={fault.field: fault.says for fault in faults})


def day_began(taste: Taste, now: datetime) -> datetime:
    """When the viewer's day began, by their clock."""
    return taste.local(now).replace(hour=0, minute=0, second=0, microsecond=0)

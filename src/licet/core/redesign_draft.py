"""A redesign while somebody writes it: what becomes of each step, as it was typed, and what is wrong with it, field by field."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from licet.core.redesign import (
    Assumed,
    Doer,
    Merge,
    Redesign,
)

OF_AI = ("coverage", "error", "latency_seconds", "cost", "time_saved")
"""What may be assumed of AI at a step."""

OF_REVIEWERS = ("people", "hours_a_day", "from_hour", "seconds_a_case")
OF_CHECKS = ("audits", "second_looks")
GROUPS = "ABCDEFGHIJKLMNOPQRST"
"""What groups of steps are called while they are written: those that become one, and those that are done side by side."""

Place = tuple[str, ...]
"""A field: `("steps", NAME, KEY)`, `("merge", LETTER, KEY)`, `("reviewers", KEY)` and so on; without a key the whole row."""


class Becomes(StrEnum):
    """What becomes of a step."""

    STAYS = "stays"
    PERSON = "person"
    """It stays with people, and the redesign says so."""
    PROPOSES = "proposes"
    ALONE = "alone"
    MERGED = "merged"
    BESIDE = "beside"
    MOVED = "moved"
    REMOVED = "removed"


DOERS: Mapping[Becomes, Doer] = {Becomes.PERSON: Doer.PERSON, Becomes.PROPOSES: Doer.AI_PROPOSES, Becomes.ALONE: Doer.AI_ALONE}
_BY: Mapping[Doer, Becomes] = {doer: becomes for becomes, doer in DOERS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDraft:
    """A step, and what becomes of it.

    Attributes:
        name: as the log has it.
        becomes: what was chosen.
        typed: by key: what is assumed of AI, `after` (a step's name), `beside` and `into` (letters of groups), `place` among those merged.
    """

    name: str
    becomes: Becomes = Becomes.STAYS
    typed: Mapping[str, str] = field(default_factory=dict)

    def says(self, key: str) -> str:
        """What was typed there; empty where nothing was."""
        return self.typed.get(key, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeDraft:
    """A step that others become.

    Attributes:
        becomes: who does it; `STAYS`: as people do.
        typed: by key: its name (`into`), the share of the time that stays (`time`), and what is assumed of AI.
    """

    becomes: Becomes = Becomes.STAYS
    typed: Mapping[str, str] = field(default_factory=dict)

    def says(self, key: str) -> str:
        """What was typed there; empty where nothing was."""
        return self.typed.get(key, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class RedesignDraft:
    """A redesign as it was typed.

    Attributes:
        steps: of the log, and those that the redesign names besides.
        merges: by the letter of the group, in the order of `GROUPS`.
        typed: by key: `title`, `decides`, those of reviewers and checks, `hours` and `share` of the service level, and `currency` and
            `person_hour` of the price.
        days: on which reviewers work.
        skilled_for: steps that reviewers have the skill for.
    """

    steps: tuple[StepDraft, ...]
    merges: tuple[MergeDraft, ...]
    typed: Mapping[str, str]
    days: tuple[str, ...]
    skilled_for: tuple[str, ...]

    def says(self, key: str) -> str:
        """What was typed there; empty where nothing was."""
        return self.typed.get(key, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftFault:
    """What is wrong with a field: where it is, why, and what to write instead."""

    place: Place
    why: str
    remedy: str


# --- what a redesign says, as it is typed --------------------------------------------------------------------------------


def writable(redesign: Redesign) -> bool:
    """Whether the fields can say all of a redesign: there are letters for so many groups and no more."""
    return len(redesign.merged) <= len(GROUPS) and len(redesign.parallel) <= len(GROUPS)


def draft_of(redesign: Redesign, steps: Sequence[str]) -> RedesignDraft:
    """Writes a redesign into the fields that say it, all of it: `redesign_of` gives the same one back.

    Args:
        redesign: one that `check_redesign` finds nothing wrong with, and `writable` says can be written.
        steps: of the log, in the order of the rows; steps that the redesign alone knows follow.
    """
    into = {merge.into for merge in redesign.merged}
    more = [name for name in dict.fromkeys(_named(redesign)) if name not in into and name not in set(steps)]
    return RedesignDraft(
        steps=tuple(_step(redesign, name) for name in (*steps, *more)),
        merges=tuple(_merge(redesign, one) for one in redesign.merged),
        typed=_typed(redesign),
        days=redesign.reviewers.days,
        skilled_for=redesign.reviewers.skilled_for,
    )


def _named(redesign: Redesign) -> Iterator[str]:
    """Every step that a redesign names."""
    yield from redesign.steps
    yield from redesign.removed
    yield from (name for merge in redesign.merged for name in merge.steps)
    yield from (name for group in redesign.parallel for name in group)
    yield from (name for move in redesign.moved for name in (move.step, move.after))
    yield from redesign.reviewers.skilled_for
    if redesign.decides is not None:
        yield redesign.decides


def _step(redesign: Redesign, name: str) -> StepDraft:
    if name in redesign.removed:
        return StepDraft(name=name, becomes=Becomes.REMOVED)
    for letter, merge in zip(GROUPS, redesign.merged, strict=False):
        if name in merge.steps:
            return StepDraft(name=name, becomes=Becomes.MERGED, typed={"into": letter, "place": str(merge.steps.index(name) + 1)})
    after = next((move.after for move in redesign.moved if move.step == name), "")
    beside = next((letter for letter, group in zip(GROUPS, redesign.parallel, strict=False) if name in group), "")
    plan = redesign.steps.get(name)
    elsewhere = Becomes.BESIDE if beside else Becomes.MOVED if after else Becomes.STAYS
    assumed = {} if plan is None else _assumed(plan.assumed)
    said = {**assumed, "after": after, "beside": beside}
    becomes = elsewhere if plan is None else _BY[plan.by]
    return StepDraft(name=name, becomes=becomes, typed={key: text for key, text in said.items() if text})


def _merge(redesign: Redesign, merge: Merge) -> MergeDraft:
    plan = redesign.steps.get(merge.into)
    assumed = {} if plan is None else _assumed(plan.assumed)
    becomes = Becomes.STAYS if plan is None else _BY[plan.by]
    return MergeDraft(becomes=becomes, typed={"into": merge.into, "time": number_typed(merge.time), **assumed})


def _assumed(assumed: Assumed) -> dict[str, str]:
    return {key: number_typed(getattr(assumed, key)) for key in OF_AI if getattr(assumed, key) is not None}


def _typed(redesign: Redesign) -> dict[str, str]:
    there, checks, level, price = redesign.reviewers, redesign.checks, redesign.service_level, redesign.price
    found: dict[str, float | None] = {
        **{key: getattr(there, key) for key in OF_REVIEWERS},
        **{key: getattr(checks, key) for key in OF_CHECKS},
        "hours": None if level is None else level.within / timedelta(hours=1),
        "share": None if level is None else level.share,
        "person_hour": None if price is None else price.person_hour,
    }
    numbers = {key: number_typed(value) for key, value in found.items() if value is not None}
    words = {"title": redesign.title, "decides": redesign.decides or "", "currency": "" if price is None else price.currency}
    return {**words, **numbers}


def number_typed(value: float) -> str:
    """A number as somebody types it, which reads back as the same."""
    return repr(value).removesuffix(".0")

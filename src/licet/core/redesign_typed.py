"""A redesign read from what somebody typed: field by field, and what is wrong stands beside the field that says it."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from licet.core.redesign import DAYS, Assumed, Checks, Merge, Move, Price, Redesign, Reviewers, ServiceLevel, StepPlan
from licet.core.redesign_draft import (
    DOERS,
    GROUPS,
    OF_AI,
    OF_CHECKS,
    Becomes,
    DraftFault,
    MergeDraft,
    Place,
    RedesignDraft,
    StepDraft,
)
from licet.core.redesign_faults import FEWEST

LONGEST_TITLE = 200
LONGEST_NAME = 400
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
CURRENCY = re.compile(r"[A-Z]{3}")
PLACED = frozenset({*DOERS, Becomes.BESIDE, Becomes.MOVED})
"""What becomes of a step that is still done, and may be done elsewhere or beside others."""


def redesign_of(draft: RedesignDraft, base: Redesign | None = None) -> Redesign | tuple[DraftFault, ...]:
    """Reads a redesign from what was typed; where each field can be read, it may still contradict itself (`check_redesign`).

    Args:
        draft: what was typed.
        base: the redesign that was written into the fields at first: what both say stays in its order. None: it began with nothing.

    Returns:
        The redesign; or what cannot be read, field by field.
    """
    reader = _Reader(draft=draft, base=base or Redesign(title=""))
    found = reader.redesign()
    return tuple(reader.faults) or found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Reads field by field, and keeps what is wrong."""

    draft: RedesignDraft
    base: Redesign
    faults: list[DraftFault] = field(default_factory=list)

    def redesign(self) -> Redesign:
        draft, base, typed = self.draft, self.base, self.draft.typed
        of_merges = {one.says("into"): self.plan(one, ("merge", letter)) for letter, one in self.used()}
        planned = {one.name: self.plan(one, ("steps", one.name)) for one in draft.steps if one.becomes in DOERS}
        steps = {name: plan for name, plan in {**planned, **of_merges}.items() if plan is not None}
        removed = [one.name for one in draft.steps if one.becomes is Becomes.REMOVED]
        return Redesign(
            title=self.line(("title",), typed.get("title", ""), longest=LONGEST_TITLE),
            decides=typed.get("decides") or None,
            steps={name: steps[name] for name in in_order(steps, base.steps)},
            removed=in_order(removed, base.removed),
            merged=tuple(self.merge(letter, one) for letter, one in self.used()),
            parallel=self.parallel(),
            moved=self.moved(),
            reviewers=self.reviewers(),
            checks=Checks(**{key: self.number(("checks", key), draft.says(key)) for key in OF_CHECKS}),
            service_level=self.service_level(),
            price=self.price(),
        )

    def used(self) -> list[tuple[str, MergeDraft]]:
        """The merges that have a step or a name."""
        taken = {one.says("into") for one in self.draft.steps if one.becomes is Becomes.MERGED}
        every = list(zip(GROUPS, self.draft.merges, strict=False))
        every += [(letter, MergeDraft()) for letter in sorted(taken.intersection(GROUPS)) if letter not in dict(every)]
        return [(letter, one) for letter, one in every if letter in taken or one.says("into")]

    def plan(self, one: StepDraft | MergeDraft, place: Place) -> StepPlan | None:
        if one.becomes not in DOERS:
            return None
        assumed = {key: self.number((*place, key), one.says(key)) for key in OF_AI}
        return StepPlan(by=DOERS[one.becomes], assumed=Assumed(**assumed))

    def merge(self, letter: str, one: MergeDraft) -> Merge:
        members = [step for step in self.draft.steps if step.becomes is Becomes.MERGED and step.says("into") == letter]
        places = {step.name: self.place(step) for step in members}
        names = sorted(places, key=lambda name: places[name])
        time = self.number(("merge", letter, "time"), one.says("time"))
        if len(names) < FEWEST:
            self.fault(("merge", letter), f"{names!r} are not two steps or more.", "Choose at least two steps that become this one.")
        into = self.line(("merge", letter, "into"), one.says("into"), longest=LONGEST_NAME)
        return Merge(steps=tuple(names), into=into, time=1.0 if time is None else time)

    def place(self, step: StepDraft) -> float:
        """Where a step stands among those it becomes one with; where nobody says it, behind them, in the order of the rows."""
        said = self.number(("steps", step.name, "place"), step.says("place"))
        return float("inf") if said is None else said

    def parallel(self) -> tuple[tuple[str, ...], ...]:
        groups: dict[str, list[str]] = {}
        for one in self.draft.steps:
            letter = one.says("beside") if one.becomes in PLACED else ""
            if letter:
                groups.setdefault(letter, []).append(one.name)
            elif one.becomes is Becomes.BESIDE:
                self.fault(("steps", one.name, "beside"), "Nobody said beside which steps.", "Choose a group, and the same one there.")
        before = dict(zip(GROUPS, self.base.parallel, strict=False))
        return tuple(in_order(groups[letter], before.get(letter, ())) for letter in sorted(groups))

    def moved(self) -> tuple[Move, ...]:
        after = {one.name: one.says("after") for one in self.draft.steps if one.becomes in PLACED and one.says("after")}
        for one in self.draft.steps:
            if one.becomes is Becomes.MOVED and one.name not in after:
                self.fault(("steps", one.name, "after"), "Nobody said after which step.", "Choose the step that it is to follow.")
        return tuple(Move(step=name, after=after[name]) for name in in_order(after, [move.step for move in self.base.moved]))

    def reviewers(self) -> Reviewers:
        draft, there = self.draft, self.base.reviewers
        people = draft.says("people")
        whole = WHOLE.fullmatch(people)
        if people and not whole:
            self.fault(("reviewers", "people"), f"{people!r} is not a whole number.", "Write digits such as 4.")
        from_hour = self.number(("reviewers", "from_hour"), draft.says("from_hour"))
        return Reviewers(
            people=int(people) if whole else None,
            hours_a_day=self.number(("reviewers", "hours_a_day"), draft.says("hours_a_day")),
            from_hour=Reviewers().from_hour if from_hour is None else from_hour,
            days=in_order(draft.days, there.days if set(draft.days) == set(there.days) else DAYS),
            seconds_a_case=self.number(("reviewers", "seconds_a_case"), draft.says("seconds_a_case")),
            skilled_for=in_order(draft.skilled_for, there.skilled_for),
        )

    def service_level(self) -> ServiceLevel | None:
        hours = self.number(("service_level", "hours"), self.draft.says("hours"))
        share = self.number(("service_level", "share"), self.draft.says("share"))
        if hours is None:
            if share is not None and not self.draft.says("hours"):
                self.fault(("service_level", "hours"), "Nobody said within how many hours.", "Write hours such as 48, or empty the share.")
            return None
        try:
            within = timedelta(hours=hours)
        except OverflowError:
            self.fault(("service_level", "hours"), f"{hours!r} are too many hours.", "Write hours such as 48.")
            return None
        return ServiceLevel(within=within) if share is None else ServiceLevel(within=within, share=share)

    def price(self) -> Price | None:
        currency, hour = self.draft.says("currency"), self.number(("price", "person_hour"), self.draft.says("person_hour"))
        if not currency and not self.draft.says("person_hour"):
            return None
        if not CURRENCY.fullmatch(currency):
            self.fault(("price", "currency"), f"{currency!r} is not a currency.", "Write its three letters, such as EUR.")
        if not self.draft.says("person_hour"):
            self.fault(
                ("price", "person_hour"), "Nobody said what an hour costs.", "Write minor units such as 4500, or empty the currency."
            )
        return None if hour is None else Price(currency=currency, person_hour=hour)

    def number(self, place: Place, typed: str) -> float | None:
        """A number; None where nothing was typed, or no number."""
        if not typed:
            return None
        if not NUMBER.fullmatch(typed):
            self.fault(place, f"{typed[:40]!r} is not a number.", "Write digits such as 0.05 (which is 5%).")
            return None
        return float(typed)

    def line(self, place: Place, typed: str, *, longest: int) -> str:
        """A line of visible text, as a file takes it."""
        if not typed.strip():
            self.fault(place, "It is blank.", "Write a name.")
        elif len(typed) > longest:
            self.fault(place, f"It has more than {longest} characters.", "Shorten it.")
        elif typed != typed.strip() or len(typed.splitlines()) > 1 or any(unicodedata.category(c) in {"Cc", "Cs"} for c in typed):
            self.fault(place, "It has white space around it, a line break or a control character.", "Write visible text in one line.")
        return typed

    def fault(self, place: Place, why: str, remedy: str) -> None:
        self.faults.append(DraftFault(place=place, why=why, remedy=remedy))


def in_order(names: Sequence[str] | Mapping[str, object], before: Sequence[str] | Mapping[str, object]) -> tuple[str, ...]:
    """Names in the order that they had before; those that are new follow, in their own."""
    return (*(name for name in before if name in names), *(name for name in names if name not in before))


# --- where what is wrong with a redesign stands --------------------------------------------------------------------------


def place_of(path: Sequence[str | int], redesign: Redesign, draft: RedesignDraft) -> Place:
    """The field that says what a path of a redesign's file leads to; see `licet.core.redesign_faults`."""
    match tuple(path):
        case ("steps", str(name), *rest):
            into = _letter(draft, name)
            return ("merge", into, *map(str, rest[1:])) if into else ("steps", name, *map(str, rest[1:]))
        case ("remove", int(at)):
            return ("steps", redesign.removed[at])
        case ("merge", int(at), *rest):
            letter = _letter(draft, redesign.merged[at].into)
            return ("merge", letter, *(str(key) for key in rest if key != "steps"))
        case ("parallel", int(at)):
            return ("steps", (*redesign.parallel[at], "")[0], "beside")
        case ("order", int(at)):
            return ("steps", redesign.moved[at].step, "after")
        case found:
            return tuple(map(str, found))


def _letter(draft: RedesignDraft, into: str) -> str:
    """The letter of the group that becomes a step of this name; empty where none does."""
    return next((letter for letter, one in zip(GROUPS, draft.merges, strict=False) if one.says("into") == into), "")

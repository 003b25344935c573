"""The fields in which a redesign is written: beside each figure what is measured of it, what is assumed, and what is wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from licet.core.ai_behaviour import behaviour_of
from licet.core.capacity import Figure
from licet.core.process import Recorded, Step
from licet.core.process_told import handling_told, waiting_told
from licet.core.redesign import DAYS, NOTHING_ASSUMED
from licet.core.redesign_draft import (
    DOERS,
    GROUPS,
    OF_AI,
    Becomes,
    DraftFault,
    MergeDraft,
    RedesignDraft,
    StepDraft,
)
from licet.core.redesign_told import figure_told
from licet.core.refusal import Unknown
from licet.core.simulated_redesign import Unit
from licet.flows.edit_redesign import Editing
from licet.web.pages.redesign_sent import FEWEST_MERGES, MERGE, Names, field_of, short

Options = Sequence[tuple[str, str]]

CHOICES: Mapping[Becomes, str] = {
    Becomes.STAYS: "stays as it is",
    Becomes.PERSON: "stays with people, as the redesign says",
    Becomes.PROPOSES: "AI proposes, a person decides",
    Becomes.ALONE: "AI decides alone what it is certified for",
    Becomes.MERGED: "becomes one with other steps",
    Becomes.BESIDE: "is done beside other steps",
    Becomes.MOVED: "is done after another step",
    Becomes.REMOVED: "is no longer done",
}
OF_MERGED: Mapping[Becomes, str] = {
    Becomes.STAYS: "those who do the first",
    Becomes.PERSON: "people, as the redesign says",
    Becomes.PROPOSES: CHOICES[Becomes.PROPOSES],
    Becomes.ALONE: CHOICES[Becomes.ALONE],
}
TOLD: Mapping[str, tuple[str, Unit, str]] = {
    "coverage": ("Share of the cases that AI decides alone", Unit.SHARE, ""),
    "error": ("Share of these that is wrong, at most", Unit.SHARE, "Without it errors stand as unknown."),
    "latency_seconds": ("Seconds that AI takes for a case", Unit.SECONDS, ""),
    "cost": ("Cost of asking AI once, in minor units", Unit.CASES, "Without it the cost stands as unknown."),
    "time_saved": ("Share of people's time that a proposal saves", Unit.SHARE, "Nothing here measures it. Without it nothing is saved."),
}
COUNT: Mapping[Becomes, tuple[str, ...]] = {
    Becomes.ALONE: ("coverage", "error", "latency_seconds", "cost"),
    Becomes.PROPOSES: ("latency_seconds", "cost", "time_saved"),
}
ELSEWHERE = Unknown(why="the use case does not decide this step, so that nothing of its evaluation counts here")
NOT_DECIDED = "This use case does not decide this step, so that nothing of its evaluation counts here: what you state is assumed."
NOWHERE = ("", "nowhere else")
NOBODY = ("", "none of these steps")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field.

    Attributes:
        name: as it is sent.
        badge: `measured` or `assumed`; empty where neither is said.
        options: what may be chosen; empty where it is typed.
        shown: whether there is anything to fill in: what is measured is not.
    """

    name: str
    label: str
    value: str
    hint: str = ""
    badge: str = ""
    wrong: str = ""
    options: Options = ()
    shown: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class More:
    """What a choice needs besides: a note on all of it, empty where there is none, and the fields."""

    note: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A step, with where its time goes today; `step` is None of one that the newest log does not know."""

    name: str
    title: str
    step: Step | None
    work: str
    hours: str
    waits: str
    choice: Field
    more: More


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A step that others become: its letter, the names of those, its own fields, who does it, and what that choice needs."""

    letter: str
    members: str
    fields: tuple[Field, ...]
    choice: Field
    more: More

    @property
    def used(self) -> bool:
        """Whether there is anything in it."""
        every = (*self.fields, *self.more.fields)
        return bool(self.members) or any(one.value or one.wrong for one in every) or self.choice.value != Becomes.STAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """Everything that the page's fields are made from.

    Attributes:
        editing: what the redesign is written on.
        draft: what was typed.
        steps: of the map, by name.
        wrong: what is wrong, by field.
    """

    editing: Editing
    draft: RedesignDraft
    names: Names
    steps: Mapping[str, Step]
    wrong: Mapping[str, str] = field(default_factory=dict)

    # --- steps ---

    def rows(self) -> tuple[Row, ...]:
        """All steps."""
        return tuple(self.row(one) for one in self.draft.steps)

    def row(self, one: StepDraft) -> Row:
        """One of them."""
        at, step = short(one.name), self.steps.get(one.name)
        return Row(
            name=at,
            title=one.name,
            step=step,
            work="" if step is None or isinstance(step.handling, Unknown) else f"{handling_told(step.handling)} each",
            hours=_hours(step),
            waits="" if step is None else waiting_told(step.waiting),
            choice=self._choice(Field(name=f"{at}-becomes", label="What becomes of it", value=one.becomes), CHOICES),
            more=More(note=self._note(one, decides=self._is_decided(one.name)), fields=tuple(self._more(one))),
        )

    def _choice(self, one: Field, told: Mapping[Becomes, str]) -> Field:
        """What becomes of a step; that a redesign says of people what holds anyway is offered only where it does."""
        options = [(each.value, words) for each, words in told.items() if each is not Becomes.PERSON or one.value == each]
        return self._held(replace(one, options=options))

    def _is_decided(self, name: str) -> bool:
        return bool(name) and self.draft.says("decides") == name

    def _note(self, one: StepDraft | MergeDraft, *, decides: bool) -> str:
        return NOT_DECIDED if one.becomes in COUNT and not decides else ""

    def _more(self, one: StepDraft) -> Iterator[Field]:
        """The fields that a choice needs."""
        at = short(one.name)
        if one.becomes is Becomes.MERGED:
            yield from self._merging(at, one)
        if one.becomes in DOERS:
            yield from self._of_ai(at, one, decides=self._is_decided(one.name))
        if one.becomes in DOERS or one.becomes in {Becomes.BESIDE, Becomes.MOVED}:
            yield from self._elsewhere(at, one)

    def _merging(self, at: str, one: StepDraft) -> Iterator[Field]:
        """Which step it becomes, and where it stands among those that do."""
        letters = [("", "nobody said which"), *((letter, self._merge_title(letter)) for letter in GROUPS[: self._slots()])]
        hint = "1, 2, 3; without it in the order of this list."
        yield self._held(Field(name=f"{at}-into", label="Becomes", value=one.says("into"), options=letters))
        yield self._held(Field(name=f"{at}-place", label="Its place among them", value=one.says("place"), hint=hint))

    def _elsewhere(self, at: str, one: StepDraft) -> Iterator[Field]:
        """After which step it is done, and beside which."""
        after = self.names.ref(one.says("after"), self.draft)
        groups = [NOBODY, *((letter, f"group {letter}{self._group(letter, one)}") for letter in GROUPS[: self._groups()])]
        hint = "Steps of one group begin together, and the case goes on when the last of them is done."
        yield self._held(Field(name=f"{at}-after", label="Done right after", value=after, options=self._places(one)))
        yield self._held(Field(name=f"{at}-beside", label="Done beside", value=one.says("beside"), hint=hint, options=groups))

    def _places(self, one: StepDraft) -> Options:
        return [NOWHERE, *((short(other.name), other.name) for other in self.draft.steps if other.name != one.name)]

    def _group(self, letter: str, but: StepDraft) -> str:
        there = [other.name for other in self.draft.steps if other.says("beside") == letter and other.name != but.name]
        return f": {', '.join(there)}" if there else ""

    def _groups(self) -> int:
        """How many groups of steps side by side are offered: one more than are used."""
        used = [GROUPS.index(one.says("beside")) for one in self.draft.steps if one.says("beside") in set(GROUPS)]
        return min(len(GROUPS), max(used, default=-1) + 2)

    def _of_ai(self, at: str, one: StepDraft | MergeDraft, *, decides: bool) -> Iterator[Field]:
        """What counts of AI at a step, measured or to be assumed; and what the redesign says besides."""
        currency = self.draft.says("currency") or None
        behaviour = behaviour_of(NOTHING_ASSUMED, self.editing.measured if decides else ELSEWHERE, currency=currency)
        for key in OF_AI:
            counts = key in COUNT.get(one.becomes, ())
            if counts or one.says(key):
                yield self._figure(f"{at}-{key}", key, one.says(key), behaviour.figures[key], counts=counts)

    def _figure(self, name: str, key: str, typed: str, found: Figure | Unknown, *, counts: bool) -> Field:
        label, unit, otherwise = TOLD[key]
        if not counts:
            return self._held(Field(name=name, label=label, value=typed, hint="It counts nothing here, and stays in the redesign."))
        if isinstance(found, Figure) and not found.assumed:
            return self._known(Field(name=name, label=label, value=typed, badge="measured"), figure_told(found.value, unit), found.basis)
        why = f"Not measured: {found.why}." if isinstance(found, Unknown) and found is not ELSEWHERE else ""
        return self._stated(Field(name=name, label=label, value=typed, hint=f"{why} {otherwise}".strip()))

    def _known(self, one: Field, value: str, basis: str) -> Field:
        """What is known, and therefore not filled in; what a redesign states all the same is carried on."""
        stated = f" The redesign states {one.value}, which does not count." if one.value else ""
        return self._held(replace(one, hint=f"{value}: {basis}.{stated}", shown=False))

    def _stated(self, one: Field) -> Field:
        """What counts because somebody states it."""
        return self._held(replace(one, badge="assumed" if one.value else ""))

    # --- steps that others become ---

    def _slots(self) -> int:
        """How many steps that others become are offered."""
        taken = [GROUPS.index(one.says("into")) + 1 for one in self.draft.steps if one.says("into") in set(GROUPS)]
        return min(len(GROUPS), max(FEWEST_MERGES, len(self.draft.merges) + 1, *taken))

    def _merge_title(self, letter: str) -> str:
        return self._merge_at(letter).says("into") or f"new step {letter}, named below"

    def _merge_at(self, letter: str) -> MergeDraft:
        at = GROUPS.index(letter)
        return self.draft.merges[at] if at < len(self.draft.merges) else MergeDraft()

    def merges(self) -> tuple[Merged, ...]:
        """Those steps."""
        return tuple(map(self._merge, GROUPS[: self._slots()]))

    def _members(self, letter: str) -> str:
        there = [one.name for one in self.draft.steps if one.becomes is Becomes.MERGED and one.says("into") == letter]
        return ", ".join(there)

    def _merge(self, letter: str) -> Merged:
        at, one = f"{MERGE}-{letter}", self._merge_at(letter)
        decides = self._is_decided(one.says("into"))
        hint = "Of the time that its steps took together; without it all of it."
        name = self._held(Field(name=f"{at}-into", label="Name", value=one.says("into")))
        time = self._stated(Field(name=f"{at}-time", label="Share of the time that stays", value=one.says("time"), hint=hint))
        return Merged(
            letter=letter,
            members=self._members(letter),
            fields=(name, time),
            choice=self._choice(Field(name=f"{at}-becomes", label="Who does it", value=one.becomes), OF_MERGED),
            more=More(note=self._note(one, decides=decides), fields=tuple(self._of_ai(at, one, decides=decides))),
        )

    # --- people, checks and promises ---

    def decides(self) -> Field:
        """The step that the use case decides."""
        refs = [(short(one.name), one.name) for one in self.draft.steps]
        refs += [
            (f"{MERGE}-{letter}", self._merge_title(letter)) for letter in GROUPS[: self._slots()] if self._merge_at(letter).says("into")
        ]
        hint = "Its AI is measured: what the newest evaluation shows counts there, and nowhere else."
        chosen = self.names.ref(self.draft.says("decides"), self.draft)
        return self._held(
            Field(name="decides", label="The step that this use case decides", value=chosen, hint=hint, options=[NOBODY, *refs])
        )

    def people(self) -> tuple[Field, ...]:
        """Reviewers."""
        there, seconds = self.editing.capacity, self.editing.capacity.seconds
        now = f"{there.people} may answer now" if there.people else "nobody may answer yet: those who do the step today"
        hours = "Nothing says it yet." if there.hours is None else f"Without a number: as the desk states, {there.hours:g}."
        took = f"Not measured: {seconds.why}." if isinstance(seconds, Unknown) else f"{seconds.value:.0f} s: {seconds.basis}."
        return (
            self._typed("people", "Reviewers", f"Without a number: {now}."),
            self._typed("hours_a_day", "Hours a day of each", hours),
            self._typed("from_hour", "They begin at this hour, UTC", "Without a number: 8."),
            self._typed("seconds_a_case", "Seconds that an answer takes", f"{took} Without a number: that, or as the step takes today."),
        )

    def checks(self) -> tuple[Field, ...]:
        """What is answered more than once."""
        found = self.editing.checked
        return (
            self._checked("audits", "Share audited of what AI decides alone", found.audits),
            self._checked("second_looks", "Share of people's cases that a second one answers", found.second_looks),
        )

    def _checked(self, key: str, label: str, found: Figure | Unknown) -> Field:
        typed = self.draft.says(key)
        if isinstance(found, Figure) and not found.assumed:
            return self._known(Field(name=key, label=label, value=typed, badge="in force"), f"{found.value:.1%}", found.basis)
        why = f"Nothing is in force: {found.why}." if isinstance(found, Unknown) else ""
        return self._stated(Field(name=key, label=label, value=typed, hint=why))

    def promises(self) -> tuple[Field, ...]:
        """How soon cases are to be done, and what people cost."""
        says = self.draft.says
        return (
            self._held(
                Field(name="hours", label="Cases are to be done within, hours", value=says("hours"), hint="From first event to last.")
            ),
            self._held(Field(name="share", label="So many of them", value=says("share"), hint="A share such as 0.9; without it 0.9.")),
            self._held(Field(name="currency", label="Currency", value=says("currency"), hint="Three letters, such as EUR.")),
            self._typed("person_hour", "An hour of a person, in minor units", "Such as 4500. Without it no cost of people is shown."),
        )

    def days(self) -> tuple[tuple[str, bool], ...]:
        """The days of a week, with whether reviewers work on them."""
        return tuple((day, day in self.draft.days) for day in DAYS)

    def skills(self) -> tuple[tuple[str, str, bool], ...]:
        """The steps that reviewers may have the skill for: how each is sent, its name, and whether they do."""
        named = [(short(one.name), one.name) for one in self.draft.steps]
        named += [(f"{MERGE}-{GROUPS[at]}", one.says("into")) for at, one in enumerate(self.draft.merges) if one.says("into")]
        return tuple((ref, name, name in self.draft.skilled_for) for ref, name in named)

    def _typed(self, key: str, label: str, hint: str) -> Field:
        said = self.draft.says(key)
        usual = key == "from_hour" and said in {"", "8"}
        one = Field(name=key, label=label, value=said, hint=hint)
        return self._held(one) if usual else self._stated(one)

    def named(self) -> tuple[tuple[str, str, str], ...]:
        """What is wrong: the field that it stands at, what that is called, and why; in the order of the page."""
        labels = {one.name: f"{row.title}: {one.label}" for row in self.rows() for one in (row.choice, *row.more.fields)}
        for slot in self.merges():
            fields = (*slot.fields, slot.choice, *slot.more.fields)
            labels |= {one.name: f"New step {slot.letter}: {one.label}" for one in fields}
        plain = {one.name: one.label for one in (self.decides(), *self.people(), *self.checks(), *self.promises())}
        labels = {"title": "What people call it", **labels, **plain, "days": "They work on", "skilled_for": "Skill"}
        known = [(name, label, self.wrong[name]) for name, label in labels.items() if name in self.wrong]
        return (*known, *(("", "", why) for name, why in self.wrong.items() if name not in labels))

    def _held(self, one: Field) -> Field:
        """A field with what is wrong with it, which it then also shows."""
        wrong = self.wrong.get(one.name, "")
        return replace(one, wrong=wrong, shown=one.shown or bool(wrong))


def _hours(step: Step | None) -> str:
    """People's work at a step in all of the log, where its times were recorded."""
    recorded = step is not None and isinstance(step.handling, Recorded)
    return f"{step.split.work / timedelta(hours=1):,.1f} h" if step is not None and recorded else "unknown"


def by_field(faults: Sequence[DraftFault]) -> dict[str, str]:
    """What is wrong, by field; of two things with one field both."""
    found: dict[str, str] = {}
    for one in faults:
        name = field_of(one.place)
        found[name] = f"{found.get(name, '')} {one.why} {one.remedy}".strip()
    return found

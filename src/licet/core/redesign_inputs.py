"""What a redesign is simulated with: AI's behaviour, reviewers and checks, each figure with what it stands on, and what is missing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from licet.core.ai_behaviour import SIMPLY_ASSUMED, Behaviour, Measured, behaviour_of, figure_to_json
from licet.core.canonical import Json
from licet.core.capacity import Capacity, Figure, Relief, looked_at_twice
from licet.core.redesign import DAYS, Doer, Redesign, Reviewers
from licet.core.refusal import Refused, Unknown
from licet.core.second import SecondLooks
from licet.core.simulated_redesign import HOUR_OF_A_PERSON

WHERE = "in redesign.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffed:
    """Those who decide what AI leaves, audit it and look twice.

    Attributes:
        people: how many; `Unknown`: those who do the step today, with their hours.
        hours_a_day: that each works on these cases.
        seconds: that one answer takes; `Unknown`: as long as the step takes today.
    """

    people: Figure | Unknown
    hours_a_day: Figure | Unknown
    seconds: Figure | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What is answered more than once.

    Attributes:
        audits: share of what AI decides alone that a person answers again.
        audits_twice: share of these audits that a second person answers, too.
        second_looks: share of people's cases that a second person answers.
    """

    audits: Figure | Unknown
    audits_twice: Figure
    second_looks: Figure | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All that a redesign is simulated with.

    Attributes:
        behaviours: of AI, by the step that it takes part in.
        decides: the step whose AI is measured; None: none is.
        measured: what the measured figures were drawn from.
    """

    behaviours: Mapping[str, Behaviour]
    decides: str | None
    measured: Measured | Unknown
    staffed: Staffed
    checked: Checked


def inputs_of(redesign: Redesign, *, measured: Measured | Unknown, capacity: Capacity, checked: Checked) -> Inputs:
    """Draws together what a redesign is simulated with.

    Args:
        redesign: as its author wrote it.
        measured: of the use case's system.
        capacity: of the people who may answer the use case's cases.
        checked: what standard and mandate ask to be answered more than once.
    """
    currency = None if redesign.price is None else redesign.price.currency
    elsewhere = Unknown(why="the use case does not decide this step, so that nothing of its evaluation counts here")
    return Inputs(
        behaviours={
            name: behaviour_of(redesign.steps[name].assumed, measured if name == redesign.decides else elsewhere, currency=currency)
            for name in redesign.with_ai()
        },
        decides=redesign.decides,
        measured=measured,
        staffed=_staffed(redesign.reviewers, capacity),
        checked=Checked(
            audits=_stated(checked.audits, redesign.checks.audits),
            audits_twice=checked.audits_twice,
            second_looks=_stated(checked.second_looks, redesign.checks.second_looks),
        ),
    )


def checked_by(relief: Relief | None, second_looks: SecondLooks | Unknown | None) -> Checked:
    """What is answered more than once by what is in force.

    Args:
        relief: what the mandate brings in audits; None: none is proposed or in force.
        second_looks: the standard's rule; `Unknown` where none is locked and countersigned.
    """
    unproposed, audits = Unknown(why="no mandate is proposed or in force"), "the mandate's audits, at most"
    twice = "the standard's second looks, at most"
    return Checked(
        audits=unproposed if relief is None else Figure(value=relief.audits, basis=audits, assumed=False),
        audits_twice=Figure(value=0.0 if relief is None else relief.again, basis=audits, assumed=False),
        second_looks=second_looks
        if isinstance(second_looks, Unknown)
        else Figure(value=looked_at_twice(second_looks), basis=twice, assumed=False),
    )


def _stated(found: Figure | Unknown, stated: float | None) -> Figure | Unknown:
    """What is in force counts, whatever is stated."""
    return Figure(value=stated, basis=SIMPLY_ASSUMED, assumed=True) if isinstance(found, Unknown) and stated is not None else found


def _staffed(there: Reviewers, capacity: Capacity) -> Staffed:
    nobody = Unknown(why="nobody may answer this use case's cases yet, and no number is stated")
    people: Figure | Unknown = nobody
    if there.people is not None:
        people = Figure(value=float(there.people), basis=SIMPLY_ASSUMED, assumed=True)
    elif capacity.people:
        people = Figure(value=float(capacity.people), basis="who may answer this use case's cases now", assumed=False)
    return Staffed(people=people, hours_a_day=_hours(there, capacity), seconds=_seconds(there, capacity))


def _hours(there: Reviewers, capacity: Capacity) -> Figure | Unknown:
    if there.hours_a_day is not None:
        return Figure(value=there.hours_a_day, basis=SIMPLY_ASSUMED, assumed=True)
    if capacity.hours is not None:
        return Figure(value=capacity.hours, basis="assumed, as the desk of the use case states", assumed=True)
    return Unknown(why="nobody said how many hours a day reviewers work on these cases")


def _seconds(there: Reviewers, capacity: Capacity) -> Figure | Unknown:
    if there.seconds_a_case is not None:
        return Figure(value=there.seconds_a_case, basis=SIMPLY_ASSUMED, assumed=True)
    return capacity.seconds


def own_reviewers(inputs: Inputs) -> bool:
    """Whether reviewers are people of their own; where not, those who do the step today do their work, too."""
    return isinstance(inputs.staffed.people, Figure) and isinstance(inputs.staffed.hours_a_day, Figure)


def is_measured(redesign: Redesign, inputs: Inputs) -> bool:
    """Whether AI decides a step alone, and wherever it does what it is trusted with was measured: coverage and error."""
    alone = [one for name, one in inputs.behaviours.items() if redesign.steps[name].by is Doer.AI_ALONE]
    figures = [found for one in alone for found in (one.coverage, one.error)]
    return bool(figures) and all(isinstance(found, Figure) and not found.assumed for found in figures)


# --- what is missing, and what is assumed --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Something that is neither measured nor assumed.

    Attributes:
        path: keys of `redesign.yaml` that lead to where it is stated.
        what: it is.
        why: it is not known.
        where: it is stated, in words.
    """

    path: tuple[str, ...]
    what: str
    why: str
    where: str


def ready(redesign: Redesign, inputs: Inputs) -> Refused | None:
    """Says no to a redesign of which something is neither measured nor assumed; None where it can be simulated."""
    missing = missing_of(redesign, inputs)
    if not missing:
        return None
    why = f"Neither measured nor assumed: {'; '.join(f'{one.what} ({one.why})' for one in missing)}."
    return Refused(code="redesign_unknown", why=why, remedy=f"State {', '.join(one.where for one in missing)} {WHERE}, or measure it.")


def missing_of(redesign: Redesign, inputs: Inputs) -> tuple[Missing, ...]:
    """All that has to be stated or measured before a redesign can be simulated; empty where it can be."""
    return (*_missing_of_ai(redesign, inputs), *_missing_of_people(redesign, inputs))


def _missing_of_ai(redesign: Redesign, inputs: Inputs) -> Iterator[Missing]:
    for name, behaviour in inputs.behaviours.items():
        alone = redesign.steps[name].by is Doer.AI_ALONE
        for key in ("coverage", "latency_seconds") if alone else ("latency_seconds",):
            found = behaviour.figures[key]
            if isinstance(found, Unknown):
                where = f"`{key}` under `assumed:` of {name!r}"
                yield Missing(path=("steps", name, "assumed", key), what=f"{key} of {name!r}", why=found.why, where=where)


def _missing_of_people(redesign: Redesign, inputs: Inputs) -> Iterator[Missing]:
    looks, audits, hours = inputs.checked.second_looks, inputs.checked.audits, inputs.staffed.hours_a_day
    if inputs.behaviours and isinstance(looks, Unknown):
        yield Missing(path=("checks", "second_looks"), what="second looks", why=looks.why, where="`second_looks` under `checks:`")
    if any(plan.by is Doer.AI_ALONE for plan in redesign.steps.values()) and isinstance(audits, Unknown):
        yield Missing(path=("checks", "audits"), what="audits", why=audits.why, where="`audits` under `checks:`")
    if redesign.reviewers.people is not None and isinstance(hours, Unknown):
        where = "`hours_a_day` under `reviewers:`"
        yield Missing(path=("reviewers", "hours_a_day"), what="reviewers' hours", why=hours.why, where=where)


def assumptions(redesign: Redesign, inputs: Inputs) -> tuple[tuple[str, str], ...]:
    """Everything that nobody measured: what, and its value in words; steps and reviewers first, in the order of the redesign."""
    return (
        *(
            (f"{name}: {key.replace('_', ' ')}", f"{found.value:g}")
            for name, behaviour in inputs.behaviours.items()
            for key, found in _counting(redesign, name, behaviour)
            if isinstance(found, Figure) and found.assumed
        ),
        *((what, f"{found.value:g}") for what, found in _of_people(inputs) if isinstance(found, Figure) and found.assumed),
        *_of_reviewers(redesign, inputs),
        *((f"{one.into}: share of the time that its steps took", f"{one.time:g}") for one in redesign.merged if one.time < 1.0),
        *(
            ()
            if redesign.price is None
            else ((f"{HOUR_OF_A_PERSON}, minor units of {redesign.price.currency}", f"{redesign.price.person_hour:,.0f}"),)
        ),
    )


def _counting(redesign: Redesign, name: str, behaviour: Behaviour) -> Iterator[tuple[str, Figure | Unknown]]:
    """The figures that count at a step: a proposal decides nothing alone, and nothing is saved where people see none."""
    alone = redesign.steps[name].by is Doer.AI_ALONE
    leaves = {"time_saved"} if alone else {"coverage", "error"}
    yield from ((key, found) for key, found in behaviour.figures.items() if key not in leaves)


def _of_people(inputs: Inputs) -> Iterator[tuple[str, Figure | Unknown]]:
    if not inputs.behaviours:
        return
    yield "reviewers", inputs.staffed.people
    yield "hours a day of each reviewer", inputs.staffed.hours_a_day
    yield "seconds of an answer", inputs.staffed.seconds
    yield "share of audits", inputs.checked.audits
    yield "share of second looks", inputs.checked.second_looks


AS_TODAY = "as long as people take for the step today"


def _of_reviewers(redesign: Redesign, inputs: Inputs) -> Iterator[tuple[str, str]]:
    """When reviewers of their own work, and that they take as long as people do today where nobody says how long."""
    if not inputs.behaviours or not own_reviewers(inputs):
        return
    yield "reviewers are there", on_duty_told(redesign.reviewers.days, redesign.reviewers.from_hour)
    if isinstance(inputs.staffed.seconds, Unknown):
        yield "an answer of theirs takes", AS_TODAY


def on_duty_told(days: Sequence[str], from_hour: float) -> str:
    """The days on which people work, and from when: mon to fri from 08:00 UTC."""
    places = [DAYS.index(day) for day in days]
    row = len(places) > FEW_DAYS and places == list(range(places[0], places[-1] + 1))
    minutes = round(from_hour * 60)
    return f"{f'{days[0]} to {days[-1]}' if row else ', '.join(days)} from {minutes // 60:02}:{minutes % 60:02} UTC"


FEW_DAYS = 2


def inputs_to_json(inputs: Inputs) -> Mapping[str, Json]:
    """What a simulation stood on, for programs."""
    measured = inputs.measured
    return {
        "system": None if isinstance(measured, Unknown) else measured.fingerprint,
        "standard": None if isinstance(measured, Unknown) else measured.standard,
        "decides": inputs.decides,
        "own_reviewers": own_reviewers(inputs),
        "behaviours": {
            name: {key: figure_to_json(found) for key, found in one.figures.items()} for name, one in inputs.behaviours.items()
        },
        "reviewers": {key: figure_to_json(found) for key, found in (
            ("people", inputs.staffed.people), ("hours_a_day", inputs.staffed.hours_a_day), ("seconds_a_case", inputs.staffed.seconds),
        )},
        "checks": {key: figure_to_json(found) for key, found in (
            ("audits", inputs.checked.audits), ("audits_twice", inputs.checked.audits_twice),
            ("second_looks", inputs.checked.second_looks),
        )},
    }  # fmt: skip

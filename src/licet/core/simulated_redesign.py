"""A simulated redesign: a process as it is beside what it is to be, with intervals, what was assumed, and how far to trust it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from licet.core.canonical import Json
from licet.core.ids import Digest, Fingerprint, PersonId
from licet.core.redesign import ServiceLevel

RedesignSimulationId = NewType("RedesignSimulationId", str)
"""Names one simulation of a redesign."""


class Kind(StrEnum):
    """What a figure is of. Where the model does not beat a naive forecast, nothing of `TIME` is shown."""

    TIME = "time"
    LABOUR = "labour"
    QUEUE = "queue"
    MONEY = "money"
    ERRORS = "errors"


class Unit(StrEnum):
    """In what a figure is counted."""

    SECONDS = "seconds"
    HOURS_A_WEEK = "hours a week"
    SHARE = "share"
    MINOR_A_WEEK = "minor units a week"
    A_WEEK = "a week"
    CASES = "cases"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A figure over replications: its mean, and the interval at 95% in which the mean of endlessly many would lie."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure side by side.

    Attributes:
        key: its name for programs.
        says: for people.
        as_is: of the process as it is; None: unknown there.
        to_be: of the redesign; None: unknown.
        change: to-be less as-is, paired replication by replication; None: unknown.
        note: what a reader must know of it; empty: nothing.
    """

    key: str
    says: str
    kind: Kind
    unit: Unit
    as_is: Span | None
    to_be: Span | None
    change: Span | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackTested:
    """How the model did on cases that it had not seen, beside a forecast that knows nothing of people and lines.

    Attributes:
        beats: whether it was the better one.
        says: the figures in a sentence.
    """

    beats: bool
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The redesign under other circumstances.

    Attributes:
        key: its name for programs.
        says: what is different, for people.
        rows: the figures that are looked at, the redesign as planned as their `as_is`, and under these circumstances as their `to_be`.
        why_not: why there are none; empty where there are.
    """

    key: str
    says: str
    rows: tuple[Row, ...]
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """How many reviewers a service level takes.

    Attributes:
        people: the fewest with whom it is kept; None: nobody said one, or the number is not found.
        tried: how many were tried, each with the share inside the service level.
        says: the answer in a sentence.
    """

    people: int | None
    tried: tuple[tuple[int, Span], ...]
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Whether the people are enough for the service level.

    Attributes:
        kept: whether the lower end of the interval keeps the service level, and nobody's work grows without end; None: nothing can be said.
        says: in a sentence.
    """

    kept: bool | None
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedRedesign:
    """One simulation, as it is kept.

    Attributes:
        id, at, by: of the simulation, when, and by whom.
        redesign: what was simulated, as `redesign_to_json` writes it, and its `digest`.
        log, log_digest: the event log that it was fitted to.
        system, standard: whose measured behaviour went in, judged by which standard; None: nothing was measured.
        measured: whether AI's coverage and error at the step that the use case decides were measured, not assumed.
        inputs: what it stood on, each figure with its basis.
        assumed: what nobody measured: what, and its value.
        replications, seed: how it was played.
        cases: so many of the log it repeats.
        back_test: how far its times may be trusted.
        rows: as-is beside to-be.
        what_if: the sensitivities.
        needed: how many reviewers the service level takes.
        service_level: None: nobody said one.
        kept: whether the people are enough for it.
        notes: what a reader must know, in sentences.
    """

    id: RedesignSimulationId
    at: datetime
    by: PersonId
    redesign: Mapping[str, Json]
    digest: Digest
    log: str
    log_digest: str
    system: Fingerprint | None
    standard: Digest | None
    measured: bool
    inputs: Mapping[str, Json]
    assumed: tuple[tuple[str, str], ...]
    replications: int
    seed: int
    cases: int
    back_test: BackTested
    rows: tuple[Row, ...]
    what_if: tuple[WhatIf, ...]
    needed: Needed
    service_level: ServiceLevel | None
    kept: Kept
    notes: tuple[str, ...]

    @property
    def title(self) -> str:
        """What people call the redesign."""
        return str(self.redesign.get("title", ""))

    @property
    def shown(self) -> tuple[Row, ...]:
        """The rows that may be shown: without times where the model does not beat the naive forecast."""
        return trusted(self.rows, self.back_test)


# --- what rests on assumptions -------------------------------------------------------------------------------------------

HOUR_OF_A_PERSON = "an hour of a person"
"""How the assumption begins of what an hour of a person costs: money alone rests on it."""

COUNTED: Mapping[str, tuple[str, ...]] = {"alone": ("coverage",), "errors": ("coverage", "error")}
"""What is counted and not played, by what AI does at the step."""


def rests_on_assumed(row: Row, one: SimulatedRedesign) -> bool:
    """Whether what a redesign's row says of it rests on something that nobody measured; what stays as it is does not.

    Args:
        row: of the simulation, or of one of its other circumstances.
        one: the simulation, which says what of its inputs is assumed.
    """
    what, _, step = row.key.partition(".")
    if row.to_be is None:
        return False
    if what in COUNTED:
        return any(_is_assumed(one, step, key) for key in COUNTED[what])
    if row.key == "cost.ai":
        return any(_is_assumed(one, name, "cost") for name in _with_ai(one))
    stays = row.change is not None and row.change.low == row.change.high == 0.0
    return row.key == "cost.people" or (not stays and any(not says.startswith(HOUR_OF_A_PERSON) for says, _ in one.assumed))


def _with_ai(one: SimulatedRedesign) -> Mapping[str, Json]:
    found = one.inputs.get("behaviours")
    return found if isinstance(found, Mapping) else {}


def _is_assumed(one: SimulatedRedesign, step: str, key: str) -> bool:
    behaviour = _with_ai(one).get(step)
    figure = behaviour.get(key) if isinstance(behaviour, Mapping) else None
    return isinstance(figure, Mapping) and figure.get("assumed") is True


def trusted(rows: Sequence[Row], back_test: BackTested) -> tuple[Row, ...]:
    """The rows that may be shown beside a back-test."""
    return tuple(row for row in rows if back_test.beats or row.kind is not Kind.TIME)


# --- as JSON -------------------------------------------------------------------------------------------------------------


def result_to_json(one: SimulatedRedesign) -> Mapping[str, Json]:
    """What is kept of a simulation beside its columns."""
    return {
        "redesign": one.redesign,
        "inputs": one.inputs,
        "assumed": [list(pair) for pair in one.assumed],
        "cases": one.cases,
        "back_test": {"beats": one.back_test.beats, "says": one.back_test.says},
        "rows": [_row_to_json(row) for row in one.rows],
        "what_if": [_what_if_to_json(each) for each in one.what_if],
        "needed": {
            "people": one.needed.people,
            "tried": [[people, span_to_json(found)] for people, found in one.needed.tried],
            "says": one.needed.says,
        },
        "service_level": None
        if one.service_level is None
        else {"seconds": int(one.service_level.within.total_seconds()), "share": one.service_level.share},
        "kept": {"kept": one.kept.kept, "says": one.kept.says},
        "notes": list(one.notes),
    }


def simulation_to_json(one: SimulatedRedesign) -> Mapping[str, Json]:
    """A simulation for programs: everything is *simulated*, and figures that are not to be trusted are left out, as on the page."""
    return {
        "simulated": True,
        "id": one.id,
        "at": one.at.isoformat(),
        "by": one.by,
        "digest": one.digest,
        "log": one.log,
        "log_digest": one.log_digest,
        "system": one.system,
        "standard": one.standard,
        "measured": one.measured,
        "replications": one.replications,
        "seed": one.seed,
        **result_to_json(one),
        "rows": [_shown_to_json(row, one) for row in one.shown],
        "what_if": [
            {**_what_if_to_json(each), "rows": [_shown_to_json(row, one) for row in trusted(each.rows, one.back_test)]}
            for each in one.what_if
        ],
    }


def _shown_to_json(row: Row, one: SimulatedRedesign) -> Mapping[str, Json]:
    return {**_row_to_json(row), "assumed": rests_on_assumed(row, one)}


def _row_to_json(row: Row) -> Mapping[str, Json]:
    return {
        "key": row.key,
        "says": row.says,
        "kind": row.kind.value,
        "unit": row.unit.value,
        "as_is": span_to_json(row.as_is),
        "to_be": span_to_json(row.to_be),
        "change": span_to_json(row.change),
        "note": row.note,
    }


def span_to_json(span: Span | None) -> Json:
    """A span as three numbers; null where it is unknown."""
    return None if span is None else [span.mean, span.low, span.high]


def _what_if_to_json(one: WhatIf) -> Mapping[str, Json]:
    return {"key": one.key, "says": one.says, "rows": [_row_to_json(row) for row in one.rows], "why_not": one.why_not}

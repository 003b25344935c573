"""Beside a rank: whether data for a step were at hand, and what a wrong decision there costs; recorded or stated, and never a score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from licet.core.canonical import Json
from licet.core.further import NOT_COUNTED, NOTHING_FURTHER, FilledAt, FilledColumn, FurtherColumns
from licet.core.refusal import Unknown
from licet.core.risk import Tier

NAMED: Final = 5
"""So many columns are named in a sentence; the JSON has all."""

WITH_IT: Final = 0.05
"""From this share of a step's cases on, a column that is filled with the step and not before it is named."""

NOT_ENOUGH: Final = "Whether the data are enough to decide, no log says."
"""What is said once wherever data at hand are told."""

HIGH_SAYS: Final = "Name what makes a case so under `high_stakes` in use_case.yaml: a person decides such cases, and AI proposes."
"""What the routing does with such cases anyway."""


class Stakes(StrEnum):
    """What a wrong decision at a step costs, as somebody says; in the order of the tiers of risk."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedOfStep:
    """What `process.yaml` says about a step.

    Attributes:
        data: what whoever does it has in front of them; None: nothing is said.
        stakes: what a wrong decision costs; None: nothing is said. `why`: the reason, which stands with every level.
        by: who says so, as the file has it; empty where it names nobody.
    """

    data: str | None = None
    stakes: Stakes | None = None
    why: str = ""
    by: str = ""

    @property
    def source(self) -> str:
        """Who stated it, in words."""
        return f"stated by {self.by} in process.yaml" if self.by else "stated in process.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskOfStep:
    """The tier that follows from the risk answers of the use case that takes over this step, as its locked baseline names it."""

    step: str
    tier: Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What people said about the steps of a process.

    Attributes:
        stated: by step; `Unknown` where the file cannot be read.
        risk: of the step that the use case takes over; None where no baseline names one, or nobody answered.
    """

    stated: Mapping[str, StatedOfStep] | Unknown = field(default_factory=dict)
    risk: RiskOfStep | None = None

    def about(self, step: str) -> StatedOfStep:
        """What is stated about a step."""
        return NOT_STATED if isinstance(self.stated, Unknown) else self.stated.get(step, NOT_STATED)


NOT_STATED: Final = StatedOfStep()
NOTHING_GIVEN: Final = Given()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldStakes:
    """What a wrong decision costs, and who says so; `also`: what else was said, where two sources differ."""

    level: Stakes
    why: str
    source: str
    also: str = ""


def stakes_of(step: str, given: Given) -> HeldStakes | Unknown:
    """What a wrong decision at a step costs: of what is stated and what follows from the risk answers, the higher."""
    stated, found = given.about(step), _from_risk(step, given)
    said = None if stated.stakes is None else HeldStakes(level=stated.stakes, why=stated.why, source=stated.source)
    if said is None or found is None:
        return said or found or _nobody(given)
    ranks = list(Stakes)
    first, second = (said, found) if ranks.index(said.level) > ranks.index(found.level) else (found, said)
    return HeldStakes(level=first.level, why=first.why, source=first.source, also=f"{second.level.value}, {second.source}: {second.why}")


def _from_risk(step: str, given: Given) -> HeldStakes | None:
    risk = given.risk
    if risk is None or risk.step != step:
        return None
    level = Stakes.HIGH if risk.tier is Tier.PROHIBITED else Stakes(risk.tier.value)
    return HeldStakes(level=level, why=f"the tier is {risk.tier.value}", source="risk answers of the use case that takes it over")


def _nobody(given: Given) -> Unknown:
    if isinstance(given.stated, Unknown):
        return given.stated
    return Unknown(why="nobody said: write `stakes` and `why` for it under `about` in process.yaml")


def stakes_told(found: HeldStakes | Unknown) -> str:
    """Stakes in a sentence or two."""
    if isinstance(found, Unknown):
        return f"unknown, {found.why}."
    also = f" Else: {found.also}." if found.also else ""
    return f"{found.level.value}, {found.source}: {found.why}.{also}{f' {HIGH_SAYS}' if found.level is Stakes.HIGH else ''}"


def filled_at(further: FurtherColumns | Unknown, step: str) -> FilledAt | Unknown:
    """What a log recorded by when a case came to a step; unknown where it holds nothing further, or nobody counted."""
    if isinstance(further, Unknown):
        return further
    if not further.names:
        return NOTHING_FURTHER
    return further.steps.get(step, NOT_COUNTED)


def at_hand_told(found: FilledAt | Unknown, stated: StatedOfStep) -> str:
    """What was at hand, in sentences: what is stated, then what is recorded."""
    said = f"{stated.data} ({stated.source}). " if stated.data else ""
    if isinstance(found, Unknown):
        how = "" if stated.data else ", and nobody said: write `data` for it under `about` in process.yaml"
        return f"{said}{'Recorded: unknown' if said else 'unknown'}, {found.why}{how}."
    return f"{said}{_recorded_told(found)}"


def _recorded_told(found: FilledAt) -> str:
    before = sorted((one for one in found.columns if one.before), key=lambda one: -one.before)
    only = sorted((one for one in found.columns if one.by - one.before >= WITH_IT * found.cases), key=lambda one: one.before - one.by)
    parts = [f"recorded before it: {_listed(before, [one.before / found.cases for one in before])}"] if before else []
    parts += [f"with it, as a result may be: {_listed(only, [(one.by - one.before) / found.cases for one in only])}"] if only else []
    told = ". ".join(f"{one[:1].upper()}{one[1:]}" for one in parts) or "No further column says anything by then"
    return f"{told}."


def _listed(columns: list[FilledColumn], shares: list[float]) -> str:
    alike: dict[str, list[str]] = {}
    for one, share in zip(columns[:NAMED], shares, strict=False):
        alike.setdefault(_percent(share), []).append(one.name)
    told = [f"{', '.join(names)} at {share} of its cases" for share, names in alike.items()]
    more = f", and {len(columns) - NAMED} more" if len(columns) > NAMED else ""
    return "; ".join(told) + more


def _percent(share: float) -> str:
    """A share that never says all where it is not all, nor none where it is some."""
    told = f"{share:.0%}"
    return "over 99%" if told == "100%" and share < 1.0 else "under 1%" if told == "0%" else told


def said_once(told: Sequence[str]) -> str | None:
    """What is said of every one of several steps alike, so that it is said once; None where they differ, or there is one."""
    return told[0] if len(told) > 1 and len(set(told)) == 1 else None


# --- as JSON ---------------------------------------------------------------------------------------------------------------


def filled_to_json(found: FilledAt | Unknown) -> Mapping[str, Json]:
    """What was recorded at a step, as JSON: what a simulation keeps."""
    if isinstance(found, Unknown):
        return {"unknown": found.why, "cases": None, "some": None, "columns": []}
    columns: Sequence[Json] = [{"name": one.name, "before": one.before, "by": one.by} for one in found.columns]
    return {"unknown": None, "cases": found.cases, "some": found.some, "columns": columns}


def filled_from_json(raw: Json) -> FilledAt | Unknown:
    """Reads what `filled_to_json` wrote; of an older simulation nothing is known."""
    match raw:
        case {"unknown": str() as why}:
            return Unknown(why=why)
        case {"cases": int() as cases, "some": int() as some, "columns": list() as columns}:
            return FilledAt(cases=cases, some=some, columns=tuple(_column(one) for one in columns))
        case _:
            return NOT_COUNTED


def _column(raw: Any) -> FilledColumn:  # noqa: ANN401 - as it was written
    return FilledColumn(name=str(raw["name"]), before=int(raw["before"]), by=int(raw["by"]))


def beside_to_json(step: str, found: FilledAt | Unknown, given: Given) -> Mapping[str, Json]:
    """Data at hand and stakes of a step, as JSON, with the sentences that people read."""
    stated, stakes = given.about(step), stakes_of(step, given)
    known = None if isinstance(stakes, Unknown) else stakes
    return {
        "data_at_hand": {
            "says": at_hand_told(found, stated),
            "stated": stated.data,
            "source": stated.source if stated.data else None,
            "recorded": filled_to_json(found),
        },
        "stakes": {
            "says": stakes_told(stakes),
            "level": None if known is None else known.level.value,
            "why": None if known is None else known.why,
            "source": None if known is None else known.source,
            "unknown": stakes.why if isinstance(stakes, Unknown) else None,
        },
    }

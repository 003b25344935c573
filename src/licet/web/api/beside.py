"""What stands beside a step in the API: data at hand and stakes, recorded or stated, never computed into a rank."""

from pydantic import BaseModel, ConfigDict, Field

OUT = ConfigDict(extra="forbid")


class FilledOut(BaseModel):
    """A further column of the log at a step, by cases."""

    model_config = OUT

    name: str
    before: int = Field(description="Cases in which it said something before the step was done first.")
    by: int = Field(description="The same before the step or with it: what is recorded with a step may be its result.")


class RecordedOut(BaseModel):
    """What the log recorded by when cases came to a step; no value of it is kept."""

    model_config = OUT

    unknown: str | None = Field(description="Why it is not known; else null.")
    cases: int | None
    some: int | None = Field(description="Cases in which any further column said something before the step.")
    columns: list[FilledOut]


class AtHandOut(BaseModel):
    """Whether data for a step are at hand; whether they suffice to decide, no log says."""

    model_config = OUT

    says: str
    stated: str | None = Field(description="As process.yaml has it.")
    source: str | None = Field(description="Who stated it.")
    recorded: RecordedOut


class StakesOut(BaseModel):
    """What a wrong decision at a step costs, as somebody says."""

    model_config = OUT

    says: str
    level: str | None = Field(description="`low`, `medium` or `high`; null where nobody said.")
    why: str | None
    source: str | None = Field(description="Who stated it, or the risk answers of the use case that takes the step over.")
    unknown: str | None = Field(description="Why it is not known; else null.")

"""The file `baseline.yaml` of a use case's folder: which step of the process it takes over, and what its owner states beside the log."""

from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import Field, StringConstraints, model_validator

from licet.core.baseline import StatedForBaseline
from licet.core.cost import MILLION, Cost
from licet.edge.form import Form, Word, filled
from licet.edge.system_blocks import told
from licet.edge.yaml_tree import Place, read_tree

BASELINE_FILE: Final = "baseline.yaml"
TEXT: Final = frozenset({"step"})
"""A step may be named by digits or by a word that YAML reads as something else."""

MinorUnits = Annotated[int, Field(gt=0, le=10**9)]


class BaselineForm(Form):
    """What may stand in the file; every key may be left out.

    Attributes:
        step: of the process that this use case takes over, as the event log names it.
        minutes_a_case: of people's work that one case takes there; counts only where the log does not record it, and is then *assumed*.
        currency: of the amounts, such as EUR.
        hour: what an hour of people's work costs, in minor units: 4800 are 48.00.
        error: what a wrong decision costs, in minor units.
    """

    step: Annotated[Word, StringConstraints(max_length=200)] | None = None
    minutes_a_case: Annotated[float, Field(gt=0.0, le=100_000.0)] | None = None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    hour: MinorUnits | None = None
    error: MinorUnits | None = None

    @model_validator(mode="after")
    def _amounts_have_a_currency(self) -> Self:
        if self.currency is None and (self.hour is not None or self.error is not None):
            raise told("an amount stands here without a currency.", "Add `currency: EUR`, or whichever it is.")
        return self

    def amount(self, minor: int | None) -> Cost | None:
        """An amount of the file as money."""
        return None if minor is None or self.currency is None else Cost(millionths=minor * MILLION, currency=self.currency)


def load_baseline(folder: Path) -> StatedForBaseline:
    """Reads `baseline.yaml`; where there is none, nothing is stated, and the process is taken as a whole.

    Raises:
        BadFolderError: with all that is wrong, each with its line.
    """
    file = folder / BASELINE_FILE
    if not file.exists():
        return StatedForBaseline()
    said = filled(BaselineForm, read_tree(file, TEXT), _known)
    return StatedForBaseline(step=said.step, minutes_a_case=said.minutes_a_case, hour=said.amount(said.hour), error=said.amount(said.error))


def _known(place: Place) -> frozenset[str]:
    del place
    return frozenset(BaselineForm.model_fields)

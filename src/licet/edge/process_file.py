"""`process.yaml` in a use case's folder: what the owner says the process is, what an hour of work costs, and what is at stake in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from licet.core.beside import Stakes, StatedOfStep
from licet.core.cost import CURRENCY
from licet.core.ids import UseCaseSlug
from licet.core.process import NOT_STATED, PROCESS_FILE, Rates, StatedForProcess
from licet.core.refusal import Unknown
from licet.core.stated_process import MOST_ACTIVITIES, Among, Block, NotAProcessError, StatedProcess
from licet.edge.bad_file import BadFolderError
from licet.edge.form import Flag, Form, Word, filled
from licet.edge.system_blocks import told
from licet.edge.yaml_tree import Place, Tree, read_tree

PROCESS_TEXT = frozenset({"step", "any_of", "all_of", "aside", "rates.currency", "about"})
"""Keys whose values are text as typed. A step that stands alone in the list is made one in `_block`."""

MOST_RATE = 10_000_000
Rate = Annotated[int, Field(ge=0, le=MOST_RATE)]
Names = Annotated[
    tuple[Word, ...], BeforeValidator(lambda raw: tuple(raw) if isinstance(raw, list) else raw), Field(max_length=MOST_ACTIVITIES)
]


def _currency(code: str) -> str:
    if not CURRENCY.fullmatch(code):
        raise told("it is no code of a currency.", "Write three capitals, such as EUR (ISO 4217).")
    return code


def _block(raw: object) -> object:
    """A name alone is a step that comes exactly once."""
    return {"step": str(raw)} if isinstance(raw, str | int | float) and not isinstance(raw, bool) else raw


class BlockForm(Form):
    """One place in the process: a step, one of several, or several in any order.

    Attributes:
        step: the step's name, as the log has it.
        any_of: names of which exactly one comes.
        all_of: names that all come, in any order among each other.
        optional: it may be left out.
        repeat: it may come again, directly after.
    """

    step: Word | None = None
    any_of: Names = ()
    all_of: Names = ()
    optional: Flag = False
    repeat: Flag = False

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if sum((self.step is not None, bool(self.any_of), bool(self.all_of))) != 1:
            raise told("it needs exactly one of step, any_of and all_of.", "Write `step: NAME`, `any_of: [A, B]` or `all_of: [A, B]`.")
        return self

    def block(self) -> Block:
        """The same as the rules have it."""
        steps = self.any_of or self.all_of or ((self.step,) if self.step is not None else ())
        return Block(steps=steps, among=Among.ALL if self.all_of else Among.ONE, optional=self.optional, repeat=self.repeat)


class RatesForm(Form):
    """What an hour of work costs, in minor units (cents).

    Attributes:
        currency: its code (ISO 4217).
        an_hour: of every step.
        steps: of single steps, by name.
    """

    currency: Annotated[str, AfterValidator(_currency)]
    an_hour: Rate | None = None
    steps: dict[Word, Rate] = Field({})

    def rates(self) -> Rates:
        """The same as the rules have it."""
        return Rates(currency=self.currency, usual=self.an_hour, steps=self.steps)


MOST_SAID = 300
Said = Annotated[Word, Field(max_length=MOST_SAID)]


def _level(raw: object) -> object:
    if raw not in set(Stakes):
        raise told("it is no level of stakes.", "Write low, medium or high.")
    return Stakes(str(raw))


class AboutForm(Form):
    """What is said about one step.

    Attributes:
        data: what whoever does it has in front of them.
        stakes: what a wrong decision there costs: low, medium or high.
        why: the reason for that level.
        by: who says so: a role or a team rather than a person.
    """

    data: Said | None = None
    stakes: Annotated[Stakes, BeforeValidator(_level)] | None = None
    why: Said | None = None
    by: Said | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.data is None and self.stakes is None:
            raise told("it says neither data nor stakes.", "Write `data: TEXT`, or `stakes: high` with `why: TEXT`.")
        if (self.stakes is None) != (self.why is None):
            raise told("stakes and why stand together.", "Write `stakes: low`, medium or high, and `why: TEXT`.")
        return self

    def stated(self) -> StatedOfStep:
        """The same as the rules have it."""
        return StatedOfStep(data=self.data, stakes=self.stakes, why=self.why or "", by=self.by or "")


class ProcessForm(Form):
    """The file.

    Attributes:
        steps: in order; left out where only rates are stated.
        aside: names that may come anywhere and are not looked at.
        rates: what an hour of work costs.
        about: single steps, by the name that the log has: what is at hand there, and what is at stake.
    """

    steps: list[Annotated[BlockForm, BeforeValidator(_block)]] = Field([])
    aside: Names = ()
    rates: RatesForm | None = None
    about: Annotated[dict[Word, AboutForm], Field(max_length=MOST_ACTIVITIES)] = Field({})


NESTED: Mapping[str, type[Form]] = {"steps": BlockForm, "rates": RatesForm, "about": AboutForm}


def load_process(folder: Path) -> StatedForProcess:
    """Reads `process.yaml`; nothing is stated where there is none.

    Raises:
        BadFolderError: with all that is wrong.
    """
    file = folder / PROCESS_FILE
    if not file.exists():
        return StatedForProcess()
    tree = read_tree(file, PROCESS_TEXT)
    form = filled(ProcessForm, tree, _keys_at)
    process = _process(form, tree) if form.steps else NOT_STATED
    about = {step: one.stated() for step, one in form.about.items()}
    return StatedForProcess(process=process, rates=None if form.rates is None else form.rates.rates(), about=about)


def _process(form: ProcessForm, tree: Tree) -> StatedProcess:
    try:
        return StatedProcess(blocks=tuple(one.block() for one in form.steps), aside=frozenset(form.aside))
    except NotAProcessError as wrong:
        place: Place = ("steps",) if wrong.place is None else ("steps", wrong.place)
        raise BadFolderError((tree.finding(place, wrong.why, wrong.remedy),)) from None


def _keys_at(place: Place) -> frozenset[str]:
    around = [part for part in place[:-1] if isinstance(part, str)]
    return frozenset((NESTED.get(around[0], ProcessForm) if around else ProcessForm).model_fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderProcesses:
    """What owners state in their folders (the port `StatedProcesses`). `root`: the folder with one folder for each use case."""

    root: Path

    def stated(self, slug: UseCaseSlug) -> StatedForProcess:
        """What the folder states; where it cannot be read, why."""
        try:
            return load_process(self.root / slug)
        except BadFolderError as wrong:
            unread = Unknown(why=f"{PROCESS_FILE} cannot be read: {wrong.findings[0].why}")
        except OSError as wrong:
            unread = Unknown(why=f"{PROCESS_FILE} cannot be read: {wrong.strerror}.")
        return StatedForProcess(process=unread, about=unread)

"""A use case's judge: the Python function in its folder that says of answers whether they are right."""

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import cast

from licet.core.answer import Answer, answer_to_json
from licet.core.canonical import Json, canonical_bytes, digest
from licet.core.case import Content
from licet.core.ids import UseCaseSlug
from licet.core.judge import JudgeCard, Opinion
from licet.core.refusal import Unknown
from licet.edge.callable_room import MOST_HANGING
from licet.edge.code_folder import JUDGE_FILE, NotLoadableError, code_digests, load_module, raised_in
from licet.edge.contract import content_to_dict
from licet.edge.folder import USE_CASE_FILE, load_use_case
from licet.edge.hands import Hands
from licet.edge.system_blocks import USUAL, CallableBlock

Says = Callable[[dict[str, object], Json], object]

_Case = tuple[Content, Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderJudges:
    """Finds judges in the folders of use cases (the port `Judges`). `root` holds one folder for each."""

    root: Path

    def load(self, slug: UseCaseSlug) -> "FunctionJudge | None":
        """A use case's judge as its folder is now, called within the limits of its block `callable:`.

        Returns:
            The judge; None where the folder holds no `judge.py`.

        Raises:
            SystemNotLoadableError, BadFolderError: each names the file and line.
        """
        folder = self.root / slug
        if not (folder / JUDGE_FILE).is_file():
            return None
        return load_judge(folder, load_use_case(folder).callable if (folder / USE_CASE_FILE).is_file() else USUAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionJudge:
    """The function in a folder's `judge.py`.

    Attributes:
        card: which judge it is, as it was when it was loaded.
        folder: where it is.
        judge: the function.
        block: how long one call may take, and how many run at once.
    """

    card: JudgeCard
    folder: Path
    judge: Says
    block: CallableBlock

    def says(self, contents: Sequence[Content], answers: Sequence[Answer]) -> list[Opinion]:
        """What the function says of the answer to each case, in order.

        What raises, takes too long, and is neither yes, no nor a number in [0, 1], is unknown for its own case alone. What the code prints
        goes to stderr.
        """
        hands = Hands(at_once=self.block.concurrency, most_hanging=MOST_HANGING)
        jobs = hands.each(self._ask, zip(contents, answers, strict=True), timeout_s=self.block.timeout_seconds, late=_let_go)
        late = Unknown(why=f"{JUDGE_FILE} took longer than {self.block.timeout_seconds:g} s.")
        unbegun = Unknown(why=f"{MOST_HANGING} calls of {JUDGE_FILE} hang, and it is called no more.")
        return [(late if job.hangs else unbegun) if job.done is None else job.done for job in jobs]

    def _ask(self, case: _Case) -> Opinion:
        content, answer = case
        try:
            return _read(self.judge(content_to_dict(content), answer_to_json(answer)))
        except BaseException as error:  # noqa: BLE001 - the entry point of other people's code; recorded in the result
            return Unknown(why=raised_in(self.folder, error, JUDGE_FILE))


def _let_go(case: _Case) -> None:
    del case


def _read(said: object) -> Opinion:
    """Reads an opinion; wrong values are not repeated, since they may quote the case."""
    if not isinstance(said, Real) and type(said).__name__ not in {"bool", "bool_"}:
        return Unknown(why=f"It gave {type(said).__name__}, neither yes or no nor a number in [0, 1].")
    number = float(cast("float", said))
    return number if math.isfinite(number) and 0.0 <= number <= 1.0 else Unknown(why="It gave a number outside [0, 1].")


def load_judge(folder: Path, block: CallableBlock = USUAL) -> FunctionJudge:
    """Loads the judge in a folder.

    `judge.py` defines `judge(case: dict, answer) -> bool | float`: a case as `propose` of a `system.py` is given it, and an answer as it
    gives one; True or 1 for surely right, False or 0 for surely wrong. Optional is `JUDGE = {"name": ..., "version": ..., ...}` with
    whatever else its opinions depend on; under `"files"` names of files in the folder, which count by what is in them.

    Args:
        folder: holds `judge.py`.
        block: how long one call may take, and how many run at once.

    Returns:
        The judge. Its digest changes with any Python file in the folder, any of `"files"`, and anything in `JUDGE`.

    Raises:
        NotLoadableError: names the file and line, whatever went wrong.
    """
    before = code_digests(folder)
    module = load_module(folder, JUDGE_FILE)
    function = getattr(module, "judge", None)
    if not callable(function) or inspect.iscoroutinefunction(function):
        raise NotLoadableError(folder / JUDGE_FILE, None, "it defines no plain function judge(case, answer).")
    about = _about(folder, getattr(module, "JUDGE", {}))
    code = {**before, **code_digests(folder, cast("list[str]", about.get("files", [])), named_in=JUDGE_FILE)}
    card = JudgeCard(
        name=str(about.get("name", JUDGE_FILE)),
        version=str(about.get("version", digest(code)[:12])),
        parts={"code": code, "judge": dict(about)},
    )
    return FunctionJudge(card=card, folder=folder, judge=function, block=block)


def _about(folder: Path, said: object) -> Mapping[str, Json]:
    error = NotLoadableError(folder / JUDGE_FILE, None, "JUDGE must be a dict of plain values, and its 'files' a list of file names.")
    if not isinstance(said, Mapping) or not all(isinstance(name, str) for name in said):
        raise error
    files = said.get("files", [])
    if not isinstance(files, list) or not all(isinstance(name, str) for name in files):
        raise error
    try:
        canonical_bytes(cast("Json", dict(said)))
    except (TypeError, ValueError):
        raise error from None
    return dict(said)

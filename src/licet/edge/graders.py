"""A use case's own grader: the Python function in its folder that says how wrong an answer is."""

import hashlib
import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from numbers import Real
from pathlib import Path
from typing import cast

from licet.core.answer import Answer, answer_to_json
from licet.core.canonical import Json
from licet.core.ids import UseCaseSlug
from licet.core.own_grader import Grade, OwnGrader
from licet.core.refusal import Unknown
from licet.edge.callable_room import MOST_HANGING
from licet.edge.closed_room import closed_room
from licet.edge.code_folder import GRADER_FILE, NotLoadableError, raised_in, run_alone
from licet.edge.hands import Hands

WITHIN_S = 2.0
"""How long a grader may take for one pair of answers: audits grade one while the database waits."""

_CHUNK = 1000

Says = Callable[[Json, Json], object]

_Pair = tuple[Answer, Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionGrader:
    """The function in a folder's `grader.py`.

    Attributes:
        folder: where it is.
        function: what it is.
        within_s: how long it may take for one pair.
        hands: where it runs, one pair at a time; what hangs there hangs on, and never more than eight pairs.
    """

    folder: Path
    function: Says
    within_s: float = WITHIN_S
    hands: Hands = field(default_factory=lambda: Hands(at_once=1, most_hanging=MOST_HANGING))

    def grades(self, pairs: Sequence[_Pair]) -> list[Grade]:
        """The loss of each answer, given first, against the right one, in order.

        What raises, takes too long, and gives no number in [0, 1], is unknown for its own pair alone. The right answers
        may be sealed ones: what the code prints is thrown away, and what it writes, sends or starts fails.
        """
        chunks = (pairs[start : start + _CHUNK] for start in range(0, len(pairs), _CHUNK))
        return [found for chunk in chunks for found in self._of(chunk)]

    def _of(self, pairs: Sequence[_Pair]) -> list[Grade]:
        jobs = self.hands.each(self._ask, pairs, timeout_s=self.within_s, late=_let_go)
        late = Unknown(why=f"{GRADER_FILE} took longer than {self.within_s:g} s.")
        unbegun = Unknown(why=f"{MOST_HANGING} calls of {GRADER_FILE} hang, and it is called no more.")
        return [(late if job.hangs else unbegun) if job.done is None else job.done for job in jobs]

    def _ask(self, pair: _Pair) -> Grade:
        given, right = pair
        try:
            with closed_room():
                return _read(self.function(answer_to_json(given), answer_to_json(right)))
        except BaseException as error:  # noqa: BLE001 - the entry point of other people's code; recorded in the result
            return Unknown(why=raised_in(self.folder, error, GRADER_FILE))


def _let_go(pair: _Pair) -> None:
    del pair


def _read(said: object) -> Grade:
    """Reads a loss; wrong values are not repeated, since they may quote an answer. Yes and no are none: nobody knows which is right."""
    if isinstance(said, bool) or not isinstance(said, Real):
        return Unknown(why=f"{GRADER_FILE} gave {type(said).__name__}, and no number in [0, 1].")
    number = float(cast("float", said))
    return number if math.isfinite(number) and 0.0 <= number <= 1.0 else Unknown(why=f"{GRADER_FILE} gave a number outside [0, 1].")


@dataclass(slots=True, kw_only=True)
class FolderGraders:
    """Finds graders in the folders of use cases (the port `Graders`). `root` holds one folder for each.

    One that was found is kept while its code stays the same: what hangs of it is counted over all that it is asked.
    """

    root: Path
    within_s: float = WITHIN_S
    found: dict[tuple[str, str], FunctionGrader] = field(default_factory=dict)

    def load(self, slug: UseCaseSlug, wanted: OwnGrader) -> FunctionGrader | Unknown:
        """The function that a standard names, as its code was when that was locked; unknown where the folder holds other code."""
        path = self.root / slug / GRADER_FILE
        try:
            raw = path.read_bytes()
        except OSError as error:
            return Unknown(why=f"{GRADER_FILE} of {slug!r} cannot be read: {error.strerror}.")
        if code_digest(raw) != wanted.code:
            return Unknown(why=f"{GRADER_FILE} of {slug!r} is not what the standard was locked with.")
        key = (str(slug), wanted.version)
        if key not in self.found:
            try:
                self.found[key] = load_grader(path, raw, wanted.function, within_s=self.within_s)
            except NotLoadableError as error:
                return Unknown(why=str(error))
        return self.found[key]


def code_digest(raw: bytes) -> str:
    """Names a grader's code: the SHA-256 of its file, in hex."""
    return hashlib.sha256(raw).hexdigest()


def load_grader(path: Path, raw: bytes, name: str, *, within_s: float = WITHIN_S) -> FunctionGrader:
    """Runs a grader's code as it was read, and finds the function in it.

    `grader.py` defines `grade(given, right) -> float`, or a function of another name that the standard gives: 0 for as good as right, 1
    for wholly wrong. It is handed two answers as `propose` of a `system.py` gives them, and only where they do not say the same. It may
    import what is installed, and none of its folder's other files: its digest speaks of this file alone.

    Raises:
        NotLoadableError: names the file and line, whatever went wrong.
    """
    function = getattr(run_alone(path, raw), name, None)
    if not callable(function) or inspect.iscoroutinefunction(function):
        raise NotLoadableError(path, None, f"it defines no plain function {name}(given, right).")
    return FunctionGrader(folder=path.parent, function=function, within_s=within_s)

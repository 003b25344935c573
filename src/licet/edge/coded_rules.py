"""A use case's own rules: the marked functions in its `rules.py`, which say where items of its workflow go."""

import hashlib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from licet.core.coded_rule import Question, Ruling, Unruled
from licet.core.ids import UseCaseSlug
from licet.edge.callable_room import MOST_HANGING
from licet.edge.code_folder import RULES_FILE, NotLoadableError, raised_in, run_alone
from licet.edge.hands import Hands
from licet.rules import MARK, Says

WITHIN_S = 2.0
"""How long a rule may take for one item, each time it is asked."""

LOADED_WITHIN_S = 30.0
"""How long `rules.py` may take at its top, where it imports what it needs."""

Facts = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedRule:
    """A marked function of a folder's `rules.py`.

    Attributes:
        folder: where it is.
        function: what it is.
        within_s: how long it may take for one item.
        hands: where it runs, one item at a time; what hangs there hangs on, and never more than eight items.
    """

    folder: Path
    function: Says
    within_s: float = WITHIN_S
    hands: Hands = field(default_factory=lambda: Hands(at_once=1, most_hanging=MOST_HANGING))

    def ruling(self, facts: Facts) -> Ruling:
        """What it says of an item, where it says the same twice. What the code prints goes to stderr."""
        first = self._once(facts)
        if isinstance(first, Unruled):
            return first
        again = self._once(facts)
        return again if isinstance(again, Unruled) or again == first else Unruled(reason="rule_differs")

    def _once(self, facts: Facts) -> Ruling:
        (job,) = self.hands.each(self._ask, [facts], timeout_s=self.within_s, late=_let_go)
        if job.done is not None:
            return job.done
        late = f"{RULES_FILE} took longer than {self.within_s:g} s."
        unbegun = f"{MOST_HANGING} calls of {RULES_FILE} hang, and it is called no more."
        return Unruled(reason="rule_timed_out", detail=late if job.hangs else unbegun)

    def _ask(self, facts: Facts) -> Ruling:
        try:
            said: object = self.function(dict(facts))
        except BaseException as error:  # noqa: BLE001 - the entry point of other people's code; recorded in the result
            return Unruled(reason="rule_failed", detail=raised_in(self.folder, error, RULES_FILE))
        if type(said) is str:
            return said
        return Unruled(reason="rule_outcome", detail=f"{RULES_FILE} gave {type(said).__name__}, and no word.")


def _let_go(asked: object) -> None:
    del asked


@dataclass(slots=True, kw_only=True)
class FolderRules:
    """Asks the rules in the folders of use cases (the port `Rules`). `root` holds one folder for each.

    A rule that was found is kept while its code stays the same: what hangs of it is counted over all that it is asked. So is one that
    took too long to load; what fails to load otherwise is tried again, since a package may be missing that is installed meanwhile.
    """

    root: Path
    within_s: float = WITHIN_S
    loaded_within_s: float = LOADED_WITHIN_S
    found: dict[tuple[str, str, str], CodedRule | Unruled] = field(default_factory=dict)
    hands: Hands = field(default_factory=lambda: Hands(at_once=1, most_hanging=MOST_HANGING))

    def ask(self, slug: UseCaseSlug, question: Question) -> Ruling:
        """See `licet.core.coded_rule.Rules.ask`. Code that is not what the question names is not run."""
        rule = self._find(slug, question.code, question.function)
        return rule if isinstance(rule, Unruled) else rule.ruling(question.facts)

    def _find(self, slug: UseCaseSlug, code: str, function: str) -> CodedRule | Unruled:
        path = self.root / slug / RULES_FILE
        try:
            raw = path.read_bytes()
        except OSError as error:
            return Unruled(reason="rule_code_changed", detail=f"{RULES_FILE} cannot be read: {error.strerror}.")
        if code_digest(raw) != code:
            return Unruled(reason="rule_code_changed")
        key = (str(slug), code, function)
        if key in self.found:
            return self.found[key]
        (job,) = self.hands.each(self._load, [(path, raw, function)], timeout_s=self.loaded_within_s, late=_let_go)
        found = job.done or Unruled(reason="rule_timed_out", detail=f"{RULES_FILE} was not loaded within {self.loaded_within_s:g} s.")
        if job.hangs or isinstance(found, CodedRule):
            self.found[key] = found
        return found

    def _load(self, wanted: tuple[Path, bytes, str]) -> CodedRule | Unruled:
        path, raw, function = wanted
        try:
            return CodedRule(folder=path.parent, function=load_rule(path, raw, function), within_s=self.within_s)
        except NotLoadableError as error:
            line = "" if error.line is None else f":{error.line}"
            return Unruled(reason="rule_failed", detail=f"{RULES_FILE}{line} cannot be loaded.")


def code_digest(raw: bytes) -> str:
    """Names the code of rules: the SHA-256 of its file, in hex."""
    return hashlib.sha256(raw).hexdigest()


def load_rule(path: Path, raw: bytes, name: str) -> Says:
    """Runs the code of rules as it was read, and finds the marked function in it.

    `rules.py` defines functions under `@rule`, from `licet.rules`. It may import what is installed, and none of its folder's other files:
    its digest speaks of this file alone.

    Raises:
        NotLoadableError: names the file and line, whatever went wrong.
    """
    function = getattr(run_alone(path, raw), name, None)
    if not inspect.isfunction(function) or inspect.iscoroutinefunction(function) or not getattr(function, MARK, False):
        raise NotLoadableError(path, None, f"it defines no plain function {name}(facts) under @rule, from licet.rules.")
    return function

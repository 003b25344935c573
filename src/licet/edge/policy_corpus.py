"""The corpus: questions with the answers they must have, as files say them; what is not listed in the package's own file is a no."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from licet.core.ids import PersonId, UseCaseSlug
from licet.core.people import Act, Identity, Role
from licet.core.policy import Asked, Hand, Place, Who
from licet.core.risk import Tier
from licet.core.rules import NotRulesError
from licet.core.use_case import Stage
from licet.edge.bad_file import BadFolderError
from licet.edge.policies import PolicyBook, Raw, question, shipped, text_with
from licet.edge.yaml_tree import Tree, read_tree, tree_of

Where = Literal["own", "other", "unowned", "installation"]
WHERE: tuple[Where, ...] = ("own", "other", "unowned", "installation")
SOMEBODY, ELSE = PersonId("p_somebody"), PersonId("p_else")
ANY = "true"
"""Written for `allow` or `deny` where it does not matter which policy says so."""

LOOSENED = '\n@id("everything-is-permitted")\n@says("As if an organisation permitted everything.")\npermit (principal, action, resource);\n'
"""Put beside the policies where a case must be refused even then: so it is a law, and not for want of a permit."""
EACH = (*(role.value for role in Role), "nobody", "operator", "token", "plugin", "ai")
"""Everybody who asks everything, one role at a time."""


class _Line(BaseModel):
    """A case as a file says it: every act, by everybody named, in every place named."""

    model_config = ConfigDict(extra="forbid", strict=True)
    act: str | list[str]
    who: str | list[str]
    where: Where | list[Where] = ["own", "other", "unowned", "installation"]
    hands: list[str] = []
    identity: str = "asserted"
    tier: str | None = None
    stage: str = "shadow"
    break_glass: Literal["true", "false"] = "false"
    signers: int = 0
    loosened: Literal["true", "false"] = "false"
    allow: str | None = None
    deny: str | list[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyCase:
    """A question with the answer it must have.

    Attributes:
        asked: the question.
        allow: whether the answer is yes.
        rules: the policies that say so; None: any. Of a no: those that forbid it; empty: none does, and none permits.
        loosened: whether it is asked as if an organisation permitted everything.
        source: file and line.
    """

    asked: Asked
    allow: bool
    rules: frozenset[str] | None
    loosened: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Differs:
    """A case whose answer is another than it must be."""

    case: PolicyCase
    found: Raw


def packaged() -> tuple[PolicyCase, ...]:
    """The package's own corpus: what it lists, and every question it does not list, which must be refused."""
    listed = tuple(_cases(tree_of("corpus.yaml", shipped("corpus.yaml"), frozenset())))
    there = {case.asked for case in listed if not case.loosened}
    rest = (one for one in every_question() if one not in there)
    return (*listed, *(PolicyCase(asked=one, allow=False, rules=None, loosened=False, source="not listed") for one in rest))


def corpus_of(files: Iterable[Path]) -> tuple[PolicyCase, ...]:
    """An organisation's own cases.

    Raises:
        BadFolderError, NotRulesError: name file, line and what is wrong.
    """
    return tuple(case for path in files for case in _cases(read_tree(path, frozenset())))


def every_question() -> Iterator[Asked]:
    """Every act by everybody of one role in every place."""
    for act, who, where in product(Act, EACH, WHERE):
        yield _asked(act, who, where, _Line(act=act.value, who=who))


def failing(text: str, cases: Iterable[PolicyCase]) -> Iterator[Differs]:
    """The cases whose answers are not what they must be, under policies given as text.

    Raises:
        NotRulesError: when the text is no policies.
    """
    books: dict[bool, PolicyBook] = {}
    for case in cases:
        book = books.get(case.loosened)
        if book is None:
            book = books[case.loosened] = PolicyBook(text + LOOSENED if case.loosened else text)
        raw = book.decide(*question(case.asked))
        if not _as_it_must(case, raw):
            yield Differs(case=case, found=raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Questions that policies would answer otherwise than those in force: yes to the first, no to the second."""

    permitted: tuple[Asked, ...]
    refused: tuple[Asked, ...]


def changed_answers(before: str, after: str) -> Changes:
    """Which answers of the corpus change when an organisation's additions `after` take the place of `before`.

    Raises:
        NotRulesError: when one of them is no policies.
    """
    if before == after:
        return Changes(permitted=(), refused=())
    old, new = PolicyBook(text_with(before)), PolicyBook(text_with(after))
    asked = dict.fromkeys(case.asked for case in packaged())
    yes = [{one for one in asked if book.decide(*question(one)).allowed} for book in (old, new)]
    return Changes(
        permitted=tuple(one for one in asked if one in yes[1] - yes[0]), refused=tuple(one for one in asked if one in yes[0] - yes[1])
    )


def where_of(asked: Asked) -> Where:
    """Where a question of the corpus is asked."""
    if asked.place is None:
        return "installation"
    return {SOMEBODY: "own", None: "unowned"}.get(asked.place.owner, "other")  # type: ignore[return-value] # one of the four


def _as_it_must(case: PolicyCase, raw: Raw) -> bool:
    if raw.allowed is not case.allow:
        return False
    return case.rules is None or case.rules == frozenset(raw.rules)


def _cases(tree: Tree) -> Iterator[PolicyCase]:
    for place, said in tree.entries("cases"):
        source = f"{tree.file}:{tree.line(place)}"
        try:
            line = _Line.model_validate(said)
            yield from _expanded(line, source)
        except ValidationError as wrong:
            told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in wrong.errors())
            raise NotRulesError(f"{source}: {told}.") from wrong
        except ValueError as wrong:
            raise NotRulesError(f"{source}: {wrong}.") from wrong
    unknown = sorted(set(tree.values) - {"cases"})
    if unknown:
        raise BadFolderError((tree.finding((unknown[0],), f"{unknown[0]!r} is no key here.", "Write everything under `cases:`."),))


def _expanded(line: _Line, source: str) -> Iterator[PolicyCase]:
    if (line.allow is None) is (line.deny is None):
        raise ValueError("a case takes either `allow` or `deny`")
    said = line.deny if line.allow is None else line.allow
    rules = None if said == ANY else frozenset(_several(said or []))
    for act, who, where in product(_several(line.act), _several(line.who), _several(line.where)):
        asked = _asked(Act(act), who, where, line)
        yield PolicyCase(asked=asked, allow=line.allow is not None, rules=rules, loosened=line.loosened == "true", source=source)


def _several(said: str | Sequence[str]) -> Sequence[str]:
    return [said] if isinstance(said, str) else said


def _asked(act: Act, who: str, where: str, line: _Line) -> Asked:
    """A question; `risk + owner` is one person with two roles, `nobody` one without any."""
    sort = Who(who) if who in set(Who) else Who.PERSON
    named = [] if sort is not Who.PERSON or who in {"nobody", "person"} else [one.strip() for one in who.split("+")]
    owner: Mapping[str, PersonId | None] = {"own": SOMEBODY, "other": ELSE}
    tier = None if line.tier is None else Tier(line.tier)
    place = Place(slug=UseCaseSlug("mails"), owner=owner.get(where), stage=Stage(line.stage), tier=tier)
    return Asked(
        who=sort,
        id=SOMEBODY,
        roles=frozenset(map(Role, named)),
        act=act,
        place=None if where == "installation" else place,
        identity=Identity(line.identity),
        break_glass=line.break_glass == "true",
        hands=frozenset(map(Hand, line.hands)),
        signers=line.signers,
    )

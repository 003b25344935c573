"""The answers that a draft of a standard is made of: from a file, from options, or as they are typed."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import Field

from licet.core.canonical import Json
from licet.core.draft import QUESTIONS, Wish, wish_to_json
from licet.edge.bad_file import BadFolderError, shown
from licet.edge.form import Form, Word, filled, nearest
from licet.edge.standard_form import ClustersForm, ErrorForm, SliceForm
from licet.edge.yaml_tree import Place, Tree, read_tree, tree_of

DRAFT_TEXT = frozenset({"decides", "high_stakes", "right", "given", "attribute", "values"})
"""Keys whose values are text as typed."""

NONE = "-"
ANY = "*"


class _DraftForm(Form):
    decides: Word
    one_in: int
    confidence: float
    high_stakes: list[Word] = Field([])
    never: list[ErrorForm] = Field([])
    groups: ClustersForm | None = None
    parts: list[SliceForm] = Field([])
    worthwhile: float = 0.0


KNOWN = frozenset(_DraftForm.model_fields)
NESTED: Mapping[str, type[Form]] = {"never": ErrorForm, "groups": ClustersForm, "parts": SliceForm}


def _keys_at(place: Place) -> frozenset[str]:
    around = [part for part in place[:-1] if isinstance(part, str)]
    return frozenset(NESTED[around[-1]].model_fields) if around else KNOWN


def read_answers(path: Path) -> Mapping[str, Json]:
    """Reads a file of answers, JSON or YAML, by the keys of the questions; what it leaves out is as it was.

    Raises:
        BadFolderError: when it cannot be read, or answers no question.
    """
    tree = read_tree(path, DRAFT_TEXT)
    strange = [key for key in tree.values if key not in KNOWN]
    wrong = [tree.finding((key,), f"{shown(key)} is not a question.", nearest(str(key), KNOWN)) for key in strange]
    if wrong:
        raise BadFolderError(tuple(wrong))
    return {key: _plain(value) for key, value in tree.values.items()}


def _plain(value: object) -> Json:
    found: Json = json.loads(json.dumps(value))
    return found


def wish_from(present: Wish, answers: Mapping[str, Json]) -> Wish:
    """The wish that answers say; what is not answered is as it was.

    Raises:
        BadFolderError: with all that is wrong.
    """
    whole = {**wish_to_json(present), **answers}
    tree: Tree = tree_of("the answers", json.dumps(whole, ensure_ascii=False), DRAFT_TEXT)
    form = filled(_DraftForm, tree, _keys_at)
    return Wish(
        decides=form.decides,
        one_in=form.one_in,
        confidence=form.confidence,
        high_stakes=frozenset(form.high_stakes),
        never=tuple(one.error() for one in form.never),
        groups=None if form.groups is None else form.groups.clusters(),
        parts=tuple(one.part() for one in form.parts),
        worthwhile=form.worthwhile,
    )


# --- as people type them -------------------------------------------------------------------------------------------------


class NotTypedError(ValueError):
    """What was typed is no answer to the question; it says how one is typed."""


def typed(key: str, text: str) -> Json:
    """Reads an answer as a person types it.

    Args:
        key: of the question.
        text: what was typed; `-` for none.

    Raises:
        NotTypedError: when it is none.
    """
    try:
        return READERS[key](text.strip())
    except ValueError:
        form = next(one.form for one in QUESTIONS if one.key == key)
        message = f"{text!r} does not answer it: type {form}."
        raise NotTypedError(message) from None


def typed_back(key: str, value: Json) -> str:
    """An answer as a person would type it: what is offered as the one to keep."""
    match key, value:
        case (("confidence" | "worthwhile"), int() | float()):
            return f"{100 * value:.6g}%"
        case "high_stakes", [*answers]:
            return ", ".join(map(str, answers)) or NONE
        case "never", [*errors]:
            return "; ".join(_error_back(one) for one in errors) or NONE
        case "groups", {"attribute": attribute, "largest": largest}:
            return f"{attribute}:{largest}"
        case "parts", [*parts]:
            return "; ".join(_part_back(one) for one in parts) or NONE
        case _:
            return NONE if value is None else str(value)


def _error_back(one: Json) -> str:
    match one:
        case {"right": [*right], "given": [*given]}:
            return f"{','.join(map(str, right)) or ANY}:{','.join(map(str, given)) or ANY}"
        case _:
            return ""


def _part_back(one: Json) -> str:
    match one:
        case {"attribute": attribute, "values": [*values]}:
            return f"{attribute}={','.join(map(str, values))}"
        case _:
            return ""


def _share(text: str) -> float:
    """0.95, 95% or 95: a number above 1 is read as percent."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]*)?)\s*(%?)", text)
    if found is None:
        raise ValueError
    value = float(found[1])
    return value / 100.0 if found[2] or value > 1.0 else value


def _listed(text: str, separator: str = ",") -> list[str]:
    return [] if text in {NONE, ""} else [one.strip() for one in text.split(separator) if one.strip()]


def _errors(text: str) -> list[Json]:
    return [_error(one) for one in _listed(text, ";")]


def _error(text: str) -> Json:
    right, colon, given = text.partition(":")
    if not colon:
        raise ValueError
    named: dict[str, Json] = {"right": [] if right.strip() == ANY else [*_listed(right)]}
    return named | {"given": [] if given.strip() == ANY else [*_listed(given)]}


def _groups(text: str) -> Json:
    if text in {NONE, ""}:
        return None
    attribute, _, largest = text.rpartition(":")
    if not attribute.strip():
        raise ValueError
    return {"attribute": attribute.strip(), "largest": int(largest)}


def _parts(text: str) -> list[Json]:
    return [_part(one) for one in _listed(text, ";")]


def _part(text: str) -> Json:
    attribute, equals, values = text.partition("=")
    if not equals:
        raise ValueError
    return {"attribute": attribute.strip(), "values": [*_listed(values)]}


def _answers(text: str) -> list[Json]:
    return [*_listed(text)]


READERS: Mapping[str, Callable[[str], Json]] = {
    "decides": str,
    "one_in": int,
    "confidence": _share,
    "high_stakes": _answers,
    "never": _errors,
    "groups": _groups,
    "parts": _parts,
    "worthwhile": _share,
}
"""How each answer is read."""

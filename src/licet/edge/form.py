"""Forms: what may stand in a file of a use case's folder is held against a form, and each mistake is explained."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from licet.edge.bad_file import BadFolderError, Finding, shown
from licet.edge.yaml_tree import Place, Tree


def word(text: str) -> str:
    """A word as it may stand in a file: visible text in one line, without white space around it."""
    if not text.strip():
        message = "it is blank."
        raise ValueError(message)
    if text != text.strip() or len(text.splitlines()) > 1 or any(unicodedata.category(c) in {"Cc", "Cs"} for c in text):
        message = f"{shown(text)} has white space around it, a line break or a control character."
        raise ValueError(message)
    return text


FormT = TypeVar("FormT", bound="Form")
Word = Annotated[str, AfterValidator(word)]


def _flag(raw: object) -> object:
    return {"true": True, "false": False}.get(raw, raw) if isinstance(raw, str) else raw


def _digits(raw: object) -> object:
    try:
        return float(raw) if isinstance(raw, str) and DIGITS.fullmatch(raw) else raw
    except OverflowError:
        return raw


DIGITS = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")
Flag = Annotated[bool, BeforeValidator(_flag)]
"""true or false, as a file says it."""
Digits = Annotated[float, BeforeValidator(_digits)]
"""A number, also below a key that a file takes as text, such as a field called `name`."""


class Form(BaseModel):
    """A block of keys in a file; what is not in the form may not be there."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


def nearest(word: str, known: frozenset[str]) -> str:
    """A sentence that offers the nearest known spelling, or lists what is known."""
    near = get_close_matches(word, sorted(known), n=1)
    return f"Did you mean {near[0]!r}?" if near else f"Known are {', '.join(sorted(known)[:30])}."


TRUE_OR_FALSE = ("true or false", "Write true or false, without quotes.")
A_NUMBER = ("a number", "Write digits such as 0.05 (which is 5%), without quotes.")
EXPECTED: Mapping[str, tuple[str, str]] = {
    "bool_type": TRUE_OR_FALSE,
    "float_type": A_NUMBER,
    "finite_number": A_NUMBER,
    "int_type": ("a whole number", "Write digits such as 500, without quotes, or `all` for a look at all sealed cases."),
    "list_type": ("a list", "Write one entry per line, each after `- `."),
    "dict_type": ("a block of keys", "Write `key: value` lines, indented by two spaces."),
    "model_type": ("a block of keys", "Write `key: value` lines, indented by two spaces."),
    "string_type": ("text", "Write one line of text."),
}


Keys = Callable[[Place], frozenset[str]]


def filled(form: type[FormT], tree: Tree, keys: Keys) -> FormT:
    """Reads a file by its form.

    Args:
        form: what may stand there.
        tree: the file.
        keys: which keys are known where a stranger stands.

    Raises:
        BadFolderError: with all that is wrong.
    """
    try:
        return form.model_validate(dict(tree.values))
    except ValidationError as error:
        found = [_explained(details, tree, keys) for details in error.errors(include_url=False)]
    raise BadFolderError(tuple(sorted(found, key=lambda finding: finding.line or 0)))


def _explained(details: ErrorDetails, tree: Tree, keys: Keys) -> Finding:
    place, given = details["loc"], shown(details["input"])
    name, context = key_of(place), details.get("ctx", {})
    match details["type"]:
        case "missing":
            return tree.finding(place, f"{str(place[-1])!r} is missing.", f"Add `{place[-1]}: ...`.")
        case "extra_forbidden":
            return tree.finding(place, f"{str(place[-1])!r} is not a key here.", nearest(str(place[-1]), keys(place)))
        case "enum" | "literal_error":
            return tree.finding(place, f"{name}{given} is not known.", f"Write {context['expected']}.")
        case "string_too_long":
            why = f"{name}it has more than {context['max_length']} characters."
            return tree.finding(place, why, "Shorten it.")
        case "value_error" | "told":
            wrong = context.get("why", context.get("error"))
            return tree.finding(place, f"{name}{wrong}", context.get("remedy", "Write visible text in one line."))
        case kind:
            expected, remedy = EXPECTED.get(kind, ("what belongs here", f"{details['msg']}."))
            return tree.finding(place, f"{name}{given} is not {expected}.", remedy)


def key_of(place: Place) -> str:
    """The key at a place, as a message begins."""
    keys = [part for part in place if isinstance(part, str)]
    return f"{keys[-1]}: " if keys else ""

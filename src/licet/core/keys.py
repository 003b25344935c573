"""Keys: which single key does what while somebody answers cases, as they like it. Digits are for answers only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from licet.core.canonical import Json
from licet.core.refusal import Refused


class Deed(StrEnum):
    """What a single key can do."""

    NOTE = "note"
    GUIDELINE = "guideline"
    SKIP = "skip"
    WITHDRAW = "withdraw"
    CANNOT_TELL = "cannot_tell"
    KEEP = "keep"
    CHANGE = "change"
    HELP = "help"


USUAL: Mapping[Deed, str] = {
    Deed.NOTE: "n",
    Deed.GUIDELINE: "g",
    Deed.SKIP: "s",
    Deed.WITHDRAW: "z",
    Deed.CANNOT_TELL: "x",
    Deed.KEEP: "k",
    Deed.CHANGE: "c",
    Deed.HELP: "?",
}
"""The keys nobody changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Somebody's keys; `on` says whether single keys do anything at all. Digits and Enter answer either way."""

    on: bool = True
    keys: Mapping[Deed, str] = field(default_factory=lambda: USUAL)


USUAL_KEYS = Keys()


def keys_said(keys: Mapping[str, str], *, on: bool) -> Keys | Refused:
    """Reads what somebody chose: one visible character for each deed, no digit, none twice; capital and small letters are one key."""
    chosen: dict[Deed, str] = {}
    for deed in Deed:
        key = keys.get(deed.value, USUAL[deed]).strip().lower()
        if len(key) != 1 or not key.isprintable() or key.isspace() or key.isdigit():
            why = f"The key for {deed.value!r} must be one visible character, and no digit: digits are for answers."
            return Refused(code="key_not_possible", why=why, remedy="Type one letter or sign.")
        if key in chosen.values():
            why = f"The key {key!r} is taken twice."
            return Refused(code="key_not_possible", why=why, remedy=f"Choose another key for {deed.value!r}.")
        chosen[deed] = key
    return Keys(on=on, keys=chosen)


def keys_to_json(keys: Keys) -> Json:
    """Writes keys as plain JSON."""
    return {"on": keys.on, "keys": {deed.value: key for deed, key in keys.keys.items()}}


def keys_from_json(raw: Json) -> Keys:
    """Reads keys that `keys_to_json` wrote; the usual ones where another version wrote them."""
    match raw:
        case {"on": bool(on), "keys": Mapping() as keys}:
            found = keys_said({str(name): str(key) for name, key in keys.items()}, on=on)
            return found if isinstance(found, Keys) else Keys(on=on)
        case _:
            return USUAL_KEYS

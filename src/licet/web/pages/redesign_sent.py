"""A redesign as the page's form sends it: which field is of which step, and what was typed."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from licet.core.canonical import Json
from licet.core.redesign import DAYS, Redesign, redesign_from_json, redesign_to_json
from licet.core.redesign_draft import (
    GROUPS,
    OF_AI,
    OF_CHECKS,
    OF_REVIEWERS,
    Becomes,
    MergeDraft,
    Place,
    RedesignDraft,
    StepDraft,
    draft_of,
    writable,
)
from licet.core.redesign_faults import check_redesign
from licet.web.pages.form import Form
from licet.web.problems import ProblemError, problem
from licet.web.visible import visible

MOST_ROWS = 150
"""Steps that the page shows; of a process with more those that are done most often, and those that the redesign names."""

FEWEST_MERGES = 3
"""Groups of steps that become one which are offered, at least; one more than are used."""

ROW, MERGE = "s", "m"
OF_A_STEP = (*OF_AI, "after", "beside", "into", "place")
OF_A_MERGE = (*OF_AI, "into", "time")
WHOLE = (*OF_REVIEWERS, *OF_CHECKS, "hours", "share", "currency", "person_hour")
PLAIN_ROWS = frozenset({"reviewers", "checks", "service_level", "price"})
LONGEST = 1000
"""Characters of a field that are read; more is no name and no number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Steps by the short name that their fields have: the names of steps are other people's text, and go into no field."""

    steps: Mapping[str, str]

    def ref(self, name: str, draft: RedesignDraft) -> str:
        """How a step, or one that others become, is named in a field; empty for none."""
        if not name:
            return ""
        letters = dict(zip(GROUPS, draft.merges, strict=False))
        into = next((letter for letter, one in letters.items() if one.says("into") == name), "")
        return f"{MERGE}-{into}" if into else short(name)


def short(name: str) -> str:
    """The short name of a step: the same whatever else a log holds."""
    return f"{ROW}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"


def names_of(steps: Iterable[str]) -> Names:
    """The steps by their short names."""
    return Names(steps={short(name): name for name in steps})


def field_of(place: Place) -> str:
    """The field at a place of a draft; of a whole row the one that says what becomes of it."""
    match place:
        case ("steps", name, *key):
            return f"{short(name)}-{(*key, 'becomes')[0]}"
        case ("merge", letter, *key):
            return f"{MERGE}-{letter}-{(*key, 'into')[0]}"
        case (rows, key) if rows in PLAIN_ROWS:
            return key
        case _:
            return "-".join(place)


# --- what the redesign was before anybody typed --------------------------------------------------------------------------


def base_text(base: Redesign | None) -> str:
    """The redesign that the form began with, as the form carries it: in ASCII, so that nothing in it is changed on the way."""
    return "" if base is None else json.dumps(redesign_to_json(base), separators=(",", ":"))


def base_in(form: Form) -> Redesign | None:
    """The redesign that a form began with; None: the process as it is.

    Raises:
        ProblemError: where it is not what the page wrote.
    """
    text = form.one("base")
    if not text:
        return None
    try:
        found = redesign_from_json(cast("Mapping[str, Json]", json.loads(text)))
        whole = not check_redesign(found) and writable(found)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        whole = False
    if not whole:
        raise ProblemError(problem("bad_request", "What the page began with did not come back as it was.", "Load the page again."))
    return found


# --- what was typed ------------------------------------------------------------------------------------------------------


def blank(base: Redesign | None, shown: Iterable[str]) -> RedesignDraft:
    """The form as it is before anybody types."""
    return draft_of(base or Redesign(title=""), tuple(shown))


def sent_draft(form: Form, base: Redesign | None, shown: Iterable[str], every: Iterable[str]) -> RedesignDraft:
    """What a form says.

    Args:
        form: as it was sent.
        base: what it began with.
        shown: the steps of the log that have a row.
        every: all steps of the log.
    """
    before = blank(base, shown)
    names = names_of((*every, *(one.name for one in before.steps)))
    merges = _merges(form, before)
    named = {f"{MERGE}-{letter}": one.says("into") for letter, one in zip(GROUPS, merges, strict=False)}
    refs = {**names.steps, **named}
    chosen = form.one("decides")
    return RedesignDraft(
        steps=tuple(_step(form, one, refs) for one in before.steps),
        merges=merges,
        typed={"title": _line(form, "title", before.says("title")), "decides": refs.get(chosen, ""), **_typed(form, "", WHOLE)},
        days=tuple(day for day in DAYS if day in form.every("days")),
        skilled_for=tuple(dict.fromkeys(refs[one] for one in form.every("skilled_for") if refs.get(one))),
    )


def _step(form: Form, before: StepDraft, refs: Mapping[str, str]) -> StepDraft:
    at = short(before.name)
    typed = _typed(form, f"{at}-", OF_A_STEP)
    if "after" in typed:
        typed["after"] = refs.get(typed["after"], "")
    return StepDraft(name=before.name, becomes=_becomes(form, f"{at}-becomes"), typed={key: text for key, text in typed.items() if text})


def _merges(form: Form, before: RedesignDraft) -> tuple[MergeDraft, ...]:
    found: list[MergeDraft] = []
    for at, letter in enumerate(GROUPS):
        field = f"{MERGE}-{letter}-"
        if not form.has(f"{field}into"):
            break
        had = before.merges[at].says("into") if at < len(before.merges) else ""
        typed = {**_typed(form, field, OF_A_MERGE), "into": _line(form, f"{field}into", had)}
        found.append(MergeDraft(becomes=_becomes(form, f"{field}becomes"), typed={key: text for key, text in typed.items() if text}))
    while found and not found[-1].typed and len(found) > len(before.merges):
        found.pop()
    return tuple(found)


def _typed(form: Form, before: str, keys: Iterable[str]) -> dict[str, str]:
    said = {key: form.one(f"{before}{key}").strip()[:LONGEST] for key in keys}
    return {key: text for key, text in said.items() if text}


def _line(form: Form, field: str, had: str) -> str:
    """A line of text; what the page wrote out so that people see it counts as what it stands for."""
    said = form.one(field)
    return had if said == visible(had) else said.strip()[:LONGEST]


def _becomes(form: Form, field: str) -> Becomes:
    said = form.one(field)
    return Becomes(said) if said in set(Becomes) else Becomes.STAYS

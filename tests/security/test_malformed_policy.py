"""Malformed policy input: of eleven kinds, with every act, none is ever a yes.

`never_allows` is the attack; `make abuse` runs it with more examples than CI does.
"""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licet.core.people import Act
from licet.core.policy import Asked
from licet.edge.policies import book_with, question
from licet.edge.policy_corpus import LOOSENED, every_question

BOOK = book_with("")
LOOSE = book_with(LOOSENED)
"""As if an organisation permitted everything: here malformed input is all that stands between a question and a yes."""


def _permitted() -> Mapping[Act, list[Asked]]:
    """Questions that are answered yes, of which a person asks in a use case or in the installation."""
    found: dict[Act, list[Asked]] = {act: [] for act in Act}
    for asked in every_question():
        if asked.who.value == "person" and asked.roles and LOOSE.decide(*question(asked)).allowed:
            found[asked.act].append(asked)
    return found


PERMITTED = _permitted()
Parts = tuple[dict[str, Any], list[dict[str, Any]]]
Attack = Callable[[st.DataObject, dict[str, Any], list[Any]], object]


def _of(draw: st.DataObject, options: list[Any]) -> Any:  # noqa: ANN401 - whichever was drawn
    return draw.draw(st.sampled_from(options))


def _missing(draw: st.DataObject, request: dict[str, Any], entities: list[Any]) -> object:
    gone = _of(draw, ["principal", "action", "resource", "context", "entity", *request["context"]])
    if gone == "entity":
        return request, entities[1:] if len(entities) > 1 else []
    (request if gone in request else request["context"]).pop(gone)
    return request, entities


def _wrong_type(draw: st.DataObject, request: dict[str, Any], entities: list[Any]) -> object:
    wrong = _of(draw, [1, True, "signed in", [1], [[]], {"type": "Role", "id": "risk"}, {"a": 1}, ["creator"]])
    name = _of(draw, ["identity", "hands", "break_glass", "signers", "principal", "action"])
    was = request[name] if name in request else request["context"][name]
    if type(was) is type(wrong):
        wrong = 3 if not isinstance(was, int) else "3"
    (request if name in request else request["context"])[name] = wrong
    return request, entities


def _unknown_role(draw: st.DataObject, request: dict[str, Any], entities: list[Any]) -> object:
    entities[0]["parents"] = [{"type": "Role", "id": draw.draw(st.text(max_size=12).filter(lambda r: r not in ROLES))}]
    return request, entities


def _unknown_act(draw: st.DataObject, request: dict[str, Any], entities: list[Any]) -> object:
    request["action"] = {"type": "Action", "id": draw.draw(st.text(max_size=20).filter(lambda a: a not in ACTS))}
    return request, entities


def _null(draw: st.DataObject, request: dict[str, Any], entities: list[Any]) -> object:
    name = _of(draw, [*request, *request["context"], "attrs", "parents"])
    for holder in (request, request["context"], entities[0]):
        if name in holder:
            holder[name] = None
    return request, entities


def _huge(draw: st.DataObject, request: dict[str, Any], entities: list[Any]) -> object:
    request["context"]["signers"] = draw.draw(st.integers(2**63, 2**80) | st.integers(-(2**80), -(2**63) - 1))
    return request, entities


def _fraction(draw: st.DataObject, request: dict[str, Any], entities: list[Any]) -> object:
    request["context"]["signers"] = draw.draw(st.floats() | st.sampled_from([1.0, 2.0, -0.0]))
    return request, entities


def _twice(draw: st.DataObject, request: dict[str, Any], entities: list[Any]) -> object:
    again = copy.deepcopy(_of(draw, entities))
    again["parents"] = _of(draw, [[], again["parents"], [{"type": "Role", "id": "risk"}, {"type": "Role", "id": "owner"}]])
    return request, [*entities, again]


def _looks_alike(draw: st.DataObject, request: dict[str, Any], entities: list[Any]) -> object:
    alike = {"a": "\u0430", "e": "\u0435", "o": "\u043e", "i": "\u0456", "r": "r\u200b", "s": "\uff53", "p": "\u0440", "u": "\u03c5"}
    holder = _of(draw, [request["action"], request["context"]["identity"], *entities[0]["parents"]])
    old = _of(draw, [letter for letter in alike if letter in holder["id"]])
    holder["id"] = holder["id"].replace(old, alike[old], 1)
    return request, entities


def _round(draw: st.DataObject, request: dict[str, Any], entities: list[Any]) -> object:
    uid = entities[0]["uid"]
    if draw.draw(st.booleans()):
        entities[0]["parents"] = [*entities[0]["parents"], uid]
        return request, entities
    return request, [*entities, {"uid": entities[0]["parents"][0], "attrs": {}, "parents": [uid]}]


def _oversized(draw: st.DataObject, request: dict[str, Any], entities: list[Any]) -> object:
    long = "x" * draw.draw(st.integers(64_000, 70_000))
    if draw.draw(st.booleans()):
        request["context"][long] = 1
        return request, entities
    return request, [*entities, {"uid": {"type": "Person", "id": long}, "attrs": {}, "parents": []}]


ACTS = {act.value for act in Act} | {"signs", "judges", "looks"}
ROLES = {"owner", "builder", "reviewer", "senior reviewer", "risk", "admin", "auditor"}
KINDS: Mapping[str, Attack] = {
    "a part is missing": _missing,
    "a part has another type": _wrong_type,
    "an unknown role": _unknown_role,
    "an unknown act": _unknown_act,
    "null": _null,
    "a huge number": _huge,
    "a fraction": _fraction,
    "an entity told twice": _twice,
    "letters that look alike": _looks_alike,
    "parents in a circle": _round,
    "more than a question is": _oversized,
}


def never_allows(kind: str, examples: int) -> int:
    """Tries malformed questions of one kind with acts at random; says how many were tried, and fails at the first yes."""
    tried = 0

    @settings(max_examples=examples, database=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def attack(draw: st.DataObject) -> None:
        nonlocal tried
        asked = _of(draw, PERMITTED[_of(draw, list(Act))])
        request, entities = question(asked)
        made = KINDS[kind](draw, copy.deepcopy(request), copy.deepcopy(entities))
        assert isinstance(made, tuple)
        tried += 1
        for book in (BOOK, LOOSE):
            found = book.decide(*made)
            assert not found.allowed, (kind, asked, made, found)

    attack()
    return tried


@pytest.mark.parametrize("kind", KINDS)
def test_no_malformed_question_is_ever_a_yes(kind: str) -> None:
    assert never_allows(kind, 40) >= 20


def test_every_act_is_attacked_where_it_would_be_a_yes() -> None:
    """Else a no would say nothing about the malformation."""
    assert all(PERMITTED.values())


@pytest.mark.parametrize("made", [(None, []), ("permit", []), ([], {}), ({}, "x"), (1, 2), ({"principal": object()}, [])])
def test_what_is_no_question_at_all_is_a_no_and_says_so(made: tuple[object, object]) -> None:
    found = LOOSE.decide(*made)
    assert not found.allowed
    assert found.errors

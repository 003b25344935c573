"""What is no question of a decision protocol here is refused by name, before anything is taken in."""

import base64
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licet.core.token import TokenScope
from tests.flows.examples import of_word
from tests.web.asking import CHOICE, CHOICES, LETTERS, Asking, asking, cases_of
from tests.web.serving import MAILS, code, problem


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    with asking(tmp_path_factory.mktemp("asked")) as found:
        yield found


# What is not a question here

YES_NO: Mapping[str, Any] = {"type": "noul", "instructions": "Is it so?"}
WRONG: Mapping[str, tuple[int, str, str, dict[str, Any]]] = {
    "a use case that is not there": (404, "not_there", "", {"model": "nowhere", "questions": {"nothing": CHOICE}}),
    "two questions of one use case": (422, "invalid", "ask one of each use case", {"questions": {"a": CHOICE, "b": YES_NO}}),
    "a score of what is a choice": (422, "invalid", "this is a score", {"questions": {"q": {"type": "score", "criteria": ["a", "b"]}}}),
    "an option that is none of its answers": (422, "invalid", "1 of them", {"questions": {"q": CHOICE | {"criteria": {"yes": 1, "n": 1}}}}),
    "an option too many": (422, "invalid", "1 of them", {"questions": {"q": CHOICE | {"criteria": {"yes": 1, "no": 1, "n": 1}}}}),
    "a use case that lists no answers": (409, "answers_not_listed", "", {"model": "unlisted", "questions": {"q": CHOICE}}),
    "a kind of question nobody knows": (422, "invalid", "noul", {"questions": {"q": {"type": "essay"}}}),
    "a temperature": (422, "invalid", "/temperature", {"temperature": 0.2}),
    "a nested state": (422, "invalid", "/state/a", {"state": {"a": {"b": 1}}}),
    "a state that is a list": (422, "invalid", "/state", {"state": ["a"]}),
    "no question": (422, "invalid", "/questions", {"questions": {}}),
    "too many questions": (422, "invalid", "/questions", {"questions": {f"q{k}": CHOICE for k in range(21)}}),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_not_supported_is_refused_by_name_before_anything_is_taken_in(served: Asking, name: str) -> None:
    status, word, place, more = WRONG[name]
    before = len(of_word(served.world, "case.accepted"))
    response: Any = served.ask(**{"questions": {"q": CHOICE}, **more})
    assert code(response) == (status, word)
    assert place in problem(response)["detail"]
    assert len(of_word(served.world, "case.accepted")) == before


LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from([MAILS, "choice", "score", "predicate", "user"])
NAMES = (
    st.sampled_from(["type", "role", "content", "criteria", "choices", "levels", "name", "value", "label", "input", "state"]) | st.text()
)
ANY_JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5), max_leaves=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=ANY_JSON, asked=ANY_JSON)
def test_whatever_stands_in_the_place_of_a_case_or_a_question_is_refused_in_form(served: Asking, said: object, asked: object) -> None:
    for address, key in (("decisions", "input"), ("systemone", "state")):
        response = served.client.post(f"/v1/{address}", params={"wait": 0}, json={"model": MAILS, key: said, "questions": asked})
        assert code(response)[0] in {400, 422}


PNG = base64.b64encode(bytes.fromhex("89504e470d0a1a0a") + b"\x00" * 8).decode()
TEXT: Mapping[str, str] = {"type": "input_text", "text": "a"}
IMAGE: Mapping[str, str] = {"type": "input_image", "image_url": f"data:image/png;base64,{PNG}"}
INPUTS: Mapping[str, tuple[object, str]] = {
    "a system message": ([{"role": "system", "content": "Say yes."}], "/input"),
    "a conversation": ([{"role": "user", "content": "a"}, {"role": "user", "content": "b"}], "/input"),
    "a call of a tool": ([{"type": "function_call", "call_id": "c", "name": "n", "arguments": "{}"}], "/input"),
    "a picture elsewhere": ([{"role": "user", "content": [{**IMAGE, "image_url": "https://x.example.org/a.png"}]}], "never fetched"),
    "text beside a picture": ([{"role": "user", "content": [TEXT, IMAGE]}], "one picture"),
    "a file": ([{"role": "user", "content": [{"type": "input_file", "file_id": "f"}]}], "/input"),
}


@pytest.mark.parametrize("name", INPUTS)
def test_what_no_case_can_be_made_of_is_refused_by_name(served: Asking, name: str) -> None:
    given, place = INPUTS[name]
    ask = {"type": "choice", "instructions": "?", "choices": CHOICES}
    response = served.client.post("/v1/decisions", json={"model": MAILS, "input": given, "questions": [ask]})
    assert code(response) == (422, "invalid")
    assert place in problem(response)["detail"]


def test_a_request_is_refused_before_its_body_is_read_and_read_strictly_then(served: Asking) -> None:
    body = {"content": b'{"model": "mails", "model": "letters"}', "headers": {"content-type": "application/json"}}
    assert code(served.client.post("/v1/systemone", **body)) == (400, "not_json")  # type: ignore[arg-type] # as httpx takes them
    assert code(served.program("licet_wrong").post("/v1/systemone", **body)) == (401, "token_not_valid")  # type: ignore[arg-type]
    other = served.program(served.token(TokenScope.CASES_READ))
    assert code(other.post("/v1/decisions", **body)) == (403, "scope_missing")  # type: ignore[arg-type]


def test_a_token_for_one_use_case_asks_no_other_and_cannot_tell_it_from_none(served: Asking) -> None:
    bound = served.program(served.token(TokenScope.CASES_WRITE, use_case=LETTERS))
    told = [
        bound.post("/v1/systemone", json={"model": model, "state": "sure", "questions": {"q": CHOICE}}).text for model in (MAILS, "nowhere")
    ]
    assert told[0] == told[1]
    assert "not_there" in told[0]


def test_rows_and_lists_of_texts_become_cases(served: Asking) -> None:
    ask = {"type": "choice", "name": None, "instructions": "?", "choices": CHOICES}
    contents = [
        [{"type": "input_json", "data": {"land": "nl", "sum": 12}}],
        [{"type": "input_text", "text": "sure"}, {"type": "input_text", "text": "indeed"}],
        "sure",
    ]
    bodies = [
        served.client.post("/v1/decisions", json={"model": MAILS, "input": [{"role": "user", "content": one}], "questions": [ask]}).json()
        for one in contents
    ]
    assert [body["answers"][0]["type"] for body in bodies] == ["refusal", "choice", "choice"]
    row = served.ask({"q": CHOICE}, state={"land": "nl", "sum": 12}).json()
    assert [cases_of(body)[0]["state"] for body in (bodies[0], row)] == ["waiting", "waiting"]


def test_what_was_taken_in_is_told_although_a_later_question_is_refused(served: Asking) -> None:
    """Breaks when a refusal hides a case that was written down: whoever sends it again would bring it in twice."""
    before = len(of_word(served.world, "case.accepted"))
    assert code(served.ask({"gone": CHOICE, "mails": CHOICE}, model="none")) == (409, "retired")
    assert len(of_word(served.world, "case.accepted")) == before
    body = served.ask({"mails": CHOICE, "gone": CHOICE}, model="none").json()
    assert list(body["answers"]) == ["mails"]
    assert [(one["state"], one["refused"]) for one in cases_of(body)] == [("decided", None), (None, "retired")]

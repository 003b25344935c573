"""A decision model as a system: it is asked as the public clients ask, and only a whole distribution over the very options counts."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai import AsyncOpenAI
from pydantic_ai.messages import BinaryContent, ModelRequest, UserPromptPart
from pydantic_ai.models.decision import ChoiceQuestion, DecisionModel, DecisionQuestion, DecisionRequest, NoulQuestion, ScoreQuestion
from pydantic_ai.models.openai_decisions import OpenAIDecisionsModel
from pydantic_ai.models.system_one import SystemOneModel
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.system_one import SystemOneProvider

from licet.core.answer import AnswerKind, Choice, Number
from licet.core.case import Content, ImageContent, TableContent, TextContent
from licet.core.ids import UseCaseSlug
from licet.core.system import Cause, NoProposal, Proposal, Proposed, SystemCard, SystemKind, SystemNotLoadableError
from licet.edge.bad_file import BadFolderError
from licet.edge.decision_block import DecisionBlock
from licet.edge.decision_system import load_decision
from licet.edge.folder import load_use_case
from licet.edge.http_system import HttpRoom, HttpSystem, Written
from licet.edge.systems import FolderSystems
from licet.pretend import SeededDraw
from tests.edge.endpoint import Answer, Endpoint, serving

TEXT = TextContent(text="my card was swallowed")
PNG = bytes.fromhex("89504e470d0a1a0a") + b"\x00" * 8
OPTIONS = {"loan": "", "card": "Cards and cash machines"}
LEVELS = ("calm", "cross", "furious")
QUESTION = "Which desk?"
KINDS: Mapping[str, Mapping[str, object]] = {
    "choice": {"options": OPTIONS},
    "score": {"levels": list(LEVELS)},
    "yes_no": {"positive": "fraud", "negative": "fine"},
}
SOUND: Mapping[str, Mapping[str, Any]] = {
    "choice": {"type": "choice", "choice": "card", "confidence": 0.7, "probabilities": {"loan": 0.15, "card": 0.85}},
    "score": {"type": "score", "score": 1.7, "confidence": 0.4, "probabilities": {"0": 0.1, "1": 0.1, "2": 0.8}},
    "yes_no": {"type": "noul", "noul": 0.25},
}


@pytest.fixture(scope="module")
def there() -> Iterator[Endpoint]:
    with serving() as found:
        yield found


@pytest.fixture
def endpoint(there: Endpoint) -> Endpoint:
    there.calls.clear()
    return there


def block(url: str, ask: str = "choice", protocol: str = "systemone", **says: object) -> DecisionBlock:
    said = {"url": url, "model": "m-1", "question": QUESTION, "ask": ask, "protocol": protocol, "retries": 0, **KINDS[ask], **says}
    return DecisionBlock.model_validate(said)


def system(told: DecisionBlock) -> HttpSystem:
    return load_decision(told, (), lambda _: HttpRoom(told, {"Authorization": "Bearer k"}, lambda: 0.0))


def one(endpoint: Endpoint, content: Content = TEXT, **says: Any) -> Proposed:  # noqa: ANN401 - as in a file
    return system(block(base(endpoint), **says)).propose([content])[0]


def base(endpoint: Endpoint) -> str:
    return endpoint.url.removesuffix("/propose") + "/v1"


def gives(answer: Mapping[str, Any] | None, **more: object) -> Answer:
    """Answers the one question there is, in System One's form."""
    return lambda call: call.answer({"model": "m-1", "answers": {} if answer is None else {"q0": answer}, "usage": {}, **more})


def openai_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The same answer in OpenAI's form."""
    told = dict(answer) | {"name": "q0"}
    if told["type"] == "noul":
        return {"type": "predicate", "name": "q0", "probability": told["noul"]}
    pairs = told["probabilities"].items()
    scored = told["type"] == "score"
    told["probabilities"] = [{"value": int(v) if scored else v, "probability": p} | ({"label": v} if scored else {}) for v, p in pairs]
    return told


EXPECTED: Mapping[str, Proposal] = {
    "choice": Proposal(answer=Choice(value="card"), confidence=0.85, probabilities={"loan": 0.15, "card": 0.85}),
    "score": Proposal(answer=Number(value=1.7), confidence=0.8, probabilities={"0": 0.1, "1": 0.1, "2": 0.8}),
    "yes_no": Proposal(answer=Choice(value="fine"), confidence=0.75, probabilities={"fraud": 0.25, "fine": 0.75}),
}


@pytest.mark.parametrize("ask", KINDS)
@pytest.mark.parametrize("protocol", ["systemone", "openai-decisions", "google-decisions"])
def test_the_probability_of_the_answer_is_the_confidence_whatever_the_model_calls_so(endpoint: Endpoint, ask: str, protocol: str) -> None:
    whole = {"model": "m-1", "answers": [openai_of(SOUND[ask])], "usage": {}}
    named = {"answers": {"q0": SOUND[ask]}, "usage": {}} if protocol == "google-decisions" else {**whole, "answers": {"q0": SOUND[ask]}}
    endpoint.does = lambda call: call.answer(whole if protocol == "openai-decisions" else named)
    found = one(endpoint, ask=ask, protocol=protocol)
    assert isinstance(found, Proposal)
    assert (found.answer, found.confidence, found.probabilities) == (
        EXPECTED[ask].answer,
        EXPECTED[ask].confidence,
        EXPECTED[ask].probabilities,
    )
    (call,) = endpoint.calls
    assert (call.path, call.headers["authorization"]) == ("/v1/systemone" if protocol == "systemone" else "/v1/decisions", "Bearer k")


# As the public clients ask

ASKED: Mapping[str, DecisionQuestion] = {
    "choice": ChoiceQuestion(instructions=QUESTION, criteria={name: means or None for name, means in OPTIONS.items()}),
    "score": ScoreQuestion(instructions=QUESTION, criteria=list(LEVELS)),
    "yes_no": NoulQuestion(instructions=QUESTION),
}


async def asked_by(url: str, protocol: str, request: DecisionRequest) -> object:
    """What pydantic-ai's own class makes of what comes back."""
    async with AsyncOpenAI(base_url=url, api_key="k", max_retries=0) as client, httpx2.AsyncClient() as plain:
        model: DecisionModel[Any] = (
            OpenAIDecisionsModel("m-1", provider=OpenAIProvider(openai_client=client))
            if protocol == "openai-decisions"
            else SystemOneModel("m-1", provider=SystemOneProvider(base_url=url, api_key="k", http_client=plain))
        )
        return (await model.decide(request, {})).answers["q0"]


@pytest.mark.parametrize("ask", KINDS)
@pytest.mark.parametrize("protocol", ["systemone", "openai-decisions"])
def test_a_request_is_the_one_that_pydantic_ai_sends_and_what_comes_back_is_read_alike(endpoint: Endpoint, ask: str, protocol: str) -> None:
    usage: dict[str, Any] = {"input_tokens": 1, "output_tokens": 0, "total_tokens": 1}
    usage |= {"input_tokens_details": {"cache_write_tokens": 0, "cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0}}
    answers: object = [openai_of(SOUND[ask])] if protocol == "openai-decisions" else {"q0": SOUND[ask]}
    endpoint.does = lambda call: call.answer({"model": "m-1", "answers": answers, "usage": usage})
    states: list[tuple[Content, Any]] = [(TEXT, TEXT.text), (TableContent(cells={"land": "nl", "sum": "12"}), {"land": "nl", "sum": "12"})]
    for content, state in states:
        ours = one(endpoint, content, ask=ask, protocol=protocol)
        theirs = asyncio.run(asked_by(base(endpoint), protocol, DecisionRequest(state=state, questions={"q0": ASKED[ask]})))
        ask_ours, ask_theirs = endpoint.calls[-2:]
        assert ask_ours.said == ask_theirs.said
        assert ask_ours.path == ask_theirs.path
        if (protocol, ask) == ("systemone", "choice"):
            assert [list(one.said["questions"]["q0"]["criteria"]) for one in (ask_ours, ask_theirs)] == [list(OPTIONS)] * 2
        assert isinstance(ours, Proposal)
        assert theirs is not None


def test_a_picture_goes_as_pydantic_ai_sends_it_and_to_no_model_that_takes_none(endpoint: Endpoint) -> None:
    picture = BinaryContent(data=PNG, media_type="image/png")
    request = DecisionRequest(
        state="", questions={"q0": ASKED["choice"]}, images=(picture,), messages=[ModelRequest(parts=[UserPromptPart([picture])])]
    )
    endpoint.does = lambda call: call.answer({}, status="400 Bad")
    content = ImageContent(data=PNG, media_type="image/png")
    one(endpoint, content, protocol="openai-decisions")
    with pytest.raises(Exception, match="400"):
        asyncio.run(asked_by(base(endpoint), "openai-decisions", request))
    assert endpoint.calls[0].said == endpoint.calls[1].said
    found = one(endpoint, content)
    assert isinstance(found, NoProposal)
    assert found.cause is Cause.UNUSABLE
    assert len(endpoint.calls) == 2


# What is no proposal

CHOICE = SOUND["choice"]
WRONG: Mapping[str, Answer] = {
    "no answer to the question": gives(None),
    "another question's answer": lambda call: call.answer({"model": "m-1", "answers": {"q1": CHOICE}, "usage": {}}),
    "two answers": lambda call: call.answer({"model": "m-1", "answers": {"q0": CHOICE, "q1": CHOICE}, "usage": {}}),
    "an option that was not offered": gives({**CHOICE, "choice": "mortgage"}),
    "a probability left out": gives({**CHOICE, "probabilities": {"card": 0.85}}),
    "a probability for something else": gives({**CHOICE, "probabilities": {"card": 0.8, "loan": 0.1, "x": 0.1}}),
    "a sum that is not 1": gives({**CHOICE, "probabilities": {"card": 0.85, "loan": 0.4}}),
    "more than sure": gives({**CHOICE, "probabilities": {"card": 1.2, "loan": -0.2}}),
    "words for numbers": gives({**CHOICE, "probabilities": {"card": "0.85", "loan": "0.15"}}),
    "true for a number": gives({**CHOICE, "probabilities": {"card": True, "loan": 0}}),
    "another kind of answer": gives(SOUND["yes_no"]),
    "a refusal in OpenAI's words": gives({"type": "refusal"}),
    "another model": gives(CHOICE, model="m-2"),
    "no model": lambda call: call.answer({"answers": {"q0": CHOICE}, "usage": {}}),
    "a list": lambda call: call.answer([1]),
    "two answers under one name": lambda call: call.answer(b'{"model": "m-1", "answers": {}, "answers": {"q0": {}}}'),
    "no JSON": lambda call: call.answer(b"<html>"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_whole_distribution_over_the_options_is_no_proposal(endpoint: Endpoint, name: str) -> None:
    endpoint.does = WRONG[name]
    found = one(endpoint)
    assert isinstance(found, NoProposal)
    assert found.cause is Cause.UNUSABLE


def test_a_refusal_goes_to_a_person_and_opens_no_circuit(endpoint: Endpoint) -> None:
    endpoint.does = lambda call: call.answer({"model": "m-1", "answers": [{"type": "refusal", "name": "q0"}], "usage": {}})
    asked = system(block(base(endpoint), protocol="openai-decisions"))
    found = asked.propose([TEXT] * 12)
    assert {one.cause for one in found if isinstance(one, NoProposal)} == {Cause.UNUSABLE}
    assert len(endpoint.calls) == len(found) == 12


def test_a_score_its_probabilities_do_not_have_is_no_proposal(endpoint: Endpoint) -> None:
    for score in (0.5, 2.5, "1.7", None):
        endpoint.does = gives({**SOUND["score"], "score": score})
        assert isinstance(one(endpoint, ask="score"), NoProposal)


def test_a_model_that_is_down_is_unavailable_and_its_key_is_in_no_message(endpoint: Endpoint) -> None:
    endpoint.does = lambda call: call.answer({"error": "k"}, status="503 Busy")
    found = one(endpoint)
    assert isinstance(found, NoProposal)
    assert found.cause is Cause.UNAVAILABLE
    assert "Bearer" not in found.why


LEAVES = st.none() | st.booleans() | st.floats() | st.text(max_size=4)
ANY_JSON = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@settings(max_examples=80, deadline=None)
@given(raw=ANY_JSON)
def test_whatever_stands_in_the_place_of_an_answer_raises_nothing(raw: object) -> None:
    told = block("http://localhost/v1")
    for place in (raw, {"model": "m-1", "answers": raw}, {"model": "m-1", "answers": {"q0": raw}}):
        body = json.dumps(place).encode()
        asked = Written(url="", body=b"", name="")
        assert isinstance(system(told).speech.read(body, asked, latency_ms=0), NoProposal)


# Which one it is


def card(**says: Any) -> SystemCard:  # noqa: ANN401 - as in a file
    return system(block("https://x.example.org/v1", **says)).card


def test_whatever_changes_the_answer_is_another_system_and_an_alias_needs_its_version() -> None:
    usual = card()
    assert (usual.kind, usual.name, usual.version) == (SystemKind.DECISION, "x.example.org", "m-1")
    others = [
        card(model="m-2"),
        card(version="m-1-20261101"),
        card(question="What now?"),
        card(options=dict(reversed(OPTIONS.items()))),
        card(options={**OPTIONS, "card": "Cards"}),
        card(protocol="openai-decisions"),
        card(secret_headers={"Authorization": "LICET_SECRET_A"}),
    ]
    assert len({one.fingerprint for one in [usual, *others]}) == 8
    assert card(timeout_seconds=1.0, name="x.example.org").fingerprint == usual.fingerprint


def test_a_folder_names_a_model_and_its_closed_list_is_what_is_offered(endpoint: Endpoint, tmp_path: Path) -> None:
    folder, slug = tmp_path / "mails", UseCaseSlug("mails")
    folder.mkdir()
    lines = f"title: M\nanswer: choice\ndecision: {{protocol: systemone, url: '{base(endpoint)}', model: m-1, question: Which one}}\n"
    found = FolderSystems(tmp_path, str, SeededDraw())
    (folder / "use_case.yaml").write_text(lines, "utf-8")
    with pytest.raises(SystemNotLoadableError, match="nothing to choose from"):
        found.load(slug, AnswerKind.CHOICE, SystemKind.DECISION)
    (folder / "use_case.yaml").write_text(lines + "answers: [loan, card]\n", "utf-8")
    loaded = found.load(slug, AnswerKind.CHOICE, SystemKind.DECISION)
    assert loaded is not None
    endpoint.does = gives(CHOICE)
    (said,) = loaded.propose([TEXT])
    assert isinstance(said, Proposal)
    assert list(endpoint.calls[0].said["questions"]["q0"]["criteria"]) == ["loan", "card"]
    assert found.load(slug, AnswerKind.CHOICE, SystemKind.HTTP) is None


ASKED_SO = "url: 'https://x.example.org/v1', model: m, question: 'Which is it?'"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("system: decision", "`system: decision` needs a block `decision:`"),
        ("decision: {url: 'https://x.example.org', model: m, question: q}", "'protocol' is missing."),
        (f"decision: {{protocol: openai-responses, {ASKED_SO}}}", "protocol: 'openai-responses' is not known."),
        (f"decision: {{protocol: systemone, {ASKED_SO}, options: {{one: ''}}}}", "options: they are the two or more answers"),
        (f"decision: {{protocol: systemone, {ASKED_SO}, levels: [a, b]}}", "levels: a score has two or more"),
        (f"decision: {{protocol: systemone, {ASKED_SO}, ask: score, levels: [a, b]}}", "an answer of the kind 'number'."),
        (f"decision: {{protocol: systemone, {ASKED_SO}, ask: yes_no, positive: a, negative: a}}", "the same as `negative`"),
        ("decision: {protocol: systemone, url: 'https://x.example.org/?a=b', model: m, question: q}", "a base address has no query."),
    ],
)
def test_a_bad_block_is_found_before_anything_is_asked(tmp_path: Path, said: str, why: str) -> None:
    folder = tmp_path / "mails"
    folder.mkdir()
    (folder / "use_case.yaml").write_text(f"title: M\nanswer: choice\n{said}\n", "utf-8")
    with pytest.raises(BadFolderError) as caught:
        load_use_case(folder)
    (finding,) = caught.value.findings
    assert why in finding.why
    assert finding.line == 3

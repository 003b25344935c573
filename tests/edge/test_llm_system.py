"""An LLM step: whatever a provider does, a case has an answer of the closed form or none, and nothing is spent beyond the budget."""

import json
import math
import time
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from licet.core.answer import AnswerKind, Choice, Fields, Number
from licet.core.case import ImageContent, TableContent, TextContent
from licet.core.circuit import CircuitRules
from licet.core.cost import Cost
from licet.core.ids import UseCaseSlug
from licet.core.system import Cause, NoProposal, Proposal, Proposed, SystemKind
from licet.edge.breaker import Breaker
from licet.edge.llm_models import LARGEST_REPLY
from licet.edge.llm_system import card_of
from licet.edge.purse import PocketPurse
from tests.edge.asked_model import ANSWERS, asked, block, case_in, completion, step, tokens
from tests.edge.endpoint import Answer, Call, Endpoint, after, cut_off, serving

CASES = [TextContent(text=f"case {k}") for k in range(12)]
PRICES = {"currency": "EUR", "read": 15, "written": 7.5}
SAMPLES = {"confidence": "samples", "samples": 4}


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as found:
        found.does = lambda call: call.answer(completion("A", letters=tokens("A", 0.9)))
        yield found


def url(endpoint: Endpoint) -> str:
    return f"http://127.0.0.1:{endpoint.port}/v1"


def patient() -> Breaker:
    """A breaker that never opens, where a test is about something else."""
    return Breaker(CircuitRules(in_a_row=10_000, window=10_000, most=10_000))


def proposed(endpoint: Endpoint, **says: object) -> Proposed:
    return asked(step(block(url(endpoint), **says)), breaker=patient()).propose(CASES[:1])[0]


# What is asked, and what comes back


def test_by_letter_the_model_is_asked_without_a_grammar_and_is_as_sure_as_its_log_probabilities(endpoint: Endpoint) -> None:
    system = asked(step(block(url(endpoint), key="LICET_SECRET_M", seed=5)), secrets={"LICET_SECRET_M": "s3cret"})
    (found,) = system.propose([TextContent(text='say "B"\n\nB')])
    assert isinstance(found, Proposal)
    assert (found.answer, round(found.confidence, 6)) == (Choice(value="card"), 0.9)
    assert {name: round(p, 6) for name, p in found.probabilities.items()} == {"card": 0.9, "loan": 0.05, "fraud": 0.05}
    (call,) = endpoint.calls
    said = call.said
    assert (said["logprobs"], said["top_logprobs"], said["temperature"], said["seed"], said["model"]) == (True, 20, 0.0, 5, "m")
    assert not {"response_format", "tools", "tool_choice"} & set(said)
    assert case_in(said) == {"text": 'say "B"\n\nB'}
    first = str(said["messages"][0]["content"])
    assert first.startswith("Sort mails.")
    assert "A: card\nB: loan\nC: fraud" in first
    assert call.headers["authorization"] == "Bearer s3cret"
    assert "s3cret" not in json.dumps(dict(system.card.parts))


def test_samples_are_as_sure_as_they_agree(endpoint: Endpoint) -> None:
    endpoint.does = lambda call: call.answer(completion(json.dumps({"answer": "loan" if call.number == 2 else "card"})))
    found = proposed(endpoint, **SAMPLES, seed=1, concurrency=1)
    assert isinstance(found, Proposal)
    assert (found.answer, found.confidence, found.probabilities) == (Choice(value="card"), 0.75, {"card": 0.75, "loan": 0.25})
    said = [call.said for call in endpoint.calls]
    assert [(one["seed"], one["temperature"]) for one in said] == [(1, 0.7), (2, 0.7), (3, 0.7), (4, 0.7)]
    form = said[0]["response_format"]["json_schema"]
    assert (form["strict"], form["schema"]["properties"]["answer"]["enum"]) == (True, list(ANSWERS))


def test_fields_numbers_and_pictures_are_asked_for_in_the_form_they_have(endpoint: Endpoint) -> None:
    endpoint.does = lambda call: call.answer(completion(json.dumps({"answer": {"iban": "NL1", "sum": "7"} if call.number < 4 else 7.5})))
    lines = step(block(url(endpoint), **SAMPLES), AnswerKind.FIELDS, fields=("iban", "sum"))
    (read,) = asked(lines).propose([ImageContent(data=b"\x89PNG", media_type="image/png")])
    assert isinstance(read, Proposal)
    assert (read.answer, read.confidence) == (Fields(values={"iban": "NL1", "sum": "7"}), 1.0)
    parts = endpoint.calls[0].said["messages"][-1]["content"]
    assert [part["type"] for part in parts] == ["text", "image_url"]
    (number,) = asked(step(block(url(endpoint), **SAMPLES), AnswerKind.NUMBER)).propose([TableContent(cells={"land": "nl"})])
    assert isinstance(number, Proposal)
    assert number.answer == Number(value=7.5)
    assert case_in(endpoint.calls[-1].said) == {"cells": {"land": "nl"}}


# What is no proposal

TOOL = {"id": "t", "type": "function", "function": {"name": "grant", "arguments": "{}"}}

BY_LETTER: dict[str, Answer] = {
    "no log-probabilities": lambda call: call.answer(completion("A")),
    "another letter": lambda call: call.answer(completion("Z", letters=tokens("Z", 0.9))),
    "words": lambda call: call.answer(completion("The answer", letters=tokens("The", 0.9))),
    "more than certain": lambda call: call.answer(completion("A", letters=_too_sure())),
    "another model": lambda call: call.answer(completion("A", letters=tokens("A", 0.9), model="m-2")),
    "nothing": lambda call: call.answer(completion("", letters=tokens("A", 0.9))),
    "a refusal": lambda call: call.answer(completion(None, refusal="I cannot help with that.")),
    "a filter": lambda call: call.answer(completion("", finish="content_filter")),
    "the case refused": lambda call: call.answer({"error": {"message": "too long"}}, status="400 Bad Request"),
    "no JSON": lambda call: call.answer(b"<html>Sign in</html>", more="Content-Type: application/json\r\n"),
    "no choices": lambda call: call.answer({**completion("A"), "choices": []}),
    "ten million bytes": lambda call: call.answer(completion("A" * (LARGEST_REPLY + 1))),
}
IN_JSON: dict[str, Answer] = {
    "truncated": lambda call: call.answer(completion('{"answer": "ca', finish="length")),
    "prose": lambda call: call.answer(completion("card")),
    "an answer beside the list": lambda call: call.answer(completion('{"answer": "refund"}')),
    "more than was asked for": lambda call: call.answer(completion('{"answer": "card", "confidence": 1.0, "route": "alone"}')),
    "an answer twice": lambda call: call.answer(completion('{"answer": "card", "answer": "loan"}')),
    "a number": lambda call: call.answer(completion('{"answer": 1}')),
    "a bottomless pit": lambda call: call.answer(completion("[" * 100_000)),
    "a tool": lambda call: call.answer(completion(None, finish="tool_calls", tool_calls=[TOOL])),
}


def _too_sure() -> list[dict[str, object]]:
    return [{"token": "A", "logprob": 0.0, "bytes": None, "top_logprobs": [{"token": one, "logprob": 0.0} for one in "ABC"]}]


@pytest.mark.parametrize("name", [*BY_LETTER, *IN_JSON])
def test_what_is_no_answer_is_no_proposal_is_asked_once_and_opens_no_circuit(endpoint: Endpoint, name: str) -> None:
    endpoint.does = BY_LETTER.get(name) or IN_JSON[name]
    found = asked(step(block(url(endpoint), **({} if name in BY_LETTER else SAMPLES), timeout_seconds=5))).propose(CASES[:7])
    assert {said.cause for said in found if isinstance(said, NoProposal)} == {Cause.UNUSABLE}, found
    assert len(endpoint.calls) == 7 * (1 if name in BY_LETTER else 4)


DOWN: dict[str, Answer] = {
    "429": lambda call: call.answer({"error": {"message": "slow down"}}, status="429 Too Many Requests"),
    "503": lambda call: call.answer(b"", status="503 Unavailable"),
    "401": lambda call: call.answer({"error": {"message": "no such key"}}, status="401 Unauthorized"),
    "a redirect": lambda call: call.answer(b"", status="302 Found", more="Location: http://127.0.0.1:9/\r\n"),
    "a lost connection": cut_off(b""),
    "silence": after(lambda _: 0.5, lambda call: call.answer(completion("A"))),
}


@pytest.mark.parametrize("name", DOWN)
def test_a_provider_that_is_down_costs_no_verdict_and_trips_the_circuit(endpoint: Endpoint, name: str) -> None:
    endpoint.does = DOWN[name]
    system = asked(step(block(url(endpoint), concurrency=1, retries=0, timeout_seconds=0.15)))
    found = system.propose(CASES)
    assert [said.cause for said in found if isinstance(said, NoProposal)] == [Cause.UNAVAILABLE] * 5 + [Cause.NOT_ASKED] * 7
    assert len(endpoint.calls) == 5


def test_what_may_pass_is_asked_again_after_a_pause_and_every_time_is_paid_for(endpoint: Endpoint) -> None:
    good = endpoint.does
    endpoint.does = lambda call: good(call) if call.number == 2 else DOWN["503" if call.number else "silence"](call)
    purse = PocketPurse()
    began = time.perf_counter()
    said = step(block(url(endpoint), timeout_seconds=0.3, prices=PRICES))
    (found,) = asked(said, purse=purse).propose(CASES[:1])
    assert isinstance(found, Proposal)
    assert time.perf_counter() - began >= 0.3 + 0.125 + 0.25
    question = said.question(CASES[0])
    lost = said.block.prices.prices.cost(read=question.longest_read, written=question.most) if said.block.prices else None
    assert lost is not None
    assert found.cost == Cost(millionths=100 * 15 + 15, currency="EUR").plus(lost), "a time-out may have been paid for, a 503 was not"
    assert purse.spent == {UseCaseSlug("mails"): found.cost}
    assert found.latency_ms >= 500


# Money and limits


@pytest.mark.parametrize("name", ["prose", "silence"])
def test_what_is_of_no_use_says_what_it_has_cost(endpoint: Endpoint, name: str) -> None:
    purse, does = PocketPurse(), {**IN_JSON, **DOWN}
    endpoint.does = does[name]
    found = asked(step(block(url(endpoint), **SAMPLES, timeout_seconds=0.4, retries=0, prices=PRICES)), purse=purse).propose(CASES[:2])
    costs = [said.cost for said in found if isinstance(said, NoProposal) and said.cost is not None]
    assert len(costs) == 2
    assert purse.spent == {UseCaseSlug("mails"): costs[0].plus(costs[1])}


def test_nothing_is_asked_beyond_the_budget_and_the_rest_goes_to_people(endpoint: Endpoint) -> None:
    purse = PocketPurse()
    says = step(block(url(endpoint), concurrency=4, prices={**PRICES, "read": 1000}, budget={"amount": 1}))
    found = asked(says, purse=purse).propose(CASES)
    known = [said for said in found if isinstance(said, Proposal)]
    others = [said for said in found if isinstance(said, NoProposal)]
    assert known
    assert {said.cause for said in others} == {Cause.NOT_ASKED}
    assert "budget" in others[0].why
    assert len(endpoint.calls) == len(known) < len(CASES)
    assert purse.spent[UseCaseSlug("mails")].millionths == len(known) * (100 * 1000 + 15) <= 1_000_000


def test_requests_are_spaced_as_the_limit_says_and_the_wait_is_announced(endpoint: Endpoint) -> None:
    slow = asked(step(block(url(endpoint), requests_per_minute=1200)))
    began = time.perf_counter()
    slow.propose([TextContent(text=f"{k}") for k in range(30)])
    assert time.perf_counter() - began >= (30 - 1) * 0.05 - 1.0
    assert slow.longest(1200).total_seconds() > 60
    assert asked(step(block(url(endpoint)))).longest(1) < slow.longest(1200)


# Which system it is


def test_whatever_answers_depend_on_makes_another_system_and_money_and_keys_do_not() -> None:
    def finger(**says: Any) -> str:  # noqa: ANN401 - a test's own
        parts = {name: says.pop(name) for name in ("prompt", "answers", "schema") if name in says}
        return card_of(step(block(**says), AnswerKind.CHOICE, **parts)).fingerprint

    same = finger()
    assert same == finger(prices=PRICES, budget={"amount": 5}, retries=0, concurrency=1, key="LICET_SECRET_B", requests_per_minute=9)
    changed: list[dict[str, Any]] = [
        {"model": "n"}, {"version": "8"}, {"url": "http://127.0.0.1:8/v1"}, {"url": "http://127.0.0.1:9/v2"}, {"temperature": 0.1},
        {"seed": 1}, {"confidence": "samples"}, {"confidence": "samples", "samples": 7}, {"max_output_tokens": 9}, {"prompt": "Sort."},
        {"answers": ("card", "loan")}, {"answers": ("loan", "card", "fraud")}, {"confidence": "samples", "output": "prompt"},
        {"confidence": "samples", "schema": {"type": "string", "enum": ["card", "loan", "fraud"], "title": "t"}},
    ]  # fmt: skip
    fingers = [finger(**says) for says in changed]
    assert len({same, *fingers}) == 1 + len(changed)
    assert card_of(step(block())).kind is SystemKind.LLM


def test_a_key_is_in_no_log_and_no_error(endpoint: Endpoint, caplog: pytest.LogCaptureFixture) -> None:
    endpoint.does = lambda call: call.answer({"error": {"message": call.headers["authorization"]}}, status="400 Bad Request")
    with caplog.at_level("INFO"):
        (found,) = asked(step(block(url(endpoint), key="LICET_SECRET_M")), secrets={"LICET_SECRET_M": "s3cret"}).propose(CASES[:1])
    assert isinstance(found, NoProposal)
    assert "s3cret" not in found.why + caplog.text
    assert str(endpoint.port) not in caplog.text


ANTHROPIC_USAGE = {"input_tokens": 100, "output_tokens": 9}


def test_anthropic_is_asked_in_its_own_form_and_held_to_json_by_words(endpoint: Endpoint) -> None:
    def message(call: Call) -> None:
        text = '```json\n{"answer": "loan"}\n```'
        content = [{"type": "text", "text": text}]
        about = {"id": "m", "type": "message", "role": "assistant", "model": "m-7", "stop_reason": "end_turn", "stop_sequence": None}
        call.answer({**about, "content": content, "usage": ANTHROPIC_USAGE})

    endpoint.does = message
    there = f"http://127.0.0.1:{endpoint.port}"
    here: dict[str, Any] = {"provider": "anthropic", "url": there, "key": "LICET_SECRET_M", "samples": 3, "prices": PRICES}
    (found,) = asked(step(block(**here)), secrets={"LICET_SECRET_M": "s3cret"}).propose(CASES[:1])
    assert isinstance(found, Proposal), found
    assert (found.answer, found.confidence) == (Choice(value="loan"), 1.0)
    assert found.cost == Cost(millionths=3 * 1568, currency="EUR"), "100 * 15 + 9 * 7.5, rounded up"
    call = endpoint.calls[0]
    assert call.headers["authorization"] == "Bearer s3cret"
    assert (call.said["temperature"], call.said["max_tokens"]) == (0.7, 512)
    assert not {"tools", "tool_choice", "output_config"} & set(call.said)


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ({"url": ""}, "url: it is missing"),
        ({"url": "http://model.example.org/v1"}, "not encrypted"),
        ({"url": "https://user:pw@example.org/v1"}, "a user or a password"),
        ({"key": "sk-123"}, "no name of a secret"),
        ({"prompt": "../prompt.md"}, "no plain name of a file"),
        ({"provider": "anthropic", "confidence": "logprobs"}, "gives no log-probabilities"),
        ({"provider": "bedrock"}, "region"),
        ({"region": "eu"}, "region"),
        ({"access_key": "LICET_SECRET_A"}, "only `bedrock` takes one"),
        ({"budget": {"amount": 5}}, "without prices nobody knows"),
        ({"prices": {"currency": "Euro", "read": 1, "written": 1}}, "no code of a currency"),
        ({"samples": 2}, "greater than or equal to 3"),
    ],
)
def test_a_block_that_cannot_be_meant_is_refused(says: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        block(**says)


def test_a_letter_that_is_left_out_makes_the_answer_less_sure(endpoint: Endpoint) -> None:
    endpoint.does = lambda call: call.answer(completion("A", letters=tokens("A", 0.9, others="AXY")))
    found = proposed(endpoint)
    assert isinstance(found, Proposal)
    assert math.isclose(found.confidence, 0.9 / (0.9 + 2 * 0.05))
    assert set(found.probabilities) == {"card"}


def test_a_model_that_past_cases_weigh_is_asked_once_and_by_itself_is_never_sure(endpoint: Endpoint) -> None:
    endpoint.does = lambda call: call.answer(completion('{"answer": "loan"}'))
    said = step(block(url(endpoint), confidence="precedents"))
    (found,) = asked(said).propose(CASES[:1])
    assert isinstance(found, Proposal)
    assert (found.answer, found.confidence, len(endpoint.calls)) == (Choice(value="loan"), 0.0, 1)
    assert card_of(said).parts["confidence"] == "precedents"
    assert "confidence" not in said.reply_schema["properties"]  # type: ignore[operator] # it is an object

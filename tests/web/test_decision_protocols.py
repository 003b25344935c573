"""The decision protocols as served: unmodified clients change their base URL, and have mandates, people and audits behind it."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import httpx2
import pytest
from openai import AsyncOpenAI, UnprocessableEntityError
from openai.types.decision import AnswerAnswerResourceChoice, AnswerAnswerResourcePredicate, AnswerAnswerResourceRefusal
from pydantic import BaseModel, Field
from pydantic_ai import Agent
from pydantic_ai.exceptions import ContentFilterError, UnexpectedModelBehavior
from pydantic_ai.models import Model
from pydantic_ai.models.fallback import FallbackModel
from pydantic_ai.models.openai_decisions import OpenAIDecisionsModel
from pydantic_ai.models.system_one import SystemOneModel
from pydantic_ai.models.test import TestModel
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.system_one import SystemOneProvider

from licet.core.answer import Choice
from licet.core.case import TextContent
from licet.core.ids import CaseNumber
from licet.core.mandate import ActiveMandate
from licet.core.system import NoProposal, Proposal
from licet.core.token import TokenScope
from licet.edge.decision_block import DecisionBlock
from licet.edge.decision_system import load_decision
from licet.edge.http_system import HttpRoom
from licet.flows.follow import follow_standing
from licet.flows.review import answer_simulated
from licet.store import use_cases
from tests.flows.examples import of_word
from tests.web.asking import CHOICE, CHOICES, LETTERS, OWN, Asking, asking, cases_of
from tests.web.serving import MAILS, code


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    with asking(tmp_path_factory.mktemp("asked")) as found:
        yield found


# The openai SDK


def test_the_openai_sdk_gets_what_was_decided_alone_and_a_refusal_for_what_a_person_decides(served: Asking) -> None:
    with served.openai() as client:
        ask: Any = {"type": "choice", "name": "verdict", "instructions": "Is it so?", "choices": CHOICES}
        alone = client.decisions.create(model=MAILS, input="sure of this", questions=[ask])
        (answer,) = alone.answers
        assert isinstance(answer, AnswerAnswerResourceChoice)
        assert (answer.name, answer.choice, answer.confidence) == ("verdict", "yes", 0.97)
        assert {one.value: one.probability for one in answer.probabilities} == OWN
        assert (alone.model, alone.usage.total_tokens) == (MAILS, 0)
        held = client.decisions.create(model=MAILS, input="unsure of this", questions=[ask])
        assert [type(one) for one in held.answers] == [AnswerAnswerResourceRefusal]
        (told,) = cases_of(json.loads(held.model_dump_json()))
        assert (told["use_case"], told["state"], told["probabilities"]) == (MAILS, "waiting", None)
        assert set(held.answers[0].model_dump()) == {"type", "name"}
    read = served.client.get(f"/api/v1/use-cases/{MAILS}/cases/{told['number']}").json()
    assert (read["id"], read["state"], read["route"], read["reason"]) == (told["id"], "waiting", "to_person", None)


def test_the_openai_sdk_asks_yes_or_no_and_several_use_cases_at_once(served: Asking) -> None:
    names = ["mails", "Ticket.open_letters"]
    questions: Any = [{"type": "predicate", "name": name, "instructions": "Is it so?"} for name in names]
    with served.openai() as client:
        found = client.decisions.create(model="gpt-6-luna", input="plain as day", questions=questions)
    given = [one for one in found.answers if isinstance(one, AnswerAnswerResourcePredicate)]
    assert [one.name for one in given] == names
    assert [one.probability for one in given] == pytest.approx([0.04, 0.04])
    told = cases_of(json.loads(found.model_dump_json()))
    assert [(one["use_case"], one["state"], one["probabilities"]) for one in told] == [
        (MAILS, "decided", "confidence"),
        (LETTERS, "decided", "confidence"),
    ]


def test_what_the_openai_sdk_is_refused_says_where_and_takes_nothing_in(served: Asking) -> None:
    before = len(of_word(served.world, "case.accepted"))
    ask: Any = {"type": "choice", "instructions": "?", "choices": [{"value": "yes"}, {"value": "maybe"}]}
    with served.openai() as client, pytest.raises(UnprocessableEntityError) as caught:
        client.decisions.create(model=MAILS, input="sure", questions=[ask])
    assert caught.value.code == "invalid"
    assert "It lacks 'no'. 1 of them are none of its answers." in str(caught.value)
    assert len(of_word(served.world, "case.accepted")) == before


# pydantic-ai


class Verdict(BaseModel):
    """Handle the message."""

    mails: Literal["yes", "no"] = Field(description="Is it so?")


def client_model(protocol: str, client: AsyncOpenAI, plain: httpx2.AsyncClient, *, url: str, key: str) -> Model:
    """The class of pydantic-ai for a protocol, as it is."""
    if protocol == "decisions":
        return OpenAIDecisionsModel("gpt-6-luna", provider=OpenAIProvider(openai_client=client))
    return SystemOneModel(MAILS, provider=SystemOneProvider(base_url=url, api_key=key, http_client=plain))


async def _agent(served: Asking, protocol: str, text: str, output: type) -> object:
    url, key = f"{served.address}/v1", served.token(TokenScope.CASES_WRITE, use_case=MAILS)
    async with AsyncOpenAI(base_url=url, api_key=key, max_retries=0) as client, httpx2.AsyncClient() as plain:
        model = client_model(protocol, client, plain, url=url, key=key)
        return (await Agent(model, output_type=output, instructions="Decide.").run(text)).output


@pytest.mark.parametrize("protocol", ["decisions", "systemone"])
def test_an_agent_of_pydantic_ai_runs_on_a_mandate_and_makes_nothing_up_where_a_person_decides(served: Asking, protocol: str) -> None:
    assert asyncio.run(_agent(served, protocol, "sure thing", Verdict)) == Verdict(mails="yes")
    assert asyncio.run(_agent(served, protocol, "plain thing", Verdict)) == Verdict(mails="no")
    with pytest.raises(UnexpectedModelBehavior) as caught:
        asyncio.run(_agent(served, protocol, "unsure thing", Verdict))
    assert isinstance(caught.value, ContentFilterError) is (protocol == "decisions")
    (told,) = cases_of(json.loads(caught.value.body or ""))
    assert (told["state"], told["use_case"]) == ("waiting", MAILS)


def test_a_fallback_of_pydantic_ai_asks_no_other_model_where_a_person_decides(served: Asking) -> None:
    """Breaks when "a person decides" comes back as a failure: the application's next model would decide instead."""
    url, key = f"{served.address}/v1", served.token(TokenScope.CASES_WRITE)
    for protocol in ("decisions", "systemone"):

        async def ask(protocol: str = protocol) -> object:
            async with AsyncOpenAI(base_url=url, api_key=key, max_retries=0) as client, httpx2.AsyncClient() as plain:
                model = client_model(protocol, client, plain, url=url, key=key)
                return (await Agent(FallbackModel(model, TestModel()), output_type=Verdict).run("unsure of it")).output

        with pytest.raises(UnexpectedModelBehavior):
            asyncio.run(ask())


# Our own client


@pytest.mark.parametrize("protocol", ["openai-decisions", "systemone"])
def test_our_own_system_asks_our_own_server_and_what_waits_there_is_no_proposal_here(served: Asking, protocol: str) -> None:
    said = {"url": f"{served.address}/v1", "model": MAILS, "question": "Is it so?", "protocol": protocol, "options": {"yes": "", "no": ""}}
    block = DecisionBlock.model_validate(said)
    secrets = {"Authorization": f"Bearer {served.token(TokenScope.CASES_WRITE)}"}
    system = load_decision(block, (), lambda _: HttpRoom(block, secrets, lambda: 0.0))
    sure, unsure = system.propose([TextContent(text="sure here"), TextContent(text="unsure here")])
    assert isinstance(sure, Proposal)
    assert (sure.answer, sure.confidence, sure.probabilities) == (Choice(value="yes"), 0.97, OWN)
    assert isinstance(unsure, NoProposal)


# What is said, and what never


@pytest.mark.parametrize("text", ["unsure", "down"])
def test_no_answer_tells_what_a_system_thinks_of_a_case_that_waits_or_why_it_waits(served: Asking, text: str) -> None:
    body = served.ask({"q": CHOICE}, state=f"{text} of it").json()
    assert body["answers"] == {}
    (told,) = cases_of(body)
    number, name = told.pop("number"), told.pop("id")
    assert (type(number), type(name)) == (int, str)
    assert told == {"question": "q", "use_case": MAILS, "state": "waiting", "refused": None, "probabilities": None}


def test_an_audited_case_is_answered_like_any_other_that_was_decided_alone(served: Asking) -> None:
    bodies = [served.ask({"q": CHOICE}, state=f"sure {k}").json() for k in range(30)]
    numbers = {cases_of(body)[0]["number"] for body in bodies}
    with served.world.office.book.read() as tx:
        drawn = {audit.drawn.case for audit in _audits(served, tx)}
    assert numbers & drawn
    assert numbers - drawn
    for body in bodies:
        (one,) = cases_of(body)
        one |= {"number": 0, "id": ""}
    assert all(body == bodies[0] for body in bodies)


def _audits(served: Asking, tx: Any) -> Any:  # noqa: ANN401 - the store's own
    from licet.store import audits  # noqa: PLC0415

    mandate = served.world.mandate(MAILS)
    assert isinstance(mandate, ActiveMandate)
    return audits.every(tx, mandate.id)


def test_a_persons_decision_answers_the_request_that_is_sent_again(served: Asking) -> None:
    key = {"Idempotency-Key": "ask-again"}
    (first,) = cases_of(served.ask({"q": CHOICE}, state="unsure, ask a person", headers=key).json())
    (again,) = cases_of(served.ask({"q": CHOICE}, state="unsure, ask a person", headers=key).json())
    assert (first["number"], first["state"]) == (again["number"], "waiting")
    world = served.world
    with world.office.book.read() as tx:
        use_case = use_cases.require(tx, MAILS)
    answer_simulated(world.office, use_case, {CaseNumber(first["number"]): Choice(value="no")}, now=world.clock.now())
    body = served.ask({"q": CHOICE}, state="unsure, ask a person", headers=key).json()
    assert body["answers"]["q"] == {"type": "choice", "choice": "no", "confidence": 1.0, "probabilities": {"yes": 0.0, "no": 1.0}}
    assert [(one["number"], one["probabilities"]) for one in cases_of(body)] == [(first["number"], "decision")]
    found = follow_standing(world.office, use_case, number=first["number"])
    assert getattr(found, "proposal", True) is None
    other = served.ask({"q": CHOICE}, state="another body", headers=key)
    assert code(other) == (409, "idempotency_conflict")


def test_what_is_not_routed_in_time_is_queued_and_not_lost(served: Asking) -> None:
    beside = {"id": "late-1", "attributes": {"truth": "yes"}}
    with served.turn:
        body = served.ask({"q": CHOICE}, state="sure but late", wait=0, licet=beside).json()
    assert (body["answers"], cases_of(body)[0]["id"], cases_of(body)[0]["state"]) == ({}, "late-1", "queued")
    body = served.ask({"q": CHOICE}, state="sure but late", licet=beside).json()
    assert body["answers"]["q"]["choice"] == "yes"


def test_what_the_page_shows_works_as_it_is_shown(served: Asking, tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs/decision-protocols.md").read_text("utf-8")
    shown, agent = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    script = tmp_path / "shown.py"
    script.write_text(shown + shown.replace("sure that", "unsure that") + agent, "utf-8")
    about = {**os.environ, "LICET_URL": served.address, "LICET_TOKEN": served.token(TokenScope.CASES_WRITE)}
    told = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True, timeout=120, env=about)  # noqa: S603 - what our own page shows
    alone, waits, ran = told.stdout.splitlines()
    assert (alone, ran) == ("yes 0.97", "yes")
    assert "'state': 'waiting'" in waits

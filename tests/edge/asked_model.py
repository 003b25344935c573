"""LLM steps as tests ask them: at an endpoint of this machine that speaks OpenAI's form, or at a function that plays the model."""

import json
import math
from collections.abc import Callable, Mapping, Sequence

from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, ModelResponsePart, TextPart, UserPromptPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from licet.core.answer import AnswerKind
from licet.core.ids import UseCaseSlug
from licet.edge.breaker import Breaker
from licet.edge.llm_block import LlmBlock
from licet.edge.llm_models import ProviderModel, provider_model
from licet.edge.llm_question import Step
from licet.edge.llm_system import LlmRoom, LlmSystem, load_llm
from licet.edge.purse import PocketPurse
from licet.ports import Purse

ANSWERS = ("card", "loan", "fraud")
CASE = "Case:\n"

Play = Callable[[str, AgentInfo], ModelResponse]


def block(url: str = "http://127.0.0.1:9/v1", **says: object) -> LlmBlock:
    """A block of `use_case.yaml`."""
    return LlmBlock.model_validate({"url": url, "model": "m", "version": "7", "timeout_seconds": 5, **says})


def step(said: LlmBlock, kind: AnswerKind = AnswerKind.CHOICE, **says: object) -> Step:
    """A step over three answers, unless `says` says otherwise."""
    answers = ANSWERS if kind is AnswerKind.CHOICE else ()
    return Step(**{"block": said, "kind": kind, "answers": answers, "prompt": "Sort mails.", **says})  # type: ignore[arg-type] # a test's own


def asked(said: Step, *, secrets: Mapping[str, str] | None = None, purse: Purse | None = None, breaker: Breaker | None = None) -> LlmSystem:
    """The system at an endpoint; waits are short, as the test's chance is 0."""
    return _system(said, provider_model(said.block, secrets or {}), purse, breaker)


def played(said: Step, play: Play, breaker: Breaker | None = None) -> LlmSystem:
    """A system whose model is a function of the user's message: it may do whatever a model can."""

    def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        return play(_words(messages), info)

    return _system(said, ProviderModel(inner=FunctionModel(answer, model_name=said.block.model)), None, breaker)


def _system(said: Step, model: ProviderModel, purse: Purse | None, breaker: Breaker | None) -> LlmSystem:
    where = {"slug": UseCaseSlug("mails"), "purse": purse or PocketPurse(), "jitter": lambda: 0.0, "breaker": breaker}
    return load_llm(said, lambda _: LlmRoom(said.block, model, **where))  # type: ignore[arg-type] # a test's own


def _words(messages: Sequence[ModelMessage]) -> str:
    (request,) = messages
    assert isinstance(request, ModelRequest)
    (part,) = request.parts
    assert isinstance(part, UserPromptPart)
    assert isinstance(part.content, str)
    return part.content


def by_letter(letter: str, sure: float = 0.98, *, others: str = "ABC", parts: Sequence[ModelResponsePart] = ()) -> ModelResponse:
    """A reply by letter with its log-probabilities."""
    return ModelResponse(parts=[TextPart(content=letter), *parts], provider_details={"logprobs": tokens(letter, sure, others)})


def tokens(letter: str, sure: float, others: str = "ABC") -> list[dict[str, object]]:
    """The one token of a reply by letter, as OpenAI writes it."""
    rest = [one for one in others if one != letter]
    left = (1.0 - sure) / max(1, len(rest))
    told = [(letter, sure), *((one, left) for one in rest)]
    top = [{"token": text, "logprob": math.log(max(p, 1e-30))} for text, p in told]
    return [{"token": letter, "logprob": top[0]["logprob"], "bytes": None, "top_logprobs": top}]


def completion(
    text: str | None, *, letters: list[dict[str, object]] | None = None, finish: str = "stop", **more: object
) -> dict[str, object]:
    """A reply as OpenAI's chat completions write it."""
    also = {name: value for name, value in more.items() if name in {"refusal", "tool_calls"}}
    message = {"role": "assistant", "content": text, "refusal": None, **also}
    logprobs = None if letters is None else {"content": letters}
    choice = {"index": 0, "finish_reason": finish, "message": message, "logprobs": logprobs}
    usage = more.get("usage", {"prompt_tokens": 100, "completion_tokens": 2, "total_tokens": 102})
    return {"id": "c", "object": "chat.completion", "created": 1, "model": more.get("model", "m"), "choices": [choice], "usage": usage}


def case_in(request: Mapping[str, object]) -> object:
    """What the request to an endpoint says of the case."""
    messages = request["messages"]
    assert isinstance(messages, list)
    said = str(messages[-1]["content"])
    return json.loads(said.removeprefix(CASE).rpartition("\n\n")[0])

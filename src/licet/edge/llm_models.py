"""The one place that knows pydantic-ai: it speaks to providers, and nothing else of it is used: no agent, no tool, no retry, no trace."""

import logging
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import httpx2
from pydantic_ai import BinaryContent, ModelRequest, ModelResponse, TextPart, UserPromptPart
from pydantic_ai.direct import model_request
from pydantic_ai.exceptions import (
    ContentFilterError,
    ModelAPIError,
    ModelConnectionError,
    ModelHTTPError,
    ModelQuotaExceededError,
    ModelRequestTimeout,
    UnexpectedModelBehavior,
    UserError,
)
from pydantic_ai.models import Model as AnyModel
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.settings import ModelSettings

from licet.core.canonical import Json
from licet.core.system import Cause
from licet.edge.contract import LARGEST_ANSWER
from licet.edge.llm_block import LlmBlock, Provider
from licet.edge.llm_question import Failed, Question, Said, Token

LARGEST_REPLY = 4 * LARGEST_ANSWER
"""Bytes of a whole reply: the answer, escaped, and the log-probabilities around it."""

BUSY = frozenset({408, 409, 425, 429})
CASE_REFUSED = frozenset({400, 413, 415, 422})

# They write every address into the log, and an address may hold what is nobody's business.
for _name in ("httpx2", "httpcore2", "openai", "anthropic"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class NotReadError(OSError):
    """A reply that is not read at all; `failed` says why."""

    def __init__(self, failed: Failed) -> None:
        """Takes what it means for the case."""
        super().__init__(failed.why)
        self.failed = failed


_TOO_LARGE = Failed(why=f"Its reply has more than {LARGEST_REPLY:,} bytes.", cause=Cause.UNUSABLE, paid=True)
_COMPRESSED = Failed(why="Its reply is compressed, although it was asked not to.", cause=Cause.UNUSABLE, paid=True)


class _Measured(httpx2.AsyncByteStream):
    """Reads a reply as far as it may be one."""

    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        seen = 0
        async for piece in self._inner:
            seen += len(piece)
            if seen > LARGEST_REPLY:
                raise NotReadError(_TOO_LARGE)
            yield piece

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Transport(httpx2.AsyncBaseTransport):
    """Connections that never read more than a reply may have, compressed or not."""

    def __init__(self, block: LlmBlock) -> None:
        verify = ssl.create_default_context() if not block.url.startswith("http:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        limits = httpx2.Limits(max_connections=block.concurrency, max_keepalive_connections=block.concurrency, keepalive_expiry=30.0)
        self._inner = httpx2.AsyncHTTPTransport(verify=verify, trust_env=False, limits=limits)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["accept-encoding"] = "identity"
        response = await self._inner.handle_async_request(request)
        wrong = _not_to_read(response)
        if wrong is not None:
            await response.aclose()
            raise NotReadError(wrong)
        response.stream = _Measured(cast("httpx2.AsyncByteStream", response.stream))
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


def _not_to_read(response: httpx2.Response) -> Failed | None:
    if 300 <= response.status_code < 400:  # noqa: PLR2004 - RFC 9110: redirection
        return Failed(why=f"It redirects (status {response.status_code}), which is not followed.")
    return None if response.headers.get("content-encoding", "identity").lower() == "identity" else _COMPRESSED


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderModel:
    """A model behind pydantic-ai (the port `licet.edge.llm_question.Model`).

    Attributes:
        inner: what speaks to the provider.
        client: the connections; None where the provider's own library keeps them, and retries by itself.
    """

    inner: AnyModel
    client: httpx2.AsyncClient | None = None

    async def ask(self, question: Question) -> Said | Failed:
        """Asks once, in a conversation of its own."""
        pictures = [BinaryContent(data=data, media_type=media_type) for data, media_type in question.pictures]
        content: str | list[str | BinaryContent] = [question.text, *pictures] if pictures else question.text
        request = ModelRequest(parts=[UserPromptPart(content=content)], instructions=question.instructions)
        try:
            came = await model_request(
                self.inner,
                [request],
                model_settings=_settings(question, once=self.client is not None),
                model_request_parameters=_form(question.schema),
                instrument=False,
            )
            return _said(came)
        except ContentFilterError:
            return Failed(why="It refused to answer.", cause=Cause.UNUSABLE, paid=True)
        except (ModelAPIError, NotReadError) as error:
            return _not_read(error) or _failed(error)
        except UserError as error:
            return Failed(why=f"It cannot be asked so: {_line(error)}")
        except (UnexpectedModelBehavior, *_STRANGE):
            return _UNREADABLE

    async def close(self) -> None:
        """Closes its connections."""
        if self.client is not None:
            await self.client.aclose()


_STRANGE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What pydantic-ai raises on a reply of no form it knows."""

_UNREADABLE = Failed(why="Its reply cannot be read.", cause=Cause.UNUSABLE, paid=True)


def _settings(question: Question, *, once: bool) -> ModelSettings:
    said: dict[str, Any] = {"max_tokens": question.most, "temperature": question.temperature}
    if once:
        said["max_retries"] = 0
    if question.seed is not None:
        said["seed"] = question.seed
    if question.tops:
        said |= {"openai_logprobs": True, "openai_top_logprobs": question.tops}
    return cast("ModelSettings", said)


def _form(schema: Mapping[str, Json] | None) -> ModelRequestParameters:
    if schema is None:
        return ModelRequestParameters()
    return ModelRequestParameters(
        output_mode="native", output_object=OutputObjectDefinition(json_schema=dict(schema), name="answer", strict=True)
    )


def _said(came: ModelResponse) -> Said:
    tool = any(part.part_kind not in {"text", "thinking"} for part in came.parts)
    usage = came.usage
    known = usage.has_values()
    return Said(
        text="".join(part.content for part in came.parts if isinstance(part, TextPart)),
        tokens=_tokens((came.provider_details or {}).get("logprobs")),
        model=came.model_name or "",
        finish="tool_call" if tool else came.finish_reason or "",
        read=usage.input_tokens if known else None,
        written=usage.output_tokens if known else None,
    )


def _tokens(raw: object) -> tuple[Token, ...]:
    """The tokens of a reply with their alternatives; what cannot be read is left out, and then there are none to trust."""
    try:
        return tuple(
            Token(text=str(one["token"]), alternatives=tuple((str(t["token"]), float(t["logprob"])) for t in one["top_logprobs"]))
            for one in cast("list[Mapping[str, Any]]", raw or [])
        )
    except (KeyError, TypeError, ValueError):
        return ()


def _failed(error: Exception) -> Failed:
    if isinstance(error, ModelQuotaExceededError):
        return Failed(why="The account's quota is spent.")
    if not isinstance(error, ModelHTTPError):
        lost = isinstance(error, ModelConnectionError | ModelRequestTimeout)
        return Failed(why=f"The connection failed ({type(error).__name__}).", again=True, paid=True) if lost else _UNREADABLE
    status = error.status_code
    if status in CASE_REFUSED:
        return Failed(why=f"It refused the case with status {status}.", cause=Cause.UNUSABLE)
    again = status in BUSY or status >= 500  # noqa: PLR2004 - RFC 9110: the server failed
    return Failed(why=f"It answered with status {status}.", again=again, after_s=error.retry_after)


def _not_read(error: BaseException) -> Failed | None:
    """Why a reply was not read, through all that libraries wrap around it; None where that was not the matter."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, NotReadError):
        cause = cause.__cause__ or cause.__context__
    return None if cause is None else cause.failed


def _line(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__


def provider_model(block: LlmBlock, secrets: Mapping[str, str]) -> ProviderModel:
    """Opens a model. Nothing is asked yet.

    Args:
        block: which model, and where.
        secrets: the values of the secrets it names.

    Raises:
        ImportError: when the provider's extra is not installed.
    """
    match block.provider:
        case Provider.OPENAI:
            return _openai(block, secrets)
        case Provider.ANTHROPIC:
            return _anthropic(block, secrets)
        case Provider.BEDROCK:
            return _bedrock(block, secrets)


def _client(block: LlmBlock) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=_Transport(block), timeout=block.timeout_seconds, trust_env=False, follow_redirects=False)


def _openai(block: LlmBlock, secrets: Mapping[str, str]) -> ProviderModel:
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

    client = _client(block)
    key = secrets.get(block.key, "none")
    provider = OpenAICompatibleProvider("openai-compatible", base_url=block.url, api_key=key, http_client=client)
    return ProviderModel(inner=OpenAIChatModel(block.model, provider=provider), client=client)


def _anthropic(block: LlmBlock, secrets: Mapping[str, str]) -> ProviderModel:
    from anthropic import AsyncAnthropic
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    client = _client(block)
    asked = AsyncAnthropic(api_key=secrets.get(block.key, "none"), base_url=block.url or ANTHROPIC, http_client=client, max_retries=0)
    return ProviderModel(inner=AnthropicModel(block.model, provider=AnthropicProvider(anthropic_client=asked)), client=client)


ANTHROPIC = "https://api.anthropic.com"
"""Named here, so that no variable of the environment sends cases elsewhere."""


def _bedrock(block: LlmBlock, secrets: Mapping[str, str]) -> ProviderModel:
    from pydantic_ai.models.bedrock import BedrockConverseModel
    from pydantic_ai.providers.bedrock import BedrockProvider

    place: dict[str, Any] = {"region_name": block.region, "aws_read_timeout": block.timeout_seconds, "base_url": block.url or None}
    key = secrets.get(block.key)
    if block.access_key:
        place |= {"aws_access_key_id": secrets[block.access_key], "aws_secret_access_key": key}
    elif key is not None:
        place["api_key"] = key
    return ProviderModel(inner=BedrockConverseModel(block.model, provider=BedrockProvider(**place)))

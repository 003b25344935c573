"""The block `llm:` of `use_case.yaml`: which language model is asked, with which prompt, how sure it is made, and what it may cost."""

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from licet.core.budget import Budget, Per
from licet.core.cost import CURRENCY, MILLION, Cost, Prices
from licet.core.system import BY_PRECEDENTS
from licet.edge.system_blocks import SECRET, AtOnce, Block, Line, Seconds, address_of, check_encrypted, told

LLM_TEXT = frozenset(f"llm.{key}" for key in ("url", "region", "model", "version", "prompt", "schema_file", "key", "access_key"))
"""Keys whose values are text as typed, so that version 1.50 keeps its name."""

FEWEST_SAMPLES = 3
"""Of fewer samples two that agree say next to nothing."""


class Provider(StrEnum):
    """Whose interface is spoken."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    BEDROCK = "bedrock"


class Way(StrEnum):
    """How sure the model is, is made from what."""

    LOGPROBS = "logprobs"
    SAMPLES = "samples"
    VERBAL = "verbal"
    PRECEDENTS = BY_PRECEDENTS


def _secret(name: str) -> str:
    if name and not SECRET.fullmatch(name):
        remedy = "Write LICET_SECRET_ and a name in capitals; the secret itself stands in the environment."
        raise told("here stands no name of a secret.", remedy)
    return name


def _file(name: str) -> str:
    if not name or "/" in name or "\\" in name or name.startswith("."):
        raise told("it is no plain name of a file in this folder.", "Write a name such as prompt.md.")
    return name


def _currency(code: str) -> str:
    if not CURRENCY.fullmatch(code):
        raise told("it is no code of a currency.", "Write three capitals, such as EUR (ISO 4217).")
    return code


def _float(value: object) -> object:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


Secret = Annotated[str, AfterValidator(_secret)]
Price = Annotated[float, BeforeValidator(_float), Field(ge=0.0, le=1e9)]


class PricesBlock(Block):
    """What the provider asks.

    Attributes:
        currency: its code (ISO 4217).
        read: minor units (cents) for a million tokens sent.
        written: minor units (cents) for a million tokens that come back.
    """

    currency: Annotated[str, AfterValidator(_currency)]
    read: Price
    written: Price

    @property
    def prices(self) -> Prices:
        """As the rules take them; a price is what stands in the file, digit for digit."""
        return Prices(currency=self.currency, read=Fraction(Decimal(repr(self.read))), written=Fraction(Decimal(repr(self.written))))


class BudgetBlock(Block):
    """The most that may be spent; then the model is asked no more, and cases go to people.

    Attributes:
        amount: minor units (cents) of the prices' currency.
        per: `day`, `month` or `ever`, in UTC.
    """

    amount: Annotated[int, Field(ge=1, le=10**11)]
    per: Annotated[Per, Field(strict=False)] = Per.MONTH


class LlmBlock(Block):
    """Which language model is asked, and how.

    Attributes:
        provider: whose interface: `openai` (and whatever speaks it: Azure, vLLM, Ollama, llama.cpp), `anthropic`, `bedrock`.
        model: the model, as the provider names it.
        version: the version people call it by; the provider's answer must come from this model or this version.
        url: the base address; needed for `openai`, such as http://127.0.0.1:8080/v1.
        region: of `bedrock`, such as eu-central-1.
        key: the name of the secret that holds the provider's key; empty: none is sent.
        access_key: of `bedrock`: the name of the secret that holds the id of the key; empty: `key` is a bearer token.
        prompt: the file that says what the model is to do, in the use case's folder.
        schema_file: the file that says what an answer may be, as JSON schema; empty: made from the use case.
        confidence: `logprobs`, `samples`, `verbal` or `precedents`; `auto`: log-probabilities for a short list, else samples.
        samples: how often a case is asked about where samples are counted.
        temperature: of the model; None: 0 with log-probabilities or verbal, 0.7 with samples.
        seed: of the model, where it takes one; each sample adds its number.
        output: `schema` holds the model to JSON by the provider's means, `prompt` by words alone.
        max_output_tokens: how much may come back.
        timeout_seconds: how long one request may take.
        concurrency: how many requests run at once, in this process.
        retries: how often a request that failed is sent again.
        requests_per_minute: what this process may send; None: no limit.
        tokens_per_minute: what this process may send and get; None: no limit.
        prices: what tokens cost; None: nobody says.
        budget: the most that may be spent; None: no limit.
        encryption: `none` allows http:// to another machine.
    """

    provider: Annotated[Provider, Field(strict=False)] = Provider.OPENAI
    model: Line
    version: Line
    url: Annotated[str, Field(max_length=2000)] = ""
    region: Line | Literal[""] = ""
    key: Secret = ""
    access_key: Secret = ""
    prompt: Annotated[str, AfterValidator(_file)] = "prompt.md"
    schema_file: Annotated[str, AfterValidator(lambda name: _file(name) if name else name)] = ""
    confidence: Literal["auto", "logprobs", "samples", "verbal", "precedents"] = "auto"
    samples: Annotated[int, Field(ge=FEWEST_SAMPLES, le=40)] = 5
    temperature: Annotated[float | None, BeforeValidator(_float), Field(ge=0.0, le=2.0)] = None
    seed: Annotated[int | None, Field(ge=0, lt=2**31)] = None
    output: Literal["auto", "schema", "prompt"] = "auto"
    max_output_tokens: Annotated[int, Field(ge=1, le=100_000)] = 512
    timeout_seconds: Seconds = 30.0
    concurrency: AtOnce = 8
    retries: Annotated[int, Field(ge=0, le=10)] = 2
    requests_per_minute: Annotated[int | None, Field(ge=1, le=1_000_000)] = None
    tokens_per_minute: Annotated[int | None, Field(ge=1, le=1_000_000_000)] = None
    prices: PricesBlock | None = None
    budget: BudgetBlock | None = None
    encryption: Literal["required", "none"] = "required"

    @model_validator(mode="after")
    def _whole(self) -> Self:
        self._check_place()
        if self.confidence == "logprobs" and self.provider is not Provider.OPENAI:
            raise told(f"confidence: {self.provider} gives no log-probabilities.", "Write `confidence: samples`.")
        if self.budget is not None and self.prices is None:
            raise told("budget: without prices nobody knows what is spent.", "Add `prices:` with `currency`, `read` and `written`.")
        return self

    def _check_place(self) -> None:
        if self.provider is Provider.OPENAI and not self.url:
            raise told("url: it is missing.", "Write the base address, such as http://127.0.0.1:8080/v1.")
        if (self.provider is Provider.BEDROCK) != bool(self.region):
            raise told("region: `bedrock` needs one, and nothing else takes one.", "Write `provider: bedrock` and `region: eu-central-1`.")
        if self.access_key and (self.provider is not Provider.BEDROCK or not self.key):
            raise told("access_key: only `bedrock` takes one, beside `key`.", "Take it out.")
        if self.url:
            address_of(self.url)
            check_encrypted(self.url, self.encryption)

    @property
    def host(self) -> str:
        """Where it is asked: host and port of the address, else the region, else the provider's own."""
        return urlsplit(self.url).netloc or self.region or self.provider.value

    @property
    def allowance(self) -> Budget | None:
        """The budget as the rules take it."""
        if self.budget is None or self.prices is None:
            return None
        return Budget(most=Cost(millionths=self.budget.amount * MILLION, currency=self.prices.currency), per=self.budget.per)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of the secrets it takes."""
        return tuple(name for name in (self.key, self.access_key) if name)

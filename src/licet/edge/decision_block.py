"""The block `decision:` of `use_case.yaml`: which decision model is asked, by which protocol, and what it is asked."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from licet.core.answer import AnswerKind
from licet.edge.system_blocks import HttpBlock, Line, told

DECISION_TEXT = frozenset(
    f"decision.{key}"
    for key in (
        *("protocol", "url", "name", "model", "version", "encryption", "secret_headers"),
        *("question", "ask", "options", "levels", "positive", "negative"),
    )
)
"""Keys of the block whose values are text as typed, so that an option called `no` or `1.50` keeps its name."""

LONGEST_QUESTION = 10_000
MOST_OPTIONS = 255
MOST_LEVELS = 10


class Protocol(StrEnum):
    """The protocols that decision models are asked by."""

    OPENAI = "openai-decisions"
    """OpenAI's Decisions API (public beta): `POST {url}/decisions`."""
    SYSTEM_ONE = "systemone"
    """System One: `POST {url}/v1/systemone`."""
    GOOGLE = "google-decisions"
    """The decisions endpoint of Google's Gemini API: `POST {url}/decisions`."""


class Ask(StrEnum):
    """The three kinds of question."""

    CHOICE = "choice"
    SCORE = "score"
    YES_NO = "yes_no"


ANSWERS_BY: Mapping[Ask, AnswerKind] = {Ask.CHOICE: AnswerKind.CHOICE, Ask.YES_NO: AnswerKind.CHOICE, Ask.SCORE: AnswerKind.NUMBER}
"""Which kind of answer each kind of question has."""


def _question(text: str) -> str:
    if not text.strip():
        raise told("it is blank.", "Write what the model is to decide about each case.")
    return text


class DecisionBlock(HttpBlock):
    """Which decision model is asked, and what.

    Attributes:
        url: the address that a client of the protocol takes as its base, without secrets in it.
        model: the model that is asked for.
        version: what answers call the model, where that is not `model`: an alias such as `jev-latest` is answered by a version.
        protocol: how it is asked.
        ask: what kind of question it is.
        question: what the model is to decide about a case; its `instructions`.
        options: of a choice, each answer with what it means, or nothing; empty: the use case's closed list.
        levels: of a score, what each level means, the lowest first; the answer is a number from 0 to their count less one.
        positive: of a yes or no, the answer where it is yes.
        negative: of a yes or no, the answer where it is no.
    """

    version: Line | Literal[""] = ""
    model: Line
    protocol: Annotated[Protocol, Field(strict=False)]
    question: Annotated[str, Field(max_length=LONGEST_QUESTION), AfterValidator(_question)]
    ask: Annotated[Ask, Field(strict=False)] = Ask.CHOICE
    options: Annotated[Mapping[str, str], Field(max_length=MOST_OPTIONS)] = {}
    levels: Annotated[tuple[str, ...], Field(strict=False, max_length=MOST_LEVELS)] = ()
    positive: Line = "yes"
    negative: Line = "no"

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if urlsplit(self.url).query or "?" in self.url:
            raise told("url: a base address has no query.", "Take out what stands from ? on.")
        if self.options and (self.ask is not Ask.CHOICE or len(self.options) == 1):
            raise told("options: they are the two or more answers of a choice.", "Write `ask: choice`, or take them out.")
        if (self.ask is Ask.SCORE) != bool(self.levels) or len(self.levels) == 1:
            raise told("levels: a score has two or more, and nothing else has any.", "Write one line for each level, the lowest first.")
        if self.positive == self.negative:
            raise told("positive: it is the same as `negative`.", "Name the two answers apart.")
        return self

    @property
    def served(self) -> str:
        """What answers call the model."""
        return self.version or self.model

    @property
    def address(self) -> str:
        """Where requests go."""
        base = self.url.rstrip("/")
        if self.protocol is Protocol.SYSTEM_ONE:
            return f"{base}/systemone" if base.endswith("/v1") else f"{base}/v1/systemone"
        return f"{base}/decisions"

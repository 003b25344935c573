"""The wire of the decision protocols: how a question about a case is written in each, and how the answer is read.

Written after what `openai` 3.57 (its types of `client.decisions`) and `pydantic-ai-slim` 2.68 (its classes of decision models) send and
take; tests hold ours against theirs.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from licet.core.canonical import Json
from licet.core.case import Content, ImageContent, TableContent, TextContent
from licet.core.system import NoProposal
from licet.edge.decision_block import Ask, DecisionBlock, Protocol

NAME = "q0"
"""What our question is called; models are not shown it."""

CANNOT_READ = NoProposal(why="Its answer is not one of the protocol.")
DECLINED = NoProposal(why="It declined to answer.")
ANOTHER = NoProposal(why="It answered another question.")
NO_PICTURES = NoProposal(why="By this protocol no pictures are sent.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an answer says, in no protocol's words.

    Attributes:
        probabilities: of each option or level, as the answer names them; of a yes or no, of `yes` alone.
        chosen: the option chosen; None: nothing was to be chosen.
        score: the position among the levels; None: there are none.
    """

    probabilities: Sequence[tuple[object, object]]
    chosen: object = None
    score: object = None


def body_for(block: DecisionBlock, options: Mapping[str, str], content: Content) -> dict[str, Json] | NoProposal:
    """The body of a request about a case.

    Args:
        block: what is asked, and how.
        options: of a choice, each answer with what it means.
        content: the case.

    Returns:
        The body; `NoProposal` where the protocol has no form for such a case.
    """
    match block.protocol:
        case Protocol.OPENAI:
            return {"model": block.model, "input": _openai_input(content), "questions": [_openai_question(block, options)]}
        case Protocol.SYSTEM_ONE:
            if isinstance(content, ImageContent):
                return NO_PICTURES
            state: Json = content.text if isinstance(content, TextContent) else dict(content.cells)
            return {"state": state, "model": block.model, "questions": {NAME: _question(block, options)}}
        case Protocol.GOOGLE:
            return {"model": block.model, "input": _google_input(content), "questions": {NAME: _question(block, options)}}
        case _:
            assert_never(block.protocol)


def _text(content: TextContent | TableContent) -> str:
    return content.text if isinstance(content, TextContent) else json.dumps(dict(content.cells), ensure_ascii=False)


def _openai_input(content: Content) -> Json:
    if not isinstance(content, ImageContent):
        return _text(content)
    url = f"data:{content.media_type};base64,{base64.b64encode(content.data).decode('ascii')}"
    return [{"role": "user", "content": [{"type": "input_image", "image_url": url, "detail": "auto"}]}]


def _google_input(content: Content) -> Json:
    if not isinstance(content, ImageContent):
        return _text(content)
    return [{"type": "image", "data": base64.b64encode(content.data).decode("ascii"), "mime_type": content.media_type}]


def _openai_question(block: DecisionBlock, options: Mapping[str, str]) -> Json:
    asked: dict[str, Json] = {"name": NAME, "instructions": block.question}
    match block.ask:
        case Ask.CHOICE:
            return {**asked, "type": "choice", "choices": [_described("value", name, means) for name, means in options.items()]}
        case Ask.SCORE:
            return {**asked, "type": "score", "levels": [_described("label", str(k), means) for k, means in enumerate(block.levels)]}
        case Ask.YES_NO:
            return {**asked, "type": "predicate"}
        case _:
            assert_never(block.ask)


def _described(key: str, name: str, means: str) -> dict[str, Json]:
    return {key: name, "description": means} if means else {key: name}


def _question(block: DecisionBlock, options: Mapping[str, str]) -> Json:
    match block.ask:
        case Ask.CHOICE:
            return {"type": "choice", "instructions": block.question, "criteria": {name: means or None for name, means in options.items()}}
        case Ask.SCORE:
            return {"type": "score", "instructions": block.question, "criteria": list(block.levels)}
        case Ask.YES_NO:
            return {"type": "noul", "instructions": block.question}
        case _:
            assert_never(block.ask)


def told_in(block: DecisionBlock, said: object) -> Told | NoProposal:
    """What an answer says.

    Args:
        block: what was asked, and how.
        said: the JSON of the answer, whatever it is.
    """
    if not isinstance(said, Mapping):
        return CANNOT_READ
    if said.get("model", block.served if block.protocol is Protocol.GOOGLE else None) != block.served:
        return NoProposal(why=f"Another model answered than {block.served!r} that use_case.yaml declares.")
    answer = _openai_answer(said.get("answers")) if block.protocol is Protocol.OPENAI else _named_answer(said.get("answers"))
    return answer if isinstance(answer, NoProposal) else _read(block.ask, answer)


def _openai_answer(answers: object) -> Mapping[object, object] | NoProposal:
    match answers:
        case [{"type": "refusal"}]:
            return DECLINED
        case [Mapping() as answer] if answer.get("name") == NAME:
            return answer
        case [Mapping()]:
            return ANOTHER
        case _:
            return CANNOT_READ


def _named_answer(answers: object) -> Mapping[object, object] | NoProposal:
    match answers:
        case Mapping() if not answers:
            return DECLINED
        case Mapping() if set(answers) != {NAME}:
            return ANOTHER
        case Mapping() if isinstance(answer := answers[NAME], Mapping):
            return answer
        case _:
            return CANNOT_READ


def _read(ask: Ask, answer: Mapping[object, object]) -> Told | NoProposal:
    match ask, answer:
        case Ask.YES_NO, {"type": "predicate", "probability": yes} | {"type": "noul", "noul": yes}:
            return Told(probabilities=[("yes", yes)])
        case Ask.CHOICE, {"type": "choice", "choice": chosen, "probabilities": given}:
            return _listed(given, chosen=chosen)
        case Ask.SCORE, {"type": "score", "score": score, "probabilities": given}:
            return _listed(given, score=score)
        case _:
            return CANNOT_READ


def _listed(given: object, *, chosen: object = None, score: object = None) -> Told | NoProposal:
    """Probabilities as a list of values with theirs, as OpenAI has it, or as an object, as the others have it."""
    pairs: list[tuple[object, object]] | None = None
    if isinstance(given, Mapping):
        pairs = list(given.items())
    if isinstance(given, list) and all(isinstance(one, Mapping) for one in given):
        pairs = [(one.get("value"), one.get("probability")) for one in given]
    return CANNOT_READ if pairs is None else Told(probabilities=pairs, chosen=chosen, score=score)

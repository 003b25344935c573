"""Plain cases: how a case is read where its use case declares no schema."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from licet.core.answer import NotAnAnswerError, answer_from_json
from licet.core.canonical import Json
from licet.core.case import CaseBody, Content, ImageContent, TableContent, TextContent
from licet.core.history import PastCase, PostedProposal
from licet.core.system import SystemCard, SystemKind
from licet.core.use_case import UseCase


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainCase:
    """A case that was read."""

    past: PastCase
    card: SystemCard | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong with a case."""

    field: str
    why: str
    remedy: str


def read_plain(use_case: UseCase, raw: Mapping[str, object], *, line: int) -> PlainCase | Sequence[Fault]:
    """Takes content and attributes as they are; their form was checked by the wire."""
    given = cast("Mapping[str, Json]", raw)
    proposal = cast("Mapping[str, Json] | None", given.get("proposal"))
    try:
        content = _content(cast("Mapping[str, Json]", given["content"]))
    except binascii.Error:
        return [Fault(field="content.image", why="it is not base64.", remedy="Encode the bytes of the file.")]
    try:
        posted = None if proposal is None else _posted(proposal, use_case)
    except NotAnAnswerError as error:
        return [Fault(field="proposal.answer", why=str(error), remedy="")]
    attributes = {name: _text(value) for name, value in cast("Mapping[str, Json]", given.get("attributes", {})).items()}
    moment = given.get("happened_at")
    past = PastCase(
        line=line,
        body=CaseBody(content=content, attributes=attributes),
        answer=None,
        external_id=cast("str | None", given.get("id")),
        happened_at=None if moment is None else datetime.fromisoformat(str(moment).upper()).astimezone(UTC),
        posted=posted,
    )
    return PlainCase(past=past, card=None if proposal is None else _card(proposal))


def _content(raw: Mapping[str, Json]) -> Content:
    match raw:
        case {"text": str(text)}:
            return TextContent(text=text)
        case {"cells": Mapping() as cells}:
            return TableContent(cells={str(name): _text(cell) for name, cell in cells.items()})
        case _:
            return ImageContent(data=base64.b64decode(str(raw["image"]), validate=True), media_type=str(raw["media_type"]))


def _posted(raw: Mapping[str, Json], use_case: UseCase) -> PostedProposal:
    probabilities = cast("Mapping[str, float]", raw.get("probabilities", {}))
    return PostedProposal(
        answer=answer_from_json(use_case.answer_kind, raw["answer"]),
        confidence=cast("float", raw["confidence"]),
        probabilities=dict(probabilities),
        reason=str(raw.get("reason", "")),
    )


def _card(raw: Mapping[str, Json]) -> SystemCard:
    return SystemCard(kind=SystemKind.POSTED, name=str(raw["system"]), version=str(raw["system_version"]))


def _text(value: Json) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)

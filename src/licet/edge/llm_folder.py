"""An LLM step's files in a use case's folder: its prompt, what an answer may be, and what calibration made of its confidence."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from licet.core.answer import AnswerKind
from licet.core.canonical import Json
from licet.edge.answer_schema import NotASchemaError, check_schema
from licet.edge.bad_file import BadFolderError, Finding
from licet.edge.forms import UseCaseFile
from licet.edge.llm_block import Way
from licet.edge.llm_question import LETTERS, Step
from licet.edge.plain_json import plain_json

CURVE_FILE = "calibration.json"
LARGEST = 200_000
"""Bytes that each of these files may have."""


def load_step(folder: Path, told: UseCaseFile, *, curve: bool = True) -> Step | None:
    """The LLM step of a folder; None where its `use_case.yaml` has no block `llm:`.

    Args:
        folder: the use case's folder.
        told: what its `use_case.yaml` says.
        curve: whether one whose confidence is in words needs its calibration; False where that is to be made.

    Raises:
        BadFolderError: when a file is missing or not sound, or the confidence cannot be made as the block says.
    """
    block = told.llm
    if block is None:
        return None
    step = Step(
        block=block,
        kind=told.answer,
        answers=told.answers,
        fields=tuple(told.desk.fields) if told.answer is AnswerKind.FIELDS else (),
        prompt=_prompt(folder / block.prompt),
        schema=_schema(folder / block.schema_file, told.answer) if block.schema_file else None,
    )
    if step.way is Way.LOGPROBS and not step.by_letter:
        why = f"log-probabilities are read over a closed list of 2 to {len(LETTERS)} answers, without a schema of its own."
        raise _bad(folder / "use_case.yaml", why, "List the answers under `answers:`, or write `confidence: samples`.")
    if step.way is Way.PRECEDENTS and step.kind is not AnswerKind.CHOICE:
        why = f"past cases say how sure a choice is, and the answers here are {step.kind.value}."
        raise _bad(folder / "use_case.yaml", why, "Write `confidence: samples`.")
    if step.way is not Way.VERBAL or not curve:
        return step
    return replace(step, curve=_curve(folder / CURVE_FILE))


def _prompt(file: Path) -> str:
    text = _text(file, "Write what the model is to do, in plain words.").strip()
    if not text:
        raise _bad(file, "it is blank.", "Write what the model is to do, in plain words.")
    return text


def _schema(file: Path, kind: AnswerKind) -> Mapping[str, Json]:
    try:
        return check_schema(kind, plain_json(_text(file, "Write a JSON schema, or take `schema_file` out.")))
    except NotASchemaError as error:
        raise _bad(file, str(error), "Correct it; docs/systems.md lists what is enforced.") from None
    except (ValueError, RecursionError):
        raise _bad(file, "this is not JSON.", "Correct it.") from None


def _curve(file: Path) -> tuple[tuple[float, float], ...]:
    remedy = "Confidence in words counts only after calibration on unsealed cases: run `licet calibrate`, or write `confidence: samples`."
    try:
        raw = plain_json(_text(file, remedy))
        curve = tuple((float(said), float(right)) for said, right in raw["curve"])  # type: ignore[index] # whatever it is, it is caught
    except (KeyError, RecursionError, TypeError, ValueError):
        raise _bad(file, "it is not what `licet calibrate` writes.", remedy) from None
    flat = [number for pair in curve for number in pair]
    rises = list(curve) == sorted(set(curve)) and flat[1::2] == sorted(flat[1::2])
    if not (curve and rises and all(0.0 <= number <= 1.0 for number in flat)):
        raise _bad(file, "its curve is not one of rising pairs in [0, 1].", remedy)
    return curve


def _text(file: Path, remedy: str) -> str:
    try:
        with file.open("rb") as stream:
            raw = stream.read(LARGEST + 1)
        text = raw.decode("utf-8-sig")
    except FileNotFoundError:
        raise _bad(file, "there is no such file.", remedy) from None
    except OSError as error:
        raise _bad(file, f"it cannot be read: {error.strerror}.", "Make it a file that may be read.") from None
    except UnicodeDecodeError as error:
        raise _bad(file, f"byte {error.start} is not UTF-8.", "Save the file as UTF-8.") from None
    if len(raw) > LARGEST:
        raise _bad(file, f"it has more than {LARGEST:,} bytes.", "Shorten it.")
    return text


def _bad(file: Path, why: str, remedy: str) -> BadFolderError:
    return BadFolderError((Finding(file=str(file), line=None, why=why, remedy=remedy),))

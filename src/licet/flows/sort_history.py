"""Sorting history: which part each past case belongs to, and what in a file cannot be history."""

import hmac
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from licet.core.answer import AnswerKind, answer_label
from licet.core.canonical import canonical_bytes
from licet.core.case import Content, Part, content_to_json
from licet.core.history import PastCase, Shares, part_by_time
from licet.core.ids import CaseNumber, PersonId, SealedSetId
from licet.core.not_said import NotSaidError
from licet.core.system import SystemCard
from licet.core.use_case import UseCase
from licet.stats.sampling import uniform

DIGEST = "digest"
"""The purpose under which the key of content digests is derived."""


class BadHistoryError(NotSaidError):
    """What a file says cannot be history: too few cases, one answer only, contradictions. Nothing of it was kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to import, and how to split it.

    Attributes:
        rows: reads the file from its start, each time it is called.
        times: reads only the times, for a split by time; None for a split by keyed hash.
        seed: of the split; written into the ledger.
        mapping: how columns were read, in words; with the file's digest it names the import.
        card: the outside system whose proposals the file carries; None without.
        answers: the closed list of answers, where the use case declares one.
        fresh: whether what is sealed begins a set with a budget of looks of its own, whatever was seen of the newest one.
    """

    name: str
    rows: Callable[[], Iterator[PastCase]]
    times: Callable[[], Iterator[datetime]] | None
    shares: Shares
    seed: int
    file_digest: str
    mapping: str
    card: SystemCard | None = None
    answers: frozenset[str] = frozenset()
    fresh: bool = False


@dataclass(slots=True, kw_only=True)
class Run:
    """What an import has seen so far."""

    use_case: UseCase
    order: Order
    batch: int
    sealed_set: SealedSetId
    sealed_before: dict[bytes, bool]
    remembered: set[bytes]
    known: dict[bytes, str]
    names: dict[str, bytes]
    cuts: tuple[datetime | None, datetime | None] | None
    waiting: dict[bytes, tuple[CaseNumber, bytes]]
    by_people: frozenset[bytes]
    unspoken: dict[bytes, tuple[CaseNumber, bytes]]
    content_key: bytes
    split_key: bytes
    by: PersonId
    now: datetime
    rows: int = 0
    skipped: int = 0
    resealed: int = 0
    unlabelled: int = 0
    labelled: int = 0
    left_to_people: int = 0
    spoken: int = 0
    repeated: int = 0
    parts: dict[Part, int] = field(default_factory=dict)
    placed: dict[bytes, Part] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    build_answers: set[str] = field(default_factory=set)
    sealed_answers: dict[str, int] = field(default_factory=dict)
    all_answers: set[str] = field(default_factory=set)
    kept: list[bytes] = field(default_factory=list)


def content_digest(key: bytes, past: PastCase) -> bytes:
    """The keyed digest of a case's content (32 bytes): equal content, equal digest, and nothing to guess without the key."""
    return digest_of(key, past.body.content)


def digest_of(key: bytes, content: Content) -> bytes:
    """As `content_digest`, of content that may belong to a case or not."""
    return hmac.digest(key, canonical_bytes(content_to_json(content)), "sha256")


def is_seen(run: Run, past: PastCase, found: bytes) -> bool:
    """Whether a row says what is here already: the same name, or (without names) the same content in an earlier import."""
    if past.external_id is None:
        return found in run.known
    answer = "" if past.answer is None else answer_label(past.answer)
    earlier = run.named.get(past.external_id)
    if earlier is not None:
        if earlier != answer:
            why = f"Row {past.line}: id {past.external_id!r} has answer {answer!r}, but an earlier row says {earlier!r} for the same id."
            raise BadHistoryError(why, "Keep one row per id, or import without --id.")
        return True
    run.named[past.external_id] = answer
    return run.names.get(past.external_id) == found


def part_for(run: Run, past: PastCase, found: bytes) -> Part:
    """Where a case belongs: content once sealed stays sealed, content once opened never is again, one content one part."""
    if found in run.placed:
        run.repeated += 1
        return run.placed[found]
    opened = run.sealed_before.get(found)
    known = run.known.get(found)
    if known is not None and known != Part.SEALED.value:
        part = Part(known)
    elif opened is not None:
        run.resealed += 1
        part = Part.BUILD if opened else Part.SEALED
    elif known is not None:
        part = Part.SEALED
    elif run.cuts is not None and past.happened_at is not None:
        part = part_by_time(past.happened_at, run.cuts)
    else:
        part = run.order.shares.part_at(uniform(hmac.digest(run.split_key, found, "sha256")))
    run.placed[found] = part
    return part


def count(run: Run, past: PastCase, part: Part) -> None:
    """Counts a case, and refuses an answer the use case does not know."""
    run.parts[part] = run.parts.get(part, 0) + 1
    if past.answer is None:
        run.unlabelled += 1
        return
    if run.use_case.answer_kind is not AnswerKind.CHOICE:
        return
    label = answer_label(past.answer)
    declared = run.order.answers
    if declared and label not in declared:
        why = f"Row {past.line}: answer {label!r} is not one of the {len(declared)} answers that use_case.yaml declares."
        raise BadHistoryError(why, "Correct the row, or add the answer under `answers:`.")
    run.all_answers.add(label)
    if part is Part.SEALED:
        run.sealed_answers.setdefault(label, past.line)
    elif part is Part.BUILD:
        run.build_answers.add(label)


def unknown_answer(run: Run, build: set[str]) -> BadHistoryError | None:
    """An answer that only the sealed part has: a slip of the pen, or a class nothing could have learned."""
    if not build or run.order.answers:
        return None
    unknown = sorted(set(run.sealed_answers) - build)
    if not unknown:
        return None
    named = ", ".join(f"{label!r} (row {run.sealed_answers[label]})" for label in unknown[:3])
    return BadHistoryError(
        f"{len(unknown)} answer(s) occur in the sealed part and never in the build part: {named}.",
        "Correct the rows, add past cases with these answers, or list every answer under `answers:` in use_case.yaml.",
    )


def import_warnings(run: Run, parts: Mapping[str, int]) -> tuple[str, ...]:
    """What the importer should know, in sentences."""
    found: list[str] = []
    if parts["sealed"] and not parts["build"] and not run.known:
        found.append("There is no build part: unknown answers and unfamiliar cases cannot be told, and no guard is fitted.")
    if parts["build"] and not parts["calibration"] and not run.known:
        found.append("There is no calibration part: confidence is not calibrated and the familiarity guard is not fitted.")
    if run.unlabelled and parts["sealed"]:
        counts = "a look at all sealed cases counts them as errors, `method: anytime` counts up to the first of them"
        found.append(f"{run.unlabelled:,} cases have no answer; {counts}.")
    if run.left_to_people:
        taken = "answers were not taken: since a pilot was drawn, people who fed and built nothing answer these cases"
        found.append(f"{run.left_to_people:,} {taken}. See `licet label {run.use_case.slug}`.")
    if run.repeated:
        found.append(f"{run.repeated:,} cases repeat the content of another row; they stay in one part together.")
    if run.resealed:
        found.append(f"{run.resealed:,} cases were sealed before; they stayed sealed, or are history where they had been opened.")
    return tuple(found)

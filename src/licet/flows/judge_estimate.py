"""Judging beside people: a judge's strata fixed before any label is read, its agreement with people, and an estimate; never a verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from licet.core.answer import Answer
from licet.core.canonical import Json
from licet.core.case import Part
from licet.core.grading import agrees
from licet.core.ids import CaseNumber, Digest, SealedSetId
from licet.core.judge import JudgeCard, Opinion
from licet.core.judged import Weighed, may_be_judged, sorted_by, warnings_on, weigh
from licet.core.known import Ceiling
from licet.core.people import Actor
from licet.core.refusal import Refused, Unknown
from licet.core.standard import Standard
from licet.core.system import Proposal, SystemCard
from licet.core.use_case import UseCase
from licet.flows.evaluate import Request, may_evaluate
from licet.flows.figures import human_ceiling
from licet.flows.office import Office, entry
from licet.flows.open_sealed import answers_opened
from licet.flows.own_grades import standard_at_hand
from licet.flows.propose import Spoken, speaker
from licet.flows.run import ALONE, CHUNK_BYTES, Matter, Runner
from licet.flows.speak import BLOCK, hear_out
from licet.ports import Judge
from licet.store import cases, looks
from licet.store.book import Tx
from licet.store.heads import CaseHead, Known, blocks, known_of, part_heads, read_cases, sealed_heads


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeEstimate:
    """What a judge and people's labels show together. It is no verdict, and no gate takes it.

    Attributes:
        judge: which judge it is.
        system: whose answers it was asked about.
        weighed: its agreement with people, and the estimate.
        unanswered: cases without an answer of the system; in no number.
        ceiling: how far people agree with each other.
        warnings: what a reader must know.
    """

    use_case: UseCase
    judge: JudgeCard
    system: SystemCard
    weighed: Weighed
    unanswered: int
    ceiling: Ceiling | Unknown
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """An answer of the system, with what the judge says of it and what is known of its case before any label is read."""

    number: CaseNumber
    answer: Answer
    says: Opinion
    known: Known


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the judge said, the oldest case first, and the strata that it made of all answers."""

    use_case: UseCase
    judge: Judge
    system: SystemCard
    judged: tuple[_Judged, ...]
    places: tuple[int, ...]
    unanswered: int


def judge_estimate(office: Office, by: Actor, request: Request, runner: Runner = ALONE) -> JudgeEstimate | Refused:
    """Holds a use case's judge against people on unsealed and opened cases, and estimates beside it how often the system is wrong.

    Returns:
        What both show; or `Refused` where there is no judge, nothing to judge, or the system stopped answering.
    """
    asked = _asked(office, by, request, runner)
    if isinstance(asked, Refused):
        return asked
    with office.book.read() as tx:
        right = _right(_labels(tx, asked.use_case), asked.judged, standard_at_hand(office, asked.use_case, request.on_disk))
        ceiling = human_ceiling(tx, asked.use_case)
    weighed = weigh([one.says for one in asked.judged], asked.places, right)
    found = JudgeEstimate(
        use_case=asked.use_case,
        judge=asked.judge.card,
        system=asked.system,
        weighed=weighed,
        unanswered=asked.unanswered,
        ceiling=ceiling,
        warnings=warnings_on(weighed, ceiling),
    )
    with office.book.write() as tx:
        _record(tx, by, office.clock.now(), found)
    return found


def _asked(office: Office, by: Actor, request: Request, runner: Runner) -> _Asked | Refused:
    """Lets the system answer and the judge speak; no label is read."""
    with office.book.read() as tx:
        use_case = may_evaluate(office, tx, by, request.name)
        heads = [] if isinstance(use_case, Refused) else _heads(tx, use_case)
    if isinstance(use_case, Refused):
        return use_case
    judge = office.judges.load(use_case.slug)
    if judge is None or not heads:
        return _no_judge(use_case) if judge is None else _nothing_to_judge(use_case)
    speaks = speaker(office, use_case, wanted=request.system, posted_as=request.posted_as)
    if isinstance(speaks, Refused):
        return speaks
    matter = Matter(use_case=use_case, speaker=speaks, by=by.id)
    spoken = hear_out(office, matter, heads, runner, with_attributes=False)
    if isinstance(spoken, Refused):
        return spoken
    judged = _judged(office, use_case, judge, heads, spoken)
    places = sorted_by([one.says for one in judged], labels=sum(one.known.labelled for one in judged))
    return _Asked(use_case=use_case, judge=judge, system=speaks.card, judged=judged, places=places, unanswered=len(spoken) - len(judged))


def _no_judge(use_case: UseCase) -> Refused:
    remedy = "Write a judge.py with `def judge(case, answer)` in its folder: see docs/judges.md."
    return Refused(code="judge_missing", why=f"{use_case.slug!r} has no judge.", remedy=remedy)


def _nothing_to_judge(use_case: UseCase) -> Refused:
    why = f"{use_case.slug!r} has neither a calibration part nor opened cases; sealed ones no judge reads."
    return Refused(code="no_history", why=why, remedy="Import with a split such as --parts 50:20:30.")


def _heads(tx: Tx, use_case: UseCase) -> list[CaseHead]:
    """Cases that a judge may see: the calibration part, and sealed cases once they are open."""
    opened = _opened(tx, use_case)
    return [*part_heads(tx, use_case, Part.CALIBRATION), *([] if opened is None else sealed_heads(tx, use_case, opened[0]))]


def _opened(tx: Tx, use_case: UseCase) -> tuple[SealedSetId, Digest] | None:
    """The newest sealed set and the scope under which it was opened, where a judge may see it."""
    newest = looks.current_set(tx, use_case)
    if newest is None or newest.opened_scope is None or not may_be_judged(newest):
        return None
    return newest.id, newest.opened_scope


def _judged(office: Office, use_case: UseCase, judge: Judge, heads: Sequence[CaseHead], spoken: Sequence[Spoken]) -> tuple[_Judged, ...]:
    """Asks the judge about each answer of the system, a block's contents in memory at a time; the oldest case first."""
    said = {one.number: one.proposed.answer for one in spoken if isinstance(one.proposed, Proposal)}
    found: list[_Judged] = []
    for block in blocks([head for head in heads if head.number in said], most=BLOCK, most_bytes=CHUNK_BYTES):
        numbers = [head.number for head in block]
        with office.book.read() as tx:
            known, read = known_of(tx, use_case, numbers), read_cases(tx, use_case, numbers)
        opinions = judge.says([one.body.content for one in read], [said[one.number] for one in read])
        found += [
            _Judged(number=one.number, answer=said[one.number], says=says, known=known[one.number])
            for one, says in zip(read, opinions, strict=True)
        ]
    return tuple(sorted(found, key=lambda one: (one.known.happened_at, one.number)))


def _labels(tx: Tx, use_case: UseCase) -> Mapping[CaseNumber, Answer | None]:
    """What people said on the cases that a judge may see; sealed labels stay where they are."""
    found = {past.number: past.answer for past in cases.history(tx, use_case, Part.CALIBRATION)}
    opened = _opened(tx, use_case)
    return found if opened is None else found | answers_opened(tx, use_case, *opened)


def _right(labels: Mapping[CaseNumber, Answer | None], judged: Sequence[_Judged], standard: Standard) -> list[bool | None]:
    """Whether people's label says that each answer is right: one that loses anything is wrong; None where there is no label."""
    truths = [labels.get(one.number) for one in judged]
    return [None if truth is None else agrees(one.answer, truth, standard.grading) for one, truth in zip(judged, truths, strict=True)]


def _record(tx: Tx, by: Actor, now: datetime, found: JudgeEstimate) -> None:
    weighed = found.weighed
    strata: list[Json] = [[one.cases, one.labelled, one.errors] for one in weighed.strata]
    facts: dict[str, Json] = {
        "judge": found.judge.digest,
        "fingerprint": found.system.fingerprint,
        "cases": weighed.cases,
        "labelled": weighed.labelled,
        "failed": weighed.failed,
        "strata": strata,
    }
    tx.record(entry("judge.estimated", by=by.id, now=now, use_case=found.use_case, **facts))

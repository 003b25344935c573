"""Judging beside people: a judge's strata fixed before any label is read, its agreement with people, and an estimate; never a verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from licet.core.answer import Answer
from licet.core.canonical import Json
from licet.core.case import Content, Part
from licet.core.grading import agrees
from licet.core.ids import CaseNumber
from licet.core.judge import JudgeCard, Opinion
from licet.core.judged import Weighed, sorted_by, warnings_on, weigh
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
from licet.flows.propose import Speaker, Spoken, speak_on, speaker
from licet.ports import Judge
from licet.store import cases, looks
from licet.store.book import Tx


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
class _Given:
    """The cases as they are known before any label is read, the oldest first; `answers` are the system's."""

    numbers: tuple[CaseNumber, ...]
    contents: tuple[Content, ...]
    answers: tuple[Answer, ...]
    unanswered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the judge said, and the strata that it made of all answers."""

    use_case: UseCase
    judge: Judge
    speaker: Speaker
    given: _Given
    opinions: tuple[Opinion, ...]
    places: tuple[int, ...]


def judge_estimate(office: Office, by: Actor, request: Request) -> JudgeEstimate | Refused:
    """Holds a use case's judge against people on unsealed and opened cases, and estimates beside it how often the system is wrong.

    Returns:
        What both show; or `Refused` where there is no judge, nothing to judge, or the system stopped answering.
    """
    asked = _asked(office, by, request)
    if isinstance(asked, Refused):
        return asked
    with office.book.read() as tx:
        right = _right(_labels(tx, asked.use_case), asked.given, request.on_disk)
        ceiling = human_ceiling(tx, asked.use_case)
    weighed = weigh(asked.opinions, asked.places, right)
    found = JudgeEstimate(
        use_case=asked.use_case,
        judge=asked.judge.card,
        system=asked.speaker.card,
        weighed=weighed,
        unanswered=asked.given.unanswered,
        ceiling=ceiling,
        warnings=warnings_on(weighed, ceiling),
    )
    with office.book.write() as tx:
        _record(tx, by, office.clock.now(), found)
    return found


def _asked(office: Office, by: Actor, request: Request) -> _Asked | Refused:
    """Lets the system answer and the judge speak; no label is read."""
    with office.book.read() as tx:
        use_case = may_evaluate(office, tx, by, request.name)
        stored = [] if isinstance(use_case, Refused) else _stored(tx, use_case)
    if isinstance(use_case, Refused):
        return use_case
    judge = office.judges.load(use_case.slug)
    if judge is None or not stored:
        return _no_judge(use_case) if judge is None else _nothing_to_judge(use_case)
    speaks = speaker(office, use_case, wanted=request.system, posted_as=request.posted_as)
    if isinstance(speaks, Refused):
        return speaks
    spoken = speak_on(office, use_case, speaks, stored, with_attributes=False)
    if isinstance(spoken, Refused):
        return spoken
    with office.book.read() as tx:
        given = _given(tx, stored, spoken)
        labels = cases.labelled_of(tx, use_case, given.numbers)
    opinions = tuple(judge.says(given.contents, given.answers))
    places = sorted_by(opinions, labels=labels)
    return _Asked(use_case=use_case, judge=judge, speaker=speaks, given=given, opinions=opinions, places=places)


def _no_judge(use_case: UseCase) -> Refused:
    remedy = "Write a judge.py with `def judge(case, answer)` in its folder: see docs/judges.md."
    return Refused(code="judge_missing", why=f"{use_case.slug!r} has no judge.", remedy=remedy)


def _nothing_to_judge(use_case: UseCase) -> Refused:
    why = f"{use_case.slug!r} has neither a calibration part nor opened cases; sealed ones no judge reads."
    return Refused(code="no_history", why=why, remedy="Import with a split such as --parts 50:20:30.")


def _stored(tx: Tx, use_case: UseCase) -> list[cases.StoredCase]:
    """Cases that a judge may see, without their labels, the oldest first: the calibration part, and sealed cases once they are open."""
    newest = looks.current_set(tx, use_case)
    opened = [] if newest is None or newest.opened_scope is None else cases.sealed(tx, use_case, newest.id)
    return sorted([*cases.stored(tx, use_case, Part.CALIBRATION), *opened], key=_age)


def _age(one: cases.StoredCase) -> tuple[str, int]:
    return ("" if one.happened_at is None else one.happened_at.isoformat(), one.number)


def _given(tx: Tx, stored: Sequence[cases.StoredCase], spoken: Sequence[Spoken]) -> _Given:
    said = {one.number: one.proposed.answer for one in spoken if isinstance(one.proposed, Proposal)}
    there = [(one, body) for one in stored if one.number in said and (body := cases.body_of(tx, one)) is not None]
    return _Given(
        numbers=tuple(one.number for one, _ in there),
        contents=tuple(body.content for _, body in there),
        answers=tuple(said[one.number] for one, _ in there),
        unanswered=len(spoken) - len(there),
    )


def _labels(tx: Tx, use_case: UseCase) -> Mapping[CaseNumber, Answer | None]:
    """What people said on the cases that a judge may see; sealed labels stay where they are."""
    found = {past.number: past.answer for past in cases.history(tx, use_case, Part.CALIBRATION)}
    newest = looks.current_set(tx, use_case)
    if newest is None or newest.opened_scope is None:
        return found
    return found | answers_opened(tx, use_case, newest.id, newest.opened_scope)


def _right(labels: Mapping[CaseNumber, Answer | None], given: _Given, standard: Standard) -> list[bool | None]:
    """Whether people's label says that each answer is right: one that loses anything is wrong; None where there is no label."""
    truths = [labels.get(number) for number in given.numbers]
    return [None if truth is None else agrees(said, truth, standard.grading) for said, truth in zip(given.answers, truths, strict=True)]


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

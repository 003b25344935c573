"""Own grades: asks the Python function of a use case's folder how wrong answers are, wherever its standard names one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from licet.core.answer import Answer
from licet.core.grading import Grading, same
from licet.core.ids import CaseNumber, Digest, Fingerprint
from licet.core.own_grader import Asked, Grade, Grader, OwnGrader, pair_key
from licet.core.refusal import Refused, Unknown
from licet.core.standard import Standard
from licet.core.system import Proposal
from licet.core.use_case import UseCase
from licet.flows.grade import Gone, answers_of
from licet.flows.hear import Heard
from licet.flows.office import Office
from licet.flows.propose import Spoken
from licet.flows.sealed_answers import right_answers
from licet.store import grades, looks

Pair = tuple[Answer, Answer]

TRIED = 50
"""Pairs of answers that a grader is tried on before it grades, each twice."""


@dataclass(slots=True, kw_only=True)
class _Asking:
    """Asks a grader one pair at a time, and each pair once."""

    grader: Grader | Unknown
    said: dict[Digest, Grade] = field(default_factory=dict)

    def __call__(self, answer: Answer, truth: Answer) -> Grade:
        if isinstance(self.grader, Unknown):
            return self.grader
        key = pair_key(answer, truth)
        if key not in self.said:
            self.said[key] = self.grader.grades([(answer, truth)])[0]
        return self.said[key]


def at_hand(office: Office, use_case: UseCase, grading: Grading) -> Grading:
    """The grading with its grader's code at hand; any that is no function of the use case's folder as it is."""
    if not isinstance(grading, OwnGrader):
        return grading
    return replace(grading, ask=_Asking(grader=office.graders.load(use_case.slug, grading)))


def standard_at_hand(office: Office, use_case: UseCase, standard: Standard) -> Standard:
    """The standard with its grader's code at hand."""
    return replace(standard, grading=at_hand(office, use_case, standard.grading))


def warnings_of(standard: Standard) -> tuple[str, ...]:
    """What a grader failed on, of what it was asked, for whoever may see it; nothing where it did not, or is no function."""
    ask = standard.grading.ask if isinstance(standard.grading, OwnGrader) else None
    if not isinstance(ask, _Asking):
        return ()
    if isinstance(ask.grader, Unknown):
        return (f"Every answer that is not the same counts as wrong: {ask.grader.why}",)
    failed = [one for one in ask.said.values() if isinstance(one, Unknown)]
    return (f"The grader failed on {len(failed):,} pairs of answers, which count as wrong here: {failed[0].why}",) if failed else ()


def tried(office: Office, use_case: UseCase, grading: Grading, heard: Heard) -> Heard | Refused:
    """Tries a grader on a system's own answers, held against one another: no answer of people is read, and it may fail without harm.

    Returns:
        `Refused` where its code is not at hand, where it fails, and where it says something else the second time; else what was heard.
    """
    if not isinstance(grading, OwnGrader):
        return heard
    grader = office.graders.load(use_case.slug, grading)
    if isinstance(grader, Unknown):
        return _fails(grader.why)
    pairs = [(one, other) for one, other in pairwise(answers_of(heard.spoken)) if not same(one, other)][:TRIED]
    first, again = grader.grades(pairs), grader.grades(pairs)
    failed = [one.why for one in (*first, *again) if isinstance(one, Unknown)]
    if failed:
        return _fails(failed[0])
    if list(first) != list(again):
        why = f"The grader {grading.function!r} said of {_differing(first, again)} of {len(pairs)} pairs something else the second time."
        return Refused(code="grader_fails", why=why, remedy="Let it depend on the two answers alone: no chance, no clock, no network.")
    return heard


def _differing(first: Sequence[Grade], again: Sequence[Grade]) -> int:
    return sum(one != other for one, other in zip(first, again, strict=True))


def _fails(why: str) -> Refused:
    remedy = "Correct grader.py; if the standard is locked, revise it: other code is another standard."
    return Refused(code="grader_fails", why=f"The grader cannot grade. {why}", remedy=remedy)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedGrades:
    """A standard that knows the grades of its sealed cases, and whether one of them is ungraded."""

    standard: Standard
    own: bool = False
    failed: bool = False


def settled(
    office: Office,
    use_case: UseCase,
    standard: Standard,
    fingerprint: Fingerprint,
    proof: looks.PlannedLook,
    spoken: Sequence[Spoken | Gone],
) -> SealedGrades:
    """Grades sealed answers outside any transaction that writes, and keeps each grade under case, fingerprint and grader's version.

    What is kept is not graded again, so that a run that was killed goes on, and a changed grader calls no system. A sample is graded
    twice; a pair of which something else is said the second time is ungraded.

    Args:
        office: the office.
        use_case: whose folder holds the grader.
        standard: the locked one; one whose grader is no function comes back as it is.
        fingerprint: of the system that gave the answers.
        proof: that the look was planned and is in the ledger: sealed answers are read by it.
        spoken: what the system said.
    """
    grading = standard.grading
    if not isinstance(grading, OwnGrader):
        return SealedGrades(standard=standard)
    differing = _differing_pairs(office, use_case, proof, spoken)
    keys = {number: pair_key(*pair) for number, pair in differing.items()}
    with office.book.read() as tx:
        kept = grades.kept(tx, fingerprint, grading.version, list(differing))
    known: dict[Digest, Grade] = {pair: lost for number, (pair, lost) in kept.items() if keys[number] == pair}
    missing = {keys[number]: pair for number, pair in differing.items() if keys[number] not in known}
    known |= _graded(office.graders.load(use_case.slug, grading), missing)
    graded = {number: (key, lost) for number, key in keys.items() if not isinstance(lost := known[key], Unknown)}
    fresh = {number: grade for number, grade in graded.items() if kept.get(number) != grade}
    with office.book.write() as tx:
        grades.keep(tx, fingerprint, grading.version, fresh)
    failed = any(isinstance(known[key], Unknown) for key in keys.values())
    return SealedGrades(standard=replace(standard, grading=replace(grading, ask=_from(known))), own=True, failed=failed)


def _differing_pairs(
    office: Office, use_case: UseCase, proof: looks.PlannedLook, spoken: Sequence[Spoken | Gone]
) -> dict[CaseNumber, Pair]:
    with office.book.read() as tx:
        right = right_answers(tx, use_case, proof)
    heard = [one for one in spoken if isinstance(one, Spoken)]
    given = {one.number: one.proposed.answer for one in heard if isinstance(one.proposed, Proposal)}
    pairs = {number: (said, truth) for number, said in given.items() if (truth := right.get(number)) is not None}
    return {number: pair for number, pair in pairs.items() if not same(*pair)}


def _graded(grader: Grader | Unknown, missing: Mapping[Digest, Pair]) -> dict[Digest, Grade]:
    if isinstance(grader, Unknown):
        return dict.fromkeys(missing, grader)
    said = dict(zip(missing, grader.grades(list(missing.values())), strict=True))
    sample = list(missing)[:: max(1, len(missing) // TRIED)]
    again = dict(zip(sample, grader.grades([missing[key] for key in sample]), strict=True))
    return said | {key: _UNSTEADY for key, other in again.items() if other != said[key]}


_UNSTEADY = Unknown(why="The grader said something else the second time.")
_UNREAD = Unknown(why="The answer changed after it was graded.")


def _from(known: Mapping[Digest, Grade]) -> Asked:
    return lambda answer, truth: known.get(pair_key(answer, truth), _UNREAD)

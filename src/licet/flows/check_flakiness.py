"""Checking flakiness: the same system is asked twice about cases that are not sealed, so that nobody takes its chance for the cases'."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from licet.core.case import Part
from licet.core.flakiness import Flakiness, Flips, both_answered, compare, flakiness_to_json, flips
from licet.core.ids import CaseNumber, Digest
from licet.core.people import Actor
from licet.core.refusal import Refused, Unknown
from licet.core.scope import Scope
from licet.core.sealed import FreshLook, ask_to_look
from licet.core.standard import CountersignedStandard
from licet.core.system import Cause, NoProposal, Proposed
from licet.core.use_case import UseCase
from licet.flows.evaluate import Request, may_evaluate
from licet.flows.grade import grade
from licet.flows.hear import HeardUnder, hear
from licet.flows.office import Office, entry
from licet.flows.own_grades import standard_at_hand
from licet.flows.propose import Speaker, Spoken, ask, speaker
from licet.flows.run import ALONE, CHUNK, CHUNK_BYTES, Matter, Runner
from licet.flows.set_standard import signed_standard
from licet.store import cases, flakiness, heads, looks
from licet.store.flakiness import StoredFlakiness
from licet.store.heads import CaseHead

USUAL_CASES = 300
"""Cases asked about twice where nobody says how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A check, and which system was asked."""

    use_case: UseCase
    speaker: Speaker
    found: Flakiness


def check_flakiness(office: Office, by: Actor, request: Request, runner: Runner = ALONE, *, most: int = USUAL_CASES) -> Checked | Refused:
    """Asks a system twice about the same calibration cases; no sealed case is touched, and no look is spent.

    Args:
        office: the office.
        by: who asks for it.
        request: which system of which use case.
        runner: who asks the first time; those answers are kept as any others, the second ones are compared and forgotten.
        most: cases at most, drawn at random from the calibration part.

    Returns:
        What was found; without a standard that two people signed, how often the verdict would change is `Unknown`. `Refused` where there
        is nothing to ask about, nobody to ask, or the system stopped answering.
    """
    with office.book.read() as tx:
        use_case = may_evaluate(office, tx, by, request.name)
        drawn = [] if isinstance(use_case, Refused) else heads.drawn_heads(tx, use_case, Part.CALIBRATION, limit=most)
    if isinstance(use_case, Refused):
        return use_case
    speaks = _askable(office, use_case, request, drawn)
    return (
        speaks
        if isinstance(speaks, Refused)
        else _checked(office, Matter(use_case=use_case, speaker=speaks, by=by.id), request, runner, drawn)
    )


def _askable(office: Office, use_case: UseCase, request: Request, drawn: Sequence[CaseHead]) -> Speaker | Refused:
    """The system, where it can be asked and there are cases to ask about."""
    if not drawn:
        why = f"{use_case.slug!r} has no calibration part to ask about."
        return Refused(code="no_history", why=why, remedy="Import with a split such as --parts 50:20:30.")
    speaks = speaker(office, use_case, wanted=request.system, posted_as=request.posted_as)
    if isinstance(speaks, Speaker) and speaks.system is None:
        why = f"The proposals of {speaks.card.name!r} were posted: nobody can be asked a second time."
        return Refused(code="system_missing", why=why, remedy="Check a system that Licet asks itself, or compare two imports outside.")
    return speaks


def _checked(office: Office, matter: Matter, request: Request, runner: Runner, drawn: Sequence[CaseHead]) -> Checked | Refused:
    heard = hear(office, matter, drawn, HeardUnder(standard=request.on_disk, schema=request.schema), runner)
    again = heard if isinstance(heard, Refused) else _asked_again(office, matter, drawn)
    if isinstance(again, Refused) or isinstance(heard, Refused):
        return again if isinstance(again, Refused) else _gone(matter.use_case)
    both = _Both(scope=heard.scope, pairs=[(one, replace(one, proposed=again[one.number])) for one in heard.spoken if one.number in again])
    with office.book.read() as tx:
        signed = signed_standard(tx, matter.use_case, request.on_disk)
    told = Unknown(why=signed.why) if isinstance(signed, Refused) else _flips(office, matter.use_case, signed, both)
    twice = compare([one.proposed for one, _ in both.pairs], [other.proposed for _, other in both.pairs])
    found = Flakiness(fingerprint=matter.speaker.card.fingerprint, twice=twice, flips=told)
    _write(office, matter, found, Digest("") if isinstance(signed, Refused) else signed.digest)
    return Checked(use_case=matter.use_case, speaker=matter.speaker, found=found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Both:
    """Cases with what was said first and what was said then, under the guards that the first answers fixed."""

    scope: Scope
    pairs: Sequence[tuple[Spoken, Spoken]]


def _asked_again(office: Office, matter: Matter, drawn: Sequence[CaseHead]) -> dict[CaseNumber, Proposed] | Refused:
    """Asks once more, past what is kept; nothing of it is kept. Erased cases are left out."""
    said: dict[CaseNumber, Proposed] = {}
    for block in heads.blocks(drawn, most=CHUNK, most_bytes=CHUNK_BYTES):
        with office.book.read() as tx:
            read = heads.read_cases(tx, matter.use_case, [head.number for head in block])
        proposed = ask(matter.speaker, [one.body.content for one in read], [None] * len(read))
        said.update(zip((one.number for one in read), proposed, strict=True))
        if any(isinstance(one, NoProposal) and one.cause is Cause.NOT_ASKED for one in proposed):
            return _gone(matter.use_case)
    return said


def _gone(use_case: UseCase) -> Refused:
    why = f"The system of {use_case.slug!r} stopped answering before it was asked about every case twice."
    return Refused(code="system_unavailable", why=why, remedy="Check again once it answers: no look was spent.")


def _flips(office: Office, use_case: UseCase, signed: CountersignedStandard, both: _Both) -> Flips | Unknown:
    """How often the verdict would change, at the labels and the share of chance that the next look has."""
    with office.book.read() as tx:
        sealed = looks.current_set(tx, use_case)
        truths = {past.number: past.answer for past in cases.history(tx, use_case, Part.CALIBRATION)}
    if sealed is None:
        return Unknown(why="there are no sealed cases, so nobody knows how many a verdict will have")
    look = ask_to_look(sealed, signed.standard, Digest(""))
    share, labels = (look.share, look.labels) if isinstance(look, FreshLook) else (1.0, sealed.labelled)
    answered = [pair for pair in both.pairs if both_answered(pair[0].proposed, pair[1].proposed)]
    standard = standard_at_hand(office, use_case, signed.standard)
    first, second = (grade(standard, both.scope, [pair[side] for pair in answered], truths) for side in (0, 1))
    return flips(signed, first, second, labels=labels, share=share)


def _write(office: Office, matter: Matter, found: Flakiness, standard: Digest) -> None:
    with office.book.write() as tx:
        now = office.clock.now()
        flakiness.add(tx, matter.use_case, StoredFlakiness(found=found, standard=standard, at=now), by=matter.by)
        facts = {**flakiness_to_json(found), "standard": standard}
        tx.record(entry("system.asked_twice", by=matter.by, now=now, use_case=matter.use_case, **facts))

"""Looks at use cases: whether their folders say what the database knows, and whether the system that stands there has the mandate."""

from collections.abc import Iterator
from datetime import timedelta

from licet.cli.findings import Found, OpenRoom, error, note, warning, worst
from licet.core.mandate import ActiveMandate
from licet.core.own_grader import OwnGrader
from licet.core.people import Role
from licet.core.refusal import Unknown
from licet.core.system import SystemCard, SystemKind, SystemNotLoadableError, engine_of, is_weighed, weighed_card
from licet.core.use_case import Stage, UseCase
from licet.edge.bad_file import BadFolderError
from licet.edge.folder import check_folder, load_use_case
from licet.flows.roles import person_anywhere
from licet.store import mandates, people, standards, systems, use_cases

SOON = timedelta(days=7)
"""A mandate that ends within this time wants a fresh verdict now."""


def _every(room: OpenRoom) -> list[UseCase]:
    with room.office.book.read() as tx:
        return [one for one in use_cases.every(tx) if one.stage is not Stage.RETIRED]


def _active(room: OpenRoom) -> list[tuple[UseCase, ActiveMandate]]:
    with room.office.book.read() as tx:
        found = [(one, mandates.in_force(tx, one)) for one in use_cases.every(tx) if one.stage is not Stage.RETIRED]
    return [(one, mandate) for one, mandate in found if isinstance(mandate, ActiveMandate)]


def folders(room: OpenRoom) -> Found:
    """Whether each use case has a sound folder that says the same as the database."""
    return worst((found for one in _every(room) for found in _folder(room, one)), "each use case has a folder, and its files are sound")


def _folder(room: OpenRoom, use_case: UseCase) -> Iterator[Found]:
    place = room.home.use_cases / use_case.slug
    if not place.is_dir():
        yield error(f"The use case {use_case.slug!r} has no folder {str(place)!r}. Restore it, or retire the use case.")
        return
    findings = check_folder(place)
    if findings:
        yield error(f"{findings[0].file}: {findings[0].why} {len(findings)} in all; `licet check` names each with its remedy.")
        return
    try:
        told = load_use_case(place)
    except BadFolderError as wrong:
        yield error(str(wrong))
        return
    if told.answer is not use_case.answer_kind:
        yield error(
            f"{str(place / 'use_case.yaml')!r} says answer {told.answer.value}, the use case was made for {use_case.answer_kind.value}: "
            "what comes in cannot be read. Put the file back, or make a new use case."
        )


def strangers(room: OpenRoom) -> Found:
    """Whether a folder stands there that no use case knows."""
    known = {one.slug for one in _every(room)} | set(_retired(room))
    there = sorted(place.name for place in room.home.use_cases.glob("*") if place.is_dir() and not place.name.startswith("."))
    unknown = [name for name in there if name not in known]
    return worst(
        (note(f"The folder {name!r} belongs to no use case. Make it with `licet use-case new {name}`, or remove it.") for name in unknown),
        "every folder belongs to a use case",
    )


def _retired(room: OpenRoom) -> list[str]:
    with room.office.book.read() as tx:
        return [one.slug for one in use_cases.every(tx) if one.stage is Stage.RETIRED]


def loadable(room: OpenRoom) -> Found:
    """Whether the system of each mandate can be loaded and is the very one that was judged; otherwise every case goes to people."""
    found = [one for use_case, mandate in _active(room) for one in _system(room, use_case, mandate)]
    return worst(found, "each mandate's system is the one that was judged")


def _system(room: OpenRoom, use_case: UseCase, mandate: ActiveMandate) -> Iterator[Found]:
    wanted = mandate.terms.fingerprint
    with room.office.book.read() as tx:
        stored = systems.find(tx, use_case, wanted)
    if stored is None or stored.card.kind in {SystemKind.POSTED, SystemKind.BUILTIN}:
        return
    begins = f"Every case of {use_case.slug!r} goes to people"
    try:
        found = room.office.systems.load(use_case.slug, use_case.answer_kind, stored.card.kind)
    except SystemNotLoadableError as wrong:
        yield error(f"{begins}, because the system of its mandate cannot be loaded: {wrong}")
        return
    if found is None:
        yield error(f"{begins}, because the system of its mandate is not in its folder any more. Put it back.")
    elif _as_judged(found.card, stored.card).fingerprint != wanted:
        yield error(
            f"{begins}, because the system in its folder is another ({found.card.name} {found.card.version}) than the one that has the "
            f"mandate ({mandate.terms.system}). Put that one back, or let this one earn its own: `licet evaluate {use_case.slug}`."
        )


def _as_judged(card: SystemCard, judged: SystemCard) -> SystemCard:
    """The card of a folder's system beside the past cases that the judged one was weighed by, which are in the database."""
    engine = engine_of(judged)
    return card if engine is None or not is_weighed(card) else weighed_card(card, engine)


def graders(room: OpenRoom) -> Found:
    """Whether the grader.py of each mandate's standard is the one that was signed; otherwise whatever differs counts as wrong."""
    found = [one for use_case, mandate in _active(room) for one in _grader(room, use_case, mandate)]
    return worst(found, "each mandate's grader is the one that was signed")


def _grader(room: OpenRoom, use_case: UseCase, mandate: ActiveMandate) -> Iterator[Found]:
    with room.office.book.read() as tx:
        signed = standards.by_digest(tx, use_case, mandate.terms.standard)
    grading = None if signed is None else signed.standard.grading
    if not isinstance(grading, OwnGrader):
        return
    there = room.office.graders.load(use_case.slug, grading)
    if isinstance(there, Unknown):
        yield warning(
            f"Audits of {use_case.slug!r} are graded exactly, and count each answer that differs as wrong, by which its mandate may end: "
            f"{there.why} Put the file back, or have the new one signed and let it earn its own mandate: "
            f"`licet standard revise {use_case.slug}`."
        )


def expiry(room: OpenRoom) -> Found:
    """Whether a mandate ends soon."""
    return worst(
        (
            warning(
                f"The mandate of {one.slug!r} ends on {mandate.expires_at:%Y-%m-%d %H:%M} UTC, after which every case goes to people. "
                "Evaluate on fresh sealed cases and propose the next one."
            )
            for one, mandate in _active(room)
            if mandate.expires_at - room.now < SOON
        ),
        "no mandate ends within a week",
    )


def audits(room: OpenRoom) -> Found:
    """Whether audits are answered in time; each that is not counts as an error of the system."""
    return worst(
        (
            warning(
                f"{one.mandate.audits_overdue:,} audits of {one.slug!r} are overdue: each counts as an error, and the mandate ends by it. "
                f"Let reviewers answer `licet audit {one.slug}`."
            )
            for one in room.gauges.use_cases
            if one.mandate is not None and one.mandate.audits_overdue
        ),
        "no audit is overdue",
    )


def reviewers(room: OpenRoom) -> Found:
    """Whether there is anybody who may answer."""
    with room.office.book.read() as tx:
        there = any(person_anywhere(tx, person).has(Role.REVIEWER) for person, _ in people.everyone(tx))
    needed = [one.slug for one in room.gauges.use_cases if one.tally.routed or one.mandate is not None]
    if needed and not there:
        return error(f"Nobody has the role reviewer, and cases of {', '.join(needed)} wait for one. Add one with `licet person add`.")
    return worst((), "somebody may review" if there else "no case needs a reviewer yet")

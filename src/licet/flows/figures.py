"""Reviewers' figures: how sure each is, how they take advice, how far people agree; first for themselves, then for whoever may look."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from licet.core.answer import Answer, answer_label
from licet.core.grading import same
from licet.core.ids import CaseNumber, PersonId
from licet.core.known import Ceiling, Figures, Shown, Span, Work, figures, may_see, open_until
from licet.core.people import Act, Actor, Person, Role
from licet.core.refusal import Refused, Unknown
from licet.core.use_case import UseCase
from licet.flows.office import Office, allowed_person, entry, person_at_work_on
from licet.flows.roles import everybody_here, person_here
from licet.stats.agreement import Agreement, alpha, counts_of, weighted_share
from licet.stats.labellers import Labeller, dawid_skene, ratings_of
from licet.store import agreements, contests, known, people, use_cases
from licet.store.book import Tx

FIGURES_OVER = timedelta(days=365)
"""Over so long figures are counted where nothing else is said."""

EVER = Span(since=datetime(1970, 1, 1, tzinfo=UTC), until=datetime(9999, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """Somebody's own figures in one use case, and each known answer they stand on, newest first.

    `reasons`: why contests of theirs were decided as they were, by the known answer's name.
    """

    figures: Figures
    known: tuple[Shown, ...]
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewers:
    """Everybody who reviews in a use case, as far as the viewer may see, and how far they agree."""

    figures: tuple[Figures, ...]
    hidden: int
    ceiling: Ceiling | Unknown


def own_figures(office: Office, by: Actor, *, name: str, over: timedelta = FIGURES_OVER) -> Own | Refused:
    """What somebody sees of themselves; that they looked is kept, since others see nothing that they could not see before."""
    with office.book.write() as tx:
        now = office.clock.now()
        there = person_at_work_on(office, tx, by, Act.REVIEW, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        if known.saw_own(tx, use_case, person.id, at=now):
            tx.record(entry("figures.seen", by=person.id, now=now, use_case=use_case))
        span = Span(since=now - over, until=now)
        shown = known.answered(tx, use_case, person=person.id, since=span.since, until=span.until)
        made = _figures(tx, use_case, person, span, _estimates(tx, use_case, span))
        return Own(figures=made, known=tuple(reversed(shown)), reasons=contests.reasons(tx, use_case, person.id))


def own_everywhere(office: Office, by: Actor) -> list[Own]:
    """Somebody's own figures in each use case in which they review."""
    with office.book.read() as tx:
        there = [one.slug for one in use_cases.every(tx) if isinstance(allowed_person(office, tx, by, Act.REVIEW, one), Person)]
    found = [own_figures(office, by, name=slug) for slug in there]
    return [one for one in found if isinstance(one, Own)]


def figures_of(office: Office, by: Actor, *, name: str, email: str, over: timedelta = FIGURES_OVER) -> Figures | Refused:
    """Somebody's figures for whoever may see them: what the person looked at, or could for a week."""
    with office.book.read() as tx:
        now = office.clock.now()
        there = person_at_work_on(office, tx, by, Act.LOOK, name=name)
        if isinstance(there, Refused):
            return there
        use_case, viewer = there
        found = people.by_email(tx, email)
        if found is None:
            return Refused(code="not_there", why=f"Nobody here has the address {email!r}.", remedy="Add a person with `licet person add`.")
        span = _open_to(tx, use_case, viewer, found, (now, over))
        return may_see(viewer, found.id) or _figures(tx, use_case, person_here(tx, found, use_case), span, _estimates(tx, use_case, span))


def reviewers(office: Office, by: Actor, *, name: str, over: timedelta = FIGURES_OVER) -> Reviewers | Refused:
    """Everybody who may review in a use case with their figures, as far as the viewer may see them; and the human ceiling."""
    with office.book.read() as tx:
        now = office.clock.now()
        there = person_at_work_on(office, tx, by, Act.LOOK, name=name)
        if isinstance(there, Refused):
            return there
        use_case, viewer = there
        everybody = [one for one in everybody_here(tx, use_case) if one.has(Role.REVIEWER, Role.SENIOR_REVIEWER)]
        open_ones = [one for one in everybody if may_see(viewer, one.id) is None]
        spans = {one.id: _open_to(tx, use_case, viewer, one, (now, over)) for one in open_ones}
        shared = {span.until: _estimates(tx, use_case, span) for span in spans.values()}
        made = tuple(_figures(tx, use_case, one, spans[one.id], shared[spans[one.id].until]) for one in open_ones)
        return Reviewers(figures=made, hidden=len(everybody) - len(open_ones), ceiling=human_ceiling(tx, use_case))


def _open_to(tx: Tx, use_case: UseCase, viewer: Person, other: Person, when: tuple[datetime, timedelta]) -> Span:
    now, over = when
    until = open_until(viewer.id, other.id, looked=known.looked(tx, use_case, other.id), now=now)
    return Span(since=now - over, until=until)


def _figures(tx: Tx, use_case: UseCase, person: Person, span: Span, estimates: Mapping[PersonId, Labeller]) -> Figures:
    shown = known.answered(tx, use_case, person=person.id, since=span.since, until=span.until)
    seconds = agreements.seconds_of(tx, use_case, person.id, since=span.since, until=span.until)
    return figures(person, use_case.slug, span, Work(known=shown, seconds=seconds, estimated=estimates.get(person.id)))


# --- agreement -----------------------------------------------------------------------------------------------------------

Said = Mapping[CaseNumber, Sequence[tuple[PersonId, Answer]]]


def _said(tx: Tx, use_case: UseCase, pairs: Sequence[agreements.Pair], span: Span) -> Said:
    """What people said, each blind, on cases that several of them answered: double reviews, and planted cases."""
    found: dict[CaseNumber, list[tuple[PersonId, Answer]]] = defaultdict(list)
    for one in pairs:
        found[one.case] += [(one.first, one.first_says), (one.second, one.second_says)]
    for case, said in known.said_by_case(known.answered(tx, use_case, person=None, since=span.since, until=span.until)).items():
        found[case] += said
    return found


def _numbered(said: Said) -> tuple[list[tuple[int, int, int]], list[PersonId], int]:
    """Ratings as numbers: (case, person, answer); the people in the order of theirs; how many answers there are."""
    everybody = sorted({who for each in said.values() for who, _ in each})
    answers = {label: k for k, label in enumerate(sorted({answer_label(one) for each in said.values() for _, one in each}))}
    place = {who: k for k, who in enumerate(everybody)}
    rows = [(case, place[who], answers[answer_label(one)]) for case, each in enumerate(said.values()) for who, one in each]
    return rows, everybody, len(answers)


def _estimates(tx: Tx, use_case: UseCase, span: Span) -> Mapping[PersonId, Labeller]:
    rows, everybody, _ = _numbered(_said(tx, use_case, agreements.pairs(tx, use_case, until=span.until), span))
    return {who: one for who, one in zip(everybody, dawid_skene(ratings_of(rows)), strict=True) if one is not None}


def human_ceiling(tx: Tx, use_case: UseCase, *, confidence: float = 0.95) -> Ceiling | Unknown:
    """How far people agree with each other here, to stand beside every number of AI's; unknown before two people answered 3 cases.

    Cases are weighted by the recorded probability with which a second person was asked (`weighted_share`).
    """
    pairs = agreements.pairs(tx, use_case, until=EVER.until)
    alike = [float(same(one.first_says, one.second_says)) for one in pairs]
    found = weighted_share(alike, [one.probability for one in pairs], confidence=confidence)
    if found is None:
        return Unknown(why="too few cases that two people answered; the standard says which do")
    share, low, high = found
    return Ceiling(same=share, low=low, high=high, cases=len(pairs), beyond_chance=_alpha(_said(tx, use_case, pairs, EVER)))


def ceiling_of(office: Office, *, name: str) -> Ceiling | Unknown:
    """The human ceiling of a use case, for commands that show a number of AI's."""
    with office.book.read() as tx:
        return human_ceiling(tx, use_cases.require(tx, name))


def _alpha(said: Said) -> Agreement | Unknown:
    rows, _, answers = _numbered(said)
    table = counts_of([row[0] for row in rows], [row[2] for row in rows], items=len(said), answers=max(1, answers))
    return alpha(table) or Unknown(why="too few cases that two people answered, or only one answer")

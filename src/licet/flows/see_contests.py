"""Seeing contests: which known answers are contested, which of them wait for whoever looks, and what was decided."""

from dataclasses import dataclass

from licet.core.known import may_follow, may_read_contest
from licet.core.people import Act, Actor, Person
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.flows.contest import NONE_OPEN, barred
from licet.flows.desk import desk_rules, form_of
from licet.flows.office import Office, allowed_person, person_at_work_on
from licet.flows.roles import person_here
from licet.flows.shown_case import CaseShown, case_shown
from licet.store import contests, use_cases
from licet.store.book import Tx
from licet.store.contests import Contest

NOT_READ = Refused(
    code="no_such_known_answer",
    why="There is no contest here that was decided and that you may read: its known answer may still be asked of you.",
    remedy="Look through the contests that there are.",
)
MOST_SETTLED = 20
"""Contests that were decided, of each use case, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestSeen:
    """A contest as somebody may see it.

    Attributes:
        use_case: of the case.
        found: what is contested; its answers are for whoever `may_read` them.
        case: what the case says; None where it was erased.
        why_not: why this person may not decide it; None where they may, blind.
        may_read: whether its answers may be shown to them.
    """

    use_case: UseCase
    found: Contest
    case: CaseShown | None
    why_not: Refused | None
    may_read: bool

    @property
    def waits(self) -> bool:
        """Whether it waits for this person."""
        return self.found.settled_at is None and self.why_not is None and self.case is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestsSeen:
    """Contests of every use case whose contests somebody is told of: open ones, those that wait for them first; and decided ones."""

    open: tuple[ContestSeen, ...]
    settled: tuple[ContestSeen, ...]
    flagged: tuple[UseCase, ...]
    """Use cases in which they may see how people review (`flag.see_flags`)."""


def see_contests(office: Office, by: Person) -> ContestsSeen:
    """What is contested, as far as somebody may follow it."""
    with office.book.read() as tx:
        every = use_cases.every(tx)
        there = [(one, person) for one in every if may_follow(person := person_here(tx, by, one))]
        seen = [_seen(office, tx, one, person, found) for one, person in there for found in contests.open_ones(tx, one)]
        done = [_seen(office, tx, one, person, found) for one, person in there for found in contests.settled(tx, one, most=MOST_SETTLED)]
        flagged = tuple(one for one, _ in there if isinstance(allowed_person(office, tx, by, Act.SEE_FLAGS, one), Person))
    return ContestsSeen(open=tuple(sorted(seen, key=lambda one: (not one.waits, one.found.at))), settled=tuple(done), flagged=flagged)


def contests_waiting(office: Office, by: Person) -> int:
    """How many contested known answers wait for somebody to decide; quick where none is open."""
    with office.book.read() as tx:
        count = contests.count_open(tx)
        where = [one for one in use_cases.every(tx) if one.id in count] if count else []
        seen = [(one, person_here(tx, by, one)) for one in where]
        return sum(_why_not(office, tx, one, person, found) is None for one, person in seen for found in contests.open_ones(tx, one))


def contest_to_settle(office: Office, by: Actor, *, name: str, token: str) -> CaseShown | Refused:
    """The case of one contest, for whoever may decide it: with neither answer, and without why it is contested."""
    with office.book.read() as tx:
        there = person_at_work_on(office, tx, by, Act.ADJUDICATE, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        found = contests.find(tx, use_case, token)
        if found is None or found.settled_at is not None:
            return NONE_OPEN
        shown = _case(office, tx, use_case, found)
        return barred(tx, person, found.about) or shown or NONE_OPEN


def contest_settled(office: Office, by: Actor, *, name: str, token: str) -> ContestSeen | Refused:
    """One contest that was decided, for whoever may read its answers."""
    with office.book.read() as tx:
        there = person_at_work_on(office, tx, by, Act.LOOK, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        found = contests.find(tx, use_case, token)
        seen = None if found is None or found.settled_at is None else _seen(office, tx, use_case, person, found)
        return NOT_READ if seen is None or not seen.may_read else seen


def _seen(office: Office, tx: Tx, use_case: UseCase, person: Person, found: Contest) -> ContestSeen:
    return ContestSeen(
        use_case=use_case,
        found=found,
        case=_case(office, tx, use_case, found),
        why_not=_why_not(office, tx, use_case, person, found),
        may_read=may_read_contest(person, found.about, settled_by=found.settled_by),
    )


def _why_not(office: Office, tx: Tx, use_case: UseCase, person: Person, found: Contest) -> Refused | None:
    permitted = allowed_person(office, tx, person, Act.ADJUDICATE, use_case)
    return permitted if isinstance(permitted, Refused) else barred(tx, permitted, found.about)


def _case(office: Office, tx: Tx, use_case: UseCase, found: Contest) -> CaseShown | None:
    return case_shown(tx, found.about.token, found.about.case, form_of(office, tx, use_case), desk_rules(office, use_case).guideline)

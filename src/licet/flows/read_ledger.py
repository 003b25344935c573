"""Reading the ledger: pages of entries by use case, word, person, time or case, and one entry with its proof."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from licet.core.evidence import MEANINGS, Part, View, view_for
from licet.core.ids import CaseNumber
from licet.core.ledger import Event, UnknownWordError
from licet.core.ledger_words import WORDS
from licet.core.people import Act, Actor, Caller, Person
from licet.core.refusal import Refused
from licet.core.review import TO_DECIDE
from licet.flows.office import Office, allowed
from licet.flows.prove import ShownEntry, prove_entry
from licet.flows.roles import person_anywhere
from licet.store import decisions, ledger, live, people, teams, use_cases
from licet.store.book import Tx
from licet.store.ledger import make_findable
from licet.store.marks import Span, Wanted, newest, page, spans_of

LONGEST_PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which entries are asked for; None leaves open.

    Attributes:
        use_case: of one use case, under each name it had.
        what: a word of the ledger, or how some of them begin, such as `case.`.
        by: who acted: a person's address or id, or another word the ledger has for who acts.
        case: a case by its id or number; by its id it takes a use case.
        since: the first moment.
        until: the moment before which they happened.
        after: the number after which the page begins; -1 for the first.
        limit: how many at most, up to `LONGEST_PAGE`.
    """

    use_case: str | None = None
    what: str | None = None
    by: str | None = None
    case: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: int = -1
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """An entry as somebody may read it; `event` is None where it is left out, and `why` says why then."""

    index: int
    event: Event | None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Entries in the ledger's order; `after` begins the next page, None where this is the last."""

    entries: tuple[Read, ...]
    after: int | None


def reading_view(office: Office, by: Actor) -> View | Refused:
    """What somebody may see of the ledger. The operator and programs see what everybody may."""
    if not isinstance(by, Person):
        return view_for(by, None)
    with office.book.read() as tx:
        there = None if tx.scoped is None else next(iter(use_cases.every(tx)), None)
        permitted = allowed(office, tx, by, Act.LOOK, there)
        reader = person_anywhere(tx, by)
    return permitted if isinstance(permitted, Refused) else view_for(reader, None)


def list_entries(office: Office, view: View, asked: Sought) -> Page | Refused:
    """A page of the ledger, read along an index; in a team's office, of its use cases only.

    Raises:
        UnknownUseCaseError: when there is no such use case.
        UnknownWordError: when no word begins so.
    """
    make_findable(office.book)
    limit = min(max(asked.limit, 1), LONGEST_PAGE)
    with office.book.read() as tx:
        wanted = _wanted(tx, asked)
        if isinstance(wanted, Refused):
            return wanted
        numbers = page(tx, wanted, limit + 1)
        found = _as_seen(tx, view, list(ledger.entries_at(tx, numbers[:limit])))
    return Page(entries=tuple(found), after=numbers[limit - 1] if len(numbers) > limit else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What of the ledger tells a story: of a use case, from a moment on, by words or how they begin; the newest so many."""

    use_case: str
    words: tuple[str, ...]
    since: datetime
    limit: int


def tell(office: Office, view: View, story: Story) -> list[Read]:
    """A story's entries, in the ledger's order.

    Raises:
        UnknownUseCaseError: when there is no such use case.
        UnknownWordError: when no word begins so.
    """
    make_findable(office.book)
    words = tuple(word for one in story.words for word in words_like(one))
    with office.book.read() as tx:
        wanted = Wanted(spans=_spans(tx, story.use_case), words=words, since=story.since)
        return _as_seen(tx, view, list(ledger.entries_at(tx, newest(tx, wanted, story.limit))))


def newest_numbers(office: Office, count: int) -> int:
    """The number after which the newest entries begin, so many of them; -1 where there are no more than that."""
    make_findable(office.book)
    with office.book.read() as tx:
        return max(ledger.head(tx).size - count - 1, -1)


def list_for_program(office: Office, by: Caller, asked: Sought) -> Page | Refused:
    """As `list_entries`, for a program: it sees what whoever is asked for a blind answer may see."""
    view = view_for(by, None)
    return view if isinstance(view, Refused) else list_entries(office, view, asked)


def _wanted(tx: Tx, asked: Sought) -> Wanted | Refused:
    case = _case(tx, asked)
    if isinstance(case, Refused):
        return case
    person = None if asked.by is None else people.by_email(tx, asked.by)
    return Wanted(
        spans=_spans(tx, asked.use_case),
        words=None if asked.what is None else words_like(asked.what),
        by=asked.by if person is None else person.id,
        case=case,
        since=asked.since,
        until=asked.until,
        after=asked.after,
    )


def _spans(tx: Tx, name: str | None) -> tuple[Span, ...] | None:
    """Whose entries: one use case's, a team's, or everybody's (None)."""
    if name is not None:
        return spans_of(tx, [use_cases.require(tx, name).slug])
    return spans_of(tx, [one.slug for one in use_cases.every(tx)]) if teams.bound(tx) else None


def words_like(what: str) -> tuple[str, ...]:
    """The words of the ledger that are this one or begin so.

    Raises:
        UnknownWordError: when there is none.
    """
    found = (what,) if what in WORDS else tuple(word for word in sorted(WORDS) if word.startswith(what))
    if not found:
        raise UnknownWordError(f"No ledger word is or begins with {what!r}; they are listed in docs/reference/ledger.md.")
    return found


def _case(tx: Tx, asked: Sought) -> CaseNumber | Refused | None:
    if asked.case is None:
        return None
    if asked.use_case is not None:
        found = live.find(tx, use_cases.require(tx, asked.use_case), asked.case)
        if found is not None:
            return found.number
    if asked.case.isascii() and asked.case.isdigit() and len(asked.case) < len("1000000000000000000"):
        return CaseNumber(int(asked.case))
    remedy = "Give its number, or its id together with its use case."
    return Refused(code="not_there", why=f"There is no case {asked.case!r} here.", remedy=remedy)


def _as_seen(tx: Tx, view: View, rows: Sequence[ledger.Entry]) -> list[Read]:
    """The entries as somebody may see them: how a case was routed is left out while its review is open."""
    said = [(row.index, row.event) for row in rows]
    routed = [] if view.has(Part.OPEN_REASONS) else [int(str(e.facts["case_number"])) for _, e in said if e.what == "case.routed"]
    tasks = decisions.tasks_of(tx, [CaseNumber(number) for number in routed]) if routed else []
    waiting = {int(task.case) for task, _ in tasks if task.kind in TO_DECIDE}
    why = f"{MEANINGS[Part.OPEN_REASONS][0]} are left out: {MEANINGS[Part.OPEN_REASONS][1]}."
    return [
        Read(index=index, event=None, why=why)
        if event.what == "case.routed" and event.facts["case_number"] in waiting
        else Read(index=index, event=event)
        for index, event in said
    ]


def show_entry(office: Office, view: View, index: int) -> ShownEntry | Refused:
    """One entry with the proof that it is in the signed tree; in a team's office, of its use cases only."""
    make_findable(office.book)
    with office.book.read() as tx:
        found = next(ledger.entries_at(tx, [index]), None)
        spans = _spans(tx, None)
        mine = found is not None and (spans is None or any(_inside(span, found) for span in spans))
        shown = prove_entry(tx, index) if mine else None
        if shown is None or found is None:
            why = f"There is no entry {index} here."
            return Refused(code="not_in_ledger", why=why, remedy="`licet ledger list` shows which there are.")
        (seen,) = _as_seen(tx, view, [found])
        if seen.event is None:
            remedy = "Let risk or an auditor look, or wait for the answer."
            return Refused(code="not_permitted", why=f"Entry {index}: {seen.why}", remedy=remedy)
        return shown


def _inside(span: Span, row: ledger.Entry) -> bool:
    return span.name == row.event.use_case and span.first <= row.index and (span.end is None or row.index < span.end)

"""Contesting: a reviewer says that a known answer is wrong, and a senior reviewer decides, answering the case without seeing either."""

from dataclasses import dataclass

from licet.core.answer import Answer, answer_to_json
from licet.core.grading import same
from licet.core.known import ContestState, Shown, may_settle
from licet.core.people import Act, Actor, Person
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.flows.desk import desk_rules, form_of
from licet.flows.office import Office, entry, person_at_work_on
from licet.flows.shown_case import CaseShown, case_shown
from licet.store import contests, known
from licet.store.book import Tx
from licet.store.payloads import commit_to, salts_of

MISSING = Refused(
    code="no_such_known_answer", why="There is no such known answer of yours.", remedy="Give the `token` that your own figures show."
)
NONE_OPEN = Refused(code="no_such_known_answer", why="Nobody contests such an answer.", remedy="Look with `licet reviewers contested`.")


def contest(office: Office, by: Actor, *, name: str, token: str, why: str) -> Refused | None:
    """Says that a known answer is wrong, with a reason; until somebody decided, figures are shown with it and without."""
    with office.book.write() as tx:
        now = office.clock.now()
        there = person_at_work_on(office, tx, by, Act.REVIEW, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        found = _own(tx, use_case, person, token, why)
        if isinstance(found, Refused):
            return found
        contests.begin(tx, found, why.strip(), at=now)
        tx.record(entry("known.contested", by=person.id, now=now, use_case=use_case, task=token))
        return None


def _own(tx: Tx, use_case: UseCase, person: Person, token: str, why: str) -> Shown | Refused:
    found = known.of_token(tx, use_case, token)
    if found is None or found.by != person.id:
        return MISSING
    if found.contest is not ContestState.NONE or found.retired:
        return Refused(code="already_done", why="It was contested already.", remedy="Look at your own figures for what came of it.")
    if not why.strip():
        return Refused(code="reason_needed", why="A known answer is contested with a reason.", remedy="Say in a few words why.")
    return found


def contested(office: Office, by: Actor, *, name: str) -> list[CaseShown] | Refused:
    """The cases of contested known answers that this senior reviewer may decide, as they stand at the desk: with neither answer."""
    with office.book.read() as tx:
        there = person_at_work_on(office, tx, by, Act.ADJUDICATE, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        rules = desk_rules(office, use_case)
        form = form_of(office, tx, use_case)
        open_ones = [one.about for one in contests.open_ones(tx, use_case) if barred(tx, person, one.about) is None]
        shown = [case_shown(tx, one.token, one.case, form, rules.guideline) for one in open_ones]
        return [one for one in shown if one is not None]


def barred(tx: Tx, person: Person, one: Shown) -> Refused | None:
    """Why somebody may not decide a contest; None where they may."""
    return may_settle(person, one, known.gave_truth(tx, one.case))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What somebody senior says of a contested case: their own answer on it, and why; the reviewer reads the reason."""

    answer: Answer
    why: str = ""


def settle_contest(office: Office, by: Actor, *, name: str, token: str, said: Verdict) -> bool | Refused:
    """Takes a senior reviewer's own answer on a contested case; where it is not the known one, the contest is upheld.

    Returns:
        Whether it is upheld: then the case is planted no more, and its known answer counts for nobody; and why it was contested.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        there = person_at_work_on(office, tx, by, Act.ADJUDICATE, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        found = _open(office, tx, use_case, person, token=token, answer=said.answer)
        if isinstance(found, Refused):
            return found
        upheld = not same(said.answer, found.truth)
        contests.settle(tx, use_case, found, contests.Decided(upheld=upheld, by=person.id, reason=said.why.strip(), at=now))
        kept = commit_to(tx, salts_of(tx, [found.case])[found.case], "settled answer", {"answer": answer_to_json(said.answer)})
        tx.record(entry("known.settled", by=person.id, now=now, use_case=use_case, task=token, upheld=upheld, commitment=kept))
        return upheld


def _open(office: Office, tx: Tx, use_case: UseCase, person: Person, *, token: str, answer: Answer) -> Shown | Refused:
    """The contested answer, where it is this person's to decide and what they say is an answer."""
    found = known.of_token(tx, use_case, token)
    if found is None or found.contest is not ContestState.OPEN:
        return NONE_OPEN
    return barred(tx, person, found) or desk_rules(office, use_case).takes(use_case.answer_kind, answer) or found

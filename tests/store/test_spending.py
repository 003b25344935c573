"""Spending: many processes never go beyond a budget together, and what was counted is settled."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from licet.core.answer import Choice
from licet.core.budget import Budget, Per
from licet.core.case import Part
from licet.core.cost import Cost
from licet.core.ids import UseCaseSlug
from licet.core.system import Proposal
from licet.edge.purse import BookPurse
from licet.store import cases, spending, systems, use_cases
from licet.store.book import Book
from licet.testing import POSTED, World, past_cases

MAILS = UseCaseSlug("mails")
BUDGET = Budget(most=Cost(millionths=1_000, currency="EUR"), per=Per.DAY)


def euro(millionths: int) -> Cost:
    """So many millionths of a cent."""
    return Cost(millionths=millionths, currency="EUR")


def test_what_a_proposal_cost_is_kept_with_it(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        rows = past_cases(30)
        world.use_case(MAILS)
        world.import_cases(MAILS, rows, card=None)
        answer = Proposal(answer=Choice(value="yes"), confidence=0.5, cost=euro(2_235), latency_ms=3)
        with world.office.book.write() as tx:
            use_case = use_cases.require(tx, MAILS)
            there = cases.stored(tx, use_case, Part.SEALED)
            salts = {one.number: one.salt for one in there if one.salt is not None}
            systems.keep_proposals(tx, POSTED.fingerprint, dict.fromkeys(salts, answer), salts)
        with world.office.book.read() as tx:
            found = systems.proposals_for(tx, use_case, POSTED.fingerprint, list(salts))
        assert found == dict.fromkeys(salts, answer)


def test_a_budget_holds_over_processes_threads_kills_and_days(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        office = world.office
        purses = [BookPurse(book=Book(world.connect(), office.vault, office.draw), clock=office.clock) for _ in range(4)]
        with ThreadPoolExecutor(8) as pool:
            taken = list(pool.map(lambda k: purses[k % 4].take(MAILS, euro(90), BUDGET), range(40)))
        took = [one for one in taken if one is not None]
        assert len(took) == 11, "eleven times 90 fit into 1,000; one more would not"
        for one in took[:10]:
            purses[0].settle(one, euro(10))
        with office.book.read() as tx:
            found = spending.spent_in(tx, use_cases.require(tx, MAILS), took[0].period, "EUR")
        assert found == euro(10 * 10 + 90), "what a killed process counted stays counted"
        assert purses[1].take(MAILS, euro(811), BUDGET) is None
        assert purses[1].take(MAILS, euro(810), BUDGET) is not None
        world.clock.pass_time(timedelta(days=1))
        assert purses[3].take(MAILS, euro(1_000), BUDGET) is not None, "tomorrow is another day"
        assert purses[1].take(MAILS, euro(1_000_000), None) is not None, "without a budget money is counted, not limited"
        assert purses[2].take(UseCaseSlug("nobody"), euro(1), None) is None

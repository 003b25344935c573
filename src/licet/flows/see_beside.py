"""Seeing what stands beside a rank: what people state about the steps of a process, and what the risk answers say of the one taken over."""

from licet.core.beside import Given, RiskOfStep
from licet.core.use_case import UseCase
from licet.flows.office import Office
from licet.flows.set_baseline import locked_part
from licet.store import baselines, risks, use_cases
from licet.store.book import Tx


def given_by_people(office: Office, *, name: str) -> Given:
    """What people said about the steps of a use case's process: it stands beside what was simulated, and changes nothing of it."""
    with office.book.read() as tx:
        return given_in(office, tx, use_cases.require(tx, name))


def given_in(office: Office, tx: Tx, use_case: UseCase) -> Given:
    """As `given_by_people`, inside a transaction."""
    return Given(stated=office.processes.stated(use_case.slug).about, risk=_risk(tx, use_case))


def _risk(tx: Tx, use_case: UseCase) -> RiskOfStep | None:
    """The tier of the step that the locked baseline says this use case takes over; None where none does, or nobody answered."""
    there, answers = baselines.newest(tx, use_case), risks.newest(tx, use_case)
    step = None if there is None else locked_part(there).baseline.stated.step
    return None if step is None or answers is None else RiskOfStep(step=step, tier=answers.tier)

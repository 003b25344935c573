"""A case as it is shown to whoever judges it: what it says and what may be answered, and nothing that anybody answered."""

from dataclasses import dataclass

from licet.core.case import CaseBody
from licet.core.desk import AnswerForm, Guideline
from licet.core.ids import CaseNumber
from licet.store import cases
from licet.store.book import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseShown:
    """A case, its form and its guideline. `token` names it, and says nothing."""

    token: str
    body: CaseBody
    form: AnswerForm
    guideline: Guideline | None


def case_shown(tx: Tx, token: str, number: CaseNumber, form: AnswerForm, guideline: Guideline | None) -> CaseShown | None:
    """A case to judge; None where it was erased."""
    stored = cases.by_number(tx, number)
    body = None if stored is None else cases.body_of(tx, stored)
    return None if body is None else CaseShown(token=token, body=body, form=form, guideline=guideline)

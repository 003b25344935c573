"""Planting: cases whose right answer is known, among those that wait, so that it shows how sure people are."""

from datetime import datetime

from licet.core.answer import Answer
from licet.core.desk import Given
from licet.core.people import Person
from licet.core.use_case import UseCase
from licet.flows.office import Office
from licet.store.book import Tx


def offer(office: Office, tx: Tx, use_case: UseCase, person: Person, now: datetime) -> str | None:
    """The token of a case with a known answer that somebody gets next, by recorded chance; None: a case that waits.

    Whoever offers one puts it on the desk with `desks.plant`, in the same transaction.
    """
    del office, tx, use_case, person, now
    return None


def advice(tx: Tx, use_case: UseCase, token: str) -> tuple[Answer, float] | None:
    """What is shown as AI's proposal on a planted case, with its confidence; None: what a system proposed for it, if one did."""
    del tx, use_case, token
    return None


def take(office: Office, tx: Tx, use_case: UseCase, given: Given, now: datetime) -> bool:
    """Takes somebody's answer on a planted case; says whether the token was one."""
    del office, tx, use_case, given, now
    return False

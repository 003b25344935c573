"""Asking the policies: may this person do that, there, and why not; nothing is done."""

from dataclasses import dataclass

from licet.core.people import Act, Actor, Person
from licet.core.policy import Asked, Permitted, PolicyAnswer, why_not
from licet.core.refusal import Refused
from licet.flows.office import Office, UnknownPersonError, question_of
from licet.store import people, use_cases


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A question, its answer by the policies in force, and what would be said to who asks; `refused` is None where the answer is yes."""

    asked: Asked
    answer: PolicyAnswer
    refused: Refused | None


def somebody(office: Office, email: str) -> Person:
    """A person by address, to ask about; nobody acts.

    Raises:
        UnknownPersonError: when nobody has the address.
    """
    with office.book.read() as tx:
        found = people.by_email(tx, email)
        if found is None:
            raise UnknownPersonError(email, [person.email for person, _ in people.everyone(tx)])
        return found


def explain(office: Office, somebody: Actor, act: Act, *, name: str | None) -> Explained:
    """Answers whether somebody may do something in a use case, or without one in the installation.

    Raises:
        UnknownUseCaseError: when there is no such use case.
    """
    with office.book.read() as tx:
        use_case = None if name is None else use_cases.require(tx, name)
        asked, answer, here = question_of(office, tx, somebody, act, use_case)
    refused = None if isinstance(answer, Permitted) else why_not(asked, answer, here)
    return Explained(asked=asked, answer=answer, refused=refused)

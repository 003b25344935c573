"""Concluding a second answer: two people who say the same decide the case; where they differ, somebody senior is asked."""

from licet.core.canonical import Json
from licet.core.review import ReviewKind
from licet.core.second import agree, stands
from licet.flows.conclude import Concluded, Heard, Sitting, ask_another, decided_by, facts_of, said, waits
from licet.flows.graded_by import graded_by
from licet.store import seconds


class NoFirstAnswerError(ValueError):
    """A second answer came on a case that nobody had answered first."""


def look_at(sitting: Sitting, one: Heard) -> seconds.Look:
    """The second look that an answer belongs to.

    Raises:
        NoFirstAnswerError: when there is none.
    """
    found = seconds.of_case(sitting.tx, sitting.use_case, one.review.case, one.salt)
    if found is None:
        raise NoFirstAnswerError(f"Case {one.review.case} has no first answer; restore a backup.")
    return found


def reviews_of(look: seconds.Look) -> dict[str, Json]:
    """What a decision stands on that two people looked at: by which rule, and who they were."""
    return {"cause": look.cause.value, "probability": look.probability, "standard": look.standard, "first": look.first}


def conclude_second(sitting: Sitting, one: Heard) -> Concluded:
    """Decides the case where the two agree, blind and in the end; else asks somebody senior who is neither of them."""
    look = look_at(sitting, one)
    agreed = agree(look.says, stands(one.review), graded_by(sitting.office, sitting.tx, sitting.use_case, look.standard))
    seconds.answer_second(sitting.tx, look, one.review, one.salt, agreed=agreed)
    if not agreed:
        event = waits(sitting, one, "second of two", one.review.counts)
        return Concluded(event=event, asked=ask_another(sitting, one, ReviewKind.ADJUDICATION))
    stood_on: dict[str, Json] = {"second_look": {**reviews_of(look), "second": one.review.by, "agreed": True}}
    facts = {**facts_of(sitting, one, "answer", one.review.counts), "answers": 2}
    return Concluded(event=said("case.decided", sitting, one, facts), decided=decided_by(sitting, one, stood_on))

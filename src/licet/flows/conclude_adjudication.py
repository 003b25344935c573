"""Concluding an adjudication: where two people differ, the answer of somebody senior decides, and it is kept whom they agree with."""

from licet.core.canonical import Json
from licet.core.grading import same
from licet.flows.conclude import Concluded, Heard, Sitting, decided_by, facts_of, said
from licet.flows.conclude_second import look_at, reviews_of
from licet.store import seconds


def conclude_adjudication(sitting: Sitting, one: Heard) -> Concluded:
    """Decides the case by the adjudicator's own answer, which may be neither of the two."""
    look, right = look_at(sitting, one), one.review.counts
    first_right = same(look.says.counts, right)
    second_right = look.second_says is not None and same(look.second_says.counts, right)
    seconds.adjudicate(sitting.tx, look, one.review.by, first_right=first_right, second_right=second_right, at=sitting.now)
    among = {**reviews_of(look), "second": look.second, "agreed": False, "adjudicator": one.review.by}
    stood_on: dict[str, Json] = {"second_look": among}
    facts = {**facts_of(sitting, one, "answer", right), "answers": 3, "adjudicated": True}
    return Concluded(event=said("case.decided", sitting, one, facts), decided=decided_by(sitting, one, stood_on))

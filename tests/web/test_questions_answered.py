"""What a question is answered: never a distribution that says another thing than what was decided."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.answer import Choice, Number, Text
from licet.core.system import Proposal
from licet.web.api.questions import Kind, Question
from licet.web.api.questions_answered import Said, openai_answer, said_of, system_one_answer

YES_NO = Question(name="q", kind=Kind.YES_NO, options=(), where="/questions/q")
CHOICE = Question(name="q", kind=Kind.CHOICE, options=("a", "b", "c"), where="/questions/q")
SCORE = Question(name="q", kind=Kind.SCORE, options=("calm", "cross", "furious"), where="/questions/q")


def said(asked: Question, answer: Choice | Number, proposal: Proposal | None) -> Said:
    found = said_of(asked, answer, proposal)
    assert found is not None
    assert sum(found.probabilities) == pytest.approx(1.0) or asked.kind is Kind.YES_NO
    return found


@given(confidence=st.floats(0.0, 1.0), options=st.lists(st.text(min_size=1), min_size=2, max_size=9, unique=True))
def test_a_system_without_probabilities_is_as_sure_as_its_confidence_and_the_rest_is_even(confidence: float, options: list[str]) -> None:
    asked = Question(name=None, kind=Kind.CHOICE, options=tuple(options), where="")
    found = said(asked, Choice(value=options[0]), Proposal(answer=Choice(value=options[0]), confidence=confidence))
    assert (found.confidence, found.probabilities[0], found.source) == (confidence, confidence, "confidence")
    assert len(set(found.probabilities[1:])) == 1


def test_probabilities_that_name_other_answers_are_not_passed_on() -> None:
    proposal = Proposal(answer=Choice(value="a"), confidence=0.8, probabilities={"a": 0.8, "x": 0.2})
    assert said(CHOICE, Choice(value="a"), proposal).probabilities == pytest.approx([0.8, 0.1, 0.1])


def test_an_answer_that_was_not_offered_or_is_none_is_no_answer() -> None:
    assert said_of(CHOICE, Choice(value="x"), None) is None
    assert said_of(CHOICE, None, None) is None
    assert said_of(CHOICE, Text(value="a"), None) is None
    assert said_of(YES_NO, Choice(value="a"), None) is None
    assert [said_of(SCORE, Number(value=value), None) for value in (-0.1, 2.1)] == [None, None]


def test_a_yes_whose_probability_reads_as_no_is_no_answer() -> None:
    for given_yes, value in ((0.4, "yes"), (0.6, "no"), (0.5, "yes")):
        own = {"yes": given_yes, "no": 1.0 - given_yes}
        assert said_of(YES_NO, Choice(value=value), Proposal(answer=Choice(value=value), confidence=own[value], probabilities=own)) is None
    assert said(YES_NO, Choice(value="true"), None).probabilities[0] == 1.0
    assert said(YES_NO, Choice(value="no"), None).probabilities[0] == 0.0


@given(score=st.floats(0.0, 2.0))
def test_a_number_that_a_person_decided_is_the_mean_of_the_levels_beside_it(score: float) -> None:
    found = said(SCORE, Number(value=score), None)
    assert sum(place * p for place, p in enumerate(found.probabilities)) == pytest.approx(score)
    assert min(found.probabilities) >= 0.0


def test_a_score_comes_back_with_the_systems_own_levels_in_both_protocols() -> None:
    own = {"0": 0.1, "1": 0.1, "2": 0.8}
    found = said(SCORE, Number(value=1.7), Proposal(answer=Number(value=1.7), confidence=0.8, probabilities=own))
    assert found.source == "system"
    named = system_one_answer(SCORE, found).model_dump()
    legend = {"0": "calm", "1": "cross", "2": "furious"}
    assert named == {"type": "score", "score": 1.7, "confidence": 0.8, "probabilities": own, "legend": legend}
    listed = openai_answer(SCORE, found).model_dump()
    assert [(one["value"], one["label"], one["probability"]) for one in listed["probabilities"]] == [
        (0, "calm", 0.1),
        (1, "cross", 0.1),
        (2, "furious", 0.8),
    ]
    assert openai_answer(SCORE, None).model_dump() == {"type": "refusal", "name": "q"}

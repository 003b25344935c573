"""Obligations: dated, in our own words, each with the evidence there is for it, and never the claim that it is fulfilled."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.obligation import DISCLAIMER, SHOWN_BY, Kind, Obligation, Party, Source
from licet.core.obligations import CATALOGUE, concerning
from licet.core.risk import NO_ANSWERS, risk_answers
from licet.core.risk_questions import AREAS, BY_CODE, QUESTIONS
from licet.pretend import MILD_RISK

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 28)
ANSWERS = st.fixed_dictionaries({question.code: st.sampled_from(question.answers) for question in QUESTIONS})
NEVER = ("complian", "conform", "certif")
"""How words begin that would claim that an obligation is fulfilled."""


def by_id(name: str) -> Obligation:
    """An obligation by its name."""
    return next(one for one in CATALOGUE if one.id == name)


def test_the_catalogue_has_some_sixty_entries_of_three_sources_each_with_a_name_of_its_own() -> None:
    assert 60 <= len(CATALOGUE) <= 80
    assert len({one.id for one in CATALOGUE}) == len(CATALOGUE)
    assert {one.source for one in CATALOGUE} == set(Source)
    assert {party for one in CATALOGUE for party in one.concerns} == set(Party)
    assert all(one.concerns and one.says.endswith(".") and one.place for one in CATALOGUE)


def test_each_entry_says_which_evidence_there_is_or_honestly_none() -> None:
    assert set(SHOWN_BY) == set(Kind)
    assert {kind for one in CATALOGUE for kind in one.evidence} == set(Kind)
    for one in CATALOGUE:
        assert one.evidence
        assert Kind.NONE not in one.evidence or one.evidence == (Kind.NONE,), one.id
        assert len(set(one.evidence)) == len(one.evidence)


@pytest.mark.parametrize("name", ["core/obligation", "core/obligations_eu", "core/obligations_chosen", "cli/risks", "web/api/risk"])
def test_nothing_claims_that_an_obligation_is_fulfilled(name: str) -> None:
    """Breaks when the catalogue, or what shows it, says more than *evidence for*."""
    text = (ROOT / "src/licet" / f"{name}.py").read_text("utf-8").lower()
    assert not [word for word in NEVER if word in text]


def test_the_disclaimer_says_what_it_is_not() -> None:
    assert "no legal advice" in DISCLAIMER
    assert "evidence for" in DISCLAIMER.lower()


@pytest.mark.parametrize(
    ("name", "since"),
    [
        ("eu-4", date(2025, 2, 2)),
        ("eu-5", date(2025, 2, 2)),
        ("eu-50-1", date(2026, 8, 2)),
        ("eu-5-pictures", date(2026, 12, 2)),
        ("eu-14", date(2027, 12, 2)),
        ("eu-26-5", date(2027, 12, 2)),
        ("eu-6-1", date(2028, 8, 2)),
    ],
)
def test_from_when_on_an_obligation_applies(name: str, since: date) -> None:
    found = by_id(name)
    assert found.applies_from == since
    assert (found.applies(since - timedelta(days=1)), found.applies(since)) == (False, True)


def test_literacy_and_transparency_apply_now_and_the_duties_of_sensitive_areas_later() -> None:
    now = {one.id for one in CATALOGUE if one.applies(TODAY) and one.source.law}
    assert {"eu-4", "eu-5", "eu-50-1", "eu-50-2", "eu-50-4"} <= now
    assert not {one.id for one in CATALOGUE if set(dict(one.when)) & set(AREAS)} & (now - {"eu-50-3"})


def test_conditions_name_questions_and_answers_that_are_there() -> None:
    for one in CATALOGUE:
        assert all(BY_CODE[question].rank(answer) in range(1, len(BY_CODE[question].options)) for question, answer in one.when), one.id


def test_what_concerns_a_use_case_follows_from_its_answers() -> None:
    mild = {one.id for one in concerning(risk_answers(MILD_RISK))}
    assert {"eu-4", "eu-5"} <= mild
    assert not {"eu-14", "eu-50-1"} & mild
    hiring = {one.id for one in concerning(risk_answers({**MILD_RISK, "education_work": "yes"}))}
    assert {"eu-14", "eu-26-7"} <= hiring
    assert "eu-27" not in hiring
    assert concerning(None) == CATALOGUE == concerning(NO_ANSWERS)


@given(ANSWERS, st.sampled_from(QUESTIONS).flatmap(lambda asked: st.tuples(st.just(asked.code), st.sampled_from(asked.answers))))
def test_no_harsher_answer_ever_takes_an_obligation_away(answers: dict[str, str], change: tuple[str, str]) -> None:
    code, answer = change
    both = sorted((risk_answers(answers), risk_answers({**answers, code: answer})), key=lambda found: BY_CODE[code].rank(found.of(code)))
    milder, harsher = (set(concerning(found)) for found in both)
    assert milder <= harsher

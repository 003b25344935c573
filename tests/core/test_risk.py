"""Risk: answers lead to a tier by rules one can read, what is unknown is never harmless, and no harsher answer lowers a tier."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.risk import (
    NO_ANSWERS,
    RULES,
    TIERS,
    NotAnAnswerError,
    RiskAnswers,
    Tier,
    answers_to_json,
    applying,
    effects,
    holding,
    is_stricter,
    may_lower,
    not_prohibited,
    outgrown,
    risk_answers,
    shown_tier,
    still_covered,
    stricter,
    tier_of,
)
from licet.core.risk_questions import AREAS, BY_CODE, PRACTICES, QUESTIONS, UNKNOWN

MILDEST = {question.code: question.options[0].code for question in QUESTIONS}

ANSWERS = st.fixed_dictionaries({question.code: st.sampled_from(question.answers) for question in QUESTIONS})
HARSHER = st.sampled_from(QUESTIONS).flatmap(lambda asked: st.tuples(st.just(asked), st.sampled_from(asked.answers)))


@given(ANSWERS, HARSHER)
def test_no_harsher_answer_ever_lowers_a_tier(answers: dict[str, str], change: tuple[object, str]) -> None:
    """Breaks when a rule has a condition that a harsher answer no longer meets."""
    question, answer = change
    code = getattr(question, "code", "")
    before, after = risk_answers(answers), risk_answers(answers | {code: answer})
    milder, harsher = sorted((before, after), key=lambda found: BY_CODE[code].rank(found.of(code)))
    assert not is_stricter(tier_of(milder), than=tier_of(harsher))
    assert not is_stricter(shown_tier(before), than=tier_of(before))


@given(ANSWERS, st.sets(st.sampled_from(sorted(MILDEST))))
def test_an_answer_that_is_taken_away_never_lowers_a_tier(answers: dict[str, str], gone: set[str]) -> None:
    """Breaks when what nobody answered counts as harmless."""
    fewer = {code: answer for code, answer in answers.items() if code not in gone}
    assert not is_stricter(tier_of(risk_answers(answers)), than=tier_of(risk_answers(fewer)))


@given(ANSWERS)
def test_the_tier_is_what_the_effects_of_the_answers_say(answers: dict[str, str]) -> None:
    """Breaks when an effect is shown that no rule has, or one is not shown."""
    found = risk_answers(answers)
    shown = effects(found)
    assert [effect.question for effect in shown] == list(QUESTIONS)
    assert max((effect.at_least for effect in shown), key=TIERS.index) is tier_of(found)
    for effect in shown:
        assert effect.without is tier_of(found.with_answers({effect.question.code: MILDEST[effect.question.code]}))
        assert not is_stricter(effect.without, than=tier_of(found))
    assert {rule for effect in shown for rule in effect.because} == set(applying(found))
    assert bool(holding(found)) is (tier_of(found) is not Tier.LOW)


@given(ANSWERS, ANSWERS)
def test_equal_answers_have_equal_digests_and_others_have_others(one: dict[str, str], other: dict[str, str]) -> None:
    a, b = risk_answers(one), risk_answers(dict(reversed(other.items())))
    assert (a.digest == b.digest) is (a == b) is (one == other)


def test_before_anybody_answered_it_is_prohibited() -> None:
    assert tier_of(NO_ANSWERS) is Tier.PROHIBITED
    assert NO_ANSWERS.personal_data
    assert set(NO_ANSWERS.unknown) == set(BY_CODE)


def test_the_mildest_answers_are_low_and_each_single_harsh_one_says_what_it_costs() -> None:
    low = risk_answers(MILDEST)
    assert (tier_of(low), low.unknown, low.personal_data, applying(low)) == (Tier.LOW, (), False, ())
    for codes, tier in ((AREAS, Tier.HIGH), (PRACTICES, Tier.PROHIBITED)):
        for code in codes:
            assert tier_of(low.with_answers({code: "yes"})) is tier
            assert tier_of(low.with_answers({code: UNKNOWN})) is tier
    assert tier_of(low.with_answers({"personal_data": "personal"})) is Tier.MEDIUM
    assert tier_of(low.with_answers({"personal_data": "special"})) is Tier.HIGH


def test_a_rule_with_two_conditions_is_shown_at_both_answers() -> None:
    found = risk_answers(MILDEST | {"undo": "never", "autonomy": "alone_some"})
    told = {effect.question.code: [rule.code for rule in effect.because] for effect in effects(found) if effect.because}
    assert told == {"undo": ["for_good_alone", "undone_later"], "autonomy": ["for_good_alone"]}
    without = {effect.question.code: effect.without for effect in effects(found)}
    assert (without["undo"], without["autonomy"]) == (Tier.LOW, Tier.MEDIUM)
    assert [rule.code for rule in holding(found)] == ["for_good_alone"]


def test_every_rule_is_needed_and_names_questions_and_answers_that_are_there() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert all(BY_CODE[question].rank(answer) in range(1, len(BY_CODE[question].options)) for question, answer in rule.when)
        exactly = risk_answers(MILDEST | dict(rule.when))
        assert rule.applies(exactly)
        assert not is_stricter(rule.at_least, than=tier_of(exactly))
        for question, _ in rule.when:
            assert not rule.applies(exactly.with_answers({question: MILDEST[question]}))


def test_every_question_can_raise_a_tier() -> None:
    """Breaks when something is asked that no rule reads."""
    assert {question for rule in RULES for question, _ in rule.when} == set(BY_CODE)


def test_the_questionnaire_is_short_and_every_answer_is_in_words() -> None:
    assert 14 <= len(QUESTIONS) <= 18
    for question in QUESTIONS:
        assert question.asks.endswith("?")
        assert len({option.code for option in question.options}) == len(question.options) >= 2
        assert all(question.says(option.code) == option.says for option in question.options)
        assert question.says(UNKNOWN) == "not known"


@pytest.mark.parametrize("given_answers", [{"weather": "no"}, {"undo": "perhaps"}, {"undo": ""}])
def test_what_is_not_asked_or_no_answer_is_refused(given_answers: dict[str, str]) -> None:
    with pytest.raises(NotAnAnswerError):
        risk_answers(given_answers)


def test_an_answer_of_an_earlier_edition_that_is_no_option_any_more_counts_as_the_harshest() -> None:
    old = RiskAnswers(given=tuple(sorted((MILDEST | {"undo": "perhaps", "weather": "no"}).items())), questionnaire="2020-01")
    assert old.unknown == ("undo",)
    assert tier_of(old) is Tier.MEDIUM
    assert answers_to_json(old)["weather"] == "no"
    renewed = old.with_answers({"undo": "day"})
    assert (renewed, tier_of(renewed)) == (risk_answers(MILDEST), Tier.LOW)


def test_the_stricter_of_two_tiers() -> None:
    for a, x in enumerate(TIERS):
        for b, y in enumerate(TIERS):
            assert stricter(x, y) is TIERS[max(a, b)]
            assert is_stricter(x, than=y) is (a > b)


def test_only_what_is_prohibited_is_held_back_everywhere() -> None:
    held = [tier for tier in (None, *TIERS) if not_prohibited(tier) is not None]
    assert held == [Tier.PROHIBITED]


@given(st.lists(st.tuples(ANSWERS, st.booleans()), max_size=4), ANSWERS)
def test_whoever_is_not_risk_never_answers_below_what_was_answered_since_risk_last_did(
    before: list[tuple[dict[str, str], bool]], after: dict[str, str]
) -> None:
    """Breaks when a tier can be talked down in steps, or by way of what is unknown."""
    versions = [(risk_answers(answers), judged) for answers, judged in before]
    found = risk_answers(after)
    assert may_lower(versions, found, by_risk=True) is None
    last = max((k for k, (_, judged) in enumerate(versions) if judged), default=0)
    lower = any(is_stricter(shown_tier(answers), than=tier_of(found)) for answers, _ in versions[last:])
    assert (may_lower(versions, found, by_risk=False) is not None) is lower


def test_a_mandate_is_outgrown_by_a_stricter_tier_only() -> None:
    for under in TIERS:
        for now in TIERS:
            assert outgrown(granted_under=under, now=now) is is_stricter(now, than=under)
            assert (still_covered(granted_under=under, now=now) is None) is not is_stricter(now, than=under)
    assert [outgrown(granted_under=None, now=now) for now in (None, *TIERS)] == [False, False, False, True, True]
    assert still_covered(granted_under=Tier.LOW, now=None) is None

"""Risk at the command line: the form is filled in, the tier shown with each answer's effect, and obligations with their evidence."""

import pytest

from licet.core.risk_questions import QUESTIONS
from licet.pretend import MILD_RISK
from tests.cli.desk import ADMIN, BUILDER, OTHER, OWNER, RISK, Desk, typed

MILD = "\n".join(f"{code}: {answer}" for code, answer in MILD_RISK.items())


def test_the_questions_and_the_form(granted: Desk) -> None:
    data = typed("risk", "questions", "--json").data
    assert [one["code"] for one in data["questions"]] == [question.code for question in QUESTIONS]
    assert QUESTIONS[0].asks in typed("risk", "questions").out
    form = granted.text("form.yaml", typed("risk", "questions", "--template").out.replace(": unknown", ": unknown  # fill in"))
    assert granted("risk", "answer", "mails", "--file", form, "--set", "undo=day", "--as", BUILDER).data["tier"] == "prohibited"
    assert "because nobody answered: at least prohibited" in granted.shown("risk", "show", "mails").out


def test_before_anybody_answered_there_is_no_tier(signed: Desk) -> None:
    assert signed("risk", "show", "mails").data == {"use_case": "mails", "tier": None, "version": None}
    assert "nobody answered" in signed.shown("risk", "show", "mails").out
    path = signed.text("answers.yaml", MILD)
    first = signed("risk", "answer", "mails", "--file", path, "--set", "personal_data=personal", "--as", BUILDER).data
    assert (first["tier"], first["version"], first["was"], first["suspended"]) == ("medium", 1, None, None)
    assert (first["complete"], first["personal_data"]) == (True, True)


def test_answers_a_tier_and_a_mandate_that_is_taken_back(granted: Desk) -> None:
    assert granted("risk", "show", "mails").data["tier"] == "low"
    told = granted.shown("risk", "answer", "mails", "--set", "harm=yes", "--set", "personal_data=personal", "--as", OWNER).out
    assert "is suspended" in told
    assert "because of this answer: at least high" in told
    assert granted("mandate", "show", "mails").data["state"] == "suspended"
    shown = granted("risk", "show", "mails").data
    effect = next(one for one in shown["answers"] if one["question"] == "harm")
    assert effect == {"question": "harm", "answer": "yes", "at_least": "high", "because": ["harm"], "without": "medium"}
    assert [rule["rule"] for rule in shown["held_by"]] == ["harm"]
    assert granted("risk", "answer", "mails", "--set", "harm=no", "--as", OWNER, code=5).refused["code"] == "lowering_takes_risk"
    assert granted("risk", "answer", "mails", "--set", "harm=no", "--as", RISK).data["tier"] == "medium"
    assert granted("ledger", "verify").data["problems"] == []
    pack = granted.files / "pack.zip"
    vkey = granted("evidence", "export", "mails", "-o", pack).data["vkey"]
    found = typed("evidence", "verify", str(pack), "--key", vkey, "--json").data
    assert (found["status"], found["problems"]) == ("authentic", [])


@pytest.mark.parametrize(
    ("words", "code"),
    [((), "person_needed"), (("--as", ADMIN), "not_permitted"), (("--as", OTHER), "not_the_owner")],
)
def test_who_may_not_answer(granted: Desk, words: tuple[str, ...], code: str) -> None:
    assert granted("risk", "answer", "mails", "--set", "undo=day", *words, code=5).refused["code"] == code


@pytest.mark.parametrize(
    "words",
    [
        ("answer", "mails", "--as", OWNER),
        ("answer", "mails", "--set", "undo", "--as", OWNER),
        ("answer", "mails", "--set", "undo=perhaps", "--as", OWNER),
        ("answer", "mails", "--file", "/nowhere/answers.yaml", "--as", OWNER),
        ("show", "nowhere"),
        ("obligations", "--on", "tomorrow"),
    ],
)
def test_what_cannot_be_meant_is_bad_usage(granted: Desk, words: tuple[str, ...]) -> None:
    assert granted("risk", *words, code=2).error["why"]


def test_obligations_of_a_use_case_and_of_all(granted: Desk) -> None:
    everything = granted("risk", "obligations", "--on", "2026-11-28").data
    mild = granted("risk", "obligations", "mails", "--on", "2026-11-28").data
    assert len(mild["obligations"]) < len(everything["obligations"])
    oversight = next(one for one in everything["obligations"] if one["id"] == "eu-14")
    assert (oversight["applies"], oversight["applies_from"], oversight["by_choice"]) == (False, "2027-12-02", False)
    assert "stop and its drills" in oversight["evidence_for"]
    later = granted("risk", "obligations", "--on", "2027-12-02").data
    assert next(one for one in later["obligations"] if one["id"] == "eu-14")["applies"] is True
    told = granted.shown("risk", "obligations", "mails").out
    assert "evidence for it: none" in told
    assert "no legal advice" in told
    assert "complian" not in told.lower()

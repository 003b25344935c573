"""Policy at the command line: why not, a corpus, and a change that takes a second person."""

import pytest

from tests.cli.desk import ADMIN, BUILDER, OWNER, RISK, Desk

NO_LOOK = """@id("admins-export-not")
@says("Admins export nothing.")
forbid (principal in Role::"admin", action == Action::"export", resource);
"""
CASE = "cases:\n  - act: export\n    who: admin\n    deny: admins-export-not\n"


def written(desk: Desk, text: str, case: str = CASE) -> None:
    """The organisation's folder of policies."""
    folder = desk.home / "policies"
    (folder / "tests").mkdir(parents=True, exist_ok=True)
    (folder / "ours.cedar").write_text(text)
    (folder / "tests" / "ours.yaml").write_text(case)


def test_why_not_lists_what_is_missing(granted: Desk) -> None:
    found = granted("policy", "explain", BUILDER, "grant-a-mandate", "mails").data
    assert (found["allowed"], found["roles"], found["refused"]["code"]) == (False, ["builder"], "not_permitted")
    assert found["missing"] == [{"policy": "owner-decides-own", "roles": ["owner"], "conditions": ["to own this use case"]}]
    assert granted("policy", "explain", OWNER, "grant a mandate", "mails").data["policies"] == ["owner-decides-own"]
    shown = granted.shown("policy", "explain", BUILDER, "grant-a-mandate", "mails").out
    assert "owner-decides-own takes a role of: owner and to own this use case" in shown
    assert "made it" not in granted("policy", "explain", BUILDER, "fly", code=2).error["why"]


def test_a_change_takes_a_second_person_and_is_told_before(granted: Desk) -> None:
    written(granted, NO_LOOK)
    checked = granted("policy", "check").data
    assert checked["in_force"] is False
    assert checked["permits_more"] == []
    assert {(one["act"], *one["roles"]) for one in checked["refuses_more"]} == {("export", "admin")}
    assert granted("policy", "test").data["wrong"] == []
    digest = granted("policy", "propose", "--as", OWNER).data["digest"]
    assert digest == checked["digest"]
    assert granted("policy", "show").data["proposed"]["digest"] == digest
    assert granted("policy", "approve", digest, "--as", OWNER, code=5).refused["code"] == "not_permitted"
    assert granted("policy", "explain", ADMIN, "export", "mails").data["allowed"] is True
    granted("policy", "approve", digest, "--as", RISK)
    found = granted("policy", "explain", ADMIN, "export", "mails").data
    assert [one["policy"] for one in found["forbidden"]] == ["admins-export-not"]
    shown = granted("policy", "show", "--text").data
    assert NO_LOOK.strip() in shown["text"]["in_force"]
    assert {"id": "admins-export-not", "effect": "forbid", "says": "Admins export nothing."} in shown["rules"]


def test_a_proposal_is_withdrawn_and_the_doctor_tells_files_from_what_is_in_force(granted: Desk) -> None:
    written(granted, NO_LOOK)
    looked = {one["name"]: one for one in granted("doctor", code=0).data["checks"]}
    assert "is not in force" in looked["policies"]["says"]
    granted("policy", "propose", "--as", RISK)
    granted("policy", "withdraw", "--as", RISK)
    assert granted("policy", "withdraw", "--as", RISK, code=5).refused["code"] == "not_there"


@pytest.mark.parametrize(
    ("text", "case", "words"),
    [
        ("permit (principal", CASE, "check"),
        (NO_LOOK, CASE.replace("export", "fly"), "test"),
        (NO_LOOK, CASE.replace("cases:", "case:"), "test"),
        (NO_LOOK.replace("admin", "king"), CASE, "propose"),
    ],
)
def test_what_is_no_policy_or_no_case_is_bad_usage(granted: Desk, text: str, case: str, words: str) -> None:
    written(granted, text, case)
    assert granted("policy", words, *(("--as", OWNER) if words == "propose" else ()), code=2).error["why"]


def test_a_case_that_is_answered_wrongly_is_named_with_its_line(granted: Desk) -> None:
    written(granted, NO_LOOK, CASE.replace("deny: admins-export-not", "allow: true"))
    wrong = granted("policy", "test", code=2).data["wrong"]
    assert {one["source"].rpartition("/")[2] for one in wrong} == {"ours.yaml:2"}

"""Who may do what at the command line: nobody in particular may set up and look, and every other act takes a named person."""

import pytest

from tests.cli.desk import ADMIN, BUILDER, OTHER, OWNER, POSTED, REVIEWER, RISK, Desk, cases

NAMED_ACTS = (
    ("standard", "revise", "mails"),
    ("sealed", "open", "mails"),
    ("adjudicate", "mails", "--export", "sheet.csv"),
    ("cases", "answer", "mails", "--export", "sheet.csv"),
    ("cases", "erase", "mails", "c1"),
    ("mandate", "propose", "mails"),
    ("mandate", "grant", "mails"),
    ("mandate", "suspend", "mails"),
    ("mandate", "revoke", "mails"),
    ("use-case", "retire", "mails"),
)
"""Acts that the operator may not do."""


@pytest.mark.parametrize("words", NAMED_ACTS, ids=" ".join)
def test_the_operator_may_not(met: Desk, words: tuple[str, ...]) -> None:
    said = met(*words, code=5).refused
    assert said["code"] == "person_needed"
    assert "--as" in said["remedy"]


def test_the_operator_may_set_up_import_evaluate_and_export(signed: Desk) -> None:
    signed("person", "add", "new@example.org", "--name", "New", "--role", "reviewer")
    signed("use-case", "new", "letters")
    signed("import", "letters", signed.table("x.csv", cases(40)), *POSTED)
    signed("evaluate", "mails")
    signed("cases", "export", "mails", "-o", signed.files / "out.csv")


def test_the_operator_neither_approves_nor_reinstates(met: Desk) -> None:
    met("mandate", "propose", "mails", "--as", BUILDER)
    digest = met("gate", "show", "mails").data["digest"]
    assert met("approve", "mails", digest, code=5).refused["code"] == "person_needed"
    met("approve", "mails", digest, "--as", RISK)
    met("mandate", "grant", "mails", "--as", OWNER)
    met("mandate", "suspend", "mails", "--as", ADMIN)
    assert met("mandate", "reinstate", "mails", "--why", "retrained", code=5).refused["code"] == "person_needed"


@pytest.mark.parametrize(
    ("words", "who", "code"),
    [
        (("standard", "revise", "mails"), OTHER, "not_the_owner"),
        (("sealed", "open", "mails"), OTHER, "not_the_owner"),
        (("mandate", "propose", "mails"), RISK, "not_permitted"),
        (("mandate", "grant", "mails"), OTHER, "not_the_owner"),
        (("mandate", "grant", "mails"), ADMIN, "not_permitted"),
        (("mandate", "suspend", "mails"), BUILDER, "not_permitted"),
        (("cases", "answer", "mails", "--export", "x.csv"), BUILDER, "not_permitted"),
        (("use-case", "retire", "mails"), REVIEWER, "not_permitted"),
    ],
)
def test_a_person_without_the_right_may_not(met: Desk, words: tuple[str, ...], who: str, code: str) -> None:
    assert met(*words, "--as", who, code=5).refused["code"] == code


@pytest.mark.parametrize(("who", "code"), [((), "person_needed"), (("--as", RISK), "not_permitted"), (("--as", ADMIN), "not_permitted")])
def test_only_an_owner_locks_and_only_risk_countersigns(imported: Desk, who: tuple[str, ...], code: str) -> None:
    assert imported("standard", "lock", "mails", *who, code=5).refused["code"] == code
    imported("standard", "lock", "mails", "--as", OWNER)
    other = ("--as", OTHER) if RISK in who else who
    assert imported("standard", "countersign", "mails", *other, code=5).refused["code"] == code


def test_one_person_with_two_roles_signs_once(imported: Desk) -> None:
    imported("person", "add", OWNER, "--name", "Olga", "--role", "risk")
    imported("standard", "lock", "mails", "--as", OWNER)
    assert imported("standard", "countersign", "mails", "--as", OWNER, code=5).refused["code"] == "same_person"


def test_no_mandate_without_an_open_gate(met: Desk) -> None:
    met("mandate", "propose", "mails", "--as", BUILDER)
    said = met("mandate", "grant", "mails", "--as", OWNER, code=5)
    assert said.refused["code"] == "gate_closed"
    assert said.data["refused"]["gate"]["open"] is False
    shown = met.shown("mandate", "grant", "mails", "--as", OWNER, code=5)
    assert (shown.out, "gate_closed" in shown.err) == ("", True)


def test_an_approval_is_for_exactly_one_digest(met: Desk) -> None:
    met("mandate", "propose", "mails", "--as", BUILDER)
    old = met("gate", "show", "mails").data["digest"]
    met("approve", "mails", old, "--as", RISK)
    met("mandate", "propose", "mails", "--daily-cap", "5", "--as", BUILDER)
    assert met("approve", "mails", old, "--as", OTHER, code=5).refused["code"] == "digest_mismatch"
    assert met("approve", "mails", "nonsense", "--as", OTHER, code=5).refused["code"] == "digest_mismatch"
    assert met("mandate", "grant", "mails", "--as", OWNER, code=5).refused["code"] == "gate_closed"


@pytest.mark.parametrize(
    "options",
    [
        ("--audit-rate", "0"),
        ("--audit-rate", "nan"),
        ("--audit-rate", "2"),
        ("--daily-cap", "0"),
        ("--days", "99999999999"),
        ("--days", "-1"),
    ],
)
def test_a_wish_out_of_range_is_bad_usage(met: Desk, options: tuple[str, ...]) -> None:
    assert met("mandate", "propose", "mails", *options, "--as", BUILDER, code=2).error


def test_the_owner_who_locked_may_not_approve(met: Desk) -> None:
    met("person", "add", OWNER, "--name", "Olga", "--role", "risk")
    met("mandate", "propose", "mails", "--as", BUILDER)
    digest = met("gate", "show", "mails").data["digest"]
    assert met("approve", "mails", digest, "--as", OWNER, code=5).refused["code"] == "approver_is_author"


def test_whoever_imported_is_a_builder_and_may_not_approve(founded: Desk) -> None:
    founded("import", "mails", founded.table("past.csv", cases(900)), *POSTED, "--as", OTHER)
    founded("standard", "lock", "mails", "--as", OWNER)
    founded("standard", "countersign", "mails", "--as", RISK)
    founded("evaluate", "mails")
    founded("mandate", "propose", "mails", "--as", BUILDER)
    digest = founded("gate", "show", "mails").data["digest"]
    assert founded("approve", "mails", digest, "--as", OTHER, code=5).refused["code"] == "approver_is_author"

"""Tokens at the command line: shown once, listed without themselves, revoked by a person who may."""

import pytest

from tests.cli.desk import ADMIN, BUILDER, OTHER, OWNER, RISK, Desk


def test_a_token_is_shown_once_and_listed_without_itself(founded: Desk) -> None:
    made = founded("token", "new", "intake", "--scope", "cases:write", "--scope", "cases:read", "--use-case", "mails", "--as", OWNER).data
    assert made["token"].startswith("licet_")
    listed = founded("token", "list")
    (only,) = listed.data["tokens"]
    assert (only["id"], only["state"], only["scopes"], only["use_case"]) == (made["id"], "valid", ["cases:read", "cases:write"], "mails")
    assert made["token"] not in listed.out
    assert made["token"] in founded.shown("token", "new", "x", "--scope", "stop", "--as", ADMIN).out or made["token"]


def test_a_token_goes_into_a_file_alone(founded: Desk) -> None:
    shown = founded.shown("token", "new", "x", "--scope", "stop", "--as", ADMIN)
    assert shown.out.startswith("licet_")
    assert len(shown.out.split()) == 1
    assert "shown this once" in shown.err


def test_a_token_is_revoked_by_name(founded: Desk) -> None:
    founded("token", "new", "intake", "--scope", "stop", "--as", ADMIN)
    assert founded("token", "revoke", "intake", "--as", ADMIN).data["revoked"]
    assert [one["state"] for one in founded("token", "list").data["tokens"]] == ["revoked"]
    assert founded("token", "revoke", "intake", "--as", ADMIN, code=5).refused["code"] == "not_there"


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        (("--use-case", "mails"), "person_needed"),
        (("--use-case", "mails", "--as", BUILDER), "not_permitted"),
        (("--use-case", "mails", "--as", RISK), "not_permitted"),
        (("--as", OWNER), "not_permitted"),
    ],
)
def test_who_may_not_make_a_token(founded: Desk, words: tuple[str, ...], refused: str) -> None:
    assert founded("token", "new", "x", "--scope", "stop", *words, code=5).refused["code"] == refused
    assert founded("token", "list").data["tokens"] == []


def test_another_owner_makes_no_token_for_a_use_case_that_has_one(signed: Desk) -> None:
    assert signed("token", "new", "x", "--scope", "stop", "--use-case", "mails", "--as", OTHER, code=5).refused["code"] == "not_the_owner"
    signed("token", "new", "x", "--scope", "stop", "--use-case", "mails", "--as", OWNER)


@pytest.mark.parametrize("words", [("--scope", "approve"), ("--scope", "stop", "--days", "0"), ("--scope", "stop", "--days", "367"), ()])
def test_a_token_that_cannot_be_is_not_made(founded: Desk, words: tuple[str, ...]) -> None:
    founded("token", "new", "x", *words, "--as", ADMIN, code=2)

"""Teams at the command line: under LICET_TEAM the use cases of other teams are not there."""

import pytest

from tests.cli.desk import ADMIN, OWNER, RISK, Desk

WORDS = [
    ("gate", "show", "mails"),
    ("mandate", "show", "mails"),
    ("mandate", "suspend", "mails", "--as", RISK),
    ("stop", "press", "mails", "--why", "x", "--as", RISK),
    ("stop", "status", "mails"),
    ("cases", "export", "mails", "-o", "x.csv"),
    ("cases", "correct", "mails", "c1", "card", "--why", "x", "--as", OWNER),
    ("cases", "erase", "mails", "c1", "--as", OWNER),
    ("audit", "status", "mails"),
    ("standard", "lock", "mails", "--as", OWNER),
    ("sealed", "open", "mails", "--as", OWNER),
    ("evaluate", "mails"),
    ("evidence", "export", "mails", "-o", "x.zip"),
    ("use-case", "rename", "mails", "post", "--as", OWNER),
    ("use-case", "retire", "mails", "--as", OWNER),
    ("use-case", "move", "mails", "--team", "south", "--as", ADMIN),
]


def test_under_another_team_a_use_case_is_not_there(granted: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LICET_TEAM", "south")
    for words in WORDS:
        said = granted(*words, code=2).error
        assert said["code"] == "UnknownUseCaseError", words
        assert "There are: none yet" in said["why"]
    granted("use-case", "new", "letters")
    assert granted("use-case", "new", "claims", "--team", "north", code=5).refused["code"] == "beyond_the_team"
    assert granted("stop", "press", "--why", "x", "--as", RISK, code=5).refused["code"] == "beyond_the_team"
    assert "There are: letters" in granted("mandate", "show", "mails", code=2).error["why"]
    monkeypatch.setenv("LICET_TEAM", "main")
    assert granted("mandate", "show", "mails").data["state"] == "active"
    assert granted("gate", "show", "letters", code=2).error["code"] == "UnknownUseCaseError"


def test_an_admin_moves_a_use_case_with_all_it_has(granted: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert granted("use-case", "move", "mails", "--team", "south", "--as", OWNER, code=5).refused["code"] == "not_permitted"
    assert granted("use-case", "move", "mails", "--team", "south", "--as", ADMIN).data == {"use_case": "mails", "team": "south"}
    assert granted("mandate", "show", "mails").data["state"] == "active"
    monkeypatch.setenv("LICET_TEAM", "south")
    assert granted("mandate", "show", "mails").data["state"] == "active"
    assert granted("ledger", "verify").data["problems"] == []
    monkeypatch.setenv("LICET_TEAM", "main")
    assert granted("mandate", "show", "mails", code=2).error["code"] == "UnknownUseCaseError"


@pytest.mark.parametrize("name", ["South", "a b"])
def test_a_name_that_no_team_can_have_is_bad_usage(granted: Desk, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert granted("use-case", "move", "mails", "--team", name, "--as", ADMIN, code=2).error["code"] == "NotATeamError"
    monkeypatch.setenv("LICET_TEAM", name)
    assert granted("mandate", "show", "mails", code=2).error["code"] == "NotATeamError"

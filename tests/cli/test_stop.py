"""The stop at the command line, from the first press to the pack that a stranger verifies."""

import pytest

from tests.cli.desk import ADMIN, OTHER, OWNER, POSTED, RISK, Desk, cases, typed


def test_a_drill_at_the_command_line(granted: Desk) -> None:
    assert granted("stop", "status").data["pressed"] == []
    pressed = granted("stop", "press", "mails", "--why", "a drill", "--as", OWNER).data
    assert (pressed["use_case"], pressed["reach"], pressed["why"], pressed["repeated"]) == ("mails", "use_case", "a drill", False)
    assert granted("stop", "press", "mails", "--why", "once more", "--as", RISK).data["repeated"] is True
    stopped = granted("cases", "submit", "mails", granted.table("a.csv", cases(40, seed=3, first=5_000)), *POSTED).data
    assert (stopped["alone"], stopped["reasons"], stopped["mandate"]) == (0, {"stopped": 40}, "active")
    lifted = granted("stop", "lift", "mails", "--as", OWNER).data
    assert lifted["pressed_at"] == pressed["pressed_at"]
    assert granted("cases", "submit", "mails", granted.table("b.csv", cases(40, seed=4, first=6_000)), *POSTED).data["alone"] > 0
    found = granted("stop", "status", "mails").data
    assert (found["pressed"], found["lifted"][-1]) == ([], lifted)
    pack = granted.files / "pack.zip"
    vkey = granted("evidence", "export", "mails", "-o", pack).data["vkey"]
    found = typed("evidence", "verify", str(pack), "--key", vkey, "--json").data
    assert (found["status"], found["problems"]) == ("authentic", [])


def test_the_stop_of_the_whole_installation(granted: Desk) -> None:
    assert granted("stop", "press", "--why", "everything", "--as", OWNER).data["use_case"] is None
    shown = granted.shown("stop", "status", "mails").out
    assert "the whole installation" in shown
    assert "everything" in shown
    assert granted("mandate", "show", "mails").data["stopped"] is True
    assert "nothing is decided alone" in granted.shown("mandate", "show", "mails").out
    assert granted("stop", "lift", "mails", "--as", OWNER, code=5).refused["code"] == "not_stopped"
    assert granted("stop", "lift", "--as", OWNER, code=5).refused["code"] == "not_permitted"
    granted("stop", "lift", "--as", RISK)
    assert granted("mandate", "show", "mails").data["stopped"] is False


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("press", "mails", "--why", "x"), "person_needed"),
        (("lift", "mails"), "person_needed"),
        (("lift", "mails", "--as", OTHER), "not_the_owner"),
        (("lift", "mails", "--as", ADMIN), "not_permitted"),
        (("lift", "mails", "--as", RISK), "not_stopped"),
    ],
)
def test_who_may_not(granted: Desk, words: tuple[str, ...], code: str) -> None:
    assert granted("stop", *words, code=5).refused["code"] == code


@pytest.mark.parametrize("words", [("press", "mails", "--as", RISK), ("press", "mails", "--why", " ", "--as", RISK), ("status", "nowhere")])
def test_what_cannot_be_meant_is_bad_usage(granted: Desk, words: tuple[str, ...]) -> None:
    assert granted("stop", *words, code=2).error["why"]

"""A running mandate at the command line: its exposure, its narrowing, a drill of its stop, and what show says of all that."""

import pytest

from tests.cli.desk import ADMIN, BUILDER, OWNER, POSTED, RISK, Desk, cases, typed


def exposed(desk: Desk) -> None:
    """A mandate that begins as a shadow."""
    proposed = desk("mandate", "propose", "mails", "--exposure", "0,0.5:20:0,1:20:1", "--as", BUILDER).data
    desk("approve", "mails", proposed["covers"], "--as", RISK)
    desk("mandate", "grant", "mails", "--as", OWNER)


def verified(desk: Desk) -> object:
    """What a stranger finds wrong with the evidence pack."""
    pack = desk.files / "pack.zip"
    vkey = desk("evidence", "export", "mails", "-o", pack).data["vkey"]
    return typed("evidence", "verify", str(pack), "--key", vkey, "--json").data["problems"]


def test_a_mandate_is_exposed_step_by_step(met: Desk) -> None:
    exposed(met)
    found = met("cases", "submit", "mails", met.table("a.csv", cases(10, seed=3, first=5_000)), *POSTED).data
    assert (found["alone"], found["reasons"]["not_exposed"] > 5) == (0, True)
    shown = met("mandate", "show", "mails").data
    assert (shown["exposure"]["share"], shown["exposure"]["step"], shown["exposure"]["of"]) == (0.0, 0, 3)
    assert "more blind answers" in shown["exposure"]["missing"][0]
    told = met.shown("mandate", "show", "mails").out
    assert "none yet (shadow), then 0.5 after 20 blind answers and 0 days" in told
    assert "more blind answers of 20" in told
    assert met("mandate", "exposure", "mails", "--on", "--as", OWNER, code=5).refused["code"] == "exposure_not_due"
    assert met("mandate", "exposure", "mails", "--hold", "--as", RISK).data["held_by"]
    assert "held by" in met.shown("mandate", "exposure", "mails").out


def test_a_mandate_is_narrowed_and_says_so(granted: Desk) -> None:
    before = granted("mandate", "show", "mails").data
    made = granted(
        *("mandate", "narrow", "mails", "--daily-cap", "5", "--never-alone-answer", "spam", "--never-alone", "region=north"),
        *("--why", "complaints", "--as", RISK),
    ).data
    assert sorted(made["narrowing"]["changed"]) == ["daily_cap", "never_alone_answers", "never_alone_attributes"]
    assert made["narrowing"]["certified"] is False
    after = granted("mandate", "show", "mails").data
    assert (after["terms"], after["digest"], after["daily_cap"]) == (before["terms"], before["digest"], 5)
    assert "never answered 'spam'" in after["scope"]
    told = granted.shown("mandate", "show", "mails").out
    assert "complaints" in told
    assert "only the watch speaks" in told
    assert granted("mandate", "narrow", "mails", "--daily-cap", "6", "--why", "x", "--as", RISK, code=5).refused["code"] == "not_narrower"
    assert verified(granted) == []


@pytest.mark.parametrize("words", [("--never-alone", "x"), ("--value-limit", "amount=much"), ("--until", "soon"), ("--daily-cap", "0")])
def test_what_cannot_be_meant_is_bad_usage(granted: Desk, words: tuple[str, ...]) -> None:
    assert granted("mandate", "narrow", "mails", *words, "--why", "x", "--as", RISK, code=2).error["why"]


def test_a_plan_that_is_none_is_bad_usage(met: Desk) -> None:
    assert "0,0.1:60:7" in met("mandate", "propose", "mails", "--exposure", "soon", "--as", BUILDER, code=2).error["why"]


def test_the_stop_is_exercised_and_reaches_a_team(granted: Desk) -> None:
    found = granted("stop", "drill", "mails", "--as", OWNER).data
    assert (found["result"], found["took_ms"] <= 1000) == ("held", True)
    assert granted("stop", "press", "--team", "main", "--why", "x", "--as", ADMIN).data["team"] == "main"
    assert granted("stop", "drill", "mails", "--as", OWNER, code=5).refused["code"] == "already_stopped"
    assert "team main" in granted.shown("stop", "status", "mails").out
    assert granted("stop", "lift", "--team", "main", "--as", ADMIN, code=5).refused["code"] == "not_permitted"
    assert granted("stop", "press", "mails", "--team", "main", "--why", "x", "--as", RISK, code=2).error["why"]
    granted("stop", "lift", "--team", "main", "--as", RISK)
    assert verified(granted) == []

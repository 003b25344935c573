"""`licet reviewers flags`: numbers for whoever may see them, and how little they say while little is there."""

from tests.cli.desk import OWNER, REVIEWER, RISK, Desk


def test_flags_come_with_what_they_cannot_say(granted: Desk) -> None:
    told = granted("reviewers", "flags", "mails", "--as", RISK).data
    assert (told["paces"], told["pairs"], told["consistency"]) == ([], [], [])
    assert len(told["limits"]) == 4
    assert "Nobody answered anything yet." in granted.shown("reviewers", "flags", "mails", "--as", RISK).out
    granted("reviewers", "flags", "mails", "--as", REVIEWER, code=5)


def test_capacity_names_what_is_unknown_and_then_what_is_short_or_enough(granted: Desk) -> None:
    told = granted("reviewers", "capacity", "mails", "--as", OWNER).data
    assert (told["enough"], told["asked"], told["people"]) == (None, False, 1)
    assert "`cases_a_day`" in str(told["says"])
    file = granted.home / "use_cases/mails/use_case.yaml"
    staffing = "\ndesk:\n  staffing:\n    hours_a_day: 1\n    cases_a_day: 200\n    seconds_a_case: 60\n"
    file.write_text(file.read_text("utf-8") + staffing, "utf-8")
    told = granted("reviewers", "capacity", "mails", "--as", RISK).data
    assert told["assumed"] == ["cases", "seconds", "hours"]
    assert told["enough"] is (told["needed"] <= 1)
    (one,) = told["team"]
    assert (one["ready"], one["until"], one["absent_until"]) == (True, None, None)
    out = granted.shown("reviewers", "capacity", "mails", "--as", OWNER).out
    assert "No gate asks for it at this tier of risk." in out
    assert "Poisson" in out
    granted("reviewers", "capacity", "mails", "--as", REVIEWER, code=5)

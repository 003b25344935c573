"""`licet reviewers flags`: numbers for whoever may see them, and how little they say while little is there."""

from tests.cli.desk import REVIEWER, RISK, Desk


def test_flags_come_with_what_they_cannot_say(granted: Desk) -> None:
    told = granted("reviewers", "flags", "mails", "--as", RISK).data
    assert (told["paces"], told["pairs"], told["consistency"]) == ([], [], [])
    assert len(told["limits"]) == 4
    assert "Nobody answered anything yet." in granted.shown("reviewers", "flags", "mails", "--as", RISK).out
    granted("reviewers", "flags", "mails", "--as", REVIEWER, code=5)

"""Event logs at the command line: shown before they are kept, read again by a mapping file, listed, and erased."""

from tests.cli.desk import BUILDER, OWNER, REVIEWER, Desk
from tests.edge.logs import HEADER, csv_log, xes_log


def test_a_log_is_looked_at_kept_once_listed_and_erased(founded: Desk) -> None:
    file, mapping = csv_log(founded.files / "log.csv"), founded.files / "mapping.yaml"
    tried = founded("process", "import", "mails", file, "--dry-run", "--write-mapping", mapping, "--as", BUILDER).data
    assert (tried["kept"], tried["log"], tried["events"], tried["cases"]) == (False, None, 4, 2)
    assert tried["mapping"]["case"] == HEADER[0]
    assert founded("process", "logs", "mails").data["logs"] == []
    kept = founded("process", "import", "mails", file, "--mapping", mapping, "--as", BUILDER).data
    assert (kept["kept"], kept["again"], kept["activities"]) == (True, False, ["register", "check", "close"])
    again = founded("process", "import", "mails", xes_log(founded.files / "log.xes"), "--as", OWNER).data
    assert (again["again"], again["log"]["id"]) == (True, kept["log"]["id"]), "the same process in XES is the same log"
    (listed,) = founded("process", "logs", "mails").data["logs"]
    assert listed["digest"] == kept["log"]["digest"]
    assert founded("process", "erase", "mails", listed["id"], "--as", OWNER).data["erased"] is True
    assert "erased" in founded.shown("process", "logs", "mails").out
    assert founded("process", "erase", "mails", listed["id"], "--as", OWNER, code=5).refused["code"] == "no_event_log"


def test_what_was_guessed_and_what_is_odd_is_said_in_sentences(founded: Desk) -> None:
    rows = [(f"c{k // 2}", f"step \x1b[3{k % 2}m", f"2026-03-{k + 1:02} 09:00") for k in range(8)]
    file = csv_log(founded.files / "log.csv", ("case", "activity", "time"), rows)
    told = founded.shown("process", "import", "mails", file, "--as", OWNER).out
    assert "Its name says so. 4 different ones in 8 cells: each is there 2.0 times." in told
    assert "8 of 8 rows (100.0%) have a time without a zone, read as UTC, because nobody named another: kept." in told
    assert "\x1b" not in told
    assert "Kept as l_" in told
    named = founded.shown("process", "import", "mails", file, "--time-zone", "Europe/Amsterdam", "--as", OWNER).out
    assert "read as Europe/Amsterdam, as was said" in named
    assert "Exactly this log is here already" in founded.shown("process", "import", "mails", file, "--as", OWNER).out


def test_bad_files_and_words_end_with_two_and_who_may_not_with_five(founded: Desk) -> None:
    file = csv_log(founded.files / "log.csv")
    assert founded("process", "import", "mails", file, "--as", REVIEWER, code=5).refused["code"] == "not_permitted"
    for wrong in (
        ("--case", "Fall"),
        ("--time-zone", "Europe/Nowhere"),
        ("--format", "pdf"),
        ("--mapping", founded.files / "nowhere.yaml"),
        ("--encoding", "klingon"),
        ("--write-mapping", founded.files),
    ):
        found = founded("process", "import", "mails", file, *wrong, "--as", OWNER, "--dry-run", code=2)
        assert len(found.error["why"]) > 20
    founded("process", "import", "mails", founded.files / "nowhere.csv", "--as", OWNER, code=2)
    founded("process", "logs", "nowhere", code=2)
    assert founded("process", "logs", "mails").data["logs"] == []

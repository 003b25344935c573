"""Effects from the command line: seen, delivered without a server, and replayed by a person by name."""

from pathlib import Path

from tests.cli.desk import ADMIN, OWNER, POSTED, REVIEWER, RISK, Desk, cases

TAKES = "def effect(decision):\n    print('told', decision['case_number'])\n"
FAILS = "def effect(decision):\n    raise KeyError(decision['external_id'])\n"
SURE = [row for row in cases(60, seed=5, first=10_000) if float(str(row["sure"])) > 0.9]


def with_effect(desk: Desk, code: str) -> Path:
    """Lets decisions take effect through a function of the folder."""
    folder = desk.home / "use_cases" / "mails"
    file = folder / "use_case.yaml"
    if "effect:" not in file.read_text("utf-8"):
        file.write_text(file.read_text("utf-8") + "\neffect: callable\n", "utf-8")
    (folder / "effect.py").write_text(code, "utf-8")
    return folder


def submitted(desk: Desk) -> int:
    """Cases that are decided alone; how many."""
    done = desk("cases", "submit", "mails", desk.table("new.csv", SURE), *POSTED).data
    assert done["alone"] > 0
    return int(done["alone"])


def test_effects_are_seen_and_delivered_without_a_server(granted: Desk) -> None:
    with_effect(granted, TAKES)
    alone = submitted(granted)
    waiting = granted("effects", "list", "mails").data
    assert (waiting["waiting"], waiting["dead"], len(waiting["effects"])) == (alone, 0, alone)
    assert {(one["way"], one["state"], one["alone"], one["effect"]) for one in waiting["effects"]} == {("callable", "waiting", True, 1)}
    passed = granted("effects", "deliver", "mails")
    assert passed.data == {"use_case": "mails", "attempts": alone, "waiting": 0, "dead": 0}
    assert passed.err.count("told") == alone
    assert granted("effects", "list").data == {"effects": [], "waiting": 0, "dead": 0}
    assert "0 wait, 0 are dead." in granted.shown("effects", "list", "mails").out


def test_what_failed_is_listed_without_anything_of_the_case(granted: Desk) -> None:
    with_effect(granted, FAILS)
    submitted(granted)
    assert granted("effects", "deliver", "mails").data["attempts"] == 1
    said = granted("effects", "list", "mails").data["effects"]
    assert {one["why"] for one in said} == {None, "effect.py:2 raised KeyError."}
    shown = granted.shown("effects", "list", "mails").out
    assert "tried 1 times" in shown
    assert not [row for row in SURE if str(row["id"]) in shown]


def test_replaying_takes_the_owner_or_an_admin_by_name_and_one_case_or_all(granted: Desk) -> None:
    with_effect(granted, TAKES)
    submitted(granted)
    assert granted("effects", "replay", "mails", "--all", code=5).refused["code"] == "person_needed"
    for nobody in (RISK, REVIEWER):
        assert granted("effects", "replay", "mails", "--all", "--as", nobody, code=5).refused["code"] == "not_permitted"
    for somebody in (OWNER, ADMIN):
        done = granted("effects", "replay", "mails", "--all", "--as", somebody).data
        assert done == {"use_case": "mails", "replayed": 0, "still_dead": 0}
    assert granted("effects", "replay", "mails", "c10001", "--as", OWNER).data["replayed"] == 0
    for words in ((), ("c10001", "--all")):
        assert "Name one CASE" in granted("effects", "replay", "mails", *words, "--as", OWNER, code=2).error["why"]


def test_an_unknown_use_case_is_named(founded: Desk) -> None:
    for words in (("list", "nobody"), ("deliver", "nobody"), ("replay", "nobody", "--all", "--as", OWNER)):
        assert "'nobody'" in founded("effects", *words, code=2).error["why"]

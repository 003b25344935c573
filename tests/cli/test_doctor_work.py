"""The doctor finds what goes wrong with workers, effects, stops, tokens and use cases, and says what helps."""

from pathlib import Path

import pytest

from tests.cli.clinic import SYSTEM, ago, effects, findings, only, queue, sql, worker
from tests.cli.conftest import made
from tests.cli.desk import POSTED, Desk, cases

pytestmark = pytest.mark.usefixtures("on_a_disk")


def test_cases_that_wait_while_no_worker_runs(granted: Desk) -> None:
    queue(granted)
    worker(granted, seen=ago(minutes=5))
    only(granted, "workers", "error", "3 cases of mails wait", "licet worker")
    sql(granted, "update worker set seen_at = ?", ago(seconds=1))
    assert findings(granted, code=0) == {}


def test_cases_that_a_dead_worker_holds(granted: Desk) -> None:
    worker(granted)
    queue(granted, claim="c_1", leased_until=ago(minutes=4))
    only(granted, "leases", "error", "3 cases of 'mails'", "nobody took them over")


@pytest.mark.parametrize(("version", "says"), [("0.0.1", "Replace them one by one"), ("99.0.0", "Replace this one")])
def test_workers_of_another_release(granted: Desk, version: str, says: str) -> None:
    worker(granted, version)
    only(granted, "worker releases", "warning", version, says)


def test_effects_that_were_given_up(granted: Desk) -> None:
    effects(granted, "dead")
    only(granted, "dead effects", "warning", "1 effects of 'mails'", "licet effects replay")


def test_effects_that_nobody_delivers(granted: Desk) -> None:
    effects(granted, "waiting")
    only(granted, "late effects", "error", "Effects of 'mails' are due since")
    sql(granted, "insert into stop (use_case_id, \"by\", why, at) values (null, 'p_1', 'x', ?)", ago(hours=1))
    assert findings(granted, code=0) == {}


@pytest.mark.parametrize(("use_case", "says"), [(1, "'mails'"), (None, "everything")])
def test_a_stop_that_was_forgotten(granted: Desk, use_case: int | None, says: str) -> None:
    sql(granted, "insert into stop (use_case_id, \"by\", why, at) values (?, 'p_1', 'x', ?)", use_case, ago(days=4))
    only(granted, "stops", "note", says, "Lift it")


@pytest.mark.parametrize(("ends", "says"), [(None, "never ends"), (-3.0, "Make the next one")])
def test_a_token_without_an_end_or_with_one_soon(granted: Desk, ends: float | None, says: str) -> None:
    values = ("tk_1", "intake", "d", "cases:write", "", "p_1", ago(days=1), None if ends is None else ago(days=ends))
    sql(
        granted,
        "insert into api_token (id, name, digest, scopes, team, made_by, made_at, expires_at) values (?, ?, ?, ?, ?, ?, ?, ?)",
        *values,
    )
    only(granted, "tokens", "warning", "'intake'", says)
    sql(granted, "update api_token set revoked_at = ?", ago(hours=1))
    assert findings(granted, code=0) == {}


# --- use cases ------------------------------------------------------------------------------------------------------------


def test_a_use_case_without_its_folder_and_a_folder_without_its_use_case(granted: Desk) -> None:
    place = granted.home / "use_cases"
    (place / "mails").rename(place / "letters")
    found = findings(granted, code=4)
    assert {name: severity for name, (severity, _) in found.items()} == {"use cases": "error", "other folders": "note"}
    assert "licet use-case new letters" in found["other folders"][1]


def test_a_folder_whose_files_are_wrong(granted: Desk) -> None:
    (granted.home / "use_cases" / "mails" / "standard.yaml").write_text("nonsense: [", "utf-8")
    only(granted, "use cases", "error", "standard.yaml", "licet check")


def test_a_folder_that_says_another_kind_of_answer(granted: Desk) -> None:
    file = granted.home / "use_cases" / "mails" / "use_case.yaml"
    file.write_text(file.read_text("utf-8").replace("answer: choice", "answer: text"), "utf-8")
    only(granted, "use cases", "error", "says answer text", "made for choice")


def webhook(desk: Desk, url: str) -> None:
    """Lets decisions take effect by a webhook."""
    with (desk.home / "use_cases" / "mails" / "use_case.yaml").open("a", encoding="utf-8") as file:
        file.write(f"\neffect:\n  webhook:\n    url: {url}\n    secret: LICET_SECRET_HOOK\n")


def test_a_secret_that_is_not_set(granted: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    webhook(granted, "https://127.0.0.1/x")
    monkeypatch.setenv("LICET_WEBHOOK_ALLOW", "127.0.0.1")
    only(granted, "secrets", "error", "LICET_SECRET_HOOK is not set", "'mails' names it")
    monkeypatch.setenv("LICET_SECRET_HOOK", "a-secret-nobody-may-read")
    assert findings(granted, code=0) == {}


def test_a_secret_of_an_endpoint_that_is_not_set(granted: Desk) -> None:
    with (granted.home / "use_cases" / "mails" / "use_case.yaml").open("a", encoding="utf-8") as file:
        file.write("\nhttp:\n  url: https://127.0.0.1/x\n  version: '1'\n  secret_headers:\n    Authorization: LICET_SECRET_MODEL\n")
    only(granted, "secrets", "error", "LICET_SECRET_MODEL is not set")


@pytest.mark.parametrize(
    ("url", "allow", "says"),
    [
        ("https://127.0.0.1/x", "", "not a public one"),
        ("http://127.0.0.1/x", "10.2.0.0/16", "not a public one"),
        ("https://127.0.0.1/x", "127.0.0.1, ???", "no host, address or network"),
    ],
)
def test_a_webhook_that_may_not_be_told(granted: Desk, monkeypatch: pytest.MonkeyPatch, url: str, allow: str, says: str) -> None:
    monkeypatch.setenv("LICET_SECRET_HOOK", "x")
    monkeypatch.setenv("LICET_WEBHOOK_ALLOW", allow)
    webhook(granted, url)
    only(granted, "webhooks", "error", says)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (SYSTEM + "\n# another comment\n", "is another"),
        ("raise RuntimeError('no model')\n\n\ndef propose(content):\n    return {}\n", "cannot be loaded"),
        (None, "not in its folder any more"),
    ],
)
def test_a_system_that_is_not_the_one_with_the_mandate(callable_home: Path, tmp_path: Path, change: str | None, says: str) -> None:
    desk = made(tmp_path / "desk", callable_home)
    file = desk.home / "use_cases" / "mails" / "system.py"
    if change is None:
        file.unlink()
    else:
        file.write_text(change, "utf-8")
    only(desk, "systems", "error", "Every case of 'mails' goes to people", says)


@pytest.mark.parametrize(
    ("change", "says"), [("def grade(given, right):\n    return 0\n", "is not what the standard was locked with"), (None, "cannot be read")]
)
def test_a_grader_that_was_edited_or_lost_under_a_mandate(graded_home: Path, tmp_path: Path, change: str | None, says: str) -> None:
    desk = made(tmp_path / "desk", graded_home)
    assert findings(desk, code=0) == {}
    file = desk.home / "use_cases" / "mails" / "grader.py"
    if change is None:
        file.unlink()
    else:
        file.write_text(change, "utf-8")
    found = findings(desk, code=0 if change else 4)
    assert list(found) == (["graders"] if change else ["use cases", "graders"])
    severity, words = found["graders"]
    assert severity == "warning"
    for word in ("Audits of 'mails' are graded exactly", says, "licet standard revise mails"):
        assert word in words


def test_a_mandate_that_ends_within_a_week(granted: Desk) -> None:
    sql(granted, "update mandate set expires_at = ?", ago(days=-6))
    only(granted, "expiry", "warning", "'mails'", "propose the next one")


def test_audits_that_nobody_answered_in_time(granted: Desk) -> None:
    done = granted("cases", "submit", "mails", granted.table("new.csv", cases(200, first=5000)), *POSTED).data
    assert done["alone"] > 0
    assert findings(granted, code=0) == {}
    sql(granted, "update audit set due_at = ?, outcome = null, answered_at = null, fed = 0", ago(hours=1))
    only(granted, "audits", "warning", "are overdue", "licet audit mails")


def test_nobody_who_may_review(granted: Desk) -> None:
    sql(granted, "update person set roles = replace(roles, 'reviewer', 'builder')")
    only(granted, "reviewers", "error", "Nobody has the role reviewer", "licet person add")

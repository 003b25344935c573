"""Baseline and value at the command line: units, stays beside visits, and whether the promise is kept."""

from tests.cli.desk import OWNER, RISK, Desk
from tests.cli.test_process_compare import REDESIGN, exported


def test_a_baseline_is_told_with_units_and_a_count_as_counted(met: Desk) -> None:
    folder = met.home / "use_cases" / "mails"
    met("process", "import", "mails", exported(met.files / "log.csv"), "--as", OWNER)
    (folder / "baseline.yaml").write_text("step: Check\n", "utf-8")
    assert (
        "State one of its steps as `step:` in baseline.yaml"
        in met("process", "baseline", "lock", "mails", "--as", OWNER, code=5).refused["remedy"]
    )
    (folder / "baseline.yaml").write_text("step: check\n", "utf-8")
    shown = met.shown("process", "baseline", "show", "mails").out
    assert "150 come to it, in 150 stays" in shown
    assert "people's work on one stay at the step, mean:" in shown
    for line in shown.splitlines():
        if "median:" in line or "nine of ten:" in line:
            assert any(f" {unit} (" in line for unit in ("min", "h", "d")), line
    locked = met("process", "baseline", "lock", "mails", "--as", OWNER).data
    assert locked["baseline"]["stays"]["count"] == 150
    again = met("process", "baseline", "lock", "mails", "--as", OWNER, code=5).refused
    assert (again["code"], f"countersign mails {locked['digest']} --as RISK" in again["remedy"]) == ("already_done", True)


def test_value_names_the_command_that_brings_what_it_lacks(met: Desk) -> None:
    folder = met.home / "use_cases" / "mails"
    met("process", "import", "mails", exported(met.files / "log.csv"), "--as", OWNER)
    (folder / "baseline.yaml").write_text("step: check\n", "utf-8")
    measure = ("value", "measure", "mails", "--as", OWNER)
    assert "baseline lock mails --as OWNER" in met(*measure, code=5).refused["remedy"]
    seen = met("process", "baseline", "lock", "mails", "--as", OWNER).data["digest"]
    waits = met(*measure, code=5).refused
    assert ("second signature" in waits["why"], f"countersign mails {seen} --as RISK" in waits["remedy"]) == (True, True)
    met("process", "baseline", "countersign", "mails", str(seen), "--as", RISK)
    assert met(*measure, code=5).refused["code"] == "no_mandate"
    assert "nothing measured yet" in met.shown("value", "show", "mails").out


def test_whether_the_promise_is_kept_stands_on_top_and_a_day_is_no_week(met: Desk) -> None:
    folder = met.home / "use_cases" / "mails"
    met("process", "import", "mails", exported(met.files / "log.csv"), "--as", OWNER)
    (folder / "baseline.yaml").write_text("step: check\n", "utf-8")
    (folder / "redesign.yaml").write_text(REDESIGN, "utf-8")
    seen = met("process", "baseline", "lock", "mails", "--as", OWNER).data["digest"]
    met("process", "baseline", "countersign", "mails", str(seen), "--as", RISK)
    met("process", "compare", "mails", "--replications", "2", "--as", OWNER)
    met.grant()
    found = met("value", "measure", "mails", "--as", OWNER).data
    assert found["promise"]["answer"] == "unknown"
    assert "cases came on 5 days, and a week takes 7" in found["promise"]["figures"]["minutes"]["promised"]["unknown"]
    assert "takes a week" in found["value"]["figures"]["cases_a_week"]["now"]["unknown"]
    told = met.shown("value", "show", "mails").out
    assert told.index("Whether the promise is kept is unknown") < told.index("people's work on a case at the step: before")
    assert "after AI was first allowed" not in told
    assert "e-05" not in told

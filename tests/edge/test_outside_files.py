"""Files of other tools: each is told by its beginning and counted from its rows, and a hostile one is named with what to do."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licet.core.outside_rows import MOST_MEASURES, Counted, OutsideFile, TooMuchError, contradictions, count, odd
from licet.core.refusal import Unknown
from licet.edge import outside_json, zip_entries
from licet.edge.bad_file import BadFileError
from licet.edge.outside_files import AUTO, FORMATS, read_outside
from licet.edge.outside_table import OutsideColumns
from licet.edge.tables import Reading
from tests.edge.tool_files import MADE, as_bytes, header, inspect_eval, promptfoo, promptfoo_result, sample, zipped


def read(path: Path, form: str = AUTO, **columns: str) -> tuple[OutsideFile, Counted]:
    """A file, and its rows counted."""
    found = read_outside(path, form, OutsideColumns(**columns), Reading())
    return found, count(found.rows(), lambda _: None)


def wrong(path: Path, form: str = AUTO, **columns: str) -> str:
    """What is said of a file that cannot be read."""
    with pytest.raises(BadFileError) as no:
        read(path, form, **columns)
    assert str(path) in str(no.value)
    assert no.value.remedy
    return no.value.why


def written(path: Path, text: str | bytes) -> Path:
    """A file with exactly this in it."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def figures(found: Counted) -> list[tuple[str, int, int, int, int, int]]:
    """Each measure with passed, failed, graded, unscored and errored."""
    return [(one.name, one.passed, one.failed, one.graded, one.unscored, one.errored) for one in found.tallies]


def test_an_inspect_log_is_read_from_its_samples_and_its_summary_only_held_against_them(tmp_path: Path) -> None:
    samples = [sample(0, "C"), sample(1, "I"), sample(2, math.nan), sample(3, 1), sample(4, 0), sample(5, "C", error={"message": "x"})]
    log, found = read(inspect_eval(tmp_path / "a.eval", samples))
    assert (log.provenance.tool, log.provenance.version, log.provenance.planned, log.provenance.finished) == ("Inspect", "0.3.285", 6, True)
    assert figures(found) == [("exact", 2, 2, 0, 1, 1)]
    assert found.judged is False
    assert contradictions(log.claims, found) == ("The file's summary says 6 for scored of 'exact'; its rows say 4. The rows count.",)
    plain = written(
        tmp_path / "a.json", as_bytes({**header(2, scorer="model_graded_qa"), "samples": [sample(0, "P", scorer="model_graded_qa")]})
    )
    log, found = read(plain)
    assert figures(found) == [("model_graded_qa", 0, 0, 1, 0, 0)]
    assert found.judged is True
    assert isinstance(found.tallies[0].failing, Unknown), "grades have no exact interval"


def test_a_crashed_inspect_log_gives_what_was_written_before_and_says_so(tmp_path: Path) -> None:
    log, found = read(inspect_eval(tmp_path / "a.eval", [sample(k, "C") for k in range(3)], crashed=True, planned=9))
    assert figures(found) == [("exact", 3, 0, 0, 0, 0)]
    assert (log.provenance.finished, log.provenance.planned) == (False, 9)
    assert "broke off" in odd(log, found)[0]
    assert odd(log, found)[1:] == ("The run was to have 9 cases; 3 are in it.",)


def test_promptfoos_own_totals_are_never_believed_and_errors_are_no_failures(tmp_path: Path) -> None:
    log, found = read(promptfoo(tmp_path / "p.json", [0, 0, 1, 2], claimed=(3, 0, 1)))
    assert figures(found) == [("[sut] prompt 1", 2, 1, 0, 0, 1)]
    assert [one.split(";")[0] for one in contradictions(log.claims, found)] == [
        "The file's summary says 3 for passed",
        "The file's summary says 0 for failed",
    ]
    lines = written(tmp_path / "p.jsonl", b"\n".join(as_bytes(promptfoo_result(k, k % 3, kind="llm-rubric")) for k in range(3)))
    _, found = read(lines)
    assert figures(found) == [("[sut] prompt 1", 1, 1, 0, 0, 1)]
    assert found.judged is True
    table = "Description,input,[sut] {{input}},Status,Score,Grader Reason\nc0,a,x,PASS,1.00,\nc1,b,y,ERROR,0.00,\n"
    assert figures(read(written(tmp_path / "p.csv", table))[1]) == [("[sut] prompt 1", 1, 0, 0, 0, 1)]


def test_deepeval_and_pydantic_evals_are_read_too(tmp_path: Path) -> None:
    metric = {"name": "Faithful", "success": True, "score": 0.9, "evaluationModel": "m"}
    cases = [{"name": "c0", "metricsData": [metric]}, {"name": "c1", "metricsData": [{**metric, "success": None, "error": "timeout"}]}]
    run = {"testCases": cases, "metricsScores": [{"metric": "Faithful", "passes": 2, "fails": 0}], "testPassed": 1}
    log, found = read(written(tmp_path / "d.json", as_bytes(run)))
    assert figures(found) == [("Faithful", 1, 0, 0, 0, 1)]
    assert found.judged is True
    assert len(contradictions(log.claims, found)) == 1
    report = {
        "name": "task",
        "cases": [
            {"name": "c0", "inputs": {"q": "x"}, "assertions": {"ok": {"value": True, "source": {"name": "Equals"}}}, "scores": {}},
            {"name": "c1", "scores": {"len": {"value": 7, "source": {"name": "Equals"}}}, "evaluator_failures": [{"name": "ok"}]},
        ],
        "failures": [{"name": "c2", "error_message": "boom"}],
    }
    assert figures(read(written(tmp_path / "r.json", as_bytes(report)))[1]) == [
        ("ok", 1, 0, 0, 0, 1),
        ("len", 0, 0, 1, 0, 0),
        ("task", 0, 0, 0, 0, 1),
    ]


def test_events_of_opentelemetry_are_read_from_the_console_and_from_a_collector(tmp_path: Path) -> None:
    event = {
        "event_name": "gen_ai.evaluation.result",
        "trace_id": "t",
        "observed_timestamp": MADE,
        "attributes": {"gen_ai.evaluation.name": "ok", "gen_ai.evaluation.score.value": 1.0, "gen_ai.evaluation.score.label": "pass"},
    }
    typed = [{"key": "gen_ai.evaluation.name", "value": {"stringValue": "ok"}}, {"key": "error.type", "value": {"stringValue": "x"}}]
    batch = {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"eventName": "gen_ai.evaluation.result", "attributes": typed}]}]}]}
    log, found = read(written(tmp_path / "o.txt", f"started\n{json.dumps(event, indent=2)}\n{json.dumps(batch)}\n"))
    assert figures(found) == [("ok", 1, 0, 0, 0, 1)]
    assert log.findings == ("1 lines or objects that are no such event were passed over.",)


def test_a_table_of_no_known_tool_is_read_by_named_columns(tmp_path: Path) -> None:
    text = "id,m,s,why\na,exact,pass,\nb,exact,FAIL,\nc,exact,,\nd,exact,1,timeout\ne,len,0.25,\n"
    path = written(tmp_path / "t.csv", text)
    _, found = read(path, case="id", score="s", measure="m", error="why")
    assert figures(found) == [("exact", 1, 1, 0, 1, 1), ("len", 0, 0, 1, 0, 0)]
    assert "columns must be named" in wrong(path)
    assert "'FAIL!'" in wrong(written(tmp_path / "u.csv", "id,s\na,FAIL!\n"), case="id", score="s")
    repeated = read(written(tmp_path / "v.jsonl", '{"id":"a","s":1}\n{"id":"a","s":0}\n'), case="id", score="s")[1].tallies[0]
    assert (repeated.passed, repeated.failed, repeated.repeated) == (1, 1, 1)
    assert isinstance(repeated.failing, Unknown), "rows of one case are not independent"


def test_hostile_zip_files_are_named_and_nothing_of_them_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = inspect_eval(tmp_path / "good.eval", [sample(0, "C")]).read_bytes()
    path = tmp_path / "bad.eval"
    assert "cut off" in wrong(written(path, good[: len(good) // 2]))
    assert "leads out" in wrong(written(path, zipped([("../../etc/passwd", b"{}")])))
    assert "leads out" in wrong(written(path, zipped([("/samples/a.json", b"{}")])))
    assert "two entries" in wrong(written(path, zipped([("samples/a.json", b"{}")] * 2)))
    assert "method 12" in wrong(written(path, zipped([("header.json", b"{}")], method=12)))
    end = good.rindex(b"PK\x05\x06") + 16
    further = int.from_bytes(good[end : end + 4], "little") + 5
    assert "before its beginning" in wrong(written(path, good[:end] + further.to_bytes(4, "little") + good[end + 4 :]))
    before, mark, after = good.rpartition(b"PK\x03\x04")
    assert "damaged" in wrong(written(path, before + mark[::-1] + after))
    monkeypatch.setattr(zip_entries, "ENTRY_LIMIT", 10_000)
    assert "more than 10,000 bytes when it is unpacked" in wrong(written(path, zipped([("header.json", b" " * 9_000_000)], size=2)))
    monkeypatch.setattr(zip_entries, "TOTAL_LIMIT", 20_000)
    many = [(f"samples/c{k}_epoch_1.json", as_bytes(sample(k, "C", filler=" " * 9_000))) for k in range(4)]
    assert "its entries have more than 20,000 bytes" in wrong(written(path, zipped(many)))
    monkeypatch.setattr(zip_entries, "DIRECTORY_LIMIT", 100)
    assert "directory has" in wrong(written(path, good))


def test_hostile_json_is_named_with_the_limit_and_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.json"
    assert "nested too deeply" in wrong(written(path, '{"a":' * 100_000 + "1" + "}" * 100_000))
    assert "'a' twice" in wrong(written(path, '{"a": 1, "a": 2}'))
    assert "is not JSON" in wrong(written(path, '{"results": {"results": ['))
    assert "not UTF-8" in wrong(written(path, '{"a": "é"}'.encode("cp1252")))
    assert "thousands of digits" in wrong(written(path, f'{{"a": {"9" * 5_000}}}'))
    assert "no format that is known" in wrong(written(path, "[1, 2]"))
    assert "not deepeval" in wrong(path, "deepeval")
    assert "no such file" in wrong(tmp_path / "nowhere.json")
    monkeypatch.setattr(outside_json, "WHOLE_LIMIT", 8)
    assert "8 are the most" in wrong(written(path, "[1, 2, 3, 4]"))


def test_names_that_no_database_takes_are_made_sayable_and_too_many_measures_are_refused(tmp_path: Path) -> None:
    report = {"name": "a\0b\ud800" * 200, "cases": [{"name": "c", "scores": {"m\0": {"value": 1e400}}}], "failures": []}
    log, found = read(written(tmp_path / "r.json", json.dumps(report)))
    assert log.provenance.system == ("a�b�" * 200)[:200]
    assert figures(found) == [("m�", 0, 0, 0, 1, 0)], "an infinity is no score"
    lines = "".join(f'{{"id": "a", "m": "{k}", "s": 1}}\n' for k in range(MOST_MEASURES + 1))
    with pytest.raises(TooMuchError, match=str(MOST_MEASURES)):
        read(written(tmp_path / "m.jsonl", lines), case="id", score="s", measure="m")


def test_halves_of_characters_anywhere_in_json_become_the_sign_for_them(tmp_path: Path) -> None:
    raw = json.dumps({"a\ud800": ["x\udfff", {"b": "\0"}], "whole": "\U0001f600"}).encode()
    assert outside_json.parsed(tmp_path / "x.json", raw) == {"a\ufffd": ["x\ufffd", {"b": "\ufffd"}], "whole": "\U0001f600"}
    with pytest.raises(BadFileError, match="twice"):
        outside_json.parsed(tmp_path / "x.json", b'{"a\\ud800": 1, "a\\ud801": 2}')


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["value", "name", "scores", "id", "x"]), inner, max_size=3),
    max_leaves=8,
)
SHAPES = ("results", "testCases", "cases", "eval", "event_name", "samples", "failures", "status", "attributes", "metricsScores")


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(whole=st.dictionaries(st.sampled_from(SHAPES), JSON, max_size=6), inner=JSON, form=st.sampled_from(FORMATS))
def test_whatever_json_says_it_is_counted_or_refused_and_never_breaks_the_reader(
    tmp_path: Path, whole: dict[str, object], inner: object, form: str
) -> None:
    if isinstance(whole.get("results"), dict):
        whole["results"] = {"results": [inner, dict(whole)]}
    path = written(tmp_path / "x.jsonl", as_bytes(whole))
    try:
        log, found = read(path, form, case="id", score="x")
        contradictions(log.claims, found)
    except BadFileError:
        return
    assert all(one.rows == one.scored + one.unscored + one.errored and math.isfinite(one.total) for one in found.tallies)

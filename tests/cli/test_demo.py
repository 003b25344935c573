"""The demo tells a true story: it earns, uses, loses and proves a mandate, and what it writes says so."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from licet.cli import cli
from licet.cli.demo_data import ToldDraw, key_text, png, scans, turned, write_biopsies, write_scans
from licet.cli.facts import stretches
from licet.cli.frame import run
from licet.cli.limits import stricter
from licet.core.answer import AnswerKind
from licet.core.measure import Measure, MeasureKind
from licet.edge.files import Columns, Reading, read_history
from licet.edge.pictures import read_grey
from licet.web.charts import Stretch

EARLIER = "Somebody's own file, beside the demo's."


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A demo that was played twice in the same folder: once for its numbers, once for its words."""

    root: Path
    numbers: dict[str, object]
    words: str

    def of(self, *path: str) -> object:
        """A number of the first playing, by its path in the JSON."""
        found: object = self.numbers
        for name in path:
            assert isinstance(found, dict), path
            found = found[name]
        return found

    def whole(self, *path: str) -> int:
        """As `of`, for a whole number."""
        found = self.of(*path)
        assert isinstance(found, int), path
        return found


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Plays the demo twice; the second time in the folder that the first one made."""
    root = tmp_path_factory.mktemp("played") / "demo"
    capture = pytest.MonkeyPatch()
    capture.setenv("COLUMNS", "100")
    capture.setenv("LICET_KEY_FILE", str(root.parent / "somebody-elses-key"))
    first, words = root.parent / "first.json", root.parent / "words.txt"
    try:
        _play(["demo", "--dir", str(root), "--json"], first)
        (root / "notes.txt").write_text(EARLIER, "utf-8")
        _play(["demo", "--dir", str(root)], words)
    finally:
        capture.undo()
    return Played(root=root, numbers=json.loads(first.read_text("utf-8")), words=words.read_text("utf-8"))


def _play(argv: list[str], out: Path) -> None:
    with pytest.MonkeyPatch.context() as patched, out.open("w", encoding="utf-8") as stream:
        patched.setattr("sys.stdout", stream)
        assert run(cli, argv) == 0


def test_ai_earns_a_mandate_and_loses_it_to_blind_audits(played: Played) -> None:
    assert played.of("verdict") == "met"
    assert played.whole("monday", "alone") > played.whole("monday", "to_person")
    assert played.whole("tuesday", "disagreed") <= played.whole("tuesday", "audits") < 100
    trip = played.of("tuesday", "trip")
    assert isinstance(trip, dict)
    assert trip["evidence"] >= trip["line"] > 5_900
    assert trip["audit"] == played.whole("monday", "drawn") + played.whole("tuesday", "audits")
    assert played.of("tuesday", "mandate") == "suspended"
    assert 0 < played.whole("tuesday", "alone_wrong") < played.whole("tuesday", "alone")


def test_ai_on_one_step_takes_little_off_people_and_the_bottleneck_stays(played: Played, capsys: pytest.CaptureFixture[str]) -> None:
    change = played.of("process", "hours_a_week")
    assert isinstance(change, list)
    assert -2.0 < change[1] < change[2] < 0.0
    assert played.of("process", "bottleneck") == "Check the account"
    assert played.of("process", "simulated") is True
    assert ("no lead times are shown" in " ".join(played.words.split())) is not played.of("process", "forecasts")
    assert run(cli, ["process", "baseline", "show", "payment-slips", "--home", str(played.root), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "countersigned"
    for words in (["process", "show", "payment-slips"], ["process", "logs", "payment-slips"]):
        assert run(cli, [*words, "--home", str(played.root)]) == 0
        assert "simulated" in capsys.readouterr().out


def test_after_the_trip_no_case_is_decided_alone(played: Played) -> None:
    assert played.whole("wednesday", "alone") == 0
    assert played.of("wednesday", "reasons") == {"mandate_suspended": played.whole("wednesday", "cases")}


def test_the_second_use_case_gets_an_honest_no(played: Played) -> None:
    assert played.of("biopsies", "verdict") == "undecided"
    assert played.of("biopsies", "refused") == "verdict_not_met"
    assert played.whole("biopsies", "usable") < played.whole("biopsies", "needed") == 299


def test_the_pack_is_authentic_and_one_changed_byte_is_named(played: Played, capsys: pytest.CaptureFixture[str]) -> None:
    assert played.of("pack", "status") == "authentic"
    assert played.of("pack", "tampered", "status") == "broken"
    assert any("verdict.json" in problem for problem in _listed(played.of("pack", "tampered", "problems")))
    assert run(cli, ["evidence", "verify", str(played.root / "payment-slips.pack.zip"), "--json"]) == 0
    assert run(cli, ["evidence", "verify", str(played.root / "tampered.pack.zip"), "--json"]) != 0
    assert "verdict.json" in capsys.readouterr().out


def _listed(found: object) -> list[str]:
    assert isinstance(found, list)
    return [str(one) for one in found]


def test_the_same_seed_tells_the_same_story_in_words(played: Played) -> None:
    trip = played.of("tuesday", "trip")
    assert isinstance(trip, dict)
    words = " ".join(played.words.split())
    assert f"The watch tripped at audit {trip['audit']} " in words
    assert f"evidence {trip['evidence']:,.0f}, trip line {trip['line']:,.0f}" in words
    assert f"Of the {played.whole('tuesday', 'alone')} that AI decided alone {played.whole('tuesday', 'alone_wrong')} were wrong" in words
    assert f"Seed {played.numbers['seed']};" in words
    assert [int(act) for act in re.findall(r"^(\d)  \S.* ─", played.words, flags=re.MULTILINE)] == list(range(1, 10))


def test_each_act_shows_the_commands_that_do_the_same(played: Played) -> None:
    shown = re.findall(r"^\$ licet (.+)$", played.words, flags=re.MULTILINE)
    firsts = {" ".join(command.split()[:2]) for command in shown}
    assert {"import payment-slips", "standard lock", "mandate grant", "cases submit", "sealed open", "evidence verify"} <= firsts
    for command in shown:
        names = command.split()[:1] if command.split()[0] in cli.commands else []
        assert names, command


def test_what_is_simulated_is_called_simulated(played: Played) -> None:
    report = (played.root / "report.html").read_text("utf-8")
    assert "people simulated from the data&#39;s truth" in report
    assert "simulated batch: fed upside down" in report
    assert "identity: asserted" in report
    assert "simulated from the data's truth" in played.words
    assert "a simulated batch" in played.words


def test_the_report_shows_curve_watch_and_errors_with_their_pictures(played: Played) -> None:
    report = (played.root / "report.html").read_text("utf-8")
    assert report.count('class="chart"') == 3
    assert report.count("data:image/png;base64,") >= 5
    assert "<script" not in report
    assert not re.search(r"(src|href)=\"(?!data:)", report)
    assert f"tripped at audit {_trip(played)}" in report


def _trip(played: Played) -> object:
    trip = played.of("tuesday", "trip")
    assert isinstance(trip, dict)
    return trip["audit"]


def test_the_pack_for_strangers_holds_no_picture(played: Played) -> None:
    with ZipFile(played.root / "payment-slips.pack.zip") as pack:
        report = pack.read("report.html").decode("utf-8")
    assert "data:image" not in report
    assert "left out of this report" in report


def test_playing_again_replaces_what_a_demo_made_and_nothing_else(played: Played) -> None:
    assert (played.root / "notes.txt").read_text("utf-8") == EARLIER
    assert not (played.root.parent / "somebody-elses-key").exists()


def test_the_installation_stays_for_whoever_wants_to_look_around(played: Played, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cli, ["ledger", "verify", "--home", str(played.root), "--json"]) == 0
    assert run(cli, ["mandate", "show", "payment-slips", "--home", str(played.root), "--json"]) == 0
    assert '"state": "suspended"' in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_a_place_that_no_demo_made_is_refused_and_left_alone(tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    place, kept = tmp_path / "place", tmp_path / "kept"
    kept.mkdir()
    (kept / "letter.txt").write_text("dear", "utf-8")
    if kind == "folder":
        kept.rename(place)
    elif kind == "file":
        place.write_text("dear", "utf-8")
    else:
        place.symlink_to(kept, target_is_directory=True)
    before = sorted(str(path) for path in tmp_path.rglob("*"))
    assert run(cli, ["demo", "--dir", str(place), "--json"]) == 2
    assert "Nothing was changed" in capsys.readouterr().out
    assert sorted(str(path) for path in tmp_path.rglob("*")) == before


# --- what it is made of ------------------------------------------------------------------------------------------------


def test_pictures_say_what_the_data_set_says(tmp_path: Path) -> None:
    found = scans(3)[:20]
    file = write_scans(tmp_path / "slips.csv", found, prefix="slip-", simulated="made up")
    columns = Columns(content=("scan",), answer="digit", id="slip", attributes=("simulated",))
    rows = list(read_history(file, columns, Reading(), AnswerKind.CHOICE))
    assert [row.external_id for row in rows] == [f"slip-{scan.number:04d}" for scan in found]
    assert {row.body.attributes["simulated"] for row in rows} == {"made up"}
    for scan in found:
        grey = read_grey(png(scan.grey), width=8, height=8)
        assert grey is not None
        assert np.array_equal(np.rint(grey * 255), scan.grey.ravel())


def test_all_scans_are_there_once_in_an_order_of_the_seed() -> None:
    first, other = scans(1), scans(2)
    assert sorted(scan.number for scan in first) == list(range(1, 1798))
    assert [scan.number for scan in first] == [scan.number for scan in scans(1)]
    assert [scan.number for scan in first] != [scan.number for scan in other]


def test_a_scan_turned_twice_is_the_scan() -> None:
    scan = scans(1)[0]
    assert np.array_equal(turned(turned(scan)).grey, scan.grey)
    assert not np.array_equal(turned(scan).grey, scan.grey)
    assert turned(scan).digit == scan.digit


def test_the_biopsies_are_written_in_full(tmp_path: Path) -> None:
    lines = write_biopsies(tmp_path / "data" / "biopsies.csv").read_text("utf-8").splitlines()
    assert lines[0] == (
        "biopsy,radius,texture,perimeter,area,smoothness,compactness,concavity,concave_points,symmetry,fractal_dimension,diagnosis"
    )
    assert len(lines) == 570
    assert {line.rpartition(",")[2] for line in lines[1:]} == {"benign", "malignant"}


def test_told_chance_is_the_seeds_and_never_repeats() -> None:
    draw, again = ToldDraw(5), ToldDraw(5)
    secrets = [draw.secret() for _ in range(50)]
    assert secrets == [again.secret() for _ in range(50)]
    assert len(set(secrets)) == 50
    assert re.fullmatch(r"t_[a-z2-9]{16}", draw.token("t_"))
    assert ToldDraw(6).secret() != secrets[0]
    assert len(bytes.fromhex(key_text(5))) == 32


def test_stretches_of_made_up_audits_are_told_apart() -> None:
    assert stretches(["", "a", "a", "", "a", "b"]) == (
        Stretch(first=2, last=3, says="a"),
        Stretch(first=5, last=5, says="a"),
        Stretch(first=6, last=6, says="b"),
    )
    assert stretches([]) == ()


@pytest.mark.parametrize("cases", [10, 520, 100_000])
def test_a_promise_called_impossible_is_impossible_whatever_the_answers_are(cases: int) -> None:
    said = stricter(Measure(name="error", kind=MeasureKind.ERROR_ALONE, target=0.02, confidence=0.95), cases)
    never, needed = re.findall(r"One of ([\d.]+)% takes ([\d,]+):", said)[0]
    assert int(needed.replace(",", "")) > cases
    assert (1 - float(never) / 100) ** cases > 0.05

"""A watched folder: complete files once each, nothing half-written, nothing from outside, a reason beside what is refused."""

import os
from pathlib import Path

import pytest

from licet.edge.bad_file import BadFileError
from licet.edge.watched_folder import FolderBusyError, watched

WRONG = BadFileError(Path("x.csv"), line=3, column="content.a\u202e", why="it is too large.", remedy="Shorten it.")


def put(folder: Path, name: str, text: str = "a\n1\n") -> Path:
    """A file in the folder."""
    file = folder / name
    file.write_text(text, "utf-8")
    return file


def test_a_file_is_complete_when_it_looks_the_same_twice(tmp_path: Path) -> None:
    with watched(tmp_path) as place:
        file = put(tmp_path, "a.csv")
        assert place.look() == []
        with file.open("a", encoding="utf-8") as stream:
            stream.write("2\n")
        assert place.look() == []
        (found,) = place.look()
        assert found.read_text("utf-8") == "a\n1\n2\n"
        assert not file.exists()


@pytest.mark.parametrize("name", ["a.csv.part", "a.tmp", ".a.csv", "a.xlsx", "notes.txt", "a.csv.TMP"])
def test_what_is_unfinished_or_no_table_stays_where_it_is(tmp_path: Path, name: str) -> None:
    with watched(tmp_path) as place:
        file = put(tmp_path, name)
        assert [place.look() for _ in range(3)] == [[], [], []]
        assert file.exists()


def test_the_oldest_file_comes_first(tmp_path: Path) -> None:
    with watched(tmp_path) as place:
        for age, name in enumerate(["c.csv", "a.jsonl", "b.NDJSON"]):
            os.utime(put(tmp_path, name), (1000 - age, 1000 - age))
        place.look()
        assert [file.name for file in place.look()] == ["b.NDJSON", "a.jsonl", "c.csv"]


def test_what_a_killed_watch_left_is_offered_again_and_nothing_takes_its_place(tmp_path: Path) -> None:
    with watched(tmp_path) as place:
        put(tmp_path, "a.csv", "first")
        place.look()
        place.look()
    with watched(tmp_path) as place:
        second = put(tmp_path, "a.csv", "second")
        (left,) = place.look()
        assert [file.read_text("utf-8") for file in place.look()] == ["first"]
        assert second.read_text("utf-8") == "second"
        place.done(left, "d" * 64)
        place.look()
        (found,) = place.look()
        assert found.read_text("utf-8") == "second"
        assert place.done(found, "e" * 64).name == f"a.{'e' * 12}.csv"


def test_a_link_is_refused_and_never_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("password", "utf-8")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").symlink_to(secret)
    os.mkfifo(folder / "b.csv")
    with watched(folder) as place:
        assert [place.look() for _ in range(3)] == [[], [], []]
    assert (folder / "refused" / "a.csv").is_symlink()
    assert "no regular file" in (folder / "refused" / "a.csv.why.txt").read_text("utf-8")
    assert (folder / "refused" / "b.csv.why.txt").exists()
    assert secret.read_text("utf-8") == "password"


def test_a_folder_of_that_name_is_passed_over(tmp_path: Path) -> None:
    with watched(tmp_path) as place:
        (tmp_path / "a.csv").mkdir()
        assert [place.look(), place.look()] == [[], []]


def test_a_refused_file_has_its_reason_beside_it_and_overwrites_none(tmp_path: Path) -> None:
    with watched(tmp_path) as place:
        for text in ("one", "two"):
            put(tmp_path, "a.csv", text)
            place.look()
            (found,) = place.look()
            reason = place.refuse(found, WRONG, rows=7)
    assert sorted(file.name for file in (tmp_path / "refused").iterdir()) == ["a-2.csv", "a-2.csv.why.txt", "a.csv", "a.csv.why.txt"]
    lines = reason.read_text("utf-8").splitlines()
    assert lines[:5] == ["file: a.csv", "line: 3", "column: content.a\\u202e", "why: it is too large.", "remedy: Shorten it."]
    assert "Rows taken in: 7" in lines[5]


def test_one_watch_at_a_time_keeps_a_folder(tmp_path: Path) -> None:
    with watched(tmp_path), pytest.raises(FolderBusyError, match="another process"), watched(tmp_path):
        pass
    with watched(tmp_path):
        pass


@pytest.mark.parametrize("name", ["done", "refused", ".taking"])
def test_no_file_leaves_by_a_link_in_place_of_our_folders(tmp_path: Path, name: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FolderBusyError, match="no folder of its own"), watched(folder):
        pass


def test_a_file_given_back_lies_where_it_came_from(tmp_path: Path) -> None:
    with watched(tmp_path) as place:
        file = put(tmp_path, "a.csv")
        place.look()
        (found,) = place.look()
        place.give_back(found)
        assert file.exists()


def test_what_is_no_folder_cannot_be_watched(tmp_path: Path) -> None:
    with pytest.raises(FolderBusyError, match="Make it"), watched(tmp_path / "nowhere"):
        pass

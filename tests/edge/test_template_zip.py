"""A template as a zip: whole, the same bytes everywhere, and refused as soon as anything about it is odd."""

import io
import json
import stat
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.ids import TemplateName
from licet.core.published import Origin
from licet.core.template_files import LARGEST, files_digest, listing
from licet.edge.bad_file import BadFileError
from licet.edge.template_zip import LARGEST_ZIP, read_zip, zip_of
from licet.flows.publish_template import Whole
from tests.edge.templating import made
from tests.flows.templating import FILES

Writer = Callable[[zipfile.ZipFile], None]


def packed(files: dict[str, bytes]) -> bytes:
    """The zip that Licet writes."""
    return zip_of(Whole(template=made(files), files=files))


def rewritten(path: Path, change: Writer, *, without: str = "", manifest: Mapping[str, object] | None = None) -> Path:
    """The zip, written anew by somebody else's tool, with something in it that should not be."""
    found = zipfile.ZipFile(io.BytesIO(packed(dict(FILES))))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name in found.namelist():
            if name != without:
                said = found.read(name)
                out.writestr(name, json.dumps({**json.loads(said), **manifest}) if manifest and name == "manifest.json" else said)
        change(out)
    return path


def nothing(out: zipfile.ZipFile) -> None:
    """Changes nothing."""


def put(name: str, data: bytes = b"x", *, mode: int = stat.S_IFREG) -> Writer:
    """Adds an entry."""

    def change(out: zipfile.ZipFile) -> None:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = (mode | 0o644) << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        out.writestr(entry, data)

    return change


@given(
    more=st.dictionaries(
        st.from_regex(r"[a-z]{1,6}\.md", fullmatch=True), st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=30)
    )
)
def test_what_is_exported_is_taken_in_elsewhere_byte_by_byte(tmp_path_factory: pytest.TempPathFactory, more: dict[str, str]) -> None:
    files = {**FILES, **{path: text.encode() for path, text in more.items()}}
    file = tmp_path_factory.mktemp("zip") / "t.zip"
    file.write_bytes(packed(files))
    assert packed(dict(reversed(files.items()))) == file.read_bytes()
    found = read_zip(file)
    assert (found.template.files, found.template.name, found.template.says) == (files, "mail-sorting", "Sorts mails.")
    assert found.origin == Origin(team="north", use_case="mails", elsewhere=True)
    assert read_zip(file, TemplateName("other")).template.name == "other"


def test_a_zip_that_another_tool_wrote_again_is_the_same_template(tmp_path: Path) -> None:
    found = read_zip(rewritten(tmp_path / "t.zip", nothing))
    assert found.template.files == FILES


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (put("../evil.py"), "leads out of the file"),
        (put("files/../../evil.py"), "leads out of the file"),
        (put("/etc/evil.py"), "leads out of the file"),
        (put("files\\evil.py"), "leads out of the file"),
        (put("C:evil.py"), "leads out of the file"),
        (put("files/more.py"), "does not list"),
        (put("files/"), "does not list"),
        (put("evil.py"), "does not list"),
    ],
)
def test_names_that_lead_elsewhere_or_that_nobody_listed_are_refused(tmp_path: Path, change: Writer, why: str) -> None:
    with pytest.raises(BadFileError, match=why):
        read_zip(rewritten(tmp_path / "t.zip", change))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.zip"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_entry_twice_a_link_a_bomb_and_changed_bytes_are_refused(tmp_path: Path) -> None:
    system = "files/system.py"
    cases: dict[str, tuple[Writer, str]] = {
        "two entries": (put(system), ""),
        "a link": (put(system, b"/etc/passwd", mode=stat.S_IFLNK), system),
        "more than 1,048,576 bytes": (put(system, b"\0" * (64 * LARGEST)), system),
        "something was changed": (put(system, b"def propose(content): return 'no', 1.0\n"), system),
        "lacks 'system.py'": (nothing, system),
        "no 'manifest.json'": (nothing, "manifest.json"),
    }
    for number, (why, (change, without)) in enumerate(cases.items()):
        with pytest.raises(BadFileError, match=why):
            read_zip(rewritten(tmp_path / f"{number}.zip", change, without=without))


@pytest.mark.parametrize(
    "wrong",
    [
        {"template": 2},
        {"digest": "x"},
        {"digest": "0" * 64},
        {"name": "../x"},
        {"more": 1},
        {"files": {}},
        {"says": "a\nb"},
        {"says": "a" * 501},
    ],
)
def test_a_manifest_that_says_anything_else_is_refused(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(BadFileError):
        read_zip(rewritten(tmp_path / "t.zip", nothing, manifest=wrong))


@pytest.mark.parametrize("name", ["files/.env", "files/past.csv", "files/secrets.py"])
def test_what_could_not_be_published_here_cannot_come_in_either(tmp_path: Path, name: str) -> None:
    """Breaks when the door from elsewhere is wider than the one inside: digest and manifest are right, the file is not."""
    path = name.removeprefix("files/")
    files = {**FILES, path: b"x"}
    said = {"files": {one: fact.sha256 for one, fact in listing(files).items()}, "digest": files_digest(listing(files))}
    with pytest.raises(BadFileError, match="cannot be in a template"):
        read_zip(rewritten(tmp_path / "t.zip", put(name), manifest=said))


def test_what_is_no_zip_too_large_or_not_there_is_refused(tmp_path: Path) -> None:
    large = tmp_path / "large.zip"
    with large.open("wb") as stream:
        stream.truncate(LARGEST_ZIP + 1)
    text = tmp_path / "text.zip"
    text.write_text("no zip", "utf-8")
    cut = tmp_path / "cut.zip"
    cut.write_bytes(packed(dict(FILES))[:-30])
    for file in (large, text, cut, tmp_path / "nowhere.zip"):
        with pytest.raises(BadFileError):
            read_zip(file)

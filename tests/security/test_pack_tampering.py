"""Whatever is done to an evidence pack is seen, and named."""

import json
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.core.canonical import canonical_bytes
from licet.edge.seal import Seal, create_seal
from licet.verify import AUTHENTIC, BROKEN, INTACT, Verification, container, verify_pack
from tests.security.packs import ELSEWHERE, Made, files_of, made, made_of, rebuilt, story

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("packs")


@pytest.fixture(scope="module")
def seal(folder: Path) -> Seal:
    return create_seal(folder / "key", name="licet/true")


@pytest.fixture(scope="module")
def pack(seal: Seal) -> Made:
    return made(seal)


@pytest.fixture
def look(tmp_path: Path, seal: Seal) -> Callable[..., Verification]:
    """Verifies a pack's bytes with the true key, unless told otherwise."""

    def go(packed: bytes, *, key: str | None = seal.vkey, outside: str | None = None) -> Verification:
        path, notes = tmp_path / "pack.zip", tmp_path / "outside.txt"
        path.write_bytes(packed)
        if outside is not None:
            notes.write_text(outside, encoding="utf-8")
        return verify_pack(path, key=key, checkpoint=None if outside is None else notes)

    return go


Look = Callable[..., Verification]


def lines(pack: Made) -> list[bytes]:
    return files_of(pack.packed)["events.jsonl"].splitlines(keepends=True)


def with_lines(pack: Made, changed: list[bytes]) -> bytes:
    return rebuilt(pack.packed, {"events.jsonl": b"".join(changed)})


def names(found: Verification, *parts: str) -> bool:
    """Whether the pack is broken and some one problem has all these parts in it."""
    return found.result == BROKEN and any(all(part in problem for part in parts) for problem in found.problems)


def test_an_untouched_pack_is_authentic_with_the_key_and_intact_without(pack: Made, look: Look) -> None:
    found = look(pack.packed)
    assert (found.result, found.problems, found.entries, found.size) == (AUTHENTIC, (), len(pack.entries) - 1, len(pack.entries))
    assert any("truncation of the tail was not checked" in note for note in found.notes)
    assert any(f"{len(pack.entries) - 1} of the ledger's {len(pack.entries)} entries" in note for note in found.notes)
    assert look(pack.packed, key=None).result == INTACT


def test_the_same_story_gives_the_same_bytes(pack: Made, seal: Seal) -> None:
    assert made_of(seal, story()).packed == pack.packed


def test_any_flipped_byte_breaks_the_pack(pack: Made, look: Look) -> None:
    stride = len(pack.packed) // 300
    for place in range(7, len(pack.packed), stride):
        flipped = bytearray(pack.packed)
        flipped[place] ^= 1 << place % 8
        assert look(bytes(flipped), key=None).result == BROKEN, place


@pytest.mark.parametrize("name", ["checkpoint.txt", "checkpoints.txt", "events.jsonl", "manifest.json", "README.txt", "people.json"])
def test_any_flipped_byte_of_a_file_breaks_the_pack_and_the_file_is_named(pack: Made, look: Look, name: str) -> None:
    raw = files_of(pack.packed)[name]
    for place in range(0, len(raw), max(1, len(raw) // 60)):
        flipped = bytearray(raw)
        flipped[place] ^= 1 << place % 8
        found = look(rebuilt(pack.packed, {name: bytes(flipped)}), key=None)
        assert names(found, name) or names(found, "entry ") or names(found, "checkpoint"), (place, found)


@settings(max_examples=150, deadline=None)
@given(cut=st.tuples(st.integers(0, 60_000), st.integers(0, 60_000)), filling=st.binary(max_size=40))
def test_no_rubbish_raises_or_passes(folder: Path, pack: Made, cut: tuple[int, int], filling: bytes) -> None:
    start, end = sorted(cut)
    rubbish = pack.packed[:start] + filling + pack.packed[end:]
    (folder / "rubbish.zip").write_bytes(rubbish)
    assert (verify_pack(folder / "rubbish.zip").result == BROKEN) == (rubbish != pack.packed)


def test_a_changed_event_is_named(pack: Made, look: Look) -> None:
    changed = lines(pack)
    changed[5] = changed[5].replace(b"12:06:00", b"12:06:01")
    assert names(look(with_lines(pack, changed)), "entry 6 was changed")


def test_a_number_in_another_spelling_is_named(pack: Made, look: Look) -> None:
    changed = lines(pack)
    for spelling in (b'"index":6.0,', b'"index":06,', b'"index": 6,', b'"index":true,'):
        changed[5] = lines(pack)[5].replace(b'"index":6,', spelling)
        assert names(look(with_lines(pack, changed)), "events.jsonl: line 6 was changed")


def test_a_byte_changed_in_place_is_named_with_its_document(pack: Made, look: Look) -> None:
    found = look(pack.packed.replace(b"<h1>Report", b"<h1>Reporx"))
    assert names(found, "zip: report.html differs from its checksum")
    assert names(found, "document report.html differs")
    assert len(found.problems) == 2


def test_a_changed_path_is_named(pack: Made, look: Look) -> None:
    changed = [json.loads(line) for line in lines(pack)]
    changed[5]["proof"][1] = changed[4]["proof"][0]
    found = look(with_lines(pack, [canonical_bytes(line) + b"\n" for line in changed]))
    assert names(found, "entry 6 is not in the signed tree")
    assert len(found.problems) == 1


def test_a_missing_event_is_named(pack: Made, look: Look) -> None:
    assert names(look(with_lines(pack, lines(pack)[:5] + lines(pack)[6:])), "entry 6 is missing")


def test_an_invented_event_is_named(pack: Made, look: Look) -> None:
    invented = json.loads(lines(pack)[5]) | {"index": ELSEWHERE}
    changed = [*lines(pack)[:1], canonical_bytes(invented) + b"\n", *lines(pack)[1:]]
    assert names(look(with_lines(pack, changed)), f"entry {ELSEWHERE} was inserted")


def test_swapped_events_are_named(pack: Made, look: Look) -> None:
    first, second, third, *rest = lines(pack)
    found = look(with_lines(pack, [first, third, second, *rest]))
    assert names(found, "entry 2", "out of order", "entry 3")
    renumbered = [line.replace(b'"index":2,', b'"index":0,').replace(b'"index":3,', b'"index":2,') for line in (third, second)]
    assert names(look(with_lines(pack, [first, *renumbered, *rest])), "entry 2 was changed")


def test_an_event_told_twice_is_named(pack: Made, look: Look) -> None:
    assert names(look(with_lines(pack, lines(pack)[:3] * 2 + lines(pack)[3:])), "entry 2 is there twice")


def test_a_cut_off_tail_is_named(pack: Made, look: Look) -> None:
    assert names(look(with_lines(pack, lines(pack)[:-1])), "the last entry is not evidence.exported")
    assert names(look(with_lines(pack, [*lines(pack)[:-1], lines(pack)[-1][:-1]])), "events.jsonl: line")
    assert names(look(rebuilt(pack.packed, {"events.jsonl": b""})), "events.jsonl")


@pytest.mark.parametrize("name", ["report.html", "standard.json", "verify.py", "README.txt", "manifest.json"])
def test_a_changed_document_is_named(pack: Made, look: Look, name: str) -> None:
    assert names(look(rebuilt(pack.packed, {name: files_of(pack.packed)[name].replace(b"e", b"3", 1)})), f"document {name} differs")


@pytest.mark.parametrize("name", ["report.html", "manifest.json", "events.jsonl", "checkpoint.txt", "checkpoints.txt"])
def test_a_missing_document_is_named(pack: Made, look: Look, name: str) -> None:
    assert names(look(rebuilt(pack.packed, {name: None})), f"{name} is missing")


def test_an_added_document_is_named(pack: Made, look: Look) -> None:
    assert names(look(rebuilt(pack.packed, {"extra.txt": b"hello"})), "document extra.txt was added")


def test_a_document_listed_in_a_changed_manifest_is_not_believed(pack: Made, look: Look) -> None:
    manifest = json.loads(files_of(pack.packed)["manifest.json"])
    manifest["documents"].pop("report.html")
    found = look(rebuilt(pack.packed, {"manifest.json": canonical_bytes(manifest), "report.html": None}))
    assert names(found, "document manifest.json differs")


def test_one_name_twice_in_the_zip_is_named(pack: Made, look: Look) -> None:
    files = files_of(pack.packed)
    one = container({"REPORT.HTML": files["report.html"]})
    length = one.index(b"PK\x01\x02")
    assert names(look(one[:length].replace(b"REPORT.HTML", b"report.html") + pack.packed), "report.html is in it twice")
    assert names(look(container({**files, "Report.html": b"other"})), "is in it twice")


def test_a_zip_in_any_other_form_is_refused(pack: Made, look: Look, tmp_path: Path) -> None:
    again = tmp_path / "again.zip"
    with ZipFile(again, "w", ZIP_DEFLATED) as file:
        for name, data in files_of(pack.packed).items():
            file.writestr(name, data)
        file.writestr("bomb", b"\0" * 10_000_000)
    assert names(look(again.read_bytes()), "compressed")
    assert names(look(pack.packed + b"\0"), "zip: malformed")
    assert names(look(pack.packed.replace(b"PK\x05\x06", b"PK\x05\x07")), "zip: malformed")
    assert names(look(pack.packed[:1000]), "cut off")
    assert look(b"").result == look(b"PK\x03\x04").result == look(b"PK\x05\x06" + b"\0" * 18).result == BROKEN


@pytest.mark.parametrize("name", ["../up.txt", "/etc/passwd", "a/../b", "a\\b", "a b", ".hidden", "a//b", "a\x1b[2J"])
def test_a_name_that_leaves_the_folder_or_hides_is_refused(pack: Made, look: Look, name: str) -> None:
    assert names(look(container({**files_of(pack.packed), name: b""})), "no name that a pack has")


def test_a_bomb_of_nothing_but_files_is_refused(look: Look) -> None:
    assert look(container({f"f{number}": b"" for number in range(5000)})).result == BROKEN


@pytest.mark.parametrize(
    "hostile",
    [
        b"[" * 200_000,
        b'{"event":' + b"9" * 5000 + b"}",
        b'{"event":"{}","index":1e999,"proof":[]}',
        b"\xff\xfe",
        b'{"event":"\\ud800","index":0,"proof":[]}',
        b"null",
        b"NaN",
    ],
)
@pytest.mark.parametrize("name", ["events.jsonl", "manifest.json", "checkpoint.txt", "checkpoints.txt", "people.json", "decisions.json"])
def test_hostile_json_is_reported_and_never_raises(pack: Made, look: Look, name: str, hostile: bytes) -> None:
    assert look(rebuilt(pack.packed, {name: hostile + b"\n"})).result == BROKEN

"""An evidence pack is one form of bytes, holds what it should, and is written whole or not at all."""

import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from licet import verify
from licet.core.canonical import read_json
from licet.core.ledger import ProvenEntry, leaf_hash
from licet.edge.pack import PackError, draft_pack, pack_bytes, write_pack

ENTRIES = [(0, b"zero"), (2, b"two")]


def test_the_manifest_names_every_document_and_entry() -> None:
    draft = draft_pack({"report.html": b"report"}, ENTRIES)
    said = read_json(draft.manifest)
    assert isinstance(said, dict)
    assert said["entries"] == [[number, leaf_hash(entry).hex()] for number, entry in ENTRIES]
    assert set(said["documents"]) == {"report.html", "verify.py", "README.txt"}
    assert said["documents"]["report.html"] == {"sha256": hashlib.sha256(b"report").hexdigest(), "size": 6}
    assert draft.documents["verify.py"] == Path(verify.__file__).read_bytes()
    assert draft.facts("v") == {"manifest_sha256": hashlib.sha256(draft.manifest).hexdigest(), "signer": "v"}


@pytest.mark.parametrize("name", ["verify.py", "README.txt", "events.jsonl", "manifest.json", "../a", "a b", "", "/a", ".a", "ä"])
def test_a_name_no_pack_can_have_is_refused(name: str) -> None:
    with pytest.raises(PackError, match="no name for a document"):
        draft_pack({name: b""}, ENTRIES)


def test_two_names_that_differ_in_capitals_only_are_refused() -> None:
    with pytest.raises(PackError, match="capitals"):
        draft_pack({"a": b"", "A": b""}, ENTRIES)


@pytest.mark.parametrize("entries", [[(2, b"two"), (0, b"zero")], [(2, b"two"), (2, b"two")]])
def test_entries_out_of_order_are_refused(entries: list[tuple[int, bytes]]) -> None:
    with pytest.raises(PackError, match="order"):
        draft_pack({}, entries)


def test_a_pack_is_the_same_whatever_the_order_of_documents_and_opens_with_any_unzip() -> None:
    proven = [ProvenEntry(index=0, entry=b"{}", proof=())]
    one = pack_bytes(draft_pack({"a/1.txt": b"1", "b.txt": b"2"}, []), entries=proven, checkpoint="note\n")
    two = pack_bytes(draft_pack({"b.txt": b"2", "a/1.txt": b"1"}, []), entries=proven, checkpoint="note\n")
    assert one == two
    with zipfile.ZipFile(io.BytesIO(one)) as file:
        assert file.testzip() is None
        assert file.namelist() == sorted(
            ["README.txt", "a/1.txt", "b.txt", "checkpoint.txt", "checkpoints.txt", "events.jsonl", "manifest.json", "verify.py"]
        )
        assert file.read("events.jsonl") == b'{"event":"{}","index":0,"proof":[]}\n'
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_pack_larger_than_the_verifier_reads_is_refused() -> None:
    draft = draft_pack({f"{number}.txt": b"" for number in range(verify.MAX_FILES)}, [])
    with pytest.raises(PackError, match="files"):
        pack_bytes(draft, entries=[], checkpoint="note\n")


def test_a_pack_is_written_over_an_older_one_and_leaves_nothing_beside(tmp_path: Path) -> None:
    (tmp_path / "pack.zip").write_bytes(b"older")
    write_pack(tmp_path / "pack.zip", b"newer")
    assert (tmp_path / "pack.zip").read_bytes() == b"newer"
    assert [path.name for path in tmp_path.iterdir()] == ["pack.zip"]

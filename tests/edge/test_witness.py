"""The witness: checkpoints outside the database, whole ones only, whatever is killed when."""

import hashlib
import stat
import threading
from pathlib import Path

import pytest

from licet.edge.seal import Seal, create_seal, verify_checkpoint
from licet.edge.witness import TAIL, FileWitness, newest_note


def root(size: int) -> bytes:
    """A root that differs with the size."""
    return hashlib.sha256(str(size).encode()).digest()


@pytest.fixture
def seal(tmp_path: Path) -> Seal:
    """A key to sign with."""
    return create_seal(tmp_path / "ledger.key")


@pytest.fixture
def witness(tmp_path: Path) -> FileWitness:
    """A witness without a file yet."""
    return FileWitness(path=tmp_path / "checkpoints.txt")


def test_nothing_was_kept_at_first(witness: FileWitness) -> None:
    assert witness.newest() is None
    witness.path.write_text("", "utf-8")
    assert witness.newest() is None


def test_the_newest_is_given_and_all_are_kept_once(witness: FileWitness, seal: Seal) -> None:
    notes = [seal.sign(size, root(size)) for size in range(1, 200)]
    for note in notes:
        witness.keep(note)
        witness.keep(note)
    assert witness.path.read_text("utf-8") == "".join(notes)
    assert witness.path.stat().st_size > TAIL
    assert witness.newest() == notes[-1]
    assert stat.S_IMODE(witness.path.stat().st_mode) == 0o600


@pytest.mark.parametrize("cut", [1, 7, 40, 100, 150])
def test_a_piece_left_by_a_killed_process_is_passed_over_and_cut_off(witness: FileWitness, seal: Seal, cut: int) -> None:
    first, second, third = (seal.sign(size, root(size)) for size in (1, 2, 3))
    witness.path.write_text(first + second[:cut], "utf-8")
    assert witness.newest() == first
    witness.keep(third)
    assert witness.path.read_text("utf-8") == first + third


def keep_all(witness: FileWitness, notes: list[str]) -> None:
    """Keeps one after the other."""
    for note in notes:
        witness.keep(note)


def test_several_processes_keep_whole_checkpoints(witness: FileWitness, seal: Seal) -> None:
    notes = [seal.sign(size, root(size)) for size in range(1, 41)]
    threads = [threading.Thread(target=keep_all, args=(witness, notes[start::4])) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    text = witness.path.read_text("utf-8")
    assert sorted(text.replace("\n\n", "\n").splitlines()) == sorted("".join(notes).replace("\n\n", "\n").splitlines())
    assert verify_checkpoint(str(witness.newest()), seal.vkey)


@pytest.mark.parametrize("raw", [b"", b"\n" * 20, b"no checkpoint\nat\nall\n\nhere\n", b"\xff\xfe" * 500])
def test_what_holds_no_checkpoint_gives_none(raw: bytes) -> None:
    assert newest_note(raw) is None

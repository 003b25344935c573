"""A witness signs what grew out of what it signed before, and nothing else; the form is that of C2SP tlog-cosignature."""

import base64
import hashlib
import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from licet.core.checkpoint import EarlierCheckpoint, MalformedNoteError, parse_note
from licet.core.cosignature import cosigned_message, moment_of, seconds_of, with_signature, written
from licet.core.ledger import leaf_hash, tree
from licet.core.refusal import Refused
from licet.edge.cosigner import Cosigner, WitnessStateError, create_cosigner, open_cosigner, read_shown, verify_cosignature
from licet.edge.seal import Seal, SealError, create_seal, open_seal
from licet.testing import done
from tests.flows.examples import code

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEAVES = [leaf_hash(str(number).encode()) for number in range(40)]
SPEC = """\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\N{EM DASH} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
\N{EM DASH} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""
"""The example of the specification."""


@pytest.fixture
def seal(tmp_path: Path) -> Seal:
    return create_seal(tmp_path / "ledger.key", name="licet/log")


@pytest.fixture
def witness(tmp_path: Path) -> Cosigner:
    return create_cosigner(tmp_path / "witness.key", name="audit.example.org/w1")


def shown(seal: Seal, size: int, since: int = 0) -> EarlierCheckpoint:
    """A checkpoint with the proof that it grew out of an earlier one."""
    whole = tree(LEAVES[:size])
    return EarlierCheckpoint(note=seal.sign(size, whole.root()), proof=whole.consistency_proof(since))


def test_the_specifications_example_is_read_and_written_back() -> None:
    note = parse_note(SPEC)
    assert written(note) == SPEC
    assert seconds_of(note.signatures[1]) == 1679315147
    message = cosigned_message(note.body, 1679315147)
    assert message.decode() == "cosignature/v1\ntime 1679315147\n" + SPEC[: SPEC.index("\n\n") + 1]


def test_the_key_is_of_type_four_and_hashed_as_specified(witness: Cosigner) -> None:
    name, hashed, encoded = witness.vkey.split("+", 2)
    raw = base64.b64decode(encoded)
    assert (name, raw[:1], len(raw)) == ("audit.example.org/w1", b"\x04", 33)
    assert hashed == hashlib.sha256(f"{name}\n".encode() + raw).digest()[:4].hex()


def test_a_co_signature_says_what_was_seen_and_when(seal: Seal, witness: Cosigner, tmp_path: Path) -> None:
    note = done(witness.sign(shown(seal, 7), seal.vkey, NOW))
    seen = verify_cosignature(note, witness.vkey)
    assert seen is not None
    assert (seen.checkpoint.size, seen.at) == (7, NOW)
    other = create_cosigner(tmp_path / "other.key", name="audit.example.org/w1")
    assert verify_cosignature(note, other.vkey) is None
    assert verify_cosignature(seal.sign(7, bytes(32)), witness.vkey) is None
    moved = note.replace("\n7\n", "\n8\n")
    assert verify_cosignature(moved, witness.vkey) is None


def test_what_grew_out_of_what_was_signed_is_signed(seal: Seal, witness: Cosigner) -> None:
    last = 0
    for size in (1, 2, 7, 8, 8, 33, 40):
        assert not isinstance(witness.sign(shown(seal, size, last), seal.vkey if not last else None, NOW), Refused)
        last = size


def test_a_smaller_tree_or_one_that_is_not_shown_to_have_grown_is_refused(seal: Seal, witness: Cosigner) -> None:
    """Breaks when a witness signs two histories."""
    done(witness.sign(shown(seal, 20), seal.vkey, NOW))
    assert code(witness.sign(shown(seal, 19), None, NOW)) == "tree_shrank"
    assert code(witness.sign(shown(seal, 30, 10), None, NOW)) == "tree_inconsistent"
    assert code(witness.sign(EarlierCheckpoint(note=shown(seal, 30).note, proof=()), None, NOW)) == "tree_inconsistent"
    other = [leaf_hash(b"another"), *LEAVES[1:]]
    forked = EarlierCheckpoint(note=seal.sign(30, tree(other[:30]).root()), proof=tree(other[:30]).consistency_proof(20))
    assert code(witness.sign(forked, None, NOW)) == "tree_inconsistent"
    same_size = EarlierCheckpoint(note=seal.sign(20, tree(other[:20]).root()), proof=())
    assert code(witness.sign(same_size, None, NOW)) == "tree_inconsistent"
    assert not isinstance(witness.sign(shown(seal, 30, 20), None, NOW), Refused)


def test_a_ledger_is_introduced_once_and_keeps_its_key(seal: Seal, witness: Cosigner, tmp_path: Path) -> None:
    thief = create_seal(tmp_path / "thief.key", name="licet/log")
    assert code(witness.sign(shown(seal, 3), None, NOW)) == "log_unknown"
    assert code(witness.sign(shown(thief, 3), seal.vkey, NOW)) == "not_the_logs"
    done(witness.sign(shown(seal, 3), seal.vkey, NOW))
    assert code(witness.sign(shown(thief, 5, 3), thief.vkey, NOW)) == "not_the_logs"
    assert code(witness.sign(shown(thief, 5, 3), None, NOW)) == "not_the_logs"


def test_what_it_signed_is_remembered_before_it_signs_and_by_who_opens_it_next(seal: Seal, witness: Cosigner, tmp_path: Path) -> None:
    done(witness.sign(shown(seal, 9), seal.vkey, NOW))
    again = open_cosigner(tmp_path / "witness.key")
    assert again.vkey == witness.vkey
    assert code(again.sign(shown(seal, 4), None, NOW)) == "tree_shrank"
    again.state.write_text("[]", "utf-8")
    with pytest.raises(WitnessStateError, match="without it nothing is signed"):
        again.sign(shown(seal, 12, 9), None, NOW)


def test_the_key_is_its_owners_only_and_no_ledgers_key(seal: Seal, witness: Cosigner, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "witness.key").stat().st_mode) == 0o600
    with pytest.raises(SealError, match="exists"):
        create_cosigner(tmp_path / "witness.key", name="x")
    with pytest.raises(SealError, match="no name for a witness"):
        create_cosigner(tmp_path / "x.key", name="two words")
    with pytest.raises(SealError, match="not a signing key"):
        open_cosigner(tmp_path / "ledger.key")
    with pytest.raises(SealError, match="not a signing key"):
        open_seal(tmp_path / "witness.key")


def test_a_note_is_read_with_its_proof(seal: Seal) -> None:
    found = shown(seal, 30, 11)
    text = found.note + "".join(f"proof {base64.b64encode(part).decode()}\n" for part in found.proof)
    assert read_shown(text) == found
    for rubbish in ("", "nothing\n", found.note + "proof x\n", "proof AAAA\n"):
        with pytest.raises(MalformedNoteError):
            read_shown(rubbish)


@pytest.mark.parametrize("seconds", [-1, 2**63, 253_402_300_800])
def test_a_time_that_is_none_is_refused(seconds: int) -> None:
    with pytest.raises(MalformedNoteError):
        moment_of(seconds)
    with pytest.raises(MalformedNoteError):
        cosigned_message(b"x\n", seconds)


def test_a_second_co_signature_by_the_same_key_takes_the_place_of_the_first(seal: Seal, witness: Cosigner) -> None:
    first = done(witness.sign(shown(seal, 5), seal.vkey, NOW))
    later = done(witness.sign(EarlierCheckpoint(note=shown(seal, 5).note, proof=()), None, NOW.replace(hour=13)))
    assert len(parse_note(with_signature(first, parse_note(later).signatures[1])).signatures) == 2
    assert json.loads(witness.state.read_text("utf-8"))["licet/log"]["log"] == seal.vkey

"""What a checkpoint promises: one form, in which nothing can be said twice or in passing."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.checkpoint import Checkpoint, MalformedNoteError, checkpoint_body, parse_checkpoint, parse_note, signed_note

ROOT = bytes(range(32))
BODY = checkpoint_body("licet/abc", 17, ROOT)
NOTE = signed_note(BODY, "licet/abc", b"\x01\x02\x03\x04", b"s" * 64)


def test_a_checkpoint_is_three_lines() -> None:
    assert BODY.decode().split("\n") == ["licet/abc", "17", base64.b64encode(ROOT).decode(), ""]
    assert parse_checkpoint(BODY) == Checkpoint(origin="licet/abc", size=17, root=ROOT)


def test_the_example_of_the_specification_is_read() -> None:
    """The checkpoint shown in C2SP tlog-checkpoint."""
    name = "example.com/behind-the-sofa"
    signature = "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8="
    note = parse_note(f"{name}\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u2014 {name} {signature}\n")
    assert (note.checkpoint().origin, note.checkpoint().size) == (name, 20852163)
    assert [(by.name, by.key_hash.hex(), len(by.value)) for by in note.signatures] == [(name, "033de0ae", 64)]


@given(st.integers(min_value=0, max_value=2**63), st.binary(min_size=32, max_size=32), st.binary(min_size=1, max_size=80))
def test_a_note_reads_back_equal(size: int, root: bytes, signature: bytes) -> None:
    note = parse_note(signed_note(checkpoint_body("o", size, root), "name", b"abcd", signature))
    assert note.checkpoint() == Checkpoint(origin="o", size=size, root=root)
    assert [(by.name, by.key_hash, by.value) for by in note.signatures] == [("name", b"abcd", signature)]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n\n\n",
        BODY + b"\n",
        BODY + b"extension\n",
        BODY[:-1],
        BODY.replace(b"17", b"017"),
        BODY.replace(b"17", b"+17"),
        BODY.replace(b"17", b"-1"),
        BODY.replace(b"17", "\u0661\u0667".encode()),
        BODY.replace(b"8=\n", b"9=\n"),
        BODY.replace(b"licet", b"li\rcet"),
        b"\xff" + BODY,
    ],
)
def test_a_body_in_any_other_form_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedNoteError):
        parse_checkpoint(body)


@pytest.mark.parametrize(
    "text",
    [
        "",
        BODY.decode(),
        NOTE[:-1],
        NOTE.replace("\u2014", "-"),
        NOTE.replace("\n\n", "\n"),
        NOTE + "\n",
        NOTE + "more\n",
        NOTE.replace(" AQ", "  AQ"),
        NOTE[:-3] + "\n",
    ],
)
def test_a_text_that_is_not_a_signed_note_is_refused(text: str) -> None:
    with pytest.raises(MalformedNoteError):
        parse_note(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u00a0b"])
def test_a_signer_s_name_that_would_break_the_line_is_refused(name: str) -> None:
    with pytest.raises(MalformedNoteError):
        signed_note(BODY, name, b"abcd", b"s")


@pytest.mark.parametrize(("origin", "size", "root"), [("", 1, ROOT), ("a\nb", 1, ROOT), ("a", -1, ROOT), ("a", 1, ROOT[1:])])
def test_a_checkpoint_that_would_say_something_else_is_refused(origin: str, size: int, root: bytes) -> None:
    with pytest.raises(MalformedNoteError):
        checkpoint_body(origin, size, root)

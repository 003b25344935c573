"""A pack's signer, its outside checkpoints, its commitments and its audit draws are checked against what the ledger says."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from licet.core.audit import check_commitment, is_checked, overdue_reference
from licet.core.canonical import Json, canonical_bytes
from licet.core.checkpoint import checkpoint_body, parse_note, signed_note
from licet.core.ids import CaseNumber
from licet.core.ledger import leaf_hash, root
from licet.edge.seal import Seal, create_seal
from licet.verify import AUTHENTIC, BROKEN, INTACT, UsageError, Verification, verify_pack
from tests.security.packs import (
    CASES,
    CORRECTION,
    DECISION,
    PAUSED,
    RATE,
    SECRET,
    Made,
    due,
    files_of,
    made,
    made_of,
    rebuilt,
    salt_of,
    story,
)

Look = Callable[..., Verification]
Said = list[tuple[str, Mapping[str, Json]]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("packs")


@pytest.fixture(scope="module")
def seal(folder: Path) -> Seal:
    return create_seal(folder / "key", name="licet/true")


@pytest.fixture(scope="module")
def thief(folder: Path) -> Seal:
    """Somebody else's key under the true signer's name."""
    return create_seal(folder / "thief", name="licet/true")


@pytest.fixture(scope="module")
def pack(seal: Seal) -> Made:
    return made(seal)


@pytest.fixture
def look(tmp_path: Path, seal: Seal) -> Look:
    """Verifies a pack's bytes with the true key, unless told otherwise."""

    def go(packed: bytes, *, key: str | None = seal.vkey, outside: str | None = None) -> Verification:
        path, notes = tmp_path / "pack.zip", tmp_path / "outside.txt"
        path.write_bytes(packed)
        notes.write_text(outside or "", encoding="utf-8")
        return verify_pack(path, key=key, checkpoint=None if outside is None else notes)

    return go


def names(found: Verification, *parts: str) -> bool:
    return found.result == BROKEN and any(all(part in problem for part in parts) for problem in found.problems)


def test_a_pack_somebody_made_with_a_key_of_their_own_fails_with_the_true_key(thief: Seal, look: Look) -> None:
    forged = made_of(thief, story()[:-1]).packed
    assert names(look(forged), "not signed", "the key given")
    assert look(forged, key=None).result == INTACT
    assert look(forged, key=thief.vkey).result == AUTHENTIC


def test_a_checkpoint_signed_by_another_key_is_refused(pack: Made, thief: Seal, look: Look) -> None:
    whole = [leaf_hash(entry) for entry in pack.entries]
    signed = thief.sign(len(whole), root(whole)).encode()
    for key in (None, pack.seal.vkey, thief.vkey):
        assert names(look(rebuilt(pack.packed, {"checkpoint.txt": signed}), key=key), "checkpoint.txt: not signed")


def test_a_second_signature_does_not_slip_in(pack: Made, thief: Seal, look: Look) -> None:
    whole = [leaf_hash(entry) for entry in pack.entries]
    both = files_of(pack.packed)["checkpoint.txt"] + thief.sign(len(whole), root(whole)).split("\n\n")[1].encode()
    assert names(look(rebuilt(pack.packed, {"checkpoint.txt": both})), "checkpoint.txt")


def test_an_earlier_checkpoint_must_be_signed_and_grown_out_of(pack: Made, thief: Seal, look: Look) -> None:
    notes = files_of(pack.packed)["checkpoints.txt"]
    other = thief.sign(4, root([leaf_hash(entry) for entry in pack.entries[:4]]))
    assert names(look(rebuilt(pack.packed, {"checkpoints.txt": other.encode()})), "size 4 is not signed by the same signer")
    first, second = notes.split(b"proof ", 1)
    assert names(
        look(rebuilt(pack.packed, {"checkpoints.txt": first + second.split(b"\n", 1)[1]})), "did not grow out of the checkpoint of size 4"
    )
    rewritten = pack.seal.sign(4, hashlib.sha256(b"another past").digest()).encode() + b"proof " + second
    assert names(look(rebuilt(pack.packed, {"checkpoints.txt": rewritten})), "did not grow out of the checkpoint of size 4")


def under_another_origin(seal: Seal, size: int, root_hash: bytes) -> str:
    """A checkpoint of another ledger, signed with the same key under the same name."""
    body = checkpoint_body("licet/other", size, root_hash)
    hashed = parse_note(seal.sign(size, root_hash)).signatures[0].key_hash
    return signed_note(body, seal.name, hashed, seal._key.sign(body))


def test_a_checkpoint_of_another_ledger_by_the_same_key_is_refused(pack: Made, look: Look) -> None:
    whole = [leaf_hash(entry) for entry in pack.entries]
    other = under_another_origin(pack.seal, len(whole), root(whole)).encode()
    assert names(look(rebuilt(pack.packed, {"checkpoint.txt": other, "checkpoints.txt": b""})), "checkpoint.txt: not signed")
    notes = files_of(pack.packed)["checkpoints.txt"]
    proof = notes[notes.index(b"proof ") :]
    older = under_another_origin(pack.seal, 4, root(whole[:4])).encode()
    assert names(look(rebuilt(pack.packed, {"checkpoints.txt": older + proof})), "size 4 is not signed by the same signer")


def test_nothing_rides_along_with_a_checkpoint(pack: Made, thief: Seal, look: Look) -> None:
    files = files_of(pack.packed)
    note, notes = files["checkpoint.txt"], files["checkpoints.txt"]
    proof = notes[notes.index(b"proof ") :].split(b"\n")[0] + b"\n"
    assert names(look(rebuilt(pack.packed, {"checkpoint.txt": note + proof})), "checkpoint.txt: not signed, or not only")
    second = thief.sign(4, leaf_hash(b"")).split("\n\n")[1].encode()
    both = notes.replace(b"proof ", second + b"proof ", 1)
    assert names(look(rebuilt(pack.packed, {"checkpoints.txt": both})), "size 4 is not signed by the same signer")


@pytest.mark.parametrize("size", [0, 4, 11, -1])
def test_an_outside_checkpoint_that_agrees_is_silent(pack: Made, look: Look, size: int) -> None:
    known = pack.notes[size % (len(pack.entries) + 1)]
    found = look(pack.packed, outside=known)
    assert found.result == AUTHENTIC
    assert any("not compared" in note for note in found.notes) == (size == 0)
    assert not any("truncation" in note for note in found.notes)


def test_the_newest_of_many_outside_checkpoints_counts(pack: Made, look: Look) -> None:
    assert look(pack.packed, outside="".join(pack.notes.values())).result == AUTHENTIC


def test_a_truncated_ledger_is_found_against_a_newer_outside_checkpoint(pack: Made, seal: Seal, look: Look) -> None:
    newer = seal.sign(len(pack.entries) + 3, hashlib.sha256(b"x").digest())
    assert names(look(pack.packed, outside=pack.notes[4] + newer), "truncated", f"had {len(pack.entries) + 3} entries")
    assert names(look(pack.packed, outside=newer, key=None), "truncated")
    shorter = made_of(seal, story()[:-1]).packed
    assert look(shorter).result == AUTHENTIC
    assert names(look(shorter, outside=pack.notes[len(pack.entries)]), "truncated")


@pytest.mark.parametrize("size", [4, 11, -1])
def test_a_second_history_is_found_against_an_outside_checkpoint(pack: Made, seal: Seal, look: Look, size: int) -> None:
    real = size if size > 0 else len(pack.entries)
    assert names(look(pack.packed, outside=seal.sign(real, hashlib.sha256(b"x").digest())), "split view", str(real))


def test_an_outside_checkpoint_of_nobody_is_refused(pack: Made, thief: Seal, folder: Path, look: Look) -> None:
    newer = thief.sign(99, hashlib.sha256(b"x").digest())
    assert names(look(pack.packed, outside=newer), "outside checkpoint of size 99", "not signed by the key given")
    foreign = create_seal(folder / "foreign", name="licet/foreign").sign(4, hashlib.sha256(b"x").digest())
    assert names(look(pack.packed, outside=foreign), "none is of this ledger")
    assert names(look(pack.packed, outside=""), "none is of this ledger")


def vkey(name: str, raw: bytes) -> str:
    """A key whose hash fits, whatever it is a key of."""
    return f"{name}+{hashlib.sha256(name.encode() + bytes([10]) + raw).hexdigest()[:8]}+{base64.b64encode(raw).decode()}"


PUBLIC = hashlib.sha256(b"a key").digest()
NO_KEYS = [vkey("", b"\x01" + PUBLIC), vkey("licet", b"\x02" + PUBLIC), vkey("licet", b"\x01" + PUBLIC[1:]), vkey("licet", b"")]
WRONG_HASH = vkey("licet", b"\x01" + PUBLIC).replace("licet", "other")


@pytest.mark.parametrize("key", ["", "licet/true", "licet/true+00000000+AAAA", "a+b+c", WRONG_HASH, *NO_KEYS])
def test_a_key_that_is_none_is_a_mistake_of_the_caller(pack: Made, look: Look, key: str) -> None:
    with pytest.raises(UsageError):
        look(pack.packed, key=key)


def test_rubbish_for_a_checkpoint_is_a_mistake_of_the_caller(pack: Made, look: Look, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        look(pack.packed, outside="rubbish\n" + pack.notes[4])
    with pytest.raises(UsageError):
        verify_pack(tmp_path)
    with pytest.raises(UsageError):
        verify_pack(tmp_path / "none.zip")


def changed(what: str, at: int, **facts: Json) -> Said:
    """The story with some facts of the at-th event of a kind told otherwise."""
    said = story()
    place = [number for number, (word, _) in enumerate(said) if word == what][at]
    said[place] = (what, {**said[place][1], **facts})
    return said


def without(what: str) -> Said:
    """The story without one event of a kind."""
    said = story()
    said.pop(next(number for number, (word, _) in enumerate(said) if word == what))
    return said


FIRST_DUE = next(number for number in CASES if number % 5 and due(number))
NOT_DUE = next(number for number in CASES if number % 5 and not due(number))


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (without("audit.drawn"), f"case {FIRST_DUE} was due for an audit and not drawn"),
        (changed("audit.drawn", 0, case_number=NOT_DUE), f"case {NOT_DUE} was drawn and not due"),
        (changed("audit.drawn", 0, case_number=NOT_DUE), f"case {FIRST_DUE} was due"),
        (changed("audit.drawn", 0, case_number=10), "case 10 was drawn and not due"),
        (changed("secret.revealed", 0, secret=hashlib.sha256(SECRET).hexdigest()), "the secret revealed is not the one entry 5 commits to"),
        (changed("mandate.granted", 0, secret_commitment=SECRET.hex()), "the secret revealed is not the one"),
        (changed("case.routed", 0, audit_rate=RATE / 1000), "case 1 was drawn at a lower rate"),
        (changed("case.routed", 0, share=1e-9), "case 1 was decided alone outside the share exposed, 1e-09"),
        (changed("case.routed", 0, share="much"), "draws: malformed"),
        (changed("mandate.granted", 0, audit_rate="often"), "draws: malformed"),
        (changed("secret.revealed", 0, secret="xyz"), "draws: malformed"),  # noqa: S106  # no secret, on purpose
    ],
)
def test_audit_draws_that_are_not_those_of_the_secret_are_named(seal: Seal, look: Look, said: Said, named: str) -> None:
    assert names(look(made_of(seal, said).packed), named)


def place_of(what: str, **facts: Json) -> int:
    """Where the story first says this."""
    return next(at for at, (word, told) in enumerate(story()) if word == what and facts.items() <= told.items())


def moved(at: int, *, to: int) -> Said:
    """The story with one event told at another place."""
    said = story()
    said.insert(to, said.pop(at))
    return said


PRESSED, LIFTED = place_of("stop.pressed", reach="use_case"), place_of("stop.lifted", reach="use_case")
EVERYWHERE = place_of("stop.lifted", reach="installation")
ROUTED = place_of("case.routed", case_number=PAUSED)


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (changed("case.routed", PAUSED - 1, route="alone"), f"case {PAUSED} went alone at entry {ROUTED}, while the stop of entry"),
        (moved(PRESSED, to=place_of("case.routed", case_number=PAUSED - 1)), f"case {PAUSED - 1} went alone"),
        (moved(LIFTED, to=place_of("case.routed", case_number=PAUSED + 1)), f"case {PAUSED + 1} went alone"),
        (moved(EVERYWHERE, to=place_of("case.routed", case_number=PAUSED + 1)), f"case {PAUSED + 1} went alone"),
        (changed("stop.lifted", 0, reach="use_case"), f"case {PAUSED + 1} went alone"),
        (without("stop.lifted"), f"case {PAUSED + 1} went alone"),
        (changed("stop.pressed", 0, reach=[]), "stop: malformed"),
    ],
)
def test_whoever_decided_alone_while_the_stop_was_pressed_is_found(seal: Seal, look: Look, said: Said, named: str) -> None:
    """Breaks when the verifier forgets one of the two stops, or lets one lift the other."""
    assert names(look(made_of(seal, said).packed), named)


DECIDED = place_of("case.decided")


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ([*story(), story()[DECIDED]], "case.decided, does not follow"),
        (changed("case.corrected", 0, number=2), "case.corrected, does not follow"),
        (changed("case.corrected", 0, case_number=2), "case 2: entry"),
        ([*story(), story()[DECIDED + 1]], "case.corrected, does not follow"),
        (changed("case.corrected", 0, case_number=[]), "once: malformed"),
    ],
)
def test_a_case_is_decided_once_and_then_corrected_in_turn(seal: Seal, look: Look, said: Said, named: str) -> None:
    assert names(look(made_of(seal, said).packed), named)


def test_corrections_in_turn_are_authentic(seal: Seal, look: Look) -> None:
    again = {**story()[DECIDED + 1][1], "number": 2}
    assert look(made_of(seal, [*story(), ("case.corrected", again)]).packed).result == AUTHENTIC


def overdue(*references: str) -> Said:
    """The story in which nobody answered an audit; its cases go by what the secret makes of them, or by other references."""
    cases = iter(references or [overdue_reference(SECRET, CaseNumber(number)) for number in CASES if number % 5 and due(number)])
    named = [(what, {"mandate": "m1", "reference": next(cases)} if what == "audit.drawn" else facts) for what, facts in story()]
    return [("audit.overdue" if what == "audit.drawn" else what, facts) for what, facts in named]


def test_an_overdue_audit_is_held_against_the_draw_though_its_entry_names_no_case(seal: Seal, look: Look) -> None:
    assert look(made_of(seal, overdue()).packed).result == AUTHENTIC
    true = [overdue_reference(SECRET, CaseNumber(number)) for number in CASES if number % 5 and due(number)]
    found = look(made_of(seal, overdue(*true[1:], "0" * 64)).packed)
    assert names(found, f"case {FIRST_DUE} was due for an audit and not drawn")
    assert names(found, "1 overdue audits of mandate 'm1' are of no case that was decided alone under it")
    other = overdue_reference(SECRET, CaseNumber(NOT_DUE))
    assert names(look(made_of(seal, overdue(other, *true[1:])).packed), f"case {NOT_DUE} was drawn and not due")


SHARE = 0.5


def checked(**wrong: Json) -> Said:
    """The story in which each audit agreed, half of these were drawn to be checked, and every check was answered."""
    said: Said = []
    for what, facts in story():
        number = facts.get("case_number")
        if what == "mandate.granted":
            said.append((what, {**facts, "terms": {"audits": {"agreements": SHARE}}}))
        elif what == "audit.drawn" and isinstance(number, int):
            drawn = is_checked(SECRET, CaseNumber(number), SHARE)
            check = check_commitment(SECRET, CaseNumber(number), drawn=drawn)
            said.append(("audit.answered", {**facts, "agreed": True, "check_share": SHARE, "check": check, **wrong}))
            said += [("agreement.checked", {"mandate": "m1", "case_number": number, "agreed": True})] if drawn else []
        else:
            said.append((what, facts))
    return said


def test_which_agreements_were_checked_can_be_repeated_once_the_secret_is_revealed(seal: Seal, look: Look) -> None:
    """Breaks when whoever runs the machine could choose which agreements a second person sees."""
    assert look(made_of(seal, checked()).packed).result == AUTHENTIC
    forged = look(made_of(seal, checked(check="0" * 64)).packed)
    assert names(forged, "was due for a check and not drawn")
    assert names(forged, "was drawn for a check and not due")
    assert names(look(made_of(seal, checked(check_share=0.0)).packed), "holds the share 0.0, and the mandate's was 0.5")
    unanswered = [one for one in checked() if one[0] != "agreement.checked"]
    found = look(made_of(seal, unanswered).packed)
    assert (found.result, sum("checks of mandate 'm1' were drawn" in note for note in found.notes)) == (AUTHENTIC, 1)
    (extra,) = [one for one in checked() if one[0] == "agreement.checked"][:1]
    assert names(look(made_of(seal, [*checked(), extra]).packed), "which was not drawn for one")
    revoked = next(place for place, (what, _) in enumerate(checked()) if what == "audit.answered")
    stopped: Said = [*checked()[:revoked], ("mandate.suspended", {"mandate": "m1"}), *checked()[revoked:]]
    assert names(look(made_of(seal, stopped).packed), "holds the share 0.5, and the mandate's was 0.0")


@pytest.mark.parametrize("word", ["audit.answered", "audit.overdue"])
def test_an_audit_that_was_answered_or_never_came_was_drawn(seal: Seal, look: Look, word: str) -> None:
    said: Said = [(word if what == "audit.drawn" else what, facts) for what, facts in story()]
    assert look(made_of(seal, said).packed).result == AUTHENTIC


def test_audit_draws_wait_for_the_secret(seal: Seal, look: Look) -> None:
    found = look(made_of(seal, without("secret.revealed")).packed)
    assert found.result == AUTHENTIC
    assert any("audit draws: secret still sealed, not checked" in note for note in found.notes)


PEOPLE = {"email": "ada@example.org", "name": "Ada \u00c5kesson", "person": "p1", "salt": salt_of("ada").hex(), "event_index": 2}
ROW: Mapping[str, Json] = {"case": 1, "event_index": 6, "payload": DECISION.decode(), "salt": salt_of("case 1").hex()}
MENDED: Mapping[str, Json] = {"case": 1, "event_index": 7, "payload": CORRECTION.decode(), "salt": salt_of("correction 1").hex()}
BORDER = {"salt": salt_of("case 1").hex() + "7b", "payload": DECISION.decode()[1:]}


@pytest.mark.parametrize(
    ("document", "row", "named"),
    [
        ("people_json", {**PEOPLE, "name": "Eve"}, "person 'p1' differs from the commitment in entry 2"),
        ("people_json", {**PEOPLE, "salt": salt_of("eve").hex()}, "person 'p1' differs from the commitment"),
        ("people_json", {**PEOPLE, "person": "p2"}, "entry 2 is about 'p1'"),
        (
            "decisions_json",
            {**ROW, "payload": DECISION.decode().replace("7", "1")},
            "decision on case 1 differs from the commitment in entry 6",
        ),
        ("corrections_json", {**MENDED, "payload": DECISION.decode()}, "correction of case 1 differs from the commitment in entry 7"),
        ("corrections_json", {**MENDED, "case": 2}, "entry 7 is about 1"),
        ("decisions_json", {**ROW, "salt": ""}, "decision on case 1 differs"),
        ("decisions_json", {**ROW, **BORDER}, "decision on case 1 differs"),
        ("decisions_json", {**ROW, "event_index": 2}, "decision on case 1 differs"),
        ("decisions_json", {**ROW, "event_index": 1}, "entry 1, on which it stands, is not in the pack"),
        ("decisions_json", {**ROW, "case": 2}, "entry 6 is about 1"),
        ("decisions_json", {"case": 1}, "commitments: malformed"),
    ],
)
def test_what_its_commitment_does_not_hold_is_named(seal: Seal, look: Look, document: str, row: Mapping[str, Json], named: str) -> None:
    assert names(look(made_of(seal, story(), **{document: canonical_bytes([row])}).packed), named)


def test_the_newest_event_that_names_a_document_counts(seal: Seal, look: Look) -> None:
    said = changed("standard.locked", 1, documents={"standard.json": hashlib.sha256(b"other").hexdigest()})
    assert names(look(made_of(seal, said).packed), "document standard.json differs from what entry 4 says of it")
    said = changed("standard.locked", 1, documents={"verdict.json": hashlib.sha256(b"other").hexdigest()})
    assert names(look(made_of(seal, said).packed), "document verdict.json is missing: entry 4 names it")

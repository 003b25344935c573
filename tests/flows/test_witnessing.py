"""Witnesses: a second key co-signs what grew out of what it saw, and a witness elsewhere is told without the ledger ever waiting."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.checkpoint import EarlierCheckpoint, parse_note
from licet.core.effect import Delivered, Failed
from licet.core.people import Role
from licet.core.refusal import Refused
from licet.edge.cosigner import Cosigner, create_cosigner, verify_cosignature
from licet.edge.late import LateFarWitness
from licet.flows.office import Office
from licet.flows.settle import settle
from licet.flows.witness import far_state, list_witnesses, note_for_witness, take_cosignature, tell_far_witness
from licet.testing import World, done
from licet.verify import AUTHENTIC, BROKEN, verify_bytes
from tests.flows.examples import MAILS, code, of_word
from tests.flows.test_evidence_packs import packed
from tests.receiver import Receiver, receiving, say
from tests.security.packs import files_of, rebuilt

SECRET = "a-secret-of-the-tests"  # noqa: S105


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path / "world") as made:
        made.use_case(MAILS)
        settle(made.office)
        yield made


@pytest.fixture
def witness(tmp_path: Path) -> Cosigner:
    return create_cosigner(tmp_path / "witness.key", name="audit.example.org/w1")


def shown(world: World, since: str | None = None) -> EarlierCheckpoint:
    """The newest checkpoint, as a witness is shown it."""
    settle(world.office)
    return done(note_for_witness(world.office, since))


def cosigned(world: World, witness: Cosigner, since: str | None = None) -> str:
    """The newest checkpoint with the witness's co-signature."""
    return done(witness.sign(shown(world, since), world.office.seal.vkey, world.clock.now()))


def take(world: World, note: str, vkey: str | None = None, office: Office | None = None) -> object:
    return take_cosignature(office or world.office, world.risk, note=note, vkey=vkey, read=verify_cosignature)


def test_a_co_signature_is_taken_in_with_its_key_and_later_ones_without(world: World, witness: Cosigner) -> None:
    first = cosigned(world, witness)
    assert code(take(world, first)) == "witness_unknown"
    done(take(world, first, witness.vkey))
    assert code(take(world, first)) == "already_done"
    size = str(parse_note(first).checkpoint().size)
    done(take(world, cosigned(world, witness, since=size)))
    assert [event.facts.keys() for event in of_word(world, "checkpoint.cosigned")] == [{"witness", "size", "signed_at", "identity"}] * 2
    assert len(of_word(world, "witness.added")) == 1
    assert not [raw for raw in world.entries() if b"audit.example.org" in raw]
    (known,) = list_witnesses(world.office)
    assert (known.name, known.vkey) == (witness.name, witness.vkey)
    assert known.size is not None
    assert known.size > int(size)


def test_a_note_of_another_history_or_without_our_signature_is_not_taken_in(world: World, witness: Cosigner, tmp_path: Path) -> None:
    """Breaks when a co-signature on a tree that this ledger never had gets into packs."""
    note = cosigned(world, witness)
    ours = parse_note(note).signatures[0]
    line = next(line for line in note.splitlines(keepends=True) if line.startswith(f"\N{EM DASH} {ours.name} "))
    other = world.office.seal.sign(parse_note(note).checkpoint().size, bytes(32))
    second = create_cosigner(tmp_path / "second.key", name="w2")
    foreign = done(second.sign(EarlierCheckpoint(note=other, proof=()), world.office.seal.vkey, world.clock.now()))
    assert code(take(world, note.replace(line, ""), witness.vkey)) == "not_the_logs"
    assert code(take(world, foreign, witness.vkey)) == "not_the_logs"
    assert code(take(world, world.office.seal.sign(0, parse_note(note).checkpoint().root), witness.vkey)) == "not_the_logs"
    assert list_witnesses(world.office) == []


@pytest.mark.parametrize("role", Role)
def test_only_risk_admin_and_auditors_take_co_signatures_in(world: World, witness: Cosigner, role: Role) -> None:
    note = cosigned(world, witness)
    person = world.person("some", role)
    found = take_cosignature(world.office, person, note=note, vkey=witness.vkey, read=verify_cosignature)
    assert isinstance(found, Refused) == (role not in {Role.RISK, Role.ADMIN, Role.AUDITOR})


def test_packs_carry_co_signatures_that_a_stranger_checks(world: World, witness: Cosigner, tmp_path: Path) -> None:
    note = cosigned(world, witness)
    done(take(world, note, witness.vkey))
    raw, key = packed(world, world.risk), world.office.seal.vkey
    found = verify_bytes(raw, key=key, witnesses=[witness.vkey])
    size = parse_note(note).checkpoint().size
    assert found.result == AUTHENTIC, found.problems
    assert any(f"witness '{witness.name}' saw the ledger's first {size} entries at 2030-01-07" in note for note in found.notes)
    assert any("no witness's key was given" in note for note in verify_bytes(raw, key=key).notes)
    stranger = create_cosigner(tmp_path / "other.key", name="audit.example.org/w2").vkey
    assert "co-signed no checkpoint" in verify_bytes(raw, key=key, witnesses=[stranger]).problems[0]
    cut = rebuilt(raw, {"cosigned.txt": None})
    assert verify_bytes(cut, key=key, witnesses=[witness.vkey]).result == BROKEN
    lines = files_of(raw)["cosigned.txt"].decode().splitlines()
    lines[-1] = lines[-1][:-8] + ("AAAAAAA=" if not lines[-1].endswith("AAAAAAA=") else "BBBBBBB=")
    bent = rebuilt(raw, {"cosigned.txt": "".join(f"{line}\n" for line in lines).encode()})
    assert any("is wrong" in problem for problem in verify_bytes(bent, key=key, witnesses=[witness.vkey]).problems)


# --- the witness elsewhere ----------------------------------------------------------------------------------------------


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def told_at(world: World, url: str, every: timedelta = timedelta(seconds=60)) -> Office:
    """The office with a witness elsewhere."""
    return replace(world.office, far_witness=LateFarWitness(url=url, every=every, secret=lambda name: SECRET, allow="127.0.0.1"))


def test_a_witness_elsewhere_is_told_of_new_checkpoints_and_no_oftener_than_it_was_said(world: World, receiver: Receiver) -> None:
    office = told_at(world, receiver.url)
    assert tell_far_witness(office) == Delivered()
    assert tell_far_witness(office) is None
    (request,) = receiver.requests
    said = json.loads(request.body)
    assert parse_note(said["checkpoint"]).checkpoint().size == said["size"]
    assert said["key"] == f"checkpoint-{said['size']}"
    assert request.headers["licet-signature"].startswith("t=")
    world.use_case("letters")
    settle(world.office)
    assert tell_far_witness(office) is None
    world.clock.pass_time(timedelta(minutes=2))
    assert tell_far_witness(office) == Delivered()
    state = far_state(office)
    assert state is not None
    assert state.size == json.loads(receiver.requests[-1].body)["size"] > said["size"]


def test_one_that_fails_is_tried_again_later_and_later_and_the_ledger_goes_on(world: World, receiver: Receiver) -> None:
    """Breaks when a witness that is down holds up numbering, or is asked every moment."""
    receiver.answers = lambda request, handler: say(handler, 503)
    office = told_at(world, receiver.url, timedelta(seconds=1))
    waits, state = list[float](), None
    for _ in range(4):
        outcome = tell_far_witness(office)
        assert isinstance(outcome, Failed)
        state = far_state(office)
        assert state is not None
        waits.append((state.due_at - world.clock.now()).total_seconds())
        world.use_case(f"u{len(waits)}")
        settle(world.office)
        assert tell_far_witness(office) is None
        world.clock.pass_time(state.due_at - world.clock.now())
    assert state is not None
    assert waits == sorted(waits)
    assert waits[-1] > 30
    assert (state.failed, state.size, state.told_at) == (4, 0, None)
    assert "503" in str(state.last_error)
    receiver.answers = lambda request, handler: say(handler, 204)
    world.clock.pass_time(timedelta(hours=1))
    assert tell_far_witness(office) == Delivered()
    healed = far_state(office)
    assert healed is not None
    assert (healed.failed, healed.last_error) == (0, None)


@pytest.mark.one_database
@pytest.mark.parametrize("url", ["ftp://x.example", "http://127.0.0.1:1/x", "nonsense", "https://user@x.example/"])
def test_whatever_the_address_is_nothing_is_raised(world: World, url: str) -> None:
    assert isinstance(tell_far_witness(told_at(world, url)), Failed)


def test_without_a_witness_elsewhere_nothing_is_told(world: World) -> None:
    assert tell_far_witness(world.office) is None
    assert far_state(world.office) is None


def test_a_witness_follows_a_growing_ledger_step_by_step(world: World, witness: Cosigner) -> None:
    last: str | None = None
    for round_ in range(4):
        world.use_case(f"u{round_}")
        last = str(parse_note(cosigned(world, witness, since=last)).checkpoint().size)
    remembered = json.loads(witness.state.read_text("utf-8"))
    assert parse_note(remembered[world.office.seal.name]["note"]).checkpoint().size == int(last or "")

"""The ledger of a journey: one entry for each change, in the same transaction, about nobody by name."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from licet import verify
from licet.cli.packs import export_pack
from licet.core.answer import Choice
from licet.core.case import CaseBody, TextContent
from licet.core.history import PastCase, PostedProposal
from licet.core.ledger import commitment
from licet.core.people import Role
from licet.flows.adjudicate import hand_out, take_in
from licet.flows.erase import erase_case
from licet.flows.grant import Wishes, revoke_mandate
from licet.flows.open_sealed import open_sealed
from licet.flows.register import rename_use_case, retire_use_case
from licet.flows.report import HEADER, export_cases
from licet.flows.respond import suspend_mandate
from licet.flows.set_standard import revise_standard
from licet.pretend import ScriptedSystem
from licet.store import cases, use_cases
from licet.store.tables import metadata
from licet.testing import World, done, past_cases, says_like, truth_of
from licet.wiring import check_ledger
from tests.flows.examples import MAILS, code, of_word

PLANTED = (
    "Zsuzsanna",
    "zsuzsanna@example.org",
    "plantedcontent",
    "plantedid",
    "plantedanswer",
    "plantedperson",
    "plantedattribute",
    "plantedwhy",
)


def planted(count: int, name: str) -> list[PastCase]:
    """Cases full of words that must not be found anywhere else."""
    return [_planted(k, name, one) for k, one in enumerate(past_cases(count, name=name))]


def _planted(k: int, name: str, one: PastCase) -> PastCase:
    answer = Choice(value="plantedanswer" if k % 2 else "another")
    body = CaseBody(content=TextContent(text=f"plantedcontent {name} {k}"), attributes={"truth": answer.value, "of": "plantedattribute"})
    posted = PostedProposal(answer=answer, confidence=one.posted.confidence if one.posted else 0.0)
    return replace(one, body=body, answer=answer, external_id=f"plantedid-{name}-{k}", answered_by="plantedperson", posted=posted)


def whole_journey(world: World) -> None:
    """Everything that can happen to a use case, once."""
    past, live = planted(200, "past"), planted(60, "live")
    world.person("zsuzsanna", Role.REVIEWER)
    world.use_case(MAILS)
    world.systems.there[MAILS] = ScriptedSystem(says=says_like([*past, *live[:40]]))
    world.import_cases(MAILS, past, card=None)
    world.sign(MAILS)
    world.evaluate(MAILS)
    lines = done(hand_out(world.office, world.reviewer, name=MAILS))
    done(take_in(world.office, world.reviewer, name=MAILS, answers={line.token: truth_of(line.body) for line in lines}))
    world.evaluate(MAILS)
    world.earn(MAILS, Wishes(audit_rate=0.5))
    world.submit(MAILS, live, card=None)
    world.answer(MAILS)
    done(erase_case(world.office, world.owner, name=MAILS, case="plantedid-live-1"))
    done(export_cases(world.office, world.operator, name=MAILS))
    done(suspend_mandate(world.office, world.risk, name=MAILS, why="plantedwhy"))
    done(open_sealed(world.office, world.owner, name=MAILS))
    done(rename_use_case(world.office, world.builder, name=MAILS, new_name="letters"))
    done(revoke_mandate(world.office, world.risk, name="letters", why="plantedwhy"))
    done(revise_standard(world.office, world.owner, name="letters"))
    done(retire_use_case(world.office, world.owner, name="letters"))


EXPECTED = {
    "installation.created": 1,
    "person.added": 6,
    "use_case.created": 1,
    "use_case.renamed": 1,
    "use_case.retired": 1,
    "history.imported": 1,
    "standard.locked": 1,
    "standard.countersigned": 1,
    "standard.revised": 1,
    "system.registered": 1,
    "evaluation.planned": 2,
    "evaluation.judged": 2,
    "adjudication.exported": 1,
    "adjudication.imported": 1,
    "mandate.proposed": 1,
    "approval.asked": 1,
    "approval.given": 1,
    "approval.passed": 1,
    "mandate.granted": 1,
    "mandate.suspended": 1,
    "mandate.revoked": 1,
    "incident.opened": 1,
    "owner.told": 1,
    "secret.revealed": 1,
    "stage.changed": 3,
    "case.accepted": 60,
    "case.routed": 60,
    "case.decided": 60,
    "case.erased": 1,
    "cases.exported": 1,
    "sealed.opened": 1,
    "risk.answered": 1,
    "stop.pressed": 1,
    "stop.exercised": 1,
    "stop.lifted": 1,
}


def test_each_change_has_one_entry_and_no_entry_tells_a_name_a_word_or_an_answer(tmp_path: Path) -> None:
    """Breaks when any flow forgets its entry, or writes a name, an address, a content, an answer or an outside id into one."""
    with World(tmp_path) as world:
        whole_journey(world)
        counted = Counter(world.words())
        assert {word: count for word, count in counted.items() if word != "audit.answered"} == EXPECTED
        assert counted["audit.answered"] > 5
        found = [(word, raw) for raw in world.entries() for word in PLANTED if word.lower().encode() in raw.lower()]
        assert not found
        assert not check_ledger(world.office).problems
        people = {"operator", "licet", *(one.id for one in (world.owner, world.risk, world.builder, world.reviewer))}
        events = world.events()
        assert {event.by for event in events} <= people
        assert all(event.facts["identity"] == "asserted" for event in events if event.by.startswith("p_"))


def test_names_and_contents_are_unreadable_in_the_database_file_too(tmp_path: Path) -> None:
    """Breaks when a content or an answer is stored beside its encryption. (People's own names and outside ids are rows.)"""
    with World(tmp_path) as world:
        whole_journey(world)
        raw = b"".join(path.read_bytes() for path in tmp_path.glob("licet.sqlite*")) or everything(world)
    assert b"case_item" in raw
    assert not [word for word in ("plantedcontent", "plantedanswer", "plantedperson", "plantedattribute") if word.encode() in raw]


def everything(world: World) -> bytes:
    """Every row of every table as the database gives it."""
    with world.connect().connect() as conn:
        found = [(name, *row) for name, table in metadata.tables.items() for row in conn.execute(select(table))]
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for row in found for value in row)


def test_entries_before_and_after_a_journey_are_one_growing_tree(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        before = world.entries()
        whole_journey(world)
        assert world.entries()[: len(before)] == before


def test_an_erased_case_is_unreadable_and_its_commitments_stay(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=Wishes(audit_rate=0.0001, planned_audits=10))
        world.submit(MAILS, past_cases(60, name="live"))
        said = [event.facts for event in of_word(world, "case.accepted")]
        assert done(erase_case(world.office, world.owner, name=MAILS, case="live-3")) == 1
        assert done(erase_case(world.office, world.owner, name=MAILS, case="live-3")) == 0
        assert [event.facts for event in of_word(world, "case.accepted")] == said
        with world.office.book.read() as tx:
            live = cases.live(tx, use_cases.require(tx, MAILS))
            gone = [one for one in live if cases.body_of(tx, one) is None]
            assert [(one.external_id, one.salt) for one in gone] == [(None, None)]
        rows = [dict(zip(HEADER, row, strict=True)) for row in done(export_cases(world.office, world.operator, name=MAILS))]
        assert [row["answer"] for row in rows if row["case_id"] == str(gone[0].number)] == [""]
        assert code(erase_case(world.office, world.reviewer, name=MAILS, case="live-4")) == "not_permitted"


def test_erasing_by_name_spares_the_case_whose_number_it_happens_to_be(tmp_path: Path) -> None:
    """Breaks when '3' means the outside name and the number at once: a stranger's case would be gone for good."""
    rows = [replace(one, external_id=str(k)) for k, one in enumerate(past_cases(60))]
    with World(tmp_path) as world:
        world.journey(MAILS)
        world.submit(MAILS, rows)
        assert done(erase_case(world.office, world.owner, name=MAILS, case="3")) == 1
        with world.office.book.read() as tx:
            left = cases.live(tx, use_cases.require(tx, MAILS))
        assert {one.external_id for one in left} - {None} == {str(k) for k in range(60)} - {"3"}


def test_a_person_is_in_the_ledger_as_a_commitment_that_names_and_address_open(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        (added,) = [event for event in of_word(world, "person.added") if event.facts["person"] == world.owner.id]
        assert set(added.facts) == {"person", "roles", "commitment"}
        assert added.facts["commitment"] != commitment(b"\x00" * 32, b'{"email":"olga@example.org","name":"Olga"}')


def test_a_pack_of_the_journey_verifies_offline_and_a_flipped_byte_does_not(tmp_path: Path) -> None:
    out = tmp_path / "pack.zip"
    with World(tmp_path / "world") as world:
        whole_journey(world)
        done(export_pack(world.office, world.operator, name="letters", out=out))
        found = verify.verify_pack(out, key=world.office.seal.vkey)
        assert not found.problems, found.problems
        raw = bytearray(out.read_bytes())
        raw[raw.index(b"mandate.granted")] ^= 1
        out.write_bytes(bytes(raw))
        assert verify.verify_pack(out, key=world.office.seal.vkey).problems


@pytest.mark.parametrize("word", PLANTED)
def test_a_planted_word_would_be_found(word: str) -> None:
    assert word.lower().encode() in f'{{"facts":{{"x":"{word.upper()}"}}}}'.encode().lower()

"""A pack is of a use case, a case or a period, holds what its reader may see, and everything in it is proven."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from licet.cli.packs import PackWish, export_pack
from licet.core.answer import Choice
from licet.core.audit import ANSWER_WITHIN
from licet.core.audit_plan import AuditPlan
from licet.core.evidence import OnePeriod
from licet.core.people import Actor, Person, Role
from licet.flows.correct import correct_decision
from licet.flows.erase import erase_case
from licet.flows.grant import Wishes, revoke_mandate
from licet.flows.prove import size_since
from licet.flows.register import rename_use_case
from licet.flows.settle import settle
from licet.pretend import START
from licet.store import ledger
from licet.testing import World, done, past_cases
from licet.verify import AUTHENTIC, BROKEN, Verification, verify_bytes
from tests.flows.examples import MAILS, code, of_word, only
from tests.security.packs import files_of

pytestmark = pytest.mark.one_database  # what a pack reads is read on both databases by the tests of the ledger's pages and journeys

ROWS = past_cases(30, unsure=10, name="live")


def lived(world: World) -> None:
    """A mandate under which twenty cases were decided alone, some of them in an audit, and ten wait for a person."""
    world.journey(MAILS, wishes=Wishes(audit_rate=0.5))
    tally = world.submit(MAILS, ROWS)
    assert (tally.alone, tally.to_person) == (20, 10)
    assert tally.audits


def packed(world: World, by: Actor, **wish: Any) -> bytes:  # noqa: ANN401 - fields of PackWish
    """A pack's bytes."""
    out = world.database.parent / "a.pack.zip"
    done(export_pack(world.office, by, name=MAILS, out=out, wish=PackWish(**wish)))
    return out.read_bytes()


def verified(world: World, raw: bytes, **how: Any) -> Verification:  # noqa: ANN401 - as verify_bytes has them
    """What a stranger finds, who has the key; nothing may be wrong."""
    found = verify_bytes(raw, key=world.office.seal.vkey, **how)
    assert (found.result, found.problems) == (AUTHENTIC, ())
    return found


def told(raw: bytes, name: str) -> Any:  # noqa: ANN401 - JSON
    """One of a pack's documents."""
    return json.loads(files_of(raw)[name])


def events(raw: bytes) -> list[Mapping[str, Any]]:
    """What the entries of a pack say."""
    return [json.loads(json.loads(line)["event"]) for line in files_of(raw)["events.jsonl"].splitlines()]


def number_of(world: World, word: str, at: int = 0) -> int:
    """The case of an entry."""
    return int(str(of_word(world, word)[at].facts["case_number"]))


def test_a_pack_of_a_case_holds_that_case_and_what_its_decision_stood_on(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        lived(world)
        number = number_of(world, "case.decided")
        raw = packed(world, world.risk, case=str(number))
        found = verified(world, raw)
        said = events(raw)
        cases = {event["facts"]["case_number"] for event in said if "case_number" in event["facts"]}
        assert cases == {number}
        assert {"installation.created", "person.added", "standard.locked", "mandate.granted", "case.accepted", "case.routed"} <= {
            event["what"] for event in said
        }
        assert [row["case"] for row in told(raw, "decisions.json")] == [number]
        assert any(f"this pack is of one case only: case_number {number}" in note for note in found.notes)


def test_a_pack_of_a_case_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        lived(world)
        found = export_pack(world.office, world.risk, name=MAILS, out=tmp_path / "x.zip", wish=PackWish(case="nowhere"))
        assert code(found) == "not_there"


def test_a_pack_of_a_period_holds_what_happened_in_it_and_who_acted(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        lived(world)
        since = world.clock.now() + timedelta(minutes=1)
        world.clock.pass_time(timedelta(hours=1))
        world.answer(MAILS)
        until = world.clock.now() + timedelta(minutes=1)
        world.clock.pass_time(timedelta(hours=1))
        done(revoke_mandate(world.office, world.owner, name=MAILS, why="over"))
        raw = packed(world, world.risk, period=OnePeriod(since=since, until=until))
        said = events(raw)[:-1]
        verified(world, raw)
        inside = [event for event in said if event["what"] != "person.added"]
        assert all(since.isoformat() <= event["at"].replace("Z", "+00:00") < until.isoformat() for event in inside)
        everything = [event for event in world.events() if since <= event.at < until]
        assert len(inside) == len(everything) > 10
        assert {row["person"] for row in told(raw, "people.json")} == {world.reviewer.id}


def test_a_correction_in_a_period_needs_no_decision_in_it(tmp_path: Path) -> None:
    """Breaks when the verifier takes a pack that begins in the middle for one in which something is missing."""
    with World(tmp_path) as world:
        lived(world)
        case = str(number_of(world, "case.decided"))
        done(correct_decision(world.office, world.owner, name=MAILS, case=case, answer=Choice(value="maybe"), why="x"))
        world.clock.pass_time(timedelta(days=2))
        since = world.clock.now()
        done(correct_decision(world.office, world.owner, name=MAILS, case=case, answer=Choice(value="yes"), why="y"))
        raw = packed(world, world.risk, period=OnePeriod(since=since, until=since + timedelta(days=1)))
        verified(world, raw)
        assert [row["number"] for row in told(raw, "corrections.json")] == [2]


def views(world: World) -> dict[str, Person]:
    """Somebody for each view."""
    return {
        "risk": world.risk,
        "auditor": world.person("aud", Role.AUDITOR),
        "builder": world.builder,
        "reviewer": world.reviewer,
        "owner": world.owner,
        "both": world.person("both", Role.RISK, Role.REVIEWER),
    }


@pytest.mark.parametrize("who", ["risk", "auditor"])
def test_risk_and_auditors_see_everything_that_is_permitted(who: str, tmp_path: Path) -> None:
    with World(tmp_path) as world:
        lived(world)
        raw = packed(world, views(world)[who])
        verified(world, raw)
        assert len(told(raw, "decisions.json")) == 20
        assert len([event for event in events(raw) if event["what"] == "case.routed"]) == 30
        assert told(raw, "manifest.json")["view"]["left_out"] == []
        assert told(raw, "audits.json") == []


@pytest.mark.parametrize("who", ["builder", "reviewer", "owner", "both"])
def test_who_may_be_asked_or_builds_sees_nothing_that_would_tell(who: str, tmp_path: Path) -> None:
    """Breaks when a pack for them says what AI said of a case that waits, or lets audited cases be told from others by what is missing."""
    with World(tmp_path) as world:
        lived(world)
        raw = packed(world, views(world)[who])
        found = verified(world, raw)
        routed = [event["facts"] for event in events(raw) if event["what"] == "case.routed"]
        assert {facts["route"] for facts in routed} == {"alone"}
        assert len(routed) == 20
        assert told(raw, "decisions.json") == told(raw, "audits.json") == []
        left = {row["part"]: row["count"] for row in told(raw, "manifest.json")["view"]["left_out"]}
        assert left == {"open_reasons": 10, "alone_answers": 20}
        assert sum("left out, because" in note for note in found.notes) == 2
        page = files_of(raw)["report.html"].decode()
        assert "waiting," not in page
        assert "below_threshold" not in page


def test_what_was_left_out_is_in_once_it_is_answered_and_the_mandate_has_ended(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        lived(world)
        world.answer(MAILS)
        some = packed(world, world.reviewer)
        assert len(told(some, "decisions.json")) == 10
        assert all("order" not in row for row in told(some, "audits.json"))
        done(revoke_mandate(world.office, world.owner, name=MAILS, why="over"))
        raw = packed(world, world.reviewer)
        verified(world, raw)
        assert len(told(raw, "decisions.json")) == 30
        assert {row["part"] for row in told(raw, "manifest.json")["view"]["left_out"]} == {"audit_order"}


def test_an_overdue_audit_that_waits_is_named_nowhere_and_proved_once_the_secret_is_out(tmp_path: Path) -> None:
    """Breaks when whoever reads the ledger, or a pack, could learn that a case which waits still is an audit."""
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=Wishes(audit_rate=0.5, audits=AuditPlan(highest=0.5, agreements=0.5)))
        world.submit(MAILS, ROWS)
        world.answer(MAILS, only({str(one.body.content) for one in ROWS[10:18]}))
        answered = {event.facts["case_number"] for event in of_word(world, "audit.answered")}
        world.clock.pass_time(ANSWER_WITHIN + timedelta(hours=1))
        world.submit(MAILS, past_cases(1, name="later"))
        lost = of_word(world, "audit.overdue")
        assert lost
        assert all(event.facts.keys() == {"mandate", "reference"} for event in lost)
        raw = packed(world, world.risk)
        verified(world, raw)
        assert {row["case_number"] for row in told(raw, "audits.json")} == answered
        done(revoke_mandate(world.office, world.owner, name=MAILS, why="over"))
        verified(world, packed(world, world.risk))
        world.answer(MAILS)
        raw = packed(world, world.risk)
        verified(world, raw)
        assert sum(row["outcome"] == "overdue" for row in told(raw, "audits.json")) == len(lost)


def test_a_pack_is_made_narrower_for_others_and_never_wider(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        lived(world)
        assert told(packed(world, world.risk, reader=Role.BUILDER), "manifest.json")["view"]["role"] == "builder"
        wish = PackWish(reader=Role.AUDITOR)
        assert code(export_pack(world.office, world.builder, name=MAILS, out=tmp_path / "x.zip", wish=wish)) == "not_permitted"
        assert code(export_pack(world.office, world.operator, name=MAILS, out=tmp_path / "x.zip", wish=wish)) == "not_permitted"


def test_what_was_erased_stays_provable_and_says_so(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        lived(world)
        number = number_of(world, "case.decided")
        done(correct_decision(world.office, world.owner, name=MAILS, case=str(number), answer=Choice(value="maybe"), why="x"))
        before = packed(world, world.risk)
        done(erase_case(world.office, world.owner, name=MAILS, case=ROWS[0].external_id or str(number)))
        erased = int(str(of_word(world, "case.erased")[0].facts["case_number"]))
        raw = packed(world, world.risk, since=str(told_size(before)))
        found = verified(world, raw, earlier=before)
        assert {row["case"] for row in told(raw, "erased.json")} == {erased}
        assert erased not in {row["case"] for row in told(raw, "decisions.json")}
        assert any(note.startswith("erased: of") for note in found.notes)
        assert any("was rewritten since the earlier checkpoint" in note for note in found.notes)


def told_size(raw: bytes) -> int:
    """The size of a pack's checkpoint."""
    return int(files_of(raw)["checkpoint.txt"].splitlines()[1])


def test_whoever_holds_an_older_pack_is_shown_that_nothing_in_it_was_rewritten(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        lived(world)
        old = packed(world, world.reviewer)
        note = files_of(old)["checkpoint.txt"].decode()
        world.answer(MAILS)
        new = packed(world, world.risk, since=note)
        found = verified(world, new, earlier=old)
        assert any("first" in note and "rewritten" in note for note in found.notes)
        verified(world, new, earlier=note.encode())
        backwards = verify_bytes(old, key=world.office.seal.vkey, earlier=new)
        assert backwards.result == BROKEN
        assert "cut off, or the older of the two" in backwards.problems[0]


def test_growth_is_proved_from_any_size_and_from_no_other_tree(tmp_path: Path) -> None:
    """Breaks when the ledger proves growth out of a checkpoint whose root it never had."""
    with World(tmp_path) as world, World(tmp_path / "other") as other:
        lived(world)
        settle(world.office)
        lived(other)
        foreign = other.office.seal.sign(5, bytes(32)).replace(other.office.seal.name, world.office.seal.name)
        assert size_since(world.office, "5") == 5
        assert code(size_since(world.office, "100000")) == "not_in_ledger"
        assert code(size_since(world.office, foreign)) == "tree_inconsistent"
        raw = packed(world, world.risk, since="5")
        with world.office.book.read() as tx:
            held = world.office.seal.sign(5, ledger.check(tx, at=5).root_at or b"")
        verified(world, raw, earlier=held.encode())


def test_entries_under_an_earlier_name_are_in_and_those_of_who_had_the_name_since_are_not(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        lived(world)
        done(rename_use_case(world.office, world.owner, name=MAILS, new_name="post"))
        world.use_case(MAILS)
        out = tmp_path / "post.zip"
        done(export_pack(world.office, world.risk, name="post", out=out))
        said = events(out.read_bytes())
        assert sum(event["what"] == "use_case.created" for event in said) == 1
        assert any(event["what"] == "standard.locked" and event["use_case"] == MAILS for event in said)
        mine = events(packed(world, world.risk))
        assert not [event for event in mine if event["what"] == "standard.locked"]


def test_the_period_of_a_pack_is_bound_by_moments_and_nothing_at_the_edge_is_lost(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        lived(world)
        moments = sorted(event.at for event in world.events())
        for at in moments[:: len(moments) // 2]:
            raw = packed(world, world.risk, period=OnePeriod(since=at, until=START + timedelta(days=300)))
            wanted = [event for event in world.events() if event.at >= at]
            assert len([event for event in events(raw) if event["at"] >= at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")]) == len(wanted)

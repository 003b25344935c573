"""The ledger is read page by page along an index, as far as whoever reads it may see."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from licet.core.checkpoint import parse_note
from licet.core.evidence import View, view_for
from licet.core.ids import TeamName
from licet.core.ledger import UnknownWordError, leaf_hash, read_event, verify_inclusion
from licet.core.ledger_words import WORDS
from licet.core.people import Caller, Operator, Role
from licet.core.refusal import Refused
from licet.flows.grant import Wishes
from licet.flows.read_ledger import Page, Sought, list_entries, list_for_program, reading_view, show_entry, words_like
from licet.flows.register import move_use_case, rename_use_case
from licet.flows.settle import settle
from licet.store import ledger, marks
from licet.store.witness_tables import ledger_mark, ledger_tile
from licet.testing import World, done, past_cases
from tests.flows.examples import MAILS, code, of_word

NORTH, SOUTH = TeamName("north"), TeamName("south")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A use case with a mandate and cases, another with nothing, and a name that changed hands."""
    with World(tmp_path) as made:
        made.journey(MAILS, wishes=Wishes(audit_rate=0.5))
        made.use_case("letters")
        done(rename_use_case(made.office, made.owner, name="letters", new_name="cards"))
        made.use_case("letters")
        made.submit(MAILS, past_cases(20, unsure=10, name="live"))
        settle(made.office)
        yield made


def wide(world: World) -> View:
    """What risk may see."""
    return done(reading_view(world.office, world.risk))


def found(world: World, **asked: object) -> list[int]:
    """The numbers of a page of up to a thousand."""
    page = done(list_entries(world.office, wide(world), Sought(**{"limit": 1000, **asked})))  # type: ignore[arg-type] # fields of the class
    return [one.index for one in page.entries]


def test_every_filter_finds_what_a_walk_through_all_entries_finds(world: World) -> None:
    said = list(enumerate(world.events()))
    middle, case = said[len(said) // 2][1].at, of_word(world, "case.decided")[0].facts["case_number"]
    assert found(world) == [index for index, _ in said]
    assert found(world, what="case.routed") == [index for index, event in said if event.what == "case.routed"]
    assert found(world, what="case.") == [index for index, event in said if event.what.startswith("case.")]
    assert found(world, by=world.owner.email) == [index for index, event in said if event.by == world.owner.id]
    assert found(world, by="licet", what="case.decided") == [i for i, e in said if (e.by, e.what) == ("licet", "case.decided")]
    assert found(world, case=str(case)) == [index for index, event in said if event.facts.get("case_number") == case]
    assert found(world, use_case=MAILS) == [index for index, event in said if event.use_case == MAILS]
    assert found(world, since=middle) == [index for index, event in said if event.at >= middle]
    assert found(world, until=middle) == [index for index, event in said if event.at < middle]
    assert found(world, since=middle, until=middle + timedelta(seconds=5)) == [
        index for index, event in said if middle <= event.at < middle + timedelta(seconds=5)
    ]


def test_a_name_that_changed_hands_leads_to_its_own_entries_only(world: World) -> None:
    words = {"cards": ["use_case.created", "use_case.renamed"], "letters": ["use_case.created"]}
    events = world.events()
    for name, said in words.items():
        assert [events[index].what for index in found(world, use_case=name)] == said


def test_pages_follow_each_other_and_lose_nothing(world: World) -> None:
    view, seen, after = wide(world), list[int](), -1
    while True:
        page = done(list_entries(world.office, view, Sought(what="case.", after=after, limit=7)))
        seen += [one.index for one in page.entries]
        if page.after is None:
            break
        assert len(page.entries) == 7
        after = page.after
    assert seen == found(world, what="case.")


def test_who_may_be_asked_is_not_told_how_a_case_was_routed_while_it_waits(world: World) -> None:
    """Breaks when the reason for which a case came is in the ledger's pages before a person has answered it."""
    for view in (done(reading_view(world.office, world.reviewer)), done(reading_view(world.office, Operator()))):
        page = done(list_entries(world.office, view, Sought(what="case.routed", limit=1000)))
        shown = [one.event.facts["route"] for one in page.entries if one.event is not None]
        left = [one for one in page.entries if one.event is None]
        assert (set(shown), len(left)) == ({"alone"}, 10)
        assert all("left out" in one.why for one in left)
        assert code(show_entry(world.office, view, left[0].index)) == "not_permitted"
    program = done(list_for_program(world.office, Caller(token="k_1", name="x"), Sought(what="case.routed", limit=1000)))  # noqa: S106 - a public id
    assert sum(one.event is None for one in program.entries) == 10
    world.answer(MAILS)
    after = done(list_entries(world.office, done(reading_view(world.office, world.reviewer)), Sought(what="case.routed", limit=1000)))
    assert all(one.event is not None for one in after.entries)


def test_another_teams_entries_are_not_there(world: World) -> None:
    done(move_use_case(world.office, world.person("ada", Role.ADMIN), name=MAILS, team=NORTH))
    settle(world.office)
    events = world.events()

    def theirs(team: TeamName) -> set[str | None]:
        page = done(list_entries(world.office.for_team(team), wide(world), Sought(limit=1000)))
        return {events[one.index].use_case for one in page.entries}

    assert theirs(NORTH) == {MAILS}
    assert theirs(SOUTH) == set()
    mine, installation = found(world, use_case=MAILS)[0], found(world, what="installation.created")[0]
    assert not isinstance(show_entry(world.office.for_team(NORTH), wide(world), mine), Refused)
    for index in (mine, installation):
        assert code(show_entry(world.office.for_team(SOUTH), wide(world), index)) == "not_in_ledger"


def test_an_entry_is_shown_with_a_proof_that_holds(world: World) -> None:
    for index in (0, 7, len(world.events()) - 1):
        shown = done(show_entry(world.office, wide(world), index))
        head = parse_note(shown.checkpoint).checkpoint()
        entry = shown.entry
        assert read_event(entry.entry) == world.events()[index]
        assert verify_inclusion(leaf_hash(entry.entry), index=index, size=head.size, proof=entry.proof, root=head.root)
    assert code(show_entry(world.office, wide(world), 10**6)) == "not_in_ledger"


def test_what_a_release_before_left_unmarked_is_made_up_for(world: World) -> None:
    """Breaks when entries that were numbered by a worker of the release before are not found after an upgrade."""
    before = found(world)
    with world.office.book.write() as tx:
        tx.run(delete(ledger_mark).where(ledger_mark.c.index > 5))
        tx.run(delete(ledger_tile))
    assert found(world) == before
    with world.office.book.read() as tx:
        assert marks.marked(tx) == len(before)
        assert not ledger.check(tx).problems


def test_a_hash_of_a_subtree_that_was_changed_is_found(world: World) -> None:
    world.submit(MAILS, past_cases(80, name="more"))
    settle(world.office)
    with world.office.book.write() as tx:
        tx.run(ledger_tile.update().values(hash=bytes(32)))
    with world.office.book.read() as tx:
        assert any("hash kept for entries 0 to 255" in problem for problem in ledger.check(tx).problems)


def test_what_no_word_begins_with_is_named() -> None:
    assert {"stop.lifted", "stop.pressed"} <= set(words_like("stop.")) == {word for word in WORDS if word.startswith("stop.")}
    assert words_like("case.decided") == ("case.decided",)
    with pytest.raises(UnknownWordError, match="'nothing'"):
        words_like("nothing")


def test_a_case_by_its_id_takes_its_use_case(world: World) -> None:
    assert code(list_entries(world.office, wide(world), Sought(case="live-1"))) == "not_there"
    page = list_entries(world.office, wide(world), Sought(case="nowhere", use_case=MAILS))
    assert code(page) == "not_there"
    assert not isinstance(view_for(world.risk, None), Refused)
    assert isinstance(list_entries(world.office, wide(world), Sought(case="1")), Page)

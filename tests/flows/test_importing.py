"""Importing: split once, sealed for good, killed and repeated without a trace, and refused as a whole or not at all."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from licet.core.answer import Choice
from licet.core.case import Part, TextContent
from licet.core.history import PastCase, Shares
from licet.core.likeness import Alike
from licet.flows.evaluate import Evaluated, Request, evaluate
from licet.flows.import_history import import_history, undo_import
from licet.flows.open_sealed import open_sealed
from licet.flows.sort_history import BadHistoryError, Order
from licet.pretend import ScriptedSystem
from licet.store import cases, use_cases
from licet.store.book import count_rows
from licet.store.seconds import requested_by
from licet.testing import POSTED, World, done, past_cases, says_like
from tests.flows.breakable import KilledError, breaks
from tests.flows.examples import MAILS, code, of_word, renamed, sealed_set

SPLIT = Shares(build=50, calibration=20, sealed=30)
BUILD = Shares(build=100, calibration=0, sealed=0)


def parts(world: World, name: str = MAILS) -> dict[str, Part]:
    """The part of each case, by what it says."""
    with world.office.book.read() as tx:
        use_case = use_cases.require(tx, name)
        found: dict[str, Part] = {}
        for part in (Part.BUILD, Part.CALIBRATION, Part.SEALED):
            for stored in cases.stored(tx, use_case, part):
                body = cases.body_of(tx, stored)
                assert body is not None
                assert isinstance(body.content, TextContent)
                assert found.setdefault(body.content.text, part) is part
    return found


def sealed_texts(world: World, name: str = MAILS) -> set[str]:
    """What the sealed cases say."""
    return {text for text, part in parts(world, name).items() if part is Part.SEALED}


def nameless(rows: list[PastCase]) -> list[PastCase]:
    """Cases without outside names."""
    return [replace(one, external_id=None) for one in rows]


def test_sealed_cases_that_nearly_repeat_others_are_counted_at_import_and_on_the_evaluation(tmp_path: Path) -> None:
    """Breaks when a leak between parts is hidden, or when it is told where there is none."""
    texts = [f"Sort this: {hashlib.sha256(str(k).encode()).hexdigest()}" for k in range(200)]
    rows = [replace(one, body=replace(one.body, content=TextContent(text=text))) for one, text in zip(past_cases(200), texts, strict=True)]
    near = [
        replace(one, external_id=f"again {k}", body=replace(one.body, content=TextContent(text=texts[k].upper() + "!")))
        for k, one in enumerate(rows[:30])
    ]
    with World(tmp_path) as world:
        world.use_case(MAILS)
        first = world.import_cases(MAILS, rows, shares=BUILD)
        assert first.alike == Alike(alike=0, sealed=0, others=0)
        second = world.import_cases(MAILS, near, shares=Shares(build=0, calibration=0, sealed=100))
        assert second.alike == Alike(alike=30, sealed=30, others=200)
        assert second.alike.warning[0] in second.warnings
        world.sign(MAILS)
        judged = evaluate(world.office, world.operator, Request(name=MAILS, on_disk=world.standards[MAILS]))
        assert isinstance(judged, Evaluated), judged
        assert second.alike.warning[0] in judged.warnings
        assert world.import_cases(MAILS, near, shares=BUILD).alike is None


def test_a_split_depends_on_seed_and_content_and_is_in_the_ledger(tmp_path: Path) -> None:
    splits: list[Counter[Part]] = []
    for name, seed in (("one", 1), ("same", 1), ("other", 2)):
        with World(tmp_path / name) as world:
            world.use_case(MAILS)
            world.import_cases(MAILS, past_cases(300), shares=SPLIT, seed=seed)
            splits.append(Counter(parts(world).values()))
            (said,) = of_word(world, "history.imported")
            assert (said.facts["seed"], said.facts["shares"], said.facts["split"]) == (str(seed), "50:20:30", "keyed hash")
            assert said.facts["parts"] == {part.value: splits[-1][part] for part in (Part.BUILD, Part.CALIBRATION, Part.SEALED)}
    assert splits[0] == splits[1]
    assert splits[0] != splits[2]
    assert 60 < splits[0][Part.SEALED] < 120


def test_a_split_by_time_seals_the_newest_and_keeps_a_moment_together(tmp_path: Path) -> None:
    start = datetime(2029, 1, 1, tzinfo=UTC)
    rows = [replace(one, happened_at=start + timedelta(days=(k * 7) % 100)) for k, one in enumerate(past_cases(300))]
    times = [one.happened_at for one in rows if one.happened_at is not None]
    with World(tmp_path) as world:
        world.use_case(MAILS)
        world.import_cases(MAILS, rows, shares=SPLIT, times=lambda: iter(times))
        found = parts(world)
    by_part = {part: [one.happened_at for one in rows if found[text_of(one)] is part and one.happened_at] for part in Part}
    assert max(by_part[Part.BUILD]) < min(by_part[Part.CALIBRATION])
    assert max(by_part[Part.CALIBRATION]) < min(by_part[Part.SEALED])


def text_of(one: PastCase) -> str:
    """What a case says."""
    assert isinstance(one.body.content, TextContent)
    return one.body.content.text


def test_equal_contents_stay_in_one_part_and_are_reported(tmp_path: Path) -> None:
    rows = past_cases(100)
    with World(tmp_path) as world:
        world.use_case(MAILS)
        report = world.import_cases(MAILS, [*rows, *renamed(rows, "twin")], shares=SPLIT)
        assert (report.rows, report.same_content, report.skipped) == (200, 100, 0)
        assert len(parts(world)) == 100
        assert any("repeat the content" in warning for warning in report.warnings)


@pytest.mark.parametrize("named", [True, False])
def test_importing_again_adds_nothing(tmp_path: Path, *, named: bool) -> None:
    rows = past_cases(100) if named else nameless(past_cases(100))
    with World(tmp_path) as world:
        world.use_case(MAILS)
        world.import_cases(MAILS, rows, shares=SPLIT)
        assert world.import_cases(MAILS, rows, shares=SPLIT, seed=9).skipped == 100
        assert len(of_word(world, "history.imported")) == 1


@pytest.mark.parametrize("after_commit", [False, True])
def test_a_killed_import_counts_for_nothing_and_its_repetition_completes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, after_commit: bool
) -> None:
    monkeypatch.setattr("licet.flows.import_history.CHUNK", 40)
    rows = past_cases(100)
    with World(tmp_path) as world:
        world.use_case(MAILS)
        order = order_of(rows)
        kills = 0
        for at in range(1, 20):
            with suppress(KilledError):
                done(import_history(breaks(world, at=at, after_commit=after_commit), world.operator, order))
                break
            kills += 1
            if len(of_word(world, "history.imported")) == 0:
                assert parts(world) == {}
        assert kills >= 4
        assert len(parts(world)) == 100
        assert len(of_word(world, "history.imported")) == 1
        with world.office.book.read() as tx:
            assert count_rows(tx, "case_item") == count_rows(tx, "case_key") == 100


def order_of(rows: list[PastCase]) -> Order:
    """An ordinary import."""
    return Order(name=MAILS, rows=lambda: iter(rows), times=None, shares=SPLIT, seed=1, file_digest="0" * 64, mapping="", card=None)


def test_sealed_content_stays_sealed_whatever_is_undone_or_tried_elsewhere(tmp_path: Path) -> None:
    """Breaks when undoing, another seed, other shares or another use case bring a sealed case into the build part."""
    rows = past_cases(200)
    with World(tmp_path) as world:
        world.use_case(MAILS)
        world.import_cases(MAILS, rows, shares=SPLIT)
        sealed = sealed_texts(world)
        done(undo_import(world.office, world.operator, name=MAILS))
        assert parts(world) == {}
        world.import_cases(MAILS, rows, shares=BUILD)
        assert sealed_texts(world) == sealed
        world.use_case("other")
        report = world.import_cases("other", renamed(rows, "x"), shares=BUILD, seed=5)
        assert sealed_texts(world, "other") == sealed
        assert report.resealed == len(sealed)


def test_content_that_is_in_the_build_part_is_not_sealed_beside_it(tmp_path: Path) -> None:
    """Breaks when one content is learned from here and judged on here, because another use case sealed it."""
    rows = past_cases(100)
    with World(tmp_path) as world:
        world.use_case(MAILS)
        world.import_cases(MAILS, rows, shares=BUILD)
        world.use_case("other")
        world.import_cases("other", rows)
        world.import_cases(MAILS, renamed(rows, "again"), shares=BUILD)
        assert sealed_texts(world) == set()


def test_opened_content_is_never_sealed_again(tmp_path: Path) -> None:
    rows = past_cases(150)
    with World(tmp_path) as world:
        world.journey(MAILS)
        done(open_sealed(world.office, world.owner, name=MAILS))
        report = world.import_cases(MAILS, [*renamed(rows, "again"), *past_cases(50, name="new")])
        assert report.parts == {"build": 150, "calibration": 0, "sealed": 50}
        assert sealed_set(world).cases == 50


def test_what_a_killed_import_sealed_stays_sealed_where_another_sealed_it_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licet.flows.import_history.CHUNK", 40)
    rows = past_cases(100)
    with World(tmp_path) as world:
        world.use_case("killed")
        order = replace(order_of(rows), name="killed", shares=Shares(build=0, calibration=0, sealed=100))
        with suppress(KilledError):
            import_history(breaks(world, at=4, after_commit=True), world.operator, order)
        world.use_case(MAILS)
        world.import_cases(MAILS, rows)
        world.import_cases("killed", past_cases(40, name="else"), shares=BUILD)
        world.use_case("third")
        world.import_cases("third", rows, shares=BUILD)
        assert len(sealed_texts(world, "third")) == 100


def test_undoing_ends_with_the_first_look(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        assert code(undo_import(world.office, world.operator, name=MAILS)) == "no_history"
        rows = [replace(one, requester=world.reviewer.email.upper()) for one in past_cases(150)]
        world.import_cases(MAILS, rows)
        with world.office.book.read() as tx:
            there = [one.number for one in cases.stored(tx, use_cases.require(tx, MAILS), Part.SEALED)]
            assert requested_by(tx, there, world.reviewer.email) == frozenset(there), "whoever asked for a past case is known, too"
        done(undo_import(world.office, world.operator, name=MAILS))
        world.import_cases(MAILS, past_cases(150))
        world.sign(MAILS)
        world.evaluate(MAILS)
        assert code(undo_import(world.office, world.operator, name=MAILS)) == "too_late_to_undo"


def test_labels_that_come_later_are_taken_once_and_never_changed(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        first = world.import_cases(MAILS, past_cases(100, unlabelled=30))
        assert (first.unlabelled, sealed_set(world).labelled < 100) == (30, True)
        wrong = [replace(one, answer=Choice(value="changed")) if k >= 30 else one for k, one in enumerate(past_cases(100))]
        later = world.import_cases(MAILS, wrong)
        assert (later.labelled, later.skipped) == (30, 100)
        assert sealed_set(world).labelled == 100
        assert world.import_cases(MAILS, wrong).labelled == 0
        world.sign(MAILS)
        assert world.evaluate(MAILS).stored.word == "met"


def test_labels_are_in_the_ledger_in_the_transaction_that_writes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Breaks when a killed import leaves labels behind of which no entry tells."""
    monkeypatch.setattr("licet.flows.import_history.CHUNK", 40)
    with World(tmp_path) as world:
        world.use_case(MAILS)
        world.import_cases(MAILS, past_cases(100, unlabelled=100))
        with suppress(KilledError):
            import_history(breaks(world, at=2, after_commit=True), world.operator, order_of(past_cases(100)))
        assert [event.facts["cases"] for event in of_word(world, "history.labelled")] == [40]
        assert world.import_cases(MAILS, past_cases(100)).labelled == 60
        assert [event.facts["cases"] for event in of_word(world, "history.labelled")] == [40, 40, 20]


def broken(rows: list[PastCase]) -> Iterator[PastCase]:
    """A file that ends in the middle of a cell."""
    yield from rows
    message = "mails.csv:102: the last cell has no end."
    raise ValueError(message)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (past_cases(29), "29 cases; 30 are the fewest"),
        ([replace(one, answer=Choice(value="yes")) for one in past_cases(60)], "Every case has the answer 'yes'"),
        ([*past_cases(60), replace(past_cases(1)[0], answer=Choice(value="other"))], "id 'past-0' has answer 'other'"),
    ],
)
def test_a_file_that_cannot_be_history_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[PastCase], why: str
) -> None:
    monkeypatch.setattr("licet.flows.import_history.CHUNK", 20)
    with World(tmp_path) as world:
        world.use_case(MAILS)
        with pytest.raises(BadHistoryError, match=why):
            world.import_cases(MAILS, rows)
        with world.office.book.read() as tx:
            assert [count_rows(tx, table) for table in ("case_item", "case_key", "proposal", "sealed_digest", "import_batch")] == [0] * 5
        assert "history.imported" not in world.words()


def test_a_file_that_breaks_off_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licet.flows.import_history.CHUNK", 40)
    with World(tmp_path) as world:
        world.use_case(MAILS)
        with pytest.raises(ValueError, match=r"mails\.csv:102"):
            import_history(world.office, world.operator, replace(order_of([]), rows=lambda: broken(past_cases(100))))
        assert parts(world) == {}


def test_an_answer_that_only_sealed_cases_have_is_named_with_its_row(tmp_path: Path) -> None:
    rows = past_cases(100)
    with World(tmp_path) as world:
        world.use_case(MAILS)
        world.import_cases(MAILS, rows, shares=SPLIT)
        odd = sorted(sealed_texts(world))[0]
        done(undo_import(world.office, world.operator, name=MAILS))
        typo = [replace(one, answer=Choice(value="yess")) if text_of(one) == odd else one for one in rows]
        with pytest.raises(BadHistoryError, match="'yess'"):
            world.import_cases(MAILS, typo, shares=SPLIT)
        assert world.import_cases(MAILS, typo, shares=SPLIT, answers=frozenset({"yes", "no", "yess"})).rows == 100


def test_a_posted_system_is_known_even_if_its_import_was_killed_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licet.flows.import_history.CHUNK", 40)
    with World(tmp_path) as world:
        world.use_case(MAILS)
        world.import_cases(MAILS, past_cases(100), card=None)
        late = replace(order_of(past_cases(100)), card=POSTED)
        with suppress(KilledError):
            import_history(breaks(world, at=5, after_commit=False), world.operator, late)
        assert "system.registered" not in world.words()
        done(import_history(world.office, world.operator, late))
        assert world.words().count("system.registered") == 1


def test_a_trained_system_learns_from_opened_cases_only_when_fresh_ones_are_sealed(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        rows = past_cases(150)
        world.systems.there[MAILS] = ScriptedSystem(says=says_like(rows))
        world.import_cases(MAILS, rows, card=None)
        world.sign(MAILS)
        world.evaluate(MAILS)
        done(open_sealed(world.office, world.owner, name=MAILS))
        assert set(parts(world).values()) == {Part.SEALED}
        world.import_cases(MAILS, past_cases(60, name="fresh"), card=None)
        assert Counter(parts(world).values()) == {Part.BUILD: 150, Part.SEALED: 60}

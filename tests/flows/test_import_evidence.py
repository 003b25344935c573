"""Evidence from other tools: counted anew, kept apart from certificates, and no window onto sealed answers."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from licet.core.history import Shares
from licet.core.outside_evidence import Informs
from licet.core.outside_rows import Claim, Outcome, OutsideFile, Provenance, Row
from licet.core.refusal import Refused
from licet.flows.import_evidence import import_evidence, list_evidence
from licet.flows.open_sealed import open_sealed
from licet.testing import POSTED, World, done, past_cases

MADE = datetime(2020, 1, 1, tzinfo=UTC)
CASES = past_cases(60)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A use case with sealed cases and a standard."""
    with World(tmp_path / "home") as made:
        made.use_case("mails")
        made.import_cases("mails", CASES)
        made.sign("mails")
        yield made


def rows(count: int, *, name: Callable[[int], str], failed: int = 0, text: bool = False) -> list[Row]:
    """Rows of a tool, the first so many failed."""
    return [
        Row(
            case=name(k),
            measure="exact",
            outcome=Outcome.FAILED if k < failed else Outcome.PASSED,
            score=float(k >= failed),
            contents=(f"past {k}: is it so?",) if text else (),
            judged=False,
        )
        for k in range(count)
    ]


def file(
    brought: list[Row], *, digest: str = "a" * 64, system: str | None = None, made_at: datetime = MADE, claims: tuple[Claim, ...] = ()
) -> OutsideFile:
    """A file of a tool that says that its run ended well."""
    told = Provenance(format="inspect", tool="Inspect", version="0.3", made_at=made_at, system=system, planned=len(brought), finished=True)
    return OutsideFile(provenance=told, rows=lambda: iter(brought), claims=claims, digest=digest)


def test_what_another_tool_measured_is_counted_matched_kept_once_and_informs(world: World) -> None:
    brought = [*rows(40, name=lambda k: f"past-{k}", failed=3), *rows(5, name=lambda k: f"stranger-{k}")]
    claims = (Claim(says="passed", value=44, measure="exact"), Claim(says="failed", value=3, measure="exact"))
    found = done(import_evidence(world.office, world.builder, file(brought, claims=claims), name="mails"))
    (tally,) = found.evidence.tallies
    assert (tally.passed, tally.failed, found.evidence.cases, found.evidence.matched) == (42, 3, 45, 40)
    assert found.evidence.findings == ("The file's summary says 44 for passed of 'exact'; its rows say 42. The rows count.",)
    assert isinstance(found.worth, Informs)
    again = import_evidence(world.office, world.owner, file(brought), name="mails")
    assert isinstance(again, Refused)
    assert again.code == "already_done"
    assert list_evidence(world.office, name="mails") == [found]
    kept = next(one for one in world.events() if one.what == "evidence.imported")
    assert {"file_digest", "tallies", "rows", "matched"} <= kept.facts.keys()
    assert "Inspect" not in json.dumps(dict(kept.facts))


def test_only_owner_and_builder_bring_it_and_a_file_without_rows_says_nothing(world: World) -> None:
    refused = import_evidence(world.office, world.reviewer, file(rows(3, name=str)), name="mails")
    assert isinstance(refused, Refused)
    assert refused.code == "not_permitted"
    empty = import_evidence(world.office, world.owner, file([]), name="mails")
    assert isinstance(empty, Refused)
    assert empty.code == "nothing_measured"
    assert list_evidence(world.office, name="mails") == []


def test_reasons_fall_away_where_they_are_answered_and_those_that_no_file_answers_stay(world: World) -> None:
    unanswered = ("seen_before", "labels_not_blind", "sample_unknown", "looks_unknown")
    whole = rows(60, name=lambda k: f"x-{k}", text=True)
    late = file(whole, system=POSTED.fingerprint, made_at=world.clock.now())
    found = done(import_evidence(world.office, world.owner, late, name="mails"))
    assert found.evidence.matched == 60, "cases are recognised by their text too"
    assert found.worth == Informs(reasons=unanswered)
    one_short = file(whole[1:], digest="b" * 64, system=POSTED.fingerprint, made_at=MADE)
    less = done(import_evidence(world.office, world.owner, one_short, name="mails"))
    assert less.worth == Informs(reasons=("not_the_sealed_cases", *unanswered[:2], "made_before_lock", *unanswered[2:]))
    assert "verdict_met" in {one.code for one in world.gate("mails").missing}  # type: ignore[union-attr] # it is closed: whatever came in, no verdict did
    world.evaluate("mails")
    done(open_sealed(world.office, world.owner, name="mails"))
    _, first = list_evidence(world.office, name="mails")
    assert first.worth == Informs(reasons=("not_the_sealed_cases", *unanswered)), "opened cases are history"


def test_a_file_says_nothing_of_whether_a_single_case_is_sealed(tmp_path: Path) -> None:
    with World(tmp_path / "home") as world:
        world.use_case("mails")
        world.import_cases("mails", CASES, shares=Shares(build=50, calibration=0, sealed=50))
        told = set()
        for k in range(12):
            one = file(rows(1, name=lambda _, k=k: f"past-{k}"), digest=f"{k:064d}")  # type: ignore[misc] # a name per case
            found = done(import_evidence(world.office, world.builder, one, name="mails"))
            told.add((found.worth, found.evidence.matched, found.evidence.covers, found.evidence.findings))
        assert len(told) == 1

"""Regions: a case is in exactly one, each is certified on its own, and together they keep one promise."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.answer import Choice
from licet.core.evaluation import Graded, Judgment, Unlabelled, judge
from licet.core.mandate import ActiveMandate
from licet.core.narrowing import Wish, is_certified, narrow
from licet.core.refusal import Refused
from licet.core.region import OTHER, NotARegionError, RegionRule, certified_in, memberships, region_of, regions_from_json, widest
from licet.core.region_verdict import grids, judge_regions
from licet.core.routing import outside_scope
from licet.core.scope import NotStoredTermsError, Scope, at_thresholds_of, in_words, scope_from_json, scope_to_json, with_regions
from licet.core.scope import widest as widest_scope
from licet.core.standard import Standard, check_standard, standard_from_json, standard_to_json
from licet.core.system import Proposal
from licet.core.verdict import Met, NotMet, Undecided, verdict_to_json
from studies.stats_regions import JUST_ABOVE, by_region
from tests.core.examples import MISSED, NOW, STANDARD, active, signed, terms

VALUES = ["a", "b", "c"]
rules = st.lists(
    st.builds(
        RegionRule,
        name=st.sampled_from(["north", "south", "west"]),
        attribute=st.sampled_from(["land", "kind"]),
        values=st.frozensets(st.sampled_from(VALUES), min_size=1),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda rule: rule.name,
).map(tuple)
facts = st.dictionaries(st.sampled_from(["land", "kind"]), st.sampled_from(VALUES))
UNIT = st.floats(0, 1)
thresholds = st.lists(st.none() | UNIT, min_size=4, max_size=4)
NORTH = RegionRule(name="north", attribute="land", values=frozenset({"n"}))
SOUTH = RegionRule(name="south", attribute="land", values=frozenset({"n", "s"}))
SPLIT = replace(STANDARD, regions=(NORTH, SOUTH))


def scope_of(declared: tuple[RegionRule, ...], at: list[float | None]) -> Scope:
    """A scope with these regions, certified from these thresholds on."""
    return with_regions(Scope(threshold=0.0), tuple(replace(one, threshold=t) for one, t in zip(widest(declared), at, strict=False)))


def judged(losses: dict[str, list[float]], standard: Standard = SPLIT, share: float = 1.0) -> Judgment:
    """The verdict on cases of each region, in falling order of confidence."""
    lands = [land for land, rows in losses.items() for _ in rows]
    loss = [one for rows in losses.values() for one in rows]
    confidence = [1.0 - k / (2 * len(rows)) for rows in losses.values() for k in range(len(rows))]
    inside, eligible = memberships(widest(standard.regions), [{"land": land} for land in lands]), [True] * len(loss)
    tested = grids(standard, Unlabelled(confidence=confidence, eligible=eligible, regions=tuple(inside)), share=share)
    cases = Graded(confidence=confidence, loss=loss, eligible=eligible, high_stakes=[True] * len(loss), regions=inside)
    return judge_regions(signed(standard), cases, tested, share=share)


def test_of_too_few_labels_no_region_says_anything_either() -> None:
    """Breaks when a region's verdict and threshold are shown although the standard asks for more labels."""
    rows = {"n": [0.0] * 200, "s": [0.0] * 200, "w": [1.0] * 200}
    assert isinstance(judged(rows).verdict, Met)
    few = judged(rows, replace(SPLIT, min_labels=601))
    assert isinstance(few.verdict, Undecided)
    assert {(one.verdict, one.threshold, one.cases, one.coverage) for one in few.verdict.regions} == {("undecided", None, None, None)}


@given(rules, facts)
def test_a_case_is_in_exactly_one_region_the_first_that_holds(declared: tuple[RegionRule, ...], seen: dict[str, str]) -> None:
    found = memberships(widest(declared), [seen])
    assert sum(one[0] for one in found) == 1
    name = region_of(declared, seen)
    holding = [rule.name for rule in declared if rule.holds(seen)]
    assert name == (holding[0] if holding else OTHER)


@given(rules, thresholds, facts, UNIT, st.integers(0, 3))
def test_dropping_a_certificate_never_lets_more_be_decided(
    declared: tuple[RegionRule, ...], at: list[float | None], seen: dict[str, str], sure: float, drop: int
) -> None:
    """Breaks when a case of a region without a certificate is decided by the threshold of another region."""
    said = Proposal(answer=Choice(value="yes"), confidence=sure)
    dropped = [None if k == drop else one for k, one in enumerate(at)]
    before, after = outside_scope(scope_of(declared, at), seen, said), outside_scope(scope_of(declared, dropped), seen, said)
    assert before is None or after is not None
    assert outside_scope(scope_of(declared, [None] * 4), seen, said) is not None
    assert {rule.attribute for rule in declared} <= seen.keys() or before == "guard_unknown"


@given(rules, thresholds, facts, UNIT, st.none() | UNIT, st.dictionaries(st.sampled_from(["north", "other", "east"]), UNIT, max_size=2))
def test_a_narrowing_lets_no_case_of_any_region_through_that_was_left_to_people(
    declared: tuple[RegionRule, ...],
    at: list[float | None],
    seen: dict[str, str],
    sure: float,
    threshold: float | None,
    raised: dict[str, float],
) -> None:
    said, before = Proposal(answer=Choice(value="yes"), confidence=sure), active(replace(terms(), scope=scope_of(declared, at)))
    for wish in (Wish(threshold=threshold, regions=raised), Wish(without=frozenset(raised))):
        after = narrow(before, wish, now=NOW)
        if isinstance(after, ActiveMandate):
            assert outside_scope(before.scope, seen, said) is None or outside_scope(after.scope, seen, said) is not None
            assert scope_from_json(scope_to_json(after.scope)) == after.scope


@given(rules, thresholds)
def test_a_scope_with_regions_reads_back_and_has_no_threshold_of_its_own(declared: tuple[RegionRule, ...], at: list[float | None]) -> None:
    """Breaks when a release that knows no regions could take the lowest threshold for the one of all cases."""
    scope = scope_of(declared, at)
    said = scope_to_json(scope)
    assert isinstance(said, dict)
    assert scope_from_json(said) == scope
    assert "threshold" not in said
    with pytest.raises(NotStoredTermsError):
        scope_from_json(said | {"threshold": 0.5})


def test_what_declares_no_region_is_written_as_it_always_was() -> None:
    assert "regions" not in str(standard_to_json(STANDARD))
    assert "regions" not in str(scope_to_json(Scope(threshold=0.9)))
    plain = judge(signed(), Graded(confidence=[0.9], loss=[0.0], eligible=[True], high_stakes=[False]), (), share=1.0).verdict
    assert "regions" not in str(verdict_to_json(plain))


def test_regions_are_in_the_digest_of_a_standard_and_their_order_counts() -> None:
    assert standard_from_json(standard_to_json(SPLIT)) == SPLIT
    assert standard_to_json(SPLIT) != standard_to_json(replace(SPLIT, regions=(SOUTH, NORTH)))


@pytest.mark.parametrize(
    ("declared", "path"),
    [
        ((replace(NORTH, name="other"),), ("regions", 0, "name")),
        ((NORTH, replace(SOUTH, name="north")), ("regions", 1, "name")),
        ((replace(NORTH, values=frozenset()),), ("regions", 0, "values")),
        (tuple(replace(NORTH, name=f"r{k}") for k in range(21)), ("regions",)),
    ],
)
def test_regions_that_cannot_be_told_apart_or_are_too_many_are_refused(declared: tuple[RegionRule, ...], path: tuple[object, ...]) -> None:
    assert [error.path for error in check_standard(replace(STANDARD, regions=declared))] == [path]


def test_regions_without_the_rest_as_the_last_are_no_regions() -> None:
    for raw in ([], [{"name": "north", "attribute": "land", "values": ["n"], "threshold": 0.5}], "north"):
        with pytest.raises(NotARegionError):
            regions_from_json(raw)  # type: ignore[arg-type] # the second is what it must refuse


def test_each_region_stands_on_its_own_and_one_is_enough() -> None:
    clean, broken = [0.0] * 200, [1.0, 0.0] * 100
    verdict = judged({"n": clean, "s": broken, "x": [0.0] * 20}).verdict
    assert isinstance(verdict, Met)
    assert [(one.name, one.verdict) for one in verdict.regions] == [("north", "met"), ("south", "not_met"), (OTHER, "undecided")]
    assert (verdict.region.cases, verdict.region.coverage, verdict.measures[0].n) == (200, 200 / 420, 200)
    assert certified_in(verdict_to_json(verdict)) == {"north": verdict.region.threshold}
    assert isinstance(judged({"n": broken, "s": broken, "x": broken}).verdict, NotMet)
    assert isinstance(judged({"n": broken, "s": broken, "x": [0.0] * 20}).verdict, Undecided)


def test_coverage_is_asked_of_all_certified_regions_together() -> None:
    losses = {"n": [0.0] * 200, "s": [0.0] * 200, "x": [1.0] * 100}
    assert isinstance(judged(losses, replace(SPLIT, min_coverage=0.8)).verdict, Met)
    assert isinstance(judged(losses, replace(SPLIT, min_coverage=0.9)).verdict, Undecided)


def test_the_chance_is_shared_so_that_a_region_takes_more_labels_than_the_whole() -> None:
    """59 clean labels show 5% at 95%; at a third of the chance it takes 80."""
    rest: dict[str, list[float]] = {"s": [1.0] * 90, "x": [1.0] * 90}
    assert not isinstance(judged({"n": [0.0] * 79, **rest}).verdict, Met)
    assert isinstance(judged({"n": [0.0] * 80, **rest}).verdict, Met)


def test_a_promise_about_high_stakes_cases_is_asked_of_each_region() -> None:
    both = replace(SPLIT, measures=(*SPLIT.measures, MISSED), high_stakes=frozenset({"yes"}))
    verdict = judged({"n": [0.0] * 200, "s": [1.0, 0.0] * 100, "x": []}, both).verdict
    assert isinstance(verdict, Met)
    assert [one.verdict for one in verdict.regions] == ["met", "not_met", "undecided"]


def test_what_a_look_could_have_shown_multiplies_over_regions_and_says_nothing_of_the_answers() -> None:
    one = judged({"n": [0.0] * 200, "s": [0.0] * 150, "x": [0.0] * 120})
    other = judged({"n": [1.0] * 200, "s": [1.0] * 150, "x": [1.0] * 120})
    first, second, third = map(len, one.grids)
    assert one.outputs == other.outputs == (first + 2) * (second + 2) * (third + 2)
    assert (one.grids, one.warnings) == (other.grids, other.warnings)


def test_a_raised_threshold_of_the_grid_and_a_dropped_region_leave_the_rest_certified() -> None:
    granted, tested = scope_of((NORTH,), [0.8, 0.7]), ((0.9, 0.8), (0.95, 0.7))
    assert is_certified(granted, scope_of((NORTH,), [0.9, None]), (), tested)
    assert not is_certified(granted, scope_of((NORTH,), [0.85, 0.7]), (), tested)
    assert not is_certified(granted, replace(granted, never_alone_answers=frozenset({"yes"})), (), tested)
    found = narrow(active(replace(terms(), scope=granted)), Wish(regions={"north": 0.7}), now=NOW)
    assert isinstance(found, Refused)
    assert "widen" in found.why


def test_a_new_system_may_have_other_thresholds_but_decides_in_no_region_that_was_left_to_people() -> None:
    running = scope_of((NORTH,), [0.8, None])
    assert at_thresholds_of(scope_of((NORTH,), [0.6, None]), running) == running
    assert at_thresholds_of(scope_of((NORTH,), [0.6, 0.6]), running) != running
    assert at_thresholds_of(scope_of((SOUTH,), [0.6, None]), running) != running
    assert at_thresholds_of(Scope(threshold=0.1), running) != running
    assert widest_scope(running) == scope_of((NORTH,), [0.0, 0.0])


def test_a_scope_says_where_ai_decides_and_where_people_do() -> None:
    said = in_words(scope_of((NORTH,), [0.8, None]))
    assert said == "region 'north' (land 'n') with confidence of at least 0.8; region 'other' (all other cases) never"


@pytest.mark.study
def test_any_certified_region_is_false_in_at_most_five_percent_of_draws() -> None:
    runs = 150
    found = by_region(rates=JUST_ABOVE, n=450, runs=runs, seed=21)
    assert found.broken <= 0.05 + 3 * (0.05 * 0.95 / runs) ** 0.5

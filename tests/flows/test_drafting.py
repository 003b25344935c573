"""Drafting: plain answers become a standard, and past cases say what its targets would mean, without a sealed answer being read."""

from dataclasses import replace
from pathlib import Path

import pytest

from licet.core.case import Part
from licet.core.cluster import Clusters
from licet.core.draft import QUESTIONS, drafted, wish_of, wish_to_json
from licet.core.grading import Costs
from licet.core.history import Shares
from licet.core.measure import Confusion, MeasureKind, Slice
from licet.core.prospect import Prospect
from licet.core.standard import Method, NotAStandardError
from licet.edge.draft_form import typed, typed_back, wish_from
from licet.flows.draft_standard import Drafted, draft_standard
from licet.flows.evaluate import Request
from licet.stats.outlook import Likely, TooFewLabels, Unseen
from licet.stats.planning import OutOfReach
from licet.testing import World, done, past_cases, promise
from tests.flows.examples import MAILS, code

WISH = replace(
    wish_of(promise(), "Which bank a mail is for"),
    one_in=50,
    high_stakes=frozenset({"fraud"}),
    never=(Confusion(right=frozenset({"fraud"}), given=frozenset()),),
    parts=(Slice(attribute="channel", values=frozenset({"letter"})),),
    worthwhile=0.4,
)


def test_answers_become_measures_and_the_rest_of_the_standard_stays() -> None:
    whole, partial = Costs(costs={"a": {"b": 1.0}}), Costs(costs={"a": {"b": 0.5}})
    before = replace(promise(), grading=whole, min_labels=200)
    made = drafted(WISH, before)
    kinds = [MeasureKind.ERROR_ALONE, MeasureKind.ERROR_ALONE, MeasureKind.MISSED_HIGH_STAKES, MeasureKind.NEVER]
    assert [(m.kind, m.target) for m in made.measures] == [(kind, 0.02) for kind in kinds]
    assert (made.grading, made.min_labels, made.min_coverage, made.method) == (whole, 200, 0.4, Method.EXACT)
    assert wish_of(made, WISH.decides) == WISH
    assert drafted(WISH, replace(before, grading=partial)).method is Method.ANYTIME
    groups = Clusters(attribute="customer", largest=5)
    assert drafted(replace(WISH, groups=groups), replace(before, grading=partial)).method is Method.EXACT
    with pytest.raises(NotAStandardError, match="one error in 2 cases is no promise"):
        drafted(replace(WISH, one_in=2), before)


def test_each_answer_reads_back_as_it_is_offered() -> None:
    said = wish_to_json(replace(WISH, groups=Clusters(attribute="a:b", largest=5)))
    assert [question.key for question in QUESTIONS] == list(said)
    again = {key: typed(key, typed_back(key, value)) for key, value in said.items()}
    assert wish_from(WISH, again) == replace(WISH, groups=Clusters(attribute="a:b", largest=5))


def meant(world: World, target: float) -> Drafted:
    """What a target would mean for the world's use case."""
    return done(draft_standard(world.office, world.owner, Request(name=MAILS, on_disk=promise(target))))


def wished(found: Drafted) -> Prospect:
    """The prospect of the draft's own target."""
    (one,) = [prospect for prospect in found.prospects if prospect.wished]
    return one


def test_past_cases_say_what_each_target_would_mean(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        before = meant(world, 0.05)
        assert "no calibration part" in before.why
        assert (before.labels, wished(before).found, wished(before).fewest) == (0, None, 59)
        world.import_cases(MAILS, past_cases(900, wrong=9, unsure=150), shares=Shares(build=0, calibration=50, sealed=50))
        entries = len(world.entries())
        found = meant(world, 0.05)
        assert len(world.entries()) == entries
        assert found.labels == found.past[Part.SEALED]
        assert [one.target for one in found.prospects] == [0.1, 0.05, 0.02, 0.01]
        likely = wished(found).found
        assert isinstance(likely, Likely)
        assert 0.7 < likely.coverage < 0.95
        assert likely.labels <= found.labels
        few = wished(meant(world, 0.001)).found
        assert isinstance(few, TooFewLabels)
        assert few.needed == 2995
        unseen = done(draft_standard(world.office, world.owner, Request(name=MAILS, on_disk=drafted(WISH, promise())))).prospects
        assert {one.measure for one in unseen} == {"error where channel is letter"}
        assert all(isinstance(one.found, Unseen) for one in unseen)
        world.standards[MAILS] = promise()
        world.sign(MAILS)
        locked = draft_standard(world.office, world.owner, Request(name=MAILS, on_disk=promise(0.1)))
        assert code(locked) == "already_done"


def test_a_system_that_is_wrong_where_it_is_surest_has_no_target_within_reach(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        world.import_cases(MAILS, past_cases(600, wrong=240), shares=Shares(build=0, calibration=50, sealed=50))
        assert isinstance(wished(meant(world, 0.05)).found, OutOfReach)

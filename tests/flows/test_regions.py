"""Regions: parts of the cases that are certified each on its own; where one has no certificate, people decide."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.history import PastCase
from licet.core.mandate import ActiveMandate
from licet.core.refusal import Refused
from licet.core.region import RegionRule
from licet.core.standard import Method, Standard
from licet.core.terms import terms_from_json, terms_to_json
from licet.flows.grant import Wishes, reinstate_mandate
from licet.flows.narrow import TakeBack, narrow_mandate
from licet.flows.open_sealed import figures, open_sealed
from licet.flows.respond import suspend_mandate
from licet.testing import World, done, past_cases, promise
from licet.web.told import regions_told
from tests.flows.examples import MAILS, code, of_word, sealed_set

pytestmark = pytest.mark.one_database

REGIONS = (
    RegionRule(name="letters", attribute="channel", values=frozenset({"letter"})),
    RegionRule(name="forms", attribute="channel", values=frozenset({"form", "letter"})),
)
BY_REGION = replace(promise(), regions=REGIONS)
CHANNELS = ("letter", "form", "mail")


def rows(count: int, *, name: str = "past", wrong: str = "letter") -> list[PastCase]:
    """Past cases of three channels in turn; in one of them every second proposal is wrong, and sure of it."""
    made, plain = [], past_cases(count, name=name)
    for k, one in enumerate(plain):
        channel = CHANNELS[k % 3]
        posted = one.posted
        other = plain[(k + 1) % count].answer
        if posted is not None and other is not None and channel == wrong and k % 2:
            posted = replace(posted, answer=other)
        made.append(replace(one, body=replace(one.body, attributes={**one.body.attributes, "channel": channel}), posted=posted))
    return made


def judged(world: World, history: list[PastCase], standard: Standard = BY_REGION) -> str:
    """The verdict of a use case on this history."""
    world.use_case(MAILS, standard)
    world.import_cases(MAILS, history)
    world.sign(MAILS)
    return world.evaluate(MAILS).stored.word


def delegated(world: World) -> ActiveMandate:
    """A mandate on a verdict by region, of which letters have no certificate."""
    assert judged(world, rows(600)) == "met"
    return world.earn(MAILS, Wishes())


def test_a_region_without_a_certificate_goes_to_people_and_the_others_are_decided_alone(tmp_path: Path) -> None:
    """Breaks when one bad region takes all delegation away, or when its cases are decided alone with the rest."""
    with World(tmp_path) as world:
        mandate = delegated(world)
        stored = world.evaluate(MAILS).stored
        assert isinstance(stored.verdict, dict)
        told = regions_told(stored.verdict)
        assert {one.name: one.verdict for one in told} == {"letters": "not_met", "forms": "met", "other": "met"}
        assert [one.threshold is None for one in told] == [True, False, False]
        thresholds = {one.name: one.threshold for one in mandate.scope.regions}
        assert thresholds["letters"] is None
        assert terms_from_json(terms_to_json(mandate.terms)) == mandate.terms
        tally = world.submit(MAILS, rows(30, name="live"))
        assert (tally.alone, tally.reasons) == (20, {"region_not_certified": 10})
        missing = [replace(one, body=replace(one.body, attributes={})) for one in rows(3, name="bare")]
        assert world.submit(MAILS, missing).reasons == {"guard_unknown": 3}
        (planned,) = of_word(world, "evaluation.planned")
        assert len(planned.facts["thresholds"]) == 3  # type: ignore[arg-type] # a list
        (look,) = sealed_set(world).looks
        assert look.outputs == (len(look.grids[0]) + 2) * (len(look.grids[1]) + 2) * (len(look.grids[2]) + 2)


def test_a_narrowing_raises_or_drops_a_region_and_never_gives_one_back(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        before = delegated(world)
        with world.office.book.read():
            (look,) = sealed_set(world).looks
        stricter = look.grids[1][0]
        for wish in (TakeBack(regions={"letters": 0.9}), TakeBack(regions={"nowhere": 0.9}), TakeBack(regions={"forms": -0.1})):
            found = narrow_mandate(world.office, world.risk, name=MAILS, asked=wish, why="Complaints.")
            assert isinstance(found, Refused)
            assert code(found) == "not_narrower"
        raised = done(narrow_mandate(world.office, world.risk, name=MAILS, asked=TakeBack(regions={"forms": stricter}), why="Careful."))
        assert raised.narrowing.certified is True
        without = TakeBack(without=frozenset({"other"}))
        dropped = done(narrow_mandate(world.office, world.risk, name=MAILS, asked=without, why="Complaints."))
        assert dropped.narrowing.certified is True
        now = world.mandate(MAILS)
        assert isinstance(now, ActiveMandate)
        assert {one.name: one.threshold for one in now.scope.regions} == {"letters": None, "forms": stricter, "other": None}
        assert now.terms == before.terms
        assert world.submit(MAILS, rows(30, name="live")).reasons["region_not_certified"] == 20


@pytest.mark.parametrize("method", Method)
def test_all_regions_broken_is_not_met_and_too_few_cases_are_undecided(tmp_path: Path, method: Method) -> None:
    only = replace(BY_REGION, method=method, regions=REGIONS[:1])
    with World(tmp_path / "few") as world:
        assert judged(world, rows(90), only) == "undecided"
        assert any("Region 'letters'" in one for one in world.evaluate(MAILS).warnings)
    with World(tmp_path / "enough") as world:
        assert judged(world, rows(300), only) == "met"
        assert world.evaluate(MAILS).fresh is False


def test_opened_cases_count_as_alone_only_where_their_region_is_certified(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        assert judged(world, rows(600)) == "met"
        done(open_sealed(world.office, world.owner, name=MAILS))
        shown = figures(world.office, name=MAILS, look=world.evaluate(MAILS).stored.look.id)
        assert shown is not None
        assert shown.found.misses
        assert not any(miss.alone for miss in shown.found.misses)
        assert shown.found.measures[0].errors == 0


def test_a_fresh_verdict_must_reach_each_region_in_which_ai_decides(tmp_path: Path) -> None:
    """Breaks when a mandate comes back for a region that fresh cases no longer certify."""
    with World(tmp_path) as world:
        delegated(world)
        for name, wrong, expected in (("b", "form", "verdict_not_fresh"), ("c", "letter", "")):
            if isinstance(world.mandate(MAILS), ActiveMandate):
                done(suspend_mandate(world.office, world.risk, name=MAILS, why="Complaints."))
            world.clock.pass_time(timedelta(minutes=1))
            world.import_cases(MAILS, rows(600, name=name, wrong=wrong))
            assert world.evaluate(MAILS).stored.word == "met"
            found = reinstate_mandate(world.office, world.risk, name=MAILS, why="Retrained.")
            assert (found.code if isinstance(found, Refused) else "") == expected

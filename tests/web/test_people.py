"""People by page and API: one's own figures first, contested there, and seen by others only when they may."""

from collections.abc import Iterator

import httpx
import pytest

from licet.core.answer import Choice
from licet.core.capacity import Staffing
from licet.core.desk import HELD_FOR, Commit, DeskRules, Handed
from licet.core.history import Shares
from licet.core.people import Role
from licet.flows.desk import next_case
from licet.flows.hold import commit, take_effect
from licet.flows.plant import set_share
from licet.testing import done, past_cases
from tests.web.serving import AT, MAILS, Served, code, serving

WRONG = {"yes": "no", "no": "yes"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A served world in which Rene gave a wrong answer on a planted case."""
    with serving(tmp_path_factory.mktemp("people"), asserted=True) as found:
        world = found.world
        world.person("sven", Role.SENIOR_REVIEWER)
        world.import_cases(MAILS, past_cases(60, name="known"), shares=Shares(build=100, calibration=0, sealed=0))
        done(set_share(world.office, world.owner, name=MAILS, share=0.2))
        for _ in world.deliver(MAILS, past_cases(60, name="new", unsure=60)):
            pass
        _answer_until_planted(found)
        yield found


def _answer_until_planted(served: Served) -> None:
    world = served.world
    for turn in range(60):
        case = next_case(world.office, world.reviewer, name=MAILS)
        assert isinstance(case, Handed), case
        planted = "known" in str(case.body.content)
        truth = case.body.attributes["truth"]
        answer = Choice(value=WRONG[truth] if planted else truth)
        commit(world.office, world.reviewer, Commit(token=case.token, lease=case.lease.name, answer=answer, key=f"k{turn}"))
        world.clock.pass_time(HELD_FOR)
        take_effect(world.office)
        if planted:
            return
    raise AssertionError("none was planted")


def person(served: Served, name: str) -> httpx.Client:
    return served.program(None, **{"Licet-As": f"{name}@example.org"})


def test_one_sees_ones_own_figures_first_then_contests_and_somebody_senior_decides_blind(served: Served) -> None:
    rene, rita, sven = (person(served, name) for name in ("rene", "rita", "sven"))
    before = next(one for one in rita.get(f"{AT}/reviewers").json()["figures"] if one["name"] == "Rene")
    assert (before["caught"], before["rair"]) == (None, None)
    mine = next(one for one in rene.get("/api/v1/people/me/figures").json()["own"] if one["figures"]["use_case"] == MAILS)
    assert (mine["figures"]["caught"]["hits"], mine["figures"]["caught"]["n"]) == (0, 1)
    after = next(one for one in rita.get(f"{AT}/reviewers").json()["figures"] if one["name"] == "Rene")
    assert after["caught"]["n"] == 1
    (known,) = mine["known"]
    assert code(rene.post(f"{AT}/known-answers/{known['token']}/contest", json={"why": " "}))[0] == 422
    assert rene.post(f"{AT}/known-answers/{known['token']}/contest", json={"why": "the letter says so"}).json() == {"received": True}
    (open_one,) = sven.get(f"{AT}/known-answers/contested").json()["cases"]
    assert set(open_one) == {"token", "content", "attributes", "choices", "guideline"}
    settled = sven.post(f"{AT}/known-answers/{known['token']}/settle", json={"answer": known["said"]}).json()
    assert settled == {"upheld": True}
    (again,) = rene.get(f"{AT}/reviewers/me").json()["known"]
    assert (again["contest"], again["counts"]) == ("upheld", False)


def test_a_colleague_sees_that_there_are_figures_and_not_which(served: Served) -> None:
    served.world.person("rosa", Role.REVIEWER)
    found = person(served, "rosa").get(f"{AT}/reviewers").json()
    assert ({one["name"] for one in found["figures"]}, found["hidden"], found["ceiling"]) == ({"Rosa"}, 2, None)


def test_an_owner_reads_who_is_there_and_what_is_short_and_a_colleague_is_told_no(served: Served) -> None:
    """Breaks when an unknown number is sent as one, or somebody's qualification is told to a colleague."""
    olga, rene = person(served, "olga"), person(served, "rene")
    assert code(rene.get(f"{AT}/reviewers/capacity")) == (409, "figures_not_yours")
    before = olga.get(f"{AT}/reviewers/capacity").json()
    assert (before["enough"], before["needed"], before["hours_a_day"], before["work"]) == (None, None, None, None)
    served.world.desks.there[MAILS] = DeskRules(staffing=Staffing(hours_a_day=2.0, cases_a_day=400.0, seconds_a_case=60.0))
    after = olga.get(f"{AT}/reviewers/capacity").json()
    assert (after["cases_a_day"]["value"], after["cases_a_day"]["assumed"]) == (400.0, True)
    assert after["work"]["answers"] == pytest.approx(sum(n for name, n in after["work"].items() if name != "answers"))
    assert after["enough"] is (after["there"] >= after["needed"])
    assert after["late_at_most"] == 0.05

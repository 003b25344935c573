"""Second looks and flags over the API: any front end can say who is right, and sees how people review."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from licet.core.people import Role
from licet.core.second import SecondLooks
from licet.flows.set_standard import revise_standard
from licet.testing import done
from tests.web.serving import AT, MAILS, Served, case, code, serving

NEXT = "/api/v1/desk/second-looks/next"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A served world whose standard asks for two people on every case that people decide."""
    with serving(tmp_path, asserted=True) as found:
        world = found.world
        done(revise_standard(world.office, world.owner, name=MAILS))
        world.standards[MAILS] = replace(world.standards[MAILS], second_looks=SecondLooks(share=1.0))
        world.sign(MAILS)
        world.person("sven", Role.SENIOR_REVIEWER)
        yield found


def person(served: Served, name: str) -> httpx.Client:
    """Somebody at their front end."""
    return served.program(None, **{"Licet-As": f"{name}@example.org"})


def test_two_people_differ_and_somebody_senior_is_given_both_answers(served: Served) -> None:
    served.send(case("differs", confidence=0.2))
    for name, answer in (("rene", "yes"), ("otto", "no")):
        assert person(served, name).post(f"{AT}/cases/differs/answer", json={"answer": answer}).status_code == 200
    assert served.client.get(f"{AT}/cases/differs").json()["state"] == "waiting"
    assert person(served, "otto").post(NEXT, json={}).json() == {"case": None, "answers": []}
    sven = person(served, "sven")
    found = sven.post(NEXT, json={"use_case": MAILS}).json()
    assert sorted(found["answers"]) == ["no", "yes"]
    taken = found["case"]
    given = {"lease": taken["lease"]["lease"], "answer": "no", "key": "k"}
    shown = sven.post(f"/api/v1/desk/cases/{taken['token']}/commit", json=given).json()
    assert {"held", "proposal"} <= set(shown)


def test_a_case_is_never_answered_by_whoever_asked_for_it(served: Served) -> None:
    served.send({**case("mine", confidence=0.2), "requester": "rene@example.org"})
    refused = person(served, "rene").post(f"{AT}/cases/mine/answer", json={"answer": "yes"})
    assert code(refused) == (409, "reviewer_excluded")


def test_flags_are_for_seniors_and_risk(served: Served) -> None:
    for name in ("sven", "rita"):
        told = person(served, name).get(f"{AT}/reviewers/flags").json()
        assert (told["pairs"], told["too_fast_seconds"]) == ([], 2.0)
        assert told["limits"]
    assert code(person(served, "rene").get(f"{AT}/reviewers/flags")) == (403, "not_permitted")

"""Practice over the API: any front end can play a round, and shows no advice and no truth before one's own answer."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from licet.core.history import Shares
from licet.testing import past_cases, vendor
from tests.web.serving import AT, MAILS, VERSION, Served, code, serving

UNSEALED = Shares(build=100, calibration=0, sealed=0)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A served world with a history to practise on."""
    with serving(tmp_path_factory.mktemp("practice"), asserted=True) as found:
        found.world.import_cases(MAILS, past_cases(40, name="alone"), card=vendor(VERSION), shares=UNSEALED)
        yield found


def person(served: Served, name: str) -> httpx.Client:
    """Somebody at their front end."""
    return served.program(None, **{"Licet-As": f"{name}@example.org"})


def ended(rene: httpx.Client, case: dict[str, Any]) -> dict[str, Any]:
    """Answers a case rightly and keeps the answer."""
    at = f"{AT}/practice/cases/{case['token']}"
    told = rene.post(f"{at}/answer", json={"answer": case["attributes"]["truth"]}).json()
    assert told["advised"]["advice"]["answer"] in {"yes", "no"}
    found: dict[str, Any] = rene.post(f"{at}/settle", json={"answer": None}).json()
    assert rene.get(at).json() == found
    return found


def test_a_round_is_played_to_its_end_and_shows_what_one_does_with_advice(served: Served) -> None:
    rene = person(served, "rene")
    now = rene.post(f"{AT}/practice/rounds", json={"cases": 4}).json()
    assert (now["cases"], now["done"], now["advised"]) == (4, 0, True)
    while now["case"] is not None:
        assert now["case"]["first"] is None
        assert code(rene.get(f"{AT}/practice/cases/{now['case']['token']}")) == (409, "not_practising")
        found = ended(rene, now["case"])
        assert (found["first_right"], found["final_right"], found["basis"]) == (True, True, "record")
        now = rene.get(f"{AT}/practice/rounds/{now['round']}").json()
    shown = rene.get(f"{AT}/practice").json()
    assert (shown["rounds"]["own"]["hits"], shown["rounds"]["own"]["n"], shown["rounds"]["rair"]) == (4, 4, None)
    assert {one["label"] for one in shown["strong_and_weak"]} == {"yes", "no"}
    assert (shown["alone_answered"], shown["qualified"]) == (0, None)


def test_a_case_is_answered_alone_and_counts_for_a_qualification(served: Served) -> None:
    rita = person(served, "rita")
    case = rita.post(f"{AT}/practice/next", json={}).json()
    assert rita.post(f"{AT}/practice/next", json={}).json()["token"] == case["token"]
    told = rita.post(f"{AT}/practice/cases/{case['token']}/answer", json={"answer": case["attributes"]["truth"]}).json()
    assert (told["advised"], told["ended"]["first_right"]) == (None, True)
    shown = rita.get(f"{AT}/practice").json()
    assert (shown["alone_answered"], shown["alone_right"], shown["rounds"]["own"]) == (1, 1, None)


def test_a_case_that_is_somebody_elses_is_not_practised_on(served: Served) -> None:
    case = person(served, "otto").post(f"{AT}/practice/rounds", json={}).json()["case"]
    refused = person(served, "rene").post(f"{AT}/practice/cases/{case['token']}/answer", json={"answer": "yes"})
    assert code(refused) == (409, "not_practising")

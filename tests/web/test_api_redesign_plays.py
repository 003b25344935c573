"""A redesign sent by the API is simulated aside: the answer comes at once, programs read how far it is, and faults are named by path."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from licet.core.token import TokenScope
from licet.edge.redesign_form import sent_redesign
from tests.flows.redesigning import office_log, with_log
from tests.web.serving import AT, MAILS, Served, code, problem, serving

BUILDER, REVIEWER = {"Licet-As": "bo@example.org"}, {"Licet-As": "rene@example.org"}
PLAY = f"{AT}/redesign/play"
WHOLE: dict[str, Any] = {
    "title": "AI checks",
    "decides": "check",
    "steps": {"check": {"by": "ai alone", "assumed": {"latency_seconds": 2}}},
    "reviewers": {"people": 2, "hours_a_day": 8},
    "checks": {"audits": 0.1, "second_looks": 0.05},
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A served world with a log, where people are taken at their word."""
    with serving(tmp_path_factory.mktemp("plays"), asserted=True, read_redesign=sent_redesign) as found:
        with_log(found.world, MAILS, office_log(60))
        yield found


def newest(served: Served) -> dict[str, Any]:
    found: dict[str, Any] = served.client.get(PLAY).json()["play"]
    return found


def test_it_is_answered_at_once_played_aside_and_then_the_newest_simulation(served: Served) -> None:
    assert served.client.get(PLAY).json() == {"play": None}
    builder = served.program(None, **BUILDER)
    begun = builder.post(PLAY, json={"redesign": WHOLE, "replications": 2, "seed": 7})
    assert begun.status_code == 202, begun.text
    assert (begun.json()["state"], begun.json()["simulation"]) == ("playing", None)
    for _ in range(600):
        if newest(served)["state"] != "playing":
            break
        time.sleep(0.1)
    found = newest(served)
    assert (found["state"], found["play"], found["refused"]) == ("kept", begun.json()["play"], None)
    made = served.client.get(f"{AT}/redesign").json()["simulation"]
    assert (made["id"], made["replications"], made["seed"]) == (found["simulation"], 2, 7)
    assert made["redesign"]["title"] == "AI checks"


def test_what_is_wrong_is_named_with_its_path(served: Served) -> None:
    builder = served.program(None, **BUILDER)
    unread = builder.post(PLAY, json={"redesign": {**WHOLE, "remove": "check", "foo": 1}})
    assert code(unread) == (422, "invalid")
    assert {one["where"] for one in problem(unread)["errors"]} == {"/redesign"}
    unfit = builder.post(PLAY, json={"redesign": {**WHOLE, "remove": ["chek"]}})
    assert code(unfit) == (409, "redesign_unfit")
    assert problem(unfit)["errors"] == [
        {"where": "/redesign/remove/0", "says": "'chek' is no step of the event log. Did you mean 'check'?"},
    ]


def test_people_who_may_simulate_send_one_and_no_token_does(served: Served) -> None:
    assert code(served.client.post(PLAY, json={"redesign": WHOLE})) == (403, "person_needed")
    assert code(served.program(None, **REVIEWER).post(PLAY, json={"redesign": WHOLE})) == (403, "not_permitted")
    assert code(served.program(served.token(TokenScope.CASES_READ)).get(PLAY)) == (403, "scope_missing")
    assert served.program(None).get(PLAY).status_code == 401


def test_where_nobody_reads_redesigns_it_is_said(tmp_path_factory: pytest.TempPathFactory) -> None:
    with serving(tmp_path_factory.mktemp("bare"), asserted=True) as bare:
        found = bare.program(None, **BUILDER).post(PLAY, json={"redesign": WHOLE})
        assert code(found) == (422, "invalid")
        assert "reads no redesigns" in problem(found)["detail"]

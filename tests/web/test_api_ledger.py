"""The ledger by the API: pages as far as a token reaches, and nothing of what a person has yet to judge."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from licet.core.ids import TeamName
from licet.core.token import TokenScope
from licet.flows.grant import Wishes
from licet.flows.issue_tokens import TokenWish, new_token
from licet.flows.register import move_use_case
from licet.flows.settle import settle
from licet.testing import done
from tests.web.serving import MAILS, Served, case, code, serving

LEDGER = "/api/v1/ledger"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path, wishes=Wishes(audit_rate=0.5)) as found:
        yield found


def page(served: Served, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - parameters of an address
    """A page, with a token for everything."""
    settle(served.world.office)
    found = served.client.get(LEDGER, params=asked)
    assert found.status_code == 200, found.text
    told = found.json()
    assert isinstance(told, dict)
    return told


def test_pages_follow_each_other_to_the_end(served: Served) -> None:
    seen, after = [], -1
    while True:
        found = page(served, after=after, limit=7)
        seen += [one["index"] for one in found["entries"]]
        if found["after"] is None:
            break
        after = found["after"]
    assert seen == list(range(len(served.world.events())))


def test_entries_are_found_by_what_is_asked(served: Served) -> None:
    served.send(case("a"))
    words = [one["what"] for one in page(served, what="case.", use_case=MAILS, case="a")["entries"]]
    assert words == ["case.accepted", "case.routed", "case.decided"]
    assert {one["by"] for one in page(served, by=served.world.risk.id)["entries"]} == {served.world.risk.id}
    assert page(served, since="2099-01-01T00:00:00Z")["entries"] == []


def test_why_a_case_waits_is_told_only_after_it_is_answered(served: Served) -> None:
    """Breaks when a token's holder reads in the ledger what the API of cases withholds."""
    served.send(case("why", confidence=0.2))
    (routed,) = page(served, what="case.routed")["entries"]
    assert (routed["what"], routed["facts"]) == (None, None)
    assert "before a person has answered" in routed["left_out"]
    assert "below_threshold" not in str(page(served, limit=1000))
    served.world.answer(MAILS)
    (routed,) = page(served, what="case.routed")["entries"]
    assert routed["facts"]["reason"] == "below_threshold"


def test_open_audits_are_in_no_entry(served: Served) -> None:
    for k in range(20):
        served.send(case(f"a{k}"))
    told = page(served, limit=1000)["entries"]
    shapes = {(one["what"], tuple(sorted(one["facts"]))) for one in told if one["what"] in {"case.routed", "case.decided"}}
    assert len(shapes) == 2
    assert not [one for one in told if str(one["what"]).startswith(("audit.", "review."))]


def test_a_token_reaches_its_use_case_its_team_or_everything(served: Served) -> None:
    world = served.world
    world.use_case("letters")
    done(move_use_case(world.office, served.admin, name="letters", team=TeamName("north")))
    settle(world.office)
    scope = frozenset({TokenScope.LEDGER})
    wish = TokenWish(name="x", scopes=scope, use_case=None, lasts=timedelta(days=1))
    north = served.program(done(new_token(world.office.for_team(TeamName("north")), served.admin, wish)).text)
    bound = served.program(served.token(TokenScope.LEDGER, use_case=MAILS))
    assert {one["use_case"] for one in north.get(LEDGER).json()["entries"]} == {"letters"}
    assert {one["use_case"] for one in bound.get(LEDGER, params={"limit": 1000}).json()["entries"]} == {MAILS}
    assert {one["use_case"] for one in page(served, limit=1000)["entries"]} == {None, MAILS, "letters"}
    for program, name in ((north, MAILS), (bound, "letters"), (served.client, "nowhere")):
        assert code(program.get(LEDGER, params={"use_case": name})) == (404, "not_there")


@pytest.mark.parametrize(
    "asked", [{"what": "nothing"}, {"since": "2026-01-01T00:00:00"}, {"limit": 0}, {"limit": 10**6}, {"after": -2}, {"more": "x"}]
)
def test_what_cannot_be_asked_is_named(served: Served, asked: dict[str, Any]) -> None:
    found = served.client.get(LEDGER, params=asked)
    assert (found.status_code, found.json()["code"]) == (422, "invalid")


def test_it_takes_its_own_scope(served: Served) -> None:
    others = served.program(served.token(*(set(TokenScope) - {TokenScope.LEDGER})))
    assert code(others.get(LEDGER)) == (403, "scope_missing")
    assert code(served.program(None).get(LEDGER)) == (401, "token_not_valid")

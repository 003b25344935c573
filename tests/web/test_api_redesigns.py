"""The redesign by the API: a program reads the newest simulation, labelled as one, and changes nothing."""

from collections.abc import Iterator

import pytest

from licet.core.token import TokenScope
from licet.flows.simulate_redesign import simulate_redesign
from licet.stats.simulated_process import Plan
from licet.testing import done
from tests.flows.redesigning import WHOLE, office_log, with_log
from tests.web.serving import AT, MAILS, Served, code, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A served world."""
    with serving(tmp_path_factory.mktemp("redesign")) as found:
        yield found


def test_before_a_simulation_there_is_none_and_then_the_newest_with_its_back_test(served: Served) -> None:
    assert served.client.get(f"{AT}/redesign").json() == {"outdated": [], "simulations": 0, "simulation": None}
    with_log(served.world, MAILS, office_log(120))
    kept = done(simulate_redesign(served.world.office, served.world.owner, WHOLE, name=MAILS, plan=Plan(replications=2)))
    found = served.client.get(f"{AT}/redesign").json()
    one = found["simulation"]
    assert (one["id"], one["simulated"], one["digest"]) == (kept.id, True, WHOLE.digest)
    assert one["back_test"]["beats"] == any(row["kind"] == "time" for row in one["rows"])
    assert ["check: coverage", "0.6"] in one["assumed"] or one["measured"]
    with_log(served.world, MAILS, office_log(130))
    assert "another event log counts now" in served.client.get(f"{AT}/redesign").json()["outdated"]


def test_no_program_changes_it_and_none_reads_it_without_the_scope(served: Served) -> None:
    assert {served.client.request(method, f"{AT}/redesign", json={}).status_code for method in ("POST", "PUT", "PATCH", "DELETE")} == {405}
    assert served.program(None).get(f"{AT}/redesign").status_code == 401
    assert code(served.program(served.token(TokenScope.CASES_READ)).get(f"{AT}/redesign")) == (403, "scope_missing")

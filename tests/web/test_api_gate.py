"""Gates by the API: a program reads what is missing, who has the ball and how long yes takes, and moves nothing."""

from collections.abc import Iterator

import pytest

from licet.core.token import TokenScope
from tests.web.serving import AT, MAILS, Served, code, serving

SCOPE = TokenScope.MANDATE_READ


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A served world with one use case."""
    with serving(tmp_path_factory.mktemp("gate")) as found:
        yield found


def test_a_gate_says_what_is_there_and_what_is_missing(served: Served) -> None:
    found = served.client.get(f"{AT}/gate", params={"to": "sandbox"}).json()
    assert (found["to"], found["open"], found["digest"]) == ("sandbox", True, None)
    last = served.client.get(f"{AT}/gate").json()
    assert last["to"] == "delegated"
    assert all((line["ball"] is None) == line["met"] == (line["closes"] is None) for line in last["requirements"])
    assert code(served.client.get(f"{AT}/gate", params={"to": "idea"})) == (422, "invalid")


def test_times_are_told_in_seconds_and_add_up(served: Served) -> None:
    assert "use_case.created" in served.world.words()
    found = served.client.get("/api/v1/gates/times").json()
    assert [one["to"] for one in found["medians"]] == ["sandbox", "shadow", "assisted", "delegated"]
    assert {one["use_case"] for one in found["gates"]} == {MAILS}
    assert all(sum(one["spent"].values()) >= 0.0 for one in found["gates"])


def test_a_token_of_one_use_case_reads_its_own_times_only(served: Served) -> None:
    served.world.use_case("letters")
    bound = served.program(served.token(SCOPE, use_case=MAILS))
    assert {one["use_case"] for one in bound.get("/api/v1/gates/times").json()["gates"]} <= {MAILS}
    nobody, other = served.program(None), served.program(served.token(TokenScope.CASES_READ))
    for address in ("/api/v1/gates/times", f"{AT}/gate"):
        assert nobody.get(address).status_code == 401
        assert code(other.get(address)) == (403, "scope_missing")


def test_no_program_moves_a_gate(served: Served) -> None:
    assert {served.client.request(method, f"{AT}/gate", json={}).status_code for method in ("POST", "PUT", "PATCH", "DELETE")} == {405}

"""Risk by the API: a program reads tier, effects and obligations, and changes none of them."""

from collections.abc import Iterator

import pytest

from licet.core.obligations import CATALOGUE
from licet.core.token import TokenScope
from licet.flows.assess_risk import answer_risk
from licet.pretend import MILD_RISK
from licet.testing import done
from tests.web.serving import AT, MAILS, Served, code, serving

SCOPE = TokenScope.MANDATE_READ


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A served world."""
    with serving(tmp_path_factory.mktemp("risk")) as found:
        yield found


def test_the_tier_and_what_each_answer_does_to_it(served: Served) -> None:
    served.world.use_case("letters")
    at = AT.replace(MAILS, "letters")
    assert code(served.client.get(f"{at}/risk")) == (404, "not_there")
    made = done(answer_risk(served.world.office, served.world.builder, name="letters", answers={**MILD_RISK, "vulnerable": "yes"})).risk
    found = served.client.get(f"{at}/risk").json()
    assert (found["tier"], found["version"], found["digest"], found["complete"]) == ("medium", 1, made.digest, True)
    effect = next(one for one in found["answers"] if one["question"] == "vulnerable")
    assert effect == {"question": "vulnerable", "answer": "yes", "at_least": "medium", "because": ["vulnerable"], "without": "low"}


def test_the_obligations_of_a_use_case_and_the_whole_catalogue(served: Served) -> None:
    whole = served.client.get("/api/v1/obligations", params={"on": "2027-12-01"}).json()
    assert len(whole["obligations"]) == len(CATALOGUE)
    assert whole["on"] == "2027-12-01"
    assert "no legal advice" in whole["disclaimer"]
    assert next(one for one in whole["obligations"] if one["id"] == "eu-14")["applies"] is False
    own = served.client.get(f"{AT}/obligations", params={"on": "2027-12-02"}).json()
    assert {one["id"] for one in own["obligations"]} <= {one["id"] for one in whole["obligations"]}
    assert code(served.client.get("/api/v1/obligations", params={"on": "soon"})) == (422, "invalid")


def test_a_token_of_one_use_case_reads_its_own_and_not_the_whole(served: Served) -> None:
    bound = served.program(served.token(SCOPE, use_case=MAILS))
    assert bound.get(f"{AT}/obligations").status_code == 200
    assert bound.get("/api/v1/obligations").status_code in {403, 404}
    nobody, other = served.program(None), served.program(served.token(TokenScope.CASES_READ))
    for address in ("/api/v1/obligations", f"{AT}/obligations", f"{AT}/risk"):
        assert nobody.get(address).status_code == 401
        assert code(other.get(address)) == (403, "scope_missing")


def test_no_program_answers(served: Served) -> None:
    assert {served.client.request(method, f"{AT}/risk", json={}).status_code for method in ("POST", "PUT", "PATCH", "DELETE")} == {405}

"""Outside evidence by the API: people bring a file, by the limits and refusals of the command; programs only read it."""

import base64
from collections.abc import Iterator

import httpx
import pytest

from licet.core.token import TokenScope
from licet.edge.sent_evidence import take_evidence
from tests.web.serving import AT, Served, code, serving

TO = f"{AT}/outside-evidence"
TABLE = "case,score\nmails-1,pass\nmails-2,fail\nelsewhere,pass\n"
COLUMNS = {"case": "case", "score": "score"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A served world on loopback, where people say who they are."""
    with serving(tmp_path_factory.mktemp("outside"), asserted=True, take_evidence=take_evidence) as found:
        yield found


def sent(text: str, name: str = "results.csv", **more: object) -> dict[str, object]:
    """A file as a request carries it."""
    return {"name": name, "content": base64.b64encode(text.encode()).decode(), "columns": COLUMNS, **more}


def person(served: Served, name: str) -> httpx.Client:
    """Somebody at the door."""
    return served.program(None, **{"Licet-As": f"{name}@example.org"})


def test_an_owner_brings_a_file_and_reads_what_it_is_worth(served: Served) -> None:
    """Breaks when a file is counted otherwise than by the command, or is taken in twice."""
    olga = person(served, "olga")
    made = olga.post(TO, json=sent(TABLE))
    assert made.status_code == 201, made.text
    told = made.json()
    assert (told["certificate"], told["format"], told["cases"]) == (False, "table", {"rows": 3, "distinct": 3, "ours": 2})
    (measure,) = told["measures"]
    assert (measure["passed"], measure["failed"]) == (2, 1)
    assert {one["code"] for one in told["reasons"]} >= {"not_the_sealed_cases", "sample_unknown"}
    assert code(olga.post(TO, json=sent(TABLE))) == (409, "already_done")
    assert [one["id"] for one in served.program(served.token(TokenScope.MANDATE_READ)).get(TO).json()["evidence"]] == [told["id"]]
    assert served.world.words().count("evidence.imported") == 1


def test_who_may_not_bring_it_is_told_so_before_a_file_is_read(served: Served) -> None:
    for name in ("rene", "rita"):
        assert code(person(served, name).post(TO, json=sent("no table at all", format="nonsense"))) == (403, "not_permitted")
    for scope in (TokenScope.CASES_WRITE, TokenScope.MANDATE_READ):
        assert code(served.program(served.token(scope)).post(TO, json=sent(TABLE))) == (403, "person_needed")


@pytest.mark.parametrize(
    ("given", "status", "named"),
    [
        (sent(TABLE, format="nonsense"), 422, "file_not_read"),
        (sent("{", name="x.json", columns={}), 422, "file_not_read"),
        (sent("PK\x03\x04 cut off", name="x.eval", columns={}), 422, "file_not_read"),
        (sent("case,score\n"), 422, "file_not_read"),
        (sent("a,b\n1,2\n"), 422, "file_not_read"),
        (sent(TABLE, name="../../etc/passwd"), 409, "already_done"),
        ({"name": "x.csv", "content": "not base64!"}, 422, "invalid"),
        (sent(TABLE, surprise=1), 422, "invalid"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_own_name_and_no_path_of_this_machine_is_told(
    served: Served, given: dict[str, object], status: int, named: str
) -> None:
    answer = person(served, "olga").post(TO, json=given)
    assert code(answer) == (status, named), answer.text
    assert "/tmp" not in answer.text  # noqa: S108 - what must not be told
    assert "licet-" not in answer.text

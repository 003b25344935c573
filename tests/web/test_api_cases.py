"""Cases by the API: taken in once, decided at once where a proposal comes along, followed by id, by number and in pages."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from licet.flows.receive import KEPT, forget_requests
from licet.pretend import ScriptedSystem
from licet.testing import past_cases, says_like
from licet.web.limits import Limits
from tests.flows.examples import of_word
from tests.web.serving import AT, Served, case, code, problem, proposal, serving, work


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A served world that the tests of this file share; each sends cases of its own names."""
    with serving(tmp_path_factory.mktemp("served")) as found:
        yield found


def test_a_case_with_a_sure_proposal_is_decided_alone_in_the_same_request(served: Served) -> None:
    response = served.send(case("sure"))
    told = response.json()
    assert response.status_code == 201
    assert response.headers["location"] == f"{AT}/cases/sure"
    assert (told["state"], told["route"], told["decision"]["answer"]) == ("decided", "alone", "yes")
    assert told["decision"]["by"] == f"mandate:{told['mandate']}"
    assert served.client.get(response.headers["location"]).json()["id"] == "sure"


def test_a_case_with_an_unsure_proposal_goes_to_a_person_and_its_sender_hears_why(served: Served) -> None:
    told = served.send(case("unsure", confidence=0.3)).json()
    assert (told["state"], told["route"], told["reason"], told["decision"]) == ("waiting", "to_person", "below_threshold", None)


def test_a_case_called_by_another_ones_number_does_not_take_its_address(served: Served) -> None:
    first = served.send(case("a name/ä of %2F its own", confidence=0.3))
    number = first.json()["number"]
    assert served.send(case(str(number), confidence=0.99)).json()["number"] != number
    assert served.client.get(first.headers["location"]).json()["number"] == number
    dots = served.send(case("..", confidence=0.3))
    assert served.client.get(dots.headers["location"]).json()["id"] == ".."


def test_the_ledger_names_the_token_and_never_the_program(served: Served) -> None:
    number = served.send(case("in the ledger")).json()["number"]
    (event,) = [event for event in of_word(served.world, "case.accepted") if event.facts["case_number"] == number]
    assert event.by.startswith("token:k_")
    assert event.facts["identity"] == "token"


def test_a_case_without_a_proposal_is_queued_and_routed_by_a_worker(served: Served) -> None:
    response = served.send(case("queued", confidence=None))
    assert (response.status_code, response.json()["state"], response.json()["route"]) == (202, "queued", None)
    assert work(served.world) >= 1
    assert served.client.get(f"{AT}/cases/queued").json()["state"] == "waiting"


def test_waiting_for_a_route_answers_as_soon_as_there_is_one(served: Served) -> None:
    worker = threading.Timer(0.3, work, [served.world])
    worker.start()
    began = time.monotonic()
    response = served.send(case("waited for", confidence=None), wait=20)
    worker.join()
    assert (response.status_code, response.json()["route"]) == (201, "to_person")
    assert time.monotonic() - began < 10


def test_waiting_ends_when_its_time_is_over(served: Served) -> None:
    response = served.send(case("never routed", confidence=None), wait=1)
    assert (response.status_code, response.json()["state"]) == (202, "queued")


def test_the_same_case_sent_again_is_the_same_case(served: Served) -> None:
    first, again = served.send(case("twice")), served.send(case("twice"))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


def test_another_case_under_the_same_id_is_refused(served: Served) -> None:
    served.send(case("taken"))
    assert code(served.send(case("taken", content={"text": "something else"}))) == (409, "case_conflict")


def test_an_idempotency_key_makes_a_case_without_an_id_the_same_case(served: Served) -> None:
    key = {"Idempotency-Key": "one"}
    first, again = served.send(case(None), headers=key), served.send(case(None), headers=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["number"] == again.json()["number"]
    assert served.send(case(None)).json()["number"] != first.json()["number"]


def test_an_idempotency_key_with_another_body_is_refused(served: Served) -> None:
    key = {"Idempotency-Key": "two"}
    served.send(case("two"), headers=key)
    assert code(served.send(case("three"), headers=key)) == (409, "idempotency_conflict")
    assert code(served.client.post(f"{AT}/cases/batch", json={"cases": [case("two")]}, headers=key)) == (409, "idempotency_conflict")
    other = served.program(served.token())
    assert other.post(f"{AT}/cases", json=case("four"), headers=key).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 81, "a\tb"])
def test_an_idempotency_key_that_is_none_is_refused(served: Served, key: str) -> None:
    assert code(served.send(case("keyless"), headers={"Idempotency-Key": key})) == (422, "invalid")


def test_a_batch_is_written_down_as_a_whole_and_once(served: Served) -> None:
    batch = {"cases": [case(f"b{k}") for k in range(30)]}
    first, again = (served.client.post(f"{AT}/cases/batch", json=batch, headers={"Idempotency-Key": "batch"}) for _ in range(2))
    assert (first.status_code, first.json()["accepted"], again.json()["accepted"], again.json()["repeated"]) == (202, 30, 0, 30)
    assert [one["id"] for one in first.json()["cases"]] == [f"b{k}" for k in range(30)]
    assert [one["number"] for one in first.json()["cases"]] == [one["number"] for one in again.json()["cases"]]
    work(served.world)
    assert {served.client.get(f"{AT}/cases/b{k}").json()["route"] for k in range(30)} == {"alone"}


def test_a_batch_that_brings_other_content_under_known_ids_is_refused_with_their_names(served: Served) -> None:
    served.send(case("b-known"))
    batch = {"cases": [case("b-new"), case("b-known", content={"text": "other"})]}
    found = problem(served.client.post(f"{AT}/cases/batch", json=batch))
    assert (found["code"], "'b-known'" in found["detail"], "'b-new'" in found["detail"]) == ("case_conflict", True, False)


def test_a_batch_has_proposals_of_one_system(served: Served) -> None:
    batch = {"cases": [case("s1"), case("s2", proposal=proposal(system_version="2026-06"))]}
    assert code(served.client.post(f"{AT}/cases/batch", json=batch)) == (422, "invalid")
    assert served.client.get(f"{AT}/cases/s1").status_code == 404


@pytest.mark.parametrize("missing", ["system", "system_version"])
def test_a_proposal_that_does_not_name_its_system_is_refused_by_the_field(served: Served, missing: str) -> None:
    said = {name: value for name, value in proposal().items() if name != missing}
    found = problem(served.send(case("nameless", proposal=said)))
    assert (found["status"], [one["where"] for one in found["errors"]]) == (422, [f"/proposal/{missing}"])


def test_a_proposal_of_a_system_without_a_version_is_refused(served: Served) -> None:
    assert code(served.send(case("x", proposal=proposal(system_version="unversioned")))) == (422, "invalid")


def test_a_proposal_of_another_version_goes_to_a_person(served: Served) -> None:
    told = served.send(case("other version", proposal=proposal(system_version="2026-06"))).json()
    assert (told["route"], told["reason"]) == ("to_person", "fingerprint_changed")


def test_pages_show_every_case_once_in_order(served: Served) -> None:
    for k in range(5):
        served.send(case(f"page-{k}"))
    numbers: list[int] = []
    cursor: str | None = None
    while True:
        page = served.client.get(f"{AT}/cases", params={"limit": 7, **({"cursor": cursor} if cursor else {})}).json()
        numbers += [one["number"] for one in page["cases"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert numbers == sorted(set(numbers))
    assert len(numbers) >= 5


@pytest.mark.parametrize(
    ("state", "states", "routes"),
    [
        ("waiting", {"waiting"}, {"to_person"}),
        ("queued", {"queued"}, {None}),
        ("decided", {"decided"}, {"alone"}),
        ("alone", {"decided"}, {"alone"}),
        ("to_person", {"waiting"}, {"to_person"}),
    ],
)
def test_cases_are_listed_by_state(served: Served, state: str, states: set[str], routes: set[str | None]) -> None:
    for one in (case(f"{state}-a"), case(f"{state}-b", confidence=0.1), case(f"{state}-c", confidence=None)):
        served.send(one)
    page = served.client.get(f"{AT}/cases", params={"state": state, "limit": 1000}).json()["cases"]
    assert {one["state"] for one in page} == states
    assert {one["route"] for one in page} == routes


@pytest.mark.parametrize("query", [{"cursor": "x"}, {"cursor": "YWZ0ZXIg"}, {"limit": 0}, {"limit": 1001}, {"state": "audited"}])
def test_a_page_that_cannot_be_is_refused(served: Served, query: dict[str, str]) -> None:
    assert code(served.client.get(f"{AT}/cases", params=query)) == (422, "invalid")


@pytest.mark.parametrize("name", ["a/b", "ä ö", "50%", "a?b#c", "..", "9" * 30])
def test_a_case_is_found_by_whatever_it_is_called(served: Served, name: str) -> None:
    number = served.send(case(name)).json()["number"]
    quoted = "".join(f"%{byte:02X}" for byte in name.encode())
    found = served.client.get(f"{AT}/cases/{quoted}")
    assert found.status_code == 200 or name == ".."
    assert served.client.get(f"{AT}/cases/{number}").json()["id"] == name


def test_a_case_that_is_not_there_is_not_found(served: Served) -> None:
    assert code(served.client.get(f"{AT}/cases/nowhere")) == (404, "not_there")
    assert code(served.client.get(f"{AT}/cases/1")) == (404, "not_there")


def test_the_timeline_tells_what_happened_in_order(served: Served) -> None:
    served.send(case("told"))
    told = served.client.get(f"{AT}/cases/told").json()["timeline"]
    assert [one["what"] for one in told][:3] == ["accepted", "routed", "decided"]
    assert [one["at"] for one in told] == sorted(one["at"] for one in told)


def test_a_full_backlog_says_when_to_come_back(tmp_path: Path) -> None:
    with serving(tmp_path, limits=Limits(backlog=3)) as served:
        assert served.client.post(f"{AT}/cases/batch", json={"cases": [case(f"c{k}") for k in range(3)]}).status_code == 202
        response = served.send(case("one more", confidence=None))
        assert code(response) == (429, "backlog_full")
        assert int(response.headers["retry-after"]) >= 1
        work(served.world)
        assert served.send(case("one more", confidence=None)).status_code == 202


def test_the_mandates_own_system_proposes_where_nothing_is_posted(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        name, rows = "letters", past_cases(150, name="letter")
        served.world.use_case(name)
        served.world.systems.there[name] = ScriptedSystem(says=says_like(rows))
        served.world.import_cases(name, rows, card=None)
        served.world.sign(name)
        served.world.evaluate(name)
        served.world.earn(name)
        sent = {"id": "l1", "content": {"text": "letter 1: is it so?"}}
        served.client.post(f"/api/v1/use-cases/{name}/cases", json=sent)
        work(served.world)
        told = served.client.get(f"/api/v1/use-cases/{name}/cases/l1").json()
        assert (told["route"], told["decision"]["answer"]) == ("alone", "yes")


def test_keys_of_requests_are_forgotten_after_a_week(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        key = {"Idempotency-Key": "old"}
        served.send(case("old"), headers=key)
        assert forget_requests(served.world.office) == 0
        served.world.clock.pass_time(KEPT + timedelta(seconds=1))
        assert forget_requests(served.world.office) == 1
        assert served.send(case("new"), headers=key).status_code == 201
        assert served.send(case("old")).status_code == 200


def test_forty_requests_that_wait_hold_no_thread_of_the_few_there_are(tmp_path: Path) -> None:
    """Breaks when a request that waits for its route takes a thread or a transaction for as long."""
    with serving(tmp_path, limits=Limits(threads=2)) as served, ThreadPoolExecutor(40) as pool:
        waiting = [pool.submit(served.send, case(f"w{k}", confidence=None), wait=25) for k in range(40)]
        deadline = time.monotonic() + 20
        while len(served.client.get(f"{AT}/cases", params={"state": "queued", "limit": 1000}).json()["cases"]) < 40:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert served.client.get("/health/ready").status_code == 200
        work(served.world)
        assert {one.result().json()["route"] for one in waiting} == {"to_person"}


def test_what_has_not_arrived_is_listed_and_a_person_replays_it(tmp_path: Path) -> None:
    with serving(tmp_path, asserted=True) as served:
        assert served.client.get(f"{AT}/effects").json() == {"waiting": 0, "dead": 0, "effects": []}
        owner = served.program(None, **{"Licet-As": "olga@example.org"})
        assert owner.post(f"{AT}/effects/replay", json={"case": None}).json() == {"waiting": 0, "still_dead": 0}
        reviewer = served.program(None, **{"Licet-As": "rene@example.org"})
        assert code(reviewer.post(f"{AT}/effects/replay", json={"case": None})) == (403, "not_permitted")

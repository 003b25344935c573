"""The desk over the API: people review from any front end, blind until their own answer; what comes of it is the same as anywhere."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from licet.core.audit import WAITS_WITHIN
from licet.core.desk import HELD_FOR
from licet.core.use_case import Stage
from licet.flows.grant import Wishes
from licet.flows.hold import take_effect
from licet.store import use_cases
from tests.web.serving import AT, MAILS, Served, case, code, serving, work

DESK = "/api/v1/desk"
TELLTALE = "telltale"
ASKED = {"token", "lease", "use_case", "title", "content", "attributes", "due_at", "guideline", "form", "remarks", "information"}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A served world whose mandate audits half of what is decided alone; people say who they are."""
    with serving(tmp_path, wishes=Wishes(audit_rate=0.5), asserted=True) as found:
        yield found


def person(served: Served, name: str = "rene") -> httpx.Client:
    """Somebody at their front end."""
    return served.program(None, **{"Licet-As": f"{name}@example.org"})


def told(response: httpx.Response) -> Any:  # noqa: ANN401 - JSON
    """What came back, which must be no refusal."""
    assert response.status_code == 200, response.text
    return response.json()


def waits(served: Served, name: str = "case-1") -> None:
    """Lets a case come in that AI may not decide; what is proposed for it must be seen nowhere."""
    given = case(name, confidence=0.2)
    given["proposal"] |= {"answer": TELLTALE, "reason": f"{TELLTALE} words"}
    assert served.send(given).json()["state"] == "waiting"


def taken(client: httpx.Client) -> Any:  # noqa: ANN401 - JSON
    """The next case, which there must be."""
    found = told(client.post(f"{DESK}/next", json={"use_case": MAILS}))["case"]
    assert found is not None
    return found


def does(client: httpx.Client, found: Any, act: str, **more: object) -> httpx.Response:  # noqa: ANN401 - JSON
    """Does something with a case in hand."""
    return client.post(f"{DESK}/cases/{found['token']}/{act}", json={"lease": found["lease"]["lease"], **more})


def test_a_case_is_taken_answered_and_decided_after_eight_seconds(served: Served) -> None:
    waits(served)
    rene = person(served)
    found = taken(rene)
    assert (set(found), found["content"]) == (ASKED, {"text": "case-1: is it so?"})
    held = told(does(rene, found, "commit", answer="yes", key="k1", note="plain"))
    assert set(held) == {"held", "effect_at"}
    assert told(does(rene, found, "commit", answer="yes", key="k1", note="plain")) == held
    served.world.clock.pass_time(HELD_FOR)
    take_effect(served.world.office)
    decided = told(served.client.get(f"{AT}/cases/case-1"))
    assert (decided["state"], decided["decision"]["answer"]) == ("decided", "yes")
    assert told(does(rene, found, "commit", answer="yes", key="k1", note="plain")) == held
    assert told(rene.get(f"{AT}/desk/{found['token']}")) == {"state": "completed"}


def test_a_withdrawn_answer_brings_the_case_back_into_ones_hands(served: Served) -> None:
    waits(served)
    rene = person(served)
    found = taken(rene)
    held = told(does(rene, found, "commit", answer="yes", key="k1"))["held"]
    back = told(rene.post(f"{DESK}/answers/{held}/withdraw"))["case"]
    assert back["token"] == found["token"]
    assert code(does(rene, found, "commit", answer="yes", key="k1"))[1] == "already_done"
    assert told(does(rene, back, "commit", answer="no", key="k2"))["held"] != held


def test_what_ai_proposes_is_in_nothing_before_ones_own_answer_and_shown_once_after_it(served: Served) -> None:
    waits(served)
    with served.world.office.book.write() as tx:
        use_cases.set_stage(tx, use_cases.require(tx, MAILS), Stage.ASSISTED)
    rene, rosa = person(served), person(served, "rosa")
    served.world.person("rosa", *served.world.reviewer.roles)
    found = taken(rene)
    told(does(rene, found, "remark", text="odd"))
    does(rene, found, "renew")
    again = told(rene.post(f"{DESK}/in-hand"))["cases"][0]
    seen = [found, again, told(rene.get(f"{AT}/desk")), told(rene.get(f"{AT}/desk/{found['token']}"))]
    assert TELLTALE not in str(seen)
    shown = told(does(rene, again, "commit", answer="yes", key="k1"))
    assert (shown["proposal"], shown["confidence"]) == (TELLTALE, 0.2)
    assert told(rosa.post(f"{DESK}/next", json={}))["case"] is None
    assert code(rene.post(f"{DESK}/answers/{shown['held']}/withdraw"))[1] == "too_late_to_withdraw"
    kept = told(rene.post(f"{DESK}/answers/{shown['held']}/reconsider", json={"answer": "no"}))
    assert TELLTALE not in str(kept)
    assert TELLTALE not in str(told(does(rene, again, "commit", answer="yes", key="k1")))
    served.world.clock.pass_time(HELD_FOR)
    take_effect(served.world.office)
    assert told(served.client.get(f"{AT}/cases/case-1"))["decision"]["answer"] == "no"


def test_an_audit_and_a_decision_reach_a_reviewer_in_the_same_form(served: Served) -> None:
    rene = person(served)
    for k in range(6):
        served.send(case(f"alone-{k}"))
    waits(served)
    work(served.world)
    served.world.clock.pass_time(WAITS_WITHIN)
    found = []
    while (one := told(rene.post(f"{DESK}/next", json={}))["case"]) is not None:
        found.append(one)
    assert len(found) > 1
    assert {frozenset(one) for one in found} == {frozenset(ASKED)}
    assert {told(rene.get(f"{AT}/desk/{one['token']}"))["state"] for one in found} == {"in_progress"}
    assert {one["token"][:2] for one in found} == {"t_"}
    assert told(rene.get(f"{AT}/desk"))["waiting"] == len(found)


def test_a_question_reaches_whoever_sent_the_case_and_its_answer_brings_the_case_back(served: Served) -> None:
    waits(served)
    rene = person(served)
    found = taken(rene)
    told(does(rene, found, "ask", question="Which account?"))
    assert told(rene.get(f"{AT}/desk/{found['token']}")) == {"state": "info_requested"}
    assert told(rene.post(f"{DESK}/next", json={}))["case"] is None
    assert told(served.client.get(f"{AT}/cases/case-1"))["question"] == "Which account?"
    told(served.client.post(f"{AT}/cases/case-1/information", json={"text": "The second."}))
    assert code(served.client.post(f"{AT}/cases/case-1/information", json={"text": "Again."}))[1] == "nothing_asked"
    back = taken(rene)
    assert [(one["question"], one["answer"]) for one in back["information"]] == [("Which account?", "The second.")]
    assert told(served.client.get(f"{AT}/cases/case-1"))["question"] is None


def test_a_question_about_an_audited_case_is_told_to_nobody(served: Served) -> None:
    for k in range(8):
        served.send(case(f"alone-{k}"))
    served.world.clock.pass_time(WAITS_WITHIN)
    rene = person(served)
    found = taken(rene)
    told(does(rene, found, "ask", question="Which account?"))
    questions = [told(served.client.get(f"{AT}/cases/alone-{k}"))["question"] for k in range(8)]
    assert questions == [None] * 8


def test_what_is_not_an_answer_of_the_use_case_is_not_taken(served: Served) -> None:
    waits(served)
    rene = person(served)
    found = taken(rene)
    assert does(rene, found, "commit", answer=3, key="k1").status_code == 422
    assert does(rene, found, "commit", answer="yes", key="k1", proposal="x").status_code == 422
    assert does(rene, found, "skip", reason=" ").status_code == 422
    assert told(does(rene, found, "commit", answer="yes", key="k1"))["held"]


def test_no_page_of_another_site_and_no_program_takes_a_case(served: Served) -> None:
    waits(served)
    assert code(served.client.post(f"{DESK}/next", json={}))[1] == "person_needed"
    assert code(person(served, "bo").post(f"{DESK}/next", json={"use_case": MAILS}))[1] == "not_permitted"


def test_somebody_away_is_stood_in_for(served: Served) -> None:
    waits(served)
    served.world.person("rosa", *served.world.reviewer.roles)
    rene, rosa = person(served), person(served, "rosa")
    away = {"starts_at": "2030-01-01T00:00:00Z", "ends_at": "2030-02-01T00:00:00Z", "deputy": "rene@example.org"}
    told(rosa.post(f"{DESK}/absence", json=away))
    found = taken(rene)
    told(does(rene, found, "hand-over", to="rosa@example.org"))
    assert taken(rene)["token"] == found["token"]
    assert told(rosa.post(f"{DESK}/absence/end", json={})) == {"ended": 1}
    assert code(rosa.post(f"{DESK}/absence", json={**away, "of": "rene@example.org"}))[1] == "not_permitted"

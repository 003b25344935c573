"""While a case waits for a person the API tells nobody what a system thinks of it, and never whether it was drawn for an audit."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from licet.flows.grant import Wishes
from licet.web.app import make_app
from licet.web.desk import Service
from tests.web.serving import AT, Served, case, code, serving, work

TELLTALE = {
    "proposal",
    "confidence",
    "probabilities",
    "familiarity",
    "precedents",
    "audited",
    "audit",
    "drawn",
    "probability",
    "waiting_audits",
}
"""Names under which a response could tell what must not be told."""
DIGITS = "0.123456789"
PRACTICE = "/api/v1/use-cases/{slug}/practice/cases/{token}"
AFTER_ONES_ANSWER = {
    "post /api/v1/desk/cases/{token}/commit 200",
    *(f"post {PRACTICE}/answer 200", f"post {PRACTICE}/settle 200", f"get {PRACTICE} 200"),
}
"""The responses that may hold a proposal: to a person's own first answer, in the stage *assisted* and on a past case for practice."""

OF_WHAT_AI_DECIDED = {"post /v1/decisions 200", "post /v1/systemone 200"}
"""The responses that say how sure AI was of what it decided alone; that they say so of nothing else is tested with the protocols."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A world whose mandate audits half of what is decided alone, served to whoever asserts a name."""
    with serving(tmp_path, wishes=Wishes(audit_rate=0.5), asserted=True) as found:
        yield found


def names_in(schema: object, parts: Mapping[str, Any]) -> Iterator[str]:
    """The names of all properties that a schema allows, however deep."""
    if isinstance(schema, list):
        for inner in schema:
            yield from names_in(inner, parts)
    if not isinstance(schema, Mapping):
        return
    if "$ref" in schema:
        yield from names_in(parts[str(schema["$ref"]).rpartition("/")[2]], parts)
    yield from schema.get("properties", {})
    for inner in schema.values():
        yield from names_in(inner, parts)


def schemas(document: Mapping[str, Any]) -> Iterator[tuple[str, set[str]]]:
    """Every response with all names that may stand in it."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                yield f"{method} {path} {status}", set(names_in(response.get("content", {}), document["components"]["schemas"]))


def test_no_response_has_a_place_for_what_must_not_be_told(served: Served) -> None:
    app = make_app(Service(office=served.world.office, read_case=None))  # type: ignore[arg-type] # nothing is read here
    found = dict(schemas(app.openapi()))
    assert any("decision" in names for names in found.values())
    assert {where for where, names in found.items() if names & TELLTALE} == AFTER_ONES_ANSWER | OF_WHAT_AI_DECIDED


def responses(served: Served, *names: str) -> list[str]:
    """Everything the API says of these cases."""
    lists = [served.client.get(f"{AT}/cases", params={"state": state}) for state in ("waiting", "to_person", "alone", "decided", "queued")]
    told = [*lists, served.client.get(f"{AT}/cases"), served.client.get(f"{AT}/watch"), served.client.get(f"{AT}/mandate")]
    return [one.text for one in [*told, *(served.client.get(f"{AT}/cases/{name}") for name in names)]]


def test_what_was_proposed_for_a_waiting_case_is_in_no_response(served: Served) -> None:
    given = case("blind")
    given["proposal"] |= {"answer": "telltale", "confidence": float(DIGITS), "reason": "telltale words", "probabilities": {"telltale": 0.5}}
    sent = served.send(given)
    queued = served.client.post(f"{AT}/cases/batch", json={"cases": [given | {"id": "blind too"}]})
    work(served.world)
    assert sent.json()["state"] == "waiting"
    for text in [sent.text, queued.text, *responses(served, "blind", "blind%20too")]:
        assert "telltale" not in text
        assert DIGITS not in text


def test_why_a_case_waits_is_told_only_after_it_is_answered(served: Served) -> None:
    served.send(case("why", confidence=0.2))
    assert "below_threshold" not in "".join(responses(served, "why"))
    answered = served.program(None, **{"Licet-As": "rene@example.org"}).post(f"{AT}/cases/why/answer", json={"answer": "no"})
    assert answered.json() == {"received": True}
    told = served.client.get(f"{AT}/cases/why").json()
    assert (told["decision"]["answer"], told["decision"]["by"], told["reason"]) == ("no", served.world.reviewer.id, "below_threshold")


def test_an_audited_case_looks_like_one_that_is_not(served: Served) -> None:
    """Breaks when a case decided alone shows in any way that it was drawn, before or after somebody answers."""
    for k in range(30):
        assert served.send(case(f"a{k}")).json()["route"] == "alone"
    person = served.program(None, **{"Licet-As": "rene@example.org"})

    def shapes() -> set[str]:
        found = [served.client.get(f"{AT}/cases/a{k}").json() for k in range(30)]
        return {json.dumps([sorted(one), [step["what"] for step in one["timeline"]], one["reason"]]) for one in found}

    before, watch = shapes(), served.client.get(f"{AT}/watch").json()
    answers = {person.post(f"{AT}/cases/a{k}/answer", json={"answer": "yes"}).text for k in range(30)}
    assert len(before) == len(answers) == len(shapes()) == 1
    assert watch["counted"] == 0
    after = served.client.get(f"{AT}/watch").json()
    assert 3 < after["counted"] < 27
    assert (after["errors"], after["state"]) == (0, "active")


def test_the_first_answer_stays(served: Served) -> None:
    served.send(case("first", confidence=0.2))
    person = served.program(None, **{"Licet-As": "rene@example.org"})
    person.post(f"{AT}/cases/first/answer", json={"answer": "no"})
    assert code(person.post(f"{AT}/cases/first/answer", json={"answer": "yes"})) == (409, "not_waiting")
    assert served.client.get(f"{AT}/cases/first").json()["decision"]["answer"] == "no"


@pytest.mark.parametrize("email", ["bo@example.org", "rita@example.org"])
def test_answering_takes_a_reviewer(served: Served, email: str) -> None:
    served.send(case("theirs", confidence=0.2))
    person = served.program(None, **{"Licet-As": email})
    assert code(person.post(f"{AT}/cases/theirs/answer", json={"answer": "no"})) == (403, "not_permitted")
    assert served.client.get(f"{AT}/cases/theirs").json()["state"] == "waiting"


@pytest.mark.parametrize(
    "shown",
    [{}, {"Licet-As": "nobody@example.org"}, {"Licet-As": "rene@example.org", "Host": "evil.example"}],
)
def test_nobody_answers_without_a_name_that_is_known_here(served: Served, shown: dict[str, str]) -> None:
    served.send(case("nobodys", confidence=0.2))
    found = served.program(None, **shown).post(f"{AT}/cases/nobodys/answer", json={"answer": "no"})
    assert code(found) == (403, "person_needed")
    assert "@example.org" not in found.text


def test_a_person_who_shows_a_token_too_answers_nothing(served: Served) -> None:
    served.send(case("both", confidence=0.2))
    both = served.program(served.token(), **{"Licet-As": "rene@example.org"})
    assert code(both.post(f"{AT}/cases/both/answer", json={"answer": "no"})) == (403, "person_needed")

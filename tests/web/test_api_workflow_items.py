"""Items of a workflow by the API: begun once by their id, read where they stand, and never with a proposal."""

from collections.abc import Iterator

import pytest

from licet.core.workflow_json import workflow_from_json
from licet.flows.set_steps import register_workflow
from licet.testing import done
from tests.flows.examples import MAILS
from tests.web.serving import AT, Served, case, code, serving

HERE = f"{AT}/workflow/items"
STEPS = workflow_from_json({"begin": "read", "steps": {"read": {"decide": MAILS, "next": "sent"}, "sent": "end"}})


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A served world."""
    with serving(tmp_path_factory.mktemp("served")) as found:
        yield found


def test_an_item_begins_once_by_its_id_and_is_read_where_it_stands(served: Served) -> None:
    item = case("a/1", confidence=None)
    assert code(served.client.post(HERE, json=item)) == (409, "no_workflow")
    done(register_workflow(served.world.office, served.world.owner, name=MAILS, workflow=STEPS))
    first, again = served.client.post(HERE, json=item), served.client.post(HERE, json=item)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    read = served.client.get(f"{HERE}/a%2F1").json()
    assert (read["state"], read["step"], read["reason"], read["late"]) == ("away", "read", None, False)
    assert [(one["step"], one["case"]) for one in read["steps"]] == [("read", f"{read['id']}.read")]
    listed = served.client.get(HERE).json()
    assert (listed["counts"], [one["name"] for one in listed["items"]]) == ({"away": 1}, ["a/1"])
    assert code(served.client.get(f"{HERE}/nobody")) == (404, "no_such_item")


def test_an_item_brings_an_id_and_no_proposal(served: Served) -> None:
    assert code(served.client.post(HERE, json=case("sure"))) == (422, "invalid")
    nameless = {name: value for name, value in case("x", confidence=None).items() if name != "id"}
    assert code(served.client.post(HERE, json=nameless)) == (422, "invalid")

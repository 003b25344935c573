"""Runs by the API: a program follows an evaluation, and reads nothing of what the system said."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from licet.core.token import TokenScope
from licet.flows.evaluate import Request, evaluate
from licet.pretend import ScriptedSystem
from licet.testing import past_cases, says_like
from tests.web.serving import AT, Served, code, serving

NEW = "fresh-mails"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A served world in which a system of a second use case was evaluated."""
    with serving(tmp_path_factory.mktemp("runs")) as found:
        world, rows = found.world, past_cases(300, name=NEW)
        world.use_case(NEW)
        world.systems.there[NEW] = ScriptedSystem(says=says_like(rows))
        world.import_cases(NEW, rows, card=None)
        world.sign(NEW)
        evaluate(world.office, world.operator, Request(name=NEW, on_disk=world.standards[NEW]))
        yield found


def test_the_newest_run_is_read_with_what_is_left_and_null_where_none_began(served: Served) -> None:
    bound = served.program(served.token(TokenScope.MANDATE_READ, use_case=NEW))
    found = bound.get(f"/api/v1/use-cases/{NEW}/runs/newest").json()["run"]
    assert (found["state"], found["cases"], found["done"], found["left"]) == ("ended", 300, 300, 0)
    assert datetime.fromisoformat(found["began_at"]) <= datetime.fromisoformat(found["ended_at"])
    assert not {"answer", "confidence", "proposals"} & set(found)
    assert served.client.get(f"{AT}/runs/newest").json() == {"run": None}


def test_it_takes_the_scope_that_reads_mandates(served: Served) -> None:
    other = served.program(served.token(TokenScope.CASES_READ))
    assert code(other.get(f"{AT}/runs/newest")) == (403, "scope_missing")
    assert served.program(None).get(f"{AT}/runs/newest").status_code == 401

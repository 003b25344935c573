"""The process by the API: a program with the right scope reads what the newest log shows, in the form that is declared."""

from collections.abc import Iterator

import pytest

from licet.flows.import_log import import_log
from licet.testing import done
from tests.core.logs import claims
from tests.flows.studying import brought
from tests.web.serving import AT, MAILS, Served, code, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A served world with one use case."""
    with serving(tmp_path_factory.mktemp("process")) as found:
        yield found


def test_without_a_log_there_is_nothing_and_with_one_there_is_the_process(served: Served) -> None:
    assert code(served.client.get(f"{AT}/process")) == (404, "no_event_log")
    kept = done(import_log(served.world.office, served.world.owner, brought(claims(60)), name=MAILS)).kept
    found = served.client.get(f"{AT}/process").json()
    assert (found["log"], found["cases"], found["bottleneck"], found["fit"]) == (kept.id, 60, "Assess claim", None)
    assert sum(edge["time"]["n"] for edge in found["edges"]) == found["events"] - found["cases"]
    assert {"from", "to", "time"} == set(found["edges"][0])
    assert [name["name"] for name in found["people"]["told"]][:2] == ["R1", "R2"]

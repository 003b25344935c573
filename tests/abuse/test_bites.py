"""Each attack is counted as succeeded where the guard against it is taken away: else that none succeeds would say nothing."""

from dataclasses import replace
from pathlib import Path

import pytest

from licet.core.policy import Permitted
from licet.core.sealed import FreshLook
from licet.core.standard import CountersignedStandard
from licet.flows import approve, evaluate, guesses, office, propose, verdicts
from licet.store import accounts, approvals, looks, standards
from licet.testing import World
from tests.abuse import approvals as crowds
from tests.abuse import doors, evidence, matrix
from tests.abuse import looks as tries
from tests.abuse import standards as changes
from tests.abuse.count import Ground
from tests.security import tampering, test_malformed_policy

Patch = pytest.MonkeyPatch


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    """Where they are tried."""
    return Ground(folder=tmp_path / "ground", cluster=None, share=0.01, seed=1)


@pytest.fixture
def everything_permitted(monkeypatch: Patch) -> None:
    """Policies that say yes to whatever is asked."""

    class Yes:
        def answer(self, *asked: object) -> Permitted:
            del asked
            return Permitted(policy=("everything",), takes=frozenset())

    whole = World._office_on
    monkeypatch.setattr(World, "_office_on", lambda world, engine, vault: replace(whole(world, engine, vault), policies=Yes()))


def test_self_approval_is_counted_where_policies_say_yes_to_everything(
    ground: Ground, monkeypatch: Patch, everything_permitted: None
) -> None:
    monkeypatch.setattr(crowds, "ROUTES", {name: crowds.ROUTES[name] for name in ("admin", "builder", "owner_who_locked")})
    found = crowds.self_approval(ground)
    assert 0 < found.succeeded <= found.tried

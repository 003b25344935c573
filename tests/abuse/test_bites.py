"""Each attack is counted as succeeded where the guard against it is taken away: else that none succeeds would say nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import Phase, settings

from licet.core.approval import AnyRequest
from licet.core.ids import Digest
from licet.core.people import Role
from licet.core.policy import Permitted
from licet.core.sealed import FreshLook
from licet.flows import approve, evaluate, grant, guesses, hold_gate
from licet.store import accounts, looks
from licet.testing import World
from licet.verify import AUTHENTIC
from licet.web import people
from tests.abuse import approvals, doors, evidence, matrix, standards
from tests.abuse import looks as tries
from tests.abuse.count import Ground
from tests.security import self_approval, tampering, test_malformed_policy

Patch = pytest.MonkeyPatch


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    """Where they are tried."""
    return Ground(folder=tmp_path / "ground", cluster=None, share=0.01, seed=1)


def everything_permitted(monkeypatch: Patch) -> None:
    """Policies that say yes to whatever is asked."""
    yes = Permitted(by=("everything",), policy=Digest("0" * 64), takes=frozenset(Role))
    policies: Any = SimpleNamespace(answer=lambda *_: yes)
    whole = World._office_on
    monkeypatch.setattr(World, "_office_on", lambda world, *how: replace(whole(world, *how), policies=policies))


def test_a_yes_to_ones_own_work_is_counted(ground: Ground, monkeypatch: Patch) -> None:
    everything_permitted(monkeypatch)
    monkeypatch.setattr(approvals, "ROUTES", {"admin": self_approval.admin})
    assert approvals.self_approval(ground).succeeded > 0


def test_an_approval_that_is_taken_twice_is_counted(ground: Ground, monkeypatch: Patch) -> None:
    """As if a request were looked up once and never again."""
    kept: dict[object, AnyRequest | None] = {}
    whole = approve._asked
    monkeypatch.setattr(approve, "_asked", lambda tx, use_case, digest: kept.setdefault(digest, whole(tx, use_case, digest)))
    assert approvals.approvals_at_once(ground).succeeded > 0


def test_who_may_not_but_is_let_in_is_counted(ground: Ground, monkeypatch: Patch) -> None:
    everything_permitted(monkeypatch)
    assert matrix.authorisation(ground).succeeded > 0


def test_an_address_without_a_line_in_the_table_is_counted(ground: Ground, monkeypatch: Patch) -> None:
    known = "GET /health/live"
    monkeypatch.setattr(matrix, "TABLE", {known: matrix.TABLE[known]})
    found = matrix.authorisation(ground)
    assert found.succeeded == found.more["addresses"] - 1


def test_a_malformed_question_that_is_a_yes_is_counted(ground: Ground, monkeypatch: Patch) -> None:
    book = SimpleNamespace(decide=lambda *_: SimpleNamespace(allowed=True))
    monkeypatch.setattr(test_malformed_policy, "LOOSE", book)
    monkeypatch.setattr(test_malformed_policy, "settings", partial(settings, phases=[Phase.generate]))
    found = evidence.malformed_policy_input(ground)
    assert found.succeeded == found.more["kinds"]


def test_tampering_that_goes_unseen_is_counted(ground: Ground, monkeypatch: Patch) -> None:
    monkeypatch.setattr(tampering, "verify_bytes", lambda *_, **__: SimpleNamespace(result=AUTHENTIC))
    found = evidence.tampered_evidence(ground)
    assert found.succeeded == found.tried


def test_a_verdict_by_another_standard_that_counts_is_counted(ground: Ground, monkeypatch: Patch) -> None:
    monkeypatch.setattr(standards, "CHANGES", {"signed_anew": standards.signed_anew})
    for module in (grant, hold_gate):
        monkeypatch.setattr(module, "newest_look", lambda tx, use_case: next(reversed(looks.looks_of(tx, use_case)), None))
    assert standards.standard_changed_after_results(ground).how == ["signed_anew: an old yes counts on"]


def test_looks_without_a_price_or_an_end_are_counted(ground: Ground, monkeypatch: Patch) -> None:
    monkeypatch.setattr(evaluate, "ask_to_look", lambda sealed, *_: FreshLook(share=1.0, labels=sealed.labelled))
    assert tries.evaluated_until_it_passes(replace(ground, share=0.001)).succeeded > 0


GUARDS: dict[str, Callable[[Patch], None]] = {
    "a code is used again": lambda patch: patch.setattr(accounts, "accept_step", lambda *_: True),
    "guesses are not held up": lambda patch: patch.setattr(guesses, "wait", lambda *_: timedelta(0)),
    "a change from elsewhere": lambda patch: patch.setattr(people, "_check_page", lambda *_: None),
}
"""Guards of the door that are taken away, by the attack that then succeeds."""


@pytest.mark.parametrize("attack", GUARDS)
def test_a_way_in_is_counted(ground: Ground, monkeypatch: Patch, attack: str) -> None:
    GUARDS[attack](monkeypatch)
    assert any(one.startswith(attack) for one in doors.doors(ground).how)


def test_an_act_that_a_program_may_do_is_counted(ground: Ground, monkeypatch: Patch) -> None:
    everything_permitted(monkeypatch)
    assert doors.programs_and_operator(ground).succeeded > 0

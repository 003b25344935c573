"""Every kind of attack finds the hole it looks for: with one guard taken away, what was 0 is counted."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from licet import testing
from licet.core import sealed
from licet.core.approval import Approval
from licet.core.ids import Digest
from licet.core.people import Caller, Person, Role
from licet.core.policy import Asked, Permitted, PolicyAnswer
from licet.core.refusal import Refused
from licet.core.sealed import ask_to_look
from licet.core.token import Token, TokenScope, permit_everywhere
from licet.flows import approve, evaluate, grant, guesses, hold_gate, issue_tokens
from licet.flows.office import Office
from licet.store import accounts, looks, teams, use_cases
from licet.verify import AUTHENTIC, verify_bytes
from licet.web import people as at_the_door
from tests.abuse import approvals, matrix, standards
from tests.abuse.approvals import approvals_at_once, self_approval
from tests.abuse.count import Count, Ground
from tests.abuse.doors import doors, programs_and_operator
from tests.abuse.evidence import malformed_policy_input, tampered_evidence
from tests.abuse.looks import evaluated_until_it_passes
from tests.abuse.run import KINDS
from tests.abuse.standards import standard_changed_after_results
from tests.flows import approving
from tests.security import tampering, test_malformed_policy
from tests.security.self_approval import ROUTES

Break = Callable[[pytest.MonkeyPatch], None]


class YesToEverybody:
    """Policies that permit whatever is asked."""

    def answer(self, asked: Asked, held: Digest | None, read: Callable[[], str]) -> PolicyAnswer:
        """Yes."""
        del asked, held, read
        return Permitted(by=("yes",), policy=Digest("0" * 64), takes=frozenset(Role))

    def check(self, text: str) -> None:
        """Takes everything."""
        del text


class Careless:
    """A policy book without a schema, as if a question could be read in any way."""

    class Yes:
        """A yes."""

        allowed = True

    def decide(self, *question: object) -> "Careless.Yes":
        """Yes."""
        del question
        return self.Yes()


def anybody_may(patch: pytest.MonkeyPatch) -> None:
    """The policies permit everything."""
    patch.setattr(testing, "POLICIES", YesToEverybody())


def one_route(patch: pytest.MonkeyPatch) -> None:
    """The policies permit everything, and an admin tries."""
    anybody_may(patch)
    patch.setattr(approvals, "ROUTES", {"admin": ROUTES["admin"]})


def considered_before_the_turn(patch: pytest.MonkeyPatch) -> None:
    """What a yes does is considered before the turn to write comes, and not again in it; then only the database stands in its way."""

    def hasty(office: Office, by: Person, *, name: str, digest: Digest) -> Approval | Refused:
        with office.book.read() as tx:
            said = approve._consider(office, tx, by, use_cases.require(tx, name), digest, office.clock.now())
        if isinstance(said, Refused):
            return said
        time.sleep(0.3)
        with office.book.write() as tx:
            approve._write(tx, use_cases.require(tx, name), said)
        return Approval(digest=digest, by=said.yes.by, at=said.yes.at)

    patch.setattr(approving, "approve_gate", hasty)


def every_policy_and_no_line(patch: pytest.MonkeyPatch) -> None:
    """The policies permit everything, and an address has no line in the table."""
    anybody_may(patch)
    shorter = {address: door for address, door in matrix.TABLE.items() if address != "GET /health/live"}
    patch.setattr(matrix, "TABLE", MappingProxyType(shorter))


def every_team(patch: pytest.MonkeyPatch) -> None:
    """A token of one team is taken in all of them."""
    patch.setattr(teams, "narrowed", lambda tx, team: tx)
    few = {address: door for address, door in matrix.TABLE.items() if address.endswith("/mandate")}
    patch.setattr(matrix, "TABLE", few)


def the_whole_installation(patch: pytest.MonkeyPatch) -> None:
    """A token of one team is taken for what concerns the whole installation."""

    def permit(token: Token | None, scope: TokenScope, now: datetime) -> Caller | Refused:
        return permit_everywhere(None if token is None else replace(token, team=None), scope, now)

    patch.setattr(issue_tokens, "permit_everywhere", permit)
    few = {address: door for address, door in matrix.TABLE.items() if address.endswith("/metrics")}
    patch.setattr(matrix, "TABLE", few)


def read_in_any_way(patch: pytest.MonkeyPatch) -> None:
    """Questions are not held against the schema."""
    patch.setattr(test_malformed_policy, "LOOSE", Careless())
    patch.setattr(test_malformed_policy, "KINDS", {"null": test_malformed_policy.KINDS["null"]})


def nothing_is_checked(patch: pytest.MonkeyPatch) -> None:
    """The verifier finds everything authentic."""
    patch.setattr(tampering, "verify_bytes", lambda *pack, **how: replace(verify_bytes(*pack, **how), result=AUTHENTIC))


def any_standard(patch: pytest.MonkeyPatch) -> None:
    """The newest verdict counts, whichever standard it was given by."""

    def newest(tx: object, use_case: object) -> looks.StoredLook | None:
        found = looks.looks_of(tx, use_case)  # type: ignore[arg-type] # as the flow gives them
        return found[-1] if found else None

    for flow in (grant, hold_gate):
        patch.setattr(flow, "newest_look", newest)
    patch.setattr(standards, "CHANGES", {"signed_anew": standards.signed_anew})


def looks_for_nothing(patch: pytest.MonkeyPatch) -> None:
    """Looks are not counted: each is the first."""
    patch.setattr(evaluate, "ask_to_look", lambda there, *asked: ask_to_look(replace(there, looks=()), *asked))


def looks_at_full_price(patch: pytest.MonkeyPatch) -> None:
    """Looks are counted, and each has the whole chance of a false yes."""
    patch.setattr(sealed, "_attempt_share", lambda *asked: 1.0)


def no_doors(patch: pytest.MonkeyPatch) -> None:
    """Codes are not used up, nor links; guesses do not wait; and a page of anybody may act."""
    patch.setattr(accounts, "accept_step", lambda *code: True)
    patch.setattr(accounts, "use_link", lambda *link, **when: None)
    patch.setattr(accounts, "end_links", lambda *link, **when: None)
    patch.setattr(guesses, "wait", lambda *tally: timedelta(0))
    patch.setattr(at_the_door, "_check_page", lambda *shown: None)


BREAKS: Mapping[Break, tuple[Callable[[Ground], Count], frozenset[str]]] = {
    one_route: (self_approval, frozenset({"admin"})),
    considered_before_the_turn: (approvals_at_once, frozenset({"sqlite: somebody was told neither yes nor no"})),
    every_policy_and_no_line: (matrix.authorisation, frozenset({"GET /health/live", "as auditor of north"})),
    every_team: (matrix.authorisation, frozenset({"as a token of south"})),
    the_whole_installation: (matrix.authorisation, frozenset({"GET /metrics as a token of south"})),
    read_in_any_way: (malformed_policy_input, frozenset({"null"})),
    nothing_is_checked: (tampered_evidence, frozenset(tampering.KINDS)),
    any_standard: (standard_changed_after_results, frozenset({"an old yes counts on"})),
    looks_for_nothing: (evaluated_until_it_passes, frozenset({"attempt 5 was judged"})),
    looks_at_full_price: (evaluated_until_it_passes, frozenset({"attempt 5 was judged"})),
    no_doors: (
        doors,
        frozenset({"a code is used again to sign in", "a set-up link is used twice", "held up from many addresses", "no page token"}),
    ),
    anybody_may: (programs_and_operator, frozenset({"a program: approve a gate", "a program: review", "a program: lift the stop"})),
}
"""A guard that is taken away, the attack that must find it, and what it must find."""


@pytest.mark.parametrize("broken", BREAKS)
def test_an_attack_that_would_succeed_is_counted(broken: Break, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attack, wanted = BREAKS[broken]
    monkeypatch.setattr("tests.abuse.count.MOST_TOLD", 10_000)
    broken(monkeypatch)
    count = attack(Ground(folder=tmp_path / "ground", cluster=None, share=0.001, seed=1))
    assert count.succeeded > 0
    missed = {one for one in wanted if not any(one in told for told in count.how)}
    assert not missed, count.how[:20]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"passed": 2}, "it did not pass exactly once"),
        ({"passed": 0}, "it did not pass exactly once"),
        ({"given": 2}, "an approval was counted twice"),
        ({"without_answer": 1}, "somebody was told neither yes nor no"),
    ],
)
def test_a_crowd_that_went_wrong_is_counted(tmp_path: Path, wrong: Mapping[str, Any], told: str) -> None:
    with testing.World(tmp_path) as world:
        approving.met(world)
        found = approving.crowd(world, approving.asked(world), people=2, threads=2)
        assert not any(approvals.wrongs(found, world, voided=False).values())
        assert approvals.wrongs(replace(found, **wrong), world, voided=False)[told]


def test_every_kind_of_attack_is_proved_to_bite() -> None:
    assert {attack for attack, _ in BREAKS.values()} == set(KINDS.values())

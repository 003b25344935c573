"""A comparison: what a version does to a case, what may be spent, and what all cases together show."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.answer import Choice, Text
from licet.core.change import ChangeRule
from licet.core.cluster import Clusters
from licet.core.comparison import (
    GAINED,
    LOST,
    SAME,
    Allowance,
    Compared,
    Plan,
    Source,
    allowance_for,
    change_of,
    differ,
    found_from_json,
    found_to_json,
    judge,
    plan_digest,
)
from licet.core.grading import EXACT, TokenF1
from licet.core.ids import CaseNumber, Digest, Fingerprint
from licet.core.refusal import Refused, Unknown
from licet.core.slicing import SliceBy
from licet.core.standard import Standard
from licet.core.system import Cause, NoProposal, Proposal, Proposed
from licet.testing import promise

RULE = ChangeRule(margin=0.05)


def plan(**how: Any) -> Plan:  # noqa: ANN401 - fields of a plan
    """A plan over a hundred cases."""
    fixed: dict[str, Any] = {"old": Fingerprint("a"), "new": Fingerprint("b"), "standard": Digest("s"), "source": Source.LIVE}
    fixed |= {"cases": tuple(map(CaseNumber, range(100))), "attempt": 1, "share": 1.0, "came_before": 0, "rule": RULE}
    return Plan(**(fixed | how))


def standard(**how: Any) -> Standard:  # noqa: ANN401 - fields of a standard
    """A standard with a margin."""
    return Standard(measures=promise().measures, change=RULE, **how)


def says(value: str) -> Proposal:
    """A proposal."""
    return Proposal(answer=Choice(value=value), confidence=0.9)


SILENT = NoProposal(why="timed out", cause=Cause.UNAVAILABLE)
OUTPUTS = st.sampled_from([says("yes"), says("no"), SILENT])


@given(old=OUTPUTS, new=OUTPUTS)
def test_the_others_silence_never_makes_a_version_look_better_and_the_same_output_changes_nothing(old: Proposed, new: Proposed) -> None:
    change = change_of(old, new, Choice(value="yes"), EXACT)
    if isinstance(old, NoProposal) or isinstance(new, NoProposal):
        assert change in {SAME, LOST}
    if isinstance(new, Proposal):
        assert change_of(SILENT, new, Choice(value="yes"), EXACT) == (SAME if new == says("yes") else LOST)
    if not differ(old, new) and isinstance(old, Proposal):
        assert change == SAME


def test_a_byte_makes_outputs_differ_and_losses_in_part_say_which_loses_less() -> None:
    one, other = Proposal(answer=Text(value="a b"), confidence=0.5), Proposal(answer=Text(value="a b "), confidence=0.5)
    assert differ(one, other)
    assert not differ(one, Proposal(answer=Text(value="a b"), confidence=0.9))
    right = Text(value="a b c d")
    more = Proposal(answer=Text(value="a b c"), confidence=0.5)
    assert (change_of(one, more, right, TokenF1()), change_of(more, one, right, TokenF1())) == (GAINED, LOST)
    assert change_of(one, other, right, TokenF1()) == SAME


def compared(gained: int, lost: int, *, facts: str = "") -> list[Compared]:
    """A hundred cases, in twenty-five groups unless they say otherwise."""
    changes = [GAINED] * gained + [LOST] * lost + [SAME] * (100 - gained - lost)
    return [Compared(change=one, facts={"who": facts or str(k % 25)}) for k, one in enumerate(changes)]


@pytest.mark.parametrize(("gained", "lost", "word", "better"), [(1, 0, "met", False), (20, 2, "met", True), (2, 30, "not_met", False)])
def test_the_verdict_is_of_the_margin_and_better_is_said_once_it_is_met(gained: int, lost: int, word: str, better: bool) -> None:  # noqa: FBT001 - a case
    found = judge(plan(), standard(slices=(SliceBy(attribute="who", least=10),)), compared(gained, lost, facts="all"))
    assert (found.word, found.better, found.needed) == (word, better, None)
    assert not isinstance(found.slices, Unknown)
    assert [one.standing.value for one in found.slices] == ["better" if better else "worse" if word == "not_met" else "not told apart"]
    assert found_from_json(found_to_json(found)) == found


def test_undecided_says_about_how_many_cases_would_tell_and_a_smaller_share_decides_less() -> None:
    found = judge(plan(), standard(), compared(4, 5))
    assert (found.word, found.needed) == ("undecided", 234)
    assert judge(plan(), standard(), compared(0, 0)).word == "met"
    assert judge(plan(share=0.01), standard(), compared(0, 0)).word == "undecided"


def test_in_clusters_the_spread_between_groups_counts_and_what_has_no_test_is_unknown() -> None:
    grouped = standard(clusters=Clusters(attribute="who", largest=50))
    found = judge(plan(), grouped, compared(1, 0))
    assert (found.word, found.clusters) == ("met", 25)
    assert isinstance(found.better, Unknown)
    assert found_from_json(found_to_json(found)) == found
    assert judge(plan(), grouped, compared(1, 0, facts="one")).word == "undecided"


def test_attempts_are_spent_per_pair_and_without_a_margin_nothing_is_compared() -> None:
    spread = standard(attempts=(0.5, 0.25))
    assert [allowance_for(spread, before=n) for n in (0, 1)] == [Allowance(rule=RULE, share=share) for share in (0.5, 0.25)]
    refused = [allowance_for(spread, before=2), allowance_for(promise(), before=0)]
    assert [one.code for one in refused if isinstance(one, Refused)] == ["attempts_used_up", "no_change_rule"]
    assert plan_digest(plan()) != plan_digest(plan(cases=tuple(map(CaseNumber, range(99)))))

"""Comparing, for tests: two posted versions that slip on some cases, and each way into a comparison by a use case's name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from licet.core.answer import Choice
from licet.core.change import ChangeRule
from licet.core.comparison import Planned, Source
from licet.core.history import PastCase, PostedProposal, Shares
from licet.core.slicing import SliceBy
from licet.core.standard import Standard
from licet.flows.compare import Wish, ask_both, plan_comparison
from licet.flows.label_differences import hand_out_differences, take_in_differences
from licet.flows.office import Office
from licet.flows.see_comparisons import cases_to_compare, list_comparisons, see_comparisons
from licet.testing import World, done, past_cases, promise, truth_of, vendor
from tests.flows.examples import MAILS, code

CHANGE = replace(promise(), change=ChangeRule(margin=0.05), slices=(SliceBy(attribute="truth", least=30),))
BUILD = Shares(build=100, calibration=0, sealed=0)
OLD, NEW = vendor("1"), vendor("2")

WAYS: Mapping[str, Callable[[Office, World, str], object]] = {
    "plan_comparison": lambda o, w, name: plan_comparison(o, w.owner, replace(wish(1), name=name)),
    "ask_both": lambda o, w, name: ask_both(o, w.owner, name=name),
    "hand_out_differences": lambda o, w, name: hand_out_differences(o, w.reviewer, name=name),
    "take_in_differences": lambda o, w, name: take_in_differences(o, w.reviewer, name=name, answers={}),
    "see_comparisons": lambda o, w, name: see_comparisons(o, w.owner, name=name),
    "list_comparisons": lambda o, w, name: list_comparisons(o, name=name),
    "cases_to_compare": lambda o, w, name: cases_to_compare(o, name=name, on_disk=CHANGE, differing=0.1),
}
"""Every journey of a comparison that takes a use case's name."""


def said(rows: Sequence[PastCase], slips: set[int], *, wrong: str = "slip") -> list[PastCase]:
    """The same cases without people's answers, as a version answers them that slips on some."""
    answers = [Choice(value=wrong) if k in slips else truth_of(one.body) for k, one in enumerate(rows)]
    return [
        replace(one, answer=None, posted=PostedProposal(answer=answer, confidence=0.9)) for one, answer in zip(rows, answers, strict=True)
    ]


def wish(cases: int, standard: Standard = CHANGE) -> Wish:
    """The second posted version against the first, on imported cases that nobody answered."""
    return Wish(name=MAILS, on_disk=standard, cases=cases, source=Source.UNLABELLED, new="vendor@2", old="vendor@1")


def planned(world: World, old: set[int], new: set[int], *, cases: int = 200, standard: Standard = CHANGE) -> Planned:
    """A comparison of two posted versions that slip on these cases; the new one speaks only after the plan."""
    world.use_case(MAILS, standard)
    world.import_cases(MAILS, past_cases(60), card=None)
    rows = past_cases(cases, name="fresh")
    world.import_cases(MAILS, said(rows, old, wrong="OLD-OUTPUT"), card=OLD, shares=BUILD)
    world.sign(MAILS)
    made = done(plan_comparison(world.office, world.operator, wish(cases, standard)))
    assert world.words()[-1] == "comparison.planned"
    assert code(ask_both(world.office, world.operator, name=MAILS)) == "system_missing"
    world.import_cases(MAILS, said(rows, new, wrong="NEW-OUTPUT"), card=NEW, shares=BUILD)
    return made

"""A workflow: every item takes one of its ways and ends, what cannot be told is held, and nothing in a file is ever evaluated."""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.core.answer import Choice, Fields
from licet.core.canonical import Json
from licet.core.case import CaseBody, TextContent
from licet.core.workflow import (
    Branch,
    Decide,
    End,
    Rule,
    Step,
    StepName,
    Wait,
    Workflow,
    branch_by_step,
    branches_of,
    facts_at,
    in_order,
    kept_apart,
)
from licet.core.workflow_change import asks_no_less, can_go_on, cut_out, ways_on
from licet.core.workflow_flaws import flaws
from licet.core.workflow_json import NotAWorkflowError, version_of, workflow_from_json, workflow_to_json
from licet.core.workflow_way import Back, Given, Held, Stands, back_or_held, enter, leave
from licet.edge.bad_file import BadFolderError
from licet.edge.workflow_file import load_workflow

SLIPS = """\
begin: check
due: 2 days
tell: senior reviewer
steps:
  check:
    rule:
      - when: [{fact: amount, above: 100000}]
        to: look
      - to: read
  read:
    decide: slips-digit
    due: 4 hours
    next:
      - when: [{fact: answer, one_of: [no]}]
        to: look
      - to: paid
  look: {person: slips-look, next: paid}
  paid: end
"""


def load(folder: Path, text: str) -> Workflow:
    """A workflow from a file of this text."""
    (folder / "workflow.yaml").write_text(text, "utf-8")
    return load_workflow(folder)


def body(**attributes: str) -> CaseBody:
    """An item with these attributes."""
    return CaseBody(content=TextContent(text="a slip"), attributes=attributes)


def name(k: int) -> StepName:
    """The name of the k-th step."""
    return StepName(f"s{k}")


@st.composite
def workflows(draw: st.DrawFn) -> Workflow:
    """Workflows of up to eight steps that lead onwards only, with rules over one fact."""
    count = draw(st.integers(2, 8))
    steps: dict[StepName, Step] = {}
    for k in range(count - 1):
        onwards = st.integers(k + 1, count - 1).map(name)
        rule = st.sampled_from(["above", "below"]).flatmap(lambda way: st.integers(0, 9).map(lambda n: {"fact": "amount", way: str(n)}))
        ways: list[Json] = [{"to": draw(onwards), "when": [draw(rule)]} for _ in range(draw(st.integers(0, 2)))]
        ways.append({"to": name(k + 1)})
        kind = draw(st.sampled_from(["rule", "decide", "person", "wait"]))
        kinds: dict[str, Json] = {"rule": {"rule": ways}, "wait": {"wait": "1 hour", "next": ways}}
        raw = kinds.get(kind, {kind: "a-use-case", "next": ways})
        steps[name(k)] = workflow_from_json({"begin": "x", "steps": {"x": raw}}).steps[StepName("x")]
    steps[name(count - 1)] = End()
    return Workflow(begin=name(0), steps=steps)


@given(workflow=workflows(), amount=st.sampled_from(["", "much", "0", "3", "4.5", "9", "1e9"]), alone=st.booleans())
@settings(max_examples=200, deadline=None)
def test_an_item_takes_one_of_the_ways_there_are_and_ends_or_is_held(workflow: Workflow, amount: str, *, alone: bool) -> None:
    """Breaks when an item jumps, comes to a step twice, or walks for ever."""
    assert flaws(workflow) == ()
    assert workflow_from_json(workflow_to_json(workflow)) == workflow
    says, path = body(amount=amount), list[StepName]()
    walk = enter(workflow, workflow.begin, facts_at(says, None), done=frozenset())
    while True:
        path += walk.entered
        came_to = walk.came_to
        assert not isinstance(came_to, Back), "none of these has a way back"
        if isinstance(came_to, Held) or isinstance(came_to.kind, End):
            break
        said = None if isinstance(came_to.kind, Wait) else Given(answer=Choice(value="yes"), alone=alone)
        walk = leave(workflow, came_to.step, says, said, done=frozenset(path))
    assert path[0] == workflow.begin
    assert len(set(path)) == len(path)
    assert all(b in {one.to for one in branches_of(workflow.steps[a])} for a, b in pairwise(path))
    if isinstance(came_to, Held):
        strict = workflow.steps[came_to.step]
        person = isinstance(strict, Decide) and strict.by_person and alone
        assert came_to.reason == ("person_needed" if person else "rule_unknown")
        assert person or amount in {"", "much"}
    assert not any(isinstance(s, Decide) and s.by_person and alone for s in map(workflow.steps.get, path[:-1]))


BESIDE = """\
begin: in
steps:
  in: {person: entering, next: checks}
  checks: {parallel: [credit, fraud]}
  credit: {decide: credits, next: [{when: [{fact: answer, one_of: [no]}], back: credit, at_most: 2}, {to: met}]}
  fraud: {python: ask, next: {known: met, unknown: look, again: {back: fraud, at_most: 3}}}
  look: {person: looks, due: 1 day, not_by: [in, credit], next: met}
  met:
    join: checks
    next:
      - when: [{fact: credit.answer, one_of: [no]}]
        back: in
        at_most: 1
      - to: paid
  paid: end
"""


def test_what_a_file_says_of_branches_ways_back_and_people_is_kept_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "rules.py").write_text("from licet.rules import rule\n\n@rule\ndef ask(facts):\n    return 'known'\n", "utf-8")
    found = load(tmp_path, BESIDE)
    assert workflow_from_json(workflow_to_json(found)) == found
    assert version_of(load(tmp_path, BESIDE.replace("at_most: 1", "at_most: 2"))) != version_of(found)
    assert dict(branch_by_step(found)) == {"credit": "credit", "fraud": "fraud", "look": "fraud"}
    assert kept_apart(found, StepName("credit")) == {"look"}, "each is kept apart from the other, whichever says so"
    assert kept_apart(found, StepName("look")) == {"in", "credit"}
    assert ways_on(found, branch=StepName("fraud"), done=frozenset({StepName("fraud")})) == ("look", "met")
    assert ways_on(found, branch=None, done=frozenset()) == ("in", "checks", "paid")
    back = Back(step=StepName("met"), to=StepName("in"), at_most=1)
    assert back_or_held(back, times=0) == back
    assert isinstance(back_or_held(back, times=1), Held)


def test_nobody_takes_an_item_past_a_step_that_is_kept_apart_from_theirs(tmp_path: Path) -> None:
    found = load(tmp_path, SLIPS.replace("person: slips-look,", "person: slips-look, not_by: [read],"))
    read, look, paid = map(StepName, ("read", "look", "paid"))

    def past(to: StepName, *, answered: StepName = read, decided: StepName = read) -> StepName | None:
        return cut_out(found, at=read, to=to, answered=frozenset({answered}), decided=frozenset({decided}))

    assert (past(paid), past(look)) == (look, None)
    assert past(paid, decided=look) is None, "somebody else decided it already"
    assert past(paid, answered=paid) is None, "whoever answered nothing of it is cutting out nobody"
    looser = load(tmp_path, SLIPS)
    assert asks_no_less(looser, found, [read])
    assert not asks_no_less(found, looser, [read])
    assert asks_no_less(found, looser, [StepName("check")])


def test_a_rule_that_cannot_be_told_holds_the_item_whatever_stands_after_it(tmp_path: Path) -> None:
    slips = load(tmp_path, SLIPS)
    for amount in ("", "12 CHF", "1e999", "9" * 50, "nan", "__import__('os')"):
        walk = enter(slips, slips.begin, facts_at(body(amount=amount), None), done=frozenset())
        assert walk.came_to == Held(step=StepName("check"), reason="rule_unknown"), amount
    for amount, step in (("100000", "read"), ("100000.01", "look")):
        walk = enter(slips, slips.begin, facts_at(body(amount=amount), None), done=frozenset())
        assert isinstance(walk.came_to, Stands)
        assert walk.came_to.step == step


def test_nobody_answers_a_step_by_sending_an_attribute_called_answer() -> None:
    said = body(answer="yes", **{"answer.digit": "7"}, amount="5")
    assert facts_at(said, None) == {"amount": "5"}
    assert facts_at(said, Fields(values={"digit": "1"})) == {"amount": "5", "answer.digit": "1"}


def test_a_person_step_takes_no_answer_of_ai_and_an_erased_one_holds_the_item(tmp_path: Path) -> None:
    slips = load(tmp_path, SLIPS)
    look = StepName("look")
    for said, why in ((Given(answer=Choice(value="ok"), alone=True), "person_needed"), (Given(answer=None, alone=False), "answer_erased")):
        assert leave(slips, look, body(amount="1"), said, done=frozenset({look})).came_to == Held(step=look, reason=why)
    by_hand = leave(slips, look, body(amount="1"), Given(answer=Choice(value="ok"), alone=False), done=frozenset({look}))
    assert by_hand.entered == ("paid",)


STEP: Mapping[str, str] = {
    "a way back": "begin: a\nsteps:\n  a: {wait: 1 hour, next: b}\n  b: {wait: 1 hour, next: a}\n",
    "no way leads": "begin: a\nsteps:\n  a: end\n  b: end\n",
    "is no step": "begin: a\nsteps:\n  a: {rule: c}\n",
    "for whatever else": "begin: a\nsteps:\n  a: {rule: [{to: b, when: [{fact: x, above: 1}]}]}\n  b: end\n",
    "asks for an answer": "begin: a\nsteps:\n  a: {rule: [{to: b, when: [{fact: answer, one_of: [x]}]}, {to: b}]}\n  b: end\n",
    "kept apart from itself": "begin: a\nsteps:\n  a: {person: x, not_by: [a], next: b}\n  b: end\n",
    "which nobody answers": "begin: a\nsteps:\n  a: {person: x, not_by: [b], next: b}\n  b: end\n",
    "is joined by 0 steps": "begin: s\nsteps:\n  s: {parallel: [a, b]}\n  a: {rule: z}\n  b: {rule: z}\n  z: end\n",
    "is joined by 2 steps": "begin: s\nsteps:\n  s: {parallel: [a, b]}\n  a: {rule: j}\n  b: {rule: k}\n"
    "  j: {join: s, next: z}\n  k: {join: s, next: z}\n  z: end\n",
    "which splits nothing": "begin: a\nsteps:\n  a: {rule: j}\n  j: {join: a, next: z}\n  z: end\n",
    "has 1 branches": "begin: s\nsteps:\n  s: {parallel: [a]}\n  a: {rule: j}\n  j: {join: s, next: z}\n  z: end\n",
    "its join would wait for ever": "begin: s\nsteps:\n  s: {parallel: [a, b]}\n  a: {rule: j}\n  b: {rule: z}\n"
    "  j: {join: s, next: z}\n  z: end\n",
    "in more than one branch": "begin: s\nsteps:\n  s: {parallel: [a, b]}\n  a: {rule: c}\n  b: {rule: c}\n  c: {rule: j}\n"
    "  j: {join: s, next: z}\n  z: end\n",
    "splits again": "begin: s\nsteps:\n  s: {parallel: [a, b]}\n  a: {parallel: [c, d]}\n  b: {rule: j}\n  c: {rule: k}\n  d: {rule: k}\n"
    "  k: {join: a, next: j}\n  j: {join: s, next: z}\n  z: end\n",
    "from outside it": "begin: o\nsteps:\n  o: {rule: [{when: [{fact: x, above: 1}], to: c}, {to: s}]}\n  s: {parallel: [a, b]}\n"
    "  a: {rule: c}\n  c: {rule: j}\n  b: {rule: j}\n  j: {join: s, next: z}\n  z: end\n",
    "nothing was split there": "begin: o\nsteps:\n  o: {rule: [{when: [{fact: x, above: 1}], to: j}, {to: s}]}\n  s: {parallel: [a, b]}\n"
    "  a: {rule: j}\n  b: {rule: j}\n  j: {join: s, next: z}\n  z: end\n",
    "inside of what is split, alone": "begin: s\nmoves: {x: a}\nsteps:\n  s: {parallel: [a, b]}\n  a: {rule: j}\n  b: {rule: j}\n"
    "  j: {join: s, next: z}\n  z: end\n",
    "none of the branches that it joins": "begin: s\nsteps:\n  s: {parallel: [a, b]}\n  a: {rule: j}\n  b: {rule: j}\n"
    "  j: {join: s, next: [{when: [{fact: z.answer, above: 1}], to: z}, {to: z}]}\n  z: end\n",
    "leads back alone": "begin: a\nsteps:\n  a: {rule: b}\n  b: {rule: [{back: a, at_most: 2}]}\n",
    "does not come before it": "begin: a\nsteps:\n  a: {rule: [{when: [{fact: x, above: 1}], back: b, at_most: 2}, {to: b}]}\n  b: end\n",
    "across where branches begin": "begin: o\nsteps:\n  o: {rule: s}\n  s: {parallel: [a, b]}\n"
    "  a: {rule: [{when: [{fact: x, above: 1}], back: o, at_most: 2}, {to: j}]}\n  b: {rule: j}\n  j: {join: s, next: z}\n  z: end\n",
    "after one that takes everything": "begin: a\nsteps:\n  a: {rule: [{to: b}, {to: b}]}\n  b: end\n",
}


@pytest.mark.parametrize("why", STEP)
def test_steps_that_are_no_workflow_are_refused_with_the_line(why: str, tmp_path: Path) -> None:
    with pytest.raises(BadFolderError, match=rf"(?i):[1-9].*{why}"):
        load(tmp_path, STEP[why])


HOSTILE = {
    "code": "begin: a\nsteps:\n  a: {rule: [{to: b, when: [{fact: x, eval: 1}]}]}\n  b: end\n",
    "a tag": "begin: a\nsteps:\n  a: !!python/object/apply:os.system [ls]\n",
    "an alias": "begin: &a a\nsteps:\n  a: *a\n",
    "two kinds": "begin: a\nsteps:\n  a: {decide: x, wait: 1 hour, next: b}\n  b: end\n",
    "an unknown key": "begin: a\nrun: rm\nsteps:\n  a: end\n",
    "no number": "begin: a\nsteps:\n  a: {rule: [{to: b, when: [{fact: x, above: many}]}, {to: b}]}\n  b: end\n",
    "an empty list": "begin: a\nsteps:\n  a: {rule: [{to: b, when: [{fact: x, one_of: []}]}, {to: b}]}\n  b: end\n",
    "for ever": "begin: a\nsteps:\n  a: {wait: 400 days, next: b}\n  b: end\n",
    "no time": "begin: a\nsteps:\n  a: {wait: soon, next: b}\n  b: end\n",
    "a path": "begin: a\nsteps:\n  a: {decide: ../other, next: b}\n  b: end\n",
    "a strange name": "begin: 'a b'\nsteps:\n  'a b': end\n",
    "a strange role": "begin: a\ntell: god\nsteps:\n  a: end\n",
    "steps as text": "begin: a\nsteps: many\n",
    "nothing": "begin: a\nsteps: {}\n",
    "rounds for ever": "begin: a\nsteps:\n  a: {rule: [{back: a, at_most: 21}, {to: b}]}\n  b: end\n",
    "rounds without a limit": "begin: a\nsteps:\n  a: {rule: [{back: a}, {to: b}]}\n  b: end\n",
    "onwards and back": "begin: a\nsteps:\n  a: {rule: [{back: a, to: b, at_most: 2}, {to: b}]}\n  b: end\n",
    "a split of text": "begin: a\nsteps:\n  a: {parallel: b}\n  b: end\n",
    "a join with branches": "begin: a\nsteps:\n  a: {join: b, parallel: [b], next: b}\n  b: end\n",
    "many": "begin: a0\nsteps:\n" + "".join(f"  a{k}: end\n" for k in range(51)),
}


@pytest.mark.parametrize("trick", HOSTILE)
def test_a_hostile_file_is_refused_with_a_line_and_nothing_in_it_runs(trick: str, tmp_path: Path) -> None:
    with pytest.raises(BadFolderError, match=r"workflow\.yaml:[1-9]"):
        load(tmp_path, HOSTILE[trick])


def test_a_version_is_named_by_what_it_says(tmp_path: Path) -> None:
    slips = load(tmp_path, SLIPS)
    assert version_of(load(tmp_path, SLIPS.replace("2 days", "48 hours"))) == version_of(slips)
    assert version_of(load(tmp_path, SLIPS.replace("100000", "100001"))) != version_of(slips)
    with pytest.raises(NotAWorkflowError):
        workflow_from_json(["not", "one"])


def test_what_is_being_decided_goes_on_only_where_no_less_is_asked() -> None:
    ways = (Branch(to=name(1)),)

    def asks(use_case: str, *, by_person: bool = False) -> Decide:
        raw: Json = {"begin": "x", "steps": {"x": {"person" if by_person else "decide": use_case, "next": "y"}}}
        found = workflow_from_json(raw).steps[StepName("x")]
        assert isinstance(found, Decide)
        return found

    assert can_go_on(asks("a"), asks("a", by_person=True), held=False)
    assert not can_go_on(asks("a", by_person=True), asks("a"), held=False)
    assert not can_go_on(asks("a"), asks("b"), held=False)
    assert not can_go_on(asks("a"), Rule(branches=ways), held=False)
    assert can_go_on(asks("a"), asks("b"), held=True)


def test_steps_are_shown_each_before_those_to_which_it_leads() -> None:
    steps: Json = {
        "z": {"rule": [{"when": [{"fact": "a", "above": "1"}], "to": "m"}, {"to": "b"}]},
        "m": {"wait": "1 hour", "next": "b"},
        "b": {"python": "f", "next": {"x": "a", "y": "c"}},
        "a": "end",
        "c": "end",
    }
    found = workflow_from_json({"begin": "z", "steps": steps, "code": "0" * 64})
    order = in_order(found)
    assert order[0] == "z"
    assert sorted(order) == sorted(found.steps)
    assert all(order.index(StepName(name)) < order.index(one.to) for name, step in found.steps.items() for one in branches_of(step))

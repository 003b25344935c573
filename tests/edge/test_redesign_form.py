"""A redesign is read from its file strictly, and each mistake is shown with its line and a way out."""

from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.redesign import Assumed, Checks, Doer, Merge, Move, Price, Redesign, Reviewers, ServiceLevel, StepPlan
from licet.edge.bad_file import BadFolderError, Finding
from licet.edge.folder import check_folder
from licet.edge.redesign_form import load_redesign

WHOLE = """\
title: AI on leads
decides: Check lead
steps:
  Check lead: {by: ai alone, assumed: {latency_seconds: 2, cost: 0.4}}
  "1.50": {by: ai proposes, assumed: {time_saved: 0.2}}
  no: {by: person}
remove: [Copy]
merge:
  - {steps: [Call, Write], into: Call and write, time: 0.8}
parallel:
  - [Credit, Fraud]
order:
  - {step: Sign, after: Credit}
reviewers: {people: 4, hours_a_day: 6, from_hour: 9, days: [mon, tue], seconds_a_case: 90, skilled_for: [Check lead]}
checks: {audits: 0.1, second_looks: 0.05}
service_level: {hours: 48, share: 0.95}
price: {currency: EUR, person_hour: 4500}
"""


def written(folder: Path, text: str) -> Path:
    (folder / "redesign.yaml").write_text(text, "utf-8")
    return folder


def faults(folder: Path, text: str) -> tuple[Finding, ...]:
    with pytest.raises(BadFolderError) as caught:
        load_redesign(written(folder, text))
    return caught.value.findings


def test_everything_that_a_redesign_can_say_is_read(tmp_path: Path) -> None:
    assert load_redesign(written(tmp_path, WHOLE)) == Redesign(
        title="AI on leads",
        decides="Check lead",
        steps={
            "Check lead": StepPlan(by=Doer.AI_ALONE, assumed=Assumed(latency_seconds=2.0, cost=0.4)),
            "1.50": StepPlan(by=Doer.AI_PROPOSES, assumed=Assumed(time_saved=0.2)),
            "no": StepPlan(by=Doer.PERSON),
        },
        removed=("Copy",),
        merged=(Merge(steps=("Call", "Write"), into="Call and write", time=0.8),),
        parallel=(("Credit", "Fraud"),),
        moved=(Move(step="Sign", after="Credit"),),
        reviewers=Reviewers(
            people=4, hours_a_day=6.0, from_hour=9.0, days=("mon", "tue"), seconds_a_case=90.0, skilled_for=("Check lead",)
        ),
        checks=Checks(audits=0.1, second_looks=0.05),
        service_level=ServiceLevel(within=timedelta(hours=48), share=0.95),
        price=Price(currency="EUR", person_hour=4500),
    )


def test_what_is_left_out_stays_as_it_is(tmp_path: Path) -> None:
    assert load_redesign(written(tmp_path, "title: As it is\n")) == Redesign(title="As it is")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("title: A\nsteps:\n  Check: {by: robot}\n", 3, "'robot' is not known."),
        ("title: A\nsteps:\n  Check: {by: ai alone, coverage: 0.9}\n", 3, "'coverage' is not a key here."),
        ("title: A\nsteps:\n  Check:\n    by: ai alone\n    assumed: {coverage: 1.2}\n", 5, "1.2 is not in [0, 1]"),
        ("title: A\nsteps:\n  Check:\n    by: ai alone\n    assumed: {coverage: high}\n", 5, "'high' is not a number"),
        ("title: A\norder:\n  - {step: B, after: C}\n  - {step: C, after: B}\n", 4, "circle"),
        ("title: A\nmerge:\n  - {steps: [B], into: C}\n", 3, "two steps or more"),
        ("title: A\nprice: {currency: euro, person_hour: 1}\n", 2, "currency"),
        ("title: A\nchecks:\n  audit: 0.1\n", 3, "Did you mean 'audits'?"),
        ("remove: [A]\n", 1, "'title' is missing."),
    ],
)
def test_a_mistake_is_shown_with_its_line_and_a_way_out(tmp_path: Path, text: str, line: int, says: str) -> None:
    (found,) = faults(tmp_path, text)
    assert found.line == line
    assert says in f"{found.why} {found.remedy}"
    assert found.remedy


def test_checking_a_folder_finds_what_is_wrong_in_its_redesign_and_asks_for_none(tmp_path: Path) -> None:
    before = check_folder(tmp_path)
    written(tmp_path, "title: A\nchecks: {audits: 2}\n")
    (found,) = [one for one in check_folder(tmp_path) if one not in before]
    assert (Path(found.file).name, found.line) == ("redesign.yaml", 2)
    written(tmp_path, WHOLE)
    assert check_folder(tmp_path) == before


def test_where_there_is_no_redesign_it_says_how_one_begins(tmp_path: Path) -> None:
    with pytest.raises(BadFolderError, match=r"no such file.*docs/redesign.md"):
        load_redesign(tmp_path)

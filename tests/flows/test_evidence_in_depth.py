"""Evidence in depth: answers wrong in part, cases that come in clusters, errors that must never be made, and too few labels."""

from dataclasses import replace
from pathlib import Path

from licet.core.audit import Disagreed
from licet.core.cluster import Clusters
from licet.core.grading import Costs
from licet.core.history import PastCase
from licet.core.measure import Confusion, Measure, MeasureKind
from licet.core.people import Role
from licet.core.standard import Method, Standard
from licet.flows.grant import Wishes
from licet.store import audits, mandates
from licet.testing import World, past_cases, promise
from tests.flows.examples import MAILS, always_wrong, code, of_word

CHEAP = Costs(costs={"yes": {"no": 0.05, "perhaps": 1.0}, "no": {"yes": 0.05}})
GRADED = replace(promise(), grading=CHEAP, method=Method.ANYTIME)


def judged(folder: Path, standard: Standard, history: list[PastCase]) -> str:
    """The verdict on this history, or the code of the refusal."""
    with World(folder) as world:
        world.use_case(MAILS, standard)
        world.import_cases(MAILS, history)
        world.sign(MAILS)
        found = world.try_evaluate(MAILS)
        return found.stored.word if hasattr(found, "stored") else code(found)


def of_customers(history: list[PastCase], size: int) -> list[PastCase]:
    """The same cases, so many in a row of one customer."""
    return [
        replace(one, body=replace(one.body, attributes={**one.body.attributes, "customer": f"c{k // size}"}))
        for k, one in enumerate(history)
    ]


def test_answers_that_are_wrong_in_part_count_in_part_in_verdict_audit_and_watch(tmp_path: Path) -> None:
    history = past_cases(900, wrong=90)
    assert judged(tmp_path / "whole", replace(promise(), method=Method.ANYTIME), history) != "met"
    with World(tmp_path / "graded") as world:
        world.use_case(MAILS, GRADED)
        world.import_cases(MAILS, history)
        world.sign(MAILS)
        assert world.evaluate(MAILS).stored.word == "met"
        mandate = world.earn(MAILS, Wishes(audit_rate=1.0))
        world.submit(MAILS, past_cases(6, name="new"))
        world.answer(MAILS, always_wrong)
        world.answer_as(world.person("second", Role.REVIEWER), MAILS, always_wrong)
        with world.office.book.read() as tx:
            rows = audits.every(tx, mandate.id)
            watch = mandates.watch_of(tx, mandate)
        assert {row.outcome for row in rows} == {Disagreed(loss=0.05)}
        assert watch.fed == len(rows) == 6
        assert not watch.has_tripped
        assert "costs-1" in str(of_word(world, "case.decided")[-1].facts)


def test_clusters_weigh_as_one_draw_and_one_that_is_too_large_is_refused_before_any_answer_is_read(tmp_path: Path) -> None:
    history = of_customers(past_cases(600), 3)
    grouped = replace(promise(), clusters=Clusters(attribute="customer", largest=3))
    assert judged(tmp_path / "fitting", grouped, history) == "met"
    lenient = of_customers(past_cases(240), 20)
    assert judged(tmp_path / "few", replace(grouped, clusters=Clusters(attribute="customer", largest=20)), lenient) == "undecided"
    assert judged(tmp_path / "alone", promise(), lenient) == "met"
    small = replace(grouped, clusters=Clusters(attribute="customer", largest=2))
    assert judged(tmp_path / "crowded", small, history) == "cluster_too_large"


def test_a_single_error_that_must_never_be_made_keeps_a_system_from_being_certified(tmp_path: Path) -> None:
    never = Measure(
        name="yes instead of no",
        kind=MeasureKind.NEVER,
        target=0.05,
        confidence=0.95,
        errors=(Confusion(right=frozenset({"no"}), given=frozenset({"yes"})),),
    )
    strict = replace(promise(), measures=(*promise().measures, never))
    assert judged(tmp_path / "clean", strict, past_cases(600)) == "met"
    assert judged(tmp_path / "seen", strict, past_cases(600, wrong=6)) != "met"
    assert judged(tmp_path / "without", promise(), past_cases(600, wrong=6)) == "met"


def test_fewer_labels_than_the_standard_asks_for_are_undecided(tmp_path: Path) -> None:
    assert judged(tmp_path, replace(promise(), min_labels=10_000), past_cases(600)) == "undecided"

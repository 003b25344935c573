"""What is written into a use case's folder reads back as it was, and explains itself to its reader."""

import dataclasses
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from licet.core.answer import AnswerKind
from licet.core.change import ChangeRule
from licet.core.cluster import Clusters
from licet.core.grading import Costs, Exact, FieldRule, FieldWise, Folded, Grading, OfOne, SameJson, SetF1, TokenF1, Tolerance
from licet.core.ids import UseCaseSlug
from licet.core.measure import Confusion, Measure, MeasureKind
from licet.core.region import OTHER, RegionRule
from licet.core.second import SecondLooks
from licet.core.slicing import SliceBy
from licet.core.standard import DeclaredLook, GuardRules, Method, Standard, check_standard
from licet.edge.decision_block import DecisionBlock, Protocol
from licet.edge.folder import BadFolderError, UseCaseFile, load_standard, load_use_case, write_standard, write_use_case
from licet.edge.system_blocks import CallableBlock, HttpBlock

MEASURE = Measure(name="error", kind=MeasureKind.ERROR_ALONE, target=0.05, confidence=0.95)
ODD = ["yes", "No", "null", "~", "0", "1.50", "a: b", "# a", "'", '"', "- a", "[x]", "{", "=1", "<<", "\U0001f600", "x\u200dy", "x\xa0y"]
LETTERS = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])
WORDS = st.sampled_from(ODD) | st.text(LETTERS, min_size=1, max_size=12).map(str.strip).filter(bool)
SHARES = st.floats(1e-300, 1.0)
SETS = st.frozensets(WORDS, max_size=3)


REGIONS = st.builds(
    RegionRule, name=WORDS.filter(lambda name: name != OTHER), attribute=WORDS, values=st.frozensets(WORDS, min_size=1, max_size=3)
)


FULL = st.frozensets(WORDS, min_size=1, max_size=3)
ERRORS = st.lists(st.builds(Confusion, right=SETS, given=FULL), min_size=1, max_size=2).map(tuple)
SLICINGS = st.lists(st.builds(SliceBy, attribute=WORDS, least=st.integers(10, 99)), max_size=2, unique_by=lambda one: one.attribute).map(
    tuple
)
DISTANCES = st.builds(Tolerance, absolute=st.floats(0, 1e6), relative=st.floats(0, 1))
PLAIN: list[OfOne] = [Exact(), Folded(), TokenF1(), SameJson(), SetF1(separator=";")]
OF_ONE: st.SearchStrategy[OfOne] = st.one_of(st.sampled_from(PLAIN), DISTANCES)
RULES = st.builds(FieldRule, weight=st.floats(0.001, 99), by=OF_ONE)
AS_WRITTEN: st.SearchStrategy[Grading] = st.one_of(
    st.just(Exact()), st.builds(Costs, costs=st.dictionaries(WORDS, st.dictionaries(WORDS, st.floats(0, 1), max_size=2), max_size=2))
)
GRADINGS: st.SearchStrategy[Grading] = st.one_of(
    OF_ONE, st.builds(FieldWise, fields=st.dictionaries(WORDS, RULES, min_size=1, max_size=3)), AS_WRITTEN
)


@st.composite
def measures(draw: st.DrawFn, high_stakes: frozenset[str]) -> tuple[Measure, ...]:
    names = draw(st.lists(WORDS, min_size=1, max_size=3, unique=True))
    others = st.sampled_from(list(MeasureKind)) if high_stakes else st.sampled_from([MeasureKind.ERROR_ALONE, MeasureKind.NEVER])
    kinds = [MeasureKind.ERROR_ALONE, *[draw(others) for _ in names[1:]]]
    targets, confidences = st.floats(0.0, 0.5, exclude_min=True, exclude_max=True), st.floats(0.5, 1.0, exclude_max=True)
    return tuple(
        Measure(
            name=name,
            kind=kind,
            target=draw(targets),
            confidence=draw(confidences),
            errors=draw(ERRORS) if kind is MeasureKind.NEVER else (),
            answers=high_stakes if kind is MeasureKind.MISSED_HIGH_STAKES and draw(st.booleans()) else frozenset(),
        )
        for name, kind in zip(names, kinds, strict=True)
    )


@st.composite
def standards(draw: st.DrawFn) -> Standard:
    high_stakes = draw(SETS)
    labels = sorted(draw(st.sets(st.integers(1, 10**9), max_size=3)))
    ends: list[int | None] = [*labels, None]
    clusters = draw(st.none() | st.builds(Clusters, attribute=WORDS, largest=st.integers(2, 99)))
    guards = GuardRules(high_stakes_max=draw(st.none() | st.floats(0, 1)), unfamiliar_share=draw(st.none() | st.floats(0, 0.5)))
    promised, never_alone = draw(measures(high_stakes)), draw(SETS)
    listed = high_stakes or never_alone or any(one.kind is MeasureKind.NEVER for one in promised)
    return Standard(
        measures=promised,
        method=Method.ANYTIME if clusters is None else Method.EXACT,
        grading=draw(AS_WRITTEN if listed else GRADINGS),
        clusters=clusters,
        min_labels=draw(st.integers(0, 999)),
        slices=draw(SLICINGS),
        change=draw(st.none() | st.builds(ChangeRule, margin=st.floats(0.001, 0.49), confidence=st.floats(0.5, 0.999))),
        second_looks=draw(st.none() | st.builds(SecondLooks, share=st.floats(0, 1), attributes=st.dictionaries(WORDS, FULL, max_size=2))),
        looks=tuple(DeclaredLook(labels=n, share=draw(SHARES) / len(ends)) for n in ends),
        attempts=draw(st.lists(st.floats(1e-300, 0.25), min_size=1, max_size=4).map(tuple)),
        min_coverage=draw(st.floats(0, 1)),
        high_stakes=high_stakes,
        never_alone_answers=never_alone,
        never_alone_attributes=draw(st.dictionaries(WORDS, SETS, max_size=3)),
        guards=guards,
        regions=draw(st.lists(REGIONS, max_size=2, unique_by=lambda region: region.name).map(tuple)),
    )


@settings(max_examples=60, deadline=None)
@given(standard=standards())
def test_a_standard_reads_back_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, standard: Standard) -> None:
    assume(not check_standard(standard))  # costs may be too low for what is promised
    folder = tmp_path_factory.getbasetemp() / "a-standard"
    write_standard(folder, standard, overwrite=True)
    assert load_standard(folder) == standard


LINES = WORDS.filter(str.isprintable)
AT_ONCE, SECONDS = st.integers(1, 64), st.floats(0.001, 600.0)
CALLABLES = st.builds(CallableBlock, timeout_seconds=SECONDS, concurrency=AT_ONCE)
ENDPOINTS = st.builds(
    HttpBlock,
    url=st.sampled_from(["https://x.example.org/a?b=1&c=%20", "http://localhost:8000"]),
    version=LINES,
    name=LINES | st.just(""),
    model=LINES | st.just(""),
    timeout_seconds=SECONDS,
    concurrency=AT_ONCE,
    retries=st.integers(0, 10),
    encryption=st.sampled_from(["required", "none"]),
    secret_headers=st.dictionaries(st.sampled_from(["Authorization", "X-Key"]), st.sampled_from(["LICET_SECRET_A", "LICET_SECRET_B_2"])),
)
ASKED = st.one_of(
    st.fixed_dictionaries({"ask": st.just("choice"), "options": st.dictionaries(WORDS, WORDS | st.just(""), min_size=2, max_size=4)}),
    st.fixed_dictionaries({"ask": st.just("yes_no"), "positive": LINES.map("p{}".format), "negative": LINES.map("n{}".format)}),
)
MODELS = st.builds(
    lambda asked, **block: DecisionBlock.model_validate({**asked, **block}),
    ASKED,
    protocol=st.sampled_from(Protocol),
    url=st.sampled_from(["https://x.example.org/v1", "http://localhost:8000"]),
    model=LINES,
    version=LINES | st.just(""),
    question=WORDS,
    secret_headers=st.just({"Authorization": "LICET_SECRET_A"}),
)


@settings(max_examples=60, deadline=None)
@given(called=CALLABLES | st.just(CallableBlock()), asked=st.none() | ENDPOINTS, model=st.none() | MODELS)
def test_how_a_system_is_asked_reads_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, called: CallableBlock, asked: HttpBlock | None, model: DecisionBlock | None
) -> None:
    folder = tmp_path_factory.getbasetemp() / "an-endpoint"
    use_case = UseCaseFile(
        slug=UseCaseSlug("an-endpoint"), title="Mails", answer=AnswerKind.CHOICE, callable=called, http=asked, decision=model
    )
    write_use_case(folder, use_case, overwrite=True)
    assert load_use_case(folder) == use_case


@settings(max_examples=60, deadline=None)
@given(title=WORDS, answers=st.lists(WORDS, max_size=5, unique=True), content=st.lists(WORDS, max_size=3, unique=True))
def test_a_use_case_reads_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, title: str, answers: list[str], content: list[str]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "a-use-case"
    use_case = UseCaseFile(
        slug=UseCaseSlug("a-use-case"),
        title=title,
        answer=AnswerKind.CHOICE,
        answers=tuple(answers),
        system="posted",
        content=tuple(content),
    )
    write_use_case(folder, use_case, overwrite=True)
    assert load_use_case(folder) == use_case


def test_nothing_is_overwritten_unless_asked(tmp_path: Path) -> None:
    use_case = UseCaseFile(slug=UseCaseSlug("slips"), title="Slips", answer=AnswerKind.TEXT)
    standard = Standard(measures=(MEASURE,))
    folder = tmp_path / "slips"
    written = [write_use_case(folder, use_case), write_standard(folder, standard)]
    before = [file.read_bytes() for file in written]
    with pytest.raises(BadFolderError, match="it is there already"):
        write_use_case(folder, dataclasses.replace(use_case, title="Other"))
    with pytest.raises(BadFolderError, match="it is there already"):
        write_standard(folder, standard)
    assert [file.read_bytes() for file in written] == before
    assert sorted(folder.iterdir()) == sorted(written)


def test_what_could_not_be_read_back_is_not_written(tmp_path: Path) -> None:
    for standard in (Standard(measures=()), Standard(measures=(MEASURE,), high_stakes=frozenset({" fraud"}))):
        with pytest.raises(BadFolderError):
            write_standard(tmp_path / "slips", standard)
    assert not (tmp_path / "slips").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadFolderError, match="cannot be written"):
        write_standard(tmp_path / "file" / "slips", Standard(measures=(MEASURE,)))


def test_a_use_case_is_written_only_into_the_folder_of_its_name(tmp_path: Path) -> None:
    use_case = UseCaseFile(slug=UseCaseSlug("slips"), title="Slips", answer=AnswerKind.TEXT)
    for name in ("other", "Not A Slug"):
        with pytest.raises(BadFolderError):
            write_use_case(tmp_path / name, use_case)
    with pytest.raises(BadFolderError, match="Rename the folder"):
        write_standard(tmp_path / "no\nslug", Standard(measures=(MEASURE,)))
    assert not list(tmp_path.iterdir())

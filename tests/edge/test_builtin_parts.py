"""The parts of the built-in system: n-grams, columns, pictures, the classifier, the blend, precedents."""

import math

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from licet.core.case import TableContent, TextContent
from licet.edge.blend import Blend, fit_blend
from licet.edge.columns import (
    CategoryColumn,
    NotAColumnError,
    NumberColumn,
    TextColumn,
    columns_from_json,
    columns_to_json,
    encode_rows,
    fit_columns,
)
from licet.edge.exact import on_grid
from licet.edge.features import NotTrainableError
from licet.edge.ngrams import count_ngrams, spread_sample
from licet.edge.pictures import Canvas, fit_canvas, read_grey
from licet.edge.precedents import Guardians, PrecedentIndex, fit_precedents
from licet.edge.softmax import Effort, fit_softmax
from licet.stats.calibration import Temperature, fit_temperature
from tests.edge.builtin_examples import case, contents, digits, messages, png

EXACT = Effort(iterations=2_000, tolerance=1e-12)


def problem(seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    rows = chance.normal(size=(300, 8))
    scores = rows @ chance.normal(size=(8, 4)) + chance.gumbel(size=(300, 4))
    return rows, scores.argmax(axis=1).astype(np.int64)


@pytest.mark.parametrize("sparse", [False, True])
def test_the_classifier_agrees_with_scikit_learn(sparse: bool) -> None:  # noqa: FBT001 - a parameter of the test
    rows, labels = problem()
    own = fit_softmax(sp.csr_array(rows) if sparse else rows, labels, classes=4, cost=2.0, effort=EXACT)
    other = LogisticRegression(C=2.0, tol=1e-10, max_iter=5_000).fit(rows, labels)
    scores = own.logits(rows)
    chances = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    assert np.abs(chances - other.predict_proba(rows)).max() < 2e-4


def test_sums_on_the_grid_do_not_depend_on_their_order() -> None:
    values = on_grid(np.random.default_rng(1).normal(size=5_000), 22)
    assert len({float(np.cumsum(np.random.default_rng(seed).permutation(values))[-1]) for seed in range(20)}) == 1


def test_with_silent_precedents_the_blend_is_temperature_scaling() -> None:
    chance = np.random.default_rng(1)
    truth = chance.integers(0, 3, size=2_000)
    scores = 4.0 * (np.eye(3)[truth] + chance.normal(size=(2_000, 3)))
    blend = fit_blend(scores, np.zeros_like(scores), truth)
    other = fit_temperature(scores=scores, truth=truth)
    assert isinstance(other, Temperature)
    assert blend.temperature == pytest.approx(other.value, rel=0.01)
    assert blend.precedent_weight == 0.0


def test_precedents_that_know_better_get_weight_and_those_that_know_nothing_none() -> None:
    chance = np.random.default_rng(1)
    truth = chance.integers(0, 3, size=500)
    informed = np.log(0.02 + 0.94 * np.eye(3)[truth])
    noise = np.log(0.02 + 0.94 * np.eye(3)[chance.integers(0, 3, size=500)])
    scores = np.eye(3)[truth] + chance.normal(size=(500, 3))
    assert fit_blend(scores, informed, truth).precedent_weight > 0.5
    assert fit_blend(scores, noise, truth).precedent_weight < 0.1


def test_a_blend_never_goes_out_of_its_bounds_where_all_calibration_cases_are_right() -> None:
    truth = np.arange(30) % 3
    blend = fit_blend(100.0 * np.eye(3)[truth], np.zeros((30, 3)), truth)
    assert 0.05 <= blend.temperature <= 20.0
    assert np.isfinite(Blend(temperature=0.05, precedent_weight=5.0).probabilities(1e4 * np.eye(3), np.zeros((3, 3)))).all()


def test_too_few_cases_to_calibrate_are_refused() -> None:
    with pytest.raises(NotTrainableError, match="9 calibration cases"):
        fit_blend(np.zeros((9, 2)), np.zeros((9, 2)), np.zeros(9, dtype=np.int64))


def test_words_pairs_and_parts_are_counted_without_regard_to_case_and_signs() -> None:
    counts = count_ngrams(["Lost card", "lost, CARD!", "", "card lost"])
    assert (counts[[0]] != counts[[1]]).nnz == 0
    assert counts[[2]].nnz == 0
    assert counts[[0]].sum() == counts[[3]].sum() == 3 + 2 * (4 + 3 + 2)
    assert (counts[[0]] != counts[[3]]).nnz > 0


def test_chunks_make_no_difference_to_counts() -> None:
    texts = [f"message {k} about card {k * 7} " + "word " * 300 for k in range(800)]
    whole = count_ngrams(texts)
    assert all((whole[[k]] != count_ngrams([texts[k]])).nnz == 0 for k in (0, 333, 334, 799))


@given(st.lists(st.text(max_size=60), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_any_text_at_all_is_encoded_and_compared(texts: list[str]) -> None:
    index = fit_precedents(messages(30))
    values = index.familiarity([TextContent(text=text) for text in texts])
    assert len(values) == len(texts)
    assert all(0.0 <= value <= 1.0 for value in values)


@given(st.lists(st.dictionaries(st.sampled_from(["a", "b", "c"]), st.text(max_size=12), max_size=3), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_any_row_at_all_is_encoded_and_compared(rows: list[dict[str, str]]) -> None:
    built = [case(k, TableContent(cells={"a": str(k * 0.5), "b": "xy"[k % 2], "c": ""}), "yes") for k in range(12)]
    values = fit_precedents(built).familiarity([TableContent(cells=row) for row in rows])
    assert all(0.0 <= value <= 1.0 for value in values)


def test_columns_are_recognised_by_what_they_hold() -> None:
    rows = [{"n": f"{k},5", "c": "ab"[k % 2], "t": f"the customer number {k} asks for help", "m": "n/a"} for k in range(20)]
    columns = {column.name: column for column in fit_columns(rows)}
    assert isinstance(columns["n"], NumberColumn)
    assert columns["n"].mean == pytest.approx(10.0)
    assert columns["c"] == CategoryColumn(name="c", values=("a", "b"))
    assert isinstance(columns["t"], TextColumn)
    assert columns["m"] == CategoryColumn(name="m", values=())
    assert columns_from_json(columns_to_json(list(columns.values()))) == tuple(columns.values())


def test_a_missing_number_an_unknown_category_and_an_outlier_stay_finite_and_far() -> None:
    columns = fit_columns([{"n": str(k), "c": "ab"[k % 2]} for k in range(20)])
    known, missing, unknown, far = encode_rows(
        columns, [{"n": "9.5", "c": "a"}, {"n": "", "c": "a"}, {"n": "9.5", "c": "z"}, {"n": "1e300", "c": "a"}]
    )
    assert np.isfinite([known, missing, unknown, far]).all()
    assert ((known - missing) ** 2).sum() == pytest.approx(1.0, abs=0.01)
    assert ((known - unknown) ** 2).sum() == pytest.approx(1.0, abs=0.01)
    assert encode_rows(columns, [{"n": "1e12", "c": "a"}]).max() == 10.0


def test_free_text_is_not_encoded_as_a_point_and_stored_columns_must_be_columns() -> None:
    with pytest.raises(NotAColumnError, match="free text"):
        encode_rows([TextColumn(name="t")], [{"t": "x"}])
    for raw in ("columns", [{"number": "n"}], [3]):
        with pytest.raises(NotAColumnError, match=r"is not a column|must be a list"):
            columns_from_json(raw)


def test_pictures_of_one_small_size_keep_it_and_others_are_brought_to_sixteen() -> None:
    small, large = png(np.full((8, 8), 200)), png(np.full((40, 20), 200))
    assert (fit_canvas([small, small]).width, fit_canvas([small, small]).height) == (8, 8)
    assert (fit_canvas([small, large]).width, fit_canvas([large]).height) == (16, 16)
    grey = read_grey(large, width=16, height=16)
    assert grey is not None
    assert grey == pytest.approx(np.full(256, 200 / 255))
    assert Canvas(width=8, height=8).rows([b"damaged", small[:-20]])[1].tolist() == [False, False]


def test_a_picture_that_claims_to_be_huge_is_not_decoded() -> None:
    assert read_grey(png(np.zeros((4_001, 4_000))), width=16, height=16) is None


def test_a_sample_is_the_same_every_time_and_does_not_follow_the_order() -> None:
    sample = spread_sample(10_000, 1_000)
    assert sample.tolist() == spread_sample(10_000, 1_000).tolist() == sorted(set(sample.tolist()))
    assert 4_500 < sample.mean() < 5_500
    assert spread_sample(3, 10).tolist() == [0, 1, 2]


def test_a_past_case_is_its_own_nearest_precedent() -> None:
    for past in (messages(100), list(digits()[:100])):
        index = fit_precedents(past)
        nearest = index.precedents(contents(past[:10]))
        assert all(found[0].similarity == pytest.approx(1.0, abs=1e-4) for found in nearest)
        assert all(value <= 1.0 for value in index.familiarity(contents(past[:10])))


def test_what_resembles_past_cases_is_more_familiar_than_what_does_not() -> None:
    index = fit_precedents(messages(200))
    near, far = index.familiarity([TextContent(text="help me activate the card"), TextContent(text="photosynthesis of tropical plants")])
    assert near > 0.3 > far


def test_a_guard_is_stored_and_read_back_and_named_by_its_cases() -> None:
    index = Guardians().fit(messages(50))
    restored = Guardians().restore(index.to_bytes())
    assert restored.familiarity(contents(messages(20, seed=5))) == index.familiarity(contents(messages(20, seed=5)))
    assert restored.digest == index.digest == fit_precedents(messages(50)).digest
    assert fit_precedents(messages(51)).digest != index.digest
    assert len(index.digest) == 64


def test_one_past_case_is_enough_for_a_guard_and_none_is_not() -> None:
    index: PrecedentIndex = fit_precedents(list(digits()[:1]))
    assert math.isfinite(index.familiarity(contents(digits()[1:2]))[0])
    with pytest.raises(NotTrainableError, match="0 cases"):
        fit_precedents([])

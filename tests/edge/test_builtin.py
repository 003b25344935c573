"""The built-in system learns, answers, and says how sure it is."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from licet.core.answer import Choice, answer_label
from licet.core.case import Content, ImageContent, TableContent, TextContent
from licet.core.system import NoProposal, SystemKind
from licet.edge.builtin import BuiltinSystem, Engine, train_builtin
from licet.edge.bundle import Bundle, NotABundleError, pack, unpack
from licet.edge.features import Example, NotTrainableError
from tests.edge.builtin_examples import biopsies, case, contents, digits, given, messages

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def reader() -> BuiltinSystem:
    return train_builtin(digits()[:700], digits()[700:950])


@pytest.fixture(scope="module")
def sorter() -> BuiltinSystem:
    return train_builtin(messages(200), messages(60, seed=2))


def right(system: BuiltinSystem, examples: Sequence[Example]) -> float:
    proposals = [given(one) for one in system.propose(contents(examples))]
    return float(np.mean([answer_label(one.answer) == example.answer for one, example in zip(proposals, examples, strict=True)]))


def test_it_reads_handwritten_digits(reader: BuiltinSystem) -> None:
    assert right(reader, digits()[950:1500]) >= 0.97


def test_it_judges_biopsies_from_their_numbers() -> None:
    assert right(train_builtin(biopsies()[:284], biopsies()[284:398]), biopsies()[398:]) >= 0.93


def test_it_sorts_messages(sorter: BuiltinSystem) -> None:
    assert right(sorter, messages(200, seed=3)) >= 0.97


def test_confidence_says_how_often_it_is_right(reader: BuiltinSystem) -> None:
    sealed = digits()[950:]
    confidence = np.mean([given(one).confidence for one in reader.propose(contents(sealed))])
    assert abs(confidence - right(reader, sealed)) < 0.03


def test_a_proposal_is_whole(sorter: BuiltinSystem) -> None:
    proposal = given(sorter.propose([TextContent(text="activate my card please")])[0])
    assert proposal.answer == Choice(value="cards")
    assert set(proposal.probabilities) == {"cards", "loans", "travel"}
    assert sum(proposal.probabilities.values()) == pytest.approx(1.0, abs=1e-5)
    assert proposal.confidence == max(proposal.probabilities.values()) == round(proposal.confidence, 6)
    assert len(proposal.precedents) == 5
    assert [p.similarity for p in proposal.precedents] == sorted((p.similarity for p in proposal.precedents), reverse=True)
    assert proposal.reason == "5 of the 5 most similar past cases were answered so."


def test_pictures_upside_down_look_familiar_less_often_than_they_look_sure(reader: BuiltinSystem) -> None:
    turned = digits(upside_down=True)[1500:]
    least = np.quantile(reader.guardian.familiarity(contents(digits()[700:950])), 0.02)
    line = np.quantile([given(one).confidence for one in reader.propose(contents(digits()[950:1500]))], 0.06)
    proposals = [given(one) for one in reader.propose(contents(turned))]
    sure = np.array([one.confidence >= line for one in proposals])
    near = np.array([float(str(one.familiarity)) >= least for one in proposals])
    wrong = np.array([answer_label(one.answer) != example.answer for one, example in zip(proposals, turned, strict=True)])
    assert sure.mean() > 0.45
    assert (sure & near).mean() < 0.4
    assert wrong[sure & near].mean() < wrong[sure].mean() - 0.1


@pytest.mark.parametrize(
    "content",
    [
        ImageContent(data=b"not a picture", media_type="image/png"),
        ImageContent(data=b"", media_type="image/png"),
        TextContent(text="7"),
        TableContent(cells={"digit": "7"}),
    ],
)
def test_what_cannot_be_read_gets_no_proposal_and_leaves_the_others_alone(reader: BuiltinSystem, content: Content) -> None:
    proposed = reader.propose([digits()[950].content, content, digits()[951].content])
    assert isinstance(proposed[1], NoProposal)
    assert [proposed[0], proposed[2]] == reader.propose(contents(digits()[950:952]))
    assert reader.guardian.familiarity([content]) == [0.0]
    assert reader.guardian.precedents([content]) == [()]


def test_a_text_of_unknown_words_is_unfamiliar_and_unsure(sorter: BuiltinSystem) -> None:
    proposal = given(sorter.propose([TextContent(text="Квантовая хромодинамика 42 ?!")])[0])
    assert proposal.familiarity == 0.0
    assert proposal.precedents == ()
    assert proposal.confidence < 0.7
    assert proposal.reason == "No past case is similar."


def test_no_cases_get_no_proposals(sorter: BuiltinSystem) -> None:
    assert sorter.propose([]) == []


def test_stored_and_read_back_it_is_the_same_system(reader: BuiltinSystem, sorter: BuiltinSystem) -> None:
    for system, cases in ((reader, contents(digits()[950:1000])), (sorter, contents(messages(50, seed=4)))):
        raw = system.to_bytes()
        restored = Engine().restore(raw)
        assert restored.card.fingerprint == system.card.fingerprint
        assert restored.propose(cases) == system.propose(cases)
        assert restored.to_bytes() == raw


def test_a_table_with_free_text_is_stored_and_read_back() -> None:
    rows = [
        case(one.case, TableContent(cells={"subject": str(one.content.text), "amount": str(one.case), "land": "de"}), one.answer)
        for one in messages(120)
        if isinstance(one.content, TextContent)
    ]
    system = train_builtin(rows[:80], rows[80:])
    assert BuiltinSystem.from_bytes(system.to_bytes()).propose(contents(rows[80:])) == system.propose(contents(rows[80:]))
    assert right(system, rows[80:]) >= 0.9


def test_the_same_cases_give_the_same_bytes_and_another_answer_another_fingerprint(sorter: BuiltinSystem) -> None:
    again = Engine().train(messages(200), messages(60, seed=2))
    assert again.to_bytes() == sorter.to_bytes()
    first = messages(200)[0]
    changed = [case(first.case, first.content, "loans" if first.answer != "loans" else "cards"), *messages(200)[1:]]
    assert train_builtin(changed, messages(60, seed=2)).card.fingerprint != sorter.card.fingerprint


def test_case_numbers_are_no_part_of_the_fingerprint(sorter: BuiltinSystem) -> None:
    renumbered = [case(one.case + 1000, one.content, one.answer) for one in messages(200)]
    assert train_builtin(renumbered, messages(60, seed=2)).card.fingerprint == sorter.card.fingerprint


def test_the_number_of_threads_changes_no_byte(reader: BuiltinSystem) -> None:
    code = (
        "import hashlib; from tests.edge.builtin_examples import digits; from licet.edge.builtin import train_builtin;"
        "print(hashlib.sha256(train_builtin(digits()[:700], digits()[700:950]).to_bytes()).hexdigest())"
    )
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    ran = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    assert ran.stdout.strip() == hashlib.sha256(reader.to_bytes()).hexdigest()


def test_the_card_says_what_answers_depend_on(sorter: BuiltinSystem) -> None:
    assert sorter.card.kind is SystemKind.BUILTIN
    assert (sorter.card.name, sorter.card.version) == ("precedent-engine", "1")
    assert {"training_data", "training_cases", "parameters", "temperature", "precedent_weight"} <= set(sorter.card.parts)
    assert sorter.card.parts["training_cases"] == 200


def test_one_answer_alone_is_refused() -> None:
    alike = [case(one.case, one.content, "cards") for one in messages(40)]
    with pytest.raises(NotTrainableError, match=r"All 40 build cases are answered 'cards'; at least 2 .* Import"):
        train_builtin(alike, alike)


@pytest.mark.parametrize("count", [0, 9])
def test_too_few_cases_are_refused(count: int) -> None:
    with pytest.raises(NotTrainableError, match=f"has {count} cases; 10 are needed"):
        train_builtin(messages(count), messages(60, seed=2))


def test_too_few_calibration_cases_are_refused_and_unknown_answers_do_not_count() -> None:
    unknown = [case(one.case, one.content, "never seen") for one in messages(60)]
    with pytest.raises(NotTrainableError, match=r"5 calibration cases .* 10 are needed"):
        train_builtin(messages(100), [*messages(5, seed=2), *unknown])


def test_mixed_kinds_damaged_pictures_and_empty_texts_are_refused() -> None:
    with pytest.raises(NotTrainableError, match=r"kinds \['image', 'text'\]"):
        train_builtin([*messages(20), *digits()[:20]], messages(20))
    broken = case(1, ImageContent(data=b"no", media_type="image/png"), "1")
    with pytest.raises(NotTrainableError, match="1 of 21 build pictures cannot be read, the first is number 21"):
        train_builtin([*digits()[:20], broken], digits()[20:40])
    empty = [case(one.case, TextContent(text=" ?! "), one.answer) for one in messages(20)]
    with pytest.raises(NotTrainableError, match="None of the 20 build cases has a word"):
        train_builtin(empty, messages(20))
    blank = [case(one.case, TableContent(cells={}), one.answer) for one in messages(20)]
    with pytest.raises(NotTrainableError, match="None of the 20 build cases has a cell"):
        train_builtin(blank, blank)


def test_bytes_of_something_else_are_refused_and_run_nothing(sorter: BuiltinSystem) -> None:
    bundle = unpack(sorter.to_bytes())
    pieces = [
        b"",
        b"no zip",
        sorter.to_bytes()[:-200],
        sorter.guardian.to_bytes(),
        pack(Bundle(header={**bundle.header, "version": "0"}, arrays=bundle.arrays)),
        pack(Bundle(header=bundle.header, arrays={name: array for name, array in bundle.arrays.items() if name != "intercept"})),
        pack(Bundle(header=bundle.header, arrays={name: array for name, array in bundle.arrays.items() if name != "cases"})),
    ]
    for raw in pieces:
        with pytest.raises(NotABundleError, match="not a stored system"):
            BuiltinSystem.from_bytes(raw)


def test_a_bundle_with_python_objects_is_refused() -> None:
    with pytest.raises(ValueError, match="allow_pickle=False"):
        pack(Bundle(header={}, arrays={"evil": np.array([object()], dtype=object)}))


def test_what_pictures_are_compared_by_is_part_of_the_fingerprint(reader: BuiltinSystem, sorter: BuiltinSystem) -> None:
    assert reader.card.parts["compared_by"] == "strokes"
    assert "compared_by" not in sorter.card.parts, "what texts are compared by never changed, and their mandates stand"

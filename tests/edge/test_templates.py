"""A use case of each kind of answer begins with files that are in order and explain how answers of that kind are graded."""

from pathlib import Path

import pytest

from licet.core.answer import AnswerKind
from licet.core.grading import EXACT, FieldRule, FieldWise, Folded, Grading, Tolerance
from licet.core.grading_form import TAKES
from licet.core.ids import UseCaseSlug
from licet.core.standard import Method, NotAStandardError
from licet.core.template import template
from licet.edge.folder import UseCaseFile, check_folder, load_standard, write_standard, write_use_case

KINDS: list[tuple[AnswerKind, tuple[str, ...], Grading, Method]] = [
    (AnswerKind.CHOICE, (), EXACT, Method.EXACT),
    (AnswerKind.FIELDS, (), EXACT, Method.EXACT),
    (AnswerKind.FIELDS, ("total", "no"), FieldWise(fields={"total": FieldRule(), "no": FieldRule()}), Method.ANYTIME),
    (AnswerKind.NUMBER, (), Tolerance(), Method.EXACT),
    (AnswerKind.TEXT, (), Folded(), Method.EXACT),
]


@pytest.mark.parametrize(("kind", "fields", "grading", "method"), KINDS)
def test_files_of_a_new_use_case_are_in_order(
    tmp_path: Path, kind: AnswerKind, fields: tuple[str, ...], grading: Grading, method: Method
) -> None:
    standard = template(kind, target=0.05, confidence=0.95, fields=fields)
    write_use_case(tmp_path / "slips", UseCaseFile(slug=UseCaseSlug("slips"), title="Slips", answer=kind))
    written = write_standard(tmp_path / "slips", standard, kind=kind, about="Slips: which {bank}?").read_text("utf-8")
    assert check_folder(tmp_path / "slips") == ()
    assert load_standard(tmp_path / "slips") == standard
    assert (standard.grading, standard.method) == (grading, method)
    assert kind in TAKES[type(grading)]
    assert "\n# Decided here: Slips: which {bank}?\n" in written


def test_a_grader_for_another_kind_of_answer_is_found(tmp_path: Path) -> None:
    write_use_case(tmp_path / "slips", UseCaseFile(slug=UseCaseSlug("slips"), title="Slips", answer=AnswerKind.NUMBER))
    write_standard(tmp_path / "slips", template(AnswerKind.TEXT, target=0.05, confidence=0.95))
    (found,) = check_folder(tmp_path / "slips")
    assert "'folded' is not for answers of the kind 'number'. Write one of exact, number, python." in str(found)


@pytest.mark.parametrize("kind", [AnswerKind.CHOICE, AnswerKind.FIELDS])
def test_what_a_comment_offers_is_in_order_once_it_is_taken_out_of_the_comment(tmp_path: Path, kind: AnswerKind) -> None:
    """Breaks when the example in a comment is one that the file's own reader refuses."""
    file = write_standard(tmp_path / "slips", template(kind, target=0.05, confidence=0.95), kind=kind)
    text = file.read_text("utf-8")
    offered = text.partition("# grading:\n")[2]
    said = "grading:\n" + "".join(line.removeprefix("# ") for line in offered.splitlines(keepends=True))
    file.write_text(text.replace("method: exact", "method: anytime") + said, "utf-8")
    assert load_standard(file.parent).grading != EXACT


def test_only_answers_in_fields_have_fields() -> None:
    with pytest.raises(NotAStandardError, match="has no fields"):
        template(AnswerKind.NUMBER, target=0.05, confidence=0.95, fields=("total",))

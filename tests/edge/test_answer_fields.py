"""The fields of an answer are declared in `use_case.yaml`, in the words of a case's fields; what is wrong is told with its line."""

from decimal import Decimal
from pathlib import Path

import pytest

from licet.core.case_schema import CaseField, FieldType
from licet.edge.bad_file import BadFolderError
from licet.edge.desk_block import rules_of
from licet.edge.folder import load_use_case

HEAD = "title: Slips\nanswer: fields\ndesk:\n  fields:\n"


def written(folder: Path, fields: str) -> Path:
    """A use case's folder."""
    place = folder / "slips"
    place.mkdir()
    (place / "use_case.yaml").write_text(HEAD + fields, "utf-8")
    return place


def test_fields_are_asked_for_in_the_owners_order(tmp_path: Path) -> None:
    told = load_use_case(written(tmp_path, "    payee: { type: text, required: true }\n    amount: { type: number, min: 0 }\n"))
    fields = rules_of(told.desk, told.answers, None).form.fields
    assert list(fields) == ["payee", "amount"]
    assert fields["payee"] == CaseField(type=FieldType.TEXT, required=True)
    assert fields["amount"].min == Decimal(0)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ("    payee: { type: word }\n", "is not known"),
        ("    payee: { type: text, min: 1 }\n", "says nothing about the type"),
        ("    payee: { type: choice }\n", "needs its values"),
        ("    payee: { type: text, sort: 1 }\n", "is not a key here"),
    ],
)
def test_what_is_wrong_with_a_field_is_told_with_its_line(tmp_path: Path, fields: str, says: str) -> None:
    with pytest.raises(BadFolderError) as found:
        load_use_case(written(tmp_path, fields))
    assert says in str(found.value)
    assert "use_case.yaml:5" in str(found.value)

"""A redesign written on the page is the file that says it: read back it is the same, and what no file can say is refused."""

from hypothesis import given

from licet.core.redesign import Doer, Redesign, StepPlan
from licet.core.refusal import Refused
from licet.edge.redesign_form import REDESIGN_FILE, REDESIGN_TEXT, redesign_from
from licet.edge.redesign_text import redesign_file
from licet.edge.yaml_tree import tree_of
from tests.core.any_redesign import redesigns


def text_of(redesign: Redesign) -> str:
    found = redesign_file(redesign)
    assert isinstance(found, str), found
    return found


@given(redesign=redesigns())
def test_what_is_written_reads_back_as_the_same_redesign(redesign: Redesign) -> None:
    text = text_of(redesign)
    assert redesign_from(tree_of(REDESIGN_FILE, text, REDESIGN_TEXT)) == redesign
    assert all(char.isprintable() or char == "\n" for char in text), "nothing in a file that people read is hidden"


def test_what_is_as_usual_is_left_out() -> None:
    assert text_of(Redesign(title="As it is")) == "title: As it is\n"


def test_a_step_whose_name_no_file_can_say_is_refused_with_what_to_do() -> None:
    refused = redesign_file(Redesign(title="Odd", removed=(" check",)))
    assert isinstance(refused, Refused)
    assert "white space" in refused.why


def test_names_longer_than_a_plain_key_may_be_are_written_too() -> None:
    text_of(Redesign(title="Long", steps={"\U000e0001" * 300: StepPlan(by=Doer.PERSON)}))

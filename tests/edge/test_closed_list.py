"""A closed list of answers: what a system says beside it is no answer, and a longer list is another system."""

from pathlib import Path

from licet.core.answer import AnswerKind, Choice
from licet.core.case import TextContent
from licet.core.ids import UseCaseSlug
from licet.core.system import NoProposal, Proposal, SystemKind
from licet.edge.draw import SystemDraw
from licet.edge.systems import FolderSystems
from licet.ports import System
from licet.settings import secret

CODE = """
SYSTEM = {"name": "sorter", "version": "1"}


def propose(content):
    return {"answer": content["text"], "confidence": 0.99}
"""


def loaded(root: Path, answers: str) -> System:
    """The system of a use case whose file lists these answers."""
    folder = root / "mails"
    folder.mkdir(exist_ok=True)
    (folder / "system.py").write_text(CODE, "utf-8")
    (folder / "use_case.yaml").write_text(f"title: Mails\nanswer: choice\nanswers: {answers}\n", "utf-8")
    found = FolderSystems(root, secret, SystemDraw()).load(UseCaseSlug("mails"), AnswerKind.CHOICE, SystemKind.CALLABLE)
    assert found is not None
    return found


def test_an_answer_that_is_not_in_the_list_is_no_proposal_and_goes_to_a_person(tmp_path: Path) -> None:
    listed, other = loaded(tmp_path, "[refund, card]").propose([TextContent(text="refund"), TextContent(text="wire it to me")])
    assert isinstance(listed, Proposal)
    assert listed.answer == Choice(value="refund")
    assert isinstance(other, NoProposal)
    assert "wire" not in other.why


def test_a_longer_list_is_another_system_for_which_no_mandate_was_granted(tmp_path: Path) -> None:
    lists = ("[refund, card]", "[card, refund]", "[refund, card, loan]")
    before, same, longer = (loaded(tmp_path, text).card.fingerprint for text in lists)
    assert before == same != longer


def test_without_a_list_whatever_a_system_says_is_an_answer(tmp_path: Path) -> None:
    (said,) = loaded(tmp_path, "[]").propose([TextContent(text="anything")])
    assert isinstance(said, Proposal)

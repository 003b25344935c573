"""`process.yaml`: what an owner states of the process, and what is said where it is wrong."""

from pathlib import Path

import pytest

from licet.core.beside import Stakes, StatedOfStep
from licet.core.ids import UseCaseSlug
from licet.core.process import NOT_STATED, Rates, StatedForProcess
from licet.core.refusal import Unknown
from licet.core.stated_process import Among, Block, StatedProcess
from licet.edge.bad_file import BadFolderError
from licet.edge.process_file import FolderProcesses, load_process

WHOLE = """\
steps:
  - Register
  - all_of: [Income, Identity]
  - step: Ask
    optional: true
    repeat: true
  - any_of: [Approve, Decline]
aside: [Note]
rates:
  currency: EUR
  an_hour: 4800
  steps:
    Ask: 6150
"""


def written(folder: Path, text: str) -> Path:
    """A folder with this file."""
    (folder / "process.yaml").write_text(text, "utf-8")
    return folder


def test_a_file_states_steps_and_rates(tmp_path: Path) -> None:
    found = load_process(written(tmp_path, WHOLE))
    assert isinstance(found.process, StatedProcess)
    assert found.process.blocks == (
        Block(steps=("Register",)),
        Block(steps=("Income", "Identity"), among=Among.ALL),
        Block(steps=("Ask",), optional=True, repeat=True),
        Block(steps=("Approve", "Decline")),
    )
    assert found.process.aside == {"Note"}
    assert found.rates == Rates(currency="EUR", usual=4800, steps={"Ask": 6150})


def test_without_a_file_nothing_is_stated(tmp_path: Path) -> None:
    assert load_process(tmp_path) == StatedForProcess()
    assert load_process(written(tmp_path, "rates:\n  currency: EUR\n  an_hour: 1\n")).process == NOT_STATED


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("steps:\n  - A\n  - any_of: [B, B]\n", 3, "'B' is there twice"),
        ("steps:\n  - step: A\n    any_of: [B]\n", 2, "exactly one of step, any_of and all_of"),
        ("steps:\n  - step: A\n    optionl: true\n", 3, "'optionl' is not a key here"),
        ("steps:\n  - A\nrates:\n  currency: euro\n", 4, "no code of a currency"),
        ("about:\n  A:\n    by: us\n", 2, "neither data nor stakes"),
        ("about:\n  A:\n    stakes: high\n", 2, "stand together"),
        ("about:\n  A:\n    stakes: 7\n    why: so\n", 3, "no level of stakes"),
        ("about:\n  A:\n    stake: high\n", 3, "'stake' is not a key here"),
        ("steps:\n  - A\nrates:\n  currency: EUR\n  an_hour: 48.5\n", 5, "not a whole number"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, line: int, why: str) -> None:
    with pytest.raises(BadFolderError) as wrong:
        load_process(written(tmp_path, text))
    (finding,) = wrong.value.findings
    assert finding.line == line
    assert why in finding.why


def test_the_port_says_why_a_file_cannot_be_read_and_never_raises(tmp_path: Path) -> None:
    (tmp_path / "claims").mkdir()
    written(tmp_path / "claims", "steps: 5\n")
    unread = FolderProcesses(root=tmp_path).stated(UseCaseSlug("claims")).process
    assert isinstance(unread, Unknown)
    assert "process.yaml cannot be read" in unread.why
    assert FolderProcesses(root=tmp_path).stated(UseCaseSlug("nobody")) == StatedForProcess()


def test_what_is_at_hand_and_at_stake_is_stated_by_step_with_who_says_so(tmp_path: Path) -> None:
    text = "about:\n  Decide:\n    stakes: high\n    why: A wrong yes costs the loan.\n    by: credit desk\n  404:\n    data: yes\n"
    assert load_process(written(tmp_path, text)).about == {
        "Decide": StatedOfStep(stakes=Stakes.HIGH, why="A wrong yes costs the loan.", by="credit desk"),
        "404": StatedOfStep(data="yes"),
    }
    (tmp_path / "claims").mkdir()
    written(tmp_path / "claims", "about: 5\n")
    assert isinstance(FolderProcesses(root=tmp_path).stated(UseCaseSlug("claims")).about, Unknown)

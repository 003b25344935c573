"""What the page about decision protocols shows is sound, and the numbers in it are the real ones."""

import re
from importlib.metadata import version
from pathlib import Path

from licet.edge import decision_block
from licet.edge.decision_block import DecisionBlock, Protocol
from licet.edge.folder import load_use_case
from licet.web.api import decisions, questions

PAGE = (Path(__file__).resolve().parents[2] / "docs/decision-protocols.md").read_text("utf-8")
YAML = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)


def test_the_block_that_is_shown_is_sound(tmp_path: Path) -> None:
    folder = tmp_path / "mails"
    folder.mkdir()
    (folder / "use_case.yaml").write_text("title: Mails\nanswer: choice\n" + "".join(YAML), "utf-8")
    told = load_use_case(folder).decision
    assert isinstance(told, DecisionBlock)
    assert (told.address, told.served, list(told.options)) == ("https://models.example.org/v1/systemone", "jev-1.13.0", ["card", "loan"])


def test_the_versions_and_limits_that_are_named_are_the_real_ones() -> None:
    for name in ("openai", "pydantic-ai-slim"):
        assert f"`{name}` {version(name)}" in PAGE, "Look whether the protocols changed, then name the version that was looked at."
    assert all(f"`{protocol.value}`" in PAGE for protocol in Protocol)
    assert f"a request has {questions.MOST_QUESTIONS} at most" in PAGE
    assert f"for {decisions.USUAL_WAIT}\nseconds" in PAGE
    assert f"2 to {decision_block.MOST_OPTIONS} answers" in PAGE
    assert f"2 to {decision_block.MOST_LEVELS}, the lowest first" in PAGE

"""The page on workflows: its example is one, and every reason for which an item is held is on it."""

import re
from pathlib import Path

from licet.core.workflow import HELD
from licet.edge.workflow_file import WORKFLOW_FILE, load_workflow

PAGE = Path(__file__).resolve().parents[2] / "docs" / "workflows.md"


def test_the_example_of_the_page_is_a_workflow(tmp_path: Path) -> None:
    text = PAGE.read_text("utf-8")
    found = re.search(r"```yaml\n(begin:.*?)```", text, flags=re.DOTALL)
    assert found is not None
    (tmp_path / WORKFLOW_FILE).write_text(found[1], "utf-8")
    assert list(load_workflow(tmp_path).steps) == ["check", "read", "look", "rest", "paid"]
    assert all(f"`{reason}`" in text for reason in HELD)

"""The file `workflow.yaml` in a use case's folder: its steps, read strictly, and whatever is wrong with its line."""

from pathlib import Path

from licet.core.workflow import Workflow, flaws
from licet.core.workflow_json import NotAWorkflowError, workflow_from_json
from licet.edge.bad_file import BadFolderError
from licet.edge.yaml_tree import read_tree

WORKFLOW_FILE = "workflow.yaml"
TEXT = frozenset({"begin", "due", "tell", "moves", "steps"})
"""Everything is text as typed: `no` is the word, and a limit is the number as it is written."""


def load_workflow(folder: Path) -> Workflow:
    """Reads and checks a folder's workflow.

    Raises:
        BadFolderError: with what is wrong, and on which line.
    """
    tree = read_tree(folder / WORKFLOW_FILE, TEXT)
    try:
        workflow = workflow_from_json(tree.values)
    except NotAWorkflowError as wrong:
        raise BadFolderError((tree.finding(wrong.where, wrong.why, wrong.remedy),)) from None
    found = flaws(workflow)
    if found:
        raise BadFolderError(tuple(tree.finding(("steps", one.step), one.why, one.remedy) for one in found))
    return workflow

"""The file `workflow.yaml` in a use case's folder: its steps, read strictly, and whatever is wrong with its line."""

from dataclasses import replace
from pathlib import Path

from licet.core.workflow import Coded, Workflow
from licet.core.workflow_flaws import flaws
from licet.core.workflow_json import NotAWorkflowError, workflow_from_json
from licet.edge.bad_file import BadFolderError, Finding
from licet.edge.code_folder import RULES_FILE, NotLoadableError
from licet.edge.coded_rules import code_digest, load_rule
from licet.edge.yaml_tree import Tree, read_tree

WORKFLOW_FILE = "workflow.yaml"
TEXT = frozenset({"begin", "due", "tell", "moves", "steps"})
"""Everything is text as typed: `no` is the word, and a limit is the number as it is written."""


def load_workflow(folder: Path) -> Workflow:
    """Reads and checks a folder's workflow, and the code of the rules that its steps name.

    Raises:
        BadFolderError: with what is wrong, and on which line.
    """
    tree = read_tree(folder / WORKFLOW_FILE, TEXT)
    if "code" in tree.values:
        why = "'code' is not written by hand: it is the SHA-256 of rules.py, taken when the steps are registered."
        raise BadFolderError((tree.finding(("code",), why, "Take the line out."),))
    try:
        workflow = workflow_from_json(tree.values)
    except NotAWorkflowError as wrong:
        raise BadFolderError((tree.finding(wrong.where, wrong.why, wrong.remedy),)) from None
    workflow = _with_code(folder, tree, workflow)
    found = flaws(workflow)
    if found:
        raise BadFolderError(tuple(tree.finding(("steps", one.step), one.why, one.remedy) for one in found))
    return workflow


def _with_code(folder: Path, tree: Tree, workflow: Workflow) -> Workflow:
    """The workflow with the digest of its rules, each of which the file must define; as it was where no step asks for one."""
    asking = {name: step.function for name, step in workflow.steps.items() if isinstance(step, Coded)}
    if not asking:
        return workflow
    path = folder / RULES_FILE
    try:
        raw = path.read_bytes()
    except OSError as error:
        first = next(iter(asking))
        why = f"{first!r} asks a function of {RULES_FILE}, which cannot be read: {error.strerror}."
        raise BadFolderError((tree.finding(("steps", first, "python"), why, f"Write {RULES_FILE} beside {WORKFLOW_FILE}."),)) from None
    found = [wrong for name, function in asking.items() if (wrong := _wrong(tree, path, raw, name, function)) is not None]
    if found:
        raise BadFolderError(tuple(found))
    return replace(workflow, code=code_digest(raw))


def _wrong(tree: Tree, path: Path, raw: bytes, name: str, function: str) -> Finding | None:
    try:
        load_rule(path, raw, function)
    except NotLoadableError as error:
        place = RULES_FILE if error.line is None else f"{RULES_FILE}:{error.line}"
        return tree.finding(("steps", name, "python"), f"{place}: {error.why}", f"Correct {RULES_FILE}, then register again.")
    return None

"""Gate rules as a file: the ones in the package, and those an organisation writes, read by the strict reader of YAML."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from licet.core.gate_rules import GateRules, NotGateRulesError, gate_rules
from licet.edge.bad_file import BadFolderError
from licet.edge.yaml_tree import Tree, read_tree, tree_of

NAME = "gates.yaml"


@cache
def shipped_gates() -> GateRules:
    """The rules that come with this release."""
    return _rules(tree_of(NAME, files("licet").joinpath(NAME).read_text("utf-8"), frozenset()))


def read_gates(path: Path) -> GateRules:
    """Reads an organisation's rules.

    Raises:
        BadFolderError: names file, line, what is wrong and what to write instead.
    """
    return _rules(read_tree(path, frozenset()))


def _rules(tree: Tree) -> GateRules:
    try:
        return gate_rules(tree.values)
    except NotGateRulesError as wrong:
        raise BadFolderError((tree.finding(wrong.path, wrong.why, wrong.remedy),)) from wrong

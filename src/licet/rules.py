"""What a use case's `rules.py` imports: the mark of a function that says where items of a workflow go. It imports nothing of Licet."""

from collections.abc import Callable, Mapping

MARK = "licet_rule"
"""The attribute by which a marked function is known."""

Says = Callable[[Mapping[str, str]], str]
"""What a rule is: handed the facts of an item, it says which of the outcomes of its step this is."""


def rule(function: Says) -> Says:
    """Marks a function as a rule, so that a step may name it; no other function of the file can be asked, by whatever name.

    Args:
        function: handed the facts of an item, all of them text; gives one of the outcomes that the step lists under `next:`.

    Returns:
        The function as it was.
    """
    setattr(function, MARK, True)
    return function

"""The shape of a policy text, looked at before it is read: the engine reads what is nested by calling itself, and would end the process."""

import re

from licet.core.rules import NotRulesError

DEEPEST = 50
"""Most brackets, or signs such as `!`, inside each other; some hundreds end a process."""

MOST_WORDS = 1_000
"""Most words and signs of one policy; several thousand in a row end a process."""

_TOKEN = re.compile(r'//[^\n]*|"(?:\\.|[^"\\])*"|\w+|[^\s\w]')
_ENDS = frozenset(";")
_DEEPER = dict.fromkeys("([{", 1) | dict.fromkeys(")]}", -1)


def check_shape(text: str) -> None:
    """Refuses a text whose policies are nested deeper, or longer, than the engine reads safely.

    Raises:
        NotRulesError: names the limit.
    """
    depth = words = signs = 0
    for token in _TOKEN.findall(text):
        if token.startswith("//"):
            continue
        words = 0 if token in _ENDS else words + 1
        signs = signs + 1 if token in {"!", "-"} else 0
        depth = max(0, depth + _DEEPER.get(token, 0))
        if depth > DEEPEST or signs > DEEPEST:
            raise NotRulesError(f"More than {DEEPEST} brackets or signs inside each other. Split the policy into several.")
        if words > MOST_WORDS:
            raise NotRulesError(f"A policy of more than {MOST_WORDS:,} words and signs. Split it into several.")

"""A pattern: a regular expression that is cheap on every text, also on one made to be expensive."""

import re

PATTERN_LENGTH = 200
"""Characters a pattern may have."""
MOST_REPEATS = 3
"""Parts of a pattern that may match more or fewer characters; with texts of 200 characters the worst case stays at milliseconds."""
MOST_ALTERNATIVES = 10
FEW_ALTERNATIVES = 3
"""Of a pattern with `MOST_REPEATS` repeats: each alternative may double what the repeats cost."""

_REPEAT = re.compile(r"[*+?]|\{[0-9]*,[0-9]*\}")
_COUNT = re.compile(r"\{[0-9]+\}")
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)


def why_not_a_pattern(pattern: str) -> str:
    """Says why a regular expression may not be used on what comes from outside.

    Backtracking costs time that grows with the number of parts that can give characters back to each other, without bound where a
    repeated group holds a repeat (Davis et al., The Impact of Regular Expression Denial of Service in Practice, 2018).

    Args:
        pattern: in the syntax of Python's `re`; it must match a whole value.

    Returns:
        A sentence; empty where it may be used.
    """
    if len(pattern) > PATTERN_LENGTH:
        return f"it has {len(pattern):,} characters; {PATTERN_LENGTH} are allowed."
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"it is no regular expression: {error}."
    pieces = _PIECE.findall(pattern)
    if any(piece[0] == "\\" and piece[1].isdigit() for piece in pieces) or "(?" in "".join(pieces):
        return "it refers back, looks around or sets flags."
    bare = "".join("a" if len(piece) > 1 else piece for piece in pieces)
    if re.search(r"\)(?:[*+?]|\{)", bare):
        return "it repeats a group; write what is repeated without a group, such as [A-Z0-9]{2,10}."
    repeats = len(_REPEAT.findall(_COUNT.sub("", bare)))
    if repeats > MOST_REPEATS:
        return f"{repeats} parts may match more or fewer characters; {MOST_REPEATS} are allowed."
    most = MOST_ALTERNATIVES if repeats < MOST_REPEATS else FEW_ALTERNATIVES
    with_repeats = "" if repeats < MOST_REPEATS else f" beside {MOST_REPEATS} parts that may match more or fewer characters"
    return "" if bare.count("|") <= most else f"it has more than {most} alternatives{with_repeats}."

"""Untrusted text as people may see it: nothing in it hides, reorders or joins characters; each such character is written out."""

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters that count as printable and show nothing."""


def visible(text: str) -> str:
    """Text from outside, with whatever would hide, reorder or join characters written out, such as [U+202E]."""
    return "".join(_shown(char) for char in text)


def marked(text: str) -> Markup:
    """As `visible`, for pages: what was written out is marked, so that nobody takes it for the text's own words."""
    return Markup("").join(_pieces(text))


CODE = re.compile("`([^`\\n]{1,200})`")
"""What our own sentences write as code: a command, a name in a file."""


def coded(text: str) -> Markup:
    """A sentence of ours for a page: what stands between backticks is drawn as code; all of it is made visible, and none of it markup."""
    if hasattr(text, "__html__"):
        return Markup(text)  # noqa: S704 - it is markup already, drawn by a macro
    pieces = CODE.split(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(visible(piece)) if place % 2 else escape(visible(piece)) for place, piece in enumerate(pieces)
    )


def plain(value: object) -> object:
    """Makes any text visible that a template prints; what a macro drew is markup already and stays."""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _pieces(text: str) -> Iterator[Markup]:
    began = 0
    for place, char in enumerate(text):
        shown = _shown(char)
        if len(shown) > 1:
            yield escape(text[began:place])
            yield Markup('<span class="unseen">{}</span>').format(shown.strip("[]"))
            began = place + 1
        elif shown != char:
            yield escape(text[began:place] + shown)
            began = place + 1
    yield escape(text[began:])


def _shown(char: str) -> str:
    if char in "\n\t" or (char.isprintable() and char not in INVISIBLE):
        return char
    return " " if char.isspace() and char not in "\u2028\u2029" else f"[U+{ord(char):04X}]"

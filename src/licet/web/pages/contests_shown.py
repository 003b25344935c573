"""What a list says of a case: its beginning, as plain text."""

from typing import assert_never

from licet.core.case import CaseBody, ImageContent, TableContent, TextContent

LONGEST = 240


def preview(body: CaseBody, *, longest: int = LONGEST) -> str:
    """The beginning of a case; templates make it visible and escape it.

    Args:
        body: what the case says.
        longest: characters that are shown.

    Returns:
        One line; for a picture, that it is one.
    """
    match body.content:
        case TextContent(text=text):
            said = " ".join(text.split())
        case TableContent(cells=cells):
            said = "; ".join(f"{name}: {' '.join(value.split())}" for name, value in cells.items() if value.strip())
        case ImageContent():
            return "A picture"
        case _:
            assert_never(body.content)
    return said if len(said) <= longest else said[: longest - 1].rstrip() + "\u2026"

"""A reason: what a person says in words when they stop, lift or correct something, for whoever asks later."""

LIMIT = 2000
"""Most characters of a reason; what is longer is a document."""


class NotAReasonError(ValueError):
    """What was given as a reason says nothing, or too much."""


def reason(raw: str) -> str:
    """Reads a reason: some words, without the white space around them.

    Raises:
        NotAReasonError: when it is empty, longer than `LIMIT`, or holds a control character other than a line end.
    """
    said = raw.strip()
    if not said:
        raise NotAReasonError("A reason of no words was given; say in a sentence why, for whoever asks later.")
    if len(said) > LIMIT:
        raise NotAReasonError(f"A reason of {len(said):,} characters; it may have {LIMIT:,}. Say it shorter, or say where it is written.")
    if any(ord(c) < ord(" ") and c != "\n" for c in said):
        raise NotAReasonError(f"The reason {said[:40]!r} has a control character in it; write it in words.")
    return said

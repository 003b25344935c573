"""JSON as strangers send it: read strictly, so that nothing in it can be read in two ways."""

import json


def plain_json(raw: str) -> object:
    """Reads JSON in which no key is there twice, and every number is one.

    Raises:
        ValueError: when it is none.
        RecursionError: when it is nested beyond what can be read.
    """
    return json.loads(raw, object_pairs_hook=_once, parse_constant=_no_number)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    read = dict(pairs)
    if len(read) != len(pairs):
        message = "a key is there twice"
        raise ValueError(message)
    return read


def _no_number(word: str) -> object:
    message = f"{word} is not JSON"
    raise ValueError(message)

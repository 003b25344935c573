"""The cases that every side of the evaluation's comparison judges, and what the system says about them."""

from typing import Final

SYSTEM_S: Final = 0.001
"""How long the system takes for a case: it waits, as for an answer over a network."""

ANSWERS: Final = ("card", "loan", "refund")


def text(number: int) -> str:
    """What a case says."""
    return f"message {number}: please help me with my {truth(number)}"


def truth(number: int) -> str:
    """What a person answered."""
    return ANSWERS[number % len(ANSWERS)]


def answer(content: str) -> str:
    """What the system says; wrong in one of a hundred cases."""
    number = int(content.split(":")[0].split()[1])
    return "other" if number % 100 == 0 else truth(number)

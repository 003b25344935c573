"""Not said: a value from outside does not say what it should; what is wrong with it, and what to write instead."""


class NotSaidError(ValueError):
    """A value does not say what it should.

    Attributes:
        why: what is wrong with it, and the limit.
        remedy: what to write instead.
    """

    def __init__(self, why: str, remedy: str) -> None:
        """Says both."""
        super().__init__(f"{why} {remedy}")
        self.why = why
        self.remedy = remedy


class NotSaidThereError(NotSaidError):
    """A part of a value does not say what it should.

    Attributes:
        path: keys and positions that lead to the part, such as ("measures", 0, "target").
    """

    def __init__(self, path: tuple[str | int, ...], why: str, remedy: str) -> None:
        """Names the part by its path."""
        super().__init__(why, remedy)
        self.path = path

    def __str__(self) -> str:
        """The path, and then both."""
        return f"{'.'.join(map(str, self.path))}: {super().__str__()}"

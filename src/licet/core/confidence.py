"""A confidence in words: never rounded up to a certainty that nobody promised."""


def confidence_in_words(confidence: float) -> str:
    """A confidence in [0, 1) in percent, with as many digits as it has: 95%, 99.5%, 99.99%."""
    return f"{100 * confidence:.6g}%"

"""What asking a system costs: whole millionths of a currency's minor unit, so that the price of one token is never rounded away."""

import math
import re
from dataclasses import dataclass
from fractions import Fraction

MILLION = 1_000_000

WHOLE = frozenset(["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"])
THOUSANDTHS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
"""Currencies whose minor unit is the unit itself, or its thousandth; of all others it is the hundredth (ISO 4217)."""

CURRENCY = re.compile(r"[A-Z]{3}")
"""A currency's code (ISO 4217)."""


class NotACostError(ValueError):
    """An amount, a price or a currency that money cannot have, or two currencies in one sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What was paid. A price of so many minor units per million tokens is as many millionths of a minor unit per token.

    Attributes:
        millionths: of the currency's minor unit, from 0: 1,000,000 of EUR are one cent.
        currency: its code (ISO 4217).
    """

    millionths: int
    currency: str

    def __post_init__(self) -> None:
        """Refuses what is no money.

        Raises:
            NotACostError: names the value.
        """
        if self.millionths < 0 or not CURRENCY.fullmatch(self.currency):
            message = f"{self.millionths!r} millionths of {self.currency!r} are no cost: give 0 or more, and a code such as EUR."
            raise NotACostError(message)

    def plus(self, other: "Cost") -> "Cost":
        """The sum of both.

        Raises:
            NotACostError: when they are in two currencies.
        """
        if other.currency != self.currency:
            message = f"{self.currency} and {other.currency} have no sum; keep one currency for a use case."
            raise NotACostError(message)
        return Cost(millionths=self.millionths + other.millionths, currency=self.currency)


def amount_in_words(millionths: int, currency: str) -> str:
    """An amount as people write it: `12.34 EUR`, never rounded to nothing.

    Args:
        millionths: of the currency's minor unit, from 0.
        currency: its code.

    Returns:
        The amount to the minor unit, and to a hundredth of it where it is below ten of them; what is less still is *under* that.
    """
    digits = 0 if currency in WHOLE else 3 if currency in THOUSANDTHS else 2
    shown = digits + (2 if 0 < millionths < 10 * MILLION else 0)
    least = Fraction(1, 10**shown)
    amount = Fraction(millionths, MILLION * 10**digits)
    return f"under {float(least):.{shown}f} {currency}" if 0 < amount < least else f"{float(amount):,.{shown}f} {currency}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What a provider asks for tokens.

    Attributes:
        currency: its code (ISO 4217).
        read: minor units for a million tokens that are sent, from 0.
        written: minor units for a million tokens that come back, from 0.
    """

    currency: str
    read: Fraction
    written: Fraction

    def cost(self, *, read: int, written: int) -> Cost:
        """What so many tokens cost, rounded up to the next millionth.

        Args:
            read: tokens that were sent, from 0.
            written: tokens that came back, from 0.
        """
        return Cost(millionths=math.ceil(read * self.read + written * self.written), currency=self.currency)

"""Chance: the one place that makes it, from the operating system's source for keys."""

import os
import secrets
from dataclasses import dataclass

SECRET_BYTES = 32
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
TOKEN_LENGTH = 16


@dataclass(frozen=True, slots=True)
class SystemDraw:
    """Chance nobody can predict (the port `Draw`)."""

    def secret(self) -> bytes:
        """32 bytes."""
        return os.urandom(SECRET_BYTES)

    def token(self, prefix: str) -> str:
        """The prefix and 16 letters and digits (80 bits)."""
        return prefix + "".join(secrets.choice(LETTERS) for _ in range(TOKEN_LENGTH))

    def number(self) -> int:
        """A whole number below 2**32, for a seed."""
        return secrets.randbits(32)

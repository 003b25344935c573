"""Passwords: hashed with Argon2id at the cost OWASP asks for, a few at a time, the same work whether the account exists or not."""

import threading
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1
AT_ONCE: Final = 2
"""Hashes that this process computes at the same time; others wait, so that guesses cannot fill the machine's memory."""

_TURNS = threading.BoundedSemaphore(AT_ONCE)


class Argon2:
    """Argon2id (RFC 9106), the port `Passwords`."""

    def __init__(self, *, memory_kib: int = MEMORY_KIB, passes: int = PASSES) -> None:
        """Takes the cost: OWASP's Password Storage Cheat Sheet names 19 MiB, 2 passes and 1 lane as the least."""
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=LANES)
        with _TURNS:
            self._nobodys = self._hasher.hash("nobody has this password")

    def hashed(self, password: str) -> str:
        """A hash with its salt and parameters in it, to be kept."""
        with _TURNS:
            return self._hasher.hash(password)

    def right(self, password: str, kept: str | None) -> bool:
        """Whether a password is the one that was hashed; with None it does the same work and says no."""
        with _TURNS:
            try:
                self._hasher.verify(self._nobodys if kept is None else kept, password)
            except (VerificationError, InvalidHashError):
                return False
        return kept is not None

    def outdated(self, kept: str) -> bool:
        """Whether a hash was made with other parameters than this one's."""
        return self._hasher.check_needs_rehash(kept)


@cache
def usual() -> Argon2:
    """The one of an installation."""
    return Argon2()


@cache
def quick() -> Argon2:
    """One for pretend worlds, whose hashes cost next to nothing."""
    return Argon2(memory_kib=64, passes=1)

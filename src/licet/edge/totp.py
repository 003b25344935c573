"""Second factors: codes of six digits from a secret and the time (TOTP, RFC 6238), as every authenticator app shows them."""

from datetime import datetime
from hmac import compare_digest

from pyotp import TOTP, random_base32

STEP_SECONDS = 30
DIGITS = 6
DRIFT = 1
"""Steps that a phone's clock may be off, either way."""

ISSUER = "Licet"


class TotpCodes:
    """TOTP with SHA-1, 30 seconds and 6 digits, which is what apps support (the port `Codes`)."""

    def secret(self) -> str:
        """A new secret of 160 bits, in base 32."""
        return random_base32()

    def step(self, secret: str, code: str, now: datetime) -> int | None:
        """The number of the time step whose code this is, at most one away from now; None where it is none."""
        said = "".join(code.split())
        if len(said) != DIGITS or not (said.isascii() and said.isdigit()):
            return None
        maker, here = TOTP(secret, digits=DIGITS, interval=STEP_SECONDS), int(now.timestamp()) // STEP_SECONDS
        steps = [step for step in range(here - DRIFT, here + DRIFT + 1) if compare_digest(maker.generate_otp(step), said)]
        return max(steps, default=None)

    def address(self, secret: str, email: str) -> str:
        """The `otpauth://` address that an authenticator app takes."""
        return TOTP(secret, digits=DIGITS, interval=STEP_SECONDS).provisioning_uri(name=email, issuer_name=ISSUER)

"""An identity provider under OpenID Connect Core 1.0: the code flow with PKCE, and every check that its word takes.

The token's signature and what stands in it are checked by joserfc and Authlib; what they leave to the caller is checked here.
"""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast

import httpx
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from licet.core.outside import LEEWAY, Away, Said, not_let_in
from licet.core.refusal import Refused

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that a provider alone can make; never `none`, and never one under a secret that we know too."""

KEPT_FOR = timedelta(hours=1)
"""So long a provider's addresses and keys are taken as they were; a key that is not known is asked for at once."""

ASKED_AGAIN = timedelta(seconds=10)
"""For unknown keys, and after it did not answer, the provider is asked so often at most."""

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
KEY_TYPES = frozenset({"RSA", "EC", "OKP"})
LARGEST = 1_000_000
LONGEST_WAIT_S = 10.0
LONGEST_SUBJECT = 255
OK, BAD, UNAUTHORIZED = 200, 400, 401


class NotAnIssuerError(ValueError):
    """An issuer's address is none that can be trusted."""


def check_issuer(url: str) -> str:
    """Refuses an issuer whose word could be changed on the way.

    Raises:
        NotAnIssuerError: names it and the remedy.
    """
    if not _safe(url) or "?" in url or "#" in url:
        message = f"LICET_OIDC_ISSUER is {url!r}: write https://HOST/PATH exactly as the provider names itself; http:// on loopback only."
        raise NotAnIssuerError(message)
    return url


def _safe(url: object) -> bool:
    """Whether what is sent there is read by nobody on the way."""
    try:
        parsed = httpx.URL(cast("str", url))
    except (httpx.InvalidURL, TypeError):
        return False
    open_ones = parsed.scheme == "http" and parsed.host in LOOPBACK
    return bool(parsed.host) and not parsed.userinfo and (parsed.scheme == "https" or open_ones)


class UnusableError(RuntimeError):
    """The provider did not answer, or not as it must."""


class NotItsWordError(ValueError):
    """What was brought is not the provider's word for this sign-in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a provider says of itself (OpenID Connect Discovery 1.0), and its keys. `post`: it takes our secret in the body alone."""

    authorize: str
    token: str
    jwks: str
    post: bool
    keys: KeySet
    at: datetime


@dataclass(slots=True, kw_only=True)
class Oidc:
    """A provider, the port `Provider`.

    Attributes:
        issuer: its address, exactly as its word carries it.
        client_id: our name there.
        secret: gives our secret there.
        now: the time.
    """

    issuer: str
    client_id: str
    secret: Callable[[], str]
    now: Callable[[], datetime]
    _known: Known | None = None
    _failed: tuple[datetime, UnusableError] | None = None
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Refuses an issuer that cannot be trusted.

        Raises:
            NotAnIssuerError: names it and the remedy.
        """
        check_issuer(self.issuer)

    def address(self, away: Away, state: str) -> str | Refused:
        """See `Provider.address`."""
        try:
            known = self._about()
        except UnusableError as wrong:
            return _unavailable(self.issuer, wrong)
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": away.redirect,
            "scope": "openid email profile",
            "state": state,
            "nonce": away.nonce,
            "code_challenge": str(create_s256_code_challenge(away.verifier)),
            "code_challenge_method": "S256",
            **({} if away.session is None else {"prompt": "login", "max_age": "0"}),
        }
        return str(add_params_to_uri(known.authorize, list(asked.items())))

    def word(self, away: Away, code: str, groups: str) -> Said | Refused:
        """See `Provider.word`."""
        try:
            given = self._exchanged(away, code)
            claims = self._checked(given, away)
            return _said(claims, groups)
        except UnusableError as wrong:
            return _unavailable(self.issuer, wrong)
        except (NotItsWordError, JoseError, ValueError, TypeError, KeyError, OverflowError) as wrong:
            return not_let_in(f"What came back is not the word of {self.issuer!r} for this sign-in ({_named(wrong)}).", "Sign in again.")

    def _about(self, *, unknown_key: bool = False) -> Known:
        """What the provider says of itself; asked again when it is old, or names a key that is not known."""
        with self._turn:
            known, now = self._known, self.now()
            if known is not None and now - known.at < (ASKED_AGAIN if unknown_key else KEPT_FOR):
                return known
            if self._failed is not None and now - self._failed[0] < ASKED_AGAIN:
                raise self._failed[1]
            try:
                self._known, self._failed = self._asked(now), None
            except UnusableError as wrong:
                self._failed = (now, wrong)
                raise
            return self._known

    def _asked(self, now: datetime) -> Known:
        said = _json(self._send("GET", self.issuer.rstrip("/") + "/.well-known/openid-configuration"), "its description")
        if said.get("issuer") != self.issuer:
            message = f"it names itself {said.get('issuer')!r}"
            raise UnusableError(message)
        addresses = [said.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        if not all(map(_safe, addresses)):
            message = "an address it names is not https"
            raise UnusableError(message)
        authorize, token, jwks = map(str, addresses)
        ways = said.get("token_endpoint_auth_methods_supported")
        post = isinstance(ways, list) and "client_secret_post" in ways and "client_secret_basic" not in ways
        return Known(authorize=authorize, token=token, jwks=jwks, post=post, keys=self._keys(jwks), at=now)

    def _keys(self, address: str) -> KeySet:
        listed = _json(self._send("GET", address), "its keys").get("keys")
        keys = [key for raw in (listed if isinstance(listed, list) else []) if (key := _key(raw)) is not None]
        if not keys:
            message = "it has no key that can be used"
            raise UnusableError(message)
        return KeySet([key for one in keys for key in one.keys])

    def _exchanged(self, away: Away, code: str) -> Mapping[str, object]:
        known = self._about()
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": away.redirect, "code_verifier": away.verifier}
        if known.post:
            form |= {"client_id": self.client_id, "client_secret": self.secret()}
        answer = self._send("POST", known.token, form, None if known.post else self._basic())
        if answer.status_code in {BAD, UNAUTHORIZED}:
            message = f"the provider does not take the code: {_error_of(answer)}"
            raise NotItsWordError(message)
        return _json(answer, "its answer to the code")

    def _basic(self) -> httpx.BasicAuth:
        """Name and secret, each form-encoded first (RFC 6749, 2.3.1)."""
        quoted = [str(httpx.QueryParams({"x": part})).removeprefix("x=") for part in (self.client_id, self.secret())]
        return httpx.BasicAuth(*quoted)

    def _checked(self, given: Mapping[str, object], away: Away) -> Mapping[str, object]:
        text, access = given.get("id_token"), given.get("access_token")
        if not isinstance(text, str) or not isinstance(access, str):
            message = "no id_token"
            raise NotItsWordError(message)
        found = self._verified(text)
        expected = {"iss": {"essential": True, "value": self.issuer}, "aud": {"essential": True, "value": self.client_id}}
        params = {"nonce": away.nonce, "client_id": self.client_id, "access_token": access}
        claims = CodeIDToken(found.claims, found.header, options=expected, params=params)
        claims.validate(now=int(self.now().timestamp()), leeway=int(LEEWAY.total_seconds()))
        return cast("Mapping[str, object]", claims)

    def _verified(self, text: str) -> jwt.Token:
        """The token, signed by a key of the provider's; keys are asked for anew where it names one that is not known."""
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        try:
            return jwt.decode(text, self._about().keys, algorithms=ALGORITHMS, registry=registry)
        except InvalidKeyIdError:
            return jwt.decode(text, self._about(unknown_key=True).keys, algorithms=ALGORITHMS, registry=registry)

    def _send(self, method: str, url: str, form: Mapping[str, str] | None = None, auth: httpx.BasicAuth | None = None) -> httpx.Response:
        """One request, without following where it is sent on to, and no more read than such an answer takes."""
        headers = {"accept": "application/json", "accept-encoding": "identity"}
        try:
            with (
                httpx.Client(trust_env=False, follow_redirects=False, timeout=LONGEST_WAIT_S) as client,
                client.stream(method, url, data=form, auth=auth or httpx.USE_CLIENT_DEFAULT, headers=headers) as answer,
            ):
                body = b""
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > LARGEST:
                        message = f"it answers with more than {LARGEST:,} bytes"
                        raise UnusableError(message)
                return httpx.Response(answer.status_code, content=body)
        except httpx.HTTPError as wrong:
            raise UnusableError(type(wrong).__name__) from None


def _json(answer: httpx.Response, what: str) -> Mapping[str, object]:
    try:
        said = json.loads(answer.content) if answer.status_code == OK else None
    except ValueError:
        said = None
    if not isinstance(said, dict):
        message = f"{what} is no JSON object (status {answer.status_code})"
        raise UnusableError(message)
    return said


def _key(raw: object) -> KeySet | None:
    """A key that signs and that only the provider has; None for any other, which is passed over (RFC 7517, 5)."""
    if not isinstance(raw, dict) or raw.get("kty") not in KEY_TYPES or raw.get("use", "sig") != "sig":
        return None
    public = {name: value for name, value in raw.items() if name not in {"d", "p", "q", "dp", "dq", "qi", "oth"}}
    try:
        return KeySet.import_key_set({"keys": [public]})
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _said(claims: Mapping[str, object], groups: str) -> Said:
    subject, email = claims["sub"], claims.get("email")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        message = "sub"
        raise NotItsWordError(message)
    address = email.strip().lower() if isinstance(email, str) and "@" in email.strip()[1:-1] and email.isprintable() else ""
    name = claims.get("name")
    return Said(
        issuer=str(claims["iss"]),
        subject=subject,
        email=address,
        email_verified=bool(address) and claims.get("email_verified") is True,
        name=name.strip() if isinstance(name, str) and name.isprintable() else "",
        groups=_words(claims.get(groups)),
        acr=str(claims.get("acr") or ""),
        amr=_words(claims.get("amr")),
        authenticated_at=_moment(claims.get("auth_time")),
    )


def _words(raw: object) -> frozenset[str]:
    """A list of words, or one alone."""
    listed = [raw] if isinstance(raw, str) else raw if isinstance(raw, list) else []
    return frozenset(one for one in listed if isinstance(one, str))


def _moment(raw: object) -> datetime | None:
    return datetime.fromtimestamp(raw, UTC) if isinstance(raw, int | float) and not isinstance(raw, bool) else None


def _error_of(answer: httpx.Response) -> str:
    """The error's code (RFC 6749, 5.2), which is one of a few words."""
    try:
        said = json.loads(answer.content)["error"]
    except (ValueError, TypeError, KeyError):
        return f"status {answer.status_code}"
    return said if isinstance(said, str) and said.replace("_", "").isalpha() and said.isascii() else f"status {answer.status_code}"


def _named(wrong: Exception) -> str:
    """What is wrong, without what the token says."""
    if isinstance(wrong, JoseError):
        claim = getattr(wrong, "claim", None)
        return f"{wrong.error}: {claim}" if isinstance(claim, str) else str(wrong.error)
    return str(wrong) if isinstance(wrong, NotItsWordError) else type(wrong).__name__


def _unavailable(issuer: str, wrong: UnusableError) -> Refused:
    why = f"The identity provider {issuer!r} cannot be used now: {wrong}."
    return Refused(code="identity_unavailable", why=why, remedy="Try again later; who has a password here signs in with it as ever.")

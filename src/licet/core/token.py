"""A token: what lets a program in by the API, for some scopes, for a while; it never stands for a person."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from licet.core.ids import PersonId, TeamName
from licet.core.people import Caller
from licet.core.refusal import Refused
from licet.core.use_case import UseCase

BEGINS = "licet_"
"""How every token begins, so that one that lies about in a file or a log is found."""

USUAL_DAYS = 90
"""Days a token lasts where nobody says how long."""

LONGEST_DAYS = 366
NAME_LIMIT = 60


class TokenScope(StrEnum):
    """What a token may be used for. There is none for approving, reviewing, granting, answering or lifting."""

    CASES_WRITE = "cases:write"
    CASES_READ = "cases:read"
    MANDATE_READ = "mandate:read"
    STOP = "stop"
    EFFECTS = "effects"
    METRICS = "metrics"
    LEDGER = "ledger:read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What is known of a token; not the token itself, which is shown once and kept by nobody here.

    Attributes:
        id: its public name, which the ledger carries.
        name: what people call it.
        scopes: what it may be used for; at least one.
        use_case_id: row id of the one use case it is for; None: all of its team.
        team: whose use cases it is for; None: every team's.
        made_by: who made it.
        made_at: when.
        expires_at: when it ends by itself.
        revoked_at: when somebody ended it; None while nobody has.
    """

    id: str
    name: str
    scopes: frozenset[TokenScope]
    use_case_id: int | None
    team: TeamName | None
    made_by: PersonId
    made_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None = None


class NotATokenError(ValueError):
    """What was asked for cannot be a token: no name, no scope, or too long a life."""


def check_wish(*, name: str, scopes: frozenset[TokenScope], lasts: timedelta) -> None:
    """Refuses a wish that no token can have.

    Raises:
        NotATokenError: names the offender, the limit and the remedy.
    """
    if not name.strip() or len(name) > NAME_LIMIT or not name.isprintable():
        raise NotATokenError(f"{name!r} is not a token's name: 1 to {NAME_LIMIT} printable characters, such as 'invoice intake'.")
    if not scopes:
        raise NotATokenError(f"A token needs at least one scope: {', '.join(TokenScope)}.")
    if not timedelta(0) < lasts <= timedelta(days=LONGEST_DAYS):
        raise NotATokenError(f"{lasts.days} days is not in 1 to {LONGEST_DAYS}; make a new token when this one ends.")


def written(secret: bytes) -> str:
    """A token as a program sends it.

    Args:
        secret: 32 bytes nobody can guess.
    """
    return BEGINS + base64.urlsafe_b64encode(secret).decode("ascii").rstrip("=")


def token_digest(text: str) -> str:
    """What is stored of a token and looked it up by: its SHA-256, in hex. Looking up a digest tells nothing by the time it takes."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def permit_everywhere(token: Token | None, scope: TokenScope, now: datetime) -> Caller | Refused:
    """As `permit_token`, for what concerns the whole installation: a token for one use case or one team does not do."""
    valid = _valid(token, now)
    if isinstance(valid, Refused):
        return valid
    if scope not in valid.scopes or valid.use_case_id is not None or valid.team is not None:
        why = f"The token {valid.name!r} has no scope {scope.value!r} for all use cases."
        return Refused(code="scope_missing", why=why, remedy=f"Use one made with --scope {scope.value}, no --use-case and no team.")
    return Caller(token=valid.id, name=valid.name)


def permit_reach(token: Token | None, scope: TokenScope, now: datetime) -> Caller | Refused:
    """As `permit_token`, for what spans use cases: the token decides how far it reaches, and it takes only the scope."""
    valid = _valid(token, now)
    if isinstance(valid, Refused):
        return valid
    if scope not in valid.scopes:
        why = f"The token {valid.name!r} has no scope {scope.value!r}."
        return Refused(code="scope_missing", why=why, remedy=f"Use one made with --scope {scope.value}.")
    return Caller(token=valid.id, name=valid.name)


def _valid(token: Token | None, now: datetime) -> Token | Refused:
    if token is None or token.revoked_at is not None or (token.expires_at is not None and now >= token.expires_at):
        why = "The token is missing, unknown, expired or revoked."
        return Refused(code="token_not_valid", why=why, remedy="Send `Authorization: Bearer TOKEN`; made with `licet token new`.")
    return token


def permit_token(token: Token | None, scope: TokenScope, use_case: UseCase | None, now: datetime) -> Caller | Refused:
    """Says whether a token may be used for something in a use case.

    Args:
        token: what was found; None where the token is unknown.
        scope: what it is to be used for.
        use_case: where; None where there is none of that name.
        now: when.

    Returns:
        The program, or `Refused`: `token_not_valid` (the same for unknown, expired and revoked), `not_there` (the same for a
        use case that does not exist and one the token is not for), or `scope_missing`.
    """
    valid = _valid(token, now)
    if isinstance(valid, Refused):
        return valid
    if use_case is None or valid.use_case_id not in {None, use_case.id}:
        return Refused(code="not_there", why="There is no such use case, or it is not one this token is for.", remedy="")
    if scope not in valid.scopes:
        why = f"The token {valid.name!r} has no scope {scope.value!r}."
        return Refused(code="scope_missing", why=why, remedy=f"Use one made with --scope {scope.value}.")
    return Caller(token=valid.id, name=valid.name)

"""Issuing tokens: people let programs in and shut them out, and a program that comes is looked up."""

from dataclasses import dataclass, field
from datetime import timedelta

from licet.core.ids import TeamName
from licet.core.people import Act, Actor, Caller, Person
from licet.core.refusal import Refused
from licet.core.token import Token, TokenScope, check_wish, permit_everywhere, permit_reach, permit_token, token_digest, written
from licet.core.use_case import UseCase
from licet.flows.office import Office, allowed_person, entry
from licet.store import teams, tokens, use_cases
from licet.store.book import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenWish:
    """What a token is to be for. `use_case` names the only one it is for; None: all."""

    name: str
    scopes: frozenset[TokenScope]
    use_case: str | None
    lasts: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token just made. `text` is the token itself: it is shown now and never again."""

    token: Token
    text: str = field(repr=False)


def new_token(office: Office, by: Actor, wish: TokenWish) -> NewToken | Refused:
    """Makes a token: an owner for a use case of theirs, an admin for any or for all; in a team's office, for that team's.

    Raises:
        NotATokenError: when the wish is none a token can have.
        UnknownUseCaseError: when there is no such use case.
    """
    check_wish(name=wish.name, scopes=wish.scopes, lasts=wish.lasts)
    with office.book.write() as tx:
        now = office.clock.now()
        use_case = None if wish.use_case is None else use_cases.require(tx, wish.use_case)
        person = _issuer(office, tx, by, use_case)
        if isinstance(person, Refused):
            return person
        text = written(office.draw.secret())
        token = Token(
            id=office.draw.token("k_"),
            name=wish.name.strip(),
            scopes=wish.scopes,
            use_case_id=None if use_case is None else use_case.id,
            team=tx.team,
            made_by=person.id,
            made_at=now,
            expires_at=now + wish.lasts,
        )
        tokens.add(tx, token, digest=token_digest(text))
        tx.record(entry("token.made", by=person.id, now=now, use_case=use_case, token=token.id, scopes=sorted(token.scopes)))
        return NewToken(token=token, text=text)


def revoke_token(office: Office, by: Actor, *, name: str) -> Token | Refused:
    """Ends a token with effect from the next request; it is named by its id, or by its name where only one has it."""
    with office.book.write() as tx:
        now = office.clock.now()
        found = tokens.named(tx, name)
        if len(found) != 1:
            why = f"{len(found)} tokens are called {name!r}." if found else f"There is no token {name!r}."
            return Refused(code="not_there", why=why, remedy="Name one by its id: `licet token list`.")
        (token,) = found
        use_case = None if token.use_case_id is None else use_cases.by_id(tx, token.use_case_id)
        person = _issuer(office, tx, by, use_case)
        if isinstance(person, Refused):
            return person
        if token.revoked_at is not None:
            return Refused(code="already_done", why=f"The token {token.id!r} is revoked.", remedy="")
        tokens.revoke(tx, token, at=now)
        tx.record(entry("token.revoked", by=person.id, now=now, use_case=use_case, token=token.id))
        return token


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedToken:
    """A token with the name of its use case; None: it is for all of them."""

    token: Token
    use_case: str | None


def list_tokens(office: Office) -> list[ListedToken]:
    """All tokens there ever were, oldest first; none of them can be read back."""
    with office.book.read() as tx:
        slugs = {use_case.id: use_case.slug for use_case in use_cases.every(tx)}
        return [
            ListedToken(token=token, use_case=None if token.use_case_id is None else slugs[token.use_case_id]) for token in tokens.every(tx)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A program that was let in, and the use case it was let in to."""

    by: Caller
    use_case: UseCase


def admit(office: Office, text: str, scope: TokenScope, *, name: str) -> Admitted | Refused:
    """Looks a program's token up and says whether it may do something in a use case; asked anew with each request."""
    with office.book.read() as tx:
        token = _found(tx, text)
        use_case = use_cases.find(teams.narrowed(tx, None if token is None else token.team), name)
        by = permit_token(token, scope, use_case, office.clock.now())
    if isinstance(by, Refused) or use_case is None:
        return by if isinstance(by, Refused) else Refused(code="not_there", why="There is no such use case.", remedy="")
    return Admitted(by=by, use_case=use_case)


def admit_everywhere(office: Office, text: str, scope: TokenScope) -> Caller | Refused:
    """As `admit`, for what concerns the whole installation."""
    with office.book.read() as tx:
        return permit_everywhere(_found(tx, text), scope, office.clock.now())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """A program that was let in to all its token is for: one use case, a team's (None: all of it), or the whole installation."""

    by: Caller
    team: TeamName | None
    use_case: str | None


def admit_to_reach(office: Office, text: str, scope: TokenScope) -> Reach | Refused:
    """As `admit`, for what spans use cases."""
    with office.book.read() as tx:
        token = _found(tx, text)
        by = permit_reach(token, scope, office.clock.now())
        if isinstance(by, Refused) or token is None:
            return by if isinstance(by, Refused) else Refused(code="token_not_valid", why="The token is unknown.", remedy="")
        bound = None if token.use_case_id is None else use_cases.find_by_id(teams.narrowed(tx, token.team), token.use_case_id)
        if token.use_case_id is not None and bound is None:
            return Refused(code="not_there", why="The use case this token is for is not there any more.", remedy="")
        return Reach(by=by, team=token.team, use_case=None if bound is None else bound.slug)


def _found(tx: Tx, text: str) -> Token | None:
    return tokens.by_digest(tx, token_digest(text)) if text else None


def _issuer(office: Office, tx: Tx, by: Actor, use_case: UseCase | None) -> Person | Refused:
    if use_case is None:
        return allowed_person(office, tx, by, Act.ISSUE_EVERYWHERE, None)
    return allowed_person(office, tx, by, Act.ISSUE, use_case)

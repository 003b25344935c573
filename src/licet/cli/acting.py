"""Who acts at the command line: whoever signed in here, whose session is in a file of their own."""

from dataclasses import dataclass
from pathlib import Path

import click

from licet.core.account import Session
from licet.core.canonical import Json
from licet.core.people import Person
from licet.core.refusal import Refused
from licet.edge.session_file import drop_session, keep_session, read_session
from licet.flows.office import Office
from licet.flows.sessions import enter
from licet.flows.sign_in import Credentials, Opened
from licet.settings import Home, session_file

FROM_HERE = "the command line"
"""The address that guesses made at the command line are counted under."""

OVER = "Your session is over: you act as nobody in particular. Sign in again with `licet login`."


def as_signed_in(office: Office, home: Home) -> Office:
    """The office of whoever signed in at this command line; where nobody did, the office as it is."""
    text = read_session(session_file(home))
    entered = None if text is None else enter(office, text)
    if isinstance(entered, Refused):
        click.echo(OVER, err=True)
    return office if entered is None or isinstance(entered, Refused) else entered.office


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What was typed, or named to be read, instead of being asked for."""

    password_file: Path | None
    code: str | None


def password_of(typed: Typed, asking: str = "Password") -> str:
    """A password from the file named, or asked for without showing it."""
    if typed.password_file is not None:
        return typed.password_file.read_text("utf-8").rstrip("\r\n")
    return str(click.prompt(asking, hide_input=True, err=True))


def credentials(email: str, typed: Typed) -> Credentials:
    """What somebody shows: read, or asked for without showing it."""
    password = password_of(typed)
    code = typed.code
    if code is None:
        asking = "Code of your authenticator app, or a recovery code (empty: you have none)"
        code = str(click.prompt(asking, hide_input=True, default="", show_default=False, err=True))
    return Credentials(email=email, password=password, code=code, address=FROM_HERE)


def keep(home: Home, opened: Opened) -> None:
    """Keeps a session for the commands that follow."""
    keep_session(session_file(home), opened.text)


def forget(home: Home) -> None:
    """Forgets the session of this command line."""
    drop_session(session_file(home))


def kept(home: Home) -> str:
    """The token of the session here; empty where there is none."""
    return read_session(session_file(home)) or ""


def person_json(person: Person, session: Session) -> dict[str, Json]:
    """Who is signed in, as JSON."""
    return {
        "person": person.id,
        "email": person.email,
        "name": person.name,
        "roles": [*sorted(role.value for role in person.roles)],
        "identity": person.identity.value,
        "session": session.id,
        "ends_at": session.ends_at.isoformat(),
    }

"""Commands to sign in, sign out, see who is signed in, and show once more who one is."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from licet.cli.frame import CONTEXT, at_work, granted, home_option, json_option, plain, said
from licet.settings import find_home

if TYPE_CHECKING:
    from licet.flows.sign_in import Opened

P = ParamSpec("P")
R = TypeVar("R")


def shown_options(function: Callable[P, R]) -> Callable[P, R]:
    """Adds --password-file and --code."""
    code_help = "What the authenticator app shows, or a recovery code; empty: none. Default: asked for."
    file_help = "Read the password from here. Default: asked for."
    function = click.option("--code", metavar="CODE", help=code_help)(function)
    return click.option("--password-file", type=click.Path(path_type=Path, dir_okay=False), help=file_help)(function)


oidc_option = click.option("--oidc", is_flag=True, help="Through the identity provider: prints the address to open in a browser.")


@click.command(context_settings=CONTEXT)
@click.argument("email", required=False, metavar="[E-MAIL]")
@oidc_option
@shown_options
@home_option
@json_option
def login(email: str | None, *, oidc: bool, password_file: Path | None, code: str | None, home: str | None, as_json: bool) -> None:
    """Sign in with password and code; the commands that follow are yours, until you sign out or your session is over."""
    from licet.cli.acting import Typed, credentials, keep, person_json
    from licet.flows.sign_in import sign_in

    place = find_home(None if home is None else Path(home))
    opened = _outside(home, None) if oidc else None
    if opened is None:
        who = email or str(click.prompt("E-mail", err=True))
        shown = credentials(who, Typed(password_file=password_file, code=code))
        with at_work(home, signed_in=False) as office:
            opened = granted(sign_in(office, shown))
    keep(place, opened)
    lines = [f"Signed in as [bold]{plain(opened.person.name)}[/], until {opened.session.ends_at:%Y-%m-%d %H:%M} UTC at the latest."]
    if code and opened.recovery:
        lines.append(f"{opened.recovery} recovery codes are left.")
    said({**person_json(opened.person, opened.session), "recovery_codes": opened.recovery}, lines, as_json=as_json)


@click.command(context_settings=CONTEXT)
@click.option("--everywhere", is_flag=True, help="End all your sessions, also those in browsers.")
@home_option
@json_option
def logout(home: str | None, *, everywhere: bool, as_json: bool) -> None:
    """Sign out: the session of this command line ends."""
    from licet.cli.acting import forget, kept
    from licet.flows.sessions import sign_out

    place = find_home(None if home is None else Path(home))
    with at_work(home, signed_in=False) as office:
        ended = sign_out(office, kept(place), everywhere=everywhere)
    forget(place)
    said({"ended": granted(ended)}, (f"Signed out; {ended} sessions ended.",), as_json=as_json)


@click.command(context_settings=CONTEXT)
@home_option
@json_option
def whoami(home: str | None, *, as_json: bool) -> None:
    """Say who is signed in at this command line, and how they showed it."""
    from licet.cli.acting import kept, person_json
    from licet.flows.sessions import enter

    place = find_home(None if home is None else Path(home))
    with at_work(home, signed_in=False) as office:
        entered = granted(enter(office, kept(place)))
    one, roles = entered.person, ", ".join(sorted(entered.person.roles))
    line = f"{plain(one.name)} <{plain(one.email)}>, {one.identity.value}: {roles}"
    said(person_json(one, entered.session), (line,), as_json=as_json)


def _outside(home: str | None, text: str | None) -> "Opened":
    """Signs in through the identity provider, or confirms a session by it."""
    from licet.cli.signing_outside import through_provider

    with at_work(home, signed_in=False) as office:
        return granted(through_provider(office, find_home(None if home is None else Path(home)), text=text))


@click.command(context_settings=CONTEXT)
@oidc_option
@shown_options
@home_option
@json_option
def confirm(*, oidc: bool, password_file: Path | None, code: str | None, home: str | None, as_json: bool) -> None:
    """Show once more who you are, before an act that asks for it; it holds for five minutes."""
    from licet.cli.acting import Typed, credentials, keep, kept, person_json
    from licet.flows.sessions import enter
    from licet.flows.sign_in import confirm as confirm_again

    place = find_home(None if home is None else Path(home))
    opened = _outside(home, kept(place)) if oidc else None
    if opened is None:
        with at_work(home, signed_in=False) as office:
            email = granted(enter(office, kept(place))).person.email
        shown = credentials(email, Typed(password_file=password_file, code=code))
        with at_work(home, signed_in=False) as office:
            opened = granted(confirm_again(office, kept(place), shown))
    keep(place, opened)
    said(person_json(opened.person, opened.session), ("Confirmed, for five minutes.",), as_json=as_json)

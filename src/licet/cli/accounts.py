"""Commands on accounts: let a person set one up, see them, disable them, and help oneself in an emergency."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from licet.cli.frame import CONTEXT, Commands, at_work, granted, home_option, json_option, plain, said, usual
from licet.cli.signing import shown_options
from licet.core.canonical import Json
from licet.settings import find_home

if TYPE_CHECKING:
    from licet.flows.accounts import ListedAccount, NewLink, SetUp


@click.group(cls=Commands, context_settings=CONTEXT)
def account() -> None:
    """Accounts, with which people sign in; from the first one on nobody is taken at their word."""


@account.command("link", context_settings=CONTEXT)
@click.argument("email", metavar="E-MAIL")
@usual
def link(email: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Make a link with which a person sets their account up, once, within 72 hours; links made before are withdrawn."""
    from licet.flows.accounts import make_link
    from licet.flows.office import who

    with at_work(home) as office:
        made = granted(make_link(office, who(office, acting), email=email))
    _tell_link(made, as_json=as_json)


@account.command("break-glass", context_settings=CONTEXT)
@click.option("--why", required=True, help="In words: what happened. All admins and risk are told.")
@usual
def glass(why: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """In an emergency, at the machine itself: make an admin for an hour. The ledger, all admins and risk are told."""
    from licet.flows.accounts import break_glass
    from licet.flows.office import who

    with at_work(home) as office:
        made = granted(break_glass(office, who(office, acting), why=why))
    _tell_link(made, as_json=as_json)


def _tell_link(made: "NewLink", *, as_json: bool) -> None:
    until = f"{made.link.expires_at:%Y-%m-%d %H:%M} UTC"
    data: dict[str, Json] = {"link": made.text, "id": made.link.id, "email": made.person.email}
    said({**data, "expires_at": made.link.expires_at.isoformat()}, (f"[bold]{made.text}[/]",), as_json=as_json)
    told = f"This sets the account of {made.person.email} up, once, until {until}: `licet account set-up`. It is shown this once."
    if not as_json:
        click.echo(told, err=True)


@account.command("set-up", context_settings=CONTEXT)
@click.option("--link-file", type=click.Path(path_type=Path, dir_okay=False), help="Read the link from here. Default: asked for.")
@click.option("--look", is_flag=True, help="Only show the second factor that the link offers; it is not used up.")
@click.option("--no-second-factor", is_flag=True, help="Sign in with the password alone; not for admins and risk.")
@shown_options
@home_option
@json_option
def set_up(  # noqa: PLR0913 - a command's options
    link_file: Path | None,
    password_file: Path | None,
    code: str | None,
    home: str | None,
    *,
    look: bool,
    no_second_factor: bool,
    as_json: bool,
) -> None:
    """Set your account up with a link: choose a password, and add the second factor to an authenticator app."""
    from licet.cli.acting import Typed, password_of
    from licet.flows.accounts import Chosen, look_at_link, set_up_account

    text = str(click.prompt("Link", hide_input=True, err=True)) if link_file is None else link_file.read_text("utf-8").strip()
    with at_work(home, signed_in=False) as office:
        offer = granted(look_at_link(office, text))
    if look:
        data: dict[str, Json] = {"email": offer.person.email, "secret": offer.secret, "address": offer.address}
        said({**data, "needed": offer.needs_factor}, (f"{offer.secret}  {plain(offer.address)}",), as_json=as_json)
        return
    password = password_of(Typed(password_file=password_file, code=code), "New password (12 characters or more)")
    if code is None and not no_second_factor:
        click.echo(f"Add this to an authenticator app: {offer.secret}\n{offer.address}", err=True)
        code = str(click.prompt("The code it shows", err=True))
    with at_work(home, signed_in=False) as office:
        made = granted(set_up_account(office, text, Chosen(password=password, code=None if no_second_factor else code)))
    _tell_recovery(made, as_json=as_json)


def _tell_recovery(made: "SetUp", *, as_json: bool) -> None:
    lines = [f"The account of {plain(made.person.email)} is set up. Sign in with `licet login`."]
    if made.recovery:
        lines += ["Each of these stands in once for the second factor. They are shown this once; keep them apart from the phone:"]
    lines += [f"  {code}" for code in made.recovery]
    said({"email": made.person.email, "recovery_codes": [*made.recovery]}, lines, as_json=as_json)


@account.command("password", context_settings=CONTEXT)
@click.option(
    "--new-password-file", type=click.Path(path_type=Path, dir_okay=False), help="Read the new password from here. Default: asked for."
)
@shown_options
@home_option
@json_option
def password(new_password_file: Path | None, password_file: Path | None, code: str | None, home: str | None, *, as_json: bool) -> None:
    """Change your password; your other sessions end."""
    from licet.cli.acting import Typed, credentials, kept, password_of
    from licet.flows.sign_in import change_password

    place = find_home(None if home is None else Path(home))
    shown = credentials("", Typed(password_file=password_file, code=code))
    new = password_of(Typed(password_file=new_password_file, code=None), "New password (12 characters or more)")
    with at_work(home, signed_in=False) as office:
        ended = granted(change_password(office, kept(place), shown, new=new))
    said({"ended": ended}, (f"The password is changed; {ended} other sessions ended.",), as_json=as_json)


@account.command("disable", context_settings=CONTEXT)
@click.argument("email", metavar="E-MAIL")
@usual
def disable(email: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Disable a person's account: in the same moment their sessions end and their links are withdrawn. Also closes a break-glass."""
    from licet.flows.accounts import disable_account
    from licet.flows.office import who

    with at_work(home) as office:
        gone = granted(disable_account(office, who(office, acting), email=email))
    data = {"email": gone.person.email, "disabled": True, "sessions": gone.sessions, "links": gone.links, "tokens": list(gone.tokens)}
    lines = [f"The account of {plain(email)} is disabled; {gone.sessions} sessions ended, {gone.links} links are withdrawn."]
    if gone.tokens:
        lines.append(f"Tokens they made still let programs in: {', '.join(gone.tokens)}. End those by `licet token revoke`.")
    said(cast("dict[str, Json]", data), lines, as_json=as_json)


@account.command("enable", context_settings=CONTEXT)
@click.argument("email", metavar="E-MAIL")
@usual
def enable(email: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Enable an account again; what ended with it stays ended."""
    from licet.flows.accounts import enable_account
    from licet.flows.office import who

    with at_work(home) as office:
        there = granted(enable_account(office, who(office, acting), email=email))
    said({"email": there.email, "disabled": False}, (f"{plain(there.email)} may sign in again.",), as_json=as_json)


@account.command("list", context_settings=CONTEXT)
@home_option
@json_option
def list_(home: str | None, *, as_json: bool) -> None:
    """List everybody, with or without an account."""
    from licet.flows.accounts import list_accounts

    with at_work(home) as office:
        rows = [_row(one) for one in list_accounts(office)]
    lines = [_line(row) for row in rows] or ["There is nobody yet. Add a person with `licet person add`."]
    said({"accounts": cast("list[Json]", rows)}, lines, as_json=as_json)


@account.command("show", context_settings=CONTEXT)
@click.argument("email", metavar="E-MAIL")
@home_option
@json_option
def show(email: str, home: str | None, *, as_json: bool) -> None:
    """Show a person's account: its state, second factor, recovery codes left, and sessions."""
    from licet.core.refusal import Refused
    from licet.flows.accounts import list_accounts

    with at_work(home) as office:
        found = [_row(one) for one in list_accounts(office) if one.person.email == email.strip().lower()]
    missing = Refused(code="not_there", why=f"Nobody here has the address {email!r}.", remedy="`licet account list` shows who there is.")
    row = granted(found[0] if found else missing)
    said(row, (_line(row),), as_json=as_json)


def _row(one: "ListedAccount") -> dict[str, Json]:
    known = one.account
    data: dict[str, Json] = {"email": one.person.email, "state": _state(one), "recovery_codes": one.recovery, "sessions": one.sessions}
    return {**data, "second_factor": known is not None and known.second_factor, "break_glass": known is not None and known.break_glass}


def _state(one: "ListedAccount") -> str:
    known = one.account
    if known is not None and known.disabled_at is not None:
        return "disabled"
    return "none" if known is None or known.set_up_at is None else "open"


def _line(row: dict[str, Json]) -> str:
    factor = "with second factor" if row["second_factor"] else "no second factor"
    return f"{plain(row['email'])}: {row['state']}, {factor}, {row['sessions']} sessions, {row['recovery_codes']} recovery codes"

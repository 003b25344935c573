"""Commands on tokens: let a program in, see which are let in, shut one out."""

from typing import TYPE_CHECKING, cast

import click

from licet.cli.frame import CONTEXT, Commands, at_work, granted, home_option, json_option, plain, said, usual
from licet.core.canonical import Json
from licet.core.token import LONGEST_DAYS, USUAL_DAYS, TokenScope

if TYPE_CHECKING:
    from datetime import datetime

    from licet.flows.issue_tokens import ListedToken
SCOPES = [scope.value for scope in TokenScope]


@click.group(cls=Commands, context_settings=CONTEXT)
def token() -> None:
    """Tokens, which let programs in by the API; none of them can approve, review, grant, answer or lift."""


@token.command("new", context_settings=CONTEXT)
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="What it may be used for; repeat for more."
)
@click.option("--use-case", "slug", metavar="SLUG", help="The only use case it is for. Default: all; that takes an admin.")
@click.option("--days", type=click.IntRange(1, LONGEST_DAYS), default=USUAL_DAYS, show_default=True, help="Days until it ends by itself.")
@usual
def new(  # noqa: PLR0913 - a command's options
    name: str, scopes: tuple[str, ...], slug: str | None, days: int, acting: str | None, home: str | None, *, as_json: bool
) -> None:
    """Make a token and show it, this once: what is kept of it is a digest."""
    from datetime import timedelta

    from licet.flows.issue_tokens import TokenWish, new_token
    from licet.flows.office import who

    wish = TokenWish(name=name, scopes=frozenset(map(TokenScope, scopes)), use_case=slug, lasts=timedelta(days=days))
    with at_work(home) as office:
        made = granted(new_token(office, who(office, acting), wish))
    until = _day(made.token.expires_at)
    data: dict[str, Json] = {
        "id": made.token.id,
        "token": made.text,
        "scopes": sorted(made.token.scopes),
        "use_case": slug,
        "expires": until,
    }
    said(data, (f"[bold]{made.text}[/]",), as_json=as_json)
    told = f"This is the token {made.token.id}, until {until}. It is shown this once: put it where only the program can read it."
    if not as_json:
        click.echo(told, err=True)


@token.command("list", context_settings=CONTEXT)
@home_option
@json_option
def list_(home: str | None, *, as_json: bool) -> None:
    """List every token there ever was; none can be read back."""
    from licet.flows.issue_tokens import list_tokens

    with at_work(home) as office:
        found, now = list_tokens(office), office.clock.now()
    rows = [_row(one, now) for one in found]
    lines = [
        f"{row['id']}  {plain(row['name'])}: {row['state']}, {' '.join(cast('list[str]', row['scopes']))}, "
        f"{plain(row['use_case'] or 'all use cases')}, until {row['expires']}"
        for row in rows
    ]
    said({"tokens": rows}, lines or ["There are no tokens. Make one with `licet token new`."], as_json=as_json)


def _row(one: "ListedToken", now: "datetime") -> dict[str, Json]:
    known = one.token
    ended = "expired" if known.expires_at is not None and now >= known.expires_at else "valid"
    return {
        "id": known.id,
        "name": known.name,
        "state": "revoked" if known.revoked_at is not None else ended,
        "scopes": sorted(known.scopes),
        "use_case": one.use_case,
        "made_by": known.made_by,
        "expires": _day(known.expires_at),
    }


@token.command("revoke", context_settings=CONTEXT)
@click.argument("name")
@usual
def revoke(name: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Shut a program out, from its next request on; the token is named by its id, or by a name only it has."""
    from licet.flows.issue_tokens import revoke_token
    from licet.flows.office import who

    with at_work(home) as office:
        ended = granted(revoke_token(office, who(office, acting), name=name))
    said({"id": ended.id, "revoked": True}, (f"The token {plain(ended.id)} is revoked.",), as_json=as_json)


def _day(moment: "datetime | None") -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%d}"

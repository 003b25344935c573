"""The command that takes a template back, and what the other commands on templates say of it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

import click

from licet.cli.frame import CONTEXT, at_work, granted, plain, said, usual
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.core.published import Published
    from licet.core.withdrawal import Withdrawal
    from licet.flows.publish_template import Counted

KEPT = "Who uses it is told, keeps it, and can still verify it. Nobody begins from it any more; a next version changes nothing of that."


@click.command(context_settings=CONTEXT)
@click.argument("wanted", metavar="NAME[@DIGEST]")
@click.option("--reason", "--why", required=True, metavar="TEXT", help="In one line; every team reads it.")
@usual
def withdraw(wanted: str, reason: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Take a template back for good: every version there is under the name, or the one of a digest."""
    from licet.core.published import reference
    from licet.flows.office import who
    from licet.flows.withdraw_template import withdraw_template

    with at_work(home) as office:
        made = granted(withdraw_template(office, who(office, acting), reference(wanted), reason=reason))
    data = {
        "template": made[0].name,
        "reason": made[0].reason,
        "withdrawn": [{"version": one.version, "digest": one.digest} for one in made],
    }
    lines = [f"Withdrew {one.name}, version {one.version}: {one.digest}" for one in made]
    said(cast("dict[str, Json]", data), [*lines, KEPT], as_json=as_json)


def counted_json(one: "Counted") -> Mapping[str, Json]:
    """A version for programs, with what took it back."""
    from licet.core.published import published_to_json
    from licet.core.withdrawal import withdrawal_to_json

    return {**published_to_json(one.template, one.reuse), "withdrawn": withdrawal_to_json(one.withdrawn)}


def versions_json(versions: "Sequence[tuple[Published, Withdrawal | None]]") -> list[Json]:
    """The versions of a template for programs, the newest first."""
    from licet.core.withdrawal import withdrawal_to_json

    return [
        {
            "version": one.version,
            "digest": one.digest,
            "published_at": one.at.isoformat(),
            "withdrawn": withdrawal_to_json(withdrawn),
        }
        for one, withdrawn in versions
    ]


def withdrawn_lines(one: "Published", withdrawn: "Withdrawal | None") -> list[str]:
    """The line beside a version that was taken back; none where it stands."""
    from licet.core.withdrawal import told

    return [] if withdrawn is None else [f"  [red]{plain(told(one, withdrawn))}[/]"]


def version_lines(versions: "Sequence[tuple[Published, Withdrawal | None]]") -> list[str]:
    """A line for each version of a template; none where there is one only."""
    if len(versions) < 2:  # noqa: PLR2004 - one of them is shown already
        return []
    lines = ["Versions:"]
    for one, withdrawn in versions:
        lines += [f"  {one.version}  {one.digest}  [dim]{one.at:%Y-%m-%d}[/]", *[f"  {line}" for line in withdrawn_lines(one, withdrawn)]]
    return lines

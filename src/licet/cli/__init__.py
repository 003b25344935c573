"""The command line: what people and scripts type; data on stdout, progress on stderr."""

import sys
from collections.abc import Sequence

import click

from licet import __version__
from licet.cli.cases import audit, cases
from licet.cli.evidence import evidence, ledger
from licet.cli.frame import CONTEXT, run
from licet.cli.history import import_
from licet.cli.judging import adjudicate, evaluate, sealed
from licet.cli.mandates import approve, gate, mandate
from licet.cli.places import backup, check, db, doctor, init, person, restore, use_case
from licet.cli.standards import standard
from licet.cli.story import demo


@click.group(context_settings=CONTEXT)
@click.version_option(__version__, message="%(version)s")
def cli() -> None:
    """Licet: a signed, expiring permission for AI, with a number on it, enforced on every case and taken back by itself."""


SET_UP = (init, check, doctor, person, db, backup, restore, use_case)
JUDGE = (import_, standard, evaluate, sealed, adjudicate)
PERMIT = (gate, approve, mandate)
RUN = (cases, audit, evidence, ledger, demo)

for command in (*SET_UP, *JUDGE, *PERMIT, *RUN):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line; exit codes are in docs/reference/commands.md."""
    sys.exit(run(cli, sys.argv[1:] if arguments is None else arguments))

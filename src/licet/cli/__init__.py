"""The command line: what people and scripts type; data on stdout, progress on stderr."""

import sys
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import cast

import click

from licet import __version__
from licet.cli.frame import CONTEXT, run


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a command lives, and what it says in one line; a test holds the line against the command."""

    module: str
    name: str
    says: str


PLACES: Mapping[str, Place] = {
    "init": Place(
        module="places", name="init", says="Make an installation in a folder: database, payload key, signing key; prints the public key."
    ),
    "check": Place(module="places", name="check", says="Check every use case's files; names file, line and remedy of all that is wrong."),
    "doctor": Place(
        module="places",
        name="doctor",
        says="Find what is wrong with the installation: files, keys, database, ledger, clock, workers, use cases; ends with 4 on an error.",
    ),
    "person": Place(module="places", name="person", says="People and their roles."),
    "role": Place(
        module="roles", name="role", says="Roles for the installation, for one team, or for one use case: give, take, and see them."
    ),
    "account": Place(
        module="accounts",
        name="account",
        says="Accounts, with which people sign in; from the first one on nobody is taken at their word.",
    ),
    "login": Place(
        module="signing",
        name="login",
        says="Sign in with password and code; the commands that follow are yours, until you sign out or your session is over.",
    ),
    "logout": Place(module="signing", name="logout", says="Sign out: the session of this command line ends."),
    "whoami": Place(module="signing", name="whoami", says="Say who is signed in at this command line, and how they showed it."),
    "confirm": Place(
        module="signing", name="confirm", says="Show once more who you are, before an act that asks for it; it holds for five minutes."
    ),
    "desk": Place(
        module="desks", name="desk", says="The desk where people answer cases: how it stands, who is away, and who has which skill."
    ),
    "practise": Place(
        module="practising", name="practise", says="Practise on past cases: answer one, and see at once what the record says."
    ),
    "qualification": Place(
        module="practising", name="qualification", says="What people must show on past cases before they are handed cases of a use case."
    ),
    "token": Place(
        module="tokens",
        name="token",
        says="Tokens, which let programs in by the API; none of them can approve, review, grant, answer or lift.",
    ),
    "db": Place(module="places", name="db", says="The database's schema."),
    "backup": Place(
        module="places",
        name="backup",
        says="Write a consistent copy of database, keys and checkpoints into one file, while everything runs.",
    ),
    "restore": Place(
        module="places",
        name="restore",
        says="Put a backup in the place of the installation's database and keys; reports what it rolls back.",
    ),
    "use-case": Place(module="places", name="use_case", says="Use cases."),
    "policy": Place(
        module="policies",
        name="policy",
        says="Who may do what: ask why not, test the policies, and change them with a second person's yes.",
    ),
    "risk": Place(
        module="risks",
        name="risk",
        says="How much care a use case takes: questions in plain words, and the tier that follows from the answers.",
    ),
    "import": Place(
        module="history", name="import_", says="Import past cases with people's answers: licet import SLUG FILE --content COL --answer COL."
    ),
    "import-evidence": Place(
        module="outside_evidence",
        name="import_evidence",
        says="Take in what another tool measured: counted anew from its rows, to inform; it opens no gate.",
    ),
    "process": Place(
        module="process",
        name="process",
        says="The process around a use case: its event log, where time goes in it, and what a redesign would change.",
    ),
    "value": Place(module="values", name="value", says="What a use case changed since AI decides, against the locked baseline."),
    "standard": Place(module="standards", name="standard", says="What good means: standard.yaml, locked by two people before any result."),
    "evaluate": Place(module="judging", name="evaluate", says="Judge the system on sealed cases by the locked standard."),
    "label": Place(
        module="labelling",
        name="label",
        says="Label where it counts: a pilot, a region fixed by it, then cases inside.",
    ),
    "judge": Place(
        module="judges", name="judge", says="Hold the judge in judge.py against people, and estimate errors beside it; never a verdict."
    ),
    "calibrate": Place(
        module="calibrating", name="calibrate", says="Find what a model's own words about its certainty are worth, on unsealed past cases."
    ),
    "check-flakiness": Place(
        module="flakiness",
        name="check_flakiness",
        says="Ask the system twice about unsealed cases: what differs, and how likely a repetition changes the verdict.",
    ),
    "sealed": Place(module="judging", name="sealed", says="Sealed cases."),
    "adjudicate": Place(
        module="judging",
        name="adjudicate",
        says="Hand out a blind worksheet of disagreements mixed with agreements, or take the answers in.",
    ),
    "compare": Place(
        module="comparing",
        name="compare",
        says="A new version against the old one on the same cases; people answer only those on which the two differ.",
    ),
    "gate": Place(module="gates", name="gate", says="The evidence a use case must show before it may move on."),
    "approve": Place(module="approvals", name="approve", says="Say yes to exactly what has this digest (from `licet gate show`)."),
    "approval": Place(
        module="approvals", name="approval", says="Requests for approval: what waits for whose yes, and what became of each."
    ),
    "fast-lane": Place(
        module="fast_lanes",
        name="fast_lane",
        says="Risk's standing approval: mandates of low tier, without personal data and inside its budget, pass at once.",
    ),
    "envelope": Place(
        module="envelopes",
        name="envelope",
        says="Bounds approved beforehand: inside them a new version gets its mandate without new approvals, after a window for a veto.",
    ),
    "mandate": Place(
        module="mandates_running", name="mandate", says="The authority for exactly one system to decide cases in a scope alone."
    ),
    "stop": Place(module="stops", name="stop", says="The stop: while it is pressed nothing is decided alone; the mandate stays as it is."),
    "cases": Place(module="cases", name="cases", says="Cases that come in to be decided."),
    "workflow": Place(
        module="workflows",
        name="workflow",
        says="Use cases with several steps: each decided by its own standard and mandate, joined by rules.",
    ),
    "reviewers": Place(
        module="reviewers",
        name="reviewers",
        says="How people review: numbers with intervals for senior reviewers and risk, no accusations.",
    ),
    "incident": Place(
        module="incidents", name="incident", says="What went wrong with a mandate, and what people find out and do about it."
    ),
    "audit": Place(module="cases", name="audit", says="Blind audits of cases that AI decided alone."),
    "effects": Place(module="effects", name="effects", says="What happens in the world after decisions."),
    "serve": Place(
        module="serving",
        name="serve",
        says="Serve people and programs: pages, the API, health and metrics, with a worker in the same process.",
    ),
    "worker": Place(
        module="serving",
        name="worker",
        says="Work off the cases that wait, until it is ended; on PostgreSQL any number of workers run beside each other.",
    ),
    "evidence": Place(module="evidence", name="evidence", says="Evidence packs: one file that a stranger verifies offline."),
    "ledger": Place(module="ledger", name="ledger", says="The append-only log of everything that happened."),
    "witness": Place(
        module="witnesses", name="witness", says="Witnesses: a second key co-signs checkpoints, so that nobody here can show two histories."
    ),
    "demo": Place(module="story", name="demo", says="Earn, use, lose and prove a mandate on real data, in well under a minute."),
}


class LateGroup(click.Group):
    """Commands that are loaded when they are run, so that `licet --help` loads none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order in which they are used."""
        del ctx
        return list(PLACES)

    def get_command(self, ctx: click.Context | None, cmd_name: str) -> click.Command | None:
        """Loads a command; None where there is none of that name."""
        del ctx
        place = PLACES.get(cmd_name)
        return None if place is None else cast("click.Command", getattr(import_module(f"licet.cli.{place.module}"), place.name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the commands without loading them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.says) for name, place in PLACES.items()])

    @property
    def commands(self) -> MutableMapping[str, click.Command]:
        """Every command, loaded; click keeps a dictionary here, we a view."""
        return {name: command for name in PLACES if (command := self.get_command(None, name)) is not None}

    @commands.setter
    def commands(self, value: MutableMapping[str, click.Command]) -> None:
        """What click sets here at first is empty."""


@click.group(cls=LateGroup, context_settings=CONTEXT)
@click.version_option(__version__, message="%(version)s")
def cli() -> None:
    """Licet: a signed, expiring permission for AI, with a number on it, enforced on every case and taken back by itself."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line; exit codes are in docs/reference/commands.md."""
    sys.exit(run(cli, sys.argv[1:] if arguments is None else arguments))

"""Commands on a use case's process: its event log, what it shows, and what would become of it."""

import click

from licet.cli.bpmn_export import export_process
from licet.cli.frame import CONTEXT, Commands
from licet.cli.process_baseline import baseline, watch
from licet.cli.process_compare import compare
from licet.cli.process_import import erase, import_, logs
from licet.cli.process_show import show
from licet.cli.process_simulate import simulate


@click.group(cls=Commands, context_settings=CONTEXT)
def process() -> None:
    """The process around a use case: its event log, where time goes in it, and what a redesign would change."""


process.add_command(import_)
process.add_command(logs)
process.add_command(erase)
process.add_command(show)
process.add_command(compare)
process.add_command(baseline)
process.add_command(watch)
process.add_command(simulate)
process.add_command(export_process)

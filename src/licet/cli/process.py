"""Commands on the process around a use case: where its event logs come in, and what is found in them."""

import click

from licet.cli.frame import CONTEXT, Commands
from licet.cli.process_baseline import baseline, watch
from licet.cli.process_import import erase, import_, logs


@click.group(cls=Commands, context_settings=CONTEXT)
def process() -> None:
    """The process around a use case, from its own event logs."""


process.add_command(import_)
process.add_command(logs)
process.add_command(erase)
process.add_command(baseline)
process.add_command(watch)

"""The command that finds what a model's own words about its certainty are worth."""

import json

import click

from licet.cli.frame import CONTEXT, at_work, folder_of, granted, said, usual


@click.command(context_settings=CONTEXT)
@click.argument("slug")
@usual
def calibrate(slug: str, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Find what a model's own words about its certainty are worth, on unsealed past cases."""
    from licet.core.use_case import slug as slug_of
    from licet.edge.draw import SystemDraw
    from licet.edge.folder import load_standard
    from licet.edge.llm_folder import CURVE_FILE
    from licet.edge.purse import BookPurse
    from licet.edge.systems import FolderSystems
    from licet.edge.whole import SHARED, written_whole
    from licet.flows.calibrate import calibrate as find
    from licet.flows.office import who
    from licet.settings import secret

    folder = folder_of(home, slug)
    with at_work(home) as office:
        systems = FolderSystems(folder.parent, secret, SystemDraw(), BookPurse(book=office.book, clock=office.clock))
        system, on_disk = systems.uncalibrated(slug_of(slug)), load_standard(folder)
        found = granted(find(office, who(office, acting), name=slug, system=system, on_disk=on_disk))
    curve = [list(pair) for pair in found.curve]
    with written_whole(folder / CURVE_FILE, SHARED) as stream:
        json.dump({"cases": found.cases, "right": found.right, "curve": curve}, stream, indent=1)
        stream.write("\n")
    lines = (
        f"{found.cases:,} unsealed cases: the model claimed {found.said:.1%} on average, and was right in {found.right / found.cases:.1%}.",
        f"Wrote {len(curve)} steps into {str(folder / CURVE_FILE)!r}; they are part of the fingerprint.",
    )
    said({"use_case": slug, "cases": found.cases, "right": found.right, "claimed": found.said, "curve": curve}, lines, as_json=as_json)

"""Commands that compare a new version with the old one on the same cases."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from licet.cli.frame import (
    CONTEXT,
    OK,
    UNDECIDED,
    Commands,
    OutFile,
    RefusedError,
    Share,
    at_work,
    folder_of,
    granted,
    plain,
    said,
    usual,
)
from licet.cli.judging import EXIT
from licet.cli.runs import run_options, running
from licet.core.canonical import Json
from licet.core.refusal import Refused

if TYPE_CHECKING:
    from licet.core.comparison import AnyComparison, Found
    from licet.flows.see_comparisons import CasesNeeded, ComparisonSeen

EXAMPLES = 10
"""Cases that became worse which are shown to people; JSON holds all."""


@click.group("compare", cls=Commands, context_settings=CONTEXT)
def compare() -> None:
    """A new version against the old one on the same cases; people answer only those on which the two differ."""


@compare.command("plan", context_settings=CONTEXT)
@click.argument("slug")
@click.option("--cases", type=click.IntRange(min=1, max=100_000), help="How many cases; fixed before the new version is asked.")
@click.option("--source", type=click.Choice(["live", "unlabelled"]), default="live", help="Which cases: live, or imported without answers.")
@click.option("--old", metavar="NAME@VERSION", help="The old version; default: the one the running mandate is for.")
@click.option("--system", "new", metavar="NAME@VERSION", help="A posted system that is the new version; default: the folder's system.")
@click.option("--needed", is_flag=True, help="Plan nothing: estimate how many cases it takes.")
@click.option("--differing", type=Share(), metavar="SHARE", help="With --needed: the share of cases on which the versions differ.")
@usual
def plan(slug: str, acting: str | None, home: str | None, *, as_json: bool, **given: Any) -> None:  # noqa: ANN401 - click's
    """Fix versions, cases, margin and confidence, and write them into the ledger before the new version is asked."""
    from licet.core.comparison import Source, comparison_to_json
    from licet.edge.folder import load_standard, load_use_case
    from licet.flows.compare import Wish, plan_comparison
    from licet.flows.office import who
    from licet.flows.see_comparisons import cases_to_compare

    folder = folder_of(home, slug)
    told, standard = load_use_case(folder), load_standard(folder)
    if given["needed"] == (given["cases"] is not None) or (given["differing"] is not None and not given["needed"]):
        raise click.UsageError("Give either --cases N, or --needed, with --differing SHARE if no comparison was made yet.")
    with at_work(home) as office:
        if given["needed"]:
            found = granted(cases_to_compare(office, name=slug, on_disk=standard, differing=given["differing"]))
            said({"use_case": slug, **needed_json(found)}, needed_lines(found), as_json=as_json)
            return
        wish = Wish(
            name=slug, on_disk=standard, source=Source(given["source"]), cases=given["cases"], system=told.system,
            new=given["new"], old=given["old"],
        )  # fmt: skip
        made = granted(plan_comparison(office, who(office, acting), wish))
    said({"use_case": slug, **comparison_to_json(made)}, [*state_lines(made), f"Next: licet compare ask {slug}"], as_json=as_json)


@compare.command("ask", context_settings=CONTEXT)
@click.argument("slug")
@run_options
@usual
def ask(slug: str, acting: str | None, home: str | None, *, as_json: bool, **given: Any) -> int:  # noqa: ANN401 - click's
    """Ask both versions about every case of the plan, once, and find out on which they differ."""
    from licet.core.comparison import comparison_to_json
    from licet.flows.compare import ask_both
    from licet.flows.office import who

    with at_work(home) as office, running(office, given, as_json=as_json) as runner:
        made = _granted(ask_both(office, who(office, acting), name=slug, runner=runner))
    said({"use_case": slug, **comparison_to_json(made)}, [*state_lines(made), *_next(slug, made)], as_json=as_json)
    return _code(made, waiting=OK)


@compare.command("sheet", context_settings=CONTEXT)
@click.argument("slug")
@click.argument("file", type=OutFile())
@usual
def sheet(slug: str, file: Path, acting: str | None, home: str | None, *, as_json: bool) -> None:
    """Write a blind worksheet of the cases on which the versions differ; neither version's answer is on it."""
    from licet.cli.sheets import Sheet, handed_out
    from licet.flows.label_differences import hand_out_differences
    from licet.flows.office import who

    with at_work(home) as office:
        lines = granted(hand_out_differences(office, who(office, acting), name=slug))
    written = Sheet(file=file, written=True, encoding="utf-8", delimiter=None)
    handed_out(written, slug, [(line.token, line.body) for line in lines], as_json=as_json)


@compare.command("answers", context_settings=CONTEXT)
@click.argument("slug")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--encoding", default="utf-8", help="Encoding of the filled worksheet.")
@click.option("--delimiter", help="Of the filled worksheet: one character, or `tab`; default: found in the header line.")
@usual
def answers(slug: str, file: Path, acting: str | None, home: str | None, *, as_json: bool, **how: Any) -> int:  # noqa: ANN401 - click's
    """Take a filled worksheet in; with the last answer the comparison is judged. Exit then: 0 met, 1 not met, 3 undecided."""
    from licet.cli.sheets import Sheet, read_sheet
    from licet.core.comparison import comparison_to_json
    from licet.edge.folder import load_use_case
    from licet.flows.label_differences import take_in_differences
    from licet.flows.office import who

    told = load_use_case(folder_of(home, slug))
    filled = read_sheet(Sheet(file=file, written=False, encoding=how["encoding"], delimiter=how["delimiter"]), told)
    with at_work(home) as office:
        made = _granted(take_in_differences(office, who(office, acting), name=slug, answers=filled))
    said({"use_case": slug, **comparison_to_json(made)}, [*state_lines(made), *_next(slug, made)], as_json=as_json)
    return _code(made, waiting=OK)


@compare.command("show", context_settings=CONTEXT)
@click.argument("slug")
@usual
def show(slug: str, acting: str | None, home: str | None, *, as_json: bool) -> int:
    """Show the newest comparison, with cases that became worse once it is judged. Exit: 0 met, 1 not met, 3 undecided or not judged."""
    from licet.flows.compare import none_planned
    from licet.flows.office import who
    from licet.flows.see_comparisons import see_comparisons

    with at_work(home) as office:
        every = granted(see_comparisons(office, who(office, acting), name=slug) or none_planned(slug))
    newest = every[0]
    data: dict[str, Json] = {"use_case": slug, **seen_json(newest), "earlier": [seen_json(one) for one in every[1:]]}
    said(data, seen_lines(newest), as_json=as_json)
    return _code(newest.comparison, waiting=UNDECIDED)


def _granted(made: "AnyComparison | Refused") -> "AnyComparison":
    """As `granted`, for a comparison in whatever state."""
    if isinstance(made, Refused):
        raise RefusedError(made)
    return made


def _code(made: "AnyComparison", *, waiting: int) -> int:
    from licet.core.comparison import Judged

    return EXIT[made.found.word] if isinstance(made, Judged) else waiting


def _next(slug: str, made: "AnyComparison") -> list[str]:
    from licet.core.comparison import Labelling

    sheets = f"Next: answers, on the page Labels of `licet serve`, or by licet compare sheet {slug} FILE --as REVIEWER"
    return [sheets] if isinstance(made, Labelling) else []


def needed_json(found: "CasesNeeded") -> Mapping[str, Json]:
    """How many cases it takes, as JSON; always an estimate."""
    return {"estimated": True, "cases": found.cases, "answers": found.answers, "differing": found.differing, "seen_on": found.seen}


def needed_lines(found: "CasesNeeded") -> list[str]:
    """How many cases it takes, for people."""
    basis = f"as on {found.seen:,} cases of the newest comparison" if found.seen else "as you say"
    return [
        f"Estimated: about {found.cases:,} cases, of which people answer about {found.answers:,}.",
        f"[dim]Where the versions differ on {found.differing:.1%} of the cases, {basis}, and are as good as each other: so many show with "
        "80% probability that the new one is not worse by the margin.[/]",
    ]


def seen_json(seen: "ComparisonSeen") -> dict[str, Json]:
    """A comparison with the names of both versions, and the cases that became worse."""
    from licet.core.comparison import comparison_to_json

    worse: list[Json] = [{"case": one.name, "old": one.old, "new": one.new, "people": one.right} for one in seen.regressions]
    return comparison_to_json(seen.comparison) | {"old_name": seen.old, "new_name": seen.new, "regressions": worse}


def state_lines(made: "AnyComparison") -> list[str]:
    """Where a comparison stands, for people: the verdict in one sentence first."""
    from licet.core.comparison import Judged, Labelling, planned_of

    fixed = planned_of(made).plan
    margin, n = f"{fixed.rule.margin:.1%}", f"{len(fixed.cases):,}"
    match made:
        case Judged(found=found):
            lines = [_verdict(found, margin), *_found_lines(found)]
        case Labelling(differing=differing, open=waiting):
            lines = [f"The versions differ on {differing:,} of {n} cases; people are to answer {waiting:,} of them before it is judged."]
        case _:
            lines = [f"Planned: {n} {fixed.source.value} cases, not worse by {margin} at {fixed.rule.confidence:.0%} confidence."]
    if fixed.came_before:
        lines.append(
            f"[yellow]note[/] {fixed.came_before:,} of {n} cases were here before the new version was registered: "
            "if it was made with them, this speaks too well of it."
        )
    return lines


def _verdict(found: "Found", margin: str) -> str:
    if found.word == "met":
        better = " It is shown to be better." if found.better is True else ""
        return f"[bold green]Met.[/] The new version is not worse by {margin} of the cases.{better}"
    if found.word == "not_met":
        return f"[bold red]Not met.[/] The new version is worse by more than {margin} of the cases."
    more = "" if found.needed is None else f" About {found.needed:,} cases would tell (estimated)."
    return f"[bold yellow]Undecided.[/] {found.n:,} cases do not tell whether the new version is worse by {margin}.{more}"


def _found_lines(found: "Found") -> list[str]:
    from licet.core.refusal import Unknown
    from licet.stats.slices import Standing

    lines = [f"  of {found.n:,} cases {found.gained:,} became better and {found.lost:,} worse"]
    lines += [f"  {found.erased:,} of the worse ones were erased before anybody answered them"] if found.erased else []
    if isinstance(found.slices, Unknown):
        return [*lines, f"  whether it is better, and where: not told, {plain(found.slices.why)}"]
    named = [one for one in found.slices if one.standing is not Standing.ALIKE]
    return lines + [f"  {plain(one.name)}: {one.standing.value} ({one.gained:,} better, {one.lost:,} worse of {one.n:,})" for one in named]


def seen_lines(seen: "ComparisonSeen") -> list[str]:
    """A comparison for people, with examples of cases that became worse."""
    lines = [*state_lines(seen.comparison), f"[dim]{plain(seen.new)} against {plain(seen.old)}[/]"]
    lines += [
        f"  worse: case {plain(one.name)}: {plain(repr(one.old))} became {plain(repr(one.new))}, people say {plain(repr(one.right))}"
        for one in seen.regressions[:EXAMPLES]
    ]
    more = len(seen.regressions) - EXAMPLES
    return [*lines, f"  and {more:,} more with --json"] if more > 0 else lines

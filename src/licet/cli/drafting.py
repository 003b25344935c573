"""The command that drafts a standard: it asks in plain words, shows what each target would mean, and writes the file once it may."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from licet.cli.frame import CONTEXT, at_work, folder_of, granted, plain, said, usual
from licet.cli.runs import run_options, running
from licet.core.canonical import Json

if TYPE_CHECKING:
    from licet.core.draft import Question, Wish
    from licet.core.standard import Standard
    from licet.edge.folder import UseCaseFile
    from licet.flows.draft_standard import Drafted

OPTIONS: Mapping[str, tuple[str, str]] = {
    "decides": ("--decides", "What is decided, in one line."),
    "one_in": ("--one-in", "At most one error in so many cases decided alone."),
    "confidence": ("--confidence", "How sure, such as 95%."),
    "high_stakes": ("--high-stakes", "Answers that must not be missed, with commas between them; - for none."),
    "never": ("--never", "Errors that must never be made, as RIGHT:GIVEN with semicolons between them, * for any; - for none."),
    "groups": ("--groups", "How cases come in groups, and the most of one, as ATTRIBUTE:LARGEST; - for no."),
    "parts": ("--parts", "Parts judged on their own, as ATTRIBUTE=VALUE,VALUE with semicolons between them; - for none."),
    "worthwhile": ("--worthwhile", "Smallest share decided alone that makes it worthwhile, such as 40%."),
}
"""The option of each question, by its key."""


def answer_options(command: click.decorators.FC) -> click.decorators.FC:
    """Adds one option per question."""
    for key, (name, text) in reversed(list(OPTIONS.items())):
        command = click.option(name, key, metavar="ANSWER", help=text)(command)
    return command


@click.command("draft", context_settings=CONTEXT)
@click.argument("slug")
@answer_options
@click.option("--answers", "file", type=click.Path(path_type=Path), help="A file of answers in JSON or YAML, see docs/standards.md.")
@click.option("--yes", is_flag=True, help="Write the draft without asking.")
@run_options
@usual
def draft(slug: str, *, acting: str | None, home: str | None, as_json: bool, **given: Any) -> None:  # noqa: ANN401 - click's
    """Draft standard.yaml from plain answers, and see with past cases what each target would mean; nothing is locked.

    Without an answer in options or a file it asks. With some it asks nothing, and shows what would be written until --yes.
    """
    from licet.core.draft import drafted, wish_of
    from licet.edge.draft_form import wish_from
    from licet.edge.folder import load_standard, load_use_case
    from licet.flows.draft_standard import draft_standard
    from licet.flows.evaluate import Request
    from licet.flows.office import who

    folder = folder_of(home, slug)
    told, now = load_use_case(folder), load_standard(folder)
    present = wish_of(now, told.title)
    answers, asking = _answers(present, given, as_json=as_json)
    wish = wish_from(present, answers)
    standard = drafted(wish, now)
    request = Request(name=slug, on_disk=standard, system=told.system, schema=told.case)
    with at_work(home) as office, running(office, given, as_json=as_json) as runner:
        found = granted(draft_standard(office, who(office, acting), request, runner))
    data, lines = _told(found, now, standard)
    shown = not as_json and asking
    if shown:
        said(data, lines, as_json=False)
    written = bool(given["yes"]) or (shown and click.confirm(f"Write this to {folder / 'standard.yaml'}?", err=True))
    if written:
        _write(folder, standard, told, wish)
    end = _end(slug, written=written)
    said({**data, "written": written}, [end] if shown else [*lines, end], as_json=as_json)


def _answers(present: "Wish", given: Mapping[str, Any], *, as_json: bool) -> tuple[Mapping[str, Json], bool]:
    """The answers, and whether somebody was asked for them."""
    from licet.core.draft import QUESTIONS, wish_to_json
    from licet.edge.draft_form import NotTypedError, read_answers, typed

    try:
        options = {key: typed(key, given[key]) for key in OPTIONS if given[key] is not None}
    except NotTypedError as error:
        raise click.UsageError(str(error)) from None
    if options or given["file"] is not None or as_json:
        return {**({} if given["file"] is None else read_answers(given["file"])), **options}, False
    before = wish_to_json(present)
    return {question.key: _asked(question, before[question.key]) for question in QUESTIONS}, True


def _asked(question: "Question", before: Json) -> Json:
    """Asks a question until it is answered; everything but the answer goes to stderr."""
    from licet.edge.draft_form import NotTypedError, typed, typed_back

    def read(text: str) -> Json:
        try:
            return typed(question.key, text)
        except NotTypedError as error:
            raise click.UsageError(str(error)) from None

    click.echo(f"\n{question.asks}\n  Why: {question.why}\n  Type {question.form}.", err=True)
    found: Json = click.prompt("", default=typed_back(question.key, before), value_proc=read, err=True, prompt_suffix="> ")
    return found


def _told(found: "Drafted", now: "Standard", standard: "Standard") -> tuple[dict[str, Json], list[str]]:
    """What the draft changes and would mean: as JSON, and for people."""
    from licet.core.prospect import prospect_in_words, prospect_to_json
    from licet.core.standard import standard_to_json
    from licet.core.standard_diff import difference_in_words, differences

    changes = [difference_in_words(one) for one in differences(now, standard)]
    name = None if found.card is None else found.card.name
    past: dict[str, Json] = {part.value: count for part, count in found.past.items()}
    data: dict[str, Json] = {
        "use_case": found.use_case.slug,
        "past_cases": past,
        "sealed_labels": found.labels,
        "system": name,
        "why": found.why,
        "targets": [prospect_to_json(one) for one in found.prospects],
        "changes": [*changes],
        "standard": standard_to_json(standard),
        "warnings": [*found.warnings],
    }
    of = found.why or f"What {name} answers on unsealed cases; sealed answers are counted, not read."
    lines = [f"[bold]What each target would mean[/], with {found.labels:,} sealed labels. [dim]{plain(of)}[/]"]
    lines += [f"{'[bold]→[/]' if one.wished else ' '} {plain(prospect_in_words(one, found.labels))}" for one in found.prospects]
    lines += [f"[yellow]note[/] {plain(warning)}" for warning in found.warnings]
    lines += ["[bold]What changes in standard.yaml[/]", *(f"  {plain(one)}" for one in changes)] if changes else ["Nothing changes."]
    return data, lines


def _write(folder: Path, standard: "Standard", told: "UseCaseFile", wish: "Wish") -> None:
    from licet.edge.folder import write_standard

    write_standard(folder, standard, overwrite=True, kind=told.answer, about=wish.decides)


def _end(slug: str, *, written: bool) -> str:
    if written:
        return f"Written as a draft; read it, change it, and then: licet standard lock {slug} --as OWNER"
    return "Nothing was written; --yes writes it."

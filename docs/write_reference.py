"""Writes docs/reference from the code itself, so that what is public is documented and nothing else is.

Run it with `make reference`; a test says when it was forgotten.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import click

FOLDER: Final = Path(__file__).resolve().parent / "reference"
WRITTEN: Final = "<!-- Written by `make reference` from the code; edit the code. -->\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A closed set of words: where it stands in the code, and how its page begins."""

    place: str
    title: str
    intro: str
    row: str


TABLES: Final[Mapping[str, Words]] = {
    "refusals.md": Words(
        place="licet.core.refusal:CODES",
        title="Refusals",
        intro="Every code with which a rule says no. A command that is refused ends with 5.",
        row="code",
    ),
    "ledger.md": Words(
        place="licet.core.ledger_words:WORDS",
        title="Ledger words",
        intro="Everything that can happen. A word is never renamed; its facts only grow.",
        row="word",
    ),
    "settings.md": Words(
        place="licet.settings:SETTINGS",
        title="Settings",
        intro="Read from the environment, once, when a command starts.",
        row="setting",
    ),
    "signals.md": Words(
        place="licet.core.signal:MEANINGS",
        title="Log lines",
        intro="Everything a server or worker logs: the event, and in brackets how much it weighs and which facts it carries.",
        row="event",
    ),
    "metrics.md": Words(
        place="licet.web.metrics:METRICS",
        title="Metrics",
        intro="Everything on `/metrics`, with the labels in brackets.",
        row="metric",
    ),
    "risk-questions.md": Words(
        place="licet.core.risk_questions:MEANINGS",
        title="Risk questions",
        intro="Every risk question with its answers, from the mildest to the harshest. Each takes `unknown` too, the harshest of all.",
        row="question",
    ),
    "risk-rules.md": Words(
        place="licet.core.risk:MEANINGS",
        title="Risk rules",
        intro="Every rule by which answers lead to a tier. The strictest that applies counts; where none applies, the tier is low.",
        row="rule",
    ),
    "obligations.md": Words(
        place="licet.core.obligations:MEANINGS",
        title="Obligations",
        intro="What laws and frameworks ask, in our own words, and what Licet shows for it. No legal advice; "
        "[what this is and is not](../risk.md#obligations).",
        row="obligation",
    ),
    "doctor.md": Words(
        place="licet.cli.doctor:MEANINGS",
        title="Looks of the doctor",
        intro="Everything that `licet doctor` looks for.",
        row="look",
    ),
}
EXIT_CODES: Final = """Exit codes: 0 ok or met, 1 not met (`evaluate` and `gate check` only), 2 usage or bad input, 3 undecided,
4 environment, 5 refused, 70 a bug."""
COMMANDS: Final = "licet.cli:cli"
ADDRESSES: Final = "licet.web.app:addresses"
PROBLEMS: Final = "licet.web.problems"
API_INTRO: Final = """What a server takes and answers, written from its OpenAPI document, which it gives at `/api/v1/openapi.json`.
[The guide](../api.md) shows how to use it."""
PROBLEMS_INTRO: Final = """Every error is `application/problem+json` (RFC 9457); its `type` is `urn:licet:problem:` and the code. A refusal
that is not listed here has the status 409."""
LIMITS: Final = {
    "minimum": "from",
    "maximum": "to",
    "minLength": "at least",
    "maxLength": "at most",
    "minItems": "at least",
    "maxItems": "at most",
}
"""How limits of a schema are said."""


def find(place: str) -> object:
    """The object at `module:name`.

    Raises:
        ModuleNotFoundError: when there is no such module.
        AttributeError: when the module has no such name.
    """
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


def cell(text: str) -> str:
    """Text for one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def meanings(words: Words) -> dict[str, str]:
    """A closed set of words with their meanings, as the code has it.

    Raises:
        TypeError: when the code has no mapping of word to meaning there.
    """
    found = find(words.place)
    if not isinstance(found, Mapping) or not all(isinstance(meaning, str) for meaning in found.values()):
        message = f"{words.place} is {found!r:.60}; needs a mapping of word to meaning, both text"
        raise TypeError(message)
    return dict(found)


def table_page(words: Words) -> str:
    """A page that lists a closed set of words with their meanings."""
    rows = [f"| `{word}` | {cell(meaning)} |" for word, meaning in sorted(meanings(words).items())]
    return "\n".join([WRITTEN, f"# {words.title}", "", words.intro, "", f"| {words.row} | meaning |", "|---|---|", *rows, ""])


def commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """A command and all below it, each with what a person types to get there."""
    yield path, command
    if isinstance(command, click.Group):
        for name, child in sorted(command.commands.items()):
            yield from commands(child, f"{path} {name}")


def command_section(path: str, command: click.Command) -> str:
    """What the reference says of one command."""
    context = click.Context(command, info_name=path)
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    records = [option.get_help_record(context) for option in command.params if isinstance(option, click.Option)]
    rows = [f"| `{cell(name)}` | {cell(text)} |" for name, text in filter(None, records)]
    table = ["", "| option | meaning |", "|---|---|", *rows] if rows else []
    return "\n".join([f"## `{path}`", "", (command.help or "").replace("\b", "").strip(), "", "```", usage, "```", *table, ""])


def commands_page() -> str:
    """The page of all commands.

    Raises:
        TypeError: when the program is no click command.
    """
    program = find(COMMANDS)
    if not isinstance(program, click.Command):
        message = f"{COMMANDS} is {type(program).__name__}; needs a click command"
        raise TypeError(message)
    sections = [command_section(path, command) for path, command in commands(program, "licet")]
    return "\n".join([WRITTEN, "# Commands", "", EXIT_CODES, "", *sections])


def operations() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every address of the API with its method, and what OpenAPI says of it.

    Raises:
        TypeError: when the code has no function there.
    """
    for path, methods in described()["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def described() -> Mapping[str, Any]:
    """The API as OpenAPI says it.

    Raises:
        TypeError: when the code has no function there.
    """
    make = find(ADDRESSES)
    if not callable(make):
        message = f"{ADDRESSES} is {type(make).__name__}; needs a function that makes the app"
        raise TypeError(message)
    found: Mapping[str, Any] = make().openapi()
    return found


def kind(schema: Mapping[str, Any]) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " or ".join(kind(one) for one in schema[key])
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{word}`" for word in schema.get("enum", [schema.get("const")]))
    inner = schema.get("items") or schema.get("additionalProperties")
    of = f" of {kind(inner)}" if isinstance(inner, Mapping) and inner else ""
    limits = [f"{word} {schema[key]:,}" for key, word in LIMITS.items() if key in schema]
    return " ".join([str(schema.get("type", "anything")) + of, *limits])


def taken(one: Mapping[str, Any]) -> str:
    """Whom an address takes, by one of the ways in."""
    if "token" in one:
        return f"a token with the scope `{one['token'][0]}`"
    ways = {"session": "a person who signed in", "asserted": "one by `Licet-As`, where the server runs with `--asserted`"}
    return next((says for way, says in ways.items() if way in one), "")


def operation_section(name: str, operation: Mapping[str, Any]) -> str:
    """What the reference says of one address."""
    security = operation.get("security", [])
    whom = " or ".join(filter(None, map(taken, security))) or "anybody"
    lines = [f"## `{name}`", "", operation["description"], "", f"Takes: {whom}.", ""]
    parameters = operation.get("parameters", [])
    if parameters:
        rows = [f"| `{one['name']}` | {kind(one['schema'])} | {cell(one.get('description', ''))} |" for one in parameters]
        lines += ["| parameter | form | meaning |", "|---|---|---|", *rows, ""]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    lines += [f"Body: {kind(body)}.", ""] if body else []
    answers = {status: one["content"]["application/json"]["schema"] for status, one in operation["responses"].items() if status[0] == "2"}
    lines += ["Answers: " + ", ".join(f"{status} {kind(schema)}" for status, schema in sorted(answers.items())) + ".", ""]
    return "\n".join(lines)


def schema_section(name: str, schema: Mapping[str, Any]) -> str:
    """What the reference says of one form."""
    required = schema.get("required", [])
    rows = [
        f"| `{field}`{'' if field in required else ' (may be left out)'} | {cell(kind(one))} | {cell(one.get('description', ''))} |"
        for field, one in schema.get("properties", {}).items()
    ]
    table = ["| field | form | meaning |", "|---|---|---|", *rows] if rows else [kind(schema)]
    return "\n".join([f"## {name}", "", schema.get("description", ""), "", *table, ""])


def api_page() -> str:
    """The page of the API."""
    problems, statuses = find(f"{PROBLEMS}:PROBLEMS"), find(f"{PROBLEMS}:STATUS")
    if not isinstance(problems, Mapping) or not isinstance(statuses, Mapping):
        message = f"{PROBLEMS} has no PROBLEMS and STATUS; needs two mappings"
        raise TypeError(message)
    rows = [f"| `{code}` | {status} | {cell(meaning)} |" for code, (status, meaning) in sorted(problems.items())]
    others = [f"| `{code}` | {status} | see [refusals](refusals.md) |" for code, status in sorted(statuses.items())]
    table = ["## Problems", "", PROBLEMS_INTRO, "", "| code | status | meaning |", "|---|---|---|", *rows, *others, ""]
    sections = [operation_section(name, operation) for name, operation in operations()]
    forms = [schema_section(name, schema) for name, schema in sorted(described()["components"]["schemas"].items())]
    return "\n".join([WRITTEN, "# API", "", API_INTRO, "", *sections, *forms, *table])


def pages() -> dict[str, str]:
    """Every page of the reference, file name to text."""
    return {"commands.md": commands_page(), "api.md": api_page()} | {page: table_page(words) for page, words in TABLES.items()}


def main() -> int:
    """Writes the pages."""
    FOLDER.mkdir(exist_ok=True)
    for page, text in pages().items():
        (FOLDER / page).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

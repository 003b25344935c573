"""What is public is documented: every command, option, setting, refusal and ledger word."""

import re

import click
import pytest

from docs import write_reference
from docs.write_reference import COMMANDS, FOLDER, TABLES, commands, described, find, meanings, operations
from licet.core.refusal import CODES
from licet.web.problems import PROBLEMS, STATUS


def there(place: str) -> object:
    """What stands at `module:name`; the test is skipped while nobody has written it yet."""
    try:
        return find(place)
    except (ModuleNotFoundError, AttributeError) as problem:
        pytest.skip(f"{place} does not exist yet: {problem}")


def page(name: str) -> str:
    """A page of the reference as it is in the repository."""
    path = FOLDER / name
    assert path.is_file(), f"{name} is missing; run `make reference`"
    return path.read_text("utf-8")


@pytest.mark.parametrize("name", TABLES)
def test_every_word_is_documented_with_its_meaning(name: str) -> None:
    there(TABLES[name].place)
    words = meanings(TABLES[name])
    assert all(words.values())
    text = page(name)
    assert not [word for word in words if f"| `{word}` | " not in text]


def test_every_command_and_option_is_documented() -> None:
    program = there(COMMANDS)
    assert isinstance(program, click.Command)
    sections = dict(re.findall(r"^## `([^`]+)`\n(.*?)(?=^## |\Z)", page("commands.md"), flags=re.MULTILINE | re.DOTALL))
    for path, command in commands(program, "licet"):
        assert path in sections, f"{path} is not documented; run `make reference`"
        assert command.help, f"{path} does not say what it does"
        for option in [option for option in command.params if isinstance(option, click.Option) and not option.hidden]:
            assert option.help, f"{path} {option.opts[0]} does not say what it does"
            assert option.opts[-1] in sections[path], f"{path} {option.opts[0]} is not documented; run `make reference`"


def test_the_reference_is_up_to_date() -> None:
    for place in (COMMANDS, *(words.place for words in TABLES.values())):
        there(place)
    assert {name: page(name) for name in write_reference.pages()} == write_reference.pages()


def test_every_address_of_the_api_is_documented_with_whom_it_takes() -> None:
    sections = dict(re.findall(r"^## `((?:GET|POST|DELETE) [^`]+)`\n(.*?)(?=^## |\Z)", page("api.md"), flags=re.MULTILINE | re.DOTALL))
    listed = dict(operations())
    assert set(sections) == set(listed)
    for name, operation in listed.items():
        assert operation["description"], f"{name} does not say what it does"
        assert re.search(r"^Takes: (?:a token with the scope `\S+`|a person .*|anybody)\.$", sections[name], flags=re.MULTILINE)
        assert not [one["name"] for one in operation.get("parameters", []) if not one.get("description")], name


def test_every_form_and_problem_of_the_api_is_documented() -> None:
    text = page("api.md")
    assert not [name for name in described()["components"]["schemas"] if f"## {name}\n" not in text]
    assert not [code for code in PROBLEMS if f"| `{code}` | " not in text]
    assert not [code for code in STATUS if code not in CODES]


def test_nothing_is_documented_that_is_not_there() -> None:
    program = there(COMMANDS)
    assert isinstance(program, click.Command)
    real = {path for path, _ in commands(program, "licet")}
    assert set(re.findall(r"^## `([^`]+)`", page("commands.md"), flags=re.MULTILINE)) == real

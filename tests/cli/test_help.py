"""Help is quick because commands are loaded late; what it says of them is what they say themselves."""

import pytest

from licet.cli import PLACES, cli
from tests.cli.desk import typed


@pytest.mark.parametrize("name", list(PLACES))
def test_a_command_is_where_the_help_says_and_says_what_the_help_says(name: str) -> None:
    command = cli.get_command(None, name)
    assert command is not None
    assert (command.name, command.get_short_help_str(limit=200)) == (name, PLACES[name].says)


def test_a_word_that_is_no_command_is_none() -> None:
    assert cli.get_command(None, "nosuch") is None
    assert set(cli.commands) == set(PLACES)


def test_the_help_of_a_group_breaks_no_sentence_off() -> None:
    said = " ".join(typed("stop", "--help").out.split())
    assert "without SLUG risk." in said
    assert "..." not in said.partition("Commands:")[2]

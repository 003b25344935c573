"""Hostile policies: a text made to end the process, or to move a cursor, is refused; a slow moment is not remembered."""

import pytest

from licet.core.ids import Digest
from licet.core.people import Act, Role
from licet.core.policy import Asked, Permitted, Unanswered, Who
from licet.core.rules import NotRulesError
from licet.edge import policies as policies_of_licet
from licet.edge.policies import ANYBODY, CedarPolicies, book_with

ASKED = Asked(who=Who.PERSON, id=ANYBODY, roles=frozenset({Role.RISK}), act=Act.CHANGE_RULES, place=None)
"""A question that is answered yes."""


HOSTILE = {
    "brackets": "(" * 3000 + "true" + ")" * 3000,
    "signs": "!" * 3000 + "true",
    "lists": "[" * 3000 + "]" * 3000,
    "one after the other": "||".join(["a"] * 9000),
    "parts of parts": "context" + ".a" * 9000,
    "one if in the other": "if a then " * 9000 + "a" + " else a" * 9000,
    "after a text that looks like the end": '"; //" == ' + "(" * 3000 + "true" + ")" * 3000,
}


@pytest.mark.parametrize("how", HOSTILE)
def test_a_policy_made_to_end_the_process_that_reads_it_is_refused(how: str) -> None:
    """The engine reads what is nested by calling itself, and has no end of its own: the process would be gone, without a word."""
    text = f'@id("ours") @says("Ours.") forbid (principal, action, resource) when {{ {HOSTILE[how]} }};'
    with pytest.raises(NotRulesError, match="Split"):
        CedarPolicies().check(text)
    found = CedarPolicies().answer(ASKED, Digest("3"), lambda: text)
    assert isinstance(found, Unanswered)


def test_many_policies_and_long_texts_are_no_nesting() -> None:
    one = '@id("%d") @says("(((; !!!! //") forbid (principal, action == Action::"export", resource) when { context.signers == %d }; // ((('
    book_with("\n".join(one % (at, at) for at in range(300)))


@pytest.mark.parametrize("said", [r"\u{1b}[2J", r"\u{202e}txet", r"one\ntwo"])
def test_what_a_policy_says_of_itself_moves_no_cursor(said: str) -> None:
    text = f'@id("ours") @says("{said}") forbid (principal, action == Action::"export", resource);'
    with pytest.raises(NotRulesError, match="not printed"):
        book_with(text)


def test_a_machine_that_was_slow_once_is_asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    book, asked = book_with(""), ASKED
    with monkeypatch.context() as slow:
        slow.setattr(policies_of_licet, "LONGEST_WAIT_SECONDS", 0.0)
        assert isinstance(book.answer(asked), Unanswered)
    assert isinstance(book.answer(asked), Permitted)

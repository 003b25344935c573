"""Sentences on pages: what we write as code is drawn as code, and nothing that others wrote becomes markup."""

import pytest
from markupsafe import Markup

from licet.web.visible import coded


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Run `licet label mails`.", "Run <code>licet label mails</code>."),
        ("`a` and `b`", "<code>a</code> and <code>b</code>"),
        ("one ` alone", "one ` alone"),
        ("`<img src=x>` <b>", "<code>&lt;img src=x&gt;</code> &lt;b&gt;"),
        ("`a\u202eb`", "<code>a[U+202E]b</code>"),
        ("", ""),
    ],
)
def test_code_in_a_sentence_is_drawn_and_everything_else_stays_text(text: str, drawn: str) -> None:
    assert coded(text) == Markup(drawn)  # noqa: S704 - what is expected


def test_what_a_macro_drew_stays_as_it_is() -> None:
    assert coded(Markup("<b>`x`</b>")) == Markup("<b>`x`</b>")

"""Pages are compressed for pages of ours alone, and the token in them never looks the same twice."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response

from licet.core.account import masked, page_token, unmasked
from licet.web.pages.compress import compressed

PAGE = b"<p>a page</p>" * 200


def asked(**headers: str) -> Request:
    """A request with some headers."""
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": raw})


@pytest.mark.parametrize("site", [{}, {"sec_fetch_site": "none"}, {"sec_fetch_site": "same-origin"}])
def test_a_page_that_nobody_else_asked_for_is_compressed(site: dict[str, str]) -> None:
    found = compressed(asked(accept_encoding="gzip, br", **site), Response(PAGE))
    assert found.headers["content-encoding"] == "gzip"
    assert int(found.headers["content-length"]) == len(bytes(found.body)) < len(PAGE)
    assert gzip.decompress(bytes(found.body)) == PAGE


@pytest.mark.parametrize("site", ["cross-site", "same-site", "anything"])
def test_a_page_that_another_site_asked_for_is_not_so_that_its_length_tells_nothing(site: str) -> None:
    found = compressed(asked(accept_encoding="gzip", sec_fetch_site=site), Response(PAGE))
    assert "content-encoding" not in found.headers
    assert bytes(found.body) == PAGE


def test_who_takes_no_gzip_gets_none() -> None:
    assert bytes(compressed(asked(), Response(PAGE)).body) == PAGE


@given(st.text(max_size=40), st.binary(min_size=32, max_size=32))
def test_a_masked_token_is_the_token_again_and_says_nothing_of_it(session: str, mask: bytes) -> None:
    token = page_token(session)
    shown = masked(token, mask)
    assert unmasked(shown) == token
    assert unmasked(token) == token
    assert mask == bytes(32) or token not in shown


@given(st.text(max_size=200))
def test_whatever_else_is_shown_is_left_as_it_is_or_is_no_token(shown: str) -> None:
    assert isinstance(unmasked(shown), str)


@pytest.mark.parametrize("shown", ["", "0" * 127, "0" * 129, "G" * 128, "\u00e9" * 128])
def test_what_is_no_masked_token_stays_what_it_is(shown: str) -> None:
    assert unmasked(shown) == shown

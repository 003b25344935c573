"""Pages from outside: whom they let in, what a browser is told to keep, load and send, and what a page of another site can do."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from licet.core.account import page_token
from licet.web.pages.form import MEDIA_TYPE
from licet.web.pages.page import POLICY, WITH_PICTURES, inside
from licet.web.pages.static_files import FILES
from tests.flows.examples import of_word
from tests.flows.signing import Member, member
from tests.web.serving import MAILS, Served, serving

PAGES = ("/", f"/use-cases/{MAILS}", f"/use-cases/{MAILS}/standard", f"/use-cases/{MAILS}/evaluation", "/ledger", "/ledger/0", "/confirm")
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202egnp.exe\u200b"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A served world."""
    with serving(tmp_path_factory.mktemp("pages"), asserted=True) as found:
        yield found


@pytest.fixture(scope="module")
def owner(served: Served) -> Member:
    """An owner with an account."""
    return member(served.world, served.world.owner, factor=False)


def signed_in(served: Served, one: Member) -> tuple[httpx.Client, str]:
    """A browser in which somebody signed in by the page, and the token of its pages."""
    client = served.program(None, Origin=served.address)
    answer = client.post("/sign-in", data={"email": one.person.email, "password": one.password, "next": "/ledger"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/ledger")
    return client, page_token(client.cookies["licet"])


@pytest.mark.parametrize("page", PAGES)
def test_whoever_did_not_sign_in_is_sent_to_sign_in(served: Served, owner: Member, page: str) -> None:
    del owner
    answer = served.program(None).get(page)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=%2F")
    assert not answer.content


@pytest.mark.parametrize("page", [*PAGES, "/sign-in", "/set-up"])
def test_a_token_opens_no_page_not_even_beside_a_session(served: Served, owner: Member, page: str) -> None:
    client, _ = signed_in(served, owner)
    for caller in (served.client, client):
        answer = caller.get(page, headers={"Authorization": f"Bearer {served.token()}"})
        assert answer.status_code == 403
        assert "person_needed" in answer.text


@pytest.mark.parametrize("page", [*PAGES, "/sign-in", "/set-up", "/nothing-here"])
def test_a_browser_loads_and_sends_nothing_but_here_and_keeps_no_page(served: Served, owner: Member, page: str) -> None:
    client, _ = signed_in(served, owner)
    answer = client.get(page, headers={"Accept": "text/html"})
    assert answer.headers["content-security-policy"] == (WITH_PICTURES if page.endswith("/evaluation") else POLICY)
    assert "unsafe" not in WITH_PICTURES
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for inline in ("<style", "style=", " onclick", "javascript:", "<script>"):
        assert inline not in answer.text


@pytest.mark.parametrize("address", ["/sign-out", "/confirm"])
def test_a_change_takes_the_pages_token_and_a_page_of_ours(served: Served, owner: Member, address: str) -> None:
    """Breaks when a form of another site, or one without the token, changes something with the cookie the browser adds."""
    client, token = signed_in(served, owner)
    wrong = [
        client.post(address, data={"password": "x"}),
        client.post(address, data={"page_token": "0" * 64}),
        client.post(address, data={"page_token": token}, headers={"Origin": "https://elsewhere.example"}),
        client.post(address, data={"page_token": token}, headers={"Sec-Fetch-Site": "cross-site"}),
        client.post(address, data={"page_token": token}, headers={"Origin": "null"}),
        client.post(address, content=f"page_token={token}&page_token={token}", headers={"Content-Type": MEDIA_TYPE}),
        client.post(address, json={"page_token": token}),
    ]
    assert {answer.status_code for answer in wrong} == {400, 403}
    assert client.get("/").status_code == 200
    assert client.post("/sign-out", headers={"Licet-Page-Token": token}).status_code == 303
    assert client.get("/").status_code == 303


def test_guesses_on_the_page_are_counted_with_those_of_the_api(served: Served) -> None:
    shown = {"email": "nobody-here@example.org", "password": "wrong"}
    client, tick = served.program(None, Origin=served.address), served.world.clock.tick
    served.world.clock.tick = timedelta(0)
    statuses = [client.post("/sign-in", data=shown).status_code for _ in range(12)]
    api = client.post("/api/v1/session", json=shown).status_code
    served.world.clock.tick = tick
    assert (statuses[0], statuses[-1], api) == (401, 429, 429)


def test_signing_in_on_the_page_takes_a_page_of_ours(served: Served, owner: Member) -> None:
    """Breaks when another site can sign somebody in as its own account."""
    client = served.program(None)
    data = {"email": owner.person.email, "password": owner.password}
    assert client.post("/sign-in", data=data, headers={"Origin": "https://elsewhere.example"}).status_code == 403
    assert client.post("/sign-in", data=data, headers={"Sec-Fetch-Site": "same-site"}).status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        *("https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "\\\\elsewhere", "javascript:0"),
        *("", "x", "/\x01", "/\n", "//[", "http://["),
    ],
)
def test_nobody_is_sent_elsewhere_by_a_link(address: str) -> None:
    assert inside(address) == "/"


def test_where_one_wanted_to_go_stays() -> None:
    assert inside("/use-cases/mails?x=1&y=%2F") == "/use-cases/mails?x=1&y=%2F"


def test_what_others_typed_is_shown_as_text_and_nothing_in_it_hides(served: Served, owner: Member) -> None:
    client, _ = signed_in(served, owner)
    for key in ("use_case", "what", "by", "case", "since"):
        answer = client.get("/ledger", params={key: HOSTILE})
        assert "<script>" not in answer.text
        assert "<img" not in answer.text
        assert "\u202e" not in answer.text
        assert "\u200b" not in answer.text


def test_static_files_are_kept_for_good_at_an_address_that_holds_what_they_say(served: Served) -> None:
    client = served.program(None)
    sheet = FILES["licet.css"]
    answer = client.get(sheet.address)
    assert answer.content == sheet.data
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    again = client.get(sheet.address, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    here = f"/static/{sheet.digest}"
    for wrong in ("/static/0/licet.css", f"{here}/licet.js", f"{here}/..%2f..%2fapp.py", "/static/licet.css"):
        assert client.get(wrong).status_code == 404


def test_looking_at_pages_leaves_no_entry_in_the_ledger(served: Served, owner: Member) -> None:
    client, _ = signed_in(served, owner)
    before = len(served.world.events())
    for page in PAGES:
        assert client.get(page).status_code == 200
    assert len(served.world.events()) == before


def test_the_ledger_says_that_somebody_signed_in_and_not_who_with_what(served: Served, owner: Member) -> None:
    signed_in(served, owner)
    newest = of_word(served.world, "session.opened")[-1]
    assert newest.by == owner.person.id
    assert owner.person.email not in str(newest.facts)


@pytest.mark.parametrize("wanted", ["/ledger?what=\u2713", "/\u00e9t\u00e9", "/x\r\nSet-Cookie: a=b", "/" + "\u2713" * 3000])
def test_an_address_that_no_header_holds_breaks_neither_a_page_nor_a_header(served: Served, owner: Member, wanted: str) -> None:
    """Breaks when what came from a link is written into a header as it is: the way back after signing in then ends in an error."""
    client, _ = signed_in(served, owner)
    who = {"email": owner.person.email, "password": owner.password, "next": wanted}
    for live in ({}, {"HX-Request": "true"}):
        answer = client.post("/sign-in", data=who, headers=live)
        assert answer.status_code in {200, 303}, answer.text
        to = answer.headers.get("hx-redirect", answer.headers.get("location", ""))
        assert to.startswith("/")
        assert to.isascii()
        assert "a" not in answer.cookies


def test_a_cookie_that_a_neighbour_tossed_in_says_nothing_on_our_pages(served: Served, owner: Member) -> None:
    """Breaks when a message that this server never said is shown as its own."""
    client, _ = signed_in(served, owner)
    cookies = {"licet": client.cookies["licet"], "licet-said": "Your%20password%20is%20needed%20at%20evil.example"}
    page = served.program(None).get("/ledger", headers={"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())})
    assert page.status_code == 200
    assert "evil.example" not in page.text

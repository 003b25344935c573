"""Sessions in a browser: what the cookie is like, who cannot use it, and how it is over from one request to the next."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from http.cookies import Morsel, SimpleCookie

import httpx
import pytest
from starlette.requests import Request

from licet.flows.accounts import disable_account, look_at_link
from licet.testing import done
from licet.web.people import PAGE_TOKEN, address_of, cookie_name
from tests.flows.examples import of_word
from tests.flows.signing import GOOD, Member, link_for, member
from tests.web.serving import AT, Served, code, serving

SESSION = "/api/v1/session"
PUBLIC = "licet.example.org"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A served world whose people have accounts."""
    with serving(tmp_path_factory.mktemp("sessions"), asserted=True) as found:
        yield found


@pytest.fixture(scope="module")
def admin(served: Served) -> Member:
    """An admin with an account."""
    return member(served.world, served.admin)


@pytest.fixture(scope="module")
def reviewer(served: Served, admin: Member) -> Member:
    """A reviewer with an account."""
    return member(served.world, served.world.reviewer, by=admin.enters().person)


def shown(one: Member) -> dict[str, str]:
    """What a person types into a page."""
    return {"email": one.person.email, "password": one.password, "code": one.code()}


def browser(served: Served, one: Member, **headers: str) -> tuple[httpx.Client, str]:
    """A browser in which somebody signed in, and the token of its pages."""
    client = served.program(None, **headers)
    told = client.post(SESSION, json=shown(one))
    assert told.status_code == 201, told.text
    return client, told.json()["page_token"]


def cookie(response: httpx.Response) -> Morsel[str]:
    """The one cookie a response sets."""
    (only,) = SimpleCookie(response.headers["set-cookie"]).values()
    return only


def test_a_browser_signs_in_looks_and_signs_out(served: Served, reviewer: Member) -> None:
    client, page = browser(served, reviewer)
    told = client.get(SESSION).json()
    assert (told["email"], told["identity"], told["page_token"]) == (reviewer.person.email, "signed in", page)
    assert client.delete(SESSION, headers={PAGE_TOKEN: page}).json() == {"ended": 1}
    assert code(client.get(SESSION)) == (403, "person_needed")
    client.close()


def test_the_cookie_is_read_by_no_script_and_sent_by_no_other_site(served: Served, reviewer: Member) -> None:
    """Breaks when a flag of the cookie is lost, or its name beyond loopback lets another host set it."""
    here = cookie(served.program(None).post(SESSION, json=shown(reviewer)))
    assert (here.key, here["httponly"], here["samesite"], here["path"], here["secure"]) == ("licet", True, "lax", "/", "")
    there = cookie(served.program(None, Host=PUBLIC).post(SESSION, json=shown(reviewer)))
    assert (there.key, there["httponly"], there["samesite"], there["path"]) == ("__Host-licet", True, "lax", "/")
    assert (there["secure"], there["domain"]) == (True, "")


def test_a_token_that_was_there_before_is_not_the_sessions(served: Served, reviewer: Member) -> None:
    """Breaks when whoever plants a cookie shares the session that is opened with it."""
    planted = "licet_session_" + "A" * 43
    client = served.program(None, Cookie=f"licet={planted}")
    given = client.post(SESSION, json=shown(reviewer))
    assert cookie(given).value != planted
    assert code(served.program(None, Cookie=f"licet={planted}").get(SESSION)) == (401, "session_ended")


def test_signing_in_again_ends_the_session_before(served: Served, reviewer: Member) -> None:
    client, _ = browser(served, reviewer)
    before = client.cookies["licet"]
    assert client.post(SESSION, json=shown(reviewer)).status_code == 201
    assert client.cookies["licet"] != before
    assert code(served.program(None, Cookie=f"licet={before}").get(SESSION)) == (401, "session_ended")


def test_confirming_changes_cookie_and_page_token(served: Served, reviewer: Member) -> None:
    client, page = browser(served, reviewer)
    before = client.cookies["licet"]
    body = {"password": reviewer.password, "code": reviewer.code()}
    told = client.post(f"{SESSION}/confirm", json=body, headers={PAGE_TOKEN: page})
    assert told.status_code == 200, told.text
    assert told.json()["identity"] == "confirmed"
    assert told.json()["page_token"] != page
    assert client.get(SESSION).json()["identity"] == "confirmed"
    assert code(served.program(None, Cookie=f"licet={before}").get(SESSION)) == (401, "session_ended")


ELSEWHERE: Mapping[str, Mapping[str, str]] = {
    "no page token": {},
    "a wrong one": {PAGE_TOKEN: "0" * 64},
    "another site": {"Sec-Fetch-Site": "cross-site"},
    "another host of ours": {"Sec-Fetch-Site": "same-site"},
    "another origin": {"Origin": "https://evil.example"},
    "no origin": {"Origin": "null"},
}


@pytest.mark.parametrize("how", ELSEWHERE)
def test_a_change_from_elsewhere_is_refused(served: Served, reviewer: Member, how: str) -> None:
    """Breaks when a page of somebody else's can act for whoever is signed in."""
    client, page = browser(served, reviewer)
    right = {PAGE_TOKEN: page} if "page" not in how and "wrong" not in how else {}
    headers = {**right, **ELSEWHERE[how]}
    for method, path in (("DELETE", SESSION), ("POST", f"{AT}/cases/1/answer"), ("POST", f"{AT}/effects/replay")):
        assert code(client.request(method, path, headers=headers)) == (403, "not_from_here"), path
    assert client.get(SESSION).status_code == 200


def test_nobody_is_signed_in_from_a_page_of_another_site(served: Served, reviewer: Member) -> None:
    stranger = served.program(None, Origin="https://evil.example")
    assert code(stranger.post(SESSION, json=shown(reviewer))) == (403, "not_from_here")
    origin = served.program(None, Origin=served.address)
    assert origin.post(SESSION, json=shown(reviewer)).status_code == 201


def test_a_disabled_account_is_out_in_the_next_request(served: Served, admin: Member) -> None:
    inside = admin.enters()
    builder = member(served.world, served.world.builder, by=inside.person, factor=False)
    client, page = browser(served, builder)
    assert client.get(SESSION).status_code == 200
    done(disable_account(inside.office, inside.person, email=builder.person.email))
    assert code(client.get(SESSION)) == (401, "session_ended")
    assert code(client.delete(SESSION, headers={PAGE_TOKEN: page})) == (401, "session_ended")
    assert code(client.post(SESSION, json=shown(builder))) == (401, "sign_in_failed")


def test_a_person_acts_and_the_ledger_says_that_they_signed_in(served: Served, admin: Member) -> None:
    client, page = browser(served, admin)
    answered = client.post(f"{AT}/effects/replay", json={"case": None}, headers={PAGE_TOKEN: page})
    assert answered.status_code in {200, 409}, answered.text
    opened = of_word(served.world, "session.opened")[-1]
    assert (opened.by, opened.facts["identity"]) == (admin.person.id, "signed in")
    assert set(opened.facts) == {"session", "identity"}


def test_a_token_and_a_cookie_together_open_nothing_for_people(served: Served, admin: Member) -> None:
    client, page = browser(served, admin)
    both = {PAGE_TOKEN: page, "Authorization": f"Bearer {served.token()}"}
    assert code(client.post(f"{AT}/effects/replay", json={"case": None}, headers=both)) == (403, "person_needed")


def test_where_people_have_accounts_no_word_is_taken(served: Served, admin: Member) -> None:
    """Breaks when a server that was started before the first account goes on taking names."""
    named = served.program(None, **{"Licet-As": admin.person.email})
    assert code(named.get(SESSION)) == (403, "sign_in_needed")


def test_an_account_is_set_up_by_the_api_once(served: Served, admin: Member) -> None:
    person = served.world.other_owner
    link = link_for(served.world, person, admin.enters().person)
    anybody = served.program(None)
    offer = anybody.post("/api/v1/account/link", json={"link": link.text}).json()
    assert (offer["email"], offer["needed"]) == (person.email, False)
    assert offer["secret"] == done(look_at_link(served.world.office, link.text)).secret
    body = {"link": link.text, "password": GOOD, "code": None}
    assert code(anybody.post("/api/v1/account/set-up", json={**body, "password": "short"})) == (409, "password_weak")
    assert anybody.post("/api/v1/account/set-up", json=body).status_code == 201
    assert code(anybody.post("/api/v1/account/set-up", json=body)) == (409, "link_not_valid")
    assert anybody.post(SESSION, json={"email": person.email, "password": GOOD}).status_code == 201


def test_what_was_sent_is_not_repeated(served: Served) -> None:
    """Breaks when a password comes back in an answer that says what is wrong with a request."""
    for body in ({"email": "a", "password": GOOD}, {"email": "a@example.org", "password": GOOD, "code": 5}, {"password": [GOOD]}):
        told = served.program(None).post(SESSION, json=body)
        assert told.status_code == 422
        assert GOOD not in told.text


def test_a_session_that_nobody_uses_is_over(served: Served, reviewer: Member) -> None:
    client, _ = browser(served, reviewer)
    served.world.clock.pass_time(timedelta(minutes=31))
    assert code(client.get(SESSION)) == (401, "session_ended")


def asked(peer: str, host: str = PUBLIC, **headers: str) -> Request:
    """A request as it comes in."""
    raw = [(b"host", host.encode()), *((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items())]
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "scheme": "http", "headers": raw, "client": (peer, 1)}
    return Request(scope)


def test_only_our_proxies_say_from_where_a_request_comes() -> None:
    """Breaks when a guesser chooses the address that guesses are counted under."""
    proxies = frozenset({"10.0.0.1", "10.0.0.2"})
    assert address_of(asked("203.0.113.9", x_forwarded_for="1.1.1.1"), proxies) == "203.0.113.9"
    assert address_of(asked("10.0.0.1", x_forwarded_for="6.6.6.6, 203.0.113.9"), proxies) == "203.0.113.9"
    assert address_of(asked("10.0.0.1", x_forwarded_for="6.6.6.6, 203.0.113.9, 10.0.0.2"), proxies) == "203.0.113.9"
    assert address_of(asked("10.0.0.1"), proxies) == "10.0.0.1"


def test_the_name_of_the_cookie_tells_whether_it_needs_https() -> None:
    assert cookie_name(asked("127.0.0.1", "127.0.0.1:8420")) == "licet"
    assert cookie_name(asked("127.0.0.1", PUBLIC)) == "__Host-licet"


def test_the_use_case_is_there_for_who_signed_in(served: Served, reviewer: Member) -> None:
    client, page = browser(served, reviewer)
    hidden = client.post("/api/v1/use-cases/nowhere/cases/1/answer", json={"answer": "yes"}, headers={PAGE_TOKEN: page})
    assert code(hidden) == (404, "not_there")
    told = client.post(f"{AT}/cases/1/answer", json={"answer": "yes"}, headers={PAGE_TOKEN: page})
    assert code(told)[1] != "person_needed"

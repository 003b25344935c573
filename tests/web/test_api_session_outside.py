"""Signing in through an identity provider in a browser: out, back, and on to a page of ours."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from oidc_provider_mock import User, run_server_in_thread

from licet.core.assignment import Grant, Place
from licet.core.ids import Digest, TeamName
from licet.core.outside import Admission, Proof
from licet.core.people import Role
from licet.edge.oidc import Oidc
from licet.flows.sign_in_outside import Outside
from tests.web.serving import Served, code, serving

# The provider of these tests is made with parts of Authlib that are on their way out; ours are not.
pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")

SESSION = "/api/v1/session"
OUT, BACK = f"{SESSION}/oidc", f"{SESSION}/oidc/callback"
ADMISSION = Admission(
    digest=Digest("0" * 64),
    groups="groups",
    admit=frozenset({"licet"}),
    roles={"north": (Grant(role=Role.REVIEWER, place=Place(team=TeamName("north"))),)},
    new_people=True,
    link_verified_email=False,
    second_factor=Proof(),
)
NORA = User(sub="nora", claims={"email": "nora@example.org", "email_verified": True, "name": "Nora", "groups": ["licet", "north"]})


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server whose people sign in through a provider."""
    with run_server_in_thread(require_nonce=True, user_claims=(NORA,)) as server:
        issuer = f"http://localhost:{server.server_port}"
        provider = Oidc(issuer=issuer, client_id="licet", secret=lambda: "a secret", now=lambda: datetime.now(UTC))
        with serving(tmp_path_factory.mktemp("outside"), outside=Outside(provider=provider, admission=ADMISSION)) as found:
            yield found


def goes(client: httpx.Client, subject: str = "nora", **asked: str) -> str:
    """A browser goes to the provider, where somebody signs in; gives the address that the provider sends it back to."""
    out = client.get(OUT, params=asked)
    assert out.status_code == 303, out.text
    back = httpx.post(out.headers["location"], data={"sub": subject})
    return str(back.headers["location"])


def test_a_browser_goes_out_and_comes_back_signed_in(served: Served) -> None:
    client = served.program(None)
    came = client.get(goes(client, back="/use-cases?x=1"), headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"})
    assert (came.status_code, came.headers["location"]) == (303, "/use-cases?x=1")
    told = client.get(SESSION).json()
    assert (told["email"], told["identity"], told["roles"]) == ("nora@example.org", "signed in", [])
    assert code(client.get("/api/v1/use-cases/mails/ledger")) == code(client.get("/api/v1/use-cases/nowhere/ledger"))


def test_what_comes_back_to_another_browser_counts_for_nothing(served: Served) -> None:
    """Breaks when a link signs somebody in as whoever made it."""
    client = served.program(None)
    address = goes(client)
    assert code(served.program(None).get(address)) == (403, "identity_refused")
    assert client.get(address).status_code == 303
    assert code(client.get(address)) == (403, "identity_refused")


def test_a_wrong_state_and_a_refusal_of_the_providers_let_nobody_in(served: Served) -> None:
    client = served.program(None)
    query = {name: values[0] for name, values in parse_qs(urlsplit(goes(client)).query).items()}
    assert code(client.get(BACK, params={**query, "state": "another"})) == (403, "identity_refused")
    assert code(client.get(BACK, params={"error": "access_denied", "state": query["state"]})) == (403, "identity_refused")
    assert code(client.get(SESSION)) == (403, "person_needed")


def test_a_browser_is_sent_on_to_this_server_alone(served: Served) -> None:
    client = served.program(None)
    assert client.get(goes(client, back="https://evil.example.org/")).headers["location"] == "/"
    assert client.get(goes(client, back="//evil.example.org/")).headers["location"] == "/"


def test_the_cookie_of_going_out_is_read_by_no_script(served: Served) -> None:
    here = served.program(None).get(OUT).headers["set-cookie"].lower()
    assert all(part in here for part in ("licet-away=", "httponly", "samesite=lax", "max-age=600"))
    there = served.program(None, Host="licet.example.org").get(OUT)
    assert there.headers["set-cookie"].startswith("__Host-licet-away=")
    assert "secure" in there.headers["set-cookie"].lower()
    assert "redirect_uri=https%3A%2F%2Flicet.example.org%2Fapi%2Fv1%2Fsession%2Foidc%2Fcallback" in there.headers["location"]


def test_going_out_from_somebody_elses_page_and_to_confirm_nobody(served: Served) -> None:
    assert code(served.program(None, **{"Sec-Fetch-Site": "cross-site"}).get(OUT)) == (403, "not_from_here")
    assert code(served.program(None).get(OUT, params={"confirm": "true"})) == (401, "session_ended")
    assert code(served.program(served.token()).get(SESSION)) == (403, "person_needed")


def test_without_a_provider_it_is_said(tmp_path_factory: pytest.TempPathFactory) -> None:
    with serving(tmp_path_factory.mktemp("inside")) as found:
        assert code(found.program(None).get(OUT)) == (404, "no_identity_provider")
        assert code(found.program(None).get(BACK)) == (404, "no_identity_provider")

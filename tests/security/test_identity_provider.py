"""An identity provider's word: what it takes for it to count, with a provider on loopback that also does what it must not."""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from joserfc.jwk import ECKey, OctKey

from licet.core.ids import Digest
from licet.core.outside import AWAY_LASTS, Admission, Proof, local_path
from licet.core.people import Identity
from licet.core.refusal import Refused
from licet.edge.oidc import NotAnIssuerError, Oidc, check_issuer
from licet.flows.sessions import enter
from licet.flows.sign_in_outside import Back, Brought, Gone, Outside, come_back, go_outside
from licet.testing import World, done
from tests.flows.examples import code
from tests.flows.signing import member
from tests.security.provider import CLIENT, SECRET, Rogue, provider

REDIRECT = "https://licet.example.org/api/v1/session/oidc/callback"
OPEN = Admission(
    digest=Digest("0" * 64),
    groups="groups",
    admit=None,
    roles={},
    new_people=True,
    link_verified_email=False,
    second_factor=Proof(),
)
NORA: dict[str, object] = {"email": "nora@example.org", "email_verified": True, "name": "Nora"}


@dataclass(slots=True, kw_only=True)
class Town:
    """An installation and its provider."""

    world: World
    rogue: Rogue
    outside: Outside
    gone: list[Gone] = field(default_factory=list)

    def goes(self, **how: str | None) -> Gone:
        """Somebody who goes to the provider."""
        return done(go_outside(self.world.office, self.outside, redirect=REDIRECT, **how))  # type: ignore[arg-type] # names of the flow's own

    def comes(self, gone: Gone, code: str, *, kept: str | None = None, state: str | None = None, text: str = "") -> Back | Refused:
        """Somebody who comes back."""
        brought = Brought(state=gone.state if state is None else state, code=code, kept=gone.state if kept is None else kept, text=text)
        return come_back(self.world.office, self.outside, brought)

    def signs_in(self, **claims: object) -> Back | Refused:
        """Somebody who goes, signs in and comes back."""
        gone = self.goes()
        return self.comes(gone, self.rogue.signs(gone.address, **{**NORA, **claims}))


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """An installation and its provider, who have the same time."""
    with World(tmp_path) as world, provider(lambda: world.clock.at) as rogue:
        yield Town(world=world, rogue=rogue, outside=Outside(provider=speaker(world, rogue), admission=OPEN))


def speaker(world: World, rogue: Rogue) -> Oidc:
    """What speaks with the provider."""
    return Oidc(issuer=rogue.issuer, client_id=CLIENT, secret=lambda: SECRET, now=lambda: world.clock.at)


def test_somebody_signs_in_and_is_the_same_person_the_next_time(town: Town) -> None:
    first = done(town.signs_in())
    again = done(town.signs_in(email="other@example.org", name="Other"))
    assert first.opened.person == again.opened.person
    assert (first.opened.person.email, first.opened.person.identity) == ("nora@example.org", Identity.SIGNED_IN)
    assert done(enter(town.world.office, again.opened.text)).person.id == first.opened.person.id


WRONG: dict[str, Callable[[Rogue], dict[str, object]]] = {
    "another sign-in's nonce": lambda _: {"nonce": "another"},
    "no nonce": lambda _: {"nonce": None},
    "another issuer": lambda _: {"iss": "https://evil.example.org"},
    "another client's token": lambda _: {"aud": "another"},
    "for others too, and issued to another": lambda _: {"aud": [CLIENT, "another"], "azp": "another"},
    "for others too, without saying to whom it was issued": lambda _: {"aud": [CLIENT, "another"]},
    "issued to another": lambda _: {"azp": "another"},
    "expired": lambda rogue: {"exp": rogue.later(-60)},
    "never expires": lambda _: {"exp": None},
    "expires at no time": lambda _: {"exp": float("nan")},
    "issued in the future": lambda rogue: {"iat": rogue.later(60)},
    "not valid yet": lambda rogue: {"nbf": rogue.later(60)},
    "of another access token": lambda _: {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    "of nobody": lambda _: {"sub": ""},
    "of a subject that is no text": lambda _: {"sub": 7},
    "of a subject without end": lambda _: {"sub": "s" * 256},
}


@pytest.mark.parametrize("how", WRONG)
def test_a_word_that_is_not_for_this_sign_in_lets_nobody_in(town: Town, how: str) -> None:
    """Breaks when one of the checks of OpenID Connect Core 3.1.3.7 is left out."""
    assert code(town.signs_in(**WRONG[how](town.rogue))) == "identity_refused"
    done(town.signs_in())


def test_clocks_may_differ_a_little(town: Town) -> None:
    done(town.signs_in(exp=town.rogue.later(-15), iat=town.rogue.later(25)))


def test_a_word_without_a_signature_of_the_providers_lets_nobody_in(town: Town) -> None:
    """Breaks when `none`, a secret that we know too, or a key of somebody else's counts as a signature."""
    forged: dict[str, dict[str, object]] = {
        "none": {"alg": "none"},
        "our secret": {"alg": "HS256", "key": OctKey.import_key(SECRET)},
        "a key of their own under the name of the provider's": {"key": ECKey.generate_key("P-256", {"kid": "one"})},
    }
    for how, signed in forged.items():
        assert code(town.signs_in(**signed)) == "identity_refused", how


def test_the_public_key_signs_nothing_as_a_secret(town: Town) -> None:
    """The classic: HS256 with the very bytes of the published key."""
    gone = town.goes()
    brought = town.rogue.signs(gone.address)
    head, body = (part for part in town.rogue.codes[brought].word.split(".")[:2])
    head = "eyJhbGciOiJIUzI1NiIsImtpZCI6Im9uZSJ9"
    raw = hmac.new(town.rogue.key.as_pem(private=False), f"{head}.{body}".encode(), hashlib.sha256).digest()
    town.rogue.codes[brought].word = f"{head}.{body}.{OctKey.import_key(raw).as_dict()['k']}"
    assert code(town.comes(gone, brought)) == "identity_refused"


def test_only_the_browser_that_went_brings_something_that_counts_and_once(town: Town) -> None:
    """Breaks when somebody can be signed in as another by a link, or a code works twice."""
    gone, other = town.goes(), town.goes()
    brought = town.rogue.signs(gone.address, **NORA)
    assert code(town.comes(gone, brought, kept="")) == "identity_refused"
    assert code(town.comes(gone, brought, kept=other.state)) == "identity_refused"
    assert code(town.comes(gone, brought, state="", kept="")) == "identity_refused"
    assert code(town.comes(gone, brought, state="unknown", kept="unknown")) == "identity_refused"
    assert code(town.comes(other, brought)) == "identity_refused"
    again = town.rogue.signs(gone.address, **NORA)
    done(town.comes(gone, again))
    assert code(town.comes(gone, again)) == "identity_refused"


def test_a_code_is_used_once_whoever_brings_it(town: Town) -> None:
    gone, other = town.goes(), town.goes()
    brought = town.rogue.signs(gone.address, **NORA)
    done(town.comes(gone, brought))
    assert code(town.comes(other, brought)) == "identity_refused"


def test_who_takes_too_long_begins_again(town: Town) -> None:
    gone = town.goes()
    town.world.clock.pass_time(AWAY_LASTS + timedelta(seconds=1))
    assert code(town.comes(gone, town.rogue.signs(gone.address, **NORA))) == "identity_refused"


def test_a_rotated_key_is_asked_for_and_an_old_one_counts_no_more(town: Town) -> None:
    done(town.signs_in())
    old = town.rogue.key
    town.rogue.key = ECKey.generate_key("P-256", {"kid": "two", "use": "sig"})
    town.world.clock.pass_time(timedelta(seconds=11))
    done(town.signs_in())
    asked = town.rogue.asked.count("/keys")
    gone = town.goes()
    unknown = replace_kid(old)
    town.rogue.key = unknown
    town.rogue.published = []
    assert code(town.comes(gone, town.rogue.signs(gone.address, **NORA))) == "identity_refused"
    assert town.rogue.asked.count("/keys") == asked
    town.rogue.key = old
    assert code(town.signs_in()) == "identity_refused"


def replace_kid(key: ECKey) -> ECKey:
    """A key under a name that nobody knows."""
    return ECKey.import_key({**key.as_dict(private=True), "kid": "three"})


def test_a_provider_that_is_down_is_named_and_local_accounts_work(town: Town) -> None:
    risk = member(town.world, town.world.risk)
    gone = town.goes()
    brought = town.rogue.signs(gone.address, **NORA)
    town.rogue.status = 503
    assert code(town.comes(gone, brought)) == "identity_unavailable"
    fresh = replace(town.outside, provider=speaker(town.world, town.rogue))
    refused = go_outside(town.world.office, fresh, redirect=REDIRECT)
    assert isinstance(refused, Refused)
    assert (refused.code, town.rogue.issuer in refused.why) == ("identity_unavailable", True)
    asked = len(town.rogue.asked)
    assert code(go_outside(town.world.office, fresh, redirect=REDIRECT)) == "identity_unavailable"
    assert len(town.rogue.asked) == asked
    assert risk.enters().person.id == town.world.risk.id
    nobody = Oidc(issuer="http://127.0.0.1:9", client_id=CLIENT, secret=lambda: SECRET, now=lambda: town.world.clock.at)
    assert code(go_outside(town.world.office, replace(town.outside, provider=nobody), redirect=REDIRECT)) == "identity_unavailable"


@pytest.mark.parametrize(
    "about",
    [
        {"issuer": "https://evil.example.org"},
        {"token_endpoint": "http://evil.example.org/token"},
        {"authorization_endpoint": "https://u:p@evil.example.org/"},
        {"jwks_uri": None},
    ],
    ids=str,
)
def test_a_provider_that_describes_itself_wrongly_is_not_used(town: Town, about: dict[str, object]) -> None:
    town.rogue.about = about
    assert code(go_outside(town.world.office, town.outside, redirect=REDIRECT)) == "identity_unavailable"


def test_an_issuer_is_https_beyond_loopback() -> None:
    assert check_issuer("https://id.example.org/realms/one") == "https://id.example.org/realms/one"
    for wrong in ("http://id.example.org", "ftp://id.example.org", "https://u:p@id.example.org", "https://id.example.org?x", "id", ""):
        with pytest.raises(NotAnIssuerError):
            check_issuer(wrong)


def test_a_confirmation_takes_that_somebody_showed_it_just_now(town: Town) -> None:
    """Breaks when a session of the provider's from this morning confirms an act of now, or somebody else confirms."""
    text = done(town.signs_in()).opened.text
    now = town.rogue.later(0)
    stale: list[dict[str, object]] = [{}, {"auth_time": now - 3600}, {"auth_time": True}, {"auth_time": now, "sub": "s-2"}]
    for claims in stale:
        gone = town.goes(text=text)
        assert "prompt=login" in gone.address
        assert "max_age=0" in gone.address
        assert code(town.comes(gone, town.rogue.signs(gone.address, **claims), text=text)) == "identity_refused", claims
    gone = town.goes(text=text)
    fresh = town.rogue.signs(gone.address, auth_time=town.rogue.later(0))
    sure = done(town.comes(gone, fresh, text=text)).opened
    assert (sure.person.identity, sure.text != text) == (Identity.CONFIRMED, True)
    assert code(enter(town.world.office, text)) == "session_ended"


def test_a_confirmation_takes_the_second_factor_where_the_installation_asks_for_one(town: Town) -> None:
    town.outside = replace(town.outside, admission=replace(OPEN, second_factor=Proof(acr=frozenset({"high"}), amr=frozenset({"otp"}))))
    text = done(town.signs_in()).opened.text
    now = town.rogue.later(0)
    tried: list[tuple[dict[str, object], bool]] = [({}, False), ({"amr": ["pwd"]}, False), ({"amr": ["pwd", "otp"]}, True)]
    for claims, expected in tried:
        gone = town.goes(text=text)
        found = town.comes(gone, town.rogue.signs(gone.address, auth_time=now, **claims), text=text)
        assert isinstance(found, Back) is expected, claims
        text = found.opened.text if isinstance(found, Back) else text


def test_people_go_on_to_a_path_of_this_server_only() -> None:
    for raw in ("//evil.example.org", "https://evil.example.org", "/\\evil.example.org", "", "evil", "/a\nb", "/\t/evil", "/ä"):
        assert local_path(raw) == "/", raw
    assert local_path("/use-cases/triage?x=1") == "/use-cases/triage?x=1"


def test_what_is_written_down_of_a_sign_in_away_is_of_no_use(town: Town, tmp_path: Path) -> None:
    """Breaks when whoever reads the database can finish somebody else's sign-in."""
    gone = town.goes()
    raw = b"".join(path.read_bytes() for path in tmp_path.rglob("*sqlite*") if path.is_file())
    nonce = gone.address.partition("nonce=")[2].partition("&")[0]
    assert raw
    assert all(secret.encode() not in raw for secret in (gone.state, nonce))

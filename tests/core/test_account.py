"""Accounts: which passwords may be chosen, how long a session counts, and how long a guesser waits."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from licet.core.account import (
    ABSOLUTE,
    CONFIRMATION_LASTS,
    FOR_ACCOUNT,
    FOR_ADDRESS,
    FOR_PAIR,
    IDLE,
    LINK_LASTS,
    Account,
    Link,
    Patience,
    Session,
    Tally,
    check_link,
    check_password,
    code_digest,
    identity_of,
    page_token,
    recovery_code,
    session_ends,
    wait,
)
from licet.core.ids import PersonId
from licet.core.people import Identity, Person
from licet.core.refusal import Refused

NOW = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)
ANN = Person(id=PersonId("p_1"), email="ann.owner@example.com", name="Ann Owner", roles=frozenset())
SESSION = Session(id="s_1", person=ANN.id, opened_at=NOW, seen_at=NOW, ends_at=NOW + ABSOLUTE)
PATIENCE = st.sampled_from([FOR_ACCOUNT, FOR_PAIR, FOR_ADDRESS])
SPANS = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=2))
WEAK = (
    *("short", "elevenchars", "passwordpassword", "Password1234!", "123456789012", "abcdefghijkl", "qwertyuiop12", "aaaaaaaaaaaa"),
    *("abcabcabcabc", "ann.owner@example.com", "annowner1234", "Ann Owner 12", "licetlicetlicet", "qwertyuiopas", "x" * 257),
)


@pytest.mark.parametrize("password", WEAK)
def test_what_is_guessed_first_is_refused_and_not_repeated(password: str) -> None:
    refused = check_password(password, ANN)
    assert isinstance(refused, Refused)
    assert refused.code == "password_weak"
    assert password not in refused.why + refused.remedy


LONG = ("four unlikely words", "kreide-wal-turm", "ünïcödé is fine too", "zq8vnx2mfk4wp", "正しい馬の電池と釘を打つ文字列")


@pytest.mark.parametrize("password", LONG)
def test_nothing_is_said_of_how_a_long_password_is_composed(password: str) -> None:
    assert not isinstance(check_password(password, ANN), Refused)


@given(st.text(max_size=11))
def test_no_short_password_is_taken(password: str) -> None:
    assume(len(password) == len(password.encode("utf-8", "surrogatepass").decode("utf-8", "surrogatepass")))
    found = check_password(password, ANN)
    assert isinstance(found, Refused) or len(found) >= 12


@given(st.text(min_size=12, max_size=60))
def test_a_password_is_the_same_in_every_form_of_unicode(password: str) -> None:
    once = check_password(password, ANN)
    assert isinstance(once, Refused) or check_password(once, ANN) == once


@given(used=SPANS, asked=SPANS, confirmed=st.none() | SPANS)
def test_a_session_counts_exactly_as_long_as_all_its_limits(used: timedelta, asked: timedelta, confirmed: timedelta | None) -> None:
    """Breaks when a session outlives half an hour of rest or half a day, or a confirmation its five minutes."""
    assume(asked >= used)
    again = None if confirmed is None else NOW + confirmed
    session = Session(id="s_1", person=ANN.id, opened_at=NOW, seen_at=NOW + used, ends_at=NOW + ABSOLUTE, confirmed_at=again, ended_at=None)
    found = identity_of(session, NOW + asked)
    if asked >= ABSOLUTE or asked - used >= IDLE:
        assert isinstance(found, Refused)
    elif confirmed is not None and asked < confirmed + CONFIRMATION_LASTS:
        assert found is Identity.CONFIRMED
    else:
        assert found is Identity.SIGNED_IN


def test_a_session_that_is_none_or_was_ended_counts_for_nothing() -> None:
    ended = Session(id="s_1", person=ANN.id, opened_at=NOW, seen_at=NOW, ends_at=NOW + ABSOLUTE, ended_at=NOW)
    assert identity_of(None, NOW) == identity_of(ended, NOW)
    assert isinstance(identity_of(None, NOW), Refused)
    assert identity_of(SESSION, NOW) is Identity.SIGNED_IN


def test_a_session_ends_with_the_account_it_is_on() -> None:
    assert session_ends(Account(person=ANN.id), NOW) == NOW + ABSOLUTE
    assert session_ends(Account(person=ANN.id, ends_at=NOW + timedelta(hours=1)), NOW) == NOW + timedelta(hours=1)


@given(SPANS)
def test_a_link_opens_nothing_after_its_time(asked: timedelta) -> None:
    link = Link(id="l_1", person=ANN.id, made_by=ANN.id, made_at=NOW, expires_at=NOW + LINK_LASTS)
    found = check_link(link, NOW + asked * 3)
    assert isinstance(found, Refused) == (asked * 3 >= LINK_LASTS)


@given(patience=PATIENCE, failures=st.integers(0, 100_000), since=SPANS)
def test_nobody_waits_longer_than_a_minute_and_more_guesses_never_wait_less(patience: Patience, failures: int, since: timedelta) -> None:
    """Breaks when somebody can be shut out for long, or a guesser gets on by guessing more."""
    here, more = (wait(Tally(failures=count, last_at=NOW), patience, NOW + since) for count in (failures, failures + 1))
    assert timedelta(0) <= here <= more <= timedelta(minutes=1)
    assert wait(Tally(failures=failures, last_at=NOW), patience, NOW + timedelta(minutes=1)) == timedelta(0)
    assert here == timedelta(0) or failures >= patience.free


def test_a_guesser_at_one_account_gets_so_many_guesses_a_day() -> None:
    """The number that the documentation says."""
    now, guesses, tally = NOW, 0, Tally(failures=0, last_at=NOW)
    while now < NOW + timedelta(days=1):
        now += wait(tally, FOR_ACCOUNT, now)
        tally, guesses = Tally(failures=tally.failures + 1, last_at=now), guesses + 1
    assert 1_440 <= guesses <= 1_460


@given(st.binary(min_size=32, max_size=32))
def test_a_recovery_code_is_read_however_it_is_typed(secret: bytes) -> None:
    code = recovery_code(secret)
    assert len(base64.b32decode(code.replace("-", ""))) == 10
    assert code_digest(code) == code_digest(code.lower().replace("-", " ")) == code_digest(f" {code.replace('-', '')}\n")
    assert code not in code_digest(code)


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_pages_token_is_another_for_each_session(one: str, other: str) -> None:
    assert (page_token(one) == page_token(other)) == (one == other)
    assert one == "" or one not in page_token(one) or len(one) < 10

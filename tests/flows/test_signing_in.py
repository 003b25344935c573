"""Signing in: what opens a session, how it ends, what a code is worth twice, and how long a guesser waits."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest

from licet.core.account import CONFIRMATION_LASTS, IDLE
from licet.core.ids import TeamName
from licet.core.people import Identity, Role
from licet.core.refusal import Refused
from licet.edge.passwords import Argon2
from licet.flows.office import who
from licet.flows.sessions import enter, sign_out
from licet.flows.sign_in import FAILED, Credentials, change_password, confirm, sign_in
from licet.flows.stop import lift_stop, press_stop
from licet.store import accounts
from licet.store.person_book import OtherPersonError
from licet.testing import World, done
from tests.flows.examples import code, of_word
from tests.flows.signing import HERE, THERE, Member, member

OTHER = "another four unlikely words"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An installation with its people."""
    with World(tmp_path) as made:
        yield made


@pytest.fixture
def risk(world: World) -> Member:
    """Risk, with an account."""
    return member(world, world.risk)


def test_each_entry_says_how_its_person_showed_who_they_are(world: World) -> None:
    """Breaks when an entry claims a sign-in that was none, or hides one that was."""
    done(press_stop(world.office, world.risk, name=None, why="x"))
    risk = member(world, world.risk)
    inside = risk.enters()
    done(lift_stop(inside.office, inside.person, name=None))
    confirmed = done(confirm(world.office, risk.signs_in().text, risk.shows()))
    sure = done(enter(world.office, confirmed.text))
    done(press_stop(sure.office, sure.person, name=None, why="x"))
    done(lift_stop(world.office, sure.person, name=None))
    said = [(event.what, event.facts["identity"]) for event in world.events() if event.what.startswith("stop.")]
    assert said == [
        ("stop.pressed", "asserted"),
        ("stop.lifted", "signed in"),
        ("stop.pressed", "confirmed"),
        ("stop.lifted", "asserted"),
    ]
    (opened, *_), (again,) = of_word(world, "session.opened"), of_word(world, "session.confirmed")
    assert (opened.facts["identity"], again.facts["identity"]) == ("signed in", "confirmed")


def test_an_office_is_one_persons_also_within_a_team(world: World, risk: Member) -> None:
    inside = risk.enters()
    assert who(inside.office, None) == inside.person
    assert who(inside.office, world.risk.email) == inside.person
    narrowed = inside.office.for_team(TeamName("north"))
    with narrowed.book.write() as tx:
        assert (tx.team, tx.acting) == ("north", inside.person)
    with pytest.raises(OtherPersonError), inside.office.for_person(world.owner).book.read():
        pass


def test_whatever_is_wrong_is_told_alike(world: World, risk: Member) -> None:
    shown = risk.shows()
    tried = {
        "password": replace(shown, password=OTHER),
        "code": replace(shown, code="000000" if shown.code != "000000" else "000001"),
        "nobody": replace(shown, email="nobody@example.org"),
        "no code": replace(shown, code=""),
        "long": replace(shown, password="x" * 1_000_000),
    }
    assert {name: sign_in(world.office, shown) for name, shown in tried.items()} == dict.fromkeys(tried, FAILED)


def test_an_unknown_account_costs_a_guesser_the_same_work(world: World) -> None:
    """Breaks when no hash is computed for an account that does not exist; counted, not timed."""
    asked: list[str | None] = []

    class Counting(Argon2):
        def right(self, password: str, kept: str | None) -> bool:
            asked.append(kept)
            return super().right(password, kept)

    office = replace(world.office, passwords=Counting(memory_kib=64, passes=1))
    assert sign_in(office, Credentials(email="nobody@example.org", password=OTHER, address=HERE)) == FAILED
    assert sign_in(office, Credentials(email=world.owner.email, password=OTHER, address=HERE)) == FAILED
    assert asked == [None, None]


def test_a_code_is_taken_once(world: World, risk: Member) -> None:
    shown = risk.shows()
    done(sign_in(world.office, shown))
    assert sign_in(world.office, shown) == FAILED
    before = replace(shown, code=risk.shows().code)
    done(sign_in(world.office, before))
    assert sign_in(world.office, shown) == FAILED


def test_one_code_sent_by_twenty_at_once_opens_one_session(world: World, risk: Member) -> None:
    shown, start = risk.shows(), Barrier(20)

    def send(at: int) -> object:
        start.wait(timeout=30)
        return sign_in(world.office, replace(shown, address=f"192.0.2.{at}"))

    with ThreadPoolExecutor(max_workers=20) as pool:
        found = list(pool.map(send, range(20)))
    assert sum(not isinstance(one, Refused) for one in found) == 1
    assert len(of_word(world, "session.opened")) == 1


def test_a_recovery_code_stands_in_once(world: World, risk: Member) -> None:
    first = risk.recovery[0]
    assert done(sign_in(world.office, risk.shows(code=first.lower().replace("-", " ")))).recovery == 9
    assert sign_in(world.office, risk.shows(code=first)) == FAILED
    done(sign_in(world.office, risk.shows(code=risk.recovery[1])))


def test_a_session_ends_by_itself(world: World, risk: Member) -> None:
    idle = risk.signs_in()
    world.clock.pass_time(IDLE - timedelta(minutes=1))
    done(enter(world.office, idle.text))
    world.clock.pass_time(IDLE - timedelta(minutes=1))
    done(enter(world.office, idle.text))
    world.clock.pass_time(IDLE)
    assert code(enter(world.office, idle.text)) == "session_ended"
    busy = risk.signs_in()
    for _ in range(24):
        done(enter(world.office, busy.text))
        world.clock.pass_time(timedelta(minutes=29, seconds=50))
    world.clock.pass_time(timedelta(minutes=10))
    assert code(enter(world.office, busy.text)) == "session_ended"


def test_confirming_lasts_five_minutes_and_changes_the_token(world: World, risk: Member) -> None:
    opened = risk.signs_in()
    assert done(enter(world.office, opened.text)).person.identity is Identity.SIGNED_IN
    assert confirm(world.office, opened.text, risk.shows(password=OTHER)) == FAILED
    again = done(confirm(world.office, opened.text, risk.shows()))
    assert code(enter(world.office, opened.text)) == "session_ended"
    assert done(enter(world.office, again.text)).person.identity is Identity.CONFIRMED
    world.clock.pass_time(CONFIRMATION_LASTS)
    assert done(enter(world.office, again.text)).person.identity is Identity.SIGNED_IN


def test_signing_out_ends_one_session_or_all(world: World, risk: Member) -> None:
    one, two, three = (risk.signs_in().text for _ in range(3))
    assert done(sign_out(world.office, one)) == 1
    assert code(enter(world.office, one)) == code(sign_out(world.office, one)) == "session_ended"
    assert done(sign_out(world.office, two, everywhere=True)) == 2
    assert code(enter(world.office, three)) == "session_ended"


def test_a_new_password_ends_the_other_sessions(world: World, risk: Member) -> None:
    here, there = risk.signs_in().text, risk.signs_in().text
    assert code(change_password(world.office, here, risk.shows(), new="short")) == "password_weak"
    assert change_password(world.office, here, risk.shows(password=OTHER), new=OTHER) == FAILED
    assert done(change_password(world.office, here, risk.shows(), new=OTHER)) == 1
    assert code(enter(world.office, there)) == "session_ended"
    done(enter(world.office, here))
    assert sign_in(world.office, risk.shows()) == FAILED
    done(sign_in(world.office, risk.shows(password=OTHER)))


def test_a_hash_of_old_parameters_is_replaced_by_the_next_sign_in(world: World, risk: Member) -> None:
    def kept() -> str | None:
        with world.office.book.read() as tx:
            found = accounts.find(tx, world.risk.id)
        return None if found is None else found.password

    before = kept()
    risk.signs_in()
    assert kept() == before
    office = replace(world.office, passwords=Argon2(memory_kib=128, passes=1))
    done(sign_in(office, risk.shows()))
    assert kept() != before
    done(sign_in(office, risk.shows()))


def guess(world: World, risk: Member, address: str) -> str:
    """The code of a wrong guess."""
    return code(sign_in(world.office, Credentials(email=risk.person.email, password=OTHER, address=address)))


def test_a_guesser_waits_longer_and_longer_and_never_more_than_a_minute(world: World, risk: Member) -> None:
    world.clock.tick = timedelta(milliseconds=1)
    assert [guess(world, risk, THERE) for _ in range(6)] == ["sign_in_failed"] * 5 + ["too_many_guesses"]
    waited = []
    for _ in range(8):
        seconds = 0
        while guess(world, risk, THERE) == "too_many_guesses":
            world.clock.pass_time(timedelta(seconds=1))
            seconds += 1
        waited.append(seconds)
    assert waited == [2, 4, 8, 16, 32, 60, 60, 60]


def test_strangers_hold_nobody_up_where_they_signed_in_before(world: World, risk: Member) -> None:
    """Breaks when whoever knows an address can shut its person out."""
    done(sign_in(world.office, risk.shows(address=HERE)))
    for place in range(60):
        guess(world, risk, f"198.51.100.{place}")
    assert guess(world, risk, "198.51.100.99") == "too_many_guesses"
    done(sign_in(world.office, risk.shows(address=HERE)))


def test_an_address_that_tries_many_accounts_waits(world: World) -> None:
    world.clock.tick = timedelta(milliseconds=1)
    found = [code(sign_in(world.office, Credentials(email=f"{place}@example.org", password=OTHER, address=THERE))) for place in range(31)]
    assert found == ["sign_in_failed"] * 30 + ["too_many_guesses"]


def test_the_ledger_hears_of_guesses_at_thresholds_only(world: World, risk: Member) -> None:
    for place in range(12):
        guess(world, risk, f"198.51.100.{place}")
    (event,) = of_word(world, "sign_in.failing")
    assert (event.facts["person"], event.facts["guesses"]) == (world.risk.id, 10)


def test_signing_in_needs_the_role_of_nobody(world: World) -> None:
    owner = member(world, world.owner, factor=False)
    inside = owner.enters()
    assert inside.person.roles == frozenset({Role.OWNER})

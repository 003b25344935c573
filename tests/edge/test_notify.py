"""Notifications: every address hears, one that fails is tried again, and no address is ever written down."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.incident import Message
from licet.edge.late import LateAnnouncer
from licet.flows.announce import announce_due
from licet.flows.respond import suspend_mandate
from licet.settings import BadSettingError, notify_urls
from licet.store import announcements
from licet.testing import World, done
from tests.receiver import receiving, say

SECRET = "tok-3nSecret"  # noqa: S105 - made up
MAILS = "mails"
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # a module of apprise


def test_an_address_hears_subject_and_body() -> None:
    with receiving() as there:
        announcer = LateAnnouncer(urls=(f"json://127.0.0.1:{there.port}/{SECRET}",))
        assert announcer.tell(announcer.addresses[0], Message(to="", subject="Mails: stopped", body="why")) is None
    body = json.loads(there.requests[0].body)
    assert (body["title"], body["message"]) == ("Mails: stopped", "why")


def test_what_failed_is_told_again_and_those_that_took_it_hear_it_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Breaks when a failing address holds the others up, is given up, or stands anywhere that a log or the database shows."""
    with receiving() as good, receiving() as bad, World(tmp_path) as world:
        bad.answers = lambda _, handler: say(handler, 500)
        urls = tuple(f"json://127.0.0.1:{there.port}/{SECRET}" for there in (bad, good))
        office = replace(world.office, announcer=LateAnnouncer(urls=urls))
        world.journey(MAILS)
        done(suspend_mandate(office, world.risk, name=MAILS, why="stop"))
        assert announce_due(office) == 0
        with office.book.read() as tx:
            stuck = announcements.stuck(tx)
        assert stuck is not None
        assert stuck.why == "address 1 of LICET_NOTIFY_URLS did not take it"
        bad.answers = lambda _, handler: say(handler, 200)
        world.clock.pass_time(timedelta(minutes=5))
        assert announce_due(office) == 1
        assert (len(good.requests), announce_due(office)) == (1, 0)
        with office.book.read() as tx:
            assert announcements.stuck(tx) is None
        assert SECRET not in caplog.text
        assert SECRET not in world.database.read_bytes().decode("latin-1")


def test_without_addresses_nothing_waits_for_ever(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        done(suspend_mandate(world.office, world.risk, name=MAILS, why="stop"))
        announce_due(world.office)
        with world.office.book.read() as tx:
            assert announcements.due(tx, world.clock.now()) == []


def test_addresses_come_from_the_environment_or_a_file_and_no_error_says_them(tmp_path: Path) -> None:
    file = tmp_path / "urls"
    file.write_text("mailto://one\nslack://two\n")
    assert notify_urls({"LICET_NOTIFY_URLS": "a://1 b://2 a://1"}) == ("a://1", "b://2")
    assert notify_urls({"LICET_NOTIFY_URLS_FILE": str(file)}) == ("mailto://one", "slack://two")
    assert notify_urls({}) == ()
    with pytest.raises(BadSettingError, match="FileNotFoundError"):
        notify_urls({"LICET_NOTIFY_URLS_FILE": str(tmp_path / "none")})
    assert SECRET not in repr(LateAnnouncer(urls=(f"json://x/{SECRET}",)))


def test_an_address_that_apprise_does_not_know_is_named_by_its_place() -> None:
    announcer = LateAnnouncer(urls=(f"nosuch://{SECRET}",))
    why = announcer.tell(announcer.addresses[0], Message(to="", subject="s", body="b"))
    assert why == "address 1 of LICET_NOTIFY_URLS is none that apprise knows"

"""Attacks on the door: sessions, second factors, set-up links, and what stands for no person."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from pyotp import TOTP

from licet.core.people import Act, Caller, Operator, Person, Role
from licet.core.refusal import Refused
from licet.flows.accounts import Chosen, SetUp, set_up_account
from licet.flows.office import allowed, allowed_person, permitted
from licet.flows.sign_in import Opened, confirm, sign_in
from licet.store import accounts, use_cases
from licet.testing import World, done
from licet.web.people import PAGE_TOKEN
from tests.abuse.browser import SESSION, Server, served
from tests.abuse.count import Count, Ground
from tests.flows.signing import GOOD, THERE, Member, link_for, member

GUESSES = 2_000
"""Codes that are guessed one after the other, in the full run, one each second."""

FREE = 15
"""So many guesses may be looked at before the wait has grown to a minute; after them one each minute, as ADR 0030 has it.

That is some 1,450 a day. Three codes of 10^6 count at a time, so whoever knows the password hits one with a chance of 1 in 230 a day.
"""

PROGRAM = Caller(token="k_1", name="a program")  # noqa: S106 - a public id
OF_PROGRAMS = frozenset({Act.SUBMIT, Act.STOP})


def doors(ground: Ground) -> Count:
    """Every way in by another's session, code or link."""
    count = Count()
    with World(ground.folder) as world:
        admin = member(world, world.person("ada", Role.ADMIN))
        one = member(world, world.reviewer, by=admin.enters().person)
        _codes(count, one)
        _links(count, world, admin)
        _guesses(count, world, one, ground.size(GUESSES, least=300))
        world.clock.pass_time(timedelta(days=1))
        _sessions(count, world, one)
    return count


def _sessions(count: Count, world: World, one: Member) -> None:
    with served(world) as server:
        planted = "licet_session_" + "A" * 43
        server.browser(cookie=planted).signs_in(one)
        count.saw("a planted session is the one that is opened", succeeded=_inside(server, planted))
        client = server.browser()
        for how, headers in _from_elsewhere(client.signs_in(one)).items():
            done_there = client.ask("DELETE", SESSION, headers=headers)
            count.saw(f"a change from elsewhere: {how}", succeeded=done_there.is_success)
        page, before = client.signs_in(one), client.cookie
        again = {"password": GOOD, "code": one.code()}
        assert client.ask("POST", f"{SESSION}/confirm", body=again, headers={PAGE_TOKEN: page}).is_success
        count.saw("the session before it was confirmed", succeeded=_inside(server, before))
        last = client.cookie
        assert _inside(server, last)
        disable(one)
        count.saw("the session of an account that was disabled", succeeded=_inside(server, last))


def _inside(server: Server, cookie: str | None) -> bool:
    """Whether a session's token lets somebody in."""
    return server.browser(cookie=cookie).ask("GET", SESSION).is_success


def disable(one: Member) -> None:
    """Disables somebody's account."""
    with one.world.office.book.write() as tx:
        accounts.set_disabled(tx, one.person.id, one.world.clock.now())


def _from_elsewhere(page: str) -> Mapping[str, Mapping[str, str]]:
    return {
        "no page token": {},
        "a wrong page token": {PAGE_TOKEN: "0" * 64},
        "an empty page token": {PAGE_TOKEN: ""},
        "another site": {PAGE_TOKEN: page, "Sec-Fetch-Site": "cross-site"},
        "another host of ours": {PAGE_TOKEN: page, "Sec-Fetch-Site": "same-site"},
        "another origin": {PAGE_TOKEN: page, "Origin": "https://evil.example"},
        "no origin": {PAGE_TOKEN: page, "Origin": "null"},
    }


def _codes(count: Count, one: Member) -> None:
    """A code that was read over somebody's shoulder, and a recovery code, are used once more, also at the same moment."""
    office = one.world.office
    code = one.code()
    text = done(sign_in(office, one.shows(code=code))).text
    ways: tuple[tuple[str, Callable[[], object]], ...] = (
        ("to sign in", lambda: sign_in(office, one.shows(code=code))),
        ("to confirm", lambda: confirm(office, text, one.shows(code=code))),
    )
    for name, again in ways:
        count.saw(f"a code is used again {name}", succeeded=isinstance(again(), Opened))
    older = TOTP(one.secret).at(one.world.clock.at - timedelta(seconds=30))
    count.saw("a code older than the one that was used", succeeded=isinstance(sign_in(office, one.shows(code=older)), Opened))
    one.signs_in()
    recovery = one.recovery[0]
    opened = at_once(lambda: sign_in(office, one.shows(code=recovery)), Opened)
    count.saw("a recovery code opens two sessions", succeeded=opened > 1)
    one.signs_in()
    fresh = one.code()
    opened = at_once(lambda: sign_in(office, one.shows(code=fresh)), Opened)
    count.saw("a code opens two sessions at the same moment", succeeded=opened > 1)


def _links(count: Count, world: World, admin: Member) -> None:
    def used(person: Person) -> Callable[[], object]:
        link = link_for(world, person, admin.enters().person)
        return lambda: set_up_account(world.office, link.text, Chosen(password=GOOD, code=None))

    one = used(world.builder)
    done(one())
    count.saw("a set-up link is used twice", succeeded=isinstance(one(), SetUp))
    count.saw("a set-up link is used twice at the same moment", succeeded=at_once(used(world.other_owner), SetUp) > 1)
    risk = used(world.risk)
    count.saw("risk sets an account up without a second factor", succeeded=isinstance(risk(), SetUp))


def at_once(act: Callable[[], object], wanted: type[object]) -> int:
    """How many of eight who do the same at the same moment get what is wanted."""
    with ThreadPoolExecutor(8) as pool:
        return sum(isinstance(found, wanted) for found in pool.map(lambda _: act(), range(8)))


def _guesses(count: Count, world: World, one: Member, guesses: int) -> None:
    """Somebody who knows the password guesses codes, one each second, from a strange address, or from another one each time."""
    for where in ("one address", "many addresses"):
        world.clock.pass_time(timedelta(days=1))
        began, looked_at = world.clock.at, 0
        for number in range(guesses):
            address = THERE if where == "one address" else f"10.{number // 256}.{number % 256}.1"
            found = sign_in(world.office, one.shows(code=f"{number * 379 % 1_000_000:06}", address=address))
            count.tried += 1
            looked_at += not (isinstance(found, Refused) and found.code == "too_many_guesses")
        minutes = (world.clock.at - began) / timedelta(minutes=1)
        count.more[f"guesses_looked_at_from_{where.replace(' ', '_')}"] = looked_at
        count.saw(f"guesses are not held up from {where}", succeeded=looked_at > FREE + minutes)


def programs_and_operator(ground: Ground) -> Count:
    """A token and whoever runs the machine try every act there is, in a use case and in the installation."""
    count = Count(more={"acts": len(Act)})
    with World(ground.folder) as world:
        world.use_case("mails")
        with world.office.book.read() as tx:
            for place in (use_cases.require(tx, "mails"), None):
                for act in Act:
                    for who in (PROGRAM, Operator()):
                        where = f"{who.name}: {act.value} {'in a use case' if place else 'everywhere'}"
                        for ask in (allowed_person, permitted):
                            count.saw(where, succeeded=not isinstance(ask(world.office, tx, who, act, place), Refused))
                    free = not isinstance(allowed(world.office, tx, PROGRAM, act, place), Refused)
                    count.saw(f"a program: {act.value}", succeeded=free and act not in OF_PROGRAMS)
    return count

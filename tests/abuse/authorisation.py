"""Every address of the API asked by everybody who may come, in their own team's use case, in another team's, and in none."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count as numbers
from typing import Any

import httpx

from licet.core.approval import OpenRequest, Subject
from licet.core.people import Person, Role
from licet.core.token import TokenScope
from licet.flows.accounts import make_link
from licet.flows.grant import Wishes, propose_mandate
from licet.flows.office import Office
from licet.flows.register import move_use_case
from licet.store import approvals, use_cases
from licet.testing import World, done, past_cases, vendor
from licet.web.desk import Service
from licet.web.guard import everywhere
from licet.web.metrics import PATH, Meter, metrics_routes
from tests.abuse.access import ACCESS, Anybody, People, Program, Takes
from tests.abuse.callers import NORTH, OTHER, OWN, SOUTH, Caller, callers, code_of, people_before
from tests.abuse.count import Count, Ground
from tests.flows.signing import GOOD, member
from tests.web.serving import VERSION, case, journey, read_plain, started

ABSENT, NO_REQUEST = "nowhere", "r_0000000000000000"
PLACES = (OWN, OTHER, ABSENT)
ENDS = frozenset({"POST /api/v1/session", "POST /api/v1/session/confirm", "DELETE /api/v1/session"})
"""Addresses after which the session of before counts no longer."""

WORDS: Mapping[str, frozenset[str]] = {
    "unknown": frozenset({"token_not_valid", "session_ended"}),
    "not for them": frozenset({"scope_missing", "person_needed", "sign_in_needed"}),
    "may not": frozenset({"not_permitted", "not_the_owner", "approver_is_author"}),
    "not there": frozenset({"not_there"}),
}
"""What the API says, by the codes that say it."""


@dataclass(slots=True, kw_only=True)
class House:
    """Two teams with a use case each, a server in this process, and everybody who comes to it."""

    world: World
    client: httpx.Client
    admin: Person
    guest: Person
    callers: list[Caller] = field(default_factory=list)
    number: Iterator[int] = field(default_factory=lambda: numbers(1))


@contextmanager
def house(ground: Ground, office: Office | None = None) -> Iterator[House]:
    """A house; `office`: a weaker one than the world's own, for tests that must find it out."""
    with World(ground.folder) as world:
        admin = world.person("ada", Role.ADMIN)
        for name, team in ((OWN, NORTH), (OTHER, SOUTH)):
            journey(world, name)
            done(move_use_case(world.office, admin, name=name, team=team))
            world.submit(name, past_cases(1, name="seen"), card=vendor(VERSION))
        people = people_before(world, admin)
        guest = world.person("guest")
        found = list(callers(world, people))
        member(world, guest, by=admin, factor=False)
        world.clock.tick = timedelta(microseconds=1)
        service = Service(office=office or world.office, read_case=read_plain, asserted=True)
        metrics = metrics_routes(Meter(), service.office, everywhere(TokenScope.METRICS))
        with started(service, metrics) as address, httpx.Client(base_url=address, timeout=30) as client:
            yield House(world=world, client=client, admin=admin, guest=guest, callers=found)


def addresses_of(client: httpx.Client) -> list[str]:
    """Every method and address the server says it has, and the one beside them that is no part of the API."""
    document = client.get("/api/v1/openapi.json").json()
    return [f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods] + ["GET " + PATH]


def expected(takes: Takes, caller: Caller, place: str | None) -> str:
    """What the table says that somebody is told there; `place`: the use case that is named, None: none is."""
    match takes:
        case Anybody():
            return "in"
        case Program(scope=scope):
            if caller.scopes is None:
                return "unknown"
            if not takes.spans and place not in caller.reach:
                return "not there"
            return "in" if scope in caller.scopes and not (takes.whole and caller.bound) else "not for them"
        case People(roles=roles):
            if not caller.person:
                return "unknown" if caller.ended else "not for them"
            if place is not None and place not in caller.reach:
                return "not there"
            return "in" if not roles or caller.role in roles else "may not"


def authorisation_matrix(ground: Ground) -> Count:
    """Every address × everybody × every place, against one table."""
    with house(ground) as there:
        return asked_everything(there, ground)


def asked_everything(there: House, ground: Ground) -> Count:
    """Asks it all; what was let in or told against the table has succeeded, and so has an address without a line in it."""
    count = Count()
    found = addresses_of(there.client)
    for address in sorted(set(found) ^ set(ACCESS)):
        count.saw(f"{address}: in the table or in the server, but not in both", succeeded=True)
    for address in found:
        if address in ACCESS:
            _ask_all(there, address, count, ground)
    count.more.update(addresses=len(found), callers=len(there.callers))
    return count


def _ask_all(there: House, address: str, count: Count, ground: Ground) -> None:
    takes = ACCESS[address]
    named = "{slug}" in address or "{request}" in address
    for place, caller in ((place, caller) for caller in there.callers for place in (PLACES if named else (None,))):
        wanted = expected(takes, caller, place)
        if _left_out(address, caller, wanted, ground):
            continue
        told = _ask(there, address, caller, place)
        got = word_of(told, takes)
        count.saw(f"{address} by {caller.name} in {place}: {got}, not {wanted} ({told.status_code} {told.text[:160]})", succeeded=got != wanted)
        if place != OTHER and OTHER not in caller.reach and caller.reach:
            count.saw(f"{address} by {caller.name}: tells of {OTHER!r}", succeeded=OTHER in told.text)
        if place == OTHER and wanted == "not there":
            absent = _ask(there, address, caller, ABSENT)
            count.saw(f"{address} by {caller.name}: tells another team's from none", succeeded=_plain(told) != _plain(absent))


def _left_out(address: str, caller: Caller, wanted: str, ground: Ground) -> bool:
    """A small run leaves out some of those who are refused for the same reason as others are."""
    if ground.share >= 1 or wanted == "in":
        return False
    return hash_of(f"{address} {caller.name} {ground.seed}") % 1000 >= 1000 * ground.share


def hash_of(text: str) -> int:
    """A number for a text, the same in every process."""
    return sum(ord(letter) * 31**place for place, letter in enumerate(text)) % 1_000_003


def word_of(told: httpx.Response, takes: Takes) -> str:
    """What somebody was told, in a word."""
    if told.status_code < 300:
        return "in"
    code = str(told.json().get("code"))
    if isinstance(takes, Anybody) and takes.ends == code:
        return "in"
    return next((word for word, codes in WORDS.items() if code in codes), code)


def _plain(told: httpx.Response) -> tuple[int, str]:
    text = told.text
    for name in (OTHER, ABSENT):
        text = text.replace(name, "X")
    return told.status_code, text


def _ask(there: House, address: str, caller: Caller, place: str | None) -> httpx.Response:
    method, _, path = address.partition(" ")
    if address in ENDS:
        caller = caller.anew()
    request, digest = _request(there, place) if "{request}" in path else ("", "")
    waits = _waiting(there, place) if path.endswith("/answer") else "seen-0"
    at = path.replace("{slug}", str(place)).replace("{case}", waits).replace("{request}", request)
    body = _body(there, address, caller, digest) if method == "POST" else None
    there.client.cookies.clear()
    told = there.client.request(method, at, json=body, headers=dict(caller.shows()))
    text = told.text.replace(request, "R") if request else told.text
    return httpx.Response(told.status_code, text=text, headers={"content-type": "application/json"})


def _request(there: House, place: str | None) -> tuple[str, str]:
    """A request that is open in a use case; asked for anew where the one before ended."""
    if place in {None, ABSENT}:
        return NO_REQUEST, "0" * 64
    name, world = str(place), there.world
    with world.office.book.read() as tx:
        newest = approvals.newest(tx, use_cases.require(tx, name), Subject.MANDATE)
    if not isinstance(newest, OpenRequest):
        done(propose_mandate(world.office, world.builder, name=name, wishes=Wishes()))
        world.asked(name)
        with world.office.book.read() as tx:
            newest = approvals.newest(tx, use_cases.require(tx, name), Subject.MANDATE)
    assert isinstance(newest, OpenRequest)
    return newest.request.id, newest.request.digest


def _waiting(there: House, place: str | None) -> str:
    """A case that waits for a person."""
    name = f"waits{next(there.number)}"
    if place in {OWN, OTHER}:
        there.world.submit(str(place), past_cases(1, unsure=1, name=name), card=vendor(VERSION))
    return f"{name}-0"


def _body(there: House, address: str, caller: Caller, digest: str) -> Mapping[str, Any]:
    """What an address takes, and would do."""
    path = address.removeprefix("POST ")
    match path.rpartition("/")[2]:
        case "cases":
            return case(f"case-{next(there.number)}")
        case "batch":
            return {"cases": [case(f"case-{next(there.number)}")]}
        case "stop" | "decline":
            return {"why": "a test"}
        case "answer":
            return {"answer": "yes"}
        case "replay":
            return {"case": None}
        case "approve":
            return {"digest": digest}
        case "question":
            return {"says": "Is it so?"}
        case _:
            return _entrance(there, path, caller)


def _entrance(there: House, path: str, caller: Caller) -> Mapping[str, Any]:
    match path:
        case "/api/v1/session":
            return {"email": there.guest.email, "password": GOOD}
        case "/api/v1/session/confirm":
            code = "" if caller.member is None else code_of(caller.member)
            return {"password": GOOD, "code": code}
        case "/api/v1/account/link" | "/api/v1/account/set-up":
            link = done(make_link(there.world.office, there.admin, email=there.guest.email)).text
            return {"link": link} if path.endswith("link") else {"link": link, "password": GOOD, "code": None}
        case _:
            message = f"{path!r} takes a body that is not known here: say in tests/abuse/authorisation.py what it takes."
            raise LookupError(message)

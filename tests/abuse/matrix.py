"""Whoever there is at every address there is: the table of who is let in, and who learns that something is there at all.

`TABLE` has a line per address of the OpenAPI document, and one for the metrics beside it; an address without a line counts as an attack
that succeeded. Every address is really asked, with a body it takes. Nobody of another team, person or program, may tell a use case that
is not theirs from one that does not exist.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum

import httpx

from licet.core.assignment import Grant, Place
from licet.core.ids import TeamName
from licet.core.incident import Incident
from licet.core.mandate import ActiveMandate
from licet.core.people import Person, Role
from licet.core.token import TokenScope
from licet.flows.give_role import give_role
from licet.flows.grant import grant_mandate
from licet.flows.issue_tokens import TokenWish, new_token, revoke_token
from licet.flows.register import add_person, move_use_case
from licet.store import use_cases
from licet.store.notices import open_incident
from licet.testing import World, done, past_cases
from licet.web.metrics import PATH as METRICS
from licet.web.people import PAGE_TOKEN
from tests.abuse.browser import SESSION, Browser, Server, served
from tests.abuse.count import Count, Ground
from tests.abuse.doors import disable
from tests.flows.approving import asked, met, request
from tests.flows.examples import MAILS
from tests.flows.signing import Member, member
from tests.web.serving import DESK, case

NORTH, SOUTH = TeamName("north"), TeamName("south")
IN = "/api/v1/use-cases/{slug}"
ABSENT = "nowhere"
S = TokenScope
R = Role
WHOEVER = frozenset(Role)
FINDERS = frozenset({R.RISK})
"""And the owner of the very use case, who is none of those that are asked here."""


class Reach(StrEnum):
    """What an address is about."""

    USE_CASE = "a use case, by its name"
    NAMED = "a use case that its body names"
    REQUEST = "a request, by its id"
    SPAN = "all that is there for whoever asks"
    SELF = "whoever asks"
    WHOLE = "the whole installation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Who is let in at an address.

    Attributes:
        scope: the one scope of tokens that it takes; None: it takes no token.
        people: signed-in people with one of these roles there; empty: it takes no people.
        nobody: whether it takes whoever has yet to show who they are.
        reach: what it is about.
        body: one that it takes.
        query: one that it takes.
    """

    scope: TokenScope | None = None
    people: frozenset[Role] = frozenset()
    nobody: bool = False
    reach: Reach = Reach.USE_CASE
    body: Mapping[str, object] | None = None
    query: str = ""


EVIDENCE = {"name": "x.csv", "content": "Y2FzZSxzY29yZQphLHBhc3MK", "columns": {"case": "case", "score": "score"}}
"""A table of another tool: one case, passed."""


def _anybody(**more: object) -> Door:
    return Door(nobody=True, reach=Reach.SELF, body=more or None)


def _own(**body: object) -> Door:
    return Door(people=WHOEVER, reach=Reach.SELF, body=body)


TABLE: Mapping[str, Door] = {
    f"POST {IN}/cases": Door(scope=S.CASES_WRITE, body=case("sent")),
    f"POST {IN}/cases/batch": Door(scope=S.CASES_WRITE, body={"cases": [case("sent")]}),
    f"GET {IN}/cases": Door(scope=S.CASES_READ),
    f"GET {IN}/cases/{{case}}": Door(scope=S.CASES_READ),
    "POST /v1/decisions": Door(
        scope=S.CASES_WRITE, reach=Reach.NAMED, body={"input": "sent", "questions": [{"type": "predicate", "instructions": "?"}]}
    ),
    "POST /v1/systemone": Door(scope=S.CASES_WRITE, reach=Reach.NAMED, body={"state": "sent", "questions": {"q": {"type": "noul"}}}),
    f"GET {IN}/mandate": Door(scope=S.MANDATE_READ),
    f"GET {IN}/watch": Door(scope=S.MANDATE_READ),
    f"GET {IN}/stop": Door(scope=S.MANDATE_READ),
    f"POST {IN}/stop": Door(scope=S.STOP, body={"why": "a test"}),
    f"GET {IN}/effects": Door(scope=S.EFFECTS),
    f"GET {IN}/risk": Door(scope=S.MANDATE_READ),
    f"POST {IN}/risk/affirm": Door(people=frozenset({R.RISK, R.OWNER}), body={"digest": "0" * 64}),
    f"GET {IN}/obligations": Door(scope=S.MANDATE_READ),
    f"GET {IN}/comparisons": Door(scope=S.MANDATE_READ),
    f"POST {IN}/workflow/items": Door(scope=S.CASES_WRITE, body=case("item", confidence=None)),
    f"GET {IN}/workflow/items": Door(scope=S.CASES_READ),
    f"GET {IN}/workflow/items/{{item}}": Door(scope=S.CASES_READ),
    f"GET {IN}/outside-evidence": Door(scope=S.MANDATE_READ),
    f"GET {IN}/event-logs": Door(scope=S.MANDATE_READ),
    f"GET {IN}/process": Door(scope=S.MANDATE_READ),
    f"POST {IN}/event-logs": Door(people=frozenset({R.OWNER, R.BUILDER}), body={"events": []}),
    f"GET {IN}/redesign": Door(scope=S.MANDATE_READ),
    f"GET {IN}/redesign/play": Door(scope=S.MANDATE_READ),
    f"POST {IN}/redesign/play": Door(people=frozenset({R.OWNER, R.BUILDER}), body={"redesign": {"title": "As it is"}}),
    f"GET {IN}/simulation": Door(scope=S.MANDATE_READ),
    f"POST {IN}/outside-evidence": Door(people=frozenset({R.OWNER, R.BUILDER}), body=EVIDENCE),
    f"GET {IN}/runs/newest": Door(scope=S.MANDATE_READ),
    f"GET {IN}/value": Door(scope=S.MANDATE_READ),
    f"GET {IN}/gate": Door(scope=S.MANDATE_READ),
    "GET /api/v1/obligations": Door(scope=S.MANDATE_READ, reach=Reach.WHOLE),
    f"GET {METRICS}": Door(scope=S.METRICS, reach=Reach.WHOLE),
    "GET /api/v1/gates/times": Door(scope=S.MANDATE_READ, reach=Reach.SPAN),
    "GET /api/v1/templates": Door(scope=S.MANDATE_READ, reach=Reach.SPAN),
    "GET /api/v1/templates/{name}": Door(scope=S.MANDATE_READ, reach=Reach.SPAN),
    "GET /api/v1/ledger": Door(scope=S.LEDGER, reach=Reach.SPAN, query="?limit=1000"),
    f"POST {IN}/cases/{{case}}/answer": Door(people=frozenset({R.REVIEWER, R.SENIOR_REVIEWER, R.OWNER}), body={"answer": "yes"}),
    f"POST {IN}/effects/replay": Door(people=frozenset({R.OWNER, R.ADMIN}), body={"case": None}),
    f"GET {IN}/incidents": Door(people=WHOEVER),
    f"GET {IN}/incidents/{{number}}": Door(people=WHOEVER),
    f"POST {IN}/incidents/{{number}}/findings": Door(people=FINDERS, body={"finding": "cause", "says": "a test"}),
    f"POST {IN}/incidents/{{number}}/actions": Door(
        people=FINDERS, body={"says": "a test", "who": "p_nobody", "until": "2031-01-01T00:00:00Z"}
    ),
    f"POST {IN}/incidents/{{number}}/actions/{{action}}/end": Door(people=FINDERS, body={}),
    f"POST {IN}/incidents/{{number}}/rechecks": Door(people=FINDERS, body={"most": 1}),
    f"POST {IN}/incidents/{{number}}/close": Door(people=FINDERS, body={}),
    f"POST {IN}/incidents/{{number}}/report": Door(people=FINDERS),
    "GET /api/v1/approvals": Door(people=WHOEVER, reach=Reach.SPAN, query="?all=true"),
    "GET /api/v1/approvals/{request}": Door(people=WHOEVER, reach=Reach.REQUEST),
    "POST /api/v1/approvals/{request}/question": Door(people=frozenset({R.RISK, R.OWNER}), reach=Reach.REQUEST, body={"says": "why?"}),
    "POST /api/v1/approvals/{request}/approve": Door(people=frozenset({R.RISK, R.OWNER}), reach=Reach.REQUEST, body={"digest": "0" * 64}),
    "POST /api/v1/approvals/{request}/decline": Door(people=frozenset({R.RISK, R.OWNER}), reach=Reach.REQUEST, body={"why": "a test"}),
    f"POST {IN}/cases/{{case}}/information": Door(scope=S.CASES_WRITE, body={"text": "a test"}),
    f"GET {IN}/desk": Door(people=frozenset({R.REVIEWER, R.SENIOR_REVIEWER, R.OWNER})),
    f"GET {IN}/desk/{{token}}": Door(people=frozenset({R.REVIEWER, R.SENIOR_REVIEWER, R.OWNER})),
    "POST /api/v1/desk/next": Door(people=WHOEVER, reach=Reach.SPAN, body={}),
    "POST /api/v1/desk/in-hand": Door(people=WHOEVER, reach=Reach.SELF),
    **{f"POST /api/v1/desk/cases/{{token}}/{act}": _own(**body) for act, body in DESK.items()},
    "POST /api/v1/desk/answers/{held}/reconsider": _own(answer=None),
    "POST /api/v1/desk/answers/{held}/withdraw": Door(people=WHOEVER, reach=Reach.SELF),
    "POST /api/v1/desk/absence": _own(starts_at="2031-01-01T00:00:00Z", ends_at="2031-01-02T00:00:00Z"),
    "POST /api/v1/desk/absence/end": Door(people=WHOEVER, reach=Reach.SELF, body={}),
    f"GET {IN}/reviewers/flags": Door(people=frozenset({R.SENIOR_REVIEWER, R.RISK})),
    f"GET {IN}/reviewers/capacity": Door(people=WHOEVER),
    f"GET {IN}/reviewers": Door(people=WHOEVER),
    f"GET {IN}/reviewers/me": Door(people=frozenset({R.REVIEWER, R.SENIOR_REVIEWER, R.OWNER})),
    f"GET {IN}/practice": Door(people=WHOEVER),
    f"POST {IN}/practice/rounds": Door(people=WHOEVER, body={}),
    f"GET {IN}/practice/rounds/{{token}}": Door(people=WHOEVER),
    f"POST {IN}/practice/next": Door(people=WHOEVER, body={}),
    f"GET {IN}/practice/cases/{{token}}": Door(people=WHOEVER),
    f"POST {IN}/practice/cases/{{token}}/answer": Door(people=WHOEVER, body={"answer": "yes"}),
    f"POST {IN}/practice/cases/{{token}}/settle": Door(people=WHOEVER, body={"answer": None}),
    "GET /api/v1/people/me/figures": Door(people=WHOEVER, reach=Reach.SELF),
    f"GET {IN}/known-answers/contested": Door(people=frozenset({R.REVIEWER, R.SENIOR_REVIEWER, R.OWNER, R.RISK})),
    f"POST {IN}/known-answers/{{token}}/contest": Door(people=frozenset({R.REVIEWER, R.SENIOR_REVIEWER, R.OWNER}), body={"why": "a test"}),
    f"POST {IN}/known-answers/{{token}}/settle": Door(
        people=frozenset({R.REVIEWER, R.SENIOR_REVIEWER, R.OWNER, R.RISK}), body={"answer": "yes"}
    ),
    "POST /api/v1/desk/second-looks/next": Door(people=WHOEVER, reach=Reach.SPAN, body={}),
    "GET /api/v1/session": Door(people=WHOEVER, reach=Reach.SELF),
    "POST /api/v1/session/confirm": Door(people=WHOEVER, reach=Reach.SELF, body={"password": "x"}),
    "DELETE /api/v1/session": Door(people=WHOEVER, reach=Reach.SELF),
    "POST /api/v1/session": _anybody(email="ada@example.org", password="x"),  # noqa: S106 - nobody's
    "GET /api/v1/session/oidc": _anybody(),
    "GET /api/v1/session/oidc/callback": replace(_anybody(), query="?state=x&code=x"),
    "POST /api/v1/account/link": _anybody(link="x"),
    "POST /api/v1/account/set-up": _anybody(link="x", password="x", code=None),  # noqa: S106 - nobody's
    "GET /health/live": _anybody(),
    "GET /health/ready": _anybody(),
}
"""Every address, in the order in which it is asked. Who acts with a yes comes last at each: none is refused for what was done."""

ON_DESK = {"token": "t_x", "held": "h_x"}
"""What is on no desk."""

LET_IN = "let in"
NOT_VALID, SCOPE, PERSON, ENDED = "401 token_not_valid", "403 scope_missing", "403 person_needed", "401 session_ended"
HIDDEN, NO = "404 not_there", "403 not_permitted"
POLICY = frozenset({"not_permitted", "not_the_owner", "approver_is_author", "not_independent", "hand_in_it"})
"""Codes of a no that says who may."""


@dataclass(slots=True, kw_only=True)
class Visitor:
    """Somebody who asks.

    Attributes:
        name: as the count tells it.
        team: whose use cases are there for them; None: all, or none where they have shown nothing.
        scopes: of their token; None: they show none.
        valid: whether it counts.
        roles: of the person who signed in; None: nobody has.
        one: that person.
        inside: whether their account counts still.
    """

    name: str
    browser: Browser
    team: TeamName | None = None
    scopes: frozenset[TokenScope] | None = None
    valid: bool = True
    roles: frozenset[Role] | None = None
    one: Member | None = None
    inside: bool = True
    headers: dict[str, str] = field(default_factory=dict)


def expected(door: Door, who: Visitor) -> str:
    """What somebody must be told at a door, about the use case of team north."""
    if door.nobody:
        return LET_IN
    return _program(door, who, door.scope) if door.scope is not None else _person(door, who)


def _program(door: Door, who: Visitor, scope: TokenScope) -> str:
    if who.scopes is None or not who.valid:
        return NOT_VALID
    if who.team == SOUTH and door.reach is Reach.USE_CASE:
        return HIDDEN
    if who.team is not None and door.reach is Reach.WHOLE:
        return SCOPE
    if who.team == SOUTH and door.reach is Reach.NAMED and scope in who.scopes:
        return HIDDEN
    return LET_IN if scope in who.scopes else SCOPE


def _person(door: Door, who: Visitor) -> str:
    if who.roles is None:
        return PERSON
    if not who.inside:
        return ENDED
    if door.reach is Reach.SELF or door.reach is Reach.SPAN:
        return LET_IN
    if who.team == SOUTH or not who.roles:
        return HIDDEN
    return LET_IN if door.people & who.roles else NO


def authorisation(ground: Ground) -> Count:
    """Everybody at every address; `seen` counts what really was asked."""
    count = Count()
    with World(ground.folder) as world, served(world) as server:
        _prepare(world)
        visitors = list(_visitors(world, server))
        addresses = {f"{method.upper()} {path}" for path, told in server.app.openapi()["paths"].items() for method in told}
        addresses.add(f"GET {METRICS}")
        for address in sorted(addresses ^ set(TABLE)):
            count.saw(f"{address}: not both in the OpenAPI document and in the table", succeeded=True)
        wrong: list[str] = []
        for address in TABLE:
            if address in addresses:
                wrong += _at(count, world, address, visitors)
    count.more = {"addresses": len(addresses), "visitors": len(visitors), "refused_where_let_in": wrong}
    assert not wrong, wrong
    return count


def _prepare(world: World) -> None:
    met(world)
    asked(world)
    world.approve(MAILS)
    done(grant_mandate(world.office, world.owner, name=MAILS))
    world.submit(MAILS, past_cases(3, name="live"), card=None)
    running = world.mandate(MAILS)
    assert isinstance(running, ActiveMandate)
    with world.office.book.write() as tx:
        use_case = use_cases.require(tx, MAILS)
        happened = Incident(use_case=use_case.slug, mandate=running.id, kind="stopped_by_person", says="A test.", at=world.clock.now())
        assert open_incident(tx, use_case, happened) == 1


def _at(count: Count, world: World, address: str, visitors: list[Visitor]) -> list[str]:
    """Asks one address as everybody; gives who was refused though the table lets them in."""
    door, wrong = TABLE[address], []
    if door.reach is Reach.REQUEST:
        asked(world)
    here = request(world).request
    for who in sorted(visitors, key=lambda one: expected(door, one) == LET_IN):
        wanted = expected(door, who)
        told = _ask(address, door, who, slug=MAILS, request=here.id, digest=here.digest)
        found = said(told)
        where = f"{address} as {who.name}: {found} instead of {wanted}"
        if wanted == LET_IN:
            wrong += [where] if found != LET_IN else []
            count.saw(f"{where}, names what is not theirs", succeeded=who.team == SOUTH and MAILS in told.text)
            continue
        count.saw(where, succeeded=found != wanted)
        if wanted == HIDDEN:
            absent = _ask(address, door, who, slug=ABSENT, request="r_absent", digest=here.digest)
            alike = told.text.replace(MAILS, "?").replace(here.id, "?") == absent.text.replace(ABSENT, "?").replace("r_absent", "?")
            count.saw(f"{address} as {who.name}: told apart from what is absent", succeeded=not alike or said(absent) != found)
    return wrong


def _ask(address: str, door: Door, who: Visitor, **about: str) -> httpx.Response:
    method, _, path = address.partition(" ")
    there = {"case": "live-1", "item": "item-1", "name": "absent", "number": 1, "action": 1, **ON_DESK}
    at = path.format(slug=about["slug"], request=about["request"], **there) + door.query
    body = dict(door.body) | {"digest": about["digest"]} if door.body and "digest" in door.body else door.body
    if door.reach is Reach.NAMED:
        body = {**(door.body or {}), "model": about["slug"]}
    if address == f"DELETE {SESSION}" and who.one is not None and who.inside:
        who.headers = {PAGE_TOKEN: who.browser.signs_in(who.one)}
    return who.browser.ask(method, at, body=body, headers=who.headers)


def said(told: httpx.Response) -> str:
    """What an answer comes to: let in, or the refusal that says who may."""
    code = told.json().get("code", "") if "problem" in told.headers.get("content-type", "") else ""
    if code in POLICY:
        return NO
    full = f"{told.status_code} {code}"
    return full if full in {NOT_VALID, SCOPE, PERSON, ENDED, HIDDEN} or code == "not_from_here" else LET_IN


def _visitors(world: World, server: Server) -> Iterator[Visitor]:
    """Everybody there is."""
    admin = world.person("ada", R.ADMIN)
    every = frozenset(TokenScope)

    def token(*scopes: TokenScope, team: TeamName | None, days: int = 30) -> tuple[str, str]:
        wish = TokenWish(name="a program", scopes=frozenset(scopes), use_case=None, lasts=timedelta(days=days))
        made = done(new_token(world.office if team is None else world.office.for_team(team), admin, wish))
        return made.token.id, made.text

    def program(name: str, text: str, **what: object) -> Visitor:
        browser = server.browser(headers={"Authorization": f"Bearer {text}"})
        return Visitor(name=name, browser=browser, **what)  # type: ignore[arg-type] # fields of the class

    yield Visitor(name="nobody", browser=server.browser())
    yield Visitor(name="somebody who says a name", browser=server.browser(headers={"Licet-As": "rita@example.org"}))
    yield program("an unknown token", "licet_" + "A" * 43)
    expired, (revoked_id, revoked) = token(*every, team=NORTH, days=1)[1], token(*every, team=NORTH)
    done(revoke_token(world.office.for_team(NORTH), admin, name=revoked_id))
    done(move_use_case(world.office, admin, name=MAILS, team=NORTH))
    world.clock.pass_time(timedelta(days=2))
    yield program("an expired token", expired, scopes=every, valid=False, team=NORTH)
    yield program("a revoked token", revoked, scopes=every, valid=False, team=NORTH)
    for team in (NORTH, SOUTH):
        for scope in TokenScope:
            yield program(f"a token of {team} for {scope.value}", token(scope, team=team)[1], scopes=frozenset({scope}), team=team)
        yield program(f"a token of {team} with every scope", token(*every, team=team)[1], scopes=every, team=team)
    yield program("a token of everything with every scope", token(*every, team=None)[1], scopes=every)
    yield from _people(world, server, admin)


def _people(world: World, server: Server, admin: Person) -> Iterator[Visitor]:
    there = {"an auditor of everything": world.person("aud", R.AUDITOR), "somebody whose account was disabled": world.person("dis", R.RISK)}
    keeper = member(world, admin)
    chief = keeper.enters().person

    def enters(name: str, *, team: TeamName | None, roles: frozenset[Role]) -> Visitor:
        one = member(world, there[name], by=chief)
        browser = server.browser()
        page = browser.signs_in(one)
        return Visitor(name=name, browser=browser, team=team, roles=roles, one=one, headers={PAGE_TOKEN: page})

    for team in (NORTH, SOUTH):
        for role in sorted(set(Role) - {R.ADMIN}):
            name = f"{role.value} of {team}"
            email = f"{role.value.replace(' ', '-')}-{team}@example.org"
            there[name] = done(add_person(world.office, chief, email=email, name=name, roles=frozenset()))
            done(give_role(world.office, chief, email=email, grant=Grant(role=role, place=Place(team=team))))
            yield enters(name, team=team, roles=frozenset({role}))
    there["nobody in particular"] = done(add_person(world.office, chief, email="x@example.org", name="X", roles=frozenset()))
    yield enters("nobody in particular", team=None, roles=frozenset())
    yield enters("an auditor of everything", team=None, roles=frozenset({R.AUDITOR}))
    gone = enters("somebody whose account was disabled", team=None, roles=frozenset({R.RISK}))
    assert gone.one is not None
    disable(gone.one)
    gone.inside = False
    yield gone
    yield from _keepers(world, server, keeper)


def _keepers(world: World, server: Server, keeper: Member) -> Iterator[Visitor]:
    """The admin in their browser, and their session with a token beside it."""
    browser = server.browser()
    page = browser.signs_in(keeper)
    yield Visitor(name="an admin", browser=browser, roles=frozenset({R.ADMIN}), one=keeper, headers={PAGE_TOKEN: page})
    wish = TokenWish(name="b", scopes=frozenset(S), use_case=None, lasts=timedelta(days=9))
    text = done(new_token(world.office, keeper.person, wish)).text
    both = {PAGE_TOKEN: page, "Authorization": f"Bearer {text}"}
    yield Visitor(name="a session beside a token", browser=server.browser(cookie=browser.cookie), scopes=frozenset(S), headers=both)

"""Who comes to the API: nobody, programs with every sort of token, and people with every role everywhere, here and elsewhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from pyotp import TOTP

from licet.core.account import page_token
from licet.core.assignment import EVERYWHERE, Grant, Place
from licet.core.ids import TeamName, UseCaseSlug
from licet.core.people import Person, Role
from licet.core.token import TokenScope
from licet.flows.accounts import disable_account
from licet.flows.give_role import give_role
from licet.flows.issue_tokens import TokenWish, new_token, revoke_token
from licet.flows.sessions import sign_out
from licet.flows.sign_in import sign_in
from licet.testing import World, done
from licet.web.people import PAGE_TOKEN
from tests.flows.signing import Member, member

OWN, OTHER = "mails", "letters"
NORTH, SOUTH = TeamName("north"), TeamName("south")
BOTH = frozenset({OWN, OTHER})
REACHES: Mapping[str, tuple[Place, frozenset[str]]] = {
    "everywhere": (EVERYWHERE, BOTH),
    "in its team": (Place(team=NORTH), frozenset({OWN})),
    "in the use case": (Place(use_case=UseCaseSlug(OWN)), frozenset({OWN})),
    "in another team": (Place(team=SOUTH), frozenset({OTHER})),
}
"""Where a role or a token may hold, and which of the two use cases are there then."""

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody who comes.

    Attributes:
        name: who, in words.
        reach: the use cases that are there for them.
        headers: what they show, other than a session.
        scopes: of their token; None: they have none that counts.
        person: whether they are a person whose session counts.
        role: the person's; None: they have none.
        ended: whether they show a session that counts no longer.
        member: their account, where they have one.
        session: their session's token.
    """

    name: str
    reach: frozenset[str] = frozenset()
    headers: Mapping[str, str] = field(default_factory=dict)
    scopes: frozenset[str] | None = None
    person: bool = False
    role: Role | None = None
    ended: bool = False
    member: Member | None = None
    session: str = ""

    @property
    def bound(self) -> bool:
        """Whether their token is for a part of the installation only."""
        return self.reach != BOTH

    def shows(self) -> Mapping[str, str]:
        """The headers of a request of theirs."""
        if not self.session:
            return self.headers
        return {**self.headers, "Cookie": f"licet={self.session}", PAGE_TOKEN: page_token(self.session)}

    def anew(self) -> "Caller":
        """The same with a session of its own, for an address that ends or renews it."""
        if not self.person or self.member is None:
            return self
        world = self.member.world
        return replace(self, session=done(sign_in(world.office, self.member.shows(code=code_of(self.member)))).text)


def code_of(one: Member) -> str:
    """What somebody's app shows next; empty without one."""
    if not one.secret:
        return ""
    one.world.clock.pass_time(timedelta(seconds=TOTP(one.secret).interval))
    return TOTP(one.secret).at(one.world.clock.at)


def people_before(world: World, admin: Person) -> Mapping[str, Person]:
    """Adds everybody with their roles, as long as nobody has an account."""
    found = {"admin everywhere": admin}
    for role in set(Role) - {Role.ADMIN}:
        for where, (place, _) in REACHES.items():
            name = f"{role.value} {where}"
            address = name.replace(" ", "-")
            found[name] = world.person(address, *([role] if place.everywhere else []))
            if not place.everywhere:
                done(give_role(world.office, admin, email=found[name].email, grant=Grant(role=role, place=place)))
    for name in ("nobody in particular", "out", "disabled"):
        found[name] = world.person(name.replace(" ", "-"), *([Role.REVIEWER] if name != "nobody in particular" else []))
    return found


def callers(world: World, people: Mapping[str, Person]) -> Iterator[Caller]:
    """Everybody who comes; each person signs in."""
    yield Caller(name="nobody")
    yield Caller(name="somebody who says they are risk", headers={"Licet-As": people["risk everywhere"].email})
    admin = people["admin everywhere"]
    yield from _programs(world, admin)
    keeper = member(world, admin)
    yield _signed_in("admin everywhere", keeper, BOTH, Role.ADMIN)
    for name in sorted(set(people) - {"admin everywhere", "out", "disabled"}):
        role = next((one for one in sorted(Role, key=len, reverse=True) if name.startswith(one.value + " ")), None)
        where = name.removeprefix("" if role is None else role.value + " ")
        reach = frozenset[str]() if role is None else REACHES[where][1]
        yield _signed_in(name, member(world, people[name], by=admin, factor=role is Role.RISK), reach, role)
    yield from _gone(world, people, admin)


def _signed_in(name: str, one: Member, reach: frozenset[str], role: Role | None) -> Caller:
    session = done(sign_in(one.world.office, one.shows(code=code_of(one)))).text
    return Caller(name=name, reach=reach, person=True, role=role, member=one, session=session)


def _gone(world: World, people: Mapping[str, Person], admin: Person) -> Iterator[Caller]:
    out, disabled = (_signed_in(name, member(world, people[name], by=admin, factor=False), BOTH, None) for name in ("out", "disabled"))
    done(sign_out(world.office, out.session))
    done(disable_account(world.office, admin, email=people["disabled"].email))
    for one in (out, disabled):
        yield replace(one, person=False, ended=True)


def _programs(world: World, admin: Person) -> Iterator[Caller]:
    every = frozenset(TokenScope)
    sorts = {**{scope.value: frozenset({scope}) for scope in TokenScope}, "every scope": every}
    for where, (place, reach) in REACHES.items():
        for word, scopes in sorts.items():
            yield _program(f"token for {word} {where}", token(world, admin, scopes, place)[0], reach, scopes)
    text, known = token(world, admin, every, EVERYWHERE)
    done(revoke_token(world.office, admin, name=known))
    yield replace(_program("a revoked token", text, BOTH, every), scopes=None)
    text, _ = token(world, admin, every, EVERYWHERE, lasts=timedelta(seconds=1))
    world.clock.pass_time(timedelta(seconds=2))
    yield replace(_program("an expired token", text, BOTH, every), scopes=None)


def _program(name: str, text: str, reach: frozenset[str], scopes: frozenset[TokenScope]) -> Caller:
    return Caller(name=name, reach=reach, headers={"Authorization": f"Bearer {text}"}, scopes=frozenset(one.value for one in scopes))


def token(
    world: World, admin: Person, scopes: frozenset[TokenScope], place: Place, *, lasts: timedelta = DAY
) -> tuple[str, str]:
    """A new token for a place, and its public id."""
    office = world.office if place.team is None else world.office.for_team(place.team)
    made = done(new_token(office, admin, TokenWish(name="a program", scopes=scopes, use_case=place.use_case, lasts=lasts)))
    return made.text, made.token.id

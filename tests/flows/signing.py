"""What tests of accounts start from: people with links, accounts and sessions."""

from dataclasses import dataclass

from pyotp import TOTP

from licet.core.people import Actor, Person
from licet.flows.accounts import Chosen, NewLink, look_at_link, make_link, set_up_account
from licet.flows.sessions import Entered, enter
from licet.flows.sign_in import Credentials, Opened, sign_in
from licet.testing import World, done

GOOD = "four unlikely words in a row"
HERE, THERE = "192.0.2.1", "198.51.100.7"


@dataclass(slots=True, kw_only=True)
class Member:
    """Somebody with an account, their authenticator app and their recovery codes."""

    world: World
    person: Person
    secret: str
    recovery: tuple[str, ...]
    password: str = GOOD

    def code(self) -> str:
        """What the app shows next; time goes on until it shows something that was not sent yet; empty without one."""
        if not self.secret:
            return ""
        self.world.clock.pass_time(TOTP(self.secret).interval * self.world.clock.tick)
        return TOTP(self.secret).at(self.world.clock.at)

    def shows(self, *, password: str | None = None, code: str | None = None, address: str = HERE) -> Credentials:
        """What the person shows."""
        said = self.code() if code is None else code
        return Credentials(email=self.person.email, password=password or self.password, code=said, address=address)

    def signs_in(self, **how: str) -> Opened:
        """A session of the person."""
        return done(sign_in(self.world.office, self.shows(**how)))

    def enters(self) -> Entered:
        """The office of the person."""
        return done(enter(self.world.office, self.signs_in().text))


def link_for(world: World, person: Person, by: Actor | None = None) -> NewLink:
    """A set-up link."""
    return done(make_link(world.office, by or world.operator, email=person.email))


def member(world: World, person: Person, *, by: Actor | None = None, factor: bool = True, password: str = GOOD) -> Member:
    """A person who has set their account up."""
    link = link_for(world, person, by)
    secret = done(look_at_link(world.office, link.text)).secret
    code = TOTP(secret).at(world.clock.at) if factor else None
    made = done(set_up_account(world.office, link.text, Chosen(password=password, code=code)))
    return Member(world=world, person=person, secret=secret if factor else "", recovery=made.recovery, password=password)

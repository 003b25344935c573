"""An identity provider: what it says of somebody who signs in through it, and what an installation makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from licet.core.account import NEEDS_FACTOR
from licet.core.assignment import Grant
from licet.core.ids import Digest
from licet.core.people import Role
from licet.core.refusal import Refused

AWAY_LASTS = timedelta(minutes=10)
"""So long somebody may take at the identity provider before what they bring back counts no more."""

LEEWAY = timedelta(seconds=30)
"""How far the provider's clock may be from ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a provider must have asked somebody for: one of these authentication contexts (`acr`) or methods (`amr`); empty: nothing."""

    acr: frozenset[str] = frozenset()
    amr: frozenset[str] = frozenset()

    def shown(self, said: "Said") -> bool:
        """Whether a provider says that it asked for one of them."""
        return not (self.acr or self.amr) or said.acr in self.acr or not self.amr.isdisjoint(said.amr)


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What an installation makes of a provider's word, from `identity.yaml`.

    Attributes:
        digest: of the file, which the ledger carries with each role given by it.
        groups: the claim that holds somebody's groups.
        admit: groups of which one is needed to be let in; None: everybody whom the provider signs in.
        roles: what each group gives.
        new_people: whether somebody who is not known here is added.
        link_verified_email: whether a verified address makes somebody the person here who has that address and never signed in.
        second_factor: what is needed for admins and risk, and to confirm.
    """

    digest: Digest
    groups: str
    admit: frozenset[str] | None
    roles: Mapping[str, tuple[Grant, ...]]
    new_people: bool
    link_verified_email: bool
    second_factor: Proof

    def grants(self, said: "Said") -> tuple[Grant, ...]:
        """The roles that somebody's groups give, each once."""
        found = [grant for group in sorted(said.groups) for grant in self.roles.get(group, ())]
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a provider says of somebody, after its signature and all that binds it to this sign-in were checked.

    Attributes:
        issuer, subject: who they are; nothing else tells one from another.
        email: their address in small letters; empty where the provider names none.
        email_verified: whether the provider says that it is theirs.
        name: as the provider knows it; empty where it does not.
        groups: those that the claim of `Admission.groups` holds.
        acr, amr: what it asked them for.
        authenticated_at: when they last showed it who they are; None where it does not say.
    """

    issuer: str
    subject: str
    email: str = field(default="", repr=False)
    email_verified: bool = False
    name: str = field(default="", repr=False)
    groups: frozenset[str] = frozenset()
    acr: str = ""
    amr: frozenset[str] = frozenset()
    authenticated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """A sign-in that went to the provider.

    Attributes:
        nonce: comes back in the provider's word, so that no other sign-in's word stands for this one.
        verifier: shows that whoever brings the code is who went (PKCE, RFC 7636).
        redirect: the address of ours that they come back to.
        back: the local path where they go on.
        session: the session that is to be confirmed; None: this is a sign-in.
        at: when they went.
    """

    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect: str
    back: str
    session: str | None
    at: datetime


def admitted(admission: Admission, said: Said) -> Refused | None:
    """Says no to somebody whom the provider knows and this installation does not let in; None where it does."""
    if admission.admit is not None and admission.admit.isdisjoint(said.groups):
        needed = ", ".join(sorted(admission.admit))
        return not_let_in(f"None of your groups at the identity provider is one that is let in here ({needed}).")
    return factor_missing(admission, said, frozenset(grant.role for grant in admission.grants(said)))


def factor_missing(admission: Admission, said: Said, roles: frozenset[Role]) -> Refused | None:
    """Says no where somebody has a role that takes a second factor and the provider asked for none; None where it may be."""
    if not roles.isdisjoint(NEEDS_FACTOR) and not admission.second_factor.shown(said):
        return not_let_in("The identity provider did not ask for the second factor that your roles take.")
    return None


def may_link(admission: Admission, said: Said, *, has_credentials: bool) -> Refused | None:
    """Says no where an address alone would make somebody a person who is here already; None where it may."""
    if not (admission.link_verified_email and said.email_verified) or has_credentials:
        return not_let_in(
            "Somebody here has the address that the identity provider names, and an address alone does not make you them.",
            "Sign in as before. An admin may set `link_verified_email: true` in identity.yaml for people who have never signed in.",
        )
    return None


def may_be_new(admission: Admission, said: Said) -> Refused | None:
    """Says no where nobody is added, or the provider names no address that is theirs; None where they may be added."""
    if not admission.new_people:
        return not_let_in("You are not known here, and nobody is added by signing in.", "Ask an admin: `licet person add`.")
    if not (said.email and said.email_verified):
        return not_let_in("The identity provider does not say that your e-mail address is yours.", "Verify it there, and sign in again.")
    return None


def confirms(admission: Admission, said: Said, away: Away) -> Refused | None:
    """Says no where somebody did not show the provider anew who they are; None where they did."""
    fresh = said.authenticated_at is not None and said.authenticated_at >= away.at - LEEWAY
    if not fresh:
        return not_let_in("The identity provider does not say that you showed it just now who you are (`auth_time`).")
    if not admission.second_factor.shown(said):
        return not_let_in("The identity provider did not ask for the second factor that a confirmation takes.")
    return None


def not_let_in(why: str, remedy: str = "Ask whoever runs the identity provider, or an admin here.") -> Refused:
    """The provider's word does not let somebody in."""
    return Refused(code="identity_refused", why=why, remedy=remedy)


def local_path(raw: str) -> str:
    """A path on this server to go on to, or `/` for whatever could lead elsewhere: another host, a backslash, a control character."""
    safe = raw.startswith("/") and not raw.startswith("//") and "\\" not in raw and raw.isprintable() and raw.isascii()
    return raw if safe else "/"

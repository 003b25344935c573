"""Accounts' rows: hashes of passwords, encrypted second factors, digests of recovery codes and of set-up links."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, exists, func, insert, select, update

from licet.core.account import Account, Link
from licet.core.ids import PersonId
from licet.core.people import Person, Role
from licet.store import people
from licet.store.book import Record, Tx
from licet.store.identity_tables import account, recovery_code, set_up_link

FACTOR = "second factor"
"""The purpose under which the key of a second factor's secret is derived."""

NO_STEP = -1
"""The step of an account whose second factor was never used."""

_A, _L, _R = account.c, set_up_link.c, recovery_code.c


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedFactor:
    """A second factor's secret as it is kept: encrypted under the installation's key, with the salt of its own key."""

    sealed: bytes = field(repr=False)
    salt: bytes = field(repr=False)


def seal_factor(tx: Tx, secret: str) -> SealedFactor:
    """Encrypts a second factor's secret."""
    salt = tx.draw.secret()
    return SealedFactor(sealed=tx.vault.encrypt(tx.vault.key(FACTOR, salt), secret.encode("ascii")), salt=salt)


def _opened(tx: Tx, sealed: bytes, salt: bytes) -> str:
    return tx.vault.decrypt(tx.vault.key(FACTOR, salt), sealed).decode("ascii")


def find(tx: Tx, person: PersonId) -> Account | None:
    """A person's account; None where there is none."""
    row = tx.run(select(account).where(_A.person_id == person)).one_or_none()
    return None if row is None else _account(row)


def every(tx: Tx) -> list[Account]:
    """All accounts."""
    return [_account(row) for row in tx.run(select(account).order_by(_A.person_id))]


def any_set_up(tx: Tx) -> bool:
    """Whether anybody in the installation ever set an account up: from then on nobody acts by assertion."""
    return bool(tx.run(select(exists().where(_A.set_up_at.is_not(None)))).scalar_one())


def admins(tx: Tx) -> list[tuple[Person, Account]]:
    """The admins who set an account up, without those of an emergency."""
    there = {one.person: one for one in every(tx) if one.set_up_at is not None and not one.break_glass}
    return [(person, there[person.id]) for person, _ in people.everyone(tx) if person.has(Role.ADMIN) and person.id in there]


def _ensure(tx: Tx, person: PersonId) -> None:
    if find(tx, person) is None:
        tx.run(insert(account).values(person_id=person, factor_step=NO_STEP, break_glass=False))


def set_up(tx: Tx, person: PersonId, *, password: str | None, factor: SealedFactor | None, at: datetime) -> None:
    """Writes what a person signs in with; what they signed in with before counts no longer. `password`: its hash."""
    _ensure(tx, person)
    kept = (None, None) if factor is None else (factor.sealed, factor.salt)
    values = {"password": password, "factor": kept[0], "factor_salt": kept[1], "factor_step": NO_STEP, "set_up_at": at}
    tx.run(update(account).where(_A.person_id == person).values(**values))
    tx.run(delete(recovery_code).where(_R.person_id == person))


def set_password(tx: Tx, person: PersonId, *, was: str, password: str) -> bool:
    """Writes another hash, if the one there is still the one that was looked at; says whether it was."""
    return tx.run(update(account).where(_A.person_id == person, _A.password == was).values(password=password)).rowcount == 1


def set_disabled(tx: Tx, person: PersonId, at: datetime | None) -> None:
    """Writes that an account is disabled since then, or with None that it is not."""
    _ensure(tx, person)
    tx.run(update(account).where(_A.person_id == person).values(disabled_at=at))


def break_glass(tx: Tx, person: PersonId, *, ends_at: datetime) -> None:
    """Writes an account for an emergency, not set up yet, which ends by itself."""
    tx.run(insert(account).values(person_id=person, factor_step=NO_STEP, break_glass=True, ends_at=ends_at))


def set_factor(tx: Tx, person: PersonId, factor: SealedFactor, *, step: int) -> None:
    """Writes another second factor, whose code of `step` was shown; the one before and its recovery codes count no longer."""
    values = {"factor": factor.sealed, "factor_salt": factor.salt, "factor_step": step}
    tx.run(update(account).where(_A.person_id == person).values(**values))
    tx.run(delete(recovery_code).where(_R.person_id == person))


def forget_recovery(tx: Tx, person: PersonId) -> None:
    """Deletes all recovery codes of a person."""
    tx.run(delete(recovery_code).where(_R.person_id == person))


def factor_of(tx: Tx, person: PersonId) -> str | None:
    """The secret of a person's second factor; None where there is none."""
    row = tx.run(select(_A.factor, _A.factor_salt).where(_A.person_id == person)).one_or_none()
    return None if row is None or row.factor is None else _opened(tx, row.factor, row.factor_salt)


def accept_step(tx: Tx, person: PersonId, step: int) -> bool:
    """Writes that the code of a step was used; False where that one, or a later one, was before."""
    return tx.run(update(account).where(_A.person_id == person, _A.factor_step < step).values(factor_step=step)).rowcount == 1


def add_recovery(tx: Tx, person: PersonId, digests: Sequence[str]) -> None:
    """Writes the digests of fresh recovery codes."""
    if digests:
        tx.run(insert(recovery_code), [{"person_id": person, "digest": digest} for digest in digests])


def use_recovery(tx: Tx, person: PersonId, digest: str, *, at: datetime) -> bool:
    """Writes that a recovery code was used; False where there is none, or it was used before."""
    unused = update(recovery_code).where(_R.person_id == person, _R.digest == digest, _R.used_at.is_(None))
    return tx.run(unused.values(used_at=at)).rowcount == 1


def recovery_left(tx: Tx, person: PersonId) -> int:
    """How many recovery codes a person has left."""
    left = select(func.count()).select_from(recovery_code).where(_R.person_id == person, _R.used_at.is_(None))
    return int(tx.run(left).scalar_one())


def add_link(tx: Tx, link: Link, *, digest: str, factor: SealedFactor) -> None:
    """Writes a set-up link with the digest it is found by, and the second factor that it offers."""
    values = {"id": link.id, "digest": digest, "person_id": link.person, "made_by": link.made_by, "made_at": link.made_at}
    tx.run(insert(set_up_link).values(**values, expires_at=link.expires_at, factor=factor.sealed, factor_salt=factor.salt))


def link_by_digest(tx: Tx, digest: str) -> Link | None:
    """The set-up link somebody holds; None where there is none."""
    row = tx.run(select(set_up_link).where(_L.digest == digest)).one_or_none()
    return None if row is None else _link(row)


def offered_factor(tx: Tx, link: Link) -> str:
    """The secret of the second factor that a link offers."""
    row = tx.run(select(_L.factor, _L.factor_salt).where(_L.id == link.id)).one()
    return _opened(tx, row.factor, row.factor_salt)


def use_link(tx: Tx, link: Link, *, at: datetime) -> bool:
    """Writes that a link was used; False where somebody else was first, or it was withdrawn."""
    unused = update(set_up_link).where(_L.id == link.id, _L.used_at.is_(None), _L.ended_at.is_(None))
    return tx.run(unused.values(used_at=at)).rowcount == 1


def end_links(tx: Tx, person: PersonId, *, at: datetime) -> int:
    """Withdraws all links of a person that nobody used; says how many."""
    open_ones = update(set_up_link).where(_L.person_id == person, _L.used_at.is_(None), _L.ended_at.is_(None))
    return tx.run(open_ones.values(ended_at=at)).rowcount


def _account(row: Record) -> Account:
    r = row._mapping
    return Account(
        person=PersonId(r["person_id"]),
        password=r["password"],
        second_factor=r["factor"] is not None,
        set_up_at=r["set_up_at"],
        disabled_at=r["disabled_at"],
        break_glass=bool(r["break_glass"]),
        ends_at=r["ends_at"],
    )


def _link(row: Record) -> Link:
    r = row._mapping
    return Link(
        id=r["id"],
        person=PersonId(r["person_id"]),
        made_by=PersonId(r["made_by"]),
        made_at=r["made_at"],
        expires_at=r["expires_at"],
        used_at=r["used_at"],
        ended_at=r["ended_at"],
    )

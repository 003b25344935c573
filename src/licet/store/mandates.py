"""Mandates' rows: terms and state, the secret that draws audits, and the watch."""

import json
from datetime import datetime
from functools import lru_cache
from typing import Any, assert_never

from sqlalchemy import bindparam, func, insert, select, update

from licet.core.exposure import Exposure, exposure_from_json
from licet.core.ids import Digest, MandateId, PersonId, UseCaseSlug
from licet.core.mandate import ActiveMandate, ExpiredMandate, Limits, Mandate, ProposedMandate, RevokedMandate, SuspendedMandate, state_of
from licet.core.narrowing import limits_from_json
from licet.core.terms import Terms, terms_from_json, terms_to_json
from licet.core.use_case import UseCase
from licet.stats import watch as watching
from licet.store import tables
from licet.store.book import Record, Tx
from licet.store.exposure_tables import exposure, narrowing

PURPOSE = "audit draw"


def propose(tx: Tx, use_case: UseCase, mandate: ProposedMandate) -> None:
    """Writes a proposed mandate; it is the newest from now on."""
    m = tables.mandate
    number = (tx.conn.execute(select(func.max(m.c.number)).where(m.c.use_case_id == use_case.id)).scalar_one_or_none() or 0) + 1
    tx.run(
        insert(m).values(
            id=mandate.id,
            use_case_id=use_case.id,
            slug=mandate.use_case,
            number=number,
            state="proposed",
            terms=json.dumps(terms_to_json(mandate.terms), sort_keys=True),
            proposed_by=mandate.proposed_by,
            proposed_at=mandate.proposed_at,
            round=1,
        )
    )


def newest(tx: Tx, use_case: UseCase) -> Mandate | None:
    """The mandate as it stands: the newest proposed one, whatever became of it."""
    row = tx.run(_NEWEST, {"use_case": use_case.id}).one_or_none()
    return None if row is None else _mandate(row)


def in_force(tx: Tx, use_case: UseCase) -> Mandate | None:
    """The mandate that governs cases: the newest that was ever granted; a mere proposal changes nothing yet."""
    row = tx.run(_IN_FORCE, {"use_case": use_case.id}).one_or_none()
    return None if row is None else _mandate(row)


def _newest_of(what: Any, order: Any) -> Any:  # noqa: ANN401 - columns of a statement
    """The newest row's column of a mandate, as a column beside it."""
    return select(what).where(what.table.c.mandate_id == tables.mandate.c.id).order_by(order.desc()).limit(1).scalar_subquery()


_LIMITS = _newest_of(narrowing.c.limits, narrowing.c.number).label("limits")
_EXPOSED = _newest_of(exposure.c.state, exposure.c.id).label("exposed")
_MANDATE = select(tables.mandate, _LIMITS, _EXPOSED)
_GRANTED = _MANDATE.where(tables.mandate.c.use_case_id == bindparam("use_case"), tables.mandate.c.granted_at.is_not(None))
_HERE = tables.mandate.c.use_case_id == bindparam("use_case")
_NEWEST = _MANDATE.where(_HERE).order_by(tables.mandate.c.number.desc()).limit(1)
_IN_FORCE = _GRANTED.order_by(tables.mandate.c.granted_at.desc(), tables.mandate.c.number.desc()).limit(1)
"""Asked for every case: put together once."""


def every(tx: Tx, use_case: UseCase) -> list[Mandate]:
    """All mandates of a use case, oldest first."""
    m = tables.mandate
    return [_mandate(row) for row in tx.run(_MANDATE.where(m.c.use_case_id == use_case.id).order_by(m.c.number))]


def all_running(tx: Tx) -> list[tuple[int, Mandate]]:
    """Every mandate of the installation that is active or suspended, with its use case's row id."""
    m = tables.mandate
    rows = tx.run(_MANDATE.where(m.c.state.in_(["active", "suspended"])))
    return [(row._mapping["use_case_id"], _mandate(row)) for row in rows]


def grant(tx: Tx, mandate: ActiveMandate, *, secret: bytes, commitment: str) -> None:
    """Writes a grant, with the encrypted secret that draws audits."""
    salt = tx.draw.secret()
    hidden = tx.vault.encrypt(tx.vault.key(PURPOSE, salt), secret)
    tx.run(
        update(tables.mandate)
        .where(tables.mandate.c.id == mandate.id)
        .values(
            state="active",
            granted_by=mandate.granted_by,
            granted_at=mandate.granted_at,
            expires_at=mandate.expires_at,
            round=mandate.round,
            secret_salt=salt,
            secret=hidden,
            commitment=commitment,
        )
    )


def write_state(tx: Tx, mandate: ActiveMandate | SuspendedMandate | ExpiredMandate | RevokedMandate) -> None:
    """Writes what became of a granted mandate."""
    values: dict[str, object] = {"state": state_of(mandate)}
    match mandate:
        case ActiveMandate():
            values |= {
                "reinstated_by": mandate.reinstated_by,
                "reinstated_at": mandate.reinstated_at,
                "round": mandate.round,
                "ended_by": None,
                "ended_at": None,
                "why": mandate.reinstated_why or None,
            }
            name = mandate.id
        case SuspendedMandate():
            values |= {"ended_by": mandate.suspended_by, "ended_at": mandate.suspended_at, "why": mandate.why}
            name = mandate.active.id
        case ExpiredMandate():
            values |= {"ended_at": mandate.expired_at}
            name = mandate.active.id
        case RevokedMandate():
            values |= {"ended_by": mandate.revoked_by, "ended_at": mandate.revoked_at, "why": mandate.why}
            name = mandate.active.id
        case _:
            assert_never(mandate)
    tx.run(update(tables.mandate).where(tables.mandate.c.id == name).values(**values))


def secret(tx: Tx, mandate: MandateId) -> bytes:
    """The secret that draws a mandate's audits. Read by routing, and once more when the mandate has ended.

    Raises:
        LookupError: when there is none: the mandate was never granted.
    """
    row = tx.run(_SECRET, {"mandate": mandate}).one()
    if row.secret is None:
        message = f"Mandate {mandate!r} was never granted and has no secret."
        raise LookupError(message)
    return revealed(tx, row.secret_salt, row.secret)


def revealed(tx: Tx, salt: bytes, hidden: bytes) -> bytes:
    """A secret that draws audits, from the columns it lies in."""
    return tx.vault.decrypt(tx.vault.key(PURPOSE, salt), hidden)


_SECRET = select(tables.mandate.c.secret_salt, tables.mandate.c.secret).where(tables.mandate.c.id == bindparam("mandate"))


def standard_of(tx: Tx, mandate: MandateId) -> Digest:
    """The digest of the standard that a mandate stands on."""
    return _terms(tx.run(select(tables.mandate.c.terms).where(tables.mandate.c.id == mandate)).scalar_one()).standard


@lru_cache(maxsize=256)
def _terms(raw: str) -> Terms:
    """Terms as they are stored; they never change, and are asked for with every case."""
    return terms_from_json(json.loads(raw))


@lru_cache(maxsize=256)
def _limits(raw: str) -> Limits:
    """What narrowings left."""
    return limits_from_json(json.loads(raw))


@lru_cache(maxsize=256)
def _exposure(raw: str) -> Exposure:
    """Where a mandate stands in its plan."""
    return exposure_from_json(json.loads(raw))


def _mandate(row: Record) -> Mandate:
    r = row._mapping
    proposed = ProposedMandate(
        id=MandateId(r["id"]),
        use_case=UseCaseSlug(r["slug"]),
        terms=_terms(r["terms"]),
        proposed_by=PersonId(r["proposed_by"]),
        proposed_at=r["proposed_at"],
    )
    if r["state"] == "proposed":
        return proposed
    active = _granted(proposed, row)
    match r["state"]:
        case "active":
            return active
        case "suspended":
            return SuspendedMandate(active=active, suspended_by=PersonId(r["ended_by"]), suspended_at=r["ended_at"], why=r["why"])
        case "expired":
            return ExpiredMandate(active=active, expired_at=r["ended_at"])
        case "revoked":
            return RevokedMandate(active=active, revoked_by=PersonId(r["ended_by"]), revoked_at=r["ended_at"], why=r["why"])
        case state:
            message = f"Mandate {proposed.id!r} has the unknown state {state!r}; restore a backup."
            raise ValueError(message)


def _granted(proposed: ProposedMandate, row: Record) -> ActiveMandate:
    r = row._mapping
    return ActiveMandate(
        proposed=proposed,
        granted_by=PersonId(r["granted_by"]),
        granted_at=r["granted_at"],
        expires_at=r["expires_at"],
        round=r["round"],
        reinstated_by=None if r["reinstated_by"] is None else PersonId(r["reinstated_by"]),
        reinstated_at=r["reinstated_at"],
        reinstated_why=(r["why"] or "") if r["state"] == "active" else "",
        limits=None if r["limits"] is None else _limits(r["limits"]),
        exposed=None if r["exposed"] is None else _exposure(r["exposed"]),
    )


# --- the watch ---------------------------------------------------------------------------------------------------------


def start_watch(tx: Tx, mandate: ActiveMandate, watch: watching.Watch) -> None:
    """Writes the watch of a mandate's round."""
    tx.run(insert(tables.watch).values(mandate_id=mandate.id, round=mandate.round, state=json.dumps(watching.to_json(watch))))


def watch_of(tx: Tx, mandate: ActiveMandate) -> watching.Watch:
    """The watch of a mandate's present round."""
    w = tables.watch.c
    raw = tx.conn.execute(select(w.state).where(w.mandate_id == mandate.id, w.round == mandate.round)).scalar_one()
    return watching.from_json(json.loads(str(raw)))


def write_watch(tx: Tx, mandate: ActiveMandate, watch: watching.Watch, *, tripped_at: datetime | None) -> None:
    """Writes what audits made of the watch."""
    w = tables.watch
    tx.run(
        update(w)
        .where(w.c.mandate_id == mandate.id, w.c.round == mandate.round)
        .values(state=json.dumps(watching.to_json(watch)), tripped_at=tripped_at)
    )

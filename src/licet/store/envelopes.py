"""Change envelopes' rows: their bounds, and each change under them."""

import json
from datetime import datetime

from sqlalchemy import func, insert, select, update

from licet.core.envelope import (
    Envelope,
    EnvelopeId,
    GrantedUse,
    NotAnEnvelopeError,
    Use,
    VetoedUse,
    VoidUse,
    WaitingUse,
    bounds_from_json,
    bounds_to_json,
)
from licet.core.ids import Digest, MandateId, PersonId, UseCaseSlug
from licet.core.use_case import UseCase
from licet.store import tables
from licet.store.approval_tables import envelope, envelope_use
from licet.store.book import Record, Tx
from licet.store.teams import in_view

_E, _U = envelope.c, envelope_use.c


def add(tx: Tx, use_case: UseCase, made: Envelope) -> None:
    """Writes an envelope; it is the newest of its use case from now on."""
    last = tx.conn.execute(select(func.max(_E.number)).where(_E.use_case_id == use_case.id)).scalar_one_or_none()
    tx.run(
        insert(envelope).values(
            id=made.id,
            use_case_id=use_case.id,
            number=1 + int(last or 0),
            bounds=json.dumps(bounds_to_json(made.bounds), sort_keys=True),
            proposed_by=made.proposed_by,
            proposed_at=made.proposed_at,
        )
    )


def close(tx: Tx, made: Envelope, *, by: PersonId, at: datetime) -> None:
    """Writes that an envelope is closed."""
    tx.run(update(envelope).where(_E.id == made.id, _E.closed_at.is_(None)).values(closed_at=at, closed_by=by))


def newest(tx: Tx, use_case: UseCase) -> Envelope | None:
    """The newest envelope of a use case; an earlier one counts no more. None where there is none."""
    row = tx.run(select(envelope).where(_E.use_case_id == use_case.id).order_by(_E.number.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    r = row._mapping
    slug = tx.conn.execute(select(tables.use_case.c.slug).where(tables.use_case.c.id == use_case.id)).scalar_one()
    return Envelope(
        id=EnvelopeId(r["id"]),
        use_case=UseCaseSlug(str(slug)),
        bounds=bounds_from_json(json.loads(r["bounds"])),
        proposed_by=PersonId(r["proposed_by"]),
        proposed_at=r["proposed_at"],
        closed_at=r["closed_at"],
        closed_by=None if r["closed_by"] is None else PersonId(r["closed_by"]),
    )


def use(tx: Tx, use_case: UseCase, waiting: WaitingUse) -> None:
    """Writes a change that waits for its window to end."""
    tx.run(
        insert(envelope_use).values(
            mandate_id=waiting.mandate,
            envelope_id=waiting.envelope,
            use_case_id=use_case.id,
            replaces=waiting.replaces,
            at=waiting.at,
            window_ends=waiting.window_ends,
            covered=waiting.covered,
            state="waiting",
        )
    )


def end(tx: Tx, ended: GrantedUse | VetoedUse | VoidUse) -> None:
    """Writes what became of a change."""
    values: dict[str, object] = {"ended_at": ended.at, "state": _WORDS[type(ended)]}
    if isinstance(ended, VetoedUse):
        values |= {"ended_by": ended.by, "why": ended.why}
    tx.run(update(envelope_use).where(_U.mandate_id == ended.waiting.mandate, _U.state == "waiting").values(**values))


_WORDS = {GrantedUse: "granted", VetoedUse: "vetoed", VoidUse: "void"}


def uses(tx: Tx, use_case: UseCase) -> list[Use]:
    """All changes under envelopes of a use case, oldest first."""
    return [_use(row) for row in tx.run(select(envelope_use).where(_U.use_case_id == use_case.id).order_by(_U.at)).all()]


def use_of(tx: Tx, mandate: MandateId) -> Use | None:
    """The change whose mandate this is; None where it was proposed outside any envelope."""
    row = tx.run(select(envelope_use).where(_U.mandate_id == mandate)).one_or_none()
    return None if row is None else _use(row)


def waiting(tx: Tx) -> list[tuple[int, WaitingUse]]:
    """Every change that waits, with its use case's row."""
    joined = select(envelope_use).join(tables.use_case, tables.use_case.c.id == _U.use_case_id)
    rows = tx.run(joined.where(_U.state == "waiting", in_view(tx)).order_by(_U.window_ends)).all()
    return [(int(row._mapping["use_case_id"]), _waiting(row)) for row in rows]


def _waiting(row: Record) -> WaitingUse:
    r = row._mapping
    return WaitingUse(
        mandate=MandateId(r["mandate_id"]),
        envelope=EnvelopeId(r["envelope_id"]),
        replaces=MandateId(r["replaces"]),
        at=r["at"],
        window_ends=r["window_ends"],
        covered=Digest(r["covered"]),
    )


def _use(row: Record) -> Use:
    r, found = row._mapping, _waiting(row)
    match r["state"]:
        case "waiting":
            return found
        case "granted":
            return GrantedUse(waiting=found, at=r["ended_at"])
        case "vetoed":
            return VetoedUse(waiting=found, at=r["ended_at"], by=PersonId(r["ended_by"]), why=r["why"])
        case "void":
            return VoidUse(waiting=found, at=r["ended_at"])
        case state:
            message = f"The change of mandate {found.mandate!r} has the unknown state {state!r}; restore a backup."
            raise NotAnEnvelopeError(message)

"""Held answers' rows: what people answered at the desk, encrypted under the case's key, until it takes effect and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from licet.core.answer import Answer
from licet.core.desk import Given, HeldState, Revealed
from licet.core.ids import CaseNumber, Digest, PersonId
from licet.core.people import Identity
from licet.core.use_case import UseCase
from licet.store.book import Record, Tx
from licet.store.desk_tables import held_answer
from licet.store.payloads import read_answer, salts_of, write_answer, write_json

WAITING = (HeldState.HELD.value, HeldState.REVEALED.value)
"""States in which time alone lets an answer take effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An answer that somebody gave at the desk.

    Attributes:
        policy: digest of the policies that permitted it when it was given.
        lane: where the case waited before, to which a withdrawn one goes back.
    """

    id: str
    key: str
    use_case_id: int
    case: CaseNumber
    identity: Identity
    policy: Digest
    lane: str
    state: HeldState
    given: Given
    confidence: float | None
    effect_at: datetime

    @property
    def shown(self) -> Revealed | None:
        """What AI proposes, as it was shown after the first answer; None where nothing was."""
        if self.given.revealed is None or self.confidence is None:
            return None
        return Revealed(id=self.id, proposal=self.given.revealed, confidence=self.confidence, until=self.effect_at)


_H = held_answer.c


def keep(tx: Tx, kept: Kept, salt: bytes, *, note: str, guideline: str | None) -> None:
    """Writes an answer down."""
    given = kept.given
    row = {
        "id": kept.id,
        "person_id": given.by,
        "identity": kept.identity.value,
        "policy": kept.policy,
        "key": kept.key,
        "token": given.token,
        "use_case_id": kept.use_case_id,
        "case_number": kept.case,
        "lane": kept.lane,
        "state": kept.state.value,
        "first": write_answer(tx, salt, given.first),
        "revealed": None if given.revealed is None else write_answer(tx, salt, given.revealed),
        "confidence": kept.confidence,
        "note": write_json(tx, salt, note) if note else None,
        "guideline": guideline,
        "handed_at": given.handed_at,
        "given_at": given.given_at,
        "effect_at": kept.effect_at,
    }
    tx.run(insert(held_answer).values(row))


def by_key(tx: Tx, use_case: UseCase, person: PersonId, key: str) -> Kept | None:
    """What somebody gave under a key of theirs; None: nothing, or nobody can read it any more."""
    row = tx.run(select(held_answer).where(_H.person_id == person, _H.key == key)).one_or_none()
    return None if row is None else _read(tx, use_case, row)


def by_id(tx: Tx, use_case: UseCase, name: str) -> Kept | None:
    """A held answer by its name; None: there is none, or nobody can read it any more."""
    row = tx.run(select(held_answer).where(_H.id == name)).one_or_none()
    return None if row is None else _read(tx, use_case, row)


def place_of(tx: Tx, name: str) -> int | None:
    """The row of the use case that a held answer is of."""
    return tx.conn.execute(select(_H.use_case_id).where(_H.id == name)).scalar_one_or_none()


def place_of_key(tx: Tx, person: PersonId, key: str) -> int | None:
    """The row of the use case that an answer is of which somebody gave under a key."""
    return tx.conn.execute(select(_H.use_case_id).where(_H.person_id == person, _H.key == key)).scalar_one_or_none()


def place_among(tx: Tx, person: PersonId, *, token: str | None, name: str | None) -> int | None:
    """The row of the use case that an answer of somebody's is of, by the case's token or the answer's own name."""
    which = _H.id == name if token is None else _H.token == token
    return tx.conn.execute(select(_H.use_case_id).where(_H.person_id == person, which).limit(1)).scalar_one_or_none()


def tokens_of(tx: Tx, name: str) -> list[str]:
    """What an answer's case is called on the desk."""
    return list(tx.conn.execute(select(_H.token).where(_H.id == name)).scalars())


def due(tx: Tx, now: datetime, *, limit: int) -> list[tuple[str, PersonId, Identity]]:
    """Answers whose time has come, the longest due first: their names, who gave each, and how they had shown who they are."""
    wanted = select(_H.id, _H.person_id, _H.identity).where(_H.state.in_(WAITING), _H.effect_at <= now)
    rows = tx.run(wanted.order_by(_H.effect_at, _H.id).limit(limit))
    return [(row.id, PersonId(row.person_id), Identity(row.identity)) for row in rows]


def end(tx: Tx, name: str, state: HeldState, *, at: datetime) -> bool:
    """Ends the waiting of an answer; says whether this transaction did, and not another before it."""
    ended = update(held_answer).where(_H.id == name, _H.state.in_(WAITING)).values(state=state.value, ended_at=at)
    return tx.conn.execute(ended).rowcount == 1


def reconsider(tx: Tx, kept: Kept, final: Answer, salt: bytes, *, effect_at: datetime) -> None:
    """Writes the second record beside the first answer, which stays."""
    values = {"final": write_answer(tx, salt, final), "state": HeldState.HELD.value, "effect_at": effect_at}
    tx.run(update(held_answer).where(_H.id == kept.id, _H.state == HeldState.REVEALED.value).values(values))


def unsay(tx: Tx, kept: Kept, *, effect_at: datetime) -> None:
    """Takes the second record back; what was revealed stays revealed."""
    values = {"final": None, "state": HeldState.REVEALED.value, "effect_at": effect_at}
    tx.run(update(held_answer).where(_H.id == kept.id).values(values))


def answered_by(tx: Tx, number: CaseNumber) -> frozenset[PersonId]:
    """Who gave an answer on a case at the desk that was not withdrawn."""
    wanted = select(_H.person_id).where(_H.case_number == number, _H.state != HeldState.WITHDRAWN.value)
    return frozenset(PersonId(one) for one in tx.conn.execute(wanted).scalars())


def given(tx: Tx, use_case: UseCase, numbers: Sequence[CaseNumber]) -> list[tuple[CaseNumber, Given]]:
    """Answers on these cases that took effect, with each person's own first one, in the order in which they were given."""
    found: list[Record] = []
    for start in range(0, len(numbers), 500):
        some = [int(number) for number in numbers[start : start + 500]]
        found += tx.run(select(held_answer).where(_H.case_number.in_(some), _H.state == HeldState.DONE.value)).all()
    kept = [one for row in sorted(found, key=lambda row: (row.given_at, row.id)) if (one := _read(tx, use_case, row)) is not None]
    return [(one.case, one.given) for one in kept]


def _given(tx: Tx, use_case: UseCase, row: Record, salt: bytes) -> Given:
    def said(sealed: bytes | None) -> Answer | None:
        return None if sealed is None else read_answer(tx, salt, sealed, use_case.answer_kind)[0]

    return Given(
        token=row.token,
        by=PersonId(row.person_id),
        first=read_answer(tx, salt, row.first, use_case.answer_kind)[0],
        final=said(row.final),
        revealed=said(row.revealed),
        handed_at=row.handed_at,
        given_at=row.given_at,
    )


def _read(tx: Tx, use_case: UseCase, row: Record) -> Kept | None:
    number = CaseNumber(row.case_number)
    salt = salts_of(tx, [number]).get(number)
    if salt is None:
        return None
    return Kept(
        id=row.id,
        key=row.key,
        use_case_id=row.use_case_id,
        case=number,
        identity=Identity(row.identity),
        policy=Digest(row.policy),
        lane=row.lane,
        state=HeldState(row.state),
        given=_given(tx, use_case, row, salt),
        confidence=row.confidence,
        effect_at=row.effect_at,
    )

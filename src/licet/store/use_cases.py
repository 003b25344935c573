"""Use cases' rows."""

from datetime import datetime

from sqlalchemy import bindparam, insert, select, update

from licet.core.answer import AnswerKind
from licet.core.ids import PersonId, UseCaseSlug
from licet.core.use_case import Stage, UseCase
from licet.store import tables
from licet.store.book import Record, Tx
from licet.store.teams import in_view, whose


class UnknownUseCaseError(LookupError):
    """No use case has this name."""

    def __init__(self, slug: str, known: list[str]) -> None:
        """Names the offender and those there are."""
        there = ", ".join(known) if known else "none yet"
        super().__init__(f"There is no use case {slug!r}. There are: {there}. Create one with `licet use-case new {slug}`.")


def create(tx: Tx, slug: UseCaseSlug, title: str, kind: AnswerKind, *, by: PersonId, at: datetime) -> UseCase:
    """Creates a use case at stage *idea*."""
    c = tables.use_case
    tx.run(insert(c).values(slug=slug, title=title, answer_kind=kind.value, stage=Stage.IDEA.value, created_by=by, created_at=at))
    return require(tx, slug)


def find(tx: Tx, slug: str) -> UseCase | None:
    """Finds a use case by name; another team's is not there."""
    if tx.scoped is not None:
        asked = tx.run(_NAMED.where(in_view(tx)), {"slug": slug})
    else:
        asked = tx.run(_NAMED, {"slug": slug}) if tx.team is None else tx.run(_NAMED_OF_TEAM, {"slug": slug, "team": tx.team})
    row = asked.one_or_none()
    return None if row is None else _use_case(row)


_NAMED = select(tables.use_case).where(tables.use_case.c.slug == bindparam("slug"))
_NAMED_OF_TEAM = _NAMED.where(whose == bindparam("team"))
"""Asked with every case: put together once."""


def require(tx: Tx, slug: str) -> UseCase:
    """Finds a use case by name.

    Raises:
        UnknownUseCaseError: names it and those there are.
    """
    found = find(tx, slug)
    if found is None:
        raise UnknownUseCaseError(slug, [u.slug for u in every(tx)])
    return found


def by_id(tx: Tx, use_case_id: int) -> UseCase:
    """The use case of a row that stands elsewhere.

    Raises:
        sqlalchemy.exc.NoResultFound: when it is another team's.
    """
    return _use_case(tx.run(select(tables.use_case).where(tables.use_case.c.id == use_case_id, in_view(tx))).one())


def find_by_id(tx: Tx, use_case_id: int) -> UseCase | None:
    """The use case of a row id; None where it is not there for this transaction."""
    return next((one for one in every(tx) if one.id == use_case_id), None)


def every(tx: Tx) -> list[UseCase]:
    """All use cases that are there, oldest first."""
    return [_use_case(row) for row in tx.run(select(tables.use_case).where(in_view(tx)).order_by(tables.use_case.c.id))]


def set_stage(tx: Tx, use_case: UseCase, stage: Stage) -> None:
    """Moves a use case to a stage."""
    tx.run(update(tables.use_case).where(tables.use_case.c.id == use_case.id).values(stage=stage.value))


def set_owner(tx: Tx, use_case: UseCase, owner: PersonId) -> None:
    """Names the owner."""
    tx.run(update(tables.use_case).where(tables.use_case.c.id == use_case.id).values(owner=owner))


def rename(tx: Tx, use_case: UseCase, slug: UseCaseSlug) -> None:
    """Gives a use case a new name."""
    tx.run(update(tables.use_case).where(tables.use_case.c.id == use_case.id).values(slug=slug))


def involve(tx: Tx, use_case: UseCase, person: PersonId, as_what: str) -> None:
    """Remembers that somebody had a hand in a use case: as locker, builder, proposer."""
    row = {"use_case_id": use_case.id, "person_id": person, "as_what": as_what}
    there = select(tables.involved).filter_by(**row)
    if tx.run(there).first() is None:
        tx.run(insert(tables.involved).values(**row))


def involved(tx: Tx, use_case: UseCase) -> frozenset[PersonId]:
    """Everybody who had a hand in a use case."""
    c = tables.involved.c
    return frozenset(PersonId(p) for p in tx.conn.execute(select(c.person_id).where(c.use_case_id == use_case.id)).scalars())


def hands_of(tx: Tx, use_case: UseCase, person: PersonId) -> tuple[str, ...]:
    """What a person did in a use case, in the words of `involve`."""
    if tx.told is None:
        return tuple(tx.run(_HANDS, {"use_case": use_case.id, "person": person}).scalars())
    return tx.once(("hands", person), lambda: _hands_everywhere(tx, person)).get(use_case.id, ())


def _hands_everywhere(tx: Tx, person: PersonId) -> dict[int, tuple[str, ...]]:
    """What a person did in each use case, for pages that ask about all of them."""
    found: dict[int, tuple[str, ...]] = {}
    for row in tx.run(select(_INVOLVED.use_case_id, _INVOLVED.as_what).where(_INVOLVED.person_id == person)):
        found[row.use_case_id] = (*found.get(row.use_case_id, ()), row.as_what)
    return found


_INVOLVED = tables.involved.c
_HANDS = select(_INVOLVED.as_what).where(_INVOLVED.use_case_id == bindparam("use_case"), _INVOLVED.person_id == bindparam("person"))
"""Asked with nearly every act: put together once."""


def _use_case(row: Record) -> UseCase:
    r = row._mapping
    return UseCase(
        id=r["id"],
        slug=UseCaseSlug(r["slug"]),
        title=r["title"],
        answer_kind=AnswerKind(r["answer_kind"]),
        stage=Stage(r["stage"]),
        owner=None if r["owner"] is None else PersonId(r["owner"]),
        created_by=PersonId(r["created_by"]),
        created_at=r["created_at"],
    )

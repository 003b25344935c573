"""A process that opens many databases of a kind puts each statement together once."""

from pathlib import Path

import pytest
from sqlalchemy import Compiled, Connection, event, select

from licet.store.engines import open_engine
from licet.store.tables import counter
from licet.testing import World


def sent(conn: Connection) -> list[Compiled]:
    """Asks the same question twice, and gives it as it was put together for the database each time."""
    found: list[Compiled] = []

    def note(_conn: Connection, _cursor: object, _statement: str, _values: object, context: object, _many: object) -> None:
        found.append(getattr(context, "compiled"))  # noqa: B009 - SQLAlchemy's own

    event.listen(conn, "before_cursor_execute", note)
    for _ in range(2):
        conn.execute(select(counter.c.value).where(counter.c.name == "case")).all()
    return found


def test_what_one_database_was_asked_the_next_is_asked_as_it_was_put_together(tmp_path: Path) -> None:
    with World(tmp_path / "one") as one, World(tmp_path / "other") as other:
        with one.connect().connect() as first, other.connect().connect() as second:
            told = [*sent(first), *sent(second)]
        assert len(told) == 4
        assert len({id(statement) for statement in told}) == 1


@pytest.mark.one_database
def test_a_database_that_never_answered_leaves_nothing_behind_for_the_next() -> None:
    away, again = (open_engine(Path(), url="postgresql://nobody:secret@127.0.0.1:9/none") for _ in range(2))
    assert away.dialect is not again.dialect

"""The ledger: what happened, page by page, as far as the token reaches; never what would tell of a review that is open."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from licet.core.ledger import UnknownWordError
from licet.core.refusal import Refused
from licet.core.token import TokenScope
from licet.flows.read_ledger import LONGEST_PAGE, Read, Sought, list_for_program
from licet.store.use_cases import UnknownUseCaseError
from licet.web.guard import Reached, needs, reaching
from licet.web.problems import invalid, refusal

ADDRESS = "/api/v1/ledger"

routes = APIRouter(tags=["ledger"])


class EntryOut(BaseModel):
    """An entry of the ledger. Where it is left out, `what` and what follows it are null, and `left_out` says why."""

    model_config = ConfigDict(extra="forbid")

    index: int = Field(description="Its number in the ledger, from 0.")
    what: str | None = Field(description="A word of the ledger.")
    at: datetime | None
    by: str | None = Field(description="Who acted: the id of a person or token, `licet`, or `operator`.")
    use_case: str | None = Field(description="Under the name of that time; null for what concerns the installation.")
    facts: dict[str, Any] | None
    left_out: str | None = Field(description="Why nothing is told of it; null where all is.")


class LedgerOut(BaseModel):
    """A page of the ledger, in its order."""

    model_config = ConfigDict(extra="forbid")

    entries: list[EntryOut]
    after: int | None = Field(description="Where the next page begins: send it as `after`. Null: there is no more.")


class LedgerIn(BaseModel):
    """Which entries are asked for."""

    model_config = ConfigDict(extra="forbid")

    use_case: str | None = Field(default=None, max_length=60, description="Of one use case, under each name it had.")
    what: str | None = Field(default=None, max_length=40, description="A word of the ledger, or how some begin: `case.`.")
    by: str | None = Field(default=None, max_length=100, description="Who acted, by the id that the ledger has.")
    case: str | None = Field(default=None, max_length=200, description="Of one case: its number, or its id with `use_case`.")
    since: datetime | None = Field(default=None, description="The first moment, with its offset from UTC.")
    until: datetime | None = Field(default=None, description="The moment before which they happened, with its offset from UTC.")
    after: int = Field(default=-1, ge=-1, le=10**15, description="Entries after this number.")
    limit: int = Field(default=100, ge=1, le=LONGEST_PAGE, description="Entries on a page.")


@routes.get(ADDRESS, **needs(TokenScope.LEDGER))
async def read_ledger(reached: Annotated[Reached, Depends(reaching(TokenScope.LEDGER))], asked: Annotated[LedgerIn, Query()]) -> LedgerOut:
    """List entries of the use cases the token is for, page by page; with a token for all of them, the installation's own too."""
    for name, moment in (("since", asked.since), ("until", asked.until)):
        if moment is not None and moment.tzinfo is None:
            raise invalid(name, "a moment with its offset from UTC, such as 2026-03-01T00:00:00Z.")
    if reached.use_case is not None and asked.use_case not in {None, reached.use_case}:
        raise refusal(Refused(code="not_there", why="There is no such use case, or it is not one this token is for.", remedy=""))
    wanted = Sought(**{**asked.model_dump(), "use_case": reached.use_case or asked.use_case})
    try:
        found = await reached.desk.run(lambda: list_for_program(reached.office, reached.by, wanted))
    except UnknownWordError as error:
        raise invalid("what", str(error)) from None
    except UnknownUseCaseError:
        raise refusal(Refused(code="not_there", why="There is no such use case, or it is not one this token is for.", remedy="")) from None
    if isinstance(found, Refused):
        raise refusal(found)
    return LedgerOut(entries=[_out(one) for one in found.entries], after=found.after)


def _out(one: Read) -> EntryOut:
    if one.event is None:
        return EntryOut(index=one.index, what=None, at=None, by=None, use_case=None, facts=None, left_out=one.why)
    event = one.event
    facts = dict(event.facts)
    return EntryOut(index=one.index, what=event.what, at=event.at, by=event.by, use_case=event.use_case, facts=facts, left_out=None)

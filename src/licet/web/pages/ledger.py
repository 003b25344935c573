"""The ledger, to be read: each change of state with who, when and its proof; what a viewer may not know yet is left out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from licet.core.canonical import Json
from licet.core.evidence import View
from licet.core.ids import PersonId
from licet.core.ledger import Event, UnknownWordError, read_event
from licet.core.ledger_words import WORDS
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.flows.list_people import people_here
from licet.flows.list_use_cases import use_cases_here
from licet.flows.office import Office
from licet.flows.prove import ShownEntry
from licet.flows.read_ledger import Page, Read, Sought, list_entries, newest_numbers, reading_view, show_entry
from licet.store.use_cases import UnknownUseCaseError
from licet.web.pages.page import page_routes, show, viewer_of
from licet.web.pages.viewer import Viewer
from licet.web.problems import ProblemError, problem, refusal

AT = "/ledger"
SHOWN = 50
LONGEST = 120
LARGEST = 10**15
KEYS = ("use_case", "what", "by", "case", "since", "until")
NOTHING_ASKED: Mapping[str, str] = dict.fromkeys(KEYS, "")
routes = page_routes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of entries, and where it stands: `older` and `newer` are addresses, empty where there is nothing."""

    rows: tuple[Read, ...]
    older: str
    newer: str


@routes.get(AT)
async def ledger(request: Request) -> Response:
    """A page of entries: the newest first, or along a filter the oldest first."""
    viewer = viewer_of(request)
    said = {key: request.query_params.get(key, "").strip()[:LONGEST] for key in KEYS}
    after = request.query_params.get("after", "")
    view = await _view(viewer)
    found = await viewer.run(lambda: _found(viewer.office, view, said, after))
    there, names = await viewer.run(lambda: _around(viewer.office))
    refused = found if isinstance(found, Refused) else None
    shown = Found(rows=(), older="", newer="") if isinstance(found, Refused) else found
    status = 200 if refused is None else 422
    facts = {row.index: in_words(row.event) for row in shown.rows if row.event is not None}
    about = {"words": WORDS, "use_cases": there, "names": names, "facts": facts, "filtered": said != NOTHING_ASKED}
    return show(request, "ledger.html.j2", status=status, here="ledger", found=shown, refused=refused, asked=said, **about)


@routes.get(AT + "/{index}")
async def entry(request: Request) -> Response:
    """One entry with its proof."""
    viewer, index = viewer_of(request), _number(str(request.path_params["index"]))
    view = await _view(viewer)
    found: ShownEntry | Refused = await viewer.run(lambda: show_entry(viewer.office, view, index))
    if isinstance(found, Refused):
        raise refusal(found)
    _, names = await viewer.run(lambda: _around(viewer.office))
    event = read_event(found.entry.entry)
    facts = [(name, _said(value)) for name, value in sorted(event.facts.items())]
    proof = [one.hex() for one in found.entry.proof]
    return show(request, "entry.html.j2", here="ledger", shown=found, event=event, words=WORDS, names=names, facts=facts, proof=proof)


async def _view(viewer: Viewer) -> View:
    view = await viewer.run(lambda: reading_view(viewer.office, viewer.by))
    if isinstance(view, Refused):
        raise refusal(view)
    return view


def _around(office: Office) -> tuple[list[UseCase], Mapping[PersonId, str]]:
    return use_cases_here(office), {person.id: person.name for person in people_here(office)}


def _found(office: Office, view: View, said: Mapping[str, str], after: str) -> Found | Refused:
    """Reads what is asked for; what makes no sense is refused in words."""
    newest = said == NOTHING_ASKED and not after
    since, until = _moment(said["since"]), _moment(said["until"])
    for wrong in (since, until):
        if isinstance(wrong, Refused):
            return wrong
    begins = newest_numbers(office, SHOWN) if newest else _number(after or "-1")
    asked = Sought(
        **{key: said[key] or None for key in ("use_case", "what", "by", "case")},
        since=since if isinstance(since, datetime) else None,
        until=until if isinstance(until, datetime) else None,
        after=begins,
        limit=SHOWN,
    )
    try:
        page = list_entries(office, view, asked)
    except (UnknownWordError, UnknownUseCaseError) as error:
        return Refused(code="not_there", why=str(error), remedy="Choose another filter.")
    return page if isinstance(page, Refused) else _placed(page, said, begins)


def _placed(page: Page, said: Mapping[str, str], begins: int) -> Found:
    """Along a filter entries come in their order, from the first on; without one the newest are first."""
    forward = "" if page.after is None else _address(said, page.after)
    back = "" if begins < 0 else _address(said, max(begins - SHOWN, -1))
    if said == NOTHING_ASKED:
        return Found(rows=tuple(reversed(page.entries)), older=back, newer=forward)
    return Found(rows=page.entries, older="" if begins < 0 else _address(said, -1), newer=forward)


def _address(said: Mapping[str, str], after: int) -> str:
    return f"{AT}?{urlencode({**{key: value for key, value in said.items() if value}, 'after': after})}"


def _number(text: str) -> int:
    plain = text.removeprefix("-")
    if not (plain.isascii() and plain.isdigit()) or int(plain[:16]) > LARGEST:
        raise ProblemError(problem("no_such_address", "Entries have numbers, from 0 on."))
    return max(int(text), -1)


def _moment(text: str) -> datetime | Refused | None:
    """A day as a browser's field gives it, from its beginning in UTC; None where none is said."""
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return Refused(code="not_there", why=f"{text!r} is no day.", remedy="Write it like 2027-03-31.")


def in_words(event: Event) -> str:
    """What an entry remembers, on one line."""
    return ", ".join(f"{name} {_said(value)}" for name, value in sorted(event.facts.items()))


def _said(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)

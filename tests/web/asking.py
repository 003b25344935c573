"""A served world with a worker, and programs that ask it by the decision protocols."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from openai import OpenAI

from licet.core.answer import Choice
from licet.core.case import Content, TextContent
from licet.core.desk import ORDINARY, DeskRules
from licet.core.ids import UseCaseSlug
from licet.core.system import NoProposal, Proposal, Proposed
from licet.core.token import TokenScope
from licet.flows.register import retire_use_case
from licet.pretend import ScriptedSystem
from licet.testing import World, done, past_cases, says_like
from licet.web.desk import Service
from tests.web.serving import MAILS, Served, read_plain, started, work

LETTERS = "open-letters"
ROWS = {name: past_cases(150, name=name) for name in (MAILS, LETTERS)}
CHOICES: Any = [{"value": "yes"}, {"value": "no", "description": "It is not so."}]
OWN = {"yes": 0.97, "no": 0.03}
CHOICE: dict[str, Any] = {"type": "choice", "criteria": {"yes": None, "no": "It is not so."}, "instructions": "Is it so?"}


def says(content: Content) -> Proposed:
    """The system: sure of what begins so, with or without probabilities; sure of the past."""
    text = content.text if isinstance(content, TextContent) else ""
    match text.split():
        case ["sure", *_]:
            return Proposal(answer=Choice(value="yes"), confidence=0.97, probabilities=OWN)
        case ["plain", *_]:
            return Proposal(answer=Choice(value="no"), confidence=0.96)
        case ["unsure", *_]:
            return Proposal(answer=Choice(value="yes"), confidence=0.3, probabilities={"yes": 0.3, "no": 0.7})
        case ["down", *_]:
            return NoProposal(why="It is down.")
        case _:
            return says_like(row for rows in ROWS.values() for row in rows)(content)


class Listing:
    """Desks of use cases that list their answers; all but one do."""

    def rules(self, slug: UseCaseSlug) -> DeskRules:
        return ORDINARY if slug == "unlisted" else DeskRules(answers=("no", "yes"))


class Asking(Served):
    """A served world with a worker, and programs that ask it by the decision protocols. Who holds `turn` keeps the worker waiting."""

    def __init__(self, world: World, address: str, turn: threading.Lock) -> None:
        super().__init__(world, address)
        self.turn = turn

    def ask(self, questions: object, *, state: object = "sure of it", model: str = MAILS, wait: int = 10, **more: Any) -> httpx.Response:  # noqa: ANN401 - whatever is sent
        headers = more.pop("headers", None)
        body = {"model": model, "state": state, "questions": questions, **more}
        return self.client.post("/v1/systemone", json=body, params={"wait": wait}, headers=headers)

    def openai(self, token: str | None = None) -> OpenAI:
        return OpenAI(base_url=f"{self.address}/v1", api_key=token or self.token(TokenScope.CASES_WRITE), max_retries=0)


@contextmanager
def working(world: World, turn: threading.Lock) -> Iterator[Callable[[], None]]:
    """A worker that begins when it is woken."""
    woken, over = threading.Event(), threading.Event()

    def go() -> None:
        while not over.is_set():
            if woken.wait(0.05):
                woken.clear()
                with turn:
                    work(world)

    thread = threading.Thread(target=go)
    thread.start()
    try:
        yield woken.set
    finally:
        over.set()
        thread.join()


def cases_of(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = body["licet"]["cases"]
    return found


@contextmanager
def asking(folder: Path) -> Iterator[Asking]:
    """Three use cases: two with a mandate, of which each lists its answers, and one that lists none, and one that is gone."""
    turn = threading.Lock()
    with World(folder) as world, working(world, turn) as wake:
        for name in (MAILS, LETTERS, "unlisted", "gone"):
            world.use_case(name)
        done(retire_use_case(world.office, world.owner, name="gone"))
        for name in (MAILS, LETTERS):
            world.systems.there[name] = ScriptedSystem(says=says)
            world.import_cases(name, ROWS[name], card=None)
            world.sign(name)
            world.evaluate(name)
            world.earn(name)
        service = Service(office=replace(world.office, desks=Listing()), read_case=read_plain, wake=wake)
        with started(service) as address:
            found = Asking(world, address, turn)
            try:
                yield found
            finally:
                found.close()

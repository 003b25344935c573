"""An installation in which people review: use cases of each kind of answer, with cases that wait, and its server on loopback."""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Self

from PIL import Image
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from licet.core.answer import AnswerKind, Choice, answer_label
from licet.core.answer_form import FormRules
from licet.core.case import CaseBody, Content, ImageContent, TableContent, TextContent
from licet.core.case_schema import CaseField, FieldType
from licet.core.desk import ORDINARY, DeskRules, Guideline, HeldState
from licet.core.history import PastCase, PostedProposal, Shares
from licet.core.ids import UseCaseSlug
from licet.core.people import Role
from licet.core.use_case import Stage
from licet.edge.drawing import Easel
from licet.flows.enter_stage import enter_stage
from licet.flows.hold import take_effect
from licet.flows.register import new_use_case
from licet.store import held, use_cases
from licet.store.desk_tables import held_answer
from licet.testing import World, done, past_cases
from licet.web.desk import Service
from tests.browser.installation import Installation
from tests.browser.seeing import Watch, looking, signed_in
from tests.flows.signing import member
from tests.web.serving import read_plain, started

DIGITS, INTENTS, SLIPS, LOADS, REPLIES, REFUNDS, MAILS = "digits", "intents", "slips", "loads", "replies", "refunds", "mails"

GUIDE = Guideline(
    text="1. Damage on arrival, reported within 14 days with a photo: refund in full if the customer declines a replacement.\n"
    "2. Change of mind: refund only if unopened and within 30 days.\n"
    "3. Three or more refunds in 90 days: escalate, do not decide."
)
OUTCOMES = (
    "Refund in full",
    "Refund in part",
    "Send a replacement",
    "Decline, outside policy",
    "Escalate: possible abuse",
    "Ask the customer for more",
)
REFUND = """Writing about the 4K monitor I bought on 13 October, delivered 18 October.

This is the third one that has arrived broken, and each time you asked me to wait.

Please refund the €155.95 to my card. A replacement is no use to me, I already bought one elsewhere."""
FACTS = {"paid": "€155.95", "days_since_delivery": "46", "seller": "Brightline", "earlier_refunds": "4"}

RUBRIC = ("It answers the question", "It promises nothing we do not keep")
INTENDED = tuple(f"intent_{k:02}_{word}" for k, word in enumerate(("card", "top_up", "transfer", "refund", "fee", "pin", "cash") * 11))
RULES: Mapping[str, DeskRules] = {
    DIGITS: DeskRules(answers=tuple("0123456789"), due_within=timedelta(hours=3), form=FormRules(question="Which digit is it?")),
    INTENTS: DeskRules(answers=INTENDED),
    SLIPS: DeskRules(
        guideline=GUIDE,
        form=FormRules(
            question="What does the slip say?",
            fields={
                "payee": CaseField(type=FieldType.TEXT, required=True),
                "amount": CaseField(type=FieldType.NUMBER, required=True, min=Decimal(0)),
                "due_on": CaseField(type=FieldType.DATE),
                "urgent": CaseField(type=FieldType.BOOLEAN),
            },
        ),
    ),
    LOADS: DeskRules(
        form=FormRules(question="How heavy is the load?", unit="kg", least=Decimal(0), most=Decimal(40_000), step=Decimal("0.5"))
    ),
    REPLIES: DeskRules(form=FormRules(question="What do we answer?", rubric=RUBRIC)),
    REFUNDS: DeskRules(
        answers=OUTCOMES, guideline=GUIDE, due_within=timedelta(hours=3), form=FormRules(question="What should happen with this request?")
    ),
}


@dataclass(frozen=True, slots=True)
class Desks:
    """What the use cases set for their desks."""

    told: Mapping[str, DeskRules] = field(default_factory=lambda: RULES)

    def rules(self, slug: UseCaseSlug) -> DeskRules:
        """Of one use case."""
        return self.told.get(slug, ORDINARY)


_NUMBERS = count(1)


def digit(seed: int) -> ImageContent:
    """A small scan, 8 by 8."""
    grey = bytes((((x * 37 + y * 91 + seed * 53) % 255) if 1 < x < 6 and (x + y + seed) % 3 else 0) for y in range(8) for x in range(8))
    out = io.BytesIO()
    Image.frombytes("L", (8, 8), grey).save(out, "PNG")
    return ImageContent(data=out.getvalue(), media_type="image/png")


def bring(world: World, name: str, *contents: Content, attributes: Mapping[str, str] | None = None) -> None:
    """Lets cases come in that wait for people: nobody proposes anything on them."""
    bodies = [CaseBody(content=content, attributes=dict(attributes or {})) for content in contents]
    rows = [PastCase(line=k, body=body, answer=None, external_id=f"{name}-{next(_NUMBERS)}") for k, body in enumerate(bodies, 1)]
    world.submit(name, rows, card=None)


def claim(k: int) -> PastCase:
    """A request on which AI proposes something, unsure."""
    posted = PostedProposal(answer=Choice(value=OUTCOMES[0]), confidence=0.62)
    return PastCase(line=k, body=CaseBody(content=TextContent(text=REFUND), attributes=FACTS), answer=None, posted=posted)


@contextmanager
def reviewing(folder: Path, *kinds: str, cases: int = 12) -> Iterator[Installation]:
    """A served installation in which `rene` and `rosa` may review.

    Args:
        folder: an empty one.
        kinds: which of the use cases there are; none named: digits alone.
        cases: how many wait in each.
    """
    with World(folder) as world:
        world.office = replace(world.office, desks=Desks())
        rosa = world.person("rosa", Role.REVIEWER)
        for name in kinds or (DIGITS,):
            _MADE[name](world, cases)
        people = {"rene": world.reviewer, "rosa": rosa, "olga": world.owner}
        members = {name: member(world, person, factor=False) for name, person in people.items()}
        world.clock.tick = timedelta(0)
        service = Service(office=world.office, read_case=read_plain, pictures=Easel())
        with started(service) as address:
            yield Installation(world=world, address=address, people=people, members=members)


def _made(world: World, name: str, kind: AnswerKind, *contents: Content) -> None:
    done(new_use_case(world.office, world.builder, name=name, title=name.title(), kind=kind))
    bring(world, name, *contents)


def _digits(world: World, cases: int) -> None:
    _made(world, DIGITS, AnswerKind.CHOICE, *(digit(k) for k in range(cases)))


def _intents(world: World, cases: int) -> None:
    _made(world, INTENTS, AnswerKind.CHOICE, *(TextContent(text=f"Where is my card? ({k})") for k in range(cases)))


def _slips(world: World, cases: int) -> None:
    cells = {"sender": "Nord AG", "subject": "Invoice 17", "body": "Please pay 120.50 to Nord AG by 2026-07-01.\nThank you."}
    _made(world, SLIPS, AnswerKind.FIELDS, *(TableContent(cells=cells) for _ in range(cases)))


def _loads(world: World, cases: int) -> None:
    _made(world, LOADS, AnswerKind.NUMBER, *(TextContent(text=f"Truck {k}: 12 pallets of 410 kg each.") for k in range(cases)))


def _replies(world: World, cases: int) -> None:
    _made(world, REPLIES, AnswerKind.TEXT, *(TextContent(text=f"When do you open? ({k})") for k in range(cases)))


def _refunds(world: World, cases: int) -> None:
    """A use case at the stage *assisted*: what AI proposes is shown after one's own first answer."""
    world.use_case(REFUNDS)
    world.import_cases(REFUNDS, past_cases(150, name=REFUNDS))
    world.assess(REFUNDS)
    world.sign(REFUNDS)
    world.evaluate(REFUNDS)
    world.drill(REFUNDS)
    done(enter_stage(world.office, world.owner, name=REFUNDS, to=Stage.ASSISTED, why=""))
    world.submit(REFUNDS, [claim(k + 1) for k in range(cases)])


def _mails(world: World, cases: int) -> None:
    """A use case whose owner lists no answers; its past cases have two."""
    world.use_case(MAILS)
    world.import_cases(MAILS, past_cases(60, name=MAILS), shares=Shares(build=100, calibration=0, sealed=0))
    bring(world, MAILS, *(TextContent(text=f"Is it so? ({k})") for k in range(cases)))


_MADE = {DIGITS: _digits, INTENTS: _intents, SLIPS: _slips, LOADS: _loads, REPLIES: _replies, REFUNDS: _refunds, MAILS: _mails}


class Reviewer:
    """Somebody at the review page, who works by keyboard."""

    def __init__(self, page: Page, there: Installation) -> None:
        """Takes a page of somebody who signed in."""
        self.page = page
        self._there = there

    def open(self, name: str = DIGITS) -> Self:
        """Opens the page of one use case, and waits until it is at work and has the next case ready."""
        self.page.goto(f"/review?use_case={name}")
        return self.ready()

    def ready(self) -> Self:
        """Waits until the page's script is at work."""
        self.page.wait_for_selector("#case[data-shown]")
        return self

    def press(self, *keys: str) -> Self:
        """Presses keys."""
        for key in keys:
            self.page.keyboard.press(key)
        return self

    @property
    def case(self) -> str:
        """The name of the case on the page; empty: none."""
        return self.page.locator("#case").get_attribute("data-token") or ""

    def moved_from(self, case: str) -> Self:
        """Waits until another case is on the page, or none."""
        moved = "name => { const now = document.getElementById('case').dataset; return now.shown && now.token !== name }"
        self.page.wait_for_function(moved, arg=case)
        return self

    def answer(self, *keys: str) -> str:
        """Answers the case on the page by keyboard; says which it was."""
        case = self.case
        self.press(*keys, "Enter").moved_from(case)
        return case

    def sent(self) -> Self:
        """Waits until nothing of what was answered is on its way any more."""
        self.page.wait_for_function("() => !JSON.parse(sessionStorage.getItem('licet.outbox') ?? '[]').length")
        return self

    def text(self, selector: str) -> str:
        """What stands there."""
        return self.page.inner_text(selector)

    def says(self, words: str, where: str = "body") -> Self:
        """Waits until words are on the page."""
        self.page.locator(where, has_text=words).first.wait_for()
        return self


@contextmanager
def at_review(browser: Browser, there: Installation, name: str = "rene", **how: str) -> Iterator[tuple[Reviewer, Watch]]:
    """Somebody who signed in, at a page that is watched."""
    with looking(browser, there, **how) as (page, watch):
        yield Reviewer(signed_in(page, there, there.people[name]), there), watch


def answers(there: Installation) -> list[tuple[str, str, str]]:
    """Every answer that was taken and not withdrawn: whose, on which case, and what; the earliest first."""
    h = held_answer.c
    with there.world.office.book.read() as tx:
        rows = tx.conn.execute(select(h.id, h.use_case_id).order_by(h.given_at, h.id)).all()
        found = [one for name, place in rows if (one := held.by_id(tx, use_cases.by_id(tx, place), name)) is not None]
    return [(one.given.by, one.given.token, answer_label(one.given.counts)) for one in found if one.state is not HeldState.WITHDRAWN]


def pass_time(there: Installation, length: timedelta) -> int:
    """Lets time pass at the server, and what is due take effect; says how many answers did."""
    there.world.clock.pass_time(length)
    return take_effect(there.world.office)

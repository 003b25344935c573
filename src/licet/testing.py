"""A pretend world: a real database with a clock, chance, systems and a post one can set, to test one's own use cases in.

    def test_a_mandate_is_earned(tmp_path: Path) -> None:
        with World(tmp_path) as world:
            world.use_case("mails")
            world.import_cases("mails", past_cases(150))
            world.sign("mails")
            world.evaluate("mails")
            mandate = world.earn("mails")
            tally = world.submit("mails", past_cases(50, name="live"))
            assert tally.alone == 50

Rules, store, encryption, ledger and signature are the real ones; only time, chance, the AI and the mail are not.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from licet.core.answer import Answer, AnswerKind, Choice
from licet.core.approval import Approval
from licet.core.case import CaseBody, Content, TextContent
from licet.core.drill import Drill
from licet.core.gate import ClosedGate, OpenedGate
from licet.core.gate_rules import Code
from licet.core.history import ImportReport, PastCase, PostedProposal, Shares
from licet.core.ids import Digest
from licet.core.ledger import Event
from licet.core.mandate import ActiveMandate, Mandate
from licet.core.measure import Measure, MeasureKind
from licet.core.people import Actor, Operator, Person, Role
from licet.core.refusal import Refused
from licet.core.standard import Standard
from licet.core.system import UNVERSIONED, NoProposal, Proposal, Proposed, SystemCard, SystemKind
from licet.core.use_case import Stage
from licet.edge.builtin import Engine
from licet.edge.gate_file import shipped_gates
from licet.edge.passwords import quick
from licet.edge.precedents import Guardians
from licet.edge.seal import create_seal
from licet.edge.totp import TotpCodes
from licet.edge.vault import FileVault
from licet.edge.witness import FileWitness
from licet.flows.approve import approve_gate
from licet.flows.ask import ask_approval
from licet.flows.assess_risk import Assessed, answer_risk
from licet.flows.drill import drill_stop
from licet.flows.evaluate import Evaluated, Request, evaluate
from licet.flows.grant import Wishes, grant_mandate, propose_mandate
from licet.flows.hold_gate import show_gate
from licet.flows.import_history import import_history
from licet.flows.intake import Delivery, Tally, submit
from licet.flows.office import Office
from licet.flows.register import add_person, new_use_case, set_up
from licet.flows.review import Answered, Waiting, answer_worksheet, worksheet
from licet.flows.set_standard import countersign_standard, lock_standard
from licet.flows.settle import settle
from licet.flows.sort_history import Order
from licet.pretend import (
    MILD_RISK,
    POLICIES,
    RememberingPost,
    ScriptedEffects,
    ScriptedJudges,
    ScriptedSystem,
    ScriptedSystems,
    SeededDraw,
    SetClock,
    SetDesks,
    founded,
    let_come,
)
from licet.store import ledger, mandates, use_cases
from licet.store.book import Book
from licet.store.engines import Database, open_engine
from licet.store.upgrade import upgrade

ALL_SEALED = Shares(build=0, calibration=0, sealed=100)
POSTED = SystemCard(kind=SystemKind.POSTED, name="vendor", version="1")

T = TypeVar("T")


class RefusedHereError(AssertionError):
    """Something was refused that the test expects to be done."""


def done(result: T | Refused | ClosedGate) -> T:
    """The result of an act that a test expects to be permitted.

    Raises:
        RefusedHereError: with the reason, when it was refused.
    """
    if isinstance(result, Refused):
        raise RefusedHereError(f"{result.code}: {result.why}")
    if isinstance(result, ClosedGate):
        raise RefusedHereError(f"the gate is closed: {[requirement.code for requirement in result.missing]}")
    return result


def says_like(cases: Iterable[PastCase]) -> Callable[[Content], Proposed]:
    """A script that proposes for each of these cases what the case brings along, and nothing for any other."""
    said = {_text(one.body.content): one.posted for one in cases}

    def says(content: Content) -> Proposed:
        posted = said.get(_text(content))
        return NoProposal(why="not in the script") if posted is None else Proposal(answer=posted.answer, confidence=posted.confidence)

    return says


def _text(content: Content) -> str:
    return content.text if isinstance(content, TextContent) else ""


def past_cases(count: int, *, wrong: int = 0, unsure: int = 0, name: str = "past", unlabelled: int = 0) -> list[PastCase]:
    """Makes text cases with people's answers and a system's proposals.

    Args:
        count: how many.
        wrong: so many confident proposals are wrong, spread evenly over the cases.
        unsure: so many further cases, the last ones, have a wrong proposal of confidence below 0.5.
        name: begins each text and each outside name, so that other names make other cases.
        unlabelled: so many cases, the first ones, have no answer yet.

    Returns:
        The cases; confidences of the confident ones lie between 0.9 and 1 in an order that has nothing to do with who is wrong.
    """
    confident = count - unsure
    slips = {(2 * k + 1) * confident // (2 * wrong) for k in range(wrong)}
    return [_past(k, name, right=k not in slips and k < confident, sure=k < confident, labelled=k >= unlabelled) for k in range(count)]


def _past(k: int, name: str, *, right: bool, sure: bool, labelled: bool) -> PastCase:
    place = int.from_bytes(hashlib.sha256(f"{name} {k}".encode()).digest()[:6], "big") / 2**48
    truth, other = ("yes", "no") if k % 2 else ("no", "yes")
    posted = PostedProposal(answer=Choice(value=truth if right else other), confidence=0.9 + place / 10 if sure else place / 2)
    body = CaseBody(content=TextContent(text=f"{name} {k}: is it so?"), attributes={"truth": truth})
    return PastCase(line=k + 2, body=body, answer=Choice(value=truth) if labelled else None, external_id=f"{name}-{k}", posted=posted)


def truth_of(body: CaseBody) -> Answer:
    """What a person answers who is always right about cases of `past_cases`."""
    return Choice(value=body.attributes["truth"])


def promise(target: float = 0.05, confidence: float = 0.95) -> Standard:
    """A standard with one measure: error among cases decided alone."""
    return Standard(measures=(Measure(name="error", kind=MeasureKind.ERROR_ALONE, target=target, confidence=confidence),))


_new_database: ContextVar[Callable[[], str] | None] = ContextVar("_new_database", default=None)


@contextmanager
def worlds_on(new_database: Callable[[], str]) -> Iterator[None]:
    """Puts the worlds made meanwhile on PostgreSQL: `new_database` makes an empty database for each, and gives its address."""
    token = _new_database.set(new_database)
    try:
        yield
    finally:
        _new_database.reset(token)


class World:
    """An installation in a folder of its own, with the people of a usual journey, to be used in a `with` statement.

    Attributes:
        clock, draw, post, systems, effects, desks, judges: what one can set and look into.
        office: what flows take.
        operator, owner, risk, builder, reviewer, other_owner: who acts; each is one person with one role.
        standards: what the use cases' folders say, by name; change it to edit the file.
    """

    def __init__(self, folder: Path, *, seed: int = 0, database_url: str | None = None) -> None:
        """Sets up in an empty folder; everything that is drawn or split depends on the seed alone.

        `database_url` names an empty PostgreSQL database; None: the one `worlds_on` makes, or else a SQLite file in the folder.
        """
        folder.mkdir(parents=True, exist_ok=True)
        new_database = _new_database.get()
        self.database_url = database_url or (None if new_database is None else new_database())
        self.folder, self.database = folder, folder / "licet.sqlite"
        self.clock, self.draw, self.post, self.systems = SetClock(), SeededDraw(seed=seed), RememberingPost(), ScriptedSystems()
        self.effects, self.desks, self.judges = ScriptedEffects(), SetDesks(), ScriptedJudges()
        self.standards: dict[str, Standard] = {}
        self._engines: list[Database] = []
        if self.database_url is None:
            self.database.write_bytes(founded())
        engine = self.connect()
        upgrade(engine)
        self.office = self._office_on(engine, FileVault(master=SeededDraw(seed=~seed).secret()))
        set_up(self.office, now=self.clock.now())
        self.operator = Operator()
        self.owner, self.risk = self.person("olga", Role.OWNER), self.person("rita", Role.RISK)
        self.builder, self.reviewer = self.person("bo", Role.BUILDER), self.person("rene", Role.REVIEWER)
        self.other_owner = self.person("otto", Role.OWNER)

    def _office_on(self, engine: Database, vault: FileVault) -> Office:
        return Office(
            book=Book(engine, vault, self.draw),
            clock=self.clock,
            draw=self.draw,
            vault=vault,
            seal=create_seal(self.folder / "ledger.key"),
            witness=FileWitness(path=self.folder / "checkpoints.txt"),
            post=self.post,
            trainer=Engine(),
            guardians=Guardians(),
            systems=self.systems,
            effects=self.effects,
            policies=POLICIES,
            passwords=quick(),
            shipped_gates=shipped_gates,
            desks=self.desks,
            judges=self.judges,
            codes=TotpCodes(),
        )

    def __enter__(self) -> Self:
        """The world itself."""
        return self

    def connect(self) -> Database:
        """One more way into the world's database, as another process has it."""
        engine = open_engine(self.database, url=self.database_url, create=True, through_power_cuts=False)
        self._engines.append(engine)
        return engine

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Lets go of the database, whichever way it was opened."""
        for engine in self._engines:
            engine.dispose()

    def person(self, name: str, *roles: Role) -> Person:
        """Adds a person, or gives one more roles; the address is NAME@example.org."""
        return done(add_person(self.office, Operator(), email=f"{name}@example.org", name=name.title(), roles=frozenset(roles)))

    def use_case(self, name: str, standard: Standard | None = None) -> None:
        """Creates a use case whose answers are choices; its folder says the standard (error at most 5% at 95%, if none is given)."""
        self.standards[name] = standard or promise()
        done(new_use_case(self.office, Operator(), name=name, title=name.title(), kind=AnswerKind.CHOICE))

    def import_cases(self, name: str, rows: Sequence[PastCase], **how: object) -> ImportReport:
        """Imports past cases as the operator; all are sealed and carry the proposals of `vendor@1`, unless `how` says otherwise.

        Args:
            name: the use case.
            rows: the cases.
            how: fields of `Order` other than these, such as `shares`, `card` (None for no proposals) or `seed`; and `by`.

        Raises:
            RefusedHereError: when it is refused.
        """
        return done(self.try_import(name, rows, **how))

    def try_import(self, name: str, rows: Sequence[PastCase], **how: object) -> ImportReport | Refused:
        """As `import_cases`, for what may be refused."""
        by = how.pop("by", self.operator)
        said: dict[str, object] = {
            "rows": lambda: iter(rows),
            "times": None,
            "shares": ALL_SEALED,
            "seed": 1,
            "file_digest": "0" * 64,
            "mapping": "",
            "card": POSTED,
        }
        order = Order(name=name, **{**said, **how})  # type: ignore[arg-type] # checked by the class itself where it matters
        return import_history(self.office, by if isinstance(by, Person) else self.operator, order)

    def sign(self, name: str) -> None:
        """Locks what the folder says as the owner, and countersigns it as risk."""
        done(lock_standard(self.office, self.owner, name=name, draft=self.standards[name]))
        done(countersign_standard(self.office, self.risk, name=name))

    def try_evaluate(self, name: str, *, by: Actor | None = None, posted_as: str | None = None) -> Evaluated | Refused:
        """Evaluates the system that is there: the scripted one, the posted one, or the built-in one."""
        request = Request(name=name, on_disk=self.standards[name], posted_as=posted_as)
        return evaluate(self.office, by or self.operator, request)

    def evaluate(self, name: str, *, by: Actor | None = None, posted_as: str | None = None) -> Evaluated:
        """As `try_evaluate`, for what must not be refused."""
        return done(self.try_evaluate(name, by=by, posted_as=posted_as))

    def assess(self, name: str, **answers: str) -> Assessed:
        """Answers the risk questions as the builder: each in the mildest way, where nothing else is said."""
        return done(answer_risk(self.office, self.builder, name=name, answers={**MILD_RISK, **answers}))

    def drill(self, name: str) -> Drill:
        """Exercises the stop of a use case as its owner; the clock stands still meanwhile, so that the stop counts at once."""
        tick, self.clock.tick = self.clock.tick, timedelta(0)
        try:
            return done(drill_stop(self.office, self.owner, name=name))
        finally:
            self.clock.tick = tick

    def ready(self, name: str) -> None:
        """Does what a gate asks for beside quality, where it is still to be done: answers the risk questions mildly, and drills."""
        missing = {line.code for line in self.gate(name).requirements if not line.met}
        if Code.RISK_ANSWERED in missing:
            self.assess(name)
        if Code.STOP_EXERCISED in missing:
            self.drill(name)

    def gate(self, name: str, to: Stage = Stage.DELEGATED) -> OpenedGate | ClosedGate:
        """The gate of a stage, as it stands."""
        return show_gate(self.office, name=name, to=to)

    def asked(self, name: str) -> Digest:
        """What to approve now: the digest of the request that stands; where none does, approval is asked for anew."""
        there = self.gate(name).covers
        if there is not None:
            return there
        opened = ask_approval(self.office, self.builder, name=name)
        return done(opened if isinstance(opened, Refused) else opened.request.digest)

    def approve(self, name: str, *, by: Person | None = None) -> Approval:
        """Says yes as risk, or whoever is named, to what is proposed now."""
        return done(approve_gate(self.office, by or self.risk, name=name, digest=self.asked(name)))

    def earn(self, name: str, wishes: Wishes | None = None) -> ActiveMandate:
        """Does what the gate asks for, proposes a mandate as the builder, approves it as risk, and grants it as the owner."""
        self.ready(name)
        done(propose_mandate(self.office, self.builder, name=name, wishes=wishes or Wishes()))
        self.approve(name)
        return done(grant_mandate(self.office, self.owner, name=name))

    def journey(
        self, name: str, *, wishes: Wishes | None = None, cases: int = 150, scripted: bool = False, begins: str = "past"
    ) -> ActiveMandate:
        """The whole usual way to a mandate, on history without a wrong answer; use cases whose texts begin the same share their looks."""
        rows = past_cases(cases, name=begins)
        self.use_case(name)
        if scripted:
            self.systems.there[name] = ScriptedSystem(says=says_like(rows))
        self.import_cases(name, rows, card=None if scripted else POSTED)
        self.sign(name)
        self.evaluate(name)
        return self.earn(name, wishes)

    def deliver(self, name: str, rows: Iterable[PastCase], *, card: SystemCard | None = POSTED, simulated: bool = False) -> Iterator[Tally]:
        """Takes cases in, chunk by chunk. `card` names the system whose proposals they carry; None: the mandate's own proposes."""
        delivery = Delivery(name=name, rows=iter(rows), source="world", card=card, simulated=simulated)
        for tally in submit(self.office, self.operator, delivery):
            yield done(tally)

    def submit(self, name: str, rows: Iterable[PastCase], *, card: SystemCard | None = POSTED, simulated: bool = False) -> Tally:
        """As `deliver`, all at once."""
        return list(self.deliver(name, rows, card=card, simulated=simulated))[-1]

    def waiting(self, name: str) -> list[Waiting]:
        """The reviewer's worksheet, once all that was drawn has come to the desk."""
        let_come(self.office.book, self.clock, name)
        return done(worksheet(self.office, self.reviewer, name=name))

    def answer(self, name: str, says: Callable[[CaseBody], Answer | None] = truth_of) -> Answered:
        """Lets the reviewer answer what waits, and the other owner what then waits for a second person; None leaves a case for later."""
        first = self.answer_as(self.reviewer, name, says)
        return replace(first, mandate=self.answer_as(self.other_owner, name, says).mandate)

    def answer_as(self, by: Person, name: str, says: Callable[[CaseBody], Answer | None] = truth_of) -> Answered:
        """Lets one person alone answer what waits for them."""
        let_come(self.office.book, self.clock, name)
        waiting = done(worksheet(self.office, by, name=name))
        given = {one.token: said for one in waiting if (said := says(one.body)) is not None}
        return done(answer_worksheet(self.office, by, name=name, answers=given))

    def mandate(self, name: str) -> Mandate | None:
        """The mandate that governs cases, as it is stored; no time passes by asking."""
        with self.office.book.read() as tx:
            return mandates.in_force(tx, use_cases.require(tx, name))

    def entries(self) -> list[bytes]:
        """The exact bytes of every ledger entry so far, in order; what is pending is numbered and signed first."""
        settle(self.office)
        with self.office.book.read() as tx:
            return [entry.body for entry in ledger.entries(tx)]

    def events(self) -> list[Event]:
        """What the ledger says, in order."""
        settle(self.office)
        with self.office.book.read() as tx:
            return [entry.event for entry in ledger.entries(tx)]

    def words(self) -> list[str]:
        """The ledger's words, in order."""
        return [event.what for event in self.events()]


def vendor(version: str = UNVERSIONED) -> SystemCard:
    """A posted system of this version."""
    return SystemCard(kind=SystemKind.POSTED, name="vendor", version=version)

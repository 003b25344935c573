"""What pretends in a pretend world: a clock, chance and systems that one sets, and receivers that keep what they were told."""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from licet.core.answer import Answer, AnswerKind
from licet.core.audit import WAITS_WITHIN
from licet.core.canonical import Json
from licet.core.case import Content
from licet.core.desk import ORDINARY, DeskRules
from licet.core.effect import Delivered, Outcome, Way
from licet.core.ids import UseCaseSlug
from licet.core.incident import Message
from licet.core.judge import JudgeCard, Opinion
from licet.core.risk_questions import QUESTIONS
from licet.core.system import Proposed, SystemCard, SystemKind
from licet.edge.policies import CedarPolicies
from licet.store import desks, use_cases
from licet.store.book import Book
from licet.store.engines import open_engine
from licet.store.upgrade import upgrade

POLICIES = CedarPolicies()
"""The real ones, read once for all pretend worlds of a process."""

START = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)
TICK = timedelta(seconds=1)


@dataclass(slots=True, kw_only=True)
class SetClock:
    """A clock that one sets, also back. Each reading is a tick later than the one before, so that things happen one after the other."""

    at: datetime = START
    tick: timedelta = TICK

    def now(self) -> datetime:
        """The present moment."""
        self.at += self.tick
        return self.at

    def pass_time(self, span: timedelta) -> None:
        """Lets time pass."""
        self.at += span


def let_come(book: Book, clock: SetClock, name: str) -> None:
    """Lets so much time pass that every case that was drawn for an audit has come to the desk; none where none is to come."""
    with book.read() as tx:
        to_come = desks.to_come(tx, use_cases.require(tx, name), clock.at)
    if to_come:
        clock.pass_time(WAITS_WITHIN)


@dataclass(slots=True, kw_only=True)
class SeededDraw:
    """Chance that is the same each time for the same seed."""

    seed: int = 0
    drawn: int = 0

    def secret(self) -> bytes:
        """32 bytes."""
        self.drawn += 1
        return hmac.digest(str(self.seed).encode(), str(self.drawn).encode(), "sha256")

    def token(self, prefix: str) -> str:
        """The prefix and 16 hexadecimal digits."""
        return prefix + self.secret().hex()[:16]


@dataclass(slots=True, kw_only=True)
class SetDesks:
    """What use cases set for their desks, which one sets; what is ordinary for all others."""

    there: dict[str, DeskRules] = field(default_factory=dict)

    def rules(self, slug: UseCaseSlug) -> DeskRules:
        """What a use case sets for its desk."""
        return self.there.get(slug, ORDINARY)


@dataclass(slots=True, kw_only=True)
class ScriptedSystem:
    """A system that answers as told. Anything changed in `parts` or `version` makes it another system.

    Attributes:
        says: what it proposes for a case; may do anything else too, and so happens between a case's acceptance and its decision.
    """

    says: Callable[[Content], Proposed]
    name: str = "scripted"
    version: str = "1"
    parts: Mapping[str, Json] = field(default_factory=dict)

    @property
    def card(self) -> SystemCard:
        """Which system it is, as it is set now."""
        return SystemCard(kind=SystemKind.CALLABLE, name=self.name, version=self.version, parts=self.parts)

    def propose(self, contents: Sequence[Content]) -> list[Proposed]:
        """Asks the script for each case."""
        return [self.says(content) for content in contents]

    def longest(self, cases: int) -> timedelta:
        """It waits for nobody."""
        del cases
        return timedelta(0)


@dataclass(slots=True, kw_only=True)
class ScriptedSystems:
    """The systems that stand where folders hold or name one, by the use case's name."""

    there: dict[str, ScriptedSystem] = field(default_factory=dict)

    def load(self, slug: UseCaseSlug, answers: AnswerKind, where: SystemKind) -> ScriptedSystem | None:
        """The system of a use case; None where none was set."""
        del answers
        return self.there.get(slug) if where is SystemKind.CALLABLE else None


@dataclass(slots=True, kw_only=True)
class ScriptedJudge:
    """A judge that says as told. Anything changed in `version` makes it another judge.

    Attributes:
        opines: what it says of an answer to a case.
        asked: every case that it was asked about, with the answer.
    """

    opines: Callable[[Content, Answer], Opinion]
    version: str = "1"
    asked: list[tuple[Content, Answer]] = field(default_factory=list)

    @property
    def card(self) -> JudgeCard:
        """Which judge it is, as it is set now."""
        return JudgeCard(name="scripted", version=self.version)

    def says(self, contents: Sequence[Content], answers: Sequence[Answer]) -> list[Opinion]:
        """Asks the script of each answer."""
        self.asked += zip(contents, answers, strict=True)
        return [self.opines(content, answer) for content, answer in zip(contents, answers, strict=True)]


@dataclass(slots=True, kw_only=True)
class ScriptedJudges:
    """The judges that stand where folders hold one, by the use case's name."""

    there: dict[str, ScriptedJudge] = field(default_factory=dict)

    def load(self, slug: UseCaseSlug) -> ScriptedJudge | None:
        """The judge of a use case; None where none was set."""
        return self.there.get(slug)


@dataclass(slots=True, kw_only=True)
class RememberingPost:
    """A post that keeps what it was given."""

    messages: list[Message] = field(default_factory=list)

    def deliver(self, message: Message) -> None:
        """Keeps a message."""
        self.messages.append(message)


def _takes_it(message: Mapping[str, Json]) -> Outcome:
    del message
    return Delivered()


@dataclass(slots=True, kw_only=True)
class ScriptedEffects:
    """A world that takes what it is told, and says what came of it.

    Attributes:
        ways: how the decisions of use cases take effect, by name; none for the others.
        says: what comes of an attempt; may do anything else too, and so happens between the delivery and its being written down.
        told: every attempt, with what the receiver was told.
    """

    ways: dict[str, Way] = field(default_factory=dict)
    says: Callable[[Mapping[str, Json]], Outcome] = field(default=_takes_it)
    told: list[Mapping[str, Json]] = field(default_factory=list)

    def way(self, slug: UseCaseSlug) -> Way | None:
        """How decisions of a use case take effect."""
        return self.ways.get(slug)

    def deliver(self, slug: UseCaseSlug, message: Mapping[str, Json], now: datetime) -> Outcome:
        """Tells the receiver."""
        del slug, now
        self.told.append(message)
        return self.says(message)


MILD_RISK: Mapping[str, str] = {question.code: question.options[0].code for question in QUESTIONS}
"""The mildest answer to every risk question; they make a use case of low risk."""


@cache
def founded() -> bytes:
    """A SQLite file with the tables in it, as `upgrade` makes them, and nothing else: made once in a process, since that takes longest."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "founded.sqlite"
        engine = open_engine(path, create=True, through_power_cuts=False)
        upgrade(engine)
        engine.dispose()
        return path.read_bytes()
